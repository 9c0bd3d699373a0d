//! Checks: each rule at its edge. Bad values of every field are refused in
//! `crates/allclear-incidents/src/history/tests/bad_values.rs`, over the stored form.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Validate, stray_characters};
use crate::incident::Reopening;
use crate::limits;
use crate::record::LossCounts;
use crate::status_page::StatusPage;
use crate::text::{InternalText, Prose};
use crate::times::{Bound, Moment};
use crate::{Announcement, Incident};

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn page(fields: &Value) -> Vec<String> {
    let mut page = json!({
        "id": "pag_018f0000000070008000000000000001", "slug": "x", "title": "X",
    });
    for (name, value) in fields.as_object().unwrap() {
        page[name] = value.clone();
    }
    let page: StatusPage = serde_json::from_value(page).unwrap();
    page.problems(now()).into_iter().map(|problem| problem.field).collect()
}

fn incident(fields: &Value) -> Incident {
    let mut incident = json!({
        "id": "inc_018f0000000070008000000000000001", "public_id": "aaaaaaaaaaaa",
        "page_id": "pag_018f0000000070008000000000000001", "title": "X",
        "state": {"status": "investigating"}, "publication": {"is": "draft"},
        "started": {"known": "unknown"}, "created_at": "2026-11-20T12:00:00Z",
    });
    for (name, value) in fields.as_object().unwrap() {
        incident[name] = value.clone();
    }
    serde_json::from_value(incident).unwrap()
}

#[test]
fn stray_characters_are_found_in_their_lines() {
    let found = |text: &str| {
        let strays = stray_characters(text).map(|s| (s.line, u32::from(s.character)));
        strays.collect::<Vec<_>>()
    };
    assert_eq!(found("a\tb\r\nc\n"), []);
    assert_eq!(found("old\rMac\r"), []);
    assert_eq!(found("a\0\nb\n\u{1b}[1m\u{85}"), [(1, 0), (3, 0x1b), (3, 0x85)]);
    assert_eq!(found("a\r\r\nb\rc"), [(1, 13), (2, 13)]);
    let said = stray_characters("\n\0").next().unwrap().to_string();
    assert_eq!(said, "line 2: the control character U+0000");
}

proptest! {
    /// What is let through is what PostgreSQL takes and a page shows.
    #[test]
    fn a_prose_passes_exactly_without_control_characters(text in "[\\x00-\\xa0\\r\\n\\t\u{2028}]{0,6}") {
        let is_good = !text
            .replace("\r\n", "\n")
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t');
        prop_assert_eq!(Prose::plain(text.clone()).problems(now()).is_empty(), is_good);
        prop_assert_eq!(InternalText::new(text).problems(now()).is_empty(), is_good);
    }

    #[test]
    fn host_names_are_those_of_their_standard(name in "[a-c0.:/ _äA-]{0,12}") {
        let labels: Vec<&str> = name.split('.').collect();
        let is_good = labels.iter().all(|label| {
            !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
                && label.chars().all(|c| "abc0-".contains(c))
        });
        prop_assert_eq!(page(&json!({"host_names": [name]})).is_empty(), is_good);
    }
}

#[test]
fn host_names_have_an_end() {
    let name = |labels: usize| vec!["a23456789".to_owned(); labels].join(".");
    assert_eq!(page(&json!({"host_names": ["x.example.com", name(25)]})), [""; 0]);
    for bad in [name(26), "a".repeat(64), "example.com:80".into(), "example.com.".into()] {
        assert_eq!(page(&json!({"host_names": ["x.example.com", bad]})), ["host_names[1]"]);
    }
    let many: Vec<String> = (0..=limits::HOST_NAMES_MAX).map(|n| format!("h{n}")).collect();
    assert_eq!(page(&json!({"host_names": many})), ["host_names"]);
}

#[test]
fn addresses_are_those_of_web_pages() {
    let fields = |page: &str, discussion: &str| {
        let incident = incident(&json!({
            "record": {"fault_pages": [page]},
            "postmortem": {
                "publication": {"is": "draft"}, "summary": {"text": ""},
                "discussion_url": discussion,
            },
        }));
        incident.problems(now()).into_iter().map(|problem| problem.field).collect::<Vec<_>>()
    };
    for good in ["https://example.com", "http://example.com:8080/a?b=c#d"] {
        assert_eq!(fields(good, good), [""; 0]);
    }
    let both = ["record.fault_pages[0]", "postmortem.discussion_url"];
    let long = format!("https://example.com/{}", "a".repeat(limits::URL_BYTES_MAX));
    for bad in
        ["", "ftp://example.com/", "https://", "http:///x", "https://a b", "https://a\0", &long]
    {
        assert_eq!(fields(bad, bad), both, "{bad}");
    }
    for script in ["javascript:alert(1)", "data:text/html,x", "HTTPS://example.com"] {
        assert_eq!(fields(script, script), both, "{script}");
    }
    // Publishers print addresses without their scheme; those are shown as words.
    for words in ["status.example.net/fault/7", "status.example.net:8443/"] {
        assert_eq!(fields(words, words), both[1..], "{words}");
    }
}

