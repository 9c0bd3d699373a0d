//! The API about people, tokens and the audit log.

use allclear_domain::{Role, Scope};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{NOON, Office, PASSWORD, sign_in};
use crate::support::Engine;
use crate::support::program::{Program, Reply};

#[track_caller]
fn assert_problem(reply: &Reply, status: u16, kind: &str) {
    assert_eq!((reply.status, &reply.json["type"]), (status, &json!(kind)), "{}", reply.json);
    assert_eq!(reply.headers["content-type"], "application/problem+json");
}

#[tokio::test]
async fn people_are_invited_listed_and_changed() {
    for engine in Engine::ALL {
        let office = Office::open(engine).await;
        let (_, program) = office.program(&office.owner_person().await, Scope::ALL).await;
        // Lists are in the order in which things were made, to the millisecond.
        office.clock.turn(SignedDuration::from_millis(1));
        let new = json!({"email": "Grace@example.com", "name": "Grace", "role": "editor"});
        let reply = program.ask("POST", "/api/v1/people", Some(new.clone())).await;
        assert_eq!(reply.status, 201, "{engine:?}: {}", reply.json);
        let path = reply.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(path, format!("/api/v1/people/{}", reply.json["id"].as_str().unwrap()));
        assert_eq!(reply.json["state"], "invited");
        let link = reply.json["link"]["url"].as_str().unwrap();
        let (_, link) = link.split_once("/console/").unwrap();
        let mut grace = office.browser();
        let page = grace.get(&format!("/console/{link}")).await;
        assert!(page.text.contains("grace@example.com"), "{}", page.text);
        let again = program.ask("POST", "/api/v1/people", Some(new)).await;
        assert_problem(&again, 409, "duplicate");

        let reply = program.get("/api/v1/people?limit=1").await;
        assert_eq!(reply.json["items"].as_array().unwrap().len(), 1);
        assert_eq!(reply.json["items"][0]["seen_at"], NOON);
        let next = reply.json["next_cursor"].as_str().unwrap();
        let reply = program.get(&format!("/api/v1/people?limit=1&cursor={next}")).await;
        assert_eq!(reply.json["items"][0]["name"], "Grace");
        assert_eq!(reply.json["next_cursor"], Value::Null);
        assert!(reply.json["items"][0].get("link").is_none(), "given once");

        let shown = program.get(&path).await;
        assert_eq!((shown.status, &shown.json["version"]), (200, &json!(1)));
        assert_eq!(
            (&shown.headers["etag"], &shown.json["name"]),
            (&"\"v1\"".parse().unwrap(), &json!("Grace"))
        );
        let blind = program.ask("PATCH", &path, Some(json!({"role": "owner"}))).await;
        assert_problem(&blind, 428, "version-missing");
        let change = async |version: u32, body| {
            program.ask_at("PATCH", &path, Some(body), &format!("\"v{version}\"")).await
        };
        let reply = change(1, json!({"role": "viewer", "name": "Grace H"})).await;
        assert_eq!((reply.status, &reply.json["role"]), (200, &json!("viewer")));
        assert_eq!(reply.headers["etag"], "\"v2\"");
        // Somebody who still saw the first version changes nothing, not even to what is there.
        for late in [json!({"role": "owner"}), json!({"role": "viewer"})] {
            assert_problem(&change(1, late).await, 412, "version-conflict");
        }
        let reply = change(2, json!({"state": "disabled"})).await;
        assert!(reply.json["disabled_at"].is_string(), "{}", reply.json);
        assert_problem(&change(3, json!({"state": "disabled"})).await, 409, "invalid-transition");
        let reply = change(3, json!({"state": "enabled"})).await;
        assert!(reply.json["link"]["url"].as_str().unwrap().contains("/console/invitation?token="));
        assert_problem(&change(4, json!({})).await, 400, "bad-request");
        assert_problem(&change(4, json!({"name": ""})).await, 422, "invalid");
        assert_problem(&change(4, json!({"email": "x@example.com"})).await, 400, "bad-json");
        let nobody = format!("/api/v1/people/{}", "per_00000000000000000000000000");
        assert_eq!(program.get(&nobody).await.status, 404);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn the_last_owner_stays_and_nobody_reaches_beyond_a_token() {
    let office = Office::open(Engine::Sqlite).await;
    let owner = office.owner_person().await;
    let (_, all) = office.program(&owner, Scope::ALL).await;
    let path = format!("/api/v1/people/{}", owner.id);
    let reply = all.ask_at("PATCH", &path, Some(json!({"state": "disabled"})), "\"v1\"").await;
    assert_problem(&reply, 409, "refused");

    let (grace, _) = office.colleague("grace@example.com", Role::Viewer).await;
    let (_, few) = office.program(&owner, [Scope::Read, Scope::People]).await;
    let invite = |role: &str| json!({"email": "x@example.com", "name": "X", "role": role});
    let revision = office.instance.store().revision().await.unwrap();
    for role in ["responder", "editor", "owner"] {
        let reply = few.ask("POST", "/api/v1/people", Some(invite(role))).await;
        assert_problem(&reply, 403, "refused");
        let path = format!("/api/v1/people/{}", grace.id);
        let reply = few.ask_at("PATCH", &path, Some(json!({"role": role})), "\"v1\"").await;
        assert_problem(&reply, 403, "refused");
    }
    let reply = few.ask_at("PATCH", &path, Some(json!({"name": "Not her name"})), "\"v1\"").await;
    assert_problem(&reply, 403, "refused");
    // The first use of the token is all that was written.
    assert_eq!(office.instance.store().revision().await.unwrap(), revision + 1);
    let reply = few.ask("POST", "/api/v1/people", Some(invite("viewer"))).await;
    assert_eq!(reply.status, 201, "{}", reply.json);
}

#[tokio::test]
async fn tokens_make_list_and_revoke_tokens() {
    for engine in Engine::ALL {
        let office = Office::open(engine).await;
        let owner = office.owner_person().await;
        let (_, program) = office.program(&owner, Scope::ALL).await;
        let (own, small) = office.program(&owner, [Scope::Read]).await;
        office.clock.turn(SignedDuration::from_millis(1));
        let new = json!({"name": "x", "scopes": ["read", "incidents"],
            "expires_at": "2026-11-22T12:00:00Z"});
        let reply = program.ask("POST", "/api/v1/tokens", Some(new.clone())).await;
        assert_eq!(reply.status, 201, "{engine:?}: {}", reply.json);
        let made = Program::at(office.instance.address(), reply.json["secret"].as_str().unwrap());
        assert_eq!(made.get("/api/v1/me").await.json["name"], "x");
        assert_eq!(reply.json["person_id"], owner.id.to_string(), "it goes with the person");

        let reply = program.get("/api/v1/tokens").await;
        assert_eq!(reply.json["items"].as_array().unwrap().len(), 3);
        assert!(reply.json["items"][2].get("secret").is_none(), "given once");
        let reply = small.get("/api/v1/tokens").await;
        assert_eq!(reply.json["items"].as_array().unwrap().len(), 1, "itself alone");
        let path = format!(
            "/api/v1/tokens/{}",
            program.get("/api/v1/tokens").await.json["items"][2]["id"].as_str().unwrap()
        );
        assert_problem(&small.ask("DELETE", &path, None).await, 404, "refused");
        let reply = program.ask("DELETE", &path, None).await;
        assert_eq!((reply.status, reply.json), (204, Value::Null));
        assert_problem(&made.get("/api/v1/me").await, 401, "token-missing");
        assert_problem(&program.ask("DELETE", &path, None).await, 409, "invalid-transition");
        let own = format!("/api/v1/tokens/{}", own.id);
        assert_eq!(small.ask("DELETE", &own, None).await.status, 204, "gives itself up");
        let reply = program.ask("POST", "/api/v1/tokens", Some(json!({"name": "x"}))).await;
        assert_problem(&reply, 400, "bad-json");
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn the_audit_log_is_read_on_and_filtered() {
    for engine in Engine::ALL {
        let office = Office::open(engine).await;
        let owner = office.owner_person().await;
        sign_in(&mut office.browser(), "owner@example.com", PASSWORD).await;
        let (token, program) = office.program(&owner, [Scope::Audit]).await;
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let reply = program.get(&format!("/api/v1/audit?limit=2{cursor}")).await;
            assert_eq!(reply.status, 200, "{engine:?}: {}", reply.json);
            all.extend(reply.json["items"].as_array().unwrap().clone());
            let Some(next) = reply.json["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(all.len(), 4, "set up, signed in twice, a token: {all:?}");
        let reply = program.get("/api/v1/audit?about=token").await;
        assert_eq!(reply.json["items"].as_array().unwrap().len(), 1);
        let entry = &reply.json["items"][0];
        assert_eq!(entry["subject"], token.id.to_string());
        assert_eq!(entry["actor"], format!("person:{}", owner.id));
        assert_eq!(entry["after"]["name"], "program", "a document, not a text");
        assert_eq!(entry["before"], Value::Null);
        let by = format!("/api/v1/audit?actor=person:{}&about={}", owner.id, owner.id);
        assert_eq!(program.get(&by).await.json["items"].as_array().unwrap().len(), 1);
        for bad in ["limit=0", "limit=201", "about=x", "actor=x", "cursor=x"] {
            let reply = program.get(&format!("/api/v1/audit?{bad}")).await;
            assert_problem(&reply, 422, "invalid");
        }
        let nowhere = "cursor=aud_0192f4f0000070008000000000000000";
        let reply = program.get(&format!("/api/v1/audit?{nowhere}")).await;
        assert_problem(&reply, 404, "not-found");
        office.instance.stop().await;
    }
}
