//! A provider, or somebody between, that lies: what it says proves nothing, and nobody gets in.

use allclear_domain::Clock;
use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use serde_json::{Value, json};

use super::hostile::{Hostile, Reply, back, key, keys, signed, well_signed};
use super::{CLIENT_SECRET, assert_outside, office, parameter, set_out};
use crate::console::{NOON, Office};
use crate::support::Engine;
use crate::support::browser::{Browser, Page};

fn noon() -> Timestamp {
    NOON.parse().unwrap()
}

async fn house() -> (Hostile, Office) {
    let hostile = Hostile::start().await;
    let office = office(Engine::Sqlite, &hostile.issuer, noon()).await;
    (hostile, office)
}

/// Sets out, and comes back to a provider that gives the token made of what it should say.
async fn come(
    hostile: &Hostile,
    office: &Office,
    token: impl FnOnce(Value) -> String,
) -> (Browser, Page) {
    let mut browser = office.browser();
    let there = set_out(&mut browser, "").await;
    hostile.give(&token(hostile.claims(&there, office.clock.now())));
    let page = browser.ask("GET", &back(&there), None).await;
    (browser, page)
}

/// The same, with one claim that is another; `null` leaves it out.
async fn come_with(
    hostile: &Hostile,
    office: &Office,
    claim: &str,
    value: Value,
) -> (Browser, Page) {
    come(hostile, office, |mut claims| {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(claim);
        } else {
            claims[claim] = value;
        }
        well_signed(&claims)
    })
    .await
}

/// Lets time go by until one more attempt is free.
fn another_attempt(office: &Office) {
    office.clock.turn(SignedDuration::from_secs(30));
}

const NOT_VOUCHED: &str = "Example &#38; Co did not say who you are";

#[tokio::test]
async fn what_is_right_gets_in() {
    let (hostile, office) = house().await;
    let (browser, page) = come(&hostile, &office, |claims| well_signed(&claims)).await;
    assert_eq!((page.status, page.header("location")), (303, "/console"), "{}", page.text);
    assert!(browser.has_cookie("allclear_session"));
    // The code is worth nothing without what the browser's trip alone has, and our own secret.
    let exchange = hostile.last_exchange();
    assert!(exchange.contains("code=secret-code&code_verifier="), "{exchange}");
    assert!(exchange.to_ascii_lowercase().contains("authorization: basic "), "{exchange}");
    assert_eq!(hostile.asked("/me"), 0, "the ID token says it all");
}

#[tokio::test]
async fn claims_that_are_for_others() {
    let (hostile, office) = house().await;
    let now = noon().as_second();
    for (claim, value) in [
        ("nonce", json!("of another trip")),
        ("nonce", Value::Null),
        ("aud", json!("another client")),
        ("aud", json!(["allclear", "another client"])),
        ("azp", json!("another client")),
        ("iss", json!("https://id.example.com")),
        ("exp", json!(now)),
        ("exp", json!(now - 3_600)),
        ("iat", json!(now - 3_600)),
        ("iat", json!(now + 3_600)),
    ] {
        let (browser, page) = come_with(&hostile, &office, claim, value.clone()).await;
        println!("{claim}: {value}");
        assert_outside(&browser, &page, 401, NOT_VOUCHED);
        another_attempt(&office);
    }
}

