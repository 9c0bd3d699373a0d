//! Who may what: every address of the console and of the API, for every role and for tokens with
//! every scope, generated from the tables that answer. An address cannot answer without being in one.

use std::collections::BTreeSet;

use allclear_domain::{Access, Change, Clock, Entropy, Person, Role, Scope};
use allclear_people::accounts::{self, Wanted};
use allclear_web::access::{Needs, Rule};
use allclear_web::{api, console};
use jiff::SignedDuration;
use serde_json::json;

use super::Office;
use crate::support::Engine;
use crate::support::browser::{Browser, Page};
use crate::support::program::Program;

/// Whether somebody with these scopes is let through.
fn is_let_through(rule: &Rule, scopes: &BTreeSet<Scope>) -> bool {
    match rule.needs {
        Needs::Address | Needs::Nothing | Needs::SignedIn => true,
        Needs::Scope(scope) => scopes.contains(&scope),
    }
}

/// The path of a rule about something that is there.
async fn real_path(office: &Office, rule: &Rule) -> String {
    let store = office.instance.store();
    let id = match rule.path {
        path if path.contains("/people/") => {
            store.list_people().await.unwrap().last().map(|person| person.id.to_string())
        }
        path if path.contains("/tokens/") => {
            store.list_tokens().await.unwrap().first().map(|row| row.token.id.to_string())
        }
        _ => None,
    };
    fill_in(rule, &id.unwrap_or_else(|| "abcdefghij01".to_owned()))
}

