//! One's own account: name, password, authenticator, sessions.

use allclear_people::totp;
use jiff::SignedDuration;

use super::{Office, PASSWORD, sign_in};
use crate::support::Engine;
use crate::support::browser::{Browser, Page};

const NEXT: &str = "four other short words";

/// Fills in a form of the account page.
async fn fill(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    browser.fill("/console/account", &format!("/console/account{path}"), fields).await
}

#[tokio::test]
async fn somebody_changes_their_own_name() {
    let mut office = Office::open(Engine::Sqlite).await;
    let page = fill(&mut office.owner, "/name", &[("name", " Ada Lovelace ")]).await;
    assert!(page.text.contains("Your name is changed."), "{}", page.text);
    assert!(page.text.contains("<a href=\"/console/account\">Ada Lovelace</a>"), "{}", page.text);
    let page = fill(&mut office.owner, "/name", &[("name", "  ")]).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("Name: is empty"), "{}", page.text);
}

#[tokio::test]
async fn another_password_signs_out_everywhere_else() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let mut elsewhere = office.browser();
        sign_in(&mut elsewhere, "owner@example.com", PASSWORD).await;
        let wrong = [("present_password", "a wrong password"), ("new_password", NEXT)];
        let page = fill(&mut office.owner, "/password", &wrong).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("The present password is wrong. Nothing was changed."));
        let short = [("present_password", PASSWORD), ("new_password", "short")];
        let page = fill(&mut office.owner, "/password", &short).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("Password: has 5 characters"), "{}", page.text);
        let page = elsewhere.get("/console/account").await;
        assert!(page.text.contains("<h1>Account</h1>"), "nothing happened so far: {}", page.text);

        let right = [("present_password", PASSWORD), ("new_password", NEXT)];
        let page = fill(&mut office.owner, "/password", &right).await;
        assert!(page.text.contains("Your password is changed."), "{engine:?}: {}", page.text);
        let page = elsewhere.get("/console/account").await;
        assert!(page.text.contains("<h1>Sign in</h1>"), "{engine:?}: {}", page.text);
        let page = sign_in(&mut elsewhere, "owner@example.com", PASSWORD).await;
        assert_eq!(page.status, 401);
        let page = sign_in(&mut elsewhere, "owner@example.com", NEXT).await;
        assert_eq!(page.status, 200);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn guessing_at_a_browser_left_open_is_slowed_down() {
    let mut office = Office::open(Engine::Sqlite).await;
    let mut last = 0;
    for n in 0..12 {
        office.owner.headers = vec![("x-forwarded-for", format!("192.0.2.{n}"))];
        let guess = [("present_password", "a wrong password")];
        let page = fill(&mut office.owner, "/authenticator/remove", &guess).await;
        last = page.status;
    }
    assert_eq!(last, 429);
    let right = [("present_password", PASSWORD), ("new_password", NEXT)];
    let page = fill(&mut office.owner, "/password", &right).await;
    assert_eq!(page.status, 429, "not the right one either");
    office.clock.turn(SignedDuration::from_mins(6));
    let page = fill(&mut office.owner, "/password", &right).await;
    assert_eq!(page.status, 200, "{}", page.text);
}

/// Enrolls an authenticator; gives its secret and the page with the recovery codes.
async fn enroll(office: &mut Office) -> (String, Page) {
    let page = office.owner.get("/console/account/authenticator").await;
    let secret = page.hidden("secret").unwrap().to_owned();
    assert!(page.text.contains(&format!("?secret={secret}&#38;issuer=Allclear")), "{}", page.text);
    let code = totp::code_at(&secret, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let fields = [("secret", secret.as_str()), ("code", &code), ("present_password", PASSWORD)];
    let from = "/console/account/authenticator";
    let page = office.owner.fill(from, from, &fields).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("The code is wrong"), "{}", page.text);
    assert_eq!(page.hidden("secret"), Some(secret.as_str()), "the picture holds good");
    let now = allclear_domain::Clock::now(&office.clock);
    let code = totp::code_at(&secret, now).unwrap();
    let fields = [("secret", secret.as_str()), ("code", &code), ("present_password", PASSWORD)];
    let page = office.owner.fill(from, from, &fields).await;
    assert_eq!(page.status, 200, "{}", page.text);
    (secret, page)
}

fn codes(page: &Page) -> Vec<String> {
    let list = page.between("id=\"codes\">", "</ol>").unwrap();
    let codes = list.split("<code>").skip(1);
    codes.map(|code| code.split('<').next().unwrap().to_owned()).collect()
}

async fn half(browser: &mut Browser) -> String {
    let page = sign_in(browser, "owner@example.com", PASSWORD).await;
    page.hidden("pending").unwrap_or_else(|| panic!("{}", page.text)).to_owned()
}

