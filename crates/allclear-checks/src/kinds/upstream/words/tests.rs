//! What entries say, in the words of several.

use allclear_domain::check::ReasonCode;

use super::*;

fn now() -> Timestamp {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

fn entry(title: &str, text: &str, at: &str) -> Entry {
    Entry {
        title: title.to_owned(),
        text: text.to_owned(),
        published_at: Some(at.parse().unwrap()),
        ..Entry::default()
    }
}

const RECENT: &str = "2026-06-15T10:12:00Z";

fn is_open(title: &str, text: &str) -> bool {
    entry(title, text, RECENT).is_open(&UpstreamCheck::usual_ended())
}

#[test]
fn an_entry_is_over_by_words_that_stand_by_themselves() {
    for (title, text) in [
        ("RESOLVED: Errors of the API", ""),
        ("Service is slow: [RESOLVED] Errors", ""),
        ("Errors of the API - Resolved", ""),
        (
            "Errors",
            "<p><strong>Resolved</strong> - It is well.</p><p><strong>Investigating</strong></p>",
        ),
        ("Errors", "<strong>Completed</strong>&nbsp;- Done."),
        ("New disks", "<strong>Scheduled</strong> - Next week."),
        ("Errors", "Status: Resolved\nWe saw errors."),
        ("Errors", "<b>Closed.</b>"),
    ] {
        assert!(!is_open(title, text), "{title} {text}");
    }
}

#[test]
fn an_entry_is_open_until_it_says_otherwise() {
    for (title, text) in [
        ("Errors of the API", ""),
        ("Errors of the API", "We will write once this is resolved, or fixed by others"),
        ("Fixed rate API is slow", "We look into it."),
        ("Unresolved errors", ""),
        (
            "Errors",
            "<strong>Monitoring</strong> - Resolved: a part.<p><strong>Resolved</strong></p>",
        ),
        ("Investigating: Errors", "<b>Update</b> - worse.<br><b>Resolved</b> - too early."),
        (
            "New disks",
            "<strong>In progress</strong> - Now.<p><strong>Scheduled</strong> - Then.</p>",
        ),
    ] {
        assert!(is_open(title, text), "{title} {text}");
    }
    // A title that nobody changes does not keep it open.
    assert!(!is_open("Investigating: Errors", "<b>Resolved</b> - It is well."));
}

fn feed(entries: Vec<Entry>) -> Feed {
    Feed { title: "Example Provider".to_owned(), entries }
}

fn judged(check: &UpstreamCheck, entries: Vec<Entry>) -> Told {
    judge(check, "status.example.com", &feed(entries), now()).unwrap()
}

#[test]
fn open_entries_of_these_days_that_concern_us_count() {
    let any = UpstreamCheck::of("https://status.example.com/feed");
    let none = judged(&any, Vec::new());
    assert_eq!(
        (none.verdict, none.sentence.as_str()),
        (Verdict::Ok, "Example Provider says: No open entry")
    );
    let linked = Entry {
        link: Some("https://status.example.com/1".to_owned()),
        ..entry("Errors of the API", "<b>Investigating</b> - We look.", RECENT)
    };
    let old = entry("Errors of old", "", "2026-06-08T11:59:00Z");
    let ahead = entry("Next month", "", "2026-07-01T00:00:00Z");
    let one = judged(&any, vec![ahead.clone(), linked.clone(), old.clone()]);
    assert_eq!(one.verdict, Verdict::Degraded);
    assert_eq!(one.sentence, "Example Provider says: Not over since 10:12 UTC – Errors of the API");
    assert_eq!(one.fault_page.as_deref(), Some("https://status.example.com/1"));
    let long = UpstreamCheck { entry_days_max: 8, ..any.clone() };
    let two = judged(&long, vec![ahead, linked.clone(), old]);
    assert!(two.sentence.contains("2 entries are not over, the newest since 10:12"), "{two:?}");
    let named = |name: &str| {
        let components = vec![name.to_owned()];
        judged(&UpstreamCheck { components, ..any.clone() }, vec![linked.clone()]).verdict
    };
    assert_eq!(
        [named("API"), named("AP"), named("api")],
        [Verdict::Degraded, Verdict::Ok, Verdict::Degraded]
    );
    // Nobody knows how old it is.
    let undated = Entry { published_at: None, ..linked };
    assert_eq!(judged(&any, vec![undated]).verdict, Verdict::Degraded);
}

const SITE: &str = "https://status.example.com/";

fn at_site(title: &str, at: &str) -> Entry {
    Entry { link: Some(SITE.to_owned()), ..entry(title, "", at) }
}

#[test]
fn of_entries_that_tell_of_the_same_the_newest_counts() {
    let check = UpstreamCheck::of("https://status.example.com/feed");
    let mut entries = vec![
        at_site("Service disruption: Errors", RECENT),
        at_site("Service is operating normally: [RESOLVED] errors", "2026-06-15T11:00:00Z"),
        at_site("Errors - Identified", "2026-06-15T10:30:00Z"),
    ];
    assert_eq!(judged(&check, entries.clone()).verdict, Verdict::Ok);
    entries.push(at_site("Errors", "2026-06-15T11:30:00Z"));
    assert_eq!(judged(&check, entries).verdict, Verdict::Degraded);
    // Its id says that it is the same, whatever its title.
    let named = |title: &str, at: &str| Entry { id: Some("1".to_owned()), ..entry(title, "", at) };
    let later = named("[RESOLVED] Slow disks", "2026-06-15T11:00:00Z");
    assert_eq!(judged(&check, vec![named("Errors", RECENT), later]).verdict, Verdict::Ok);
}

#[test]
fn an_entry_that_is_over_hides_no_other_with_the_same_link() {
    let any = UpstreamCheck::of("https://status.example.com/feed");
    let over = at_site("[RESOLVED] S3: Errors", "2026-06-15T11:00:00Z");
    let open = at_site("EC2: Errors", "2026-06-15T10:00:00Z");
    let same = at_site("S3: Errors", "2026-06-15T10:00:00Z");
    let with_id = |entry: &Entry, id: &str| Entry { id: Some(id.to_owned()), ..entry.clone() };
    for (open, over, verdict) in [
        (open.clone(), over.clone(), Verdict::Degraded),
        (with_id(&open, "2"), with_id(&over, "1"), Verdict::Degraded),
        // The id of all of them is where they lead.
        (with_id(&open, SITE), with_id(&over, SITE), Verdict::Degraded),
        (with_id(&same, "s3_1"), with_id(&over, "s3_2"), Verdict::Ok),
        // The same words, of something else.
        (with_id(&same, "ec2_1"), with_id(&over, "s3_2"), Verdict::Degraded),
    ] {
        let told = judged(&any, vec![over, open.clone()]);
        assert_eq!(told.verdict, verdict, "{open:?}: {told:?}");
    }
    // What does not concern us hides nothing.
    let ours = UpstreamCheck { components: vec!["ec2".to_owned()], ..any };
    let (open, over) = (with_id(&open, "1"), with_id(&over, "1"));
    assert_eq!(judged(&ours, vec![over, open]).verdict, Verdict::Degraded);
}

#[test]
fn an_entry_whose_date_cannot_be_read_says_nothing_of_these_days() {
    let check = UpstreamCheck::of("https://status.example.com/feed");
    let undatable = |title: &str| Entry {
        published_at: None,
        has_unread_date: true,
        ..entry(title, "", RECENT)
    };
    let over = judged(&check, vec![undatable("[RESOLVED] Errors")]);
    assert_eq!(over.verdict, Verdict::Ok);
    let entries = feed(vec![undatable("Errors")]);
    let unknown = judge(&check, "status.example.com", &entries, now()).unwrap_err();
    assert_eq!(unknown.code, ReasonCode::Unread);
    assert!(unknown.told.contains("a date that cannot be read – Errors"), "{unknown:?}");
    let open = judged(&check, vec![undatable("Errors"), entry("Slow disks", "", RECENT)]);
    assert_eq!(open.verdict, Verdict::Degraded);
    assert!(open.sentence.ends_with("Not over since 10:12 UTC – Slow disks"), "{open:?}");
    // One that can be read is enough.
    let dated = Entry { has_unread_date: true, ..entry("Errors", "", RECENT) };
    assert_eq!(judged(&check, vec![dated]).verdict, Verdict::Degraded);
}

#[test]
fn words_that_a_check_names_take_the_place_of_the_usual_ones() {
    let ended = vec![" Behoben ".to_owned()];
    let check = UpstreamCheck { ended, ..UpstreamCheck::of("https://status.example.com/feed") };
    let over = entry("Störung", "<b>BEHOBEN</b>: es geht wieder", RECENT);
    assert_eq!(judged(&check, vec![over]).verdict, Verdict::Ok);
    let open = entry("[Resolved] Störung", "", RECENT);
    assert_eq!(judged(&check, vec![open]).verdict, Verdict::Degraded);
}

#[test]
fn long_texts_are_judged_in_time() {
    let text = "resolved ".repeat(7_000) + &" ".repeat(1_000) + &"<".repeat(1_000);
    assert!(is_open("Errors", &text));
}
