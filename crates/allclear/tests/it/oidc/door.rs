//! What stands around it: where somebody ends up, how often they may try, who stays outside, and what
//! an owner can do.

use allclear_domain::{Clock, Person};
use jiff::{SignedDuration, Timestamp};

use super::hostile::{Hostile, back, well_signed};
use super::{PUBLIC_URL, assert_outside, office, parameter, set_out};
use crate::console::{NOON, Office, PASSWORD, sign_in};
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

async fn come(hostile: &Hostile, office: &Office, subject: &str, next: &str) -> (Browser, Page) {
    let mut browser = office.browser();
    let there = set_out(&mut browser, next).await;
    let mut claims = hostile.claims(&there, office.clock.now());
    claims["sub"] = subject.into();
    hostile.give(&well_signed(&claims));
    let page = browser.ask("GET", &back(&there), None).await;
    (browser, page)
}

async fn ada(office: &Office) -> Person {
    let people = office.instance.store().list_people().await.unwrap();
    people.into_iter().find(|person| person.email.as_str() == "ada@example.com").unwrap()
}

#[tokio::test]
async fn what_the_provider_is_asked() {
    let (hostile, office) = house().await;
    let mut browser = office.browser();
    let there = set_out(&mut browser, "").await;
    assert!(there.starts_with(&format!("{}/auth?", hostile.issuer)), "{there}");
    let known = [("response_type", "code"), ("client_id", "allclear"), ("scope", "openid+email")];
    for (name, value) in known {
        assert_eq!(parameter(&there, name), value, "{there}");
    }
    assert_eq!(parameter(&there, "code_challenge_method"), "S256");
    let back = "http%3A%2F%2Fstatus.example.com%2Fconsole%2Fsign-in%2Fprovider%2Fback";
    assert_eq!(parameter(&there, "redirect_uri"), back);
    let other = set_out(&mut office.browser(), "").await;
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(parameter(&there, name).len(), 43, "{name}");
        assert_ne!(parameter(&there, name), parameter(&other, name), "{name}");
    }
}

#[tokio::test]
async fn it_leads_nowhere_but_into_the_console() {
    let (hostile, office) = house().await;
    for (wanted, reached) in [
        ("/console/incidents%3Fq%3Dx", "/console/incidents?q=x"),
        ("https%3A%2F%2Fevil.example.com", "/console"),
        ("%2F%2Fevil.example.com", "/console"),
        ("%2Fconsole%2F%2E%2E%2Fx%0D%0Ay", "/console"),
        ("", "/console"),
    ] {
        let (browser, page) = come(&hostile, &office, "ada", wanted).await;
        assert_eq!((page.status, page.header("location")), (303, reached), "{wanted}");
        assert!(browser.has_cookie("allclear_session"));
    }
}

#[tokio::test]
async fn a_trip_takes_ten_minutes_at_most() {
    let (hostile, office) = house().await;
    let mut browser = office.browser();
    let there = set_out(&mut browser, "").await;
    office.clock.turn(SignedDuration::from_mins(10));
    hostile.give(&well_signed(&hostile.claims(&there, office.clock.now())));
    let page = browser.ask("GET", &back(&there), None).await;
    assert_outside(&browser, &page, 410, "took too long");
    assert_eq!(hostile.asked("/token"), 0);
}

/// Each code that somebody makes up costs a request to the provider: they are counted like wrong
/// passwords, and together with them.
#[tokio::test]
async fn made_up_codes_are_slowed_down_and_the_password_still_opens() {
    let (hostile, office) = house().await;
    // Setting it up was an attempt too.
    office.clock.turn(SignedDuration::from_mins(10));
    for n in 0..12 {
        let mut browser = office.browser();
        let there = set_out(&mut browser, "").await;
        let page = browser.ask("GET", &back(&there), None).await;
        if n < 10 {
            assert_eq!(page.status, 503, "{}", page.text);
        } else {
            assert_outside(&browser, &page, 429, "Too many attempts");
            assert_eq!(page.header("retry-after"), "30");
        }
    }
    assert_eq!(hostile.asked("/token"), 10);
    let mut owner = office.browser();
    let page = sign_in(&mut owner, "owner@example.com", PASSWORD).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(owner.has_cookie("allclear_session"));
    office.clock.turn(SignedDuration::from_mins(10));
    // Whoever gets in has spent nothing.
    for _ in 0..15 {
        assert_eq!(come(&hostile, &office, "ada", "").await.1.status, 303);
    }
}

