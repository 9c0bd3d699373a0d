//! Peers that greet, that wait, that say the wrong thing, too much, or nothing.

use std::sync::Arc;

use allclear_domain::check::{CheckKind, ProbeResult, TextTest, Verdict};

use super::*;
use crate::kinds::tests;
use crate::kinds::tests::{Then, closed, code, noon, peer, probe, prober, said, tcp, told};
use crate::prober::Prober;

async fn expecting(check: TcpCheck, test: TextTest) -> ProbeResult {
    probe(CheckKind::Tcp(TcpCheck { expect: Some(test), ..check })).await
}

fn contains(part: &str) -> TextTest {
    TextTest::Contains(part.to_owned())
}

#[tokio::test]
async fn a_connection_is_enough_where_nothing_is_expected() {
    let result = probe(CheckKind::Tcp(tcp(peer(0, "", Then::Wait).await))).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(result.phases.connect_us.is_some());
    let (closed, _socket) = closed();
    let result = probe(CheckKind::Tcp(tcp(closed))).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Refused)));
}

#[tokio::test]
async fn what_is_no_tls_fails_where_tls_is_due() {
    let address = peer(0, "220 ready\r\n", Then::Wait).await;
    let result = probe(CheckKind::Tcp(TcpCheck { tls: true, ..tcp(address) })).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Tls)));
    assert_eq!(told(&result), "what answers is not TLS");
}

#[tokio::test]
async fn a_greeting_is_read_until_it_holds() {
    // The peer goes on waiting; the probe does not.
    let address = peer(0, "220-mail.example.com\r\n220 ready\r\n", Then::Wait).await;
    let result = expecting(tcp(address), contains("220 ready")).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert_eq!(said(&result).lines().last(), Some("220 ready"));
    let result = expecting(tcp(address), TextTest::Matches("^220-.*\r\n220 ".to_owned())).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
}

#[tokio::test]
async fn an_answer_follows_a_question_that_is_not_kept() {
    let mut check = tcp(peer(14, "+PONG\r\n", Then::Close).await);
    check.send = Some("AUTH hunter2\r\n".to_owned());
    let result = expecting(check, contains("PONG")).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(!said(&result).contains("hunter2"));
    assert!(said(&result).contains("14 bytes were sent"));
}

#[tokio::test]
async fn what_does_not_hold_fails_with_what_came() {
    let address = peer(0, "554 no\r\n", Then::Close).await;
    let result = expecting(tcp(address), contains("220")).await;
    assert_eq!(code(&result), Some(ReasonCode::Assertion));
    assert_eq!(told(&result), r#"it ended: what came should contain "220", and is "554 no\r\n""#);
    let result = expecting(tcp(peer(0, "", Then::Close).await), contains("220")).await;
    assert_eq!(code(&result), Some(ReasonCode::Broken));
    // That nothing forbidden came holds of nothing at all only if something came.
    let silent = tcp(peer(0, "", Then::Close).await);
    let result = expecting(silent, TextTest::ContainsNot("error".to_owned())).await;
    assert_eq!(code(&result), Some(ReasonCode::Broken));
}

#[tokio::test]
async fn one_without_end_is_left_at_the_limit() {
    let result = expecting(tcp(peer(0, "x", Then::Endless).await), contains("y")).await;
    assert_eq!(code(&result), Some(ReasonCode::TooLong), "{result:?}");
    assert!(result.exchange.is_cut);
}

#[tokio::test]
async fn one_that_is_silent_is_left_at_the_deadline() {
    for greeting in ["", "22"] {
        let mut tcp = tcp(peer(0, greeting, Then::Wait).await);
        tcp.expect = Some(contains("220"));
        let mut check = tests::check(CheckKind::Tcp(tcp));
        check.deadline_ms = 100;
        let result = prober().probe(Arc::new(check), noon()).await;
        assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::TimedOut)));
    }
}

#[test]
fn hosts_are_names_and_addresses() {
    for host in ["mail.example.com", "192.0.2.1", "2001:db8::1", "[2001:db8::1]"] {
        let check = TcpCheck { host: host.to_owned(), ..tcp(([192, 0, 2, 1], 25).into()) };
        assert!(TcpProbe::new(&check).is_ok(), "{host}");
    }
    let check = TcpCheck { host: "no host".to_owned(), ..tcp(([192, 0, 2, 1], 25).into()) };
    assert_eq!(TcpProbe::new(&check).unwrap_err().field, "host");
    let expect = Some(TextTest::Matches("(".to_owned()));
    let check = TcpCheck { expect, ..tcp(([192, 0, 2, 1], 25).into()) };
    assert_eq!(TcpProbe::new(&check).unwrap_err().field, "expect.matches");
}