async fn give_code(browser: &mut Browser, pending: &str, code: &str) -> Page {
    let fields = [("pending", pending), ("code", code)];
    browser.fill("/console/sign-in", "/console/sign-in/code", &fields).await
}

#[tokio::test]
async fn an_authenticator_is_enrolled_asked_for_and_lost() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let (secret, page) = enroll(&mut office).await;
        let codes = codes(&page);
        assert_eq!(codes.len(), 10, "{}", page.text);
        let page = office.owner.get("/console/account").await;
        assert!(page.text.contains("You have 10 recovery codes left."), "{}", page.text);
        assert!(!page.text.contains(&codes[0]), "shown once");

        let mut other = office.browser();
        let pending = half(&mut other).await;
        let page = other.get("/console").await;
        assert!(page.text.contains("<h1>Sign in</h1>"), "half of it opens nothing");
        let page = give_code(&mut other, &pending, "000000").await;
        assert_eq!(page.status, 401);
        office.clock.turn(SignedDuration::from_secs(60));
        let now = allclear_domain::Clock::now(&office.clock);
        let page = give_code(&mut other, &pending, &totp::code_at(&secret, now).unwrap()).await;
        assert!(page.text.contains("Ada Owner"), "{engine:?}: {}", page.text);

        let mut third = office.browser();
        let pending = half(&mut third).await;
        let page = give_code(&mut third, &pending, &codes[4].to_uppercase()).await;
        assert!(page.text.contains("Ada Owner"), "{engine:?}: {}", page.text);
        let page = third.get("/console/account").await;
        assert!(page.text.contains("You have 9 recovery codes left."), "{}", page.text);
        let mut fourth = office.browser();
        let pending = half(&mut fourth).await;
        let page = give_code(&mut fourth, &pending, &codes[4]).await;
        assert_eq!(page.status, 401, "a code opens once");

        let password = [("present_password", PASSWORD)];
        let page = fill(&mut office.owner, "/recovery-codes", &password).await;
        let new = self::codes(&page);
        assert!(new.len() == 10 && !new.contains(&codes[0]));
        let page = fill(&mut office.owner, "/authenticator/remove", &password).await;
        assert!(page.text.contains("Your authenticator is removed."), "{}", page.text);
        office.clock.turn(SignedDuration::from_mins(6));
        let page = sign_in(&mut fourth, "owner@example.com", PASSWORD).await;
        assert!(page.text.contains("Ada Owner"), "{}", page.text);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_and_together() {
    let mut office = Office::open(Engine::Sqlite).await;
    let mut others = [office.browser(), office.browser(), office.browser()];
    for (n, browser) in others.iter_mut().enumerate() {
        let firefox = format!("Mozilla/5.0 (X11; Linux x86_64; rv:14{n}.0) Firefox/14{n}.0");
        browser.headers = vec![("user-agent", firefox)];
        sign_in(browser, "owner@example.com", PASSWORD).await;
    }
    let page = office.owner.get("/console/account").await;
    assert_eq!(page.text.matches("<strong>Firefox on Linux</strong>").count(), 3, "{}", page.text);
    assert_eq!(page.text.matches(">This browser<").count(), 1, "{}", page.text);
    let own = page.between("action=\"/console/account/sessions/", "/end\"").unwrap().to_owned();
    let page = fill(&mut office.owner, &format!("/sessions/{own}/end"), &[]).await;
    assert!(page.text.contains("That browser is signed out."), "{}", page.text);
    let page = fill(&mut office.owner, &format!("/sessions/{own}/end"), &[]).await;
    assert!(page.text.contains("That browser is signed out."), "pressed twice: {}", page.text);
    assert_eq!(page.text.matches("<strong>Firefox on Linux</strong>").count(), 2);

    let (_, mut stranger) =
        office.colleague("stranger@example.com", allclear_domain::Role::Owner).await;
    let theirs = page.between("action=\"/console/account/sessions/", "/end\"").unwrap();
    fill(&mut stranger, &format!("/sessions/{theirs}/end"), &[]).await;
    let page = office.owner.get("/console/account").await;
    assert_eq!(page.text.matches("<strong>Firefox on Linux</strong>").count(), 2, "not theirs");

    let page = fill(&mut office.owner, "/sessions/end-others", &[]).await;
    assert!(page.text.contains("Every other browser is signed out."), "{}", page.text);
    for browser in &mut others {
        let page = browser.get("/console").await;
        assert!(page.text.contains("<h1>Sign in</h1>"), "{}", page.text);
    }
    let page = stranger.get("/console/account").await;
    assert!(page.text.contains("<h1>Account</h1>"), "theirs goes on: {}", page.text);
}