#[tokio::test]
async fn signatures_that_prove_nothing() {
    let (hostile, office) = house().await;
    let of_secret = hmac::Key::new(hmac::HMAC_SHA256, CLIENT_SECRET.as_bytes());
    let of_public =
        hmac::Key::new(hmac::HMAC_SHA256, ring::signature::KeyPair::public_key(&key(1)).as_ref());
    type Sign<'a> = Box<dyn Fn(&[u8]) -> Vec<u8> + 'a>;
    let by =
        |seed: u8| -> Sign<'_> { Box::new(move |text| key(seed).sign(text).as_ref().to_vec()) };
    let cases: Vec<(u16, Value, Sign<'_>)> = vec![
        (401, json!({ "alg": "none" }), Box::new(|_| Vec::new())),
        // The library reads no token with a way to sign that it does not know.
        (503, json!({ "alg": "None", "kid": "one" }), Box::new(|_| Vec::new())),
        (401, json!({ "alg": "EdDSA", "kid": "one" }), Box::new(|_| Vec::new())),
        (401, json!({ "alg": "EdDSA", "kid": "one" }), by(2)),
        (401, json!({ "alg": "EdDSA" }), by(2)),
        (401, json!({ "alg": "EdDSA", "kid": "unknown" }), by(1)),
        (401, json!({ "alg": "RS256", "kid": "one" }), by(1)),
        (
            401,
            json!({ "alg": "HS256" }),
            Box::new(|text| hmac::sign(&of_secret, text).as_ref().to_vec()),
        ),
        (
            401,
            json!({ "alg": "HS256" }),
            Box::new(|text| hmac::sign(&of_public, text).as_ref().to_vec()),
        ),
        (401, json!({ "alg": "EdDSA", "kid": "one", "crit": ["exp"] }), by(1)),
        (401, json!({ "alg": "EdDSA", "kid": "one", "typ": "at+jwt" }), by(1)),
    ];
    for (status, head, sign) in &cases {
        let (browser, page) = come(&hostile, &office, |claims| signed(head, &claims, sign)).await;
        println!("{head}");
        let words = if *status == 401 { NOT_VOUCHED } else { "does not answer as it should" };
        assert_outside(&browser, &page, *status, words);
        another_attempt(&office);
    }
}

/// Mix-up: the browser says that another provider sent it back.
#[tokio::test]
async fn a_browser_that_another_provider_sent_back() {
    let (hostile, office) = house().await;
    let mut browser = office.browser();
    let there = set_out(&mut browser, "").await;
    hostile.give(&well_signed(&hostile.claims(&there, noon())));
    let other = format!("{}&iss=https%3A%2F%2Fid.example.com", back(&there));
    let page = browser.ask("GET", &other, None).await;
    assert_outside(&browser, &page, 401, NOT_VOUCHED);
    assert_eq!(hostile.asked("/token"), 0, "the code was given to nobody");

    // One that says that it always names itself must.
    let mut metadata = hostile.metadata();
    metadata["authorization_response_iss_parameter_supported"] = json!(true);
    hostile.reply("/.well-known/openid-configuration", Reply::Json(metadata));
    office.clock.turn(SignedDuration::from_hours(1));
    let there = set_out(&mut browser, "").await;
    hostile.give(&well_signed(&hostile.claims(&there, office.clock.now())));
    let page = browser.ask("GET", &back(&there), None).await;
    assert_outside(&browser, &page, 401, NOT_VOUCHED);
    assert_eq!(hostile.asked("/token"), 0);
}

#[tokio::test]
async fn an_address_that_the_provider_tells_apart_from_the_rest() {
    let (hostile, office) = house().await;
    let info = |sub: &str, is_verified: Value| json!({ "sub": sub, "email": "ada@example.com", "email_verified": is_verified });
    for (told, status, words) in [
        (info("somebody else", json!(true)), 401, NOT_VOUCHED),
        (info("ada", json!(false)), 403, "does not say that an address for mail is yours"),
        (info("ada", json!("true")), 403, "does not say that an address for mail is yours"),
        (json!({ "sub": "ada" }), 403, "does not say that an address for mail is yours"),
        (json!({}), 503, "does not answer as it should"),
    ] {
        hostile.reply("/me", Reply::Json(told.clone()));
        let (browser, page) = come_with(&hostile, &office, "email", Value::Null).await;
        println!("{told}");
        assert_outside(&browser, &page, status, words);
    }
    hostile.reply("/me", Reply::Json(info("ada", json!(true))));
    let (browser, page) = come_with(&hostile, &office, "email", Value::Null).await;
    assert_eq!(page.status, 303, "{}", page.text);
    assert!(browser.has_cookie("allclear_session"));
}

/// An access token goes into the head of a request: nothing else may get there with it.
#[tokio::test]
async fn an_access_token_that_is_none() {
    let (hostile, office) = house().await;
    let mut browser = office.browser();
    let there = set_out(&mut browser, "").await;
    let mut claims = hostile.claims(&there, noon());
    claims.as_object_mut().unwrap().remove("email");
    let tokens = json!({
        "access_token": "a\r\nx: y", "token_type": "Bearer", "id_token": well_signed(&claims),
    });
    hostile.reply("/token", Reply::Json(tokens));
    let page = browser.ask("GET", &back(&there), None).await;
    assert_outside(&browser, &page, 503, "does not answer as it should");
    assert_eq!(hostile.asked("/me"), 0);
}

