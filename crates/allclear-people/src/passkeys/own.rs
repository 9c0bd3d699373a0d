//! One's own passkeys: added, named, removed. A password stays in any case, so nobody is locked out.

use allclear_domain::ids::{PasskeyId, PersonId};
use allclear_domain::person::check_name;
use allclear_domain::{Change, Passkey, limits};
use allclear_store::{Store, StoreError};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use webauthn_rs::prelude::{CreationChallengeResponse, CredentialID, RegisterPublicKeyCredential};

use super::challenges::{Asked, ToAdd};
use super::{Passkeys, note, problem};
use crate::error::{PasskeyProblem, PeopleError};
use crate::own::{self, Checks, Own};

/// The passkeys of somebody, oldest first.
///
/// # Errors
/// Where the store cannot be read.
pub async fn list(store: &Store, person_id: PersonId) -> Result<Vec<Passkey>, StoreError> {
    store.list_passkeys(person_id).await
}

/// Asks a browser for a new passkey, after the password was given again; gives what its script needs,
/// as JSON. `browser` is what the forms of this browser carry.
///
/// # Errors
/// Where the password is wrong, the name is not taken, there are too many passkeys or attempts, or
/// none are offered.
pub async fn ask_to_add(
    store: &Store,
    passkeys: &Passkeys,
    checks: Checks<'_>,
    own: Own<'_>,
    browser: &str,
    name: &str,
    change: Change<'_>,
) -> Result<String, PeopleError> {
    let webauthn = &passkeys.relying_party()?.webauthn;
    let name = check_name("name", name)?;
    let there = store.list_passkeys(own.person.id).await?;
    check_number(there.len())?;
    let proven = own::prove(store, checks, own, change).await?;
    let ids = there.iter().filter_map(|passkey| {
        let id = BASE64URL_NOPAD.decode(passkey.credential_id.as_bytes()).ok()?;
        Some(CredentialID::from(id))
    });
    let (id, email) = (own.person.id.uuid(), own.person.email.as_str());
    let asked = webauthn.start_passkey_registration(
        id,
        email,
        &own.person.name,
        Some(ids.collect::<Vec<_>>()),
    );
    let (options, state) = asked.map_err(|error| problem(&error))?;
    let options = kept_on_the_device(options)?;
    let asked = Asked::ToAdd(ToAdd { proven, name, state });
    passkeys.challenges.keep(browser, asked, change.now);
    Ok(options)
}

/// What the browser is asked, with a passkey that its device finds again by itself: nobody types an
/// address when they sign in.
fn kept_on_the_device(options: CreationChallengeResponse) -> Result<String, PasskeyProblem> {
    let mut options = serde_json::to_value(options).map_err(|_| PasskeyProblem::NoAnswer)?;
    if let Some(wanted) = options.pointer_mut("/publicKey/authenticatorSelection") {
        wanted["residentKey"] = json!("required");
        wanted["requireResidentKey"] = json!(true);
    }
    Ok(options.to_string())
}

fn check_number(there: usize) -> Result<(), PeopleError> {
    if there < limits::PASSKEYS_PER_PERSON_MAX {
        return Ok(());
    }
    let problem = format!("you have {there} passkeys, and no more are kept: remove one first");
    Err(PeopleError::TooMany { problem })
}

/// Adds the passkey that a browser made.
///
/// # Errors
/// Where it is no answer to what this browser was asked, or took too long, or the password was changed
/// meanwhile.
pub async fn add(
    store: &Store,
    passkeys: &Passkeys,
    person_id: PersonId,
    browser: &str,
    answer: &str,
    change: Change<'_>,
) -> Result<Passkey, PeopleError> {
    let webauthn = &passkeys.relying_party()?.webauthn;
    let Some(Asked::ToAdd(asked)) = passkeys.challenges.take(browser, change.now) else {
        return Err(PasskeyProblem::Over.into());
    };
    if asked.proven.person_id != person_id {
        return Err(PasskeyProblem::Over.into());
    }
    let answer: RegisterPublicKeyCredential =
        serde_json::from_str(answer).map_err(|_| PasskeyProblem::NoAnswer)?;
    let properties = answer.extensions.cred_props.as_ref();
    if properties.is_some_and(|properties| properties.rk == Some(false)) {
        return Err(PasskeyProblem::NotKept.into());
    }
    let made = webauthn.finish_passkey_registration(&answer, &asked.state);
    let made = made.map_err(|error| problem(&error))?;
    let public_key = serde_json::to_string(&made).map_err(|_| PasskeyProblem::NoAnswer)?;
    let credential_id = BASE64URL_NOPAD.encode(made.cred_id());
    if public_key.len() + credential_id.len() > limits::PASSKEY_BYTES_MAX {
        return Err(PasskeyProblem::NoAnswer.into());
    }
    let passkey = Passkey {
        id: change.entropy.id(change.now),
        person_id,
        credential_id,
        name: asked.name,
        public_key,
        created_at: change.now,
        used_at: None,
    };
    let mut transaction = store.begin().await?;
    own::still(&mut transaction, asked.proven).await?;
    check_number(transaction.list_passkeys(person_id).await?.len())?;
    transaction.insert_passkey(&passkey).await?;
    let told = json!({ "changed": "passkey added", "passkey": passkey.name });
    note(&mut transaction, person_id, (&Value::Null, &told), change).await?;
    transaction.commit().await?;
    Ok(passkey)
}

/// Gives a passkey another name.
///
/// # Errors
/// Where the name is not taken, or it is not theirs.
pub async fn rename(
    store: &Store,
    person_id: PersonId,
    id: PasskeyId,
    name: &str,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let name = check_name("name", name)?;
    let mut transaction = store.begin().await?;
    let before = find(transaction.list_passkeys(person_id).await?, id)?;
    if !transaction.rename_passkey(id, person_id, &name).await? {
        return Err(not_found(id));
    }
    let before = json!({ "passkey": before.name });
    let after = json!({ "changed": "passkey renamed", "passkey": name });
    note(&mut transaction, person_id, (&before, &after), change).await?;
    transaction.commit().await?;
    Ok(())
}

/// Takes a passkey away: it signs nobody in from now on.
///
/// # Errors
/// Where the password is wrong, it is not theirs, or there were too many attempts.
pub async fn remove(
    store: &Store,
    checks: Checks<'_>,
    own: Own<'_>,
    id: PasskeyId,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let person_id = own.person.id;
    let proven = own::prove(store, checks, own, change).await?;
    let mut transaction = store.begin().await?;
    own::still(&mut transaction, proven).await?;
    let passkey = find(transaction.list_passkeys(person_id).await?, id)?;
    if !transaction.remove_passkey(id, person_id).await? {
        return Err(not_found(id));
    }
    let told = json!({ "changed": "passkey removed", "passkey": passkey.name });
    note(&mut transaction, person_id, (&Value::Null, &told), change).await?;
    transaction.commit().await?;
    Ok(())
}

fn find(all: Vec<Passkey>, id: PasskeyId) -> Result<Passkey, PeopleError> {
    all.into_iter().find(|passkey| passkey.id == id).ok_or_else(|| not_found(id))
}

fn not_found(id: PasskeyId) -> PeopleError {
    PeopleError::NotFound { noun: "passkey", id: id.to_string() }
}
