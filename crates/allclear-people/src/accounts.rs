//! Accounts: names, roles and states of people who are there already, changed by whoever manages
//! people.
//!
//! Nobody manages somebody who may do more than they themselves, and nobody gives a role that may:
//! a token with the scope `people` alone can neither make an owner nor keep one out.

use allclear_domain::audit::Subject;
use allclear_domain::ids::PersonId;
use allclear_domain::person::{Person, check_name};
use allclear_domain::{Access, Change, Role};
use allclear_store::{Store, Stored, Transaction};

use crate::audit;
use crate::error::PeopleError;
use crate::own;

/// What is to be different about somebody; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Another name.
    pub name: Option<&'a str>,
    /// Another role.
    pub role: Option<Role>,
    /// Whether they may sign in.
    pub standing: Option<Standing>,
    /// The version of them that this was decided on; any, where it is `None`.
    pub version: Option<i64>,
}

/// Whether somebody may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They are kept out: their sessions end, their links and tokens stop working.
    Disabled,
    /// They are let in again, once they choose a password with a new link.
    Enabled,
}

/// Changes somebody, all of it or nothing.
///
/// # Errors
/// Where there is no such person, they are at another version, a value is not taken, their state does
/// not allow it, they are the last owner, or `by` may do less than they.
pub async fn change(
    store: &Store,
    id: PersonId,
    wanted: Wanted<'_>,
    by: &Access,
    change: Change<'_>,
) -> Result<Stored<Person>, PeopleError> {
    let mut transaction = store.begin().await?;
    let (person, has_changed) = change_in(&mut transaction, id, wanted, by, change).await?;
    match has_changed {
        true => transaction.commit().await.map(|_| ())?,
        false => transaction.rollback().await?,
    }
    Ok(person)
}

/// The same, in a transaction that does more. Also tells whether anything is different.
///
/// # Errors
/// As [`change`].
pub async fn change_in(
    transaction: &mut Transaction,
    id: PersonId,
    wanted: Wanted<'_>,
    by: &Access,
    change: Change<'_>,
) -> Result<(Stored<Person>, bool), PeopleError> {
    let stored = transaction.find_person(id).await?.ok_or_else(|| not_found(id))?;
    check_reach(by, stored.role)?;
    let expected = wanted.version.unwrap_or(stored.version);
    let person = changed(stored.value.clone(), wanted, by, change)?;
    if person == stored.value && expected == stored.version {
        return Ok((stored, false));
    }
    let version = transaction.update_person(&person, expected).await?;
    let is_owner = |person: &Person| person.role == Role::Owner && person.is_active();
    if is_owner(&stored.value) && !transaction.list_people().await?.iter().any(is_owner) {
        return Err(PeopleError::LastOwner);
    }
    if wanted.standing == Some(Standing::Disabled) {
        transaction.remove_sessions_of(id).await?;
        transaction.remove_links_of(id).await?;
        // Who is let in again chooses another password; an old passkey must not open beside it.
        transaction.remove_passkeys_of(id).await?;
    }
    let entry = audit::changed(change, Subject::Person(id), &stored.value, &person);
    transaction.insert_audit_entries(&[entry]).await?;
    Ok((Stored { value: person, version, revision: transaction.revision() }, true))
}

fn changed(
    mut person: Person,
    wanted: Wanted<'_>,
    by: &Access,
    change: Change<'_>,
) -> Result<Person, PeopleError> {
    if let Some(name) = wanted.name {
        person.name = check_name("name", name)?;
    }
    if let Some(role) = wanted.role {
        check_reach(by, role)?;
        person.role = role;
    }
    Ok(match wanted.standing {
        None => person,
        Some(Standing::Disabled) => person.disable(change.now)?,
        Some(Standing::Enabled) => person.enable()?,
    })
}

/// Takes the authenticator of somebody who lost it away: their password alone opens from now on.
///
/// # Errors
/// Where there is no such person, they have none, or `by` may do less than they.
pub async fn remove_authenticator(
    store: &Store,
    id: PersonId,
    by: &Access,
    change: Change<'_>,
) -> Result<Person, PeopleError> {
    let mut transaction = store.begin().await?;
    let person = transaction.find_person(id).await?.ok_or_else(|| not_found(id))?.value;
    check_reach(by, person.role)?;
    let credentials = transaction.find_credentials(id).await?;
    let credentials = credentials.ok_or(PeopleError::NoAuthenticator)?;
    own::take_authenticator(&mut transaction, credentials, change).await?;
    transaction.commit().await?;
    Ok(person)
}

/// Whether `by` may do all that a role may, and so may give it or manage somebody who has it.
pub(crate) fn check_reach(by: &Access, role: Role) -> Result<(), PeopleError> {
    match by.lacks_of(role) {
        None => Ok(()),
        Some(scope) => Err(PeopleError::BeyondOwnRole { role, scope }),
    }
}

pub(crate) fn not_found(id: PersonId) -> PeopleError {
    PeopleError::NotFound { noun: "person", id: id.to_string() }
}
