//! Peers that greet, that wait, that say the wrong thing, too much, or nothing, in the open and within TLS.

use std::net::SocketAddr;
use std::sync::Arc;

use allclear_domain::check::{CheckKind, ProbeResult, TextTest, Verdict};

use allclear_net::Trust;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::*;
use crate::kinds::tests;
use crate::kinds::tests::{
    Then, closed, code, noon, peer, probe, prober, prober_trusting, said, tcp, told,
};
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

/// A server that speaks TLS, says something and hangs up without a word of TLS. It may want a certificate.
async fn within_tls(greeting: &'static str, wants_certificate: bool) -> (SocketAddr, Trust) {
    let names = vec!["127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let builder = match wants_certificate {
        true => builder.with_client_cert_verifier(verifier.build().unwrap()),
        false => builder.with_no_client_auth(),
    };
    let key = signing_key.serialize_der().try_into().unwrap();
    let config = builder.with_single_cert(vec![cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                stream.write_all(greeting.as_bytes()).await.ok();
                stream.flush().await.ok();
            }
        }
    });
    (address, Trust::public_and(cert.pem().as_bytes()).unwrap())
}

async fn probe_within_tls(
    (address, trust): (SocketAddr, Trust),
    send: Option<&str>,
) -> ProbeResult {
    let (send, expect) = (send.map(str::to_owned), Some(contains("220 ready")));
    let check = tests::check(TcpCheck { tls: true, send, expect, ..tcp(address) }.into());
    prober_trusting(&trust).probe(Arc::new(check), noon()).await
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_is_said_to_turn_us_down() {
    for send in [None, Some("PING\n")] {
        let result = probe_within_tls(within_tls("220 ready\r\n", true).await, send).await;
        assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Tls)));
        assert_eq!(told(&result), "the server asks for a client certificate, and was shown none");
    }
}

#[tokio::test]
async fn one_that_hangs_up_within_tls_ended() {
    let result = probe_within_tls(within_tls("220 ready\r\n", false).await, None).await;
    assert_eq!((result.verdict, told(&result)), (Verdict::Ok, ""));
    let result = probe_within_tls(within_tls("554 no\r\n", false).await, None).await;
    assert_eq!(code(&result), Some(ReasonCode::Assertion));
    let expected = r#"it ended: what came should contain "220 ready", and is "554 no\r\n""#;
    assert_eq!(told(&result), expected);
    let result = probe_within_tls(within_tls("", false).await, None).await;
    assert_eq!(code(&result), Some(ReasonCode::Broken));
    assert_eq!(told(&result), "the other side ended and said nothing");
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
