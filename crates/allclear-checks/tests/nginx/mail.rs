//! The kind `service` against nginx as a server of mail: in the open, after STARTTLS, and within TLS.

use allclear_domain::check::{Protocol, Security, ServiceCheck};

use super::certificates::reason;
use super::*;

fn of(address: SocketAddr, protocol: Protocol, security: Security) -> ServiceCheck {
    let connect_to = Some(address.ip());
    ServiceCheck { connect_to, security, ..ServiceCheck::of(protocol, NAME, address.port()) }
}

async fn probe(rig: &Rig, check: ServiceCheck, deadline_ms: u32) -> ProbeResult {
    let check = Arc::new(check_of(&check.into(), deadline_ms));
    rig.prober.probe(check, rig.clock.now()).await
}

#[tokio::test]
async fn servers_of_mail_are_spoken_with() {
    let rig = Rig::of(Nginx::start_with_mail(NAME, Served::Chain));
    let [smtp, imap, pop3, open, within, _] = rig.nginx.mail;
    for (address, protocol, line) in [
        (smtp, Protocol::Smtp, "250 STARTTLS"),
        (imap, Protocol::Imap, "* CAPABILITY IMAP4"),
        (pop3, Protocol::Pop3, "STLS"),
    ] {
        let result = probe(&rig, of(address, protocol, Security::None), 10_000).await;
        assert_eq!(result.verdict, Verdict::Ok, "{protocol:?}: {result:?}");
        assert!(said(&result).contains(line), "{protocol:?}: {result:?}");
        assert!(result.certificate_ends_at.is_none());
        let result = probe(&rig, of(address, protocol, Security::Starttls), 10_000).await;
        assert_eq!(result.verdict, Verdict::Ok, "{protocol:?}: {result:?}");
        assert!(result.certificate_ends_at.is_some(), "{protocol:?}: {result:?}");
        let result = probe(&rig, of(address, protocol, Security::Tls), 10_000).await;
        assert_eq!(reason(&result).2, "what answers is not TLS", "{protocol:?}");
    }
    let result = probe(&rig, of(within, Protocol::Smtp, Security::Tls), 10_000).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let said = said(&result);
    assert!(said.contains("TLS 1.") && said.contains("220 mail.example.com"), "{said}");
    let result = probe(&rig, of(open, Protocol::Smtp, Security::Starttls), 10_000).await;
    let told = "the server does not offer STARTTLS";
    assert_eq!(reason(&result), (Verdict::Fail, Some(ReasonCode::Tls), told));
}

#[tokio::test]
async fn a_server_of_mail_that_is_wrong_slow_or_gone_fails() {
    let mut rig = Rig::of(Nginx::start_with_mail(NAME, Served::Strange));
    let [smtp, imap, _, open, _, slow] = rig.nginx.mail;
    let result = probe(&rig, of(imap, Protocol::Smtp, Security::None), 10_000).await;
    assert_eq!(reason(&result).1, Some(ReasonCode::Broken), "{result:?}");
    let result = probe(&rig, of(smtp, Protocol::Smtp, Security::Starttls), 10_000).await;
    assert!(reason(&result).2.contains("no authority that is trusted"), "{result:?}");
    let check = of(open, Protocol::Smtp, Security::None);
    let missing = Some(TextTest::Contains("250 CHUNKING".to_owned()));
    let result = probe(&rig, ServiceCheck { expect: missing, ..check.clone() }, 10_000).await;
    assert_eq!(reason(&result).1, Some(ReasonCode::Assertion), "{result:?}");
    let result = probe(&rig, of(slow, Protocol::Smtp, Security::None), 300).await;
    let told = "the connection stands, and a greeting did not come in time";
    assert_eq!(reason(&result), (Verdict::Fail, Some(ReasonCode::TimedOut), told));
    rig.nginx.stop();
    let result = probe(&rig, check, 10_000).await;
    assert_eq!(reason(&result).1, Some(ReasonCode::Refused), "{result:?}");
}
