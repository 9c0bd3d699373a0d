//! Summaries as they are written, and as they should not be.

use allclear_domain::check::{ReasonCode, UpstreamCounts};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn now() -> Timestamp {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

fn summary(indicator: &str, api: &str, mail: &str) -> Value {
    json!({
        "page": {"id": "p1", "name": "Example Provider", "url": "https://status.example.com",
            "updated_at": "2026-06-15T10:20:00Z", "time_zone": "Etc/UTC"},
        "status": {"indicator": indicator, "description": "Some words of theirs"},
        "components": [
            {"id": "c1", "name": "API", "status": api, "group_id": null},
            {"id": "c2", "name": "Mail", "status": mail, "group_id": "g1"},
        ],
        "incidents": [],
        "scheduled_maintenances": [],
    })
}

fn incident(name: &str, impact: &str, component: &str) -> Value {
    json!({
        "name": name, "status": "investigating", "impact": impact,
        "shortlink": format!("https://stat.us.example.com/{impact}"),
        "started_at": "2026-06-15T10:12:31.512+00:00", "created_at": "2026-06-15T10:15:00Z",
        "components": [{"id": component, "name": "x"}],
    })
}

fn concerning(components: &[&str]) -> UpstreamCheck {
    let components = components.iter().map(|name| (*name).to_owned()).collect();
    UpstreamCheck { components, ..UpstreamCheck::of("https://status.example.com") }
}

fn ask(check: &UpstreamCheck, summary: &Value) -> Result<Told, Reason> {
    let read = read(&summary.to_string()).map_err(untold)?;
    judge(check, "status.example.com", &read, now())
}

fn told(check: &UpstreamCheck, summary: &Value) -> (Verdict, String) {
    let told = ask(check, summary).unwrap();
    (told.verdict, told.sentence)
}

#[test]
fn the_whole_is_judged_by_its_indicator() {
    for (indicator, verdict, words) in [
        ("none", Verdict::Ok, "All is well"),
        ("maintenance", Verdict::Ok, "Under maintenance"),
        ("minor", Verdict::Degraded, "Degraded performance"),
        ("major", Verdict::Fail, "Partial outage"),
        ("critical", Verdict::Fail, "Major outage"),
    ] {
        let summary = summary(indicator, "operational", "operational");
        let expected = format!("Example Provider says: {words}");
        assert_eq!(told(&concerning(&[]), &summary), (verdict, expected));
    }
    let odd = ask(&concerning(&[]), &summary("purple", "", "")).unwrap_err();
    assert_eq!(odd.code, ReasonCode::Unread);
    assert!(odd.told.contains("“purple”"), "{odd:?}");
}

#[test]
fn what_concerns_us_is_told_with_their_words_and_their_page() {
    let mut summary = summary("critical", "partial_outage", "major_outage");
    summary["incidents"] = json!([
        incident("Mail is lost", "critical", "c2"),
        incident("Errors of\n the API", "minor", "c1"),
        {"name": "Over", "status": "resolved", "impact": "critical", "components": [{"id": "c1"}]},
    ]);
    let api = ask(&concerning(&["API"]), &summary).unwrap();
    assert_eq!(
        (api.verdict, api.sentence.as_str()),
        (
            Verdict::Fail,
            "Example Provider says: Partial outage of API since 10:12 UTC – Errors of the API"
        )
    );
    assert_eq!(api.fault_page.as_deref(), Some("https://stat.us.example.com/minor"));
    let both = ask(&concerning(&["API", " Mail"]), &summary).unwrap();
    assert!(both.sentence.contains("Major outage of Mail since"), "{both:?}");
    let whole = ask(&concerning(&[]), &summary).unwrap();
    assert!(whole.sentence.ends_with("Major outage since 10:12 UTC – Mail is lost"), "{whole:?}");
    summary["incidents"] = Value::Null;
    let bare = ask(&concerning(&["API"]), &summary).unwrap();
    assert_eq!(bare.sentence, "Example Provider says: Partial outage of API");
    assert_eq!(bare.fault_page.as_deref(), Some("https://status.example.com/"));
}

#[test]
fn a_component_that_works_is_not_what_others_are() {
    let mut summary = summary("critical", "operational", "major_outage");
    summary["incidents"] = json!([incident("Mail is lost", "critical", "c2")]);
    let expected = "Example Provider says: All is well of API".to_owned();
    assert_eq!(told(&concerning(&["API"]), &summary), (Verdict::Ok, expected));
}

#[test]
fn maintenance_counts_as_it_is_said() {
    let mut summary = summary("maintenance", "under_maintenance", "operational");
    summary["scheduled_maintenances"] = json!([
        {"name": "Next week", "status": "scheduled", "shortlink": "https://stat.us.example.com/2"},
        {"name": "New disks", "status": "in_progress", "created_at": "2026-06-14T10:00:00Z",
            "shortlink": "https://stat.us.example.com/1"},
    ]);
    let counts = UpstreamCounts { under_maintenance: Verdict::Unknown, ..Default::default() };
    let check = UpstreamCheck { counts, ..concerning(&["API", "Mail"]) };
    let said = ask(&check, &summary).unwrap();
    assert_eq!(said.verdict, Verdict::Unknown, "not ok, as one of them is not known");
    let words = "Under maintenance of API since 2026-06-14 10:00 UTC – New disks";
    assert!(said.sentence.ends_with(words), "{said:?}");
}

#[test]
fn a_component_that_is_not_there_is_told_unless_another_is_down() {
    let reason = ask(&concerning(&["api"]), &summary("none", "operational", "operational"));
    let reason = reason.unwrap_err();
    assert_eq!(reason.code, ReasonCode::Unread);
    let words = "Example Provider tells of no component “api”: it has “API”, “Mail”";
    assert_eq!(reason.told, words);
    let down = summary("major", "major_outage", "operational");
    assert_eq!(told(&concerning(&["API", "gone"]), &down).0, Verdict::Fail);
    let odd = ask(&concerning(&["API"]), &summary("none", "purple", "operational")).unwrap_err();
    assert!(odd.told.contains("“purple”"), "{odd:?}");
}

#[test]
fn what_nobody_touched_for_long_is_told() {
    let old = |at: &str| {
        let mut summary = summary("none", "operational", "operational");
        summary["page"]["updated_at"] = json!(at);
        read(&summary.to_string()).unwrap().staleness(now())
    };
    assert_eq!(old("2026-06-01T00:00:00Z"), None);
    assert_eq!(old("soon"), None);
    assert!(old("2026-01-01T00:00:00Z").unwrap().contains("165 days ago"));
}

#[test]
fn what_is_no_summary_is_refused() {
    for text in ["", "[]", "{", "{}", r#"{"page": 1}"#, "<html></html>", "ok"] {
        assert!(read(text).is_err(), "{text}");
    }
    // Others leave out what they do not have.
    let short = read(r#"{"page": {}, "components": [{"name": "API"}, 7, null]}"#).unwrap();
    let reason = judge(&concerning(&[]), "status.example.com", &short, now()).unwrap_err();
    assert!(reason.told.starts_with("status.example.com says “”"), "{reason:?}");
}

proptest! {
    #[test]
    fn no_text_of_theirs_gets_through_as_it_is(
        name in ".{0,400}", title in ".{0,400}", link in ".{0,60}",
    ) {
        let mut summary = summary("major", "major_outage", "operational");
        summary["page"]["name"] = json!(name);
        summary["page"]["url"] = json!(link);
        summary["incidents"] = json!([{"name": title, "shortlink": link}]);
        let told = ask(&concerning(&["API"]), &summary).unwrap();
        prop_assert!(!told.sentence.contains('\n'));
        prop_assert!(told.sentence.chars().count() < 400);
        if let Some(page) = told.fault_page {
            prop_assert!(page.starts_with("https://") || page.starts_with("http://"));
        }
    }
}
