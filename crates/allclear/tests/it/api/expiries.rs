//! What ends, over the API: entered, renewed, warned of, and read by calendars.

use allclear_domain::Scope;
use serde_json::json;

use super::Program;
use crate::support::Engine;

const ALL: &str = "/api/v1/expiries";

#[tokio::test]
async fn a_date_is_entered_renewed_and_removed() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let new = json!({"name": "Contract", "due_on": "2026-12-05", "owner": "Accounting"});
        let made = program.post(ALL, new).await.expect(201);
        let path = format!("{ALL}/{}", made.id());
        assert_eq!(made.json["state"], "soon");
        assert_eq!((&made.json["days_left"], &made.json["kind"]), (&json!(14), &json!("dated")));
        assert_eq!(made.json["ends_at"], "2026-12-06T00:00:00Z");
        assert_eq!(made.json["warn_days"], json!([30, 14, 7, 1]));
        let renewal = json!({"due_on": "2027-12-05"});
        let renewed = program.post(&format!("{path}/renew"), renewal).await.expect(200);
        assert_eq!(
            (&renewed.json["state"], &renewed.json["warned_at"]),
            (&json!("fine"), &json!(null))
        );
        let audit = program.get(&format!("/api/v1/audit?about={}", made.id())).await.expect(200);
        let entries = audit.json["items"].as_array().unwrap().iter().map(ToString::to_string);
        let is_told = |entry: &String| entry.contains("2026-12-05") && entry.contains("2027-12-05");
        assert!(entries.filter(is_told).count() == 1, "the former date is kept: {}", audit.text);
        program.ask("DELETE", &path, &[], None).await.expect(204);
        program.get(&path).await.expect(404);
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn what_cannot_end_is_refused_with_its_field() {
    let program = Program::on(Engine::Sqlite).await;
    for (new, field) in [
        (json!({"name": "x"}), "due_on"),
        (json!({"name": "x", "due_on": "2027-01-01", "domain": "example.com"}), "due_on"),
        (json!({"name": "x", "domain": "192.0.2.1"}), "domain"),
        (json!({"name": "x", "domain": "localhost"}), "what.domain.domain"),
        (json!({"name": " ", "due_on": "2027-01-01"}), "name"),
        (json!({"name": "x", "due_on": "2027-01-01", "warn_days": [9_999]}), "warn_days[0]"),
        (json!({"name": "x", "due_on": "2027-01-01", "link": "javascript:alert(1)"}), "link"),
    ] {
        let answer = program.post(ALL, new.clone()).await.expect(422);
        assert!(answer.text.contains(field), "{new}: {}", answer.text);
    }
    let new = json!({"domain": "Bücher.example."});
    let made = program.post(ALL, new.clone()).await.expect(201);
    assert_eq!(made.json["domain"]["domain"], "xn--bcher-kva.example");
    program.post(ALL, new).await.expect(409);
    // A registry says when it ends, and nobody else.
    let path = format!("{ALL}/{}/renew", made.id());
    program.post(&path, json!({"due_on": "2027-01-01"})).await.expect(409);
    program.instance.stop().await;
}

#[tokio::test]
async fn a_calendar_reads_at_a_secret_address_until_it_is_revoked() {
    let program = Program::on(Engine::Sqlite).await;
    let new = json!({"name": "Contract", "due_on": "2027-03-31"});
    let id = program.post(ALL, new).await.expect(201).id().to_owned();
    let feeds = "/api/v1/expiry-feeds";
    let made = program.post(feeds, json!({"name": "Ada"})).await.expect(201);
    let url = made.json["url"].as_str().unwrap();
    let path = url.split_once("/calendar/").map(|(_, rest)| format!("/calendar/{rest}")).unwrap();
    let listed = program.get(feeds).await.expect(200);
    assert!(!listed.text.contains("cal_"), "the address is shown once: {}", listed.text);
    let calendar = program.get(&path).await.expect(200);
    assert_eq!(calendar.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(calendar.header("cache-control"), "private, no-store");
    assert!(calendar.text.contains(&format!("UID:{id}\r\n")), "{}", calendar.text);
    assert!(calendar.text.contains("DTSTART;VALUE=DATE:20270331\r\n"), "{}", calendar.text);
    program.get("/calendar/cal_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics").await.expect(404);
    program.ask("DELETE", &format!("{feeds}/{}", made.id()), &[], None).await.expect(204);
    program.get(&path).await.expect(404);
    program.instance.stop().await;
}

#[tokio::test]
async fn whoever_may_only_read_enters_nothing() {
    let mut program = Program::on(Engine::Sqlite).await;
    program.token = super::token(&program.instance, &[Scope::Read]).await;
    let new = json!({"name": "Contract", "due_on": "2027-03-31"});
    program.post(ALL, new).await.expect(403);
    program.post("/api/v1/expiry-feeds", json!({"name": "Ada"})).await.expect(403);
    program.get(ALL).await.expect(200);
    program.instance.stop().await;
}
