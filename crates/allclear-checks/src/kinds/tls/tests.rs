//! Certificates that end soon or late, and servers that are asked to go on with TLS. What is served is
//! made here; that no authority vouches for it comes after what is asked.

use std::slice::from_ref;

use allclear_domain::check::{CheckKind, ProbeResult, Verdict};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};

use super::*;
use crate::kinds::tests::{Then, closed, code, peer, probe, said, told};

/// A certificate that ends on this day of June 2026.
fn ending(day: u8, is_root: bool) -> Vec<u8> {
    let mut params = CertificateParams::new(vec!["mail.example.com".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2026, 6, day);
    if is_root {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

fn warning(chain: &[Vec<u8>], warn_days: u16) -> Option<String> {
    let check = TlsCheck { warn_days, ..TlsCheck::of("mail.example.com", 993) };
    let now = "2026-06-15T12:00:00Z".parse().unwrap();
    TlsProbe::new(&check).unwrap().ending(chain, now).map(|reason| reason.told)
}

#[test]
fn the_certificate_that_ends_first_counts() {
    let (own, between) = (ending(29, false), ending(17, false));
    assert_eq!(warning(from_ref(&own), 13), None);
    assert_eq!(
        warning(from_ref(&own), 14).unwrap(),
        "the certificate ends at 2026-06-29T00:00:00Z, in 13 days; less than 14 days is too soon"
    );
    assert_eq!(
        warning(&[own.clone(), between], 14).unwrap(),
        "certificate 2 of the chain ends at 2026-06-17T00:00:00Z, in 1 day; less than 14 days is \
         too soon"
    );
    assert_eq!(warning(&[own.clone(), ending(16, true)], 13), None, "nobody needs a served root");
    let over = ending(1, false);
    assert_eq!(warning(&[own.clone(), over.clone()], 13), None, "what is over was not needed");
    assert!(warning(&[own.clone(), over], 14).unwrap().starts_with("the certificate ends at"));
    assert_eq!(warning(&[own], 0), None);
    let soon =
        "the certificate ends at 2026-06-16T00:00:00Z, in 0 days; less than 1 day is too soon";
    assert_eq!(warning(&[ending(16, false)], 1).unwrap(), soon);
    assert_eq!(warning(&[b"no certificate".to_vec()], 14), None);
    assert_eq!(warning(&[], 14), None);
}

fn check(address: std::net::SocketAddr, starttls: Option<StartTls>) -> CheckKind {
    let host = address.ip().to_string();
    CheckKind::Tls(TlsCheck { starttls, ..TlsCheck::of(host, address.port()) })
}

async fn ask(starttls: StartTls, says: &str) -> ProbeResult {
    probe(check(peer(0, says, Then::Wait).await, Some(starttls))).await
}

#[tokio::test]
async fn what_is_no_tls_or_not_there_fails() {
    let result = probe(check(peer(0, "220 ready\r\n", Then::Wait).await, None)).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Tls)));
    assert_eq!(told(&result), "what answers is not TLS");
    let (closed, _socket) = closed();
    let result = probe(check(closed, None)).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Refused)));
}

/// What a peer is told, and what it says to that.
type Words = &'static [(&'static [u8], &'static str)];

/// That no TLS follows comes after all that is said before it.
#[tokio::test]
async fn a_server_that_agrees_is_asked_for_tls() {
    const SMTP: Words = &[
        (b"", "220-mail\r\n220 ready\r\n"),
        (b"EHLO [127.0.0.1]\r\n", "250-mail\r\n250-PIPELINING\r\n250 starttls\r\n"),
        (b"STARTTLS\r\n", "220 go\r\n"),
    ];
    const IMAP: Words =
        &[(b"", "* OK ready\r\n"), (b"a STARTTLS\r\n", "* CAPABILITY\r\na OK go\r\n")];
    const POP3: Words = &[(b"", "+OK ready\r\n"), (b"STLS\r\n", "+OK go\r\n")];
    // The code of `SSLRequest` is 1234 and 5679, each in two bytes.
    const POSTGRES: Words = &[(&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f], "S")];
    for (starttls, words) in [
        (StartTls::Smtp, SMTP),
        (StartTls::Imap, IMAP),
        (StartTls::Pop3, POP3),
        (StartTls::Postgres, POSTGRES),
    ] {
        let result = probe(check(talker(words).await, Some(starttls))).await;
        assert_eq!(told(&result), "what answers is not TLS", "{starttls:?}: {}", said(&result));
        assert_eq!(code(&result), Some(ReasonCode::Tls));
    }
}

