//! The kind `tcp` within TLS against nginx: what greets, what answers, and what nobody may trust.

use allclear_domain::check::TcpCheck;

use super::certificates::reason;
use super::*;

fn of(address: SocketAddr, send: Option<&str>, contains: &str) -> TcpCheck {
    TcpCheck {
        connect_to: Some(address.ip()),
        tls: true,
        send: send.map(str::to_owned),
        expect: Some(TextTest::Contains(contains.to_owned())),
        ..TcpCheck::of(NAME, address.port())
    }
}

async fn probe(rig: &Rig, check: TcpCheck) -> ProbeResult {
    let check = Arc::new(check_of(&check.into(), 10_000));
    rig.prober.probe(check, rig.clock.now()).await
}

#[tokio::test]
async fn what_is_said_within_tls_is_judged() {
    let rig = Rig::of(Nginx::start_with_mail(NAME, Served::Chain));
    let [smtp, _, _, _, within, _] = rig.nginx.mail;
    let result = probe(&rig, of(within, None, "220 mail.example.com")).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(result.phases.tls_us.is_some() && result.phases.first_byte_us.is_some());
    assert!(said(&result).contains(", 2 certificates served"), "{result:?}");
    let ends_at: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(result.certificate_ends_at, Some(ends_at));
    assert_eq!(result.leaf.unwrap().name, NAME);

    let question = Some("GET / HTTP/1.0\r\n\r\n");
    let result = probe(&rig, of(rig.nginx.address, question, "HTTP/1.1 ")).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let result = probe(&rig, of(rig.nginx.address, question, "+PONG")).await;
    assert_eq!(reason(&result).1, Some(ReasonCode::Assertion), "{result:?}");

    let result = probe(&rig, of(smtp, None, "220")).await;
    let told = "what answers is not TLS";
    assert_eq!(reason(&result), (Verdict::Fail, Some(ReasonCode::Tls), told));
}

#[tokio::test]
async fn nothing_is_said_to_whom_nobody_trusts() {
    let rig = Rig::new(Served::Strange, "");
    let result = probe(&rig, of(rig.nginx.address, Some("secret\n"), "")).await;
    assert_eq!((result.verdict, reason(&result).1), (Verdict::Fail, Some(ReasonCode::Tls)));
    assert!(reason(&result).2.contains("no authority that is trusted"), "{result:?}");
    assert!(!said(&result).contains("bytes were sent"), "{result:?}");
}
