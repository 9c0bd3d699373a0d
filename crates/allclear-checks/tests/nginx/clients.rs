//! A server that lets in by certificates of clients alone.

use allclear_checks::kinds::Ready;
use allclear_domain::Secret;
use allclear_domain::check::{
    Assertion, CheckKind, ClientCertificate, HttpCheck, HttpVersion, ReasonCode, TextTest, Verdict,
};

use crate::Rig;
use crate::server::Served;

const LOCATIONS: &str = r#"
    ssl_client_certificate FOLDER/root.pem;
    ssl_verify_depth 2;
    ssl_verify_client HOW;
    location = /who { return 200 "$ssl_client_verify $ssl_client_s_dn"; }"#;

fn asking(how: &str) -> Rig {
    Rig::new(Served::Chain, &LOCATIONS.replace("HOW", how))
}

fn showing((chain_pem, key): (String, String)) -> Option<ClientCertificate> {
    Some(ClientCertificate { chain_pem, key: Secret::typed(&key) })
}

impl Rig {
    fn who(&self, shown: Option<ClientCertificate>, expected: &str) -> HttpCheck {
        let test = TextTest::Matches(expected.to_owned());
        HttpCheck {
            client_certificate: shown,
            assertions: vec![Assertion::Body { test }],
            ..self.check("/who")
        }
    }
}

#[tokio::test]
async fn who_shows_the_right_certificate_is_let_in_and_nobody_else() {
    let rig = asking("on");
    let known = showing(rig.nginx.client([2020, 2040], true));
    for version in [HttpVersion::Http1, HttpVersion::Http2] {
        let of = |shown| HttpCheck { version, ..rig.who(shown, "^SUCCESS ") };
        let all = rig.works(of(known.clone())).await;
        assert!(!all.contains("PRIVATE"), "{all}");
        let refused = "the status is 400 Bad Request, not 200 to 299";
        rig.fails(of(None), ReasonCode::Status, refused).await;
        let evidence = rig.evidence(of(None)).await;
        assert!(evidence.contains("No required SSL certificate was sent"), "{evidence}");
        let strange = showing(rig.nginx.client([2020, 2040], false));
        rig.fails(of(strange.clone()), ReasonCode::Status, refused).await;
        let evidence = rig.evidence(of(strange)).await;
        assert!(evidence.contains("The SSL certificate error"), "{evidence}");
        let over = showing(rig.nginx.client([2020, 2021], true));
        let told = "not 200 to 299 (the check's client certificate ended at 2021-01-01T00:00:00Z)";
        rig.fails(of(over), ReasonCode::Status, told).await;
        let early = showing(rig.nginx.client([2039, 2040], true));
        let told = "(the check's client certificate holds only from 2039-01-01T00:00:00Z on)";
        rig.fails(of(early), ReasonCode::Status, told).await;
    }
}

#[tokio::test]
async fn a_server_that_judges_certificates_itself_sees_which_one_is_shown() {
    let rig = asking("optional_no_ca");
    let strange = showing(rig.nginx.client([2020, 2040], false));
    rig.works(rig.who(strange, "^FAILED:.+ .*CN=")).await;
    rig.works(rig.who(None, "^NONE $")).await;
}

#[tokio::test]
async fn what_cannot_be_shown_is_refused_and_what_is_shut_is_ours() {
    let rig = asking("on");
    let (chain_pem, key) = rig.nginx.client([2020, 2040], true);
    let (_, other_key) = rig.nginx.client([2020, 2040], true);
    let field = |chain: &str, key: &str| {
        let shown = showing((chain.to_owned(), key.to_owned()));
        let problem = Ready::new(&CheckKind::Http(rig.who(shown, ""))).unwrap_err();
        assert!(!problem.to_string().contains("MIG"), "{problem}");
        problem.field
    };
    assert_eq!(field("", &key), "http.client_certificate.chain_pem");
    assert_eq!(field("-----BEGIN CERTIFICATE-----", &key), "http.client_certificate.chain_pem");
    for wrong in [&other_key, "hunter2", &key.replace("PRIVATE", "ENCRYPTED PRIVATE")] {
        assert_eq!(field(&chain_pem, wrong), "http.client_certificate.key");
    }
    for key in [Secret::Kept, Secret::Shut("its key is gone: put it back".to_owned())] {
        let shown = Some(ClientCertificate { chain_pem: chain_pem.clone(), key });
        let result = rig.probe(rig.who(shown, "")).await;
        assert_eq!(result.verdict, Verdict::Unknown, "{result:?}");
        assert!(result.exchange.lines.is_empty(), "{result:?}");
    }
}
