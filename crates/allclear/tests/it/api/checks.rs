//! Checks over the API: what they try, what is believed of them, and what they measured.

use allclear_domain::check::{
    BlindCause, BlindSpell, Direction, Exchange, ExchangeLine, Judgment, Known, Outage, Patience,
    Phases, ProbeResult, Reach, Reason, ReasonCode, Sentinel, SentinelRole, Sight, Threshold,
    VantagePoint, Verdict,
};
use allclear_domain::ids::CheckId;
use allclear_domain::posted::StatusChange;
use allclear_domain::{ComponentStatus, Entropy};
use allclear_store::Judged;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{NOON, Program};
use crate::support::Engine;

fn noon() -> Timestamp {
    NOON.parse().unwrap()
}

fn shop() -> Value {
    json!({"name": "Shop front", "kind": {"http": {"url": "https://shop.example.com/health"}}})
}

/// What is believed after three probes that failed, ten seconds apart.
fn failing(id: CheckId) -> Judged {
    let mut judgment = Judgment::default();
    for sample in 0..3 {
        let at = noon() + SignedDuration::from_secs(10 * sample);
        (judgment, _) = judgment.hear(Patience::default(), Verdict::Fail, at);
    }
    let line = |direction, text: &str| ExchangeLine { at_us: 9, direction, text: text.to_owned() };
    let last = ProbeResult {
        vantage: VantagePoint::core(),
        probed_at: noon() + SignedDuration::from_secs(20),
        took_us: 1_234,
        verdict: Verdict::Fail,
        reason: Some(Reason::new(ReasonCode::Status, "503 in place of 200".to_owned())),
        phases: Phases { connect_us: Some(99), ..Phases::default() },
        exchange: Exchange {
            lines: vec![line(Direction::Sent, "GET /health"), line(Direction::Received, "503")],
            is_cut: false,
        },
        certificate_ends_at: Some(noon()),
        reach: None,
        leaf: None,
    };
    Judged { check_id: id, judgment, last_bad: Some(last.clone()), last }
}

