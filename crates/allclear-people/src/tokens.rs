//! API tokens: made by somebody who may do what the token may, shown once, revoked at any time.

use std::collections::BTreeSet;

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::clock::to_the_microsecond;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{PersonId, TokenId};
use allclear_domain::person::check_name;
use allclear_domain::{Access, ApiToken, Change, Scope, limits};
use allclear_store::{Store, StoreError, TokenRow, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::audit;
use crate::error::PeopleError;
use crate::secret::{self, Secret};

/// What every token begins with, so that it is found where it leaked.
pub const PREFIX: &str = "allclear_";
/// How old the last use on record may be: a write for every request would be too much.
const USED_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken<'a> {
    /// What it is for.
    pub name: &'a str,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// When it ends; never, where there is none.
    pub expires_at: Option<Timestamp>,
}

/// Makes a token. Its secret is given here and never again.
///
/// # Errors
/// Where it could do more than who makes it, or for longer, has no scope, ends before it begins, or
/// there are too many.
pub async fn create(
    store: &Store,
    new: NewToken<'_>,
    by: &Access,
    change: Change<'_>,
) -> Result<(ApiToken, Secret), PeopleError> {
    let name = check_name("name", new.name)?;
    if new.scopes.is_empty() {
        return Err(InvalidValue::new("scopes", "are missing: choose at least one").into());
    }
    if let Some(scope) = new.scopes.iter().find(|scope| !by.may(**scope)) {
        return Err(PeopleError::BeyondOwnAccess { scope: *scope });
    }
    if new.expires_at.is_some_and(|end| end <= change.now) {
        return Err(InvalidValue::new("expires_at", "lies in the past: choose a later one").into());
    }
    let mut transaction = store.begin().await?;
    let created_by = maker(&mut transaction, by, new.expires_at).await?;
    let secret = Secret::mint(PREFIX, change.entropy);
    let token = ApiToken {
        id: change.entropy.id(change.now),
        name,
        scopes: new.scopes,
        created_by,
        created_at: change.now,
        expires_at: new.expires_at.map(to_the_microsecond),
        revoked_at: None,
    };
    let there = transaction.list_tokens().await?;
    let usable = there.iter().filter(|row| row.token.is_usable(change.now)).count();
    if usable >= limits::TOKENS_MAX {
        let problem = format!("there are {usable} tokens: revoke some that are not used");
        return Err(PeopleError::TooMany { problem });
    }
    let row = TokenRow { token: token.clone(), digest: secret.digest(), used_at: None };
    transaction.insert_token(&row).await?;
    let entry = audit::created(change, Subject::Token(token.id), &token);
    transaction.insert_audit_entries(&[entry]).await?;
    transaction.commit().await?;
    Ok((token, secret))
}

/// Whose a new token is. One that a token makes belongs to the same person, so that it goes with
/// their role, and ends no later than the one that makes it.
async fn maker(
    transaction: &mut Transaction,
    by: &Access,
    expires_at: Option<Timestamp>,
) -> Result<Option<PersonId>, PeopleError> {
    let id = match by.actor {
        Actor::Person(id) => return Ok(Some(id)),
        Actor::Command(_) | Actor::Duty(_) => return Ok(None),
        Actor::Token(id) => id,
    };
    let parent = transaction.find_token(id).await?.ok_or_else(|| not_found(id))?.value.token;
    match parent.expires_at {
        Some(end) if expires_at.is_none_or(|wanted| wanted > end) => {
            let problem = format!("is later than {end}, when the token ends that makes it");
            Err(InvalidValue::new("expires_at", problem).into())
        }
        _ => Ok(parent.created_by),
    }
}

/// Revokes a token: it opens nothing from now on.
///
/// # Errors
/// Where there is no such token, it is revoked already, or `by` may not see it.
pub async fn revoke(
    store: &Store,
    id: TokenId,
    by: &Access,
    change: Change<'_>,
) -> Result<ApiToken, PeopleError> {
    let mut transaction = store.begin().await?;
    let stored = transaction.find_token(id).await?.ok_or_else(|| not_found(id))?;
    if !may_see(by, &stored.token) {
        return Err(not_found(id));
    }
    let token = stored.token.clone().revoke(change.now)?;
    let row = TokenRow { token: token.clone(), ..stored.value.clone() };
    transaction.update_token(&row, stored.version).await?;
    let entry = audit::changed(change, Subject::Token(id), &stored.token, &token);
    transaction.insert_audit_entries(&[entry]).await?;
    transaction.commit().await?;
    Ok(token)
}

/// The tokens that somebody may see: their own, or all where they manage people. A token sees itself.
///
/// # Errors
/// Where the store cannot be read.
pub async fn list(store: &Store, by: &Access) -> Result<Vec<TokenRow>, StoreError> {
    let mut all = store.list_tokens().await?;
    all.retain(|row| may_see(by, &row.token));
    Ok(all)
}

fn may_see(by: &Access, token: &ApiToken) -> bool {
    let is_own = match by.actor {
        Actor::Person(id) => token.created_by == Some(id),
        Actor::Token(id) => token.id == id,
        Actor::Command(_) | Actor::Duty(_) => false,
    };
    is_own || by.may(Scope::People)
}

fn not_found(id: TokenId) -> PeopleError {
    PeopleError::NotFound { noun: "token", id: id.to_string() }
}

/// What the token of a request may do; `None` where it opens nothing. A token never does more than
/// the person who made it may do now.
///
/// # Errors
/// Where the store cannot be read. That the use cannot be noted is no error.
pub async fn authenticate(
    store: &Store,
    presented: &str,
    now: Timestamp,
) -> Result<Option<Access>, StoreError> {
    if !presented.starts_with(PREFIX) {
        return Ok(None);
    }
    let Some(stored) = store.find_token(&secret::digest(presented)).await? else {
        return Ok(None);
    };
    if !stored.token.is_usable(now) {
        return Ok(None);
    }
    let mut access = stored.token.access();
    if let Some(maker) = stored.token.created_by {
        let Some(person) = store.find_person(maker).await?.filter(|person| person.is_active())
        else {
            return Ok(None);
        };
        access.scopes.retain(|scope| person.role.may(*scope));
    }
    if stored.used_at.is_none_or(|used| now.duration_since(used) >= USED_AFTER) {
        // A full disk must not keep programs from reading.
        if let Ok(mut transaction) = store.begin().await
            && transaction.set_token_used_at(stored.token.id, now).await.is_ok()
        {
            let _ = transaction.commit().await;
        }
    }
    Ok(Some(access))
}
