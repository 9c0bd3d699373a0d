//! The nouns over the API, from beginning to end.

use serde_json::json;

use super::Program;
use crate::support::Engine;

#[tokio::test]
async fn an_incident_from_its_report_to_its_end() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let new = json!({
            "title": "Payments fail",
            "affected": [{"component": "checkout", "status": "major_outage"}],
            "update": {"status": "investigating", "body": "We are **looking**."},
        });
        let reported = program.post("/api/v1/incidents", new).await.expect(201);
        assert_eq!(reported.header("etag"), "\"v1\"");
        let place = reported.header("location").to_owned();
        assert_eq!(place, format!("/api/v1/incidents/{}", reported.id()));
        assert_eq!(reported.json["impact"], "critical");
        let public = format!("/api/v1/incidents/{}", reported.json["public_id"].as_str().unwrap());
        assert_eq!(program.get(&public).await.expect(200).json, reported.json);

        let update = json!({"status": "identified", "body": "A certificate ran out.",
            "components": [{"component": "checkout", "status": "partial_outage"}]});
        let posted = program.post(&format!("{place}/updates"), update).await.expect(201);
        assert_eq!(posted.json["status"], "identified");
        assert_eq!(posted.header("etag"), "\"v2\"");
        let update_id = posted.json["updates"][1]["id"].as_str().unwrap().to_owned();

        let edit = json!({"body": "The certificate of the gateway ran out."});
        let path = format!("{place}/updates/{update_id}");
        let edited = program.patch(&path, "\"v2\"", edit).await.expect(200);
        assert_eq!(edited.json["updates"][1]["edits"], 1);

        let patch = json!({"title": "Card payments fail", "impact": "major",
            "record": {"causes": [{"text": "A certificate", "certainty": "known"}]}});
        let patched = program.patch(&place, "\"v3\"", patch).await.expect(200);
        assert_eq!(patched.json["record"]["causes"][0]["text"], "A certificate");
        assert_eq!(patched.json["record"]["affected"][0]["status"], "major_outage");

        let end = json!({"update": {"body": "It is over."}});
        let resolved = program.post(&format!("{place}/resolve"), end.clone()).await.expect(200);
        assert_eq!(resolved.json["status"], "resolved");
        let again = program.post(&format!("{place}/resolve"), end).await.expect(409);
        assert_eq!(again.kind(), "invalid-transition");
        let open = program.get("/api/v1/incidents?status=open").await.expect(200);
        assert_eq!(open.json["items"], json!([]));
        program.ask("POST", &format!("{place}/reopen"), &[], None).await.expect(200);
        let open = program.get("/api/v1/incidents?status=open&status_page=example-shop").await;
        assert_eq!(open.expect(200).json["items"][0]["title"], "Card payments fail");
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn a_draft_is_published_and_not_before() {
    let program = Program::on(Engine::Sqlite).await;
    let new = json!({"title": "Mail is late", "is_draft": true});
    let draft = program.post("/api/v1/incidents", new).await.expect(201);
    assert_eq!(draft.json["published_at"], json!(null));
    let path = format!("/api/v1/incidents/{}/publish", draft.id());
    let published = program.ask("POST", &path, &[], None).await.expect(200);
    assert_eq!(published.json["published_at"], super::NOON);
    program.ask("POST", &path, &[], None).await.expect(409);
}

