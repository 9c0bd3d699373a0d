//! A provider that is down, slow or drowns whoever asks: the page says so, and passwords still work.

use std::sync::Arc;
use std::time::Duration;

use allclear_domain::Clock;
use jiff::SignedDuration;
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use tokio_rustls::TlsAcceptor;

use super::hostile::{Hostile, Reply, back, well_signed};
use super::{PUBLIC_URL, assert_outside, office, office_of, registration, set_out};
use crate::console::{NOON, Office, PASSWORD, sign_in};
use crate::support::Engine;

const DISCOVERY: &str = "/.well-known/openid-configuration";
const DOWN: &str = "Example &#38; Co does not answer as it should at the moment";

async fn house() -> (Hostile, Office) {
    let hostile = Hostile::start().await;
    let mut registration = registration(&hostile.issuer, PUBLIC_URL);
    registration.deadline = Duration::from_secs(3);
    let office = office_of(Engine::Sqlite, registration, NOON.parse().unwrap(), None).await;
    (hostile, office)
}

#[tokio::test]
async fn the_page_says_so_and_a_password_still_works() {
    // Nothing listens on this port.
    let office = office(Engine::Sqlite, "http://127.0.0.1:9", NOON.parse().unwrap()).await;
    let mut browser = office.browser();
    let page = browser.ask("GET", "/console/sign-in/provider?next=/console/people", None).await;
    assert_outside(&browser, &page, 503, DOWN);
    assert_eq!(page.hidden("next"), Some("/console/people"), "a password leads there too");
    let page = sign_in(&mut browser, "owner@example.com", PASSWORD).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(browser.has_cookie("allclear_session"));
}

#[tokio::test]
async fn on_the_way_there() {
    let (hostile, office) = house().await;
    let other = |field: &str, value: &str| {
        let mut metadata = hostile.metadata();
        metadata[field] = json!(value);
        Reply::Json(metadata)
    };
    let right = Reply::Json(hostile.metadata());
    let cases = [
        (DISCOVERY, Reply::Silence),
        (DISCOVERY, Reply::Flood),
        (DISCOVERY, Reply::Nonsense(200)),
        (DISCOVERY, Reply::Nonsense(500)),
        (DISCOVERY, Reply::Json(json!({}))),
        (DISCOVERY, other("issuer", "https://id.example.com")),
        (DISCOVERY, other("jwks_uri", "http://id.example.com/jwks")),
        (DISCOVERY, other("jwks_uri", "file:///etc/passwd")),
        (DISCOVERY, other("authorization_endpoint", "http://id.example.com/auth")),
        (DISCOVERY, other("authorization_endpoint", "javascript:alert(1)")),
        ("/jwks", Reply::Silence),
        ("/jwks", Reply::Flood),
        ("/jwks", Reply::Nonsense(200)),
    ];
    for (path, reply) in cases {
        println!("{path} {reply:?}");
        hostile.reply(DISCOVERY, right.clone());
        hostile.reply(path, reply);
        // What was known before is over, as is the time that it is left in peace.
        office.clock.turn(SignedDuration::from_hours(2));
        let mut browser = office.browser();
        let page = browser.ask("GET", "/console/sign-in/provider", None).await;
        assert_outside(&browser, &page, 503, DOWN);
        assert!(!browser.has_cookie("allclear_trip"));
    }
}

#[tokio::test]
async fn on_the_way_back() {
    let (hostile, office) = house().await;
    let cases = [
        ("/token", Reply::Silence),
        ("/token", Reply::Flood),
        ("/token", Reply::Nonsense(200)),
        ("/token", Reply::Nonsense(500)),
        ("/me", Reply::Silence),
        ("/me", Reply::Flood),
        ("/me", Reply::Nonsense(200)),
    ];
    for (path, reply) in cases {
        println!("{path} {reply:?}");
        let mut browser = office.browser();
        let there = set_out(&mut browser, "").await;
        let mut claims = hostile.claims(&there, office.clock.now());
        claims.as_object_mut().unwrap().remove("email");
        hostile.give(&well_signed(&claims));
        hostile.reply(path, reply);
        let page = browser.ask("GET", &back(&there), None).await;
        assert_outside(&browser, &page, 503, DOWN);
    }
}

/// Whoever stands between us and the provider has a certificate that nobody known signed; or the
/// authority is one of one's own, and then it is known.
#[tokio::test]
async fn a_certificate_counts_where_its_authority_is_known() {
    let certified = || {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (params.self_signed(&key).unwrap(), key)
    };
    let (certificate, key) = certified();
    let secret = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], secret).unwrap();
    let hostile = Hostile::start_over(Some(TlsAcceptor::from(Arc::new(config)))).await;
    for (authority, is_known) in
        [(None, false), (Some(certified().0.pem()), false), (Some(certificate.pem()), true)]
    {
        let mut registration = registration(&hostile.issuer, PUBLIC_URL);
        registration.authority = authority.map(String::into_bytes);
        let office = office_of(Engine::Sqlite, registration, NOON.parse().unwrap(), None).await;
        let mut browser = office.browser();
        if is_known {
            assert!(set_out(&mut browser, "").await.starts_with(&hostile.issuer));
            continue;
        }
        let page = browser.ask("GET", "/console/sign-in/provider", None).await;
        assert_outside(&browser, &page, 503, DOWN);
        assert_eq!(hostile.asked(DISCOVERY), 0);
    }
}

/// A provider that refuses a code is not down.
#[tokio::test]
async fn a_code_that_is_not_taken() {
    let (hostile, office) = house().await;
    let mut browser = office.browser();
    let there = set_out(&mut browser, "").await;
    let refusal = json!({ "error": "invalid_grant", "error_description": "secret-code is over" });
    hostile.reply("/token", Reply::Refusal(refusal));
    let page = browser.ask("GET", &back(&there), None).await;
    assert_outside(&browser, &page, 401, "Example &#38; Co did not say who you are");
}

#[tokio::test]
async fn it_is_asked_once_for_many_and_left_in_peace_where_it_is_down() {
    let (hostile, office) = house().await;
    for _ in 0..3 {
        set_out(&mut office.browser(), "").await;
    }
    assert_eq!((hostile.asked(DISCOVERY), hostile.asked("/jwks")), (1, 1));
    office.clock.turn(SignedDuration::from_hours(1));
    set_out(&mut office.browser(), "").await;
    assert_eq!(hostile.asked(DISCOVERY), 2, "what it tells of itself holds for an hour");

    hostile.reply(DISCOVERY, Reply::Nonsense(500));
    office.clock.turn(SignedDuration::from_hours(1));
    for _ in 0..3 {
        let mut browser = office.browser();
        let page = browser.ask("GET", "/console/sign-in/provider", None).await;
        assert_outside(&browser, &page, 503, DOWN);
    }
    assert_eq!(hostile.asked(DISCOVERY), 3);
    hostile.reply(DISCOVERY, Reply::Json(hostile.metadata()));
    office.clock.turn(SignedDuration::from_secs(10));
    set_out(&mut office.browser(), "").await;
    assert_eq!(hostile.asked(DISCOVERY), 4);
}
