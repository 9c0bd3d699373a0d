//! Accounts: names, roles, passwords and authenticators of people who are there already.

use allclear_domain::audit::Subject;
use allclear_domain::ids::PersonId;
use allclear_domain::person::{Person, check_name};
use allclear_domain::{Change, Credentials, Role};
use allclear_store::{Store, Transaction};

use crate::audit;
use crate::error::PeopleError;
use crate::passwords::Passwords;
use crate::totp;

/// Gives somebody another role.
///
/// # Errors
/// Where there is no such person, or they are the last owner.
pub async fn set_role(
    store: &Store,
    id: PersonId,
    role: Role,
    change: Change<'_>,
) -> Result<Person, PeopleError> {
    change_person(store, id, change, |person| Ok(Person { role, ..person })).await
}

/// Gives somebody another name.
///
/// # Errors
/// Where there is no such person, or the name is not taken.
pub async fn rename(
    store: &Store,
    id: PersonId,
    name: &str,
    change: Change<'_>,
) -> Result<Person, PeopleError> {
    let name = check_name("name", name)?;
    change_person(store, id, change, |person| Ok(Person { name, ..person })).await
}

/// Keeps somebody out: their sessions end, their links stop working.
///
/// # Errors
/// Where there is no such person, they are disabled already, or they are the last owner.
pub async fn disable(
    store: &Store,
    id: PersonId,
    change: Change<'_>,
) -> Result<Person, PeopleError> {
    change_person(store, id, change, |person| Ok(person.disable(change.now)?)).await
}

/// Lets somebody in again, once they choose a password with a new link.
///
/// # Errors
/// Where there is no such person, or they are not disabled.
pub async fn enable(
    store: &Store,
    id: PersonId,
    change: Change<'_>,
) -> Result<Person, PeopleError> {
    change_person(store, id, change, |person| Ok(person.enable()?)).await
}

async fn change_person(
    store: &Store,
    id: PersonId,
    change: Change<'_>,
    changed: impl FnOnce(Person) -> Result<Person, PeopleError>,
) -> Result<Person, PeopleError> {
    let mut transaction = store.begin().await?;
    let stored = transaction.find_person(id).await?.ok_or_else(|| not_found(id))?;
    let person = changed(stored.value.clone())?;
    transaction.update_person(&person, stored.version).await?;
    let is_owner = |person: &Person| person.role == Role::Owner && person.is_active();
    if is_owner(&stored.value) && !transaction.list_people().await?.iter().any(is_owner) {
        return Err(PeopleError::LastOwner);
    }
    if !person.is_active() {
        transaction.remove_sessions_of(id).await?;
        transaction.remove_links_of(id).await?;
    }
    let entry = audit::changed(change, Subject::Person(id), &stored.value, &person);
    transaction.insert_audit_entries(&[entry]).await?;
    transaction.commit().await?;
    Ok(person)
}

/// Somebody chooses another password themselves; their other sessions end.
///
/// # Errors
/// Where the present password is wrong, or the new one breaks a rule.
pub async fn change_password(
    store: &Store,
    passwords: &Passwords,
    person: &Person,
    present: &str,
    new: &str,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let credentials = check_password(store, passwords, person, present).await?;
    let password_hash = passwords.hash(new, &person.email, change.entropy).await?;
    let mut transaction = store.begin().await?;
    let changed = Credentials { password_hash, changed_at: change.now, ..credentials };
    write_credentials(&mut transaction, &changed, "password", change).await?;
    transaction.remove_sessions_of(person.id).await?;
    transaction.commit().await?;
    Ok(())
}

/// Somebody takes an authenticator: the code proves that they have it.
///
/// # Errors
/// Where the password or the code is wrong.
pub async fn enroll_totp(
    store: &Store,
    passwords: &Passwords,
    person: &Person,
    password: &str,
    secret: &str,
    code: &str,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let credentials = check_password(store, passwords, person, password).await?;
    let totp_step = totp::step_of(secret, code, change.now).ok_or(PeopleError::WrongCode)?;
    let totp_secret = Some(secret.to_owned());
    let changed = Credentials { totp_secret, totp_step, changed_at: change.now, ..credentials };
    let mut transaction = store.begin().await?;
    write_credentials(&mut transaction, &changed, "authenticator added", change).await?;
    transaction.commit().await?;
    Ok(())
}

/// Somebody gives their authenticator up.
///
/// # Errors
/// Where the password is wrong.
pub async fn remove_totp(
    store: &Store,
    passwords: &Passwords,
    person: &Person,
    password: &str,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let credentials = check_password(store, passwords, person, password).await?;
    let changed = Credentials { totp_secret: None, changed_at: change.now, ..credentials };
    let mut transaction = store.begin().await?;
    write_credentials(&mut transaction, &changed, "authenticator removed", change).await?;
    transaction.commit().await?;
    Ok(())
}

async fn check_password(
    store: &Store,
    passwords: &Passwords,
    person: &Person,
    password: &str,
) -> Result<Credentials, PeopleError> {
    let credentials = store.find_credentials(person.id).await?;
    let hash = credentials.as_ref().map(|known| known.password_hash.as_str());
    let is_right = passwords.verify(password, hash).await?;
    credentials.filter(|_| is_right).ok_or(PeopleError::WrongPassword)
}

/// Writes what somebody signs in with. The audit log is told what changed, never to what.
async fn write_credentials(
    transaction: &mut Transaction,
    credentials: &Credentials,
    what: &str,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    transaction.set_credentials(credentials).await?;
    let subject = Subject::Person(credentials.person_id);
    let told = serde_json::json!({ "changed": what });
    let entry = audit::changed(change, subject, &serde_json::Value::Null, &told);
    transaction.insert_audit_entries(&[entry]).await?;
    Ok(())
}

fn not_found(id: PersonId) -> PeopleError {
    PeopleError::NotFound { noun: "person", id: id.to_string() }
}
