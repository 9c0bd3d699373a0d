//! A check that logs in first, on its whole way: written over the API, probed, looked at, and kept by the form.

use std::net::SocketAddr;

use allclear_domain::Scope;
use allclear_domain::check::{CheckKind, Verdict};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::console::Office;
use crate::secrets::probed;
use crate::support::Engine;

const TOKEN: &str = "hunter2-4711";

/// A server that gives a token, and fails for whoever has it, repeating what it is sent.
async fn shop() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut asked, mut part) = (String::new(), [0; 4_096]);
            while !asked.contains("\r\n\r\n") {
                match stream.read(&mut part).await {
                    Ok(count) if count > 0 => {
                        asked.push_str(&String::from_utf8_lossy(&part[..count]));
                    }
                    _ => break,
                }
            }
            let (status, body) = match asked.contains(TOKEN) {
                true => ("503 Later", asked),
                false if asked.contains("/login") => {
                    ("200 OK", json!({"token": TOKEN}).to_string())
                }
                false => ("401 Unauthorized", String::new()),
            };
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

fn kind(address: SocketAddr, url: &str, used: &str) -> Value {
    json!({"http": {
        "before": [{
            "name": "log in", "url": format!("http://{address}/login{url}"), "method": "POST",
            "captures": [{"name": "token", "from": {"json": {"path": "$.token"}}}],
        }],
        "url": format!("http://{address}/orders"),
        "headers": [{"name": "authorization", "value": format!("Bearer {{{{{used}}}}}")}],
    }})
}

#[tokio::test]
async fn a_check_logs_in_first_and_what_it_was_given_is_told_to_nobody() {
    for engine in Engine::ALL {
        let address = shop().await;
        let mut office = Office::open_probing(engine).await;
        let owner = office.owner_person().await;
        let (_, program) = office.program(&owner, Scope::ALL).await;
        for (url, used, field) in [
            ("", "tokn", "kind.http.headers[0].value"),
            ("/{{token}}", "token", "kind.http.before[0].url"),
        ] {
            let new = json!({"name": "Orders", "kind": kind(address, url, used)});
            let refused = program.ask("POST", "/api/v1/checks", Some(new)).await;
            assert_eq!(refused.status, 422, "{:?}", refused.json);
            assert!(refused.json.to_string().contains(field), "{:?}", refused.json);
        }
        let new = json!({"name": "Orders", "kind": kind(address, "", "token")});
        let made = program.ask("POST", "/api/v1/checks", Some(new.clone())).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        let step = &made.json["kind"]["http"]["before"][0];
        assert_eq!(step["captures"], new["kind"]["http"]["before"][0]["captures"]);
        assert_eq!((&step["method"], &step["statuses"]), (&json!("POST"), &json!([])));

        let judged = probed(&office, "Orders").await;
        let told = judged.last.reason.as_ref().map(|reason| reason.told.as_str());
        let expected = "the status is 503 Service Unavailable, not 200 to 299";
        assert_eq!((judged.last.verdict, told), (Verdict::Fail, Some(expected)));
        let kept = format!("{judged:?}");
        assert!(kept.contains("step 1 (log in)") && !kept.contains(TOKEN), "{kept}");
        let id = made.json["id"].as_str().unwrap();
        let shown = program.get(&format!("/api/v1/checks/{id}")).await;
        assert!(!shown.json.to_string().contains(TOKEN), "{:?}", shown.json);
        let page = office.owner.get(&format!("/console/checks/{id}")).await;
        let told = format!("log in: POST http://{address}/login, and takes token");
        assert!(page.text.contains(&told), "{}", page.text);
        assert!(!page.text.contains(TOKEN), "{}", page.text);

        // The form says that there are steps, and keeps them.
        let path = format!("/console/checks/{id}/edit");
        let form = office.owner.get(&path).await;
        assert!(form.text.contains("steps before the request (1)"), "{}", form.text);
        let target = format!("http://{address}/orders/open");
        let before = office.check("Orders").await;
        office.edit_check(&path, &[("target", &target), ("name", "Orders")]).await;
        let after = office.check("Orders").await;
        let (CheckKind::Http(before), CheckKind::Http(after)) = (before.kind, after.kind) else {
            panic!("both are of the kind http");
        };
        assert_eq!((after.url, after.before), (target, before.before));
        office.instance.stop().await;
    }
}
