//! Passkeys against an authenticator that does as it is told, rightly and wrongly. Chromium's own makes
//! them in `pages::passkeys`.

use allclear_domain::audit::{Actor, AuditEntry};
use allclear_domain::{Access, Change, Clock, Entropy, Role};
use allclear_people::accounts::{self, Standing, Wanted};
use allclear_people::links::{self, Redemption};
use allclear_people::passwords::Passwords;
use allclear_people::totp;
use allclear_store::AuditFilter;
use jiff::SignedDuration;
use serde_json::Value;

use super::{Office, PASSWORD};
use crate::support::Engine;
use crate::support::authenticator::Authenticator;
use crate::support::browser::{Browser, Page};

const ORIGIN: &str = "http://localhost:8080";
const ACCOUNT: &str = "/console/account";

async fn office(engine: Engine) -> Office {
    let office = Office::open_under(engine, |conditions| {
        conditions.entrance.public_url = Some(ORIGIN.to_owned());
    })
    .await;
    // Setting up was an attempt as well.
    office.clock.turn(SignedDuration::from_secs(30));
    office
}

fn device(id: &str) -> Authenticator {
    Authenticator::at(ORIGIN, id)
}

/// Sends a form that belongs to the page at `from`, and does not follow.
async fn send(browser: &mut Browser, from: &str, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(from).await;
    let token = page.hidden("form_token").unwrap_or_else(|| panic!("{}", page.text)).to_owned();
    let mut all = vec![("form_token", token.as_str())];
    all.extend_from_slice(fields);
    browser.send(path, &all).await
}

fn options(page: &Page) -> Value {
    assert_eq!(page.status, 200, "{}", page.text);
    serde_json::from_str(&page.text).unwrap()
}

fn problem(page: &Page) -> String {
    let told: Value = serde_json::from_str(&page.text).unwrap();
    told["problem"].as_str().unwrap().to_owned()
}

/// Asks to add a passkey.
async fn ask_to_add(browser: &mut Browser, name: &str, password: &str) -> Page {
    let fields = [("name", name), ("present_password", password)];
    send(browser, ACCOUNT, "/console/account/passkeys/challenge", &fields).await
}

async fn keep(browser: &mut Browser, credential: &str) -> Page {
    let fields = [("credential", credential)];
    send(browser, ACCOUNT, "/console/account/passkeys", &fields).await
}

/// Adds a passkey.
async fn add(browser: &mut Browser, device: &mut Authenticator, name: &str) {
    let asked = options(&ask_to_add(browser, name, PASSWORD).await);
    let page = keep(browser, &device.make(&asked)).await;
    assert_eq!(page.header("location"), "/console/account?done=passkey", "{}", page.text);
}

/// Asks to sign in.
async fn ask(browser: &mut Browser) -> Value {
    let path = "/console/sign-in/passkey/challenge";
    options(&send(browser, "/console/sign-in", path, &[]).await)
}

async fn answer(browser: &mut Browser, credential: &str) -> Page {
    let fields = [("credential", credential), ("next", "/console/account")];
    send(browser, "/console/sign-in", "/console/sign-in/passkey", &fields).await
}

/// Signs in.
async fn sign_in(browser: &mut Browser, device: &Authenticator) -> Page {
    let asked = ask(browser).await;
    answer(browser, &device.answer(&asked)).await
}

#[track_caller]
fn assert_in(page: &Page) {
    assert_eq!((page.status, page.header("location")), (303, ACCOUNT), "{}", page.text);
}

#[track_caller]
fn assert_refused(page: &Page, status: u16, why: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(why), "{}", page.text);
    assert!(page.text.contains("<h1>Sign in</h1>"), "{}", page.text);
}

