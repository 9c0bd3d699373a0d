//! `/api/v1/expiries`: what ends, and `/api/v1/expiry-feeds`: the addresses at which calendars read it.

mod feeds;
mod json;

use allclear_checks::expiry::{self, NewExpiry, NewWhat};
use allclear_domain::error::InvalidValue;
use allclear_domain::expiry::Ending;
use allclear_domain::ids::ExpiryId;
use allclear_domain::{Expiry, Scope};
use allclear_store::{ExpiryRow, Stored};
use axum::http::StatusCode;

use self::json::{ExpiryJson, ExpiryPatchJson, NewExpiryJson, RenewalJson};
use super::call::Call;
use super::json::{Answer, at_version, created, json, nothing};
use super::openapi::Operation;
use super::problem::Problem;
use super::wire::{ListJson, cursor_of};
use crate::access::Needs;
use crate::access::table::Table;

const ALL: &str = "/api/v1/expiries";
const ONE: &str = "/api/v1/expiries/{id}";
const RENEW: &str = "/api/v1/expiries/{id}/renew";

/// Adds the addresses of the expiry ledger.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (read, write) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Checks));
    let table = table
        .get(ALL, read, list)
        .post(ALL, write, add)
        .get(ONE, read, show)
        .patch(ONE, write, patch)
        .delete(ONE, write, remove)
        .post(RENEW, write, renew);
    feeds::routes(table)
}

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get(ALL, "List what ends, oldest entry first")
            .pages()
            .gives::<ListJson<ExpiryJson>>(200),
        Operation::post(
            ALL,
            "Enter something that ends: a date, or a domain whose registry is asked",
        )
        .takes::<NewExpiryJson>()
        .gives::<ExpiryJson>(201),
        Operation::get(ONE, "Show something that ends").gives::<ExpiryJson>(200),
        Operation::patch(ONE, "Change something that ends")
            .takes::<ExpiryPatchJson>()
            .gives::<ExpiryJson>(200),
        Operation::delete(ONE, "Remove something that ends; a certificate goes with its check"),
        Operation::post(RENEW, "Say that it was renewed, until another date")
            .takes::<RenewalJson>()
            .gives::<ExpiryJson>(200),
    ];
    all.extend(feeds::operations());
    all
}

async fn list(call: Call) -> Answer {
    let (slice, limit) = call.slice(Vec::new()).await?;
    let found = call.app.store.slice_expiries(&slice).await?;
    let cursor = |stored: &Stored<ExpiryRow>| cursor_of(stored.expiry.id);
    let of = |stored: &Stored<ExpiryRow>| ExpiryJson::of(stored, call.now);
    json(StatusCode::OK, &ListJson::of(found, limit, cursor, of))
}

async fn show(call: Call) -> Answer {
    let id: ExpiryId = call.param("id")?;
    let stored = call.app.store.find_expiry(id).await?.ok_or(Problem::NotFound)?;
    told(&call, &stored)
}

fn told(call: &Call, stored: &Stored<ExpiryRow>) -> Answer {
    let answer = json(StatusCode::OK, &ExpiryJson::of(stored, call.now))?;
    Ok(at_version(answer, stored.version))
}

async fn add(call: Call) -> Answer {
    let new: NewExpiryJson = call.json()?;
    let what = match (new.due_on, new.domain) {
        (Some(due_on), None) => NewWhat::Dated(due_on),
        (None, Some(domain)) => NewWhat::Domain(domain),
        _ => {
            let problem = "is to be given, or else `domain`: one of them";
            return Err(InvalidValue::new("due_on", problem).into());
        }
    };
    let new = NewExpiry {
        name: new.name.unwrap_or_default(),
        what,
        warn_days: new.warn_days.unwrap_or_else(|| Expiry::USUAL_WARN_DAYS.to_vec()),
        owner: new.owner,
        note: new.note,
        link: new.link,
    };
    let stored = expiry::add_expiry(&call.app.store, new, call.change()).await?;
    call.app.expiry.notify_one();
    let path = format!("{ALL}/{}", stored.expiry.id);
    Ok(at_version(created(&path, &ExpiryJson::of(&stored, call.now))?, stored.version))
}

async fn patch(call: Call) -> Answer {
    let expected = call.version()?;
    let patch: ExpiryPatchJson = call.json()?;
    let id = call.param("id")?;
    let decide = |one: Expiry| {
        let what = match patch.due_on {
            Some(due_on) => Ending::Dated { due_on },
            None => one.what.clone(),
        };
        let days = patch.warn_days.unwrap_or_else(|| one.warn_days.clone());
        let one = Expiry {
            name: patch.name.unwrap_or(one.name),
            owner: patch.owner.unwrap_or(one.owner),
            note: patch.note.unwrap_or(one.note),
            link: patch.link.unwrap_or(one.link),
            ..one
        };
        Ok(one.with(what, days))
    };
    let (store, change) = (&call.app.store, call.change());
    let stored = expiry::change_expiry(store, id, Some(expected), change, decide).await?;
    call.app.expiry.notify_one();
    told(&call, &stored)
}

async fn renew(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let renewal: RenewalJson = call.json()?;
    let id = call.param("id")?;
    let decide = |one: Expiry| {
        let days = one.warn_days.clone();
        Ok(one.with(Ending::Dated { due_on: renewal.due_on }, days))
    };
    let (store, change) = (&call.app.store, call.change());
    let stored = expiry::change_expiry(store, id, expected, change, decide).await?;
    call.app.expiry.notify_one();
    told(&call, &stored)
}

async fn remove(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let id = call.param("id")?;
    expiry::remove_expiry(&call.app.store, id, expected, call.change()).await?;
    Ok(nothing())
}
