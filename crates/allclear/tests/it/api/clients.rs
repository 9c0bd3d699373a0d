//! What clients of Healthchecks and of Uptime Kuma put on the wire, byte for byte in what matters, and what
//! they look at in the answer. The requests are those of Python's and node's libraries, of curl and wget, as
//! programs that are in use send them.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Program;
use crate::support::Engine;

const UUID: &str = "5bac4dc8-9ed9-4c5d-8c3a-1a2b3c4d5e6f";
const SLUG: &str = "fqOOd6-F4MMNuCEnzTU01w/nightly";
const KUMA: &str = "aZ3bQ9xK2mN7pL5wR8tY";
const RUN: &str = "rid=0b8e4d3a-5f0a-4f2e-9a55-0a1b2c3d4e5f";
/// One of its first version, on a device that nobody has touched since.
const KUMA_1: &str = "gDJaQ7mz4g";

/// Fields of heads, as libraries send them.
const URLLIB: &str = "Accept-Encoding: identity\r\nUser-Agent: Python-urllib/3.11\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const CURL: &str = "User-Agent: curl/7.88.1\r\nAccept: */*\r\n";
const HTTPX: &str = "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nX-Api-Key: any\r\n\
                     Content-type: application/json\r\n";
const FETCH: &str =
    "accept: */*\r\naccept-language: *\r\nsec-fetch-mode: cors\r\nuser-agent: node\r\n";

async fn a_job(program: &Program) {
    let schedule = json!({"every": {"seconds": 100}});
    let check = json!({
        "name": "Backup",
        "kind": {"heartbeat": {"schedule": schedule, "tokens": [UUID, SLUG, KUMA, KUMA_1]}},
    });
    program.post("/api/v1/checks", check).await.expect(201);
}

async fn connect(program: &Program) -> TcpStream {
    TcpStream::connect(program.instance.address()).await.unwrap()
}

