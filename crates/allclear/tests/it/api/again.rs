//! Requests that are sent again: done once.

use jiff::SignedDuration;
use serde_json::json;

use super::Program;
use crate::support::Engine;

const KEY: (&str, &str) = ("idempotency-key", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"");

#[tokio::test]
async fn a_request_under_a_key_is_done_once_and_answered_alike() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let new = || Some(json!({"title": "Payments fail"}));
        let first = program.ask("POST", "/api/v1/incidents", &[KEY], new()).await.expect(201);
        let again = program.ask("POST", "/api/v1/incidents", &[KEY], new()).await.expect(201);
        assert_eq!(again.json, first.json);
        for header in ["etag", "location", "content-type", "cache-control"] {
            assert_eq!(again.header(header), first.header(header), "{header}");
        }
        let list = program.get("/api/v1/incidents").await.expect(200);
        assert_eq!(list.json["items"].as_array().unwrap().len(), 1);
        let other = Some(json!({"title": "Mail is late"}));
        let other = program.ask("POST", "/api/v1/incidents", &[KEY], other).await.expect(422);
        assert_eq!(other.kind(), "idempotency-key-used");
        program.clock.turn(SignedDuration::from_hours(25));
        let later = program.ask("POST", "/api/v1/incidents", &[KEY], new()).await.expect(201);
        assert_ne!(later.json["id"], first.json["id"]);
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn what_was_refused_may_be_sent_again_under_its_key() {
    let program = Program::on(Engine::Sqlite).await;
    let made = program.post("/api/v1/incidents", json!({"title": "Slow"})).await.expect(201);
    let path = format!("{}/reopen", made.header("location"));
    program.ask("POST", &path, &[KEY], None).await.expect(409);
    let end = json!({"update": {"body": "It is over."}});
    program.post(&format!("{}/resolve", made.header("location")), end).await.expect(200);
    program.ask("POST", &path, &[KEY], None).await.expect(200);
    let again = program.ask("POST", &path, &[KEY], None).await.expect(200);
    assert_eq!(again.json["status"], "investigating");
}

#[tokio::test]
async fn at_the_same_time_one_is_done_and_the_others_are_told() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let ask = async || {
            let new = Some(json!({"name": "Mail"}));
            let answer = program.ask("POST", "/api/v1/components", &[KEY], new).await;
            (answer.status, answer.kind().to_owned())
        };
        let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
        let done = (201, String::new());
        let in_use = (409, "idempotency-key-in-use".to_owned());
        for answer in [&a, &b, &c, &d] {
            assert!([&done, &in_use].contains(&answer), "{answer:?}");
        }
        assert!([&a, &b, &c, &d].contains(&&done));
        let list = program.get("/api/v1/components").await.expect(200);
        assert_eq!(list.json["items"].as_array().unwrap().len(), 3);
        program.instance.stop().await;
    }
}

/// The server was killed after the change and before what it answered was kept.
#[tokio::test]
async fn a_change_whose_answer_was_lost_is_not_made_again() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let new = || Some(json!({"title": "Payments fail"}));
        program.ask("POST", "/api/v1/incidents", &[KEY], new()).await.expect(201);
        program._fresh.change(include_str!("../../rigs/databases/lose_answers.sql"));
        let again = program.ask("POST", "/api/v1/incidents", &[KEY], new()).await.expect(409);
        assert_eq!(again.kind(), "idempotency-key-in-use");
        let list = program.get("/api/v1/incidents").await.expect(200);
        assert_eq!(list.json["items"].as_array().unwrap().len(), 1);
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let program = Program::on(Engine::Sqlite).await;
    let long = "x".repeat(256);
    for key in ["\"\"", long.as_str()] {
        let new = Some(json!({"title": "Payments fail"}));
        let headers = [("idempotency-key", key)];
        program.ask("POST", "/api/v1/incidents", &headers, new).await.expect(400);
    }
}
