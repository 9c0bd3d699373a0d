//! Those who tell of others, on their whole way: a provider's outage becomes an incident, its page is shown to the
//! team, and a query is typed, kept and asked with its password.

use std::net::SocketAddr;
use std::time::Duration;

use allclear_domain::check::{PrometheusCheck, Verdict};
use allclear_domain::{CheckKind, Incident, TurnedClock};
use jiff::SignedDuration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::console::{NOON, Office};
use crate::support::{Engine, prober};

const PAGE: &str = "https://stat.us.example.com/i1";

const SUMMARY: &str = r#"{"page": {"name": "Example <b>Provider</b>"}, "status": {"indicator": "major"},
    "components": [{"id": "c1", "name": "API", "status": "major_outage"}],
    "incidents": [{"name": "Errors of the API", "status": "identified",
        "shortlink": "https://stat.us.example.com/i1", "started_at": "2026-11-21T11:12:00Z"}]}"#;

/// A provider that says this to everybody.
async fn provider(says: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                if !stream.read_buf(&mut asked).await.is_ok_and(|count| count > 0) {
                    break;
                }
            }
            let length = says.len();
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{says}");
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    address
}

async fn first_incident(office: &Office) -> Incident {
    let store = office.instance.store();
    let page = store.find_status_page("shop").await.unwrap().unwrap();
    for _ in 0..600 {
        let incidents = store.list_incidents(page.id).await.unwrap();
        if let Some(incident) = incidents.into_iter().next() {
            return incident;
        }
        office.clock.turn(SignedDuration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("there is no incident");
}

#[tokio::test]
async fn a_providers_outage_is_an_incident_and_its_page_is_for_the_team() {
    for engine in Engine::ALL {
        let address = provider(SUMMARY).await;
        let clock = TurnedClock::at(NOON.parse().unwrap());
        let mut office =
            Office::open_under(engine, |conditions| conditions.prober = prober(&clock)).await;
        office.page("Shop").await;
        let fields = [
            ("target", &*format!("upstream:http://{address}/api/v2/summary.json")),
            ("name", "Their API"),
            ("component", "new:shop"),
            ("failing", "partial_outage"),
            ("degraded", "operational"),
            ("on_outage", "draft"),
            ("theirs", "API"),
            ("told_as", "any"),
            ("of_maintenance", "ok"),
            ("of_degraded", "degraded"),
            ("of_partial", "degraded"),
            ("of_major", "fail"),
            ("of_entry", "degraded"),
            ("ended", "resolved"),
            ("days", "7"),
            ("interval", "10"),
            ("fail_after", "1"),
        ];
        let page = office.watch(&fields).await;
        assert!(page.text.contains("It is watched from now on."), "{}", page.text);
        let incident = first_incident(&office).await;
        // It is not where the owner said that the provider is: for the team alone.
        assert!(incident.record.fault_pages.is_empty(), "{:?}", incident.record.fault_pages);
        let check = office.check("Their API").await;
        let page = office.owner.get(&format!("/console/checks/{}", check.id)).await;
        let words = "says: Major outage of API since 11:12 UTC – Errors of the API";
        assert!(page.text.contains(words), "{}", page.text);
        assert!(page.text.contains(&format!("href=\"{PAGE}\"")), "{}", page.text);
        assert!(!page.text.contains("<b>Provider"), "{}", page.text);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn a_query_is_typed_and_kept_and_its_password_shown_to_nobody() {
    let mut office = Office::open(Engine::Sqlite).await;
    let typed =
        "/console/checks/new?target=prometheus:https://metrics.example.com%20up%7Ba%3D%22b%22%7D";
    let form = office.owner.get(typed).await;
    for text in [
        "value=\"prometheus:https://metrics.example.com\"",
        "up{a=&#34;b&#34;}</textarea>",
        "<option value=\"unknown\" selected>Unknown",
    ] {
        assert!(form.text.contains(text), "no {text}: {}", form.text);
    }
    let fields = |target: &'static str, at_least: &'static str, secret: &'static str| {
        vec![
            ("target", target),
            ("name", "Shops"),
            ("query", "up{a=\"b\"}"),
            ("at_least", at_least),
            ("degraded_at_least", "0.5"),
            ("empty", "fail"),
            ("sign_in", "basic"),
            ("user", "probe"),
            ("secret", secret),
        ]
    };
    let home = "prometheus:https://metrics.example.com";
    let refused = office.watch(&fields(home, "0.1", "hunter2-hunter2")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Degraded down to: is above"), "{}", refused.text);
    let page = office.watch(&fields(home, "1", "hunter2-hunter2")).await;
    assert!(page.text.contains("It is watched from now on."), "{}", page.text);
    let check = office.check("Shops").await;
    let CheckKind::Prometheus(PrometheusCheck { ok, empty, .. }) = &check.kind else {
        panic!("{check:?}")
    };
    assert_eq!((ok.at_least, *empty), (Some(1.0), Verdict::Fail));
    let path = format!("/console/checks/{}/edit", check.id);
    let form = office.owner.get(&path).await;
    assert!(form.text.contains("set; leave empty to keep it"), "{}", form.text);
    assert!(!form.text.contains("hunter2"));
    let page = office.edit_check(&path, &fields(home, "2", "")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let elsewhere = "prometheus:https://evil.example.com";
    let page = office.edit_check(&path, &fields(elsewhere, "2", "")).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("was entered for another server"), "{}", page.text);
}
