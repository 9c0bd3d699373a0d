//! Signing in with a passkey. Nobody types who they are: the device knows.

use allclear_domain::audit::Actor;
use allclear_domain::{Change, Entropy, Passkey, Person};
use allclear_store::Store;
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use webauthn_rs::prelude::{Passkey as Key, PublicKeyCredential};

use super::challenges::Asked;
use super::{Passkeys, note, problem};
use crate::attempts::Attempts;
use crate::error::{PasskeyProblem, PeopleError};
use crate::sessions::{self, SignedIn};
use crate::sign_in::From;

/// What attempts of a client are counted under: not with those at the password, so that prompts that
/// somebody puts away close no other way in.
fn attempts_of(from: From<'_>) -> String {
    format!("passkey from {}", from.address)
}

/// Asks a browser for a passkey; gives what its script needs, as JSON. `browser` is what the forms of
/// this browser carry. It counts as an attempt of its client, and its answer does not.
///
/// # Errors
/// Where there were too many attempts, or no passkeys are offered.
pub fn ask_to_sign_in(
    passkeys: &Passkeys,
    attempts: &Attempts,
    browser: &str,
    from: From<'_>,
    now: Timestamp,
) -> Result<String, PeopleError> {
    let webauthn = &passkeys.relying_party()?.webauthn;
    attempts.count(&[&attempts_of(from)], now)?;
    let asked = webauthn.start_discoverable_authentication();
    let (mut options, state) = asked.map_err(|error| problem(&error))?;
    // Somebody pressed a button: the browser asks at once, and not while they fill in a field.
    options.mediation = None;
    let options = serde_json::to_string(&options).map_err(|_| PasskeyProblem::NoAnswer)?;
    passkeys.challenges.keep(browser, Asked::ToSignIn(state), now);
    Ok(options)
}

/// Signs somebody in by what their device answered.
///
/// # Errors
/// [`PeopleError::Passkey`], which says what to do.
#[expect(clippy::too_many_arguments, reason = "each is another part of the same act")]
pub async fn sign_in(
    store: &Store,
    passkeys: &Passkeys,
    attempts: &Attempts,
    browser: &str,
    answer: &str,
    from: From<'_>,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<SignedIn, PeopleError> {
    let webauthn = &passkeys.relying_party()?.webauthn;
    let Some(Asked::ToSignIn(state)) = passkeys.challenges.take(browser, now) else {
        return Err(PasskeyProblem::Over.into());
    };
    let answer: PublicKeyCredential =
        serde_json::from_str(answer).map_err(|_| PasskeyProblem::NoAnswer)?;
    let (owner, credential_id) = webauthn
        .identify_discoverable_authentication(&answer)
        .map_err(|_| PasskeyProblem::NoAnswer)?;
    let found = store.find_passkey(&BASE64URL_NOPAD.encode(credential_id)).await?;
    let found = found.filter(|passkey| passkey.person_id.uuid() == owner);
    let passkey = found.ok_or(PasskeyProblem::Unknown)?;
    let mut key: Key =
        serde_json::from_str(&passkey.public_key).map_err(|_| PasskeyProblem::Unknown)?;
    let checked = webauthn.finish_discoverable_authentication_v2(&answer, state, &key);
    let checked = match checked.map_err(|error| problem(&error)) {
        Err(PasskeyProblem::WentBack) => {
            return went_back(store, &passkey, entropy, now).await;
        }
        checked => checked?,
    };
    if !checked.user_verified() {
        return Err(PasskeyProblem::Unverified.into());
    }
    key.update_credential(&checked);
    let key = serde_json::to_string(&key).map_err(|_| PasskeyProblem::Unknown)?;
    let signed_in = begin(store, &passkey, &key, from, entropy, now).await?;
    attempts.give_back(&attempts_of(from));
    Ok(signed_in)
}

/// Begins the session of whoever a passkey belongs to.
async fn begin(
    store: &Store,
    passkey: &Passkey,
    key: &str,
    from: From<'_>,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<SignedIn, PeopleError> {
    let mut transaction = store.begin().await?;
    let person = transaction.find_person(passkey.person_id).await?.map(|stored| stored.value);
    let person = person.filter(Person::is_active).ok_or(PasskeyProblem::Unknown)?;
    // Where two answer with the same key at the same moment, its counter can be right for one.
    if !transaction.use_passkey(passkey, key, now).await? {
        return Err(PasskeyProblem::Unknown.into());
    }
    let actor = Actor::Person(person.id);
    let change = Change { actor: &actor, entropy, now };
    let told = json!({ "changed": "passkey used", "passkey": passkey.name });
    note(&mut transaction, person.id, (&Value::Null, &told), change).await?;
    let signed_in = sessions::begin(&mut transaction, person, from.client, entropy, now).await?;
    transaction.commit().await?;
    Ok(signed_in)
}

/// Tells the audit log of a passkey that was probably copied.
async fn went_back(
    store: &Store,
    passkey: &Passkey,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<SignedIn, PeopleError> {
    let actor = Actor::Duty("signing in".to_owned());
    let change = Change { actor: &actor, entropy, now };
    let mut transaction = store.begin().await?;
    let told = json!({
        "changed": "passkey refused", "passkey": passkey.name,
        "because": "its counter went back: it may have been copied",
    });
    note(&mut transaction, passkey.person_id, (&Value::Null, &told), change).await?;
    transaction.commit().await?;
    Err(PasskeyProblem::WentBack.into())
}
