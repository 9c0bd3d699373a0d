//! The expiry ledger: all that ends, what ends first; one of it with its form; and the calendars that read it.

mod calendars;
mod edit;
mod list;

use allclear_domain::Scope;
use allclear_domain::expiry::{Ending, Expiry, ExpiryState};
use allclear_domain::ids::ExpiryId;
use allclear_store::{Store, StoreError};
use jiff::Timestamp;

use super::call::Call;
use crate::access::Needs;
use crate::access::table::Table;

/// What answers.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (reads, writes) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Checks));
    table
        .get("/console/expiry", reads, list::show)
        .get("/console/expiry/new", writes, edit::show_new)
        .post("/console/expiry/new", writes, edit::add)
        .get("/console/expiry/calendars", writes, calendars::show)
        .post("/console/expiry/calendars", writes, calendars::make)
        .post("/console/expiry/calendars/{id}/revoke", writes, calendars::revoke)
        .get("/console/expiry/{id}", reads, edit::show)
        .post("/console/expiry/{id}", writes, edit::save)
        .post("/console/expiry/{id}/renew", writes, edit::renew)
        .post("/console/expiry/{id}/remove", writes, edit::remove)
}

/// What was just done, by its word in the query.
fn done(word: &str) -> &'static str {
    match word {
        "added" => "Entered. A domain is asked for in a moment.",
        "saved" => "Saved.",
        "renewed" => "Renewed. The audit log keeps the former date.",
        "removed" => "Removed. The audit log keeps what it was.",
        _ => "",
    }
}

fn path_of(id: ExpiryId) -> String {
    format!("/console/expiry/{id}")
}

/// How it stands, ready to print: class of its color, sign and word.
#[derive(Clone, Copy)]
pub(super) struct StateView {
    pub(super) style: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
}

impl StateView {
    const fn of(state: ExpiryState) -> Self {
        let (style, sign, word) = match state {
            ExpiryState::Over => ("mj", "■", "Over"),
            ExpiryState::Due => ("po", "▲", "Due"),
            ExpiryState::Soon => ("dg", "△", "Soon"),
            ExpiryState::Unknown => ("quiet", "○", "Unknown"),
            ExpiryState::Fine => ("op", "●", "Fine"),
        };
        Self { style, sign, word }
    }
}

/// What kind of thing ends, for people.
const fn kind(what: &Ending) -> &'static str {
    match what {
        Ending::Certificate(_) => "Certificate",
        Ending::Domain(_) => "Domain",
        Ending::Dated { .. } => "Date",
    }
}

/// When it ends, in words: how far away, and on which day.
fn when(one: &Expiry, now: Timestamp) -> String {
    let Some((day, left)) = one.what.last_day().zip(one.days_left(now)) else {
        return "nobody told when yet".to_owned();
    };
    let day = day.strftime("%-d %b %Y");
    let days = |count: i64| if count == 1 { "1 day".to_owned() } else { format!("{count} days") };
    match (left, &one.what) {
        (..0, _) => format!("since {}, {day}", days(-left)),
        (0, _) if one.state(now) == ExpiryState::Over => format!("just now, {day}"),
        (0, _) => format!("within a day, {day}"),
        (left, _) => format!("in {}, {day}", days(left)),
    }
}

/// Something that ends soon, for home.
pub(super) struct SoonView {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) state: StateView,
    pub(super) when: String,
    pub(super) owner: String,
}

/// What is not fine any more, what ends first, and how many more there are.
pub(super) async fn soon(
    store: &Store,
    now: Timestamp,
    most: usize,
) -> Result<(Vec<SoonView>, usize), StoreError> {
    let limit = u32::try_from(most).unwrap_or(u32::MAX);
    let found = store.list_expiries_soon(now, limit).await?.expiries;
    let count = store.count_expiries_soon(now).await?;
    let more = usize::try_from(count).unwrap_or_default().saturating_sub(found.len());
    let view = |one: &Expiry| SoonView {
        path: path_of(one.id),
        name: one.name.clone(),
        state: StateView::of(one.state(now)),
        when: when(one, now),
        owner: one.owner.clone().unwrap_or_default(),
    };
    Ok((found.iter().map(|row| view(&row.expiry)).collect(), more))
}
