//! The kind `tls` against nginx: at once, and after STARTTLS.

use allclear_domain::check::{StartTls, TlsCheck};

use super::*;

/// Probes the certificates that are served at an address.
async fn probe(rig: &Rig, address: SocketAddr, starttls: Option<StartTls>) -> ProbeResult {
    let connect_to = Some(address.ip());
    let tls = TlsCheck { connect_to, starttls, ..TlsCheck::of(NAME, address.port()) };
    let check = Arc::new(check_of(&tls.into(), 10_000));
    rig.prober.probe(check, rig.clock.now()).await
}

pub(super) fn reason(result: &ProbeResult) -> (Verdict, Option<ReasonCode>, &str) {
    let reason = result.reason.as_ref();
    let told = reason.map(|reason| reason.told.as_str()).unwrap_or_default();
    (result.verdict, reason.map(|reason| reason.code), told)
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_degraded_and_one_that_ended_fails() {
    let rig = Rig::new(Served::Chain, "");
    let address = rig.nginx.address;
    let result = probe(&rig, address, None).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(result.phases.tls_us.is_some());
    let ends_at: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(result.certificate_ends_at, Some(ends_at));
    let leaf = result.leaf.clone().unwrap();
    assert_eq!((leaf.name.as_str(), leaf.ends_at), ("shop.example.com", ends_at));
    assert_eq!(leaf.issuer, "CN=Example Between");
    let said = said(&result);
    assert!(said.contains("TLS 1.3, 2 certificates served"), "{said}");
    assert!(said.contains("for shop.example.com, issued by CN=Example Between"), "{said}");
    let later: Timestamp = "2026-12-20T12:00:00Z".parse().unwrap();
    rig.clock.turn(later.duration_since(rig.clock.now()));
    let result = probe(&rig, address, None).await;
    let told = "the certificate ends at 2027-01-01T00:00:00Z, in 11 days; less than 14 days is too \
                soon";
    assert_eq!(reason(&result), (Verdict::Degraded, Some(ReasonCode::Expiring), told));
    rig.clock.turn(SignedDuration::from_hours(24 * 12));
    let result = probe(&rig, address, None).await;
    assert_eq!((result.verdict, reason(&result).1), (Verdict::Fail, Some(ReasonCode::Tls)));
    assert!(reason(&result).2.contains("ended at 2027-01-01T00:00:00Z"), "{result:?}");
}

#[tokio::test]
async fn a_chain_that_does_not_convince_is_no_certificate() {
    for (served, words) in
        [(Served::OwnAlone, "or lacks a link"), (Served::Strange, "no authority that is trusted")]
    {
        let rig = Rig::new(served, "");
        let result = probe(&rig, rig.nginx.address, None).await;
        assert_eq!((result.verdict, reason(&result).1), (Verdict::Fail, Some(ReasonCode::Tls)));
        assert!(reason(&result).2.contains(words), "{result:?}");
    }
}

#[tokio::test]
async fn servers_of_mail_are_asked_to_go_on_with_tls() {
    let rig = Rig::of(Nginx::start_with_mail(NAME, Served::Chain));
    let [smtp, imap, pop3, open, ..] = rig.nginx.mail;
    for (address, starttls) in
        [(smtp, StartTls::Smtp), (imap, StartTls::Imap), (pop3, StartTls::Pop3)]
    {
        let result = probe(&rig, address, Some(starttls)).await;
        assert_eq!(result.verdict, Verdict::Ok, "{starttls:?}: {result:?}");
        assert!(said(&result).contains("2 certificates served"), "{result:?}");
        let result = probe(&rig, address, None).await;
        assert_eq!(reason(&result).2, "what answers is not TLS", "{starttls:?}");
    }
    let result = probe(&rig, open, Some(StartTls::Smtp)).await;
    let told = "the server does not offer STARTTLS";
    assert_eq!(reason(&result), (Verdict::Fail, Some(ReasonCode::Tls), told));
    let result = probe(&rig, pop3, Some(StartTls::Imap)).await;
    assert!(reason(&result).2.contains("where a greeting is due"), "{result:?}");
}