#[test]
fn what_has_happened_does_not_lie_ahead() {
    let fields = |at: Timestamp| {
        let at = at.to_string();
        let incident = incident(&json!({
            "created_at": at,
            "started": {"known": "at", "at": at, "precision": "minute"},
            "state": {"status": "monitoring", "since": at},
        }));
        incident.problems(now()).len()
    };
    let edge = now() + limits::CLOCK_DIFFERENCE_MAX;
    assert_eq!(fields(edge), 0);
    assert_eq!(fields(edge + SignedDuration::from_nanos(1)), 3);
    let day = |on: &str| {
        let incident = incident(&json!({"started": {"known": "on", "on": on}}));
        incident.problems(now()).len()
    };
    // Where the clock is ahead most, the next day has begun.
    assert_eq!((day("2026-11-21"), day("2026-11-22")), (0, 1));
    let far = incident(&json!({"started": {"known": "on", "on": "9999-12-30"}}));
    assert!(far.problems(Timestamp::MAX).is_empty());
}

#[test]
fn an_announcement_may_be_of_something_ahead() {
    let ahead: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    let mut announcement: Announcement = serde_json::from_value(json!({
        "id": "ann_018f0000000070008000000000000001", "public_id": "aaaaaaaaaaaa",
        "page_id": "pag_018f0000000070008000000000000001", "title": "X", "body": {"text": ""},
        "publication": {"is": "draft"}, "shown_at": {"known": "unknown"},
        "created_at": "2026-11-20T12:00:00Z",
    }))
    .unwrap();
    announcement.shown_at = Moment::At { at: ahead };
    announcement.until = Some(ahead);
    assert_eq!(announcement.problems(now()), []);
    announcement.until = Some(now());
    assert_eq!(announcement.problems(now())[0].field, "until");
}

#[test]
fn nothing_is_opened_again_before_its_end() {
    let reopening = |text: &str| Reopening {
        reopened_at: text.parse().unwrap(),
        ended_before: Bound::exactly("2020-02-02T12:00:00Z".parse().unwrap()),
    };
    assert!(reopening("2020-02-02T12:00:00Z").problems(now()).is_empty());
    assert_eq!(reopening("2020-02-02T11:00:00Z").problems(now())[0].field, "reopened_at");
}

#[test]
fn counts_add_up() {
    let fields = |counts: Value| {
        let counts: LossCounts = serde_json::from_value(counts).unwrap();
        counts.problems(now()).into_iter().map(|problem| problem.field).collect::<Vec<_>>()
    };
    assert_eq!(fields(json!({"accepted": 5, "delivered": 4, "lost": 1, "late": 4})), [""; 0]);
    assert_eq!(fields(json!({"delivered": u64::MAX, "lost": u64::MAX})), [""; 0]);
    assert_eq!(fields(json!({"accepted": 5, "delivered": 5, "lost": 1})), ["accepted"]);
    assert_eq!(
        fields(json!({"accepted": u64::MAX, "delivered": u64::MAX, "lost": 1})),
        ["accepted"]
    );
    assert_eq!(fields(json!({"delivered": 4, "late": 5})), ["late"]);
    assert_eq!(fields(json!({"accepted": 4, "late": 5})), ["late"]);
}

#[test]
fn all_texts_of_a_record_are_bounded_together() {
    let text = "x".repeat(limits::PROSE_BYTES_MAX);
    let update = |n: usize| {
        json!({
            "id": format!("upd_{n:032x}"), "shown_at": {"known": "unknown"},
            "posted_at": "2026-11-20T12:00:00Z", "body": {"text": text},
        })
    };
    let of = |count: usize| {
        let updates: Vec<Value> = (0..count).map(update).collect();
        let problems = incident(&json!({"updates": updates})).problems(now());
        problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>()
    };
    let fit = limits::RECORD_BYTES_MAX / limits::PROSE_BYTES_MAX;
    assert_eq!(of(fit - 1), [""; 0]);
    assert_eq!(of(fit), ["record"]);
}
