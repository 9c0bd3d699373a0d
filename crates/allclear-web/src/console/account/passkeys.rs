//! One's own passkeys: what there is, another one, another name, one less.

use allclear_domain::ids::PasskeyId;
use allclear_domain::{Passkey, limits};
use allclear_people::passkeys;
use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::super::answer::{self, Answer, Refusal};
use super::super::when::When;
use super::super::{Call, Chrome};
use super::{Part, Problem, told};
use crate::access::Needs;
use crate::access::table::Table;

/// Adds the addresses of this part.
pub(super) fn add(table: Table<Call>) -> Table<Call> {
    let own = Needs::SignedIn;
    table
        .post("/console/account/passkeys", own, keep)
        .post("/console/account/passkeys/challenge", own, ask)
        .post("/console/account/passkeys/{id}/rename", own, rename)
        .post("/console/account/passkeys/{id}/remove", own, remove)
}

#[derive(Template)]
#[template(path = "console/account/passkeys.html")]
struct PasskeysView<'a> {
    chrome: Chrome,
    problem: Option<&'a str>,
    email: String,
    passkeys: Vec<PasskeyView>,
    /// Where a passkey can be added; why none can, where that is so.
    origin: Result<String, String>,
    most: usize,
}

struct PasskeyView {
    id: PasskeyId,
    name: String,
    added: When,
    used: Option<When>,
}

impl PasskeyView {
    fn of(passkey: Passkey, now: Timestamp) -> Self {
        Self {
            id: passkey.id,
            name: passkey.name,
            added: When::at(passkey.created_at),
            used: passkey.used_at.map(|at| When::ago(at, now)),
        }
    }
}

/// The part of the account page.
pub(super) async fn part(call: &Call, problem: &Problem) -> Result<String, Refusal> {
    let person = &call.signed_in()?.person;
    let passkeys = passkeys::list(&call.app.store, person.id).await?;
    let view = PasskeysView {
        chrome: Chrome::of(call, "Passkeys", ""),
        problem: problem.of(Part::Passkeys),
        email: person.email.to_string(),
        passkeys: passkeys.into_iter().map(|one| PasskeyView::of(one, call.now)).collect(),
        origin: call.app.passkeys.origin().map_err(|why| why.to_string()),
        most: limits::PASSKEYS_PER_PERSON_MAX,
    };
    answer::part(&view)
}

/// A challenge, for the script.
async fn ask(call: Call) -> Answer {
    let (actor, own) = (call.actor()?, super::own(&call)?);
    let asked = passkeys::ask_to_add(
        &call.app.store,
        &call.app.passkeys,
        super::checks(&call),
        own,
        &call.form_token,
        call.form.text("name"),
        call.change(&actor),
    );
    match asked.await {
        Ok(options) => Ok(answer::json(StatusCode::OK, options)),
        Err(error) => {
            let (status, text) = super::problem(error)?;
            answer::problem_for_script(Refusal::Refused(status, text))
        }
    }
}

/// Adds what the device made.
async fn keep(call: Call) -> Answer {
    let (actor, who) = (call.actor()?, call.signed_in()?);
    let done = passkeys::add(
        &call.app.store,
        &call.app.passkeys,
        who.person.id,
        &call.form_token,
        call.form.text("credential"),
        call.change(&actor),
    );
    told(&call, Part::Passkeys, "passkey", done.await.map(drop)).await
}

/// Gives one another name.
async fn rename(call: Call) -> Answer {
    let (actor, who, id) = (call.actor()?, call.signed_in()?, call.param("id")?);
    let (store, name) = (&call.app.store, call.form.text("name"));
    let done = passkeys::rename(store, who.person.id, id, name, call.change(&actor)).await;
    told(&call, Part::Passkeys, "passkey-renamed", done).await
}

/// Takes one away.
async fn remove(call: Call) -> Answer {
    let (actor, own, id) = (call.actor()?, super::own(&call)?, call.param("id")?);
    let (store, checks, change) = (&call.app.store, super::checks(&call), call.change(&actor));
    let done = passkeys::remove(store, checks, own, id, change).await;
    told(&call, Part::Passkeys, "passkey-removed", done).await
}