/// What the audit log tells of passkeys, and of whom, in the order of the alphabet: the clock stands.
async fn told(office: &Office) -> Vec<(String, Actor)> {
    let filter = AuditFilter::default();
    let entries = office.instance.store().list_audit_entries(&filter, 100).await.unwrap();
    let told = |entry: AuditEntry| {
        let after: Value = serde_json::from_str(&entry.after?).ok()?;
        let changed = after["changed"].as_str()?.to_owned();
        changed.starts_with("passkey").then(|| {
            let name = after["passkey"].as_str().unwrap();
            (format!("{changed}: {name}"), entry.actor)
        })
    };
    let mut told: Vec<_> = entries.into_iter().filter_map(told).collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    told
}

#[tokio::test]
async fn one_signs_in_in_place_of_password_and_code_until_it_is_removed() {
    for engine in Engine::ALL {
        let mut office = office(engine).await;
        let secret = totp::mint(&Entropy::from_seed(1));
        let code = totp::code_at(&secret, office.clock.now()).unwrap();
        let fields = [("secret", secret.as_str()), ("code", &code), ("present_password", PASSWORD)];
        let form = "/console/account/authenticator";
        assert_eq!(office.owner.fill(form, form, &fields).await.status, 200);

        let mut phone = device("phone");
        add(&mut office.owner, &mut phone, " My phone ").await;
        let page = office.owner.get(ACCOUNT).await;
        assert!(page.text.contains("<strong>My phone</strong>"), "{engine:?}: {}", page.text);
        assert!(page.text.contains("never used"), "{}", page.text);

        let mut other = office.browser();
        phone.counter = 2;
        assert_in(&sign_in(&mut other, &phone).await);
        assert!(other.has_cookie("allclear_session"));
        let page = other.get(ACCOUNT).await;
        assert!(page.text.contains("last used <time"), "{}", page.text);

        let own = page.between("/console/account/passkeys/pky_", "/rename").unwrap();
        let path = format!("/console/account/passkeys/pky_{own}");
        let rename = format!("{path}/rename");
        let page = other.fill(ACCOUNT, &rename, &[("name", "Old phone")]).await;
        assert!(page.text.contains("has another name"), "{}", page.text);
        assert!(page.text.contains("<strong>Old phone</strong>"), "{}", page.text);
        let page = other.fill(ACCOUNT, &rename, &[("name", " ")]).await;
        assert!(page.status == 422 && page.text.contains("Name: is empty"), "{}", page.text);

        let remove = format!("{path}/remove");
        let page = other.fill(ACCOUNT, &remove, &[("present_password", "a wrong one")]).await;
        assert!(page.text.contains("The present password is wrong"), "{}", page.text);
        let page = other.fill(ACCOUNT, &remove, &[("present_password", PASSWORD)]).await;
        assert!(page.text.contains("Your passkey is removed."), "{}", page.text);
        let mut third = office.browser();
        assert_refused(&sign_in(&mut third, &phone).await, 401, "opens nothing here");
        let owner = Actor::Person(office.owner_person().await.id);
        let expected = [
            "passkey added: My phone",
            "passkey removed: Old phone",
            "passkey renamed: Old phone",
            "passkey used: My phone",
        ];
        assert_eq!(told(&office).await, expected.map(|line| (line.to_owned(), owner.clone())));
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn an_answer_counts_once_in_one_browser_and_for_five_minutes() {
    let mut office = office(Engine::Sqlite).await;
    let mut phone = device("phone");
    // Devices that share their passkeys do not count.
    phone.counter = 0;
    add(&mut office.owner, &mut phone, "phone").await;
    let (mut here, mut there) = (office.browser(), office.browser());

    let asked = ask(&mut here).await;
    let page = answer(&mut there, &phone.answer(&asked)).await;
    assert_refused(&page, 410, "That took too long, or was done already");
    ask(&mut there).await;
    let page = answer(&mut there, &phone.answer(&asked)).await;
    assert_refused(&page, 422, "not one to what was asked");
    let right = phone.answer(&asked);
    assert_in(&answer(&mut here, &right).await);
    for n in 0..2 {
        let mut again = office.browser();
        assert_refused(&answer(&mut again, &right).await, 410, "done already");
        ask(&mut again).await;
        let page = answer(&mut again, &right).await;
        assert_refused(&page, 422, "not one to what was asked");
        assert!(!again.has_cookie("allclear_session"), "{n}");
    }

    let asked = ask(&mut there).await;
    office.clock.turn(SignedDuration::from_mins(5));
    let page = answer(&mut there, &phone.answer(&asked)).await;
    assert_refused(&page, 410, "took too long");
    let asked = ask(&mut there).await;
    office.clock.turn(SignedDuration::from_secs(299));
    assert_in(&answer(&mut there, &phone.answer(&asked)).await);
}

#[tokio::test]
async fn what_was_done_elsewhere_or_unverified_opens_nothing() {
    let mut office = office(Engine::Sqlite).await;
    let mut phone = device("phone");
    add(&mut office.owner, &mut phone, "phone").await;
    let mut other = office.browser();
    for foreign in ["http://localhost:8081", "https://localhost:8080", "http://evil.localhost:8080"]
    {
        phone.origin = foreign.to_owned();
        assert_refused(&sign_in(&mut other, &phone).await, 422, "at another address");
    }
    phone.origin = ORIGIN.to_owned();
    phone.relying_party = "evil.example.com".to_owned();
    assert_refused(&sign_in(&mut other, &phone).await, 422, "at another address");
    phone.relying_party = "localhost".to_owned();
    phone.has_verified = false;
    assert_refused(&sign_in(&mut other, &phone).await, 422, "did not check that it is you");
    for nonsense in ["", "{}", "[", "\"x\""] {
        ask(&mut other).await;
        assert_refused(&answer(&mut other, nonsense).await, 422, "not one to what was asked");
    }
    assert!(!other.has_cookie("allclear_session"));
    phone.has_verified = true;
    phone.counter = 2;
    assert_in(&sign_in(&mut other, &phone).await);
}

#[tokio::test]
async fn nobody_signs_in_as_somebody_else() {
    let mut office = office(Engine::Sqlite).await;
    let (mut ada, mut eve) = (device("ada"), device("eve"));
    add(&mut office.owner, &mut ada, "phone").await;
    let (_, mut browser) = office.colleague("eve@example.com", Role::Viewer).await;
    add(&mut browser, &mut eve, "phone").await;
    eve.counter = 2;
    let (own_id, own_owner) = (eve.id.clone(), eve.owner.clone());
    let mut other = office.browser();
    eve.id.clone_from(&ada.id);
    assert_refused(&sign_in(&mut other, &eve).await, 401, "opens nothing here");
    eve.owner.clone_from(&ada.owner);
    assert_refused(&sign_in(&mut other, &eve).await, 422, "not one to what was asked");
    eve.id = own_id;
    assert_refused(&sign_in(&mut other, &eve).await, 401, "opens nothing here");
    eve.owner = "AAAA".to_owned();
    assert_refused(&sign_in(&mut other, &eve).await, 422, "not one to what was asked");
    assert!(!other.has_cookie("allclear_session"));
    eve.owner = own_owner;
    assert_in(&sign_in(&mut other, &eve).await);
    let page = other.get(ACCOUNT).await;
    assert!(page.text.contains("eve@example.com"), "{}", page.text);

    // Nor can she touch what is Ada's, or add what is.
    let page = office.owner.get(ACCOUNT).await;
    let adas = page.between("/console/account/passkeys/", "/rename").unwrap().to_owned();
    for (what, field) in [("rename", ("name", "hers")), ("remove", ("present_password", PASSWORD))]
    {
        let path = format!("/console/account/passkeys/{adas}/{what}");
        let page = browser.fill(ACCOUNT, &path, &[field]).await;
        assert_eq!(page.status, 404, "{what}: {}", page.text);
    }
    let asked = options(&ask_to_add(&mut browser, "hers", PASSWORD).await);
    let page = keep(&mut browser, &ada.make(&asked)).await;
    assert_eq!(page.status, 409, "{}", page.text);
    assert_eq!(office.instance.store().find_passkey("YWRh").await.unwrap().unwrap().name, "phone");
}

#[tokio::test]
async fn a_counter_that_goes_back_is_refused_and_told() {
    for engine in Engine::ALL {
        let mut office = office(engine).await;
        let mut phone = device("phone");
        add(&mut office.owner, &mut phone, "phone").await;
        let mut other = office.browser();
        phone.counter = 7;
        assert_in(&sign_in(&mut other, &phone).await);
        let mut thief = office.browser();
        for counter in [7, 3] {
            phone.counter = counter;
            assert_refused(&sign_in(&mut thief, &phone).await, 401, "may have been copied");
        }
        assert!(!thief.has_cookie("allclear_session"));
        let refused = ("passkey refused: phone".to_owned(), Actor::Duty("signing in".to_owned()));
        assert_eq!(told(&office).await[1..3], [refused.clone(), refused], "{engine:?}");
        let page = office.owner.get("/console/audit").await;
        assert!(page.text.contains("its counter went back"), "{}", page.text);
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn whoever_is_disabled_stays_outside() {
    let office = office(Engine::Sqlite).await;
    let (bob, mut browser) = office.colleague("bob@example.com", Role::Editor).await;
    let mut phone = device("phone");
    add(&mut browser, &mut phone, "phone").await;
    let by = Access::of_command("test");
    let (entropy, now) = (Entropy::from_system(), office.clock.now());
    for standing in [Standing::Disabled, Standing::Enabled] {
        let change = Change { actor: &by.actor, entropy: &entropy, now };
        let wanted = Wanted { standing: Some(standing), ..Wanted::default() };
        accounts::change(office.instance.store(), bob.id, wanted, &by, change).await.unwrap();
        phone.counter += 1;
        let page = sign_in(&mut office.browser(), &phone).await;
        assert_refused(&page, 401, "opens nothing here");
    }
    // Let in again, with another password: what was theirs before opens nothing.
    let change = Change { actor: &by.actor, entropy: &entropy, now };
    let (_, purpose, link) =
        links::renew(office.instance.store(), bob.id, &by, change).await.unwrap();
    let redemption = Redemption { purpose, presented: link.reveal(), client: "a browser" };
    let (store, passwords) = (office.instance.store(), Passwords::default());
    links::redeem(store, &passwords, redemption, PASSWORD, &entropy, now).await.unwrap();
    phone.counter += 1;
    let page = sign_in(&mut office.browser(), &phone).await;
    assert_refused(&page, 401, "opens nothing here");
}

#[tokio::test]
async fn attempts_are_counted_and_the_password_still_opens() {
    let mut office = office(Engine::Sqlite).await;
    let mut phone = device("phone");
    phone.counter = 0;
    add(&mut office.owner, &mut phone, "phone").await;
    let mut other = office.browser();
    for _ in 0..15 {
        assert_in(&sign_in(&mut other, &phone).await);
        other = office.browser();
    }
    for _ in 0..10 {
        ask(&mut other).await;
    }
    let path = "/console/sign-in/passkey/challenge";
    let page = send(&mut other, "/console/sign-in", path, &[]).await;
    assert_eq!((page.status, page.header("retry-after")), (429, "30"));
    assert!(problem(&page).contains("Too many attempts"), "{}", page.text);
    let page = super::sign_in(&mut other, "owner@example.com", PASSWORD).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(other.has_cookie("allclear_session"));
}

#[tokio::test]
async fn adding_takes_the_password_a_name_and_room() {
    let mut office = office(Engine::Sqlite).await;
    let owner = &mut office.owner;
    let page = ask_to_add(owner, "phone", "a wrong password").await;
    assert_eq!(page.status, 422);
    assert_eq!(problem(&page), "The present password is wrong. Nothing was changed.");
    let page = ask_to_add(owner, " ", PASSWORD).await;
    assert!(page.status == 422 && problem(&page).contains("Name: is empty"), "{}", page.text);
    let asked = options(&ask_to_add(owner, "phone", PASSWORD).await);
    let wanted = &asked["publicKey"]["authenticatorSelection"];
    assert_eq!(
        (&wanted["residentKey"], &wanted["userVerification"]),
        (&"required".into(), &"required".into())
    );

    let mut phone = device("phone");
    phone.has_verified = false;
    let page = keep(owner, &phone.make(&asked)).await;
    assert!(page.status == 422 && page.text.contains("did not check that it is you"));
    phone.has_verified = true;
    let page = keep(owner, &phone.make(&asked)).await;
    assert_eq!(page.status, 410, "each challenge is answered once: {}", page.text);
    let asked = options(&ask_to_add(owner, "phone", PASSWORD).await);
    phone.origin = "http://localhost:1".to_owned();
    let page = keep(owner, &phone.make(&asked)).await;
    assert!(page.status == 422 && page.text.contains("at another address"), "{}", page.text);

    for n in 0..10 {
        let mut device = device(&format!("device {n}"));
        add(&mut office.owner, &mut device, &format!("device {n}")).await;
    }
    let page = ask_to_add(&mut office.owner, "one more", PASSWORD).await;
    assert_eq!(page.status, 409);
    assert!(problem(&page).contains("remove one first"), "{}", page.text);
    let page = office.owner.get(ACCOUNT).await;
    assert!(page.text.contains("Remove one to add another."), "{}", page.text);
}

#[tokio::test]
async fn another_password_meanwhile_ends_what_was_begun() {
    let mut office = office(Engine::Sqlite).await;
    let mut phone = device("phone");
    let asked = options(&ask_to_add(&mut office.owner, "phone", PASSWORD).await);
    let fields = [("present_password", PASSWORD), ("new_password", "four other short words")];
    office.owner.fill(ACCOUNT, "/console/account/password", &fields).await;
    let page = keep(&mut office.owner, &phone.make(&asked)).await;
    assert_eq!(page.status, 422, "{}", page.text);
    assert!(page.text.contains("The present password is wrong."), "{}", page.text);
    let owner = office.owner_person().await;
    assert_eq!(office.instance.store().list_passkeys(owner.id).await.unwrap(), []);
}

#[tokio::test]
async fn without_an_address_none_are_offered_and_the_account_says_why() {
    for (url, why) in [
        (None, "set public_url to the one that people use"),
        (Some("http://192.0.2.1:8080"), "Browsers keep no passkeys for a plain IP address"),
        (Some("http://status.example.com"), "Browsers give passkeys over TLS alone"),
    ] {
        let mut office = Office::open_under(Engine::Sqlite, |conditions| {
            conditions.entrance.public_url = url.map(str::to_owned);
        })
        .await;
        let page = office.owner.get(ACCOUNT).await;
        assert!(page.text.contains(why), "{}", page.text);
        assert!(!page.text.contains("data-passkey"), "{}", page.text);
        let page = ask_to_add(&mut office.owner, "phone", PASSWORD).await;
        assert!(page.status == 409 && problem(&page).contains("public_url"), "{}", page.text);
        let mut other = office.browser();
        let page = other.get("/console/sign-in").await;
        assert!(!page.text.contains("passkey"), "{}", page.text);
        let path = "/console/sign-in/passkey/challenge";
        assert_eq!(send(&mut other, "/console/sign-in", path, &[]).await.status, 409);
    }
}

#[tokio::test]
async fn what_the_script_asks_for_goes_past_the_guard() {
    let mut office = office(Engine::Sqlite).await;
    let path = "/console/account/passkeys/challenge";
    for (n, token) in ["", "x"].into_iter().enumerate() {
        let page = office.owner.send(path, &[("form_token", token)]).await;
        assert_eq!(page.status, 403, "{n}");
        let page = office.browser().send("/console/sign-in/passkey/challenge", &[]).await;
        assert_eq!(page.status, 403, "{n}");
    }
    let page = office.owner.get(ACCOUNT).await;
    let form = page.between("data-passkey=", ">").unwrap();
    assert!(form.ends_with(" hidden"), "the script shows it: {form}");
    let page = office.browser().get("/console/sign-in").await;
    let form = page.between("data-passkey=", ">").unwrap();
    assert!(form.ends_with(" hidden"), "the script shows it: {form}");
}
