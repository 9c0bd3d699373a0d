//! How the expiry ledger is changed: read, decided, looked at, and written with its audit entry.

use allclear_domain::audit::{AuditAction, Subject};
use allclear_domain::error::{InvalidTransition, InvalidValue};
use allclear_domain::expiry::{Ending, Expiry, ExpiryFeed, Registration};
use allclear_domain::ids::{ExpiryFeedId, ExpiryId};
use allclear_domain::session::SecretDigest;
use allclear_domain::{Change, Validate, limits};
use allclear_net::Host;
use allclear_store::{
    ExpiryFeedRow, ExpiryRow, Store, StoreError, Stored, Transaction, WriteError,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

/// Something that ends, to be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExpiry {
    /// Name as the team sees it; that of the domain where it is empty.
    pub name: String,
    /// What ends.
    pub what: NewWhat,
    /// How many days before the end to warn.
    pub warn_days: Vec<u16>,
    /// Who sees to it.
    pub owner: Option<String>,
    /// What to know about it.
    pub note: Option<String>,
    /// Where it is seen to.
    pub link: Option<String>,
}

/// What people may enter: certificates come by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewWhat {
    /// The registration of a domain; its registry is asked when it ends.
    Domain(String),
    /// Something to be done by a day.
    Dated(Date),
}

/// A domain as registries have it: in lower case, with other letters spelled in ASCII.
///
/// # Errors
/// Where it is none.
pub fn domain_of(text: &str) -> Result<String, InvalidValue> {
    let refuse = || InvalidValue::new("domain", "is no domain: write one such as example.com");
    match Host::parse(text.trim().trim_end_matches('.')) {
        Ok(Host::Domain(domain)) => Ok(domain),
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => Err(refuse()),
    }
}

/// Enters something that ends.
///
/// # Errors
/// Where a value is not taken, the domain has an entry already, there are too many entries, or the
/// store refuses.
pub async fn add_expiry(
    store: &Store,
    new: NewExpiry,
    change: Change<'_>,
) -> Result<Stored<ExpiryRow>, WriteError> {
    let (what, usual_name) = match new.what {
        NewWhat::Dated(due_on) => (Ending::Dated { due_on }, String::new()),
        NewWhat::Domain(text) => {
            let domain = domain_of(&text)?;
            let new = Registration {
                domain: domain.clone(),
                ends_at: None,
                registrar: None,
                asked_at: None,
                problem: None,
                asks_at: change.now,
            };
            (Ending::Domain(new), domain)
        }
    };
    let name = if new.name.trim().is_empty() { usual_name } else { new.name };
    let expiry = Expiry {
        id: change.entropy.id(change.now),
        name,
        what,
        warn_days: Expiry::in_order(new.warn_days),
        owner: new.owner,
        note: new.note,
        link: new.link,
        warned_at: None,
        created_at: change.now,
    };
    check(&expiry, change.now)?;
    let mut transaction = store.begin().await?;
    let count = transaction.count_made_expiries().await?;
    room(count, limits::EXPIRIES_MAX, "entries")?;
    insert(&mut transaction, &expiry, change).await?;
    let revision = transaction.commit().await?;
    Ok(Stored { value: ExpiryRow { expiry, seen_at: None }, version: 1, revision })
}

/// Writes a new entry with its audit entry.
pub(super) async fn insert(
    transaction: &mut Transaction,
    expiry: &Expiry,
    change: Change<'_>,
) -> Result<(), StoreError> {
    transaction.insert_expiry(expiry).await?;
    let entry = change.entry(AuditAction::Create, Subject::Expiry(expiry.id), None, json(expiry));
    transaction.insert_audit_entries(&[entry]).await
}

/// Writes a change with its audit entry.
pub(super) async fn update(
    transaction: &mut Transaction,
    before: &Stored<ExpiryRow>,
    after: &Expiry,
    change: Change<'_>,
) -> Result<i64, StoreError> {
    let version = transaction.update_expiry(after, before.version).await?;
    let (was, is) = (json(&before.expiry), json(after));
    let entry = change.entry(AuditAction::Change, Subject::Expiry(after.id), was, is);
    transaction.insert_audit_entries(&[entry]).await?;
    Ok(version)
}

/// Changes an entry, at version `expected` where one is named. What a check sees, and what a registry tells,
/// is not for people to say.
///
/// # Errors
/// Where there is no such entry, it is at another version, a value is not taken, or the store refuses.
pub async fn change_expiry(
    store: &Store,
    id: ExpiryId,
    expected: Option<i64>,
    change: Change<'_>,
    decide: impl FnOnce(Expiry) -> Result<Expiry, WriteError> + Send,
) -> Result<Stored<ExpiryRow>, WriteError> {
    let mut transaction = store.begin().await?;
    let before = find(&mut transaction, id, expected).await?;
    let after = decide(before.value.expiry.clone())?;
    let is_dated = |what: &Ending| matches!(what, Ending::Dated { .. });
    if after.what != before.expiry.what && !(is_dated(&after.what) && is_dated(&before.expiry.what))
    {
        let (state, hint) = ("measured", "its end is read where it is, and only a date is written");
        return Err(InvalidTransition { noun: "the entry", state, wanted: "dated", hint }.into());
    }
    let after = Expiry { id, created_at: before.expiry.created_at, ..after };
    check(&after, change.now)?;
    if after == before.expiry {
        transaction.rollback().await?;
        return Ok(before);
    }
    let version = update(&mut transaction, &before, &after, change).await?;
    let revision = transaction.commit().await?;
    let value = ExpiryRow { expiry: after, seen_at: before.seen_at };
    Ok(Stored { value, version, revision })
}

