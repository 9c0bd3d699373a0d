//! What holds for every address: versions, cursors, problems, methods.

use allclear_domain::Scope;
use allclear_web::access::Needs;
use serde_json::json;

use super::{Program, token};
use crate::support::Engine;

#[tokio::test]
async fn two_editors_never_overwrite_each_other() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let made = program.post("/api/v1/incidents", json!({"title": "Slow"})).await.expect(201);
        let place = made.header("location").to_owned();
        let without = program.ask("PATCH", &place, &[], Some(json!({"title": "x"}))).await;
        assert_eq!(without.expect(428).kind(), "version-missing");
        program.patch(&place, "\"v1\"", json!({"title": "Slow search"})).await.expect(200);
        let late = program.patch(&place, "\"v1\"", json!({"title": "Very slow"})).await;
        assert_eq!(late.expect(412).kind(), "version-conflict");
        let weak = program.patch(&place, "\"v0\"", json!({"title": "x"})).await;
        assert_eq!(weak.status, 412);
        let there = program.get(&place).await.expect(200);
        assert_eq!(there.json["title"], "Slow search");
        assert_eq!(there.header("etag"), "\"v2\"");
        // What adds may say what it was made to, and then is held to it.
        let path = format!("{place}/updates");
        let update = Some(json!({"body": "Still slow."}));
        let late = program.ask("POST", &path, &[("if-match", "\"v1\"")], update).await;
        assert_eq!(late.status, 412);
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn cursors_go_on_where_the_slice_ended_whatever_came_meanwhile() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        for n in 0..5 {
            program.clock.turn(jiff::SignedDuration::from_secs(1));
            let new = json!({"title": format!("Incident {n}")});
            program.post("/api/v1/incidents", new).await.expect(201);
        }
        let (mut seen, mut path) = (Vec::new(), "/api/v1/incidents?limit=2".to_owned());
        loop {
            let slice = program.get(&path).await.expect(200);
            for item in slice.json["items"].as_array().unwrap() {
                seen.push(item["title"].as_str().unwrap().to_owned());
            }
            program.clock.turn(jiff::SignedDuration::from_secs(1));
            program.post("/api/v1/incidents", json!({"title": "Later"})).await.expect(201);
            let Some(next) = slice.json["next_cursor"].as_str() else { break };
            path = format!("/api/v1/incidents?limit=2&cursor={next}");
        }
        let wanted: Vec<String> = (0..5).rev().map(|n| format!("Incident {n}")).collect();
        assert_eq!(seen, wanted);
        for wrong in ["limit=0", "limit=201", "limit=x", "cursor=abc", "status=broken"] {
            let refused = program.get(&format!("/api/v1/incidents?{wrong}")).await;
            assert_eq!(refused.expect(422).kind(), "invalid", "{wrong}");
        }
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let program = Program::on(Engine::Sqlite).await;
    let wrong = json!({"title": "x", "severity": 1});
    let refused = program.post("/api/v1/incidents", wrong).await.expect(400);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert!(refused.json["detail"].as_str().unwrap().contains("severity"), "{}", refused.json);
    let listed = program.post("/api/v1/incidents", json!(["x", "x"])).await.expect(400);
    assert_eq!(listed.kind(), "bad-json");
    let wrong = json!({"title": "x", "affected": [{"component": "none", "status": "operational"}]});
    let refused = program.post("/api/v1/incidents", wrong).await.expect(422);
    assert_eq!(refused.json["errors"][0]["field"], "component");
    let refused = program.post("/api/v1/incidents", json!({"title": ""})).await.expect(422);
    assert_eq!(refused.json["field"], "title");
    let elsewhere = program.ask("PUT", "/api/v1/incidents", &[], None).await.expect(405);
    assert_eq!(elsewhere.kind(), "wrong-method");
    assert_eq!(elsewhere.header("allow"), "GET,HEAD,POST");
    let nowhere = program.get("/api/v1/incidents/inc_0").await.expect(404);
    assert_eq!(nowhere.kind(), "not-found");
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_nothing_else() {
    let mut program = Program::on(Engine::Sqlite).await;
    let made = program.post("/api/v1/incidents", json!({"title": "Slow"})).await.expect(201);
    for scope in Scope::ALL {
        program.token = token(&program.instance, &[scope]).await;
        for rule in allclear_web::api::rules() {
            let path = rule.path.replace("{id}", made.id());
            let answer = program.ask(rule.method, &path, &[], None).await;
            let may = rule.needs == Needs::Scope(scope) || rule.needs == Needs::SignedIn;
            assert_eq!(answer.status != 403, may, "{scope}: {} {path}", rule.method);
        }
    }
    program.token = String::new();
    for rule in allclear_web::api::rules() {
        let answer = program.ask(rule.method, rule.path, &[], None).await.expect(401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}
