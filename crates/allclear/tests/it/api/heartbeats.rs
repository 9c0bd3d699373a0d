//! Heartbeats over the network: what jobs and devices send, what they are answered, and what readers see.

use std::time::Duration;

use allclear_domain::{Clock, Scope};
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Program, token};
use crate::support::Engine;

/// How often something is looked for before it counts as missing.
const LOOKS: usize = 600;
const UUID: &str = "5bac4dc8-9ed9-4c5d-8c3a-1a2b3c4d5e6f";
const KUMA: &str = "aZ3bQ9xK2mN7pL5wR8tY";

/// What a job is answered.
struct Heard {
    status: u16,
    kind: String,
    text: String,
}

impl Program {
    /// Says something as a job or a device does: without any token but that of the address.
    async fn say(&self, method: &str, path: &str, body: &'static str) -> Heard {
        let uri = format!("http://{}{path}", self.instance.address());
        let request = Request::builder().method(method).uri(uri).body(Body::from(body));
        let response = self.client.request(request.unwrap()).await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Heard { status, kind, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    async fn backup(&self) -> Value {
        self.get("/api/v1/checks/backup").await.expect(200).json
    }

    /// Lets time pass, two seconds at a time, until the check is so.
    async fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..LOOKS {
            let check = self.backup().await;
            if is_so(&check) {
                return check;
            }
            self.clock.turn(SignedDuration::from_secs(2));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{what} never comes: {:#}", self.backup().await);
    }
}

fn backup() -> Value {
    let schedule = json!({"every": {"seconds": 100}});
    let tokens = [UUID.to_uppercase(), KUMA.to_owned()];
    json!({
        "name": "Backup", "affects": [{"component": "checkout"}],
        "kind": {"heartbeat": {"schedule": schedule, "grace_seconds": 20, "tokens": tokens}},
    })
}

#[tokio::test]
async fn silence_is_told_and_a_restart_is_none() {
    for engine in Engine::ALL {
        let mut program = Program::on(engine).await;
        let made = program.post("/api/v1/checks", backup()).await.expect(201).json;
        assert_eq!(made["kind"]["heartbeat"]["tokens"], json!([UUID, KUMA]));
        assert_eq!(made["patience"]["fail_after"], 1);
        let waits =
            |check: &Value| check["vantage_points"][0]["last_probe"]["reason"]["code"] == "waiting";
        assert!(program.until("a first look", waits).await["believed"].is_null());
        program.say("GET", &format!("/ping/{UUID}"), "").await;
        let works = |check: &Value| check["believed"] == "ok";
        let check = program.until("a verdict", works).await;
        assert_eq!(check["heartbeat"]["next_due"].as_array().unwrap().len(), 5);

        // Three hours in which nobody could be heard are no silence.
        let Program { _fresh: fresh, clock, instance, client, token } = program;
        instance.stop().await;
        clock.turn(SignedDuration::from_hours(3));
        let instance = fresh.instance(&clock).await;
        program = Program { _fresh: fresh, clock, instance, client, token };
        let before = check["vantage_points"][0]["last_probe"]["probed_at"].clone();
        let is_newer =
            |check: &Value| check["vantage_points"][0]["last_probe"]["probed_at"] != before;
        let check = program.until("a look after the restart", is_newer).await;
        assert_eq!((&check["believed"], &check["since"]), (&json!("ok"), &Value::Null));

        let is_down = |check: &Value| check["believed"] == "fail";
        let check = program.until("silence", is_down).await;
        assert_eq!(check["vantage_points"][0]["last_probe"]["reason"]["code"], "missed");
        let shown = async || program.say("GET", "/", "").await.text;
        for look in 0.. {
            if shown().await.contains("Checkout: major outage") {
                break;
            }
            assert!(look < LOOKS, "readers are not told");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        program.say("GET", &format!("/api/push/{KUMA}?status=up&msg=OK&ping="), "").await;
        program.until("its end", works).await;
        program.say("GET", &format!("/api/push/{KUMA}?status=down&msg=no%20paper"), "").await;
        let check = program.until("what it says", is_down).await;
        let told = check["vantage_points"][0]["last_probe"]["reason"]["told"].as_str().unwrap();
        assert!(told.ends_with("that it failed: no paper"), "{told}");
        program.instance.stop().await;
    }
}

#[tokio::test]
async fn both_addresses_answer_as_their_clients_know_them() {
    let program = Program::on(Engine::Sqlite).await;
    program.post("/api/v1/checks", backup()).await.expect(201);
    let run = "rid=0b8e4d3a-5f0a-4f2e-9a55-0a1b2c3d4e5f";
    for (method, below, body, status, text) in [
        ("GET", "", "", 200, "OK"),
        ("HEAD", "", "", 200, ""),
        ("POST", "/log", "12 files", 200, "OK"),
        ("POST", &format!("/start?{run}"), "", 200, "OK"),
        ("POST", &format!("/3?{run}"), "no space left\n", 200, "OK"),
        ("PUT", "/fail/", "", 200, "OK"),
        ("GET", "/0", "", 200, "OK"),
        ("GET", "/256", "", 400, "invalid url format"),
        ("GET", "?rid=7", "", 400, "invalid uuid format"),
        ("GET", "/again/and/again", "", 404, "not found"),
    ] {
        let heard = program.say(method, &format!("/ping/{UUID}{below}"), body).await;
        assert_eq!((heard.status, heard.text.as_str()), (status, text), "{method} {below}");
        assert!(heard.kind.starts_with("text/plain"), "{}", heard.kind);
    }
    let signals = program.backup().await["heartbeat"]["signals"].take();
    let told: Vec<_> = signals.as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(told, ["success", "fail", "fail", "start", "log", "success", "success"]);
    assert_eq!(signals[2]["exit_status"], 3);
    assert_eq!(
        (&signals[2]["body"], &signals[2]["took_ms"]),
        (&json!("no space left\n"), &json!(0))
    );
    let unknown = program.say("GET", "/ping/00000000-0000-0000-0000-000000000000", "").await;
    assert_eq!((unknown.status, unknown.text.as_str()), (404, "not found"));

    for (method, address, status, text) in [
        ("GET", format!("{KUMA}?status=up&msg=OK&ping="), 200, r#"{"ok":true}"#),
        ("POST", format!("{UUID}?status=up&msg=OK&ping=12.5"), 200, r#"{"ok":true}"#),
        ("PUT", KUMA.to_owned(), 200, r#"{"ok":true}"#),
        (
            "GET",
            KUMA.to_lowercase(),
            404,
            r#"{"ok":false,"msg":"Monitor not found or not active."}"#,
        ),
        (
            "GET",
            format!("{KUMA}?ping=-1"),
            400,
            r#"{"ok":false,"msg":"Invalid ping value. Must be between 0 and 100000000000 ms."}"#,
        ),
    ] {
        let heard = program.say(method, &format!("/api/push/{address}"), "").await;
        assert_eq!((heard.status, heard.text.as_str()), (status, text), "{method} {address}");
        assert!(heard.kind.starts_with("application/json"), "{}", heard.kind);
    }
    assert_eq!(program.backup().await["heartbeat"]["signals"][1]["took_ms"], 13);
    program.instance.stop().await;
}

#[tokio::test]
async fn who_may_say_what_and_how_often() {
    let program = Program::on(Engine::Sqlite).await;
    program.post("/api/v1/checks", backup()).await.expect(201);
    // One that is paused is not active to a device; what a job says is kept.
    program.post("/api/v1/checks/backup/pause", Value::Null).await.expect(200);
    assert_eq!(program.say("GET", &format!("/api/push/{KUMA}"), "").await.status, 404);
    assert_eq!(program.say("GET", &format!("/ping/{UUID}"), "").await.status, 200);
    // Many signals of one job are slowed down, and those of others are not.
    let mut statuses = Vec::new();
    for _ in 0..70 {
        statuses.push(program.say("GET", &format!("/ping/{UUID}/log"), "").await.status);
    }
    assert_eq!((statuses[0], statuses[69]), (200, 429));
    let mut other = backup();
    other["name"] = json!("Other");
    other["kind"]["heartbeat"]["tokens"] = json!([]);
    let other = program.post("/api/v1/checks", other).await.expect(201).json;
    let other = other["kind"]["heartbeat"]["tokens"][0].as_str().unwrap();
    assert_eq!(program.say("GET", &format!("/ping/{other}"), "").await.status, 200);

    // Whoever only reads is not told how to say that a job ran.
    let reads = Program { token: token(&program.instance, &[Scope::Read]).await, ..program };
    let shown = reads.backup().await;
    assert_eq!(shown["kind"]["heartbeat"]["tokens"], json!([]));
    assert!(!shown.to_string().contains(KUMA));
    let list = reads.get("/api/v1/checks").await.expect(200).json;
    assert!(!list.to_string().contains(KUMA) && !list.to_string().contains(UUID));
    reads.instance.stop().await;
}

#[tokio::test]
async fn many_devices_behind_one_address_are_heard_and_guessing_is_slowed_down() {
    let program = Program::on(Engine::Sqlite).await;
    let token = |number: usize| format!("device-{number:020}");
    for first in 0..220 {
        let tokens: Vec<String> = (0..10).map(|one| token(first * 10 + one)).collect();
        let schedule = json!({"every": {"seconds": 100}});
        let check = json!({
            "name": format!("Device {first}"),
            "kind": {"heartbeat": {"schedule": schedule, "tokens": tokens}},
        });
        program.post("/api/v1/checks", check).await.expect(201);
    }
    // At one instant of the clock: a building after its power came back.
    for number in 0..2_200 {
        let path = format!("/api/push/{}?status=up", token(number));
        assert_eq!(program.say("GET", &path, "").await.status, 200, "{number}");
    }
    let mut statuses = Vec::new();
    for number in 0..110 {
        let path = format!("/ping/{}", token(9_000 + number));
        // What nobody asked for is not read, and its sender hears the answer all the same.
        statuses.push(program.say("POST", &path, "a log that nobody wants").await.status);
    }
    assert_eq!((statuses[0], statuses[99], statuses[100], statuses[109]), (404, 404, 429, 429));
    // Somebody guesses behind the same address.
    let path = format!("/ping/{}", token(0));
    assert_eq!(program.say("GET", &path, "").await.status, 200);
    program.instance.stop().await;
}

/// Bytes that never come keep nobody else's room, and a signal is dated when it is whole.
#[tokio::test]
async fn a_body_that_comes_slowly_is_dated_when_it_is_whole() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let program = Program::on(Engine::Sqlite).await;
    program.post("/api/v1/checks", backup()).await.expect(201);
    let connect = || tokio::net::TcpStream::connect(program.instance.address());
    let head = |token: &str| {
        format!("POST /ping/{token} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n")
    };
    let mut unknown = connect().await.unwrap();
    unknown.write_all(head("00000000-0000-0000-0000-000000000000").as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    unknown.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 404", "before a byte of the body came");

    let mut slow = connect().await.unwrap();
    slow.write_all(format!("{}half", head(UUID)).as_bytes()).await.unwrap();
    // One that is whole is heard meanwhile.
    assert_eq!(program.say("GET", &format!("/ping/{UUID}/log"), "").await.status, 200);
    program.clock.turn(SignedDuration::from_secs(7));
    slow.write_all(b" done").await.unwrap();
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let signals = program.backup().await["heartbeat"]["signals"].take();
    assert_eq!(
        (&signals[0]["body"], &signals[0]["kind"]),
        (&json!("half done"), &json!("success"))
    );
    assert_eq!(signals[0]["at"], program.clock.now().to_string());
    program.instance.stop().await;
}

#[tokio::test]
async fn what_it_waits_for_is_looked_at() {
    let program = Program::on(Engine::Sqlite).await;
    let with =
        |schedule: Value| json!({"name": "Backup", "kind": {"heartbeat": {"schedule": schedule}}});
    for (schedule, field) in [
        (json!({"every": {"seconds": 0}}), "kind.heartbeat.schedule.every.seconds"),
        (json!({"cron": {"expression": "61 * * * *"}}), "kind.heartbeat.schedule.cron.expression"),
        (json!({"cron": {"expression": "0 0 30 2 *"}}), "kind.heartbeat.schedule.cron.expression"),
        (
            json!({"cron": {"expression": "@daily", "time_zone": "Berlin"}}),
            "kind.heartbeat.schedule.cron.time_zone",
        ),
    ] {
        let refused = program.post("/api/v1/checks", with(schedule)).await.expect(422).json;
        assert_eq!(refused["errors"][0]["field"], field, "{refused:#}");
    }
    let daily = json!({"cron": {"expression": "30 2 * * 1-5", "time_zone": "Europe/Berlin"}});
    let made = program.post("/api/v1/checks", with(daily)).await.expect(201).json;
    assert_eq!(made["kind"]["heartbeat"]["grace_seconds"], 300);
    assert_eq!(made["kind"]["heartbeat"]["tokens"][0].as_str().unwrap().len(), 36);
    assert_eq!(made["interval_seconds"], 60);
    program.instance.stop().await;
}