/// The path of a rule with something in the place of what varies.
fn fill_in(rule: &Rule, id: &str) -> String {
    let parts = rule.path.split('/').map(|part| if part.starts_with('{') { id } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn revision(office: &Office) -> i64 {
    office.instance.store().revision().await.unwrap()
}

/// What forms of this browser have to carry.
async fn form_token(browser: &mut Browser) -> String {
    let page = browser.ask("GET", "/console/account", None).await;
    page.hidden("form_token").expect("somebody is signed in").to_owned()
}

/// Asks for what a rule answers, with a form that belongs to this browser and has nothing filled in.
async fn ask(browser: &mut Browser, rule: &Rule, path: &str, form_token: &str) -> Page {
    let form = (rule.method != "GET").then(|| format!("form_token={form_token}"));
    browser.ask(rule.method, path, form).await
}

/// Whether somebody was turned away, or sent to sign in.
fn is_refused(page: &Page) -> bool {
    [401, 403].contains(&page.status) || page.header("location").starts_with("/console/sign-in")
}

#[tokio::test]
async fn the_console_lets_each_role_do_what_it_may_and_no_more() {
    let office = Office::open(Engine::Sqlite).await;
    let owner = office.owner_person().await;
    office.program(&owner, [Scope::Read]).await;
    let rules = console::rules();
    assert!(rules.len() > 20, "{}", rules.len());
    for role in Role::ALL {
        let email = format!("a-{role}@example.com");
        let (_, mut browser) = office.colleague(&email, role).await;
        for rule in &rules {
            // Whoever is signed in has no business there, and signing out ends this.
            if rule.needs == Needs::Nothing || rule.path == "/console/sign-out" {
                continue;
            }
            let told = format!("{role}: {} {}", rule.method, rule.path);
            let token = form_token(&mut browser).await;
            if is_let_through(rule, &role.scopes()) {
                // About nothing that is there, so that whoever comes next finds it still.
                let path = fill_in(rule, "abcdefghij01");
                let page = ask(&mut browser, rule, &path, &token).await;
                assert!(!is_refused(&page), "{told}: {}", page.status);
            } else {
                let path = real_path(&office, rule).await;
                let before = revision(&office).await;
                let page = ask(&mut browser, rule, &path, &token).await;
                assert_eq!(page.status, 403, "{told}");
                assert_eq!(revision(&office).await, before, "{told}: nothing was written");
            }
            office.clock.turn(SignedDuration::from_secs(30));
        }
    }
}

/// Gives somebody another role.
async fn give(office: &Office, person: &Person, role: Role) {
    let by = Access::of_command("test");
    let entropy = Entropy::from_system();
    let change = Change { actor: &by.actor, entropy: &entropy, now: office.clock.now() };
    let wanted = Wanted { role: Some(role), ..Wanted::default() };
    accounts::change(office.instance.store(), person.id, wanted, &by, change).await.unwrap();
}

#[tokio::test]
async fn the_api_lets_each_token_do_what_it_and_its_maker_may_and_no_more() {
    let office = Office::open(Engine::Sqlite).await;
    let (maker, _) = office.colleague("maker@example.com", Role::Owner).await;
    let rules = api::rules();
    assert!(rules.len() >= 8, "{}", rules.len());
    let mut sets: Vec<BTreeSet<Scope>> = Scope::ALL.map(|scope| [scope].into()).into();
    sets.push(Role::Owner.scopes());
    for scopes in sets {
        give(&office, &maker, Role::Owner).await;
        let (_, program) = office.program(&maker, scopes.clone()).await;
        assert_eq!(program.get("/api/v1/me").await.status, 200, "its use is noted now");
        for role in Role::ALL {
            give(&office, &maker, role).await;
            let may: BTreeSet<Scope> = scopes.intersection(&role.scopes()).copied().collect();
            for rule in &rules {
                let told = format!("{scopes:?} of {role}: {} {}", rule.method, rule.path);
                let body = (rule.method != "GET").then(|| json!({}));
                if is_let_through(rule, &may) {
                    let path = fill_in(rule, "abcdefghij01");
                    let status = program.ask(rule.method, &path, body).await.status;
                    assert!(![401, 403].contains(&status), "{told}: {status}");
                } else {
                    let before = revision(&office).await;
                    let path = real_path(&office, rule).await;
                    let reply = program.ask(rule.method, &path, body).await;
                    assert_eq!(reply.status, 403, "{told}");
                    assert_eq!(reply.json["type"], "scope-missing", "{told}");
                    assert_eq!(revision(&office).await, before, "{told}: nothing was written");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_api_answers_nobody_without_a_token_that_opens() {
    let office = Office::open(Engine::Sqlite).await;
    for rule in api::rules() {
        let path = real_path(&office, &rule).await;
        for token in ["", "allclear_wrong", "wrong"] {
            let program = Program::at(office.instance.address(), token);
            let reply = program.ask(rule.method, &path, None).await;
            assert_eq!(reply.status, 401, "{} {path}", rule.method);
        }
    }
}

/// What no table has, nothing answers, whoever asks; and no address is in a table twice.
#[tokio::test]
async fn nothing_answers_that_is_in_no_table() {
    let mut office = Office::open(Engine::Sqlite).await;
    let (_, program) = office.program(&office.owner_person().await, Scope::ALL).await;
    for path in ["/console/x", "/console/people/x/y/z", "/console/setup/x"] {
        assert_eq!(office.owner.ask("GET", path, None).await.status, 404, "{path}");
        assert_eq!(program.get(&path.replace("console", "api/v1")).await.status, 404, "{path}");
    }
    for rules in [console::rules(), api::rules()] {
        let addresses: BTreeSet<_> = rules.iter().map(|rule| (rule.method, rule.path)).collect();
        assert_eq!(addresses.len(), rules.len());
        for rule in &rules {
            let reads = rule.method == "GET";
            assert!(reads || rule.needs != Needs::Scope(Scope::Read), "{rule:?} only reads");
            assert!(!reads || !rule.path.ends_with("/revoke"), "{rule:?} changes something");
        }
    }
}

#[test]
fn what_is_not_built_in_has_no_address() {
    let has_passkeys = console::rules().iter().any(|rule| rule.path.contains("passkey"));
    assert_eq!(has_passkeys, cfg!(feature = "passkeys"));
}