#[tokio::test]
async fn maintenance_is_planned_moved_begun_and_becomes_an_incident() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let new = json!({
            "title": "New database", "starts_at": "2026-11-22T01:00:00Z",
            "ends_at": "2026-11-22T02:00:00Z",
            "affected": [{"component": "search", "status": "under_maintenance"}],
        });
        let planned = program.post("/api/v1/maintenance", new).await.expect(201);
        let place = planned.header("location").to_owned();
        let next = json!({"starts_at": "2026-11-23T01:00:00Z", "ends_at": "2026-11-23T02:00:00Z",
            "why": "The vendor asked for it."});
        let moved = program.post(&format!("{place}/reschedule"), next).await.expect(200);
        assert_eq!(moved.json["former_windows"][0]["why"], "The vendor asked for it.");
        let patch = json!({"expected_effect": "Search is slow.", "is_automatic": false});
        let patched = program.patch(&place, "\"v2\"", patch).await.expect(200);
        assert_eq!(patched.json["expected_effect"], "Search is slow.");
        program.ask("POST", &format!("{place}/begin"), &[], None).await.expect(200);
        program.ask("POST", &format!("{place}/verify"), &[], None).await.expect(200);
        let failed = json!({"title": "Search is down", "status": "major_outage"});
        let done = program.post(&format!("{place}/convert"), failed).await.expect(201);
        assert_eq!(done.json["maintenance"]["converted_to"], done.json["incident"]["id"]);
        let incident = program.get(done.header("location")).await.expect(200);
        assert_eq!(incident.json["converted_from"], planned.json["id"]);
        let open = program.get("/api/v1/maintenance?status=open").await.expect(200);
        assert_eq!(open.json["items"], json!([]));
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn announcements_components_and_status_pages() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let new = json!({"title": "New prices", "body": "From *May*.",
            "until": "2026-12-01T00:00:00Z"});
        let notice = program.post("/api/v1/announcements", new).await.expect(201);
        let place = notice.header("location").to_owned();
        let patched = program.patch(&place, "\"v1\"", json!({"title": "Prices"})).await.expect(200);
        assert_eq!(patched.json["body"], "From *May*.");
        program.ask("POST", &format!("{place}/take-off"), &[], None).await.expect(200);

        let new = json!({"name": "Refunds", "parent": "checkout"});
        let part = program.post("/api/v1/components", new).await.expect(201);
        let place = part.header("location").to_owned();
        let moved = program.patch(&place, "\"v1\"", json!({"parent": null})).await.expect(200);
        assert_eq!(moved.json["parent"], json!(null));
        let named = program.patch(&place, "\"v2\"", json!({"description": "Money back"})).await;
        assert_eq!(named.expect(200).json["description"], "Money back");
        let set = json!({"status": "partial_outage"});
        program.post(&format!("{place}/status"), set).await.expect(201);
        let unsaid = json!({"status": "operational", "overrules": "the check errs"});
        let refused = program.post(&format!("{place}/status"), unsaid).await.expect(422);
        assert_eq!(refused.json["field"], "for_seconds");
        program.instance.publisher().run_once(super::NOON.parse().unwrap()).await.unwrap();
        assert_eq!(program.get(&place).await.expect(200).json["status"], "partial_outage");

        let page = program.get("/api/v1/status-pages/example-shop").await.expect(200);
        let path = format!("/api/v1/status-pages/{}", page.id());
        let patch = json!({"host_names": ["status.example.com"], "language": "de"});
        let patched = program.patch(&path, page.header("etag"), patch).await.expect(200);
        assert_eq!(patched.json["host_names"], json!(["status.example.com"]));
        let none = program.patch(&path, "\"v2\"", json!({"is_default": false})).await.expect(422);
        assert_eq!(none.json["field"], "is_default");
        let logo = |base64: &str| json!({"logo": {"base64": base64, "alt": "A bell"}});
        let pixel = data_encoding::BASE64.encode(crate::console::status_pages::PIXEL);
        let set = program.patch(&path, "\"v2\"", logo(&pixel)).await.expect(200);
        assert_eq!(set.json["has_logo"], true);
        for bad in ["?", "aGVsbG8="] {
            let refused = program.patch(&path, "\"v3\"", logo(bad)).await.expect(422);
            assert!(refused.json["field"].as_str().unwrap().starts_with("logo"));
        }
        let away = program.patch(&path, "\"v3\"", json!({"logo": null})).await.expect(200);
        assert_eq!(away.json["has_logo"], false);
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn maintenance_repeats_changes_and_ends() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let new = json!({
            "title": "New certificates", "rule": "FREQ=MONTHLY;BYDAY=1SU",
            "first": "2026-12-06T02:30:00", "lasts_minutes": 60,
            "affected": [{"component": "search", "status": "under_maintenance"}],
        });
        let planned = program.post("/api/v1/maintenance-series", new.clone()).await.expect(201);
        assert_eq!(planned.json["timezone"], "Europe/Berlin", "that of the page");
        assert_eq!(planned.json["next_starts"][0], "2026-12-06T01:30:00Z");
        let place = planned.header("location").to_owned();
        let windows = program.get("/api/v1/maintenance?status=open").await.expect(200);
        let first = windows.json["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(first["series"]["id"], planned.json["id"]);
        assert_eq!(first["series"]["is_by_hand"], false);
        let patch = json!({"lasts_minutes": 90, "except": ["2026-12-06"]});
        let patched = program.patch(&place, "\"v1\"", patch).await.expect(200);
        assert_eq!(patched.header("etag"), "\"v2\"");
        assert_eq!(patched.json["next_starts"][0], "2027-01-03T01:30:00Z");
        let path = format!("/api/v1/maintenance/{}", first["id"].as_str().unwrap());
        let left_out = program.get(&path).await.expect(200);
        assert_eq!(left_out.json["status"], "cancelled");
        let bad = program.patch(&place, "\"v2\"", json!({"rule": "FREQ=HOURLY"})).await.expect(422);
        assert_eq!(bad.json["field"], "rule");
        program.ask("POST", &format!("{place}/end"), &[], None).await.expect(200);
        program.ask("POST", &format!("{place}/end"), &[], None).await.expect(409);
        let running = program.get("/api/v1/maintenance-series?status=open").await.expect(200);
        assert_eq!(running.json["items"], json!([]));
        let ended = program.get("/api/v1/maintenance-series?status=ended").await.expect(200);
        assert_eq!(ended.json["items"][0]["id"], planned.json["id"]);
        let open = program.get("/api/v1/maintenance?status=open").await.expect(200);
        assert_eq!(open.json["items"], json!([]));
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn losses_corrections_and_a_postmortem() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let new = json!({"title": "Payments fail", "ended": {"at": super::NOON},
            "started": {"at": "2026-11-21T10:00:00Z"}});
        let reported = program.post("/api/v1/incidents", new).await.expect(201);
        let place = reported.header("location").to_owned();
        assert_eq!(reported.json["postmortem"], json!(null));
        let losses = json!([{"component": "checkout", "kind": "transactions",
            "outcome": "mostly_recovered", "fraction": 0.07, "accepted": 1204, "delivered": 1200,
            "late": 90, "lost": 4, "note": "By card alone."}, {"all": true, "outcome": "not_stated"}]);
        let causes = json!([{"text": "A disk", "certainty": "known",
            "corrections": [{"on": "2026-11-20", "text": "It was not the cable."}]}]);
        let corrections = json!([{"text": "Four were lost, not none."}]);
        let patch = json!({"record":
            {"losses": losses, "corrections": corrections, "causes": causes}});
        let patched = program.patch(&place, "\"v1\"", patch).await.expect(200);
        let record = &patched.json["record"];
        assert_eq!(record["losses"][0]["accepted"], 1204);
        assert_eq!(record["losses"][0]["fraction"], 0.07);
        assert_eq!(record["losses"][1]["all"], true);
        assert_eq!((&record["corrections"], &record["causes"]), (&corrections, &causes));
        // What was given is taken again, with how it was settled; a cause keeps its corrections.
        let mut losses = record["losses"].clone();
        losses[0]["settled"] = json!({"on": "2026-11-21", "text": "All four were paid."});
        let patch = json!({"record":
            {"losses": losses, "causes": [{"text": "A disk", "certainty": "suspected"}]}});
        let patched = program.patch(&place, "\"v2\"", patch).await.expect(200);
        let record = &patched.json["record"];
        assert_eq!((&record["losses"], &record["corrections"]), (&losses, &corrections));
        assert_eq!(record["causes"][0]["corrections"], causes[0]["corrections"]);
        for (losses, field) in [
            (json!([{"all": true, "outcome": "lost", "accepted": 1, "lost": 2}]), "accepted"),
            (json!([{"all": true, "words": "mail", "outcome": "lost"}]), "losses"),
            (json!([{"all": true, "outcome": "lost", "fraction": 1.5}]), "fraction"),
        ] {
            let patch = json!({"record": {"losses": losses}});
            let refused = program.patch(&place, "\"v3\"", patch).await.expect(422);
            assert!(refused.json["field"].as_str().unwrap().contains(field), "{}", refused.json);
        }
        let path = format!("{place}/postmortem");
        let timeline = json!([{"when": {"at": "2026-11-21T10:00:00Z"}, "text": "It began."},
            {"when": {"on": "2026-11-21"}, "text": "A long day."}, {"when": {}, "text": "We slept."}]);
        let written = json!({"summary": "A disk was **full**.", "timeline": timeline,
            "contributing_factors": ["One disk"], "discussion_url": "https://example.com/1"});
        let done = program.patch(&path, "\"v3\"", written).await.expect(200);
        assert_eq!(done.json["postmortem"]["timeline"], timeline);
        assert_eq!(done.json["postmortem"]["published_at"], json!(null));
        let both =
            json!({"timeline": [{"when": {"at": super::NOON, "on": "2026-11-21"}, "text": "x"}]});
        let refused = program.patch(&path, "\"v4\"", both).await.expect(422);
        assert_eq!(refused.json["field"], "timeline");
        let done =
            program.patch(&path, "\"v4\"", json!({"discussion_url": null})).await.expect(200);
        assert_eq!(done.json["postmortem"]["summary"], "A disk was **full**.");
        let shown = program.ask("POST", &format!("{path}/publish"), &[], None).await.expect(200);
        assert_eq!(shown.json["postmortem"]["published_at"], super::NOON);
        program.ask("POST", &format!("{path}/publish"), &[], None).await.expect(409);
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn templates_are_written_exported_and_removed() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let new = json!({
            "name": "Payments fail", "begins": "incident", "title": "Payments fail",
            "text": "We **look** into it.", "impact": "critical",
            "affected": [{"component": "checkout", "status": "major_outage"}],
        });
        let made = program.post("/api/v1/templates", new).await.expect(201);
        assert_eq!(
            (made.json["key"].as_str(), made.json["status"].as_str()),
            (Some("payments-fail"), Some("investigating"))
        );
        let place = made.header("location").to_owned();
        let foreign = json!({"recovery_plan": "Put it back."});
        let refused = program.patch(&place, "\"v1\"", foreign).await.expect(422);
        assert_eq!(refused.json["field"], "recovery_plan");
        let patch = json!({"impact": null, "title": "Cards fail"});
        let patched = program.patch(&place, "\"v1\"", patch).await.expect(200);
        assert_eq!(
            (&patched.json["impact"], &patched.json["title"]),
            (&json!(null), &json!("Cards fail"))
        );
        let work = json!({
            "name": "Disks", "begins": "maintenance", "title": "New disks",
            "expected_effect": "It is slow.",
            "affected": [{"component": "search", "status": "under_maintenance"},
                {"component": "checkout", "status": "operational"}],
        });
        let refused = program.post("/api/v1/templates", work.clone()).await.expect(422);
        assert_eq!(refused.json["field"], "affected");
        let mut work = work;
        work["affected"][1]["status"] = json!("under_maintenance");
        let work = program.post("/api/v1/templates", work).await.expect(201);

        let store = program.instance.store();
        let page = store.find_default_status_page().await.unwrap().unwrap().value;
        let contents = allclear_incidents::history::import::contents(store, page).await.unwrap();
        let keys: Vec<_> = contents.templates.iter().map(|one| one.key.to_string()).collect();
        assert_eq!(keys, ["disks", "payments-fail"]);
        let old = [("if-match", "\"v1\"")];
        program.ask("DELETE", &place, &old, None).await.expect(412);
        program.ask("DELETE", &place, &[("if-match", "\"v2\"")], None).await.expect(204);
        program.get(&place).await.expect(404);
        let left = program.get("/api/v1/templates").await.expect(200);
        assert_eq!(left.json["items"].as_array().unwrap().len(), 1);
        assert_eq!(left.json["items"][0]["id"], work.json["id"]);
        program.instance.stop().await;
    }
}
