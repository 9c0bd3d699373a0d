//! Providers that are made here, byte by byte.

use std::net::SocketAddr;

use allclear_domain::check::{CheckKind, ProbeResult};

use super::super::tests::{Then, closed, code, peer, probe, said, told};
use super::*;

/// A summary in which a component is down.
const DOWN: &str = r#"{"page": {"name": "Example\u001b[2J Provider"}, "status": {"indicator": "major"},
    "components": [{"id": "c1", "name": "API", "status": "major_outage"}],
    "incidents": [{"name": "Errors of the API", "status": "investigating",
        "shortlink": "https://stat.us.example.com/1", "started_at": "2026-06-15T10:12:00Z"}]}"#;

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

async fn ask(address: SocketAddr, format: UpstreamFormat) -> ProbeResult {
    let check = UpstreamCheck { format, ..UpstreamCheck::of(format!("http://{address}/x")) };
    probe(CheckKind::Upstream(check)).await
}

async fn says(status: &str, body: &str) -> ProbeResult {
    ask(peer(16, answer(status, body), Then::Close).await, UpstreamFormat::Any).await
}

#[tokio::test]
async fn what_a_provider_says_of_itself_is_told_with_its_page() {
    let result = says("200 OK", DOWN).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Reported)));
    let words = "Provider says: Partial outage since 10:12 UTC – Errors of the API";
    assert!(told(&result).ends_with(words), "{result:?}");
    assert!(!told(&result).contains('\u{1b}'));
    let page = result.reason.as_ref().and_then(|reason| reason.fault_page.as_deref());
    assert_eq!(page, Some("https://stat.us.example.com/1"));
    assert!(said(&result).contains("accept: application/json"), "{}", said(&result));
    let feed = "\u{feff}<rss><channel><title>Example Provider</title><item><title>Slow</title></item>\
                </channel></rss>";
    let result = says("200 OK", feed).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Degraded, Some(ReasonCode::Impaired)));
    let undatable = feed.replace("</item>", "<pubDate>last Monday</pubDate></item>");
    let result = says("200 OK", &undatable).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Unknown, Some(ReasonCode::Unread)));
    assert!(said(&result).contains("a date that cannot be read: 1"), "{}", said(&result));
    let well = DOWN.replace("\"major\"", "\"none\"");
    let result = says("200 OK", &well).await;
    assert_eq!((result.verdict, &result.reason), (Verdict::Ok, &None));
    assert!(said(&result).contains("says: All is well"), "{}", said(&result));
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_no_failure_of_the_service() {
    let (nobody, _socket) = closed();
    let silent = peer(16, "", Then::Close).await;
    let endless = peer(16, "HTTP/1.1 200 OK\r\n\r\n", Then::Endless).await;
    let mut results = vec![
        ask(nobody, UpstreamFormat::Any).await,
        ask(silent, UpstreamFormat::Any).await,
        ask(endless, UpstreamFormat::Any).await,
    ];
    for (status, body) in [
        ("503 Service Unavailable", DOWN),
        ("404 Not Found", "gone"),
        ("200 OK", ""),
        ("200 OK", "<!doctype html><title>Status</title>"),
        ("200 OK", "{\"page\": 1}"),
        ("200 OK", "<rss><channel>"),
    ] {
        results.push(says(status, body).await);
    }
    let other = peer(16, answer("200 OK", DOWN), Then::Close).await;
    results.push(ask(other, UpstreamFormat::Feed).await);
    for result in results {
        assert_eq!(
            (result.verdict, code(&result)),
            (Verdict::Unknown, Some(ReasonCode::Unread)),
            "{result:?}"
        );
        assert!(result.reason.is_some_and(|reason| reason.fault_page.is_none()));
    }
}
