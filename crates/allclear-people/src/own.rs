//! One's own account: password, authenticator and recovery codes. Each act asks for the present
//! password again, so that a browser left open gives nothing away for good.

use allclear_domain::audit::Subject;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::SessionId;
use allclear_domain::{Change, Credentials, Person};
use allclear_store::{Store, Transaction};

use crate::attempts::Attempts;
use crate::audit;
use crate::error::PeopleError;
use crate::passwords::Passwords;
use crate::recovery;
use crate::secret::Secret;
use crate::totp;

/// Somebody at their own account, who gives their password again.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    /// Who.
    pub person: &'a Person,
    /// Where they are signed in: that session goes on.
    pub session_id: SessionId,
    /// The password that they have now.
    pub password: &'a str,
    /// Address on the network: attempts are counted by it.
    pub address: &'a str,
}

/// What passwords are checked with.
#[derive(Clone, Copy, Debug)]
pub struct Checks<'a> {
    /// Hashes them.
    pub passwords: &'a Passwords,
    /// Counts attempts.
    pub attempts: &'a Attempts,
}

/// Another password. Every other session of theirs ends, and links of theirs stop working.
///
/// # Errors
/// Where the present password is wrong, the new one breaks a rule, or there were too many attempts.
pub async fn change_password(
    store: &Store,
    checks: Checks<'_>,
    own: Own<'_>,
    new: &str,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let proven = prove(store, checks, own, change).await?;
    let password_hash = checks.passwords.hash(new, &own.person.email, change.entropy).await?;
    let mut transaction = store.begin().await?;
    let credentials = still(&mut transaction, proven).await?;
    let changed = Credentials { password_hash, changed_at: change.now, ..credentials };
    write(&mut transaction, &changed, "password", change).await?;
    transaction.remove_other_sessions_of(own.person.id, own.session_id).await?;
    transaction.remove_links_of(own.person.id).await?;
    transaction.commit().await?;
    Ok(())
}

/// Another authenticator: the code proves that they have it. Gives the recovery codes that belong to
/// it; those of a former one stop working.
///
/// # Errors
/// Where the password or the code is wrong, or there were too many attempts.
pub async fn enroll_authenticator(
    store: &Store,
    checks: Checks<'_>,
    own: Own<'_>,
    secret: &str,
    code: &str,
    change: Change<'_>,
) -> Result<Vec<Secret>, PeopleError> {
    if !totp::is_secret(secret) {
        return Err(InvalidValue::new("secret", "is not ours: load the page again").into());
    }
    let proven = prove(store, checks, own, change).await?;
    let totp_step = totp::step_of(secret, code, change.now).ok_or(PeopleError::WrongCode)?;
    let mut transaction = store.begin().await?;
    let credentials = still(&mut transaction, proven).await?;
    let totp_secret = Some(secret.to_owned());
    let changed = Credentials { totp_secret, totp_step, changed_at: change.now, ..credentials };
    write(&mut transaction, &changed, "authenticator added", change).await?;
    let codes = replace_codes(&mut transaction, &changed, change).await?;
    transaction.commit().await?;
    Ok(codes)
}

/// No authenticator any more: the password alone opens from now on.
///
/// # Errors
/// Where the password is wrong, or there were too many attempts.
pub async fn remove_authenticator(
    store: &Store,
    checks: Checks<'_>,
    own: Own<'_>,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let proven = prove(store, checks, own, change).await?;
    let mut transaction = store.begin().await?;
    let credentials = still(&mut transaction, proven).await?;
    take_authenticator(&mut transaction, credentials, change).await?;
    transaction.commit().await?;
    Ok(())
}

/// New recovery codes; the former ones stop working.
///
/// # Errors
/// Where the password is wrong, they have no authenticator, or there were too many attempts.
pub async fn renew_recovery_codes(
    store: &Store,
    checks: Checks<'_>,
    own: Own<'_>,
    change: Change<'_>,
) -> Result<Vec<Secret>, PeopleError> {
    let proven = prove(store, checks, own, change).await?;
    let mut transaction = store.begin().await?;
    let credentials = still(&mut transaction, proven).await?;
    if credentials.totp_secret.is_none() {
        return Err(PeopleError::NoAuthenticator);
    }
    let codes = replace_codes(&mut transaction, &credentials, change).await?;
    transaction.commit().await?;
    Ok(codes)
}

/// Checks the password; gives what they sign in with.
pub(crate) async fn prove(
    store: &Store,
    checks: Checks<'_>,
    own: Own<'_>,
    change: Change<'_>,
) -> Result<Credentials, PeopleError> {
    // Whoever took a session over guesses no faster here than by signing in.
    let counted = format!("password of {}", own.person.id);
    checks.attempts.count(&[own.address, &counted], change.now)?;
    let credentials = store.find_credentials(own.person.id).await?;
    let hash = credentials.as_ref().map(|known| known.password_hash.as_str());
    let is_right = checks.passwords.verify(own.password, hash).await?;
    let credentials = credentials.filter(|_| is_right).ok_or(PeopleError::WrongPassword)?;
    checks.attempts.give_back(own.address);
    checks.attempts.clear(&counted);
    Ok(credentials)
}

/// What they sign in with now, where the password is still the one that was checked.
pub(crate) async fn still(
    transaction: &mut Transaction,
    proven: Credentials,
) -> Result<Credentials, PeopleError> {
    let found = transaction.find_credentials(proven.person_id).await?;
    let is_same = |found: &Credentials| found.password_hash == proven.password_hash;
    found.filter(is_same).ok_or(PeopleError::WrongPassword)
}

/// Takes somebody's authenticator away, with its recovery codes.
pub(crate) async fn take_authenticator(
    transaction: &mut Transaction,
    credentials: Credentials,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    if credentials.totp_secret.is_none() {
        return Err(PeopleError::NoAuthenticator);
    }
    let changed = Credentials { totp_secret: None, changed_at: change.now, ..credentials };
    write(transaction, &changed, "authenticator removed", change).await?;
    transaction.set_recovery_codes(changed.person_id, &[]).await?;
    Ok(())
}

async fn replace_codes(
    transaction: &mut Transaction,
    credentials: &Credentials,
    change: Change<'_>,
) -> Result<Vec<Secret>, PeopleError> {
    let codes = recovery::mint(change.entropy);
    let digests: Vec<_> = codes.iter().filter_map(|code| recovery::digest(code.reveal())).collect();
    transaction.set_recovery_codes(credentials.person_id, &digests).await?;
    note(transaction, credentials, "recovery codes", change).await?;
    Ok(codes)
}

async fn write(
    transaction: &mut Transaction,
    credentials: &Credentials,
    what: &str,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    transaction.set_credentials(credentials).await?;
    note(transaction, credentials, what, change).await
}

/// The audit log is told what changed, never to what.
pub(crate) async fn note(
    transaction: &mut Transaction,
    credentials: &Credentials,
    what: &str,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let subject = Subject::Person(credentials.person_id);
    let told = serde_json::json!({ "changed": what });
    let entry = audit::changed(change, subject, &serde_json::Value::Null, &told);
    transaction.insert_audit_entries(&[entry]).await?;
    Ok(())
}
