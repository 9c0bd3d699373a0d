//! What could be watched of an address, over the API and from the command line.

use allclear::instance::Conditions;
use allclear_domain::Scope;
use allclear_store::Location;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::commands::{asking, run};
use super::schema::ask;
use super::{Program, token};
use crate::support::{Engine, allclear, prober_that_trusts, stdout};

const PROPOSALS: &str = "/api/v1/check-proposals";

/// What really tries, at this machine alone; it knows no name.
fn probes(conditions: &mut Conditions) {
    conditions.prober = prober_that_trusts(conditions.clock.clone(), "");
}

/// A website of this machine; gives its host and port.
async fn website() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 1024];
            let read = stream.read(&mut asked).await.unwrap_or(0);
            let answer: &[u8] = match asked.starts_with(b"GET ") {
                true => b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nopen",
                false => b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
            };
            if read > 0 {
                let _ended = stream.write_all(answer).await;
            }
        }
    });
    address.to_string()
}

#[tokio::test]
async fn what_is_proposed_can_be_added_as_it_is() {
    for engine in Engine::ALL {
        let program = Program::under(engine, probes).await;
        let address = website().await;
        let asked = json!({"target": address, "component": "checkout"});
        let rule = format!("POST {PROPOSALS}");
        let found = ask(&program, &rule, "", Some(asked.clone())).await.json;
        let proposals = found["proposals"].as_array().unwrap();
        let aspects: Vec<_> = proposals.iter().map(|one| one["aspect"].as_str().unwrap()).collect();
        assert_eq!(aspects, ["port", "website"], "{found:#}");
        assert!(proposals.iter().all(|one| one["holds"] == true && one["there"].is_null()));
        assert_eq!(proposals[1]["seen"], "200 OK");
        assert_eq!(proposals[1]["probe"]["verdict"], "ok");
        let none = program.get("/api/v1/checks").await.expect(200).json;
        assert_eq!(none["items"], json!([]), "nothing is written");
        for proposal in proposals {
            let added = program.post("/api/v1/checks", proposal["check"].clone()).await.expect(201);
            assert_eq!(added.json["affects"][0]["when_failing"], "major_outage");
            assert_eq!(added.json["kind"], proposal["check"]["kind"]);
        }
        let again = program.post(PROPOSALS, asked).await.expect(200).json;
        assert!(again["proposals"][0]["there"].as_str().unwrap().starts_with("chk_"));
    }
}

#[tokio::test]
async fn what_does_not_hold_says_so_and_what_is_no_address_is_refused() {
    let mut program = Program::under(Engine::Sqlite, probes).await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let found = program.post(PROPOSALS, json!({"target": free})).await.expect(200).json;
    let port = &found["proposals"][0];
    assert_eq!(
        (&port["holds"], &port["probe"]["reason"]["code"]),
        (&json!(false), &json!("refused"))
    );
    // What may not be probed is not looked at either.
    let inside = json!({"target": "http://169.254.169.254/"});
    let found = program.post(PROPOSALS, inside).await.expect(200).json;
    assert_eq!(found["proposals"][0]["probe"]["reason"]["code"], "forbidden", "{found:#}");
    for (target, told) in [
        ("heartbeat:1d", "nothing to look at"),
        ("group:all", "nothing to look at"),
        ("command:true", "nothing to look at"),
        ("http://user:secret@shop.example.com", "password"),
    ] {
        let refused = program.post(PROPOSALS, json!({"target": target})).await.expect(422);
        assert!(refused.text.contains(told), "{target}: {}", refused.text);
    }
    let nowhere = json!({"target": free, "component": "nowhere"});
    let refused = program.post(PROPOSALS, nowhere).await.expect(422);
    assert_eq!(refused.json["field"], "component");
    // Looking makes the server connect somewhere: who may only read may not.
    program.token = token(&program.instance, &[Scope::Read]).await;
    program.post(PROPOSALS, json!({"target": free})).await.expect(403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_looked_at_from_the_command_line() {
    let program = Program::under(Engine::Sqlite, probes).await;
    let address = website().await;
    let said = stdout(&run(asking(&program, &["check", "propose", &address])).await);
    assert!(
        said.contains(&format!("holds  http://{address}/  ")) && said.contains(": 200 OK"),
        "{said}"
    );
    // Without a server it is looked at from here.
    let Location::Folder(folder) = &program._fresh.location else { return };
    let mut alone = allclear();
    let words = ["check", "propose", &address, "--affects", "nowhere", "--data"];
    alone.args(words).arg(folder).env("ALLCLEAR_PROBE_NETWORKS", "127.0.0.0/8");
    let refused = run(alone).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(1) && said.contains("no component `nowhere`"), "{said}");
}
