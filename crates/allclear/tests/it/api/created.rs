//! What is made is told as it is shown later, down to the last digit of its times.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Program;
use crate::support::Engine;

/// More digits than databases keep.
const EXACT: &str = "2026-11-21T12:00:00.123456789Z";
const LATER: &str = "2026-11-22T01:02:03.987654321Z";

/// Something of every noun that is made over the API, with times as exact as they come.
fn new_ones() -> Vec<(&'static str, Value)> {
    let affected = json!([{"component": "checkout", "status": "under_maintenance"}]);
    vec![
        ("/api/v1/status-pages", json!({"title": "Second"})),
        ("/api/v1/components", json!({"name": "Mail"})),
        (
            "/api/v1/incidents",
            json!({"title": "Slow", "started": {"at": "2026-11-21T11:00:00.123456789Z"},
                "update": {"body": "We look.", "status": "investigating",
                    "next_update_due_at": "2026-11-21T13:00:00.123456789Z"}}),
        ),
        (
            "/api/v1/maintenance",
            json!({"title": "New disks", "starts_at": LATER, "affected": affected,
                "ends_at": "2026-11-22T02:00:00.123456789Z"}),
        ),
        (
            "/api/v1/maintenance-series",
            json!({"title": "New certificates", "rule": "FREQ=WEEKLY", "affected": affected,
                "first": "2026-12-06T02:30", "lasts_minutes": 60}),
        ),
        ("/api/v1/announcements", json!({"title": "Prices", "body": "New.", "until": LATER})),
        (
            "/api/v1/templates",
            json!({"name": "Mail is late", "begins": "incident", "title": "Mail is late"}),
        ),
        (
            "/api/v1/checks",
            json!({"name": "Shop", "kind": {"http": {"url": "https://shop.example.com"}},
                "affects": [{"component": "checkout"}]}),
        ),
        (
            "/api/v1/expiries",
            json!({"name": "Contract", "due_on": "2029-03-31", "warn_days": [7, 30],
                "owner": "Accounting", "link": "https://example.com/contract"}),
        ),
        ("/api/v1/expiry-feeds", json!({"name": "Accounting"})),
        (
            "/api/v1/people",
            json!({"name": "Grace", "email": "grace@example.com", "role": "viewer"}),
        ),
        ("/api/v1/tokens", json!({"name": "deploy", "scopes": ["read"], "expires_at": LATER})),
    ]
}

#[tokio::test]
async fn what_is_made_reads_back_as_it_was_told() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        program.clock.set(EXACT.parse().unwrap());
        for (path, new) in new_ones() {
            let made = program.post(path, new).await.expect(201);
            let told = |json: &Value| {
                let mut json = json.clone();
                // What is given once is not shown later; a status follows from what is published.
                for other in ["secret", "link", "url", "status"] {
                    json.as_object_mut().unwrap().remove(other);
                }
                json
            };
            let list = program.get(&format!("{path}?limit=200")).await.expect(200);
            let items = list.json["items"].as_array().unwrap();
            let listed = items.iter().find(|item| item["id"] == made.json["id"]).unwrap();
            assert_eq!(told(listed), told(&made.json), "{engine:?} {path}");
            let one = program.get(made.header("location")).await;
            if one.status != 404 && one.status != 405 {
                assert_eq!(told(&one.json), told(&made.json), "{engine:?} {path}");
            }
        }
        program.instance.stop().await;
    }
}

/// No noun is forgotten above.
#[test]
fn every_noun_that_is_made_is_looked_at() {
    let rules = allclear_web::api::rules();
    let makes = rules.iter().filter(|rule| rule.method == "POST" && !rule.path.contains('{'));
    let mut made: BTreeSet<&str> = makes.map(|rule| rule.path).collect();
    for other in ["/api/v1/apply", "/api/v1/check-imports", "/api/v1/check-proposals"] {
        assert!(made.remove(other), "it makes nothing of its own");
    }
    assert_eq!(made, new_ones().iter().map(|(path, _)| *path).collect());
}