impl Program {
    /// As if the check had been probed, and had failed.
    pub(super) async fn let_fail(&self, id: &str, component_id: &str) {
        let check_id = id.parse().unwrap();
        let status = ComponentStatus::MajorOutage;
        let outage = Outage {
            id: Entropy::from_system().id(noon()),
            check_id,
            threshold: Threshold::Fail,
            began_at: noon(),
            confirmed_at: noon() + SignedDuration::from_secs(20),
            ended_at: None,
            is_abandoned: false,
            reason: Some(Reason::new(ReasonCode::Status, "503".to_owned())),
            incident_id: None,
            statuses: vec![StatusChange { component_id: component_id.parse().unwrap(), status }],
        };
        let mut transaction = self.instance.store().begin().await.unwrap();
        transaction.put_judgments(&[failing(check_id)]).await.unwrap();
        transaction.insert_outages(&[outage]).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// As if no sentinel answered.
    pub(super) async fn let_be_blind(&self) {
        let (vantage, role) = (VantagePoint::core(), SentinelRole::Gateway);
        let sentinel = Sentinel { role, address: "192.0.2.1".to_owned(), reach: Reach::Near };
        let known = Known { sentinel, answered_at: Some(noon()), is_silent: true };
        let sight = Sight { sentinels: vec![known], ..Sight::new(vantage.clone(), noon()) };
        let cause = BlindCause::NoNetwork;
        let spell = BlindSpell { vantage, began_at: noon(), ended_at: None, cause };
        let mut transaction = self.instance.store().begin().await.unwrap();
        transaction.put_seen(Some(&sight), [&spell].into_iter()).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_check_is_added_changed_paused_and_removed() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let mut new = shop();
        new["affects"] = json!([{"component": "example-shop/checkout"}]);
        let made = program.post("/api/v1/checks", new).await.expect(201);
        assert_eq!(made.header("etag"), "\"v1\"");
        let (place, check) = (made.header("location"), &made.json);
        assert_eq!(place, format!("/api/v1/checks/{}", made.id()));
        assert_eq!(
            (&check["interval_seconds"], &check["deadline_ms"]),
            (&json!(30), &json!(10_000))
        );
        assert_eq!(check["kind"]["http"]["redirects_max"], 5);
        let patience = json!({"fail_after": 3, "recover_after": 2, "stable_for_seconds": 120});
        assert_eq!(check["patience"], patience);
        assert_eq!((&check["believed"], &check["vantage_points"]), (&Value::Null, &json!([])));
        let affects = &check["affects"][0];
        assert!(affects["component"].as_str().unwrap().starts_with("cmp_"), "{affects}");
        assert_eq!(affects["when_failing"], "major_outage");
        assert_eq!(affects["when_degraded"], "degraded_performance");
        let by_key = program.get("/api/v1/checks/shop-front").await.expect(200);
        assert_eq!(&by_key.json, check);

        // What is left out stays.
        let patch = json!({"slow_after_ms": 800, "patience": {"fail_after": 2}, "tags": ["eu"]});
        let patched = program.patch(place, "\"v1\"", patch).await.expect(200);
        assert_eq!(patched.json["patience"]["stable_for_seconds"], 120);
        assert_eq!(patched.json["affects"], check["affects"]);
        assert_eq!((&patched.json["kind"], &patched.json["version"]), (&check["kind"], &json!(2)));
        let kind = json!({"tcp": {"host": "shop.example.com", "port": 443}});
        let patch = json!({"slow_after_ms": null, "kind": kind});
        let other = program.patch(place, "\"v2\"", patch.clone()).await.expect(200);
        assert_eq!(
            (&other.json["slow_after_ms"], &other.json["tags"][0]),
            (&Value::Null, &json!("eu"))
        );
        assert_eq!(other.json["kind"]["tcp"]["port"], 443);
        let late = program.patch(place, "\"v2\"", patch.clone()).await.expect(412);
        assert_eq!(late.kind(), "version-conflict");
        program.ask("PATCH", place, &[], Some(patch)).await.expect(428);

        let (pause, resume) = (format!("{place}/pause"), format!("{place}/resume"));
        let paused = program.ask("POST", &pause, &[], None).await.expect(200);
        assert_eq!(paused.json["paused_at"], NOON);
        let again = program.ask("POST", &pause, &[], None).await.expect(409);
        assert!(again.json["detail"].as_str().unwrap().contains("resume it"), "{}", again.json);
        let resumed = program.ask("POST", &resume, &[], None).await.expect(200);
        assert_eq!((&resumed.json["paused_at"], resumed.header("etag")), (&Value::Null, "\"v5\""));
        program.ask("POST", &resume, &[], None).await.expect(409);

        let old = [("if-match", "\"v1\"")];
        program.ask("DELETE", place, &old, None).await.expect(412);
        program.ask("DELETE", place, &[], None).await.expect(204);
        program.get(place).await.expect(404);
        program.get("/api/v1/checks/%00").await.expect(404);
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn what_is_believed_and_measured_is_told() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let mut new = shop();
        new["affects"] = json!([{"component": "checkout", "when_degraded": "operational"}]);
        let made = program.post("/api/v1/checks", new).await.expect(201);
        let place = made.header("location");
        program.clock.turn(SignedDuration::from_secs(1));
        let tcp = json!({"tcp": {"host": "mail.example.com", "port": 25}});
        let other = json!({"name": "Mail", "kind": tcp});
        program.post("/api/v1/checks", other).await.expect(201);
        let component = made.json["affects"][0]["component"].as_str().unwrap();
        program.let_fail(made.id(), component).await;

        let shown = program.get(place).await.expect(200).json;
        assert_eq!((&shown["believed"], &shown["since"]), (&json!("fail"), &json!(NOON)));
        let core = &shown["vantage_points"][0];
        assert_eq!((&core["name"], &core["believed"]), (&json!("core"), &json!("fail")));
        let last = &core["last_probe"];
        assert_eq!((&last["took_us"], &last["phases"]["connect_us"]), (&json!(1_234), &json!(99)));
        assert_eq!(last["reason"]["told"], "503 in place of 200");
        let exchange = &core["last_bad_probe"]["exchange"];
        assert_eq!(exchange["lines"][1]["text"], "503");
        assert_eq!(exchange["lines"][0]["direction"], "sent");

        let list = program.get("/api/v1/checks").await.expect(200).json;
        let (first, second) = (&list["items"][0], &list["items"][1]);
        assert_eq!((&first["believed"], &second["believed"]), (&json!("fail"), &Value::Null));
        assert!(first["vantage_points"][0].get("last_bad_probe").is_none(), "{first}");
        let slice = program.get("/api/v1/checks?limit=1").await.expect(200).json;
        let next = format!("/api/v1/checks?cursor={}", slice["next_cursor"].as_str().unwrap());
        let rest = program.get(&next).await.expect(200).json;
        assert_eq!((&rest["items"][0], &rest["next_cursor"]), (second, &Value::Null));

        let path = format!("{place}/outages");
        let outages = program.get(&path).await.expect(200).json;
        let outage = &outages["items"][0];
        assert_eq!((&outage["began_at"], &outage["ended_at"]), (&json!(NOON), &Value::Null));
        assert_eq!(outage["components"][0]["component"], *component);
        program.get(&format!("{path}?limit=0")).await.expect(422);
        // A pause ends it: nobody looks any more.
        program.clock.turn(SignedDuration::from_secs(59));
        let paused = program.ask("POST", &format!("{place}/pause"), &[], None).await.expect(200);
        assert_eq!(paused.json["believed"], Value::Null);
        let outages = program.get(&path).await.expect(200).json;
        assert_eq!(outages["items"][0]["ended_at"], "2026-11-21T12:01:00Z");
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn what_cannot_be_probed_is_refused_with_its_field() {
    let program = Program::on(Engine::Sqlite).await;
    let http = |url: &str| json!({"kind": {"http": {"url": url}}});
    let header = json!({"name": "Authorization", "value": "x"});
    let with_header =
        json!({"kind": {"http": {"url": "https://a.example.com", "headers": [header]}}});
    for (change, field) in [
        (http("shop.example.com"), "kind.http.url"),
        (http("https://ada:secret@shop.example.com"), "kind.http.url"),
        (with_header, "kind.http.headers[0].name"),
        (json!({"kind": {"tcp": {"host": "a b", "port": 25}}}), "kind.tcp.host"),
        (json!({"kind": {"tcp": {"host": "a", "port": 0}}}), "kind.tcp.port"),
        (json!({"interval_seconds": 0}), "interval_seconds"),
        (json!({"slow_after_ms": 20_000}), "slow_after_ms"),
        (json!({"patience": {"fail_after": 0}}), "patience.fail_after"),
        (json!({"affects": [{"component": "none"}]}), "affects[0].component"),
        (json!({"affects": [{"component": "none/checkout"}]}), "affects[0].component"),
        (json!({"affects": [{"component": "a\u{0}/b"}]}), "affects[0].component"),
    ] {
        let mut new = shop();
        for (name, value) in change.as_object().unwrap() {
            new[name] = value.clone();
        }
        let refused = program.post("/api/v1/checks", new).await.expect(422);
        assert_eq!(refused.json["field"], field, "{}", refused.json);
        assert!(!refused.json.to_string().contains("secret@"), "{}", refused.json);
    }
    let listed = json!({"name": "x", "kind": {"http": ["https://a.example.com"]}});
    let refused = program.post("/api/v1/checks", listed).await.expect(400);
    assert_eq!(refused.json["detail"], "kind.http: send an object: { … }");
    let list = program.get("/api/v1/checks").await.expect(200);
    assert_eq!(list.json["items"], json!([]), "nothing was written");
}

#[tokio::test]
async fn a_check_names_what_it_stands_behind() {
    let program = Program::on(Engine::Sqlite).await;
    let mut router = shop();
    router["name"] = json!("Router");
    let router = program.post("/api/v1/checks", router).await.expect(201);
    let mut new = shop();
    new["parents"] = json!(["router"]);
    let child = program.post("/api/v1/checks", new.clone()).await.expect(201);
    assert_eq!(child.json["parents"], json!([router.id()]));
    assert_eq!(child.json["behind"], Value::Null);
    let circle = json!({"parents": [child.id()]});
    let refused = program.patch(router.header("location"), "\"v1\"", circle).await.expect(422);
    assert!(
        refused.json.to_string().contains("stands behind this check itself"),
        "{}",
        refused.json
    );
    new["parents"] = json!(["nowhere"]);
    let refused = program.post("/api/v1/checks", new).await.expect(422);
    assert!(refused.json.to_string().contains("there is no check `nowhere`"), "{}", refused.json);
    let none = json!({"parents": []});
    let alone = program.patch(child.header("location"), "\"v1\"", none).await.expect(200);
    assert_eq!(alone.json["parents"], json!([]));
}

#[tokio::test]
async fn the_list_finds_what_the_console_finds() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        for (name, host, tag) in [
            ("One", "a.example.com", "eu"),
            ("Two", "b.example.com", "us"),
            ("Three", "a.example.com", "us"),
        ] {
            let kind = json!({"tcp": {"host": host, "port": 25}});
            let new = json!({"name": name, "kind": kind, "tags": [tag]});
            program.post("/api/v1/checks", new).await.expect(201);
        }
        program.ask("POST", "/api/v1/checks/three/pause", &[], None).await.expect(200);
        for (words, names) in [
            ("", vec!["One", "Three", "Two"]),
            ("a.example", vec!["One", "Three"]),
            ("A.EXAMPLE+us", vec!["Three"]),
            ("eu", vec!["One"]),
            ("paused", vec!["Three"]),
            ("unknown", vec!["One", "Two"]),
            ("down", vec![]),
        ] {
            let found = program.get(&format!("/api/v1/checks?q={words}")).await.expect(200);
            let items = found.json["items"].as_array().unwrap();
            let mut found: Vec<_> = items.iter().map(|one| one["name"].as_str().unwrap()).collect();
            // Those of one instant come in any order.
            found.sort_unstable();
            assert_eq!(found, names, "{words}");
        }
        let first = program.get("/api/v1/checks?q=a.example&limit=1").await.expect(200);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        let first = &first.json["items"][0]["name"];
        let next = format!("/api/v1/checks?q=a.example&limit=1&cursor={cursor}");
        let next = program.get(&next).await.expect(200);
        let mut both = [first, &next.json["items"][0]["name"]].map(|one| one.as_str().unwrap());
        both.sort_unstable();
        assert_eq!(both, ["One", "Three"]);
        assert_eq!(next.json["next_cursor"], Value::Null);
    }
}