/// Sends a request, and gives the head of the answer and its body.
async fn send(program: &Program, request: &str, fields: &str, body: &str) -> (String, String) {
    let mut stream = connect(program).await;
    let length = match body {
        "" => String::new(),
        body => format!("Content-Length: {}\r\n", body.len()),
    };
    let head = format!(
        "{request} HTTP/1.1\r\nHost: status.example.com\r\nConnection: close\r\n{fields}{length}\r\n"
    );
    stream.write_all((head + body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

#[tokio::test]
async fn clients_of_healthchecks_are_heard_as_they_are() {
    let program = Program::on(Engine::Sqlite).await;
    a_job(&program).await;
    for (request, fields, body, kind, kept) in [
        // A decorator: it begins, and ends with what it returned as a form.
        (format!("GET /ping/{UUID}/start"), URLLIB, "", "start", ""),
        (
            format!("POST /ping/{UUID}"),
            &*[URLLIB, FORM].concat(),
            "files=12",
            "success",
            "files=12",
        ),
        // A context: its traceback goes to the word behind a slash.
        (
            format!("POST /ping/{UUID}/fail"),
            &*[URLLIB, FORM].concat(),
            "Traceback:\n x",
            "fail",
            "Traceback:\n x",
        ),
        // A client of the API: without a body too, it says that JSON comes.
        (format!("POST /ping/{UUID}"), HTTPX, "ok", "success", "ok"),
        (
            format!("POST /ping/{UUID}/3"),
            &*[HTTPX, "Content-Length: 0\r\n"].concat(),
            "",
            "fail",
            "",
        ),
        (
            format!("POST /ping/{SLUG}/start"),
            &*[HTTPX, "Content-Length: 0\r\n"].concat(),
            "",
            "start",
            "",
        ),
        (format!("POST /ping/{SLUG}?create=1"), HTTPX, "made", "success", "made"),
        // A wrapper of commands, for which nothing but "OK" is an answer: it asks for the limit of bodies.
        (
            format!("POST /ping/{UUID}/0?{RUN}"),
            "Content-Type: text/plain\r\n",
            "12 files",
            "success",
            "12 files",
        ),
        // Scripts.
        (format!("POST /ping/{UUID}/0?{RUN}"), &*[CURL, FORM].concat(), "x y", "success", "x y"),
        (format!("GET /ping/{UUID}/"), CURL, "", "success", ""),
        (format!("PUT /ping/{UUID}/log"), CURL, "a file", "log", "a file"),
    ] {
        let (head, answer) = send(&program, &request, fields, body).await;
        assert!(head.starts_with("http/1.1 200"), "{request}: {head}");
        assert!(head.contains("ping-body-limit: 10000"), "{request}: {head}");
        assert_eq!(answer, "OK", "{request}");
        let check = program.get("/api/v1/checks/backup").await.expect(200).json;
        let signal = &check["heartbeat"]["signals"][0];
        let wanted = if kept.is_empty() { json!(null) } else { json!(kept) };
        let body = signal.get("body").filter(|body| **body != json!("")).cloned();
        assert_eq!(
            (&signal["kind"], body.unwrap_or_default()),
            (&json!(kind), wanted),
            "{request}"
        );
    }
    program.instance.stop().await;
}

#[tokio::test]
async fn whoever_reads_no_answer_and_pages_of_others_are_heard() {
    let program = Program::on(Engine::Sqlite).await;
    a_job(&program).await;
    let (head, answer) = send(&program, &format!("HEAD /ping/{UUID}"), CURL, "").await;
    assert!(head.starts_with("http/1.1 200") && answer.is_empty(), "{head}");
    // Pages of others may ask from a browser.
    let asks = "Origin: https://example.com\r\nAccess-Control-Request-Method: GET\r\n";
    let (head, _) = send(&program, &format!("OPTIONS /ping/{UUID}"), asks, "").await;
    assert!(head.starts_with("http/1.1 204"), "{head}");
    assert!(head.contains("access-control-allow-origin: *"), "{head}");
    program.instance.stop().await;
}

/// What is uploaded from a pipe comes in chunks, and waits to be asked for.
#[tokio::test]
async fn what_waits_to_be_asked_for_is_asked_for() {
    let program = Program::on(Engine::Sqlite).await;
    a_job(&program).await;
    let mut stream = connect(&program).await;
    let head = format!(
        "PUT /ping/{UUID} HTTP/1.1\r\nHost: status.example.com\r\n{CURL}Transfer-Encoding: chunked\r\n\
         Expect: 100-continue\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"6\r\nhello\n\r\n0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("OK"), "{answer}");
    let check = program.get("/api/v1/checks/backup").await.expect(200).json;
    assert_eq!(check["heartbeat"]["signals"][0]["body"], "hello\n");
    program.instance.stop().await;
}

#[tokio::test]
async fn devices_of_uptime_kuma_are_heard_as_they_are() {
    let program = Program::on(Engine::Sqlite).await;
    a_job(&program).await;
    for (request, fields, kind, kept, took_ms) in [
        // As its page gives it out, which most never change.
        ("?status=up&msg=OK&ping=", URLLIB, "success", "OK", json!(null)),
        ("?status=up&msg=OK&ping=", FETCH, "success", "OK", json!(null)),
        (
            "?status=up&msg=OK&ping=12",
            "User-Agent: Python/3.11 aiohttp/3.14\r\n",
            "success",
            "OK",
            json!(12),
        ),
        ("?status=up&msg=50%25+used&ping=3.2", CURL, "success", "50% used", json!(3)),
        // A script that found no time, and one that left the unit in.
        ("?status=up&msg=OK&ping=N/A", CURL, "success", "OK", json!(null)),
        ("?status=up&msg=OK&ping=8.41%20ms", CURL, "success", "OK", json!(8)),
        ("?status=down&msg=no%20paper", CURL, "fail", "no paper", json!(null)),
        ("", CURL, "success", "", json!(null)),
    ] {
        let request = format!("GET /api/push/{KUMA}{request}");
        let (head, answer) = send(&program, &request, fields, "").await;
        assert!(head.starts_with("http/1.1 200"), "{request}: {head}");
        assert!(head.contains("content-type: application/json"), "{request}: {head}");
        assert_eq!(answer, r#"{"ok":true}"#, "{request}");
        let check = program.get("/api/v1/checks/backup").await.expect(200).json;
        let signal = &check["heartbeat"]["signals"][0];
        assert_eq!((&signal["kind"], &signal["took_ms"]), (&json!(kind), &took_ms), "{request}");
        assert_eq!(signal["body"].as_str().unwrap_or_default(), kept, "{request}");
    }
    let request = format!("GET /api/push/{KUMA_1}?status=up&msg=OK&ping=");
    assert_eq!(send(&program, &request, CURL, "").await.1, r#"{"ok":true}"#);
    // Every method is taken, with whatever body.
    for method in ["POST", "PUT", "PATCH", "HEAD"] {
        let request = format!("{method} /api/push/{KUMA}?status=up");
        let (head, _) = send(&program, &request, FORM, "status=down").await;
        assert!(head.starts_with("http/1.1 200"), "{request}: {head}");
    }
    program.instance.stop().await;
}