/// A peer that says each of its words once it was told what belongs before it, and goes on in the open
/// where TLS is due.
async fn talker(words: Words) -> std::net::SocketAddr {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for (asked, answer) in words {
            let mut question = vec![0; asked.len()];
            stream.read_exact(&mut question).await.unwrap();
            // It falls silent where it was told something else.
            if question != *asked {
                return std::future::pending::<()>().await;
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        let mut hello = [0; 4_096];
        assert!(stream.read(&mut hello).await.unwrap() > 0);
        stream.write_all(b"500 what is this\r\n").await.unwrap();
        std::future::pending::<()>().await;
    });
    address
}

#[tokio::test]
async fn a_server_that_does_not_agree_fails() {
    for (starttls, says, words) in [
        (StartTls::Smtp, "554 no\r\n", r#"says "554 no" where a greeting is due"#),
        (StartTls::Smtp, "220 a\r\n250-b\r\n250 PIPELINING\r\n", "does not offer STARTTLS"),
        (StartTls::Smtp, "220 a\r\n250 STARTTLS\r\n454 later\r\n", r#"says "454 later" where 220"#),
        (StartTls::Imap, "* BYE full\r\n", r#"says "* BYE full" where a greeting is due"#),
        (StartTls::Imap, "* OK\r\na BAD what\r\n", r#"says "a BAD what" where OK to STARTTLS"#),
        (StartTls::Pop3, "+OK\r\n-ERR no\r\n", r#"says "-ERR no" where +OK to STLS is due"#),
        (StartTls::Postgres, "N", "does not offer TLS"),
        (StartTls::Postgres, "HTTP/1.1", r#"says "H" where S or N is due"#),
    ] {
        let result = ask(starttls, says).await;
        assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Tls)));
        assert!(told(&result).contains(words), "{starttls:?}: {}", told(&result));
    }
    let ends = peer(0, "+OK re", Then::Close).await;
    let result = probe(check(ends, Some(StartTls::Pop3))).await;
    assert_eq!(code(&result), Some(ReasonCode::Broken));
    assert_eq!(told(&result), "the server ended where a greeting is due");
}

#[tokio::test]
async fn nothing_may_be_slipped_in_before_the_handshake() {
    for (starttls, says) in [
        (StartTls::Pop3, "+OK ready\r\n+OK go\r\n+OK you are in\r\n"),
        (StartTls::Smtp, "220 a\r\n250 STARTTLS\r\n220 go\r\n250 x\r\n"),
        (StartTls::Imap, "* OK\r\na OK go\r\n* PREAUTH\r\n"),
        (StartTls::Postgres, "SE"),
    ] {
        let result = ask(starttls, says).await;
        assert_eq!(code(&result), Some(ReasonCode::Broken), "{starttls:?}");
        assert!(told(&result).contains("more in the open after it agreed"), "{}", told(&result));
    }
}

#[tokio::test]
async fn a_server_that_talks_without_end_is_left() {
    let endless = peer(0, "220-", Then::Endless).await;
    let result = probe(check(endless, Some(StartTls::Smtp))).await;
    assert_eq!(code(&result), Some(ReasonCode::TooLong), "{result:?}");
    let many = peer(0, "220-x\r\n".repeat(200), Then::Wait).await;
    let result = probe(check(many, Some(StartTls::Smtp))).await;
    assert_eq!(code(&result), Some(ReasonCode::TooLong), "{result:?}");
}

#[tokio::test]
async fn a_server_that_is_silent_is_left_at_the_deadline() {
    for starttls in StartTls::ALL.map(Some).into_iter().chain([None]) {
        let mut check = crate::kinds::tests::check(check(peer(0, "", Then::Wait).await, starttls));
        check.deadline_ms = 100;
        let prober = crate::kinds::tests::prober();
        let now = crate::kinds::tests::noon();
        let result = crate::Prober::probe(&prober, std::sync::Arc::new(check), now).await;
        assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::TimedOut)));
    }
}