/// Removes an entry. That of a certificate comes back as long as its check sees it.
///
/// # Errors
/// Where there is no such entry, it is at another version, it is of a certificate, or the store refuses.
pub async fn remove_expiry(
    store: &Store,
    id: ExpiryId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let mut transaction = store.begin().await?;
    let stored = find(&mut transaction, id, expected).await?;
    if stored.expiry.check_id().is_some() {
        let (state, hint) = ("served", "it goes with its check: remove or change that");
        return Err(InvalidTransition { noun: "the entry", state, wanted: "removed", hint }.into());
    }
    remove(&mut transaction, &stored, change).await?;
    transaction.commit().await?;
    Ok(())
}

/// Removes an entry with its audit entry.
pub(super) async fn remove(
    transaction: &mut Transaction,
    stored: &Stored<ExpiryRow>,
    change: Change<'_>,
) -> Result<(), StoreError> {
    transaction.remove_expiry(&stored.expiry, stored.version).await?;
    let subject = Subject::Expiry(stored.expiry.id);
    let entry = change.entry(AuditAction::Remove, subject, json(&stored.expiry), None);
    transaction.insert_audit_entries(&[entry]).await
}

pub(super) async fn find(
    transaction: &mut Transaction,
    id: ExpiryId,
    expected: Option<i64>,
) -> Result<Stored<ExpiryRow>, WriteError> {
    let missing = || WriteError::NotFound { noun: "entry", id: id.to_string() };
    let stored = transaction.find_expiry(id).await?.ok_or_else(missing)?;
    match expected {
        Some(expected) if expected != stored.version => Err(StoreError::Conflict {
            noun: "entry",
            id: id.to_string(),
            expected,
            found: stored.version,
        }
        .into()),
        _ => Ok(stored),
    }
}

/// Makes an address at which calendars read the ledger. Whoever calls this made the secret, and shows it once.
///
/// # Errors
/// Where the name is not taken, there are too many, or the store refuses.
pub async fn add_feed(
    store: &Store,
    name: &str,
    digest: SecretDigest,
    change: Change<'_>,
) -> Result<ExpiryFeed, WriteError> {
    let id = change.entropy.id(change.now);
    let feed = ExpiryFeed { id, name: name.trim().to_owned(), created_at: change.now };
    let problems = feed.problems(change.now);
    if !problems.is_empty() {
        return Err(WriteError::Invalid(problems));
    }
    let mut transaction = store.begin().await?;
    let count = transaction.count_expiry_feeds().await?;
    room(count, limits::EXPIRY_FEEDS_MAX, "calendars")?;
    let row = ExpiryFeedRow { feed, digest };
    transaction.insert_expiry_feed(&row).await?;
    let subject = Subject::ExpiryFeed(row.feed.id);
    let entry = change.entry(AuditAction::Create, subject, None, json(&row.feed));
    transaction.insert_audit_entries(&[entry]).await?;
    transaction.commit().await?;
    Ok(row.feed)
}

/// Revokes such an address: it leads nowhere from then on.
///
/// # Errors
/// Where there is none, or the store refuses.
pub async fn remove_feed(
    store: &Store,
    id: ExpiryFeedId,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let mut transaction = store.begin().await?;
    let missing = || WriteError::NotFound { noun: "calendar", id: id.to_string() };
    let stored = transaction.find_expiry_feed(id).await?.ok_or_else(missing)?;
    transaction.remove_expiry_feed(&stored.value, stored.version).await?;
    let before = json(&stored.feed);
    let entry = change.entry(AuditAction::Remove, Subject::ExpiryFeed(id), before, None);
    transaction.insert_audit_entries(&[entry]).await?;
    transaction.commit().await?;
    Ok(())
}

fn check(expiry: &Expiry, now: Timestamp) -> Result<(), WriteError> {
    let mut problems = expiry.problems(now.max(expiry.created_at));
    problems.truncate(limits::PROBLEMS_MAX);
    if problems.is_empty() { Ok(()) } else { Err(WriteError::Invalid(problems)) }
}

fn room(count: i64, most: usize, what: &str) -> Result<(), WriteError> {
    if usize::try_from(count).is_ok_and(|count| count < most) {
        return Ok(());
    }
    let problem = format!("there are {count} {what}, and no more are taken: remove some");
    Err(InvalidValue::new("entry", problem).into())
}

/// Domain types always have a JSON form.
fn json(noun: &impl Serialize) -> Option<String> {
    serde_json::to_string(noun).ok()
}