#[tokio::test]
async fn whoever_is_disabled_stays_outside() {
    let (hostile, mut office) = house().await;
    let (mut browser, _) = come(&hostile, &office, "ada", "").await;
    let path = format!("/console/people/{}", ada(&office).await.id);
    office.owner.fill(&path, &format!("{path}/disable"), &[]).await;
    assert_eq!(browser.ask("GET", "/console", None).await.status, 303, "their session ended");
    let (browser, page) = come(&hostile, &office, "ada", "").await;
    assert_outside(&browser, &page, 403, "You cannot sign in any more");
}

/// Their account at the provider was made anew: an owner unbinds them.
#[tokio::test]
async fn an_owner_unbinds_somebody() {
    let (hostile, mut office) = house().await;
    come(&hostile, &office, "ada", "").await;
    let (browser, page) = come(&hostile, &office, "ada anew", "").await;
    assert_outside(&browser, &page, 403, "knows somebody else with your address");
    let path = format!("/console/people/{}", ada(&office).await.id);
    let page = office.owner.get(&path).await;
    assert!(page.text.contains(&format!("<dd>{}</dd>", hostile.issuer)), "{}", page.text);
    let page = office.owner.fill(&path, &format!("{path}/unbind"), &[]).await;
    assert!(page.text.contains("They are unbound"), "{}", page.text);
    assert!(!page.text.contains("Unbind"), "{}", page.text);
    assert_eq!(come(&hostile, &office, "ada anew", "").await.1.status, 303);
    let (browser, page) = come(&hostile, &office, "ada", "").await;
    assert_outside(&browser, &page, 403, "knows somebody else with your address");
}

/// With an authenticator, the provider is not enough.
#[tokio::test]
async fn an_authenticator_is_asked_for() {
    let (hostile, office) = house().await;
    come(&hostile, &office, "ada", "").await;
    let store = office.instance.store();
    let mut transaction = store.begin().await.unwrap();
    let credentials = allclear_domain::Credentials {
        person_id: ada(&office).await.id,
        password_hash: String::new(),
        totp_secret: Some("JBSWY3DPEHPK3PXP".to_owned()),
        totp_step: 0,
        changed_at: noon(),
    };
    transaction.set_credentials(&credentials).await.unwrap();
    transaction.commit().await.unwrap();
    let (browser, page) = come(&hostile, &office, "ada", "/console/incidents").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.hidden("pending").is_some(), "the code is asked for: {}", page.text);
    assert_eq!(page.hidden("next"), Some("/console/incidents"));
    assert!(!browser.has_cookie("allclear_session"));
}

#[tokio::test]
async fn whoever_is_in_needs_no_provider() {
    let (hostile, mut office) = house().await;
    let page =
        office.owner.ask("GET", "/console/sign-in/provider?next=/console/people", None).await;
    assert_eq!((page.status, page.header("location")), (303, "/console/people"));
    assert_eq!(hostile.asked("/.well-known/openid-configuration"), 0);
}

#[tokio::test]
async fn without_a_provider_there_is_no_button() {
    let office = Office::open(Engine::Sqlite).await;
    let mut browser = office.browser();
    let page = browser.get("/console/sign-in").await;
    assert!(!page.text.contains("Sign in with"), "{}", page.text);
    for path in ["/console/sign-in/provider", "/console/sign-in/provider/back"] {
        let page = browser.ask("GET", path, None).await;
        assert_eq!(page.status, 404, "{}", page.text);
        assert!(!page.text.contains(PUBLIC_URL));
    }
}