/// A provider that takes one code many times gives one session for it.
#[tokio::test]
async fn a_trip_leads_to_one_session() {
    let (hostile, office) = house().await;
    let mut browser = office.browser();
    let there = set_out(&mut browser, "").await;
    let trip = browser.cookie_line();
    hostile.give(&well_signed(&hostile.claims(&there, noon())));
    assert_eq!(browser.ask("GET", &back(&there), None).await.status, 303);
    let mut again = office.browser();
    for pair in trip.split("; ") {
        let (name, value) = pair.split_once('=').unwrap();
        again.take_cookie(name, value);
    }
    let page = again.ask("GET", &back(&there), None).await;
    assert_outside(&again, &page, 403, "was used already");
}

#[tokio::test]
async fn new_keys_are_read_when_they_are_needed() {
    let (hostile, office) = house().await;
    come(&hostile, &office, |claims| well_signed(&claims)).await;
    let by_the_new_one = |claims: &Value| {
        let head = json!({ "alg": "EdDSA", "kid": "two" });
        signed(&head, claims, |text| key(2).sign(text).as_ref().to_vec())
    };
    hostile.reply("/jwks", Reply::Json(keys(&[("two", &key(2))])));
    office.clock.turn(SignedDuration::from_mins(1));
    let (browser, page) = come(&hostile, &office, |claims| by_the_new_one(&claims)).await;
    assert_eq!(page.status, 303, "{}", page.text);
    assert!(browser.has_cookie("allclear_session"));
    assert_eq!(hostile.asked("/jwks"), 2);
    assert_eq!(hostile.asked("/.well-known/openid-configuration"), 1);
    // The former key signs nothing any more, and does not make us ask without end.
    for _ in 0..3 {
        let (browser, page) = come(&hostile, &office, |claims| well_signed(&claims)).await;
        assert_outside(&browser, &page, 401, NOT_VOUCHED);
    }
    assert_eq!(hostile.asked("/jwks"), 2);
}

/// A provider that gives its keys no names has others than before where a signature is wrong, or
/// where several could be meant.
#[tokio::test]
async fn new_keys_without_names_are_read_too() {
    let unnamed = |of: &[u8]| {
        let all: Vec<_> = of.iter().map(|seed| key(*seed)).collect();
        let mut keys = keys(&all.iter().map(|key| ("", key)).collect::<Vec<_>>());
        for key in keys["keys"].as_array_mut().unwrap() {
            key.as_object_mut().unwrap().remove("kid");
        }
        Reply::Json(keys)
    };
    let by_the_new_one = |claims: &Value| {
        let head = json!({ "alg": "EdDSA" });
        signed(&head, claims, |text| key(2).sign(text).as_ref().to_vec())
    };
    for former in [&[1_u8][..], &[1, 2]] {
        let (hostile, office) = house().await;
        hostile.reply("/jwks", unnamed(former));
        set_out(&mut office.browser(), "").await;
        hostile.reply("/jwks", unnamed(&[2]));
        // Just now they were read: it is left in peace, and nobody gets in.
        let (browser, page) = come(&hostile, &office, |claims| by_the_new_one(&claims)).await;
        assert_outside(&browser, &page, 401, NOT_VOUCHED);
        assert_eq!(hostile.asked("/jwks"), 1);
        office.clock.turn(SignedDuration::from_mins(1));
        let (browser, page) = come(&hostile, &office, |claims| by_the_new_one(&claims)).await;
        assert_eq!(page.status, 303, "{former:?}: {}", page.text);
        assert!(browser.has_cookie("allclear_session"));
        assert_eq!(hostile.asked("/jwks"), 2);
    }
}

/// What stands in the address of the way back is shown to nobody, and leads nowhere.
#[tokio::test]
async fn words_in_the_address_are_not_shown() {
    let (_hostile, office) = house().await;
    let mut browser = office.browser();
    let there = set_out(&mut browser, "").await;
    let state = parameter(&there, "state");
    let path = format!(
        "/console/sign-in/provider/back?state={state}&error=access_denied\
         &error_description=call%20555-0100&error_uri=https%3A%2F%2Fevil.example.com"
    );
    let page = browser.ask("GET", &path, None).await;
    assert_outside(&browser, &page, 401, NOT_VOUCHED);
    assert!(!page.text.contains("555-0100") && !page.text.contains("evil"), "{}", page.text);
    assert!(!browser.has_cookie("allclear_trip"), "that trip is over");
}
