//! Signing in because a provider vouches for somebody. Who asks the provider has checked what it
//! said; here is decided who that is.
//!
//! The first time it is the person with the address that the provider has verified. From then on it
//! is whoever the provider calls by the same name, whatever their address there has become: addresses
//! are given to others one day. Nobody gets in who is not there, and whoever has an authenticator
//! is asked for its code: it was added so that nothing else opens alone. Until the code was right,
//! nothing about them changes; whom the provider vouched for waits with the link that the code is for.

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::ids::PersonId;
use allclear_domain::person::PersonState;
use allclear_domain::session::SecretDigest;
use allclear_domain::{
    Access, Change, Credentials, EmailAddress, Entropy, Identity, PendingIdentity, Person, limits,
};
use allclear_store::{Store, StoreError, Transaction};
use jiff::Timestamp;

use crate::accounts::{check_reach, not_found};
use crate::audit;
use crate::error::PeopleError;
use crate::passwords;
use crate::secret::Secret;
use crate::sessions;
use crate::sign_in::{self, FirstFactor};

/// What a provider says of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The provider, by its own address.
    pub issuer: String,
    /// What people call the provider.
    pub provider: String,
    /// What it calls them.
    pub subject: String,
    /// Their address for mail, where it says one.
    pub email: Option<String>,
    /// Whether it says that the address is theirs.
    pub is_email_verified: bool,
}

/// A trip to a provider that somebody came back from.
#[derive(Clone, Debug)]
pub struct UsedTrip {
    /// What it is known by: it leads to one session at most.
    pub digest: SecretDigest,
    /// When it would be over.
    pub expires_at: Timestamp,
}

/// Why nobody was signed in; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum NotSignedIn {
    /// Somebody came back from this trip before.
    #[error("this way in was used already: begin again")]
    Used,
    /// What the provider calls them cannot be kept.
    #[error("{0} does not say who you are in a way that can be kept: tell whoever runs it")]
    NoSubject(String),
    /// The provider says no address that is theirs, and does not know them by anything else here.
    #[error(
        "{0} does not say that an address for mail is yours. Have yours confirmed there, then begin \
         again"
    )]
    NoAddress(String),
    /// Nobody here has this address.
    #[error("nobody here has the address {0}: ask an owner to invite you")]
    Nobody(String),
    /// The person is bound to somebody else at the provider.
    #[error(
        "{0} knows somebody else with your address, and it is them who sign in with it. If that was \
         you, ask an owner to unbind your account"
    )]
    SomebodyElse(String),
    /// They may not sign in any more.
    #[error("you cannot sign in any more: ask an owner to enable you again")]
    Disabled,
    /// Something that has nothing to do with the provider.
    #[error(transparent)]
    People(#[from] PeopleError),
}

impl From<StoreError> for NotSignedIn {
    fn from(error: StoreError) -> Self {
        Self::People(error.into())
    }
}

/// Signs somebody in for whom a provider vouches, or asks for the code of their authenticator.
/// Whoever was invited needs no password for it.
///
/// # Errors
/// [`NotSignedIn`].
pub async fn sign_in(
    store: &Store,
    vouched: &Vouched,
    trip: &UsedTrip,
    client: &str,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<FirstFactor, NotSignedIn> {
    let subject = &vouched.subject;
    let is_clean = !subject.is_empty() && !subject.contains(char::is_control);
    if !is_clean || subject.len() > limits::SUBJECT_BYTES_MAX {
        return Err(NotSignedIn::NoSubject(vouched.provider.clone()));
    }
    let email = usable_email(vouched);
    // Before the transaction: nobody else's waits for this.
    let by_email = match &email {
        Some(email) => store.find_person_by_email(email).await?.map(|stored| stored.value.id),
        None => None,
    };
    let mut transaction = store.begin().await?;
    if !transaction.use_trip(&trip.digest, trip.expires_at, now).await? {
        return Err(NotSignedIn::Used);
    }
    let bound = transaction.find_identity(&vouched.issuer, subject).await?;
    let person_id = match &bound {
        Some(identity) => identity.person_id,
        None => by_email.ok_or_else(|| nobody(vouched, email))?,
    };
    let actor = Actor::Person(person_id);
    let change = Change { actor: &actor, entropy, now };
    let pending = PendingIdentity {
        issuer: vouched.issuer.clone(),
        subject: subject.clone(),
        provider: vouched.provider.clone(),
    };
    let credentials = transaction.find_credentials(person_id).await?;
    let begun = if credentials.is_some_and(|known| known.totp_secret.is_some()) {
        FirstFactor::CodeDue(ask_code(&mut transaction, &pending, person_id, change).await?)
    } else {
        let person = let_in(&mut transaction, &pending, person_id, change).await?;
        let signed_in = sessions::begin(&mut transaction, person, client, entropy, now).await?;
        FirstFactor::SignedIn(Box::new(signed_in))
    };
    transaction.commit().await?;
    Ok(begun)
}

/// Has the code asked for. Until it is given, nothing about the person changes: whoever has their
/// address at the provider may be somebody else.
async fn ask_code(
    transaction: &mut Transaction,
    pending: &PendingIdentity,
    person_id: PersonId,
    change: Change<'_>,
) -> Result<Secret, NotSignedIn> {
    let stored = transaction.find_person(person_id).await?.ok_or(NotSignedIn::Disabled)?;
    if matches!(stored.value.state, PersonState::Disabled { .. }) {
        return Err(NotSignedIn::Disabled);
    }
    // Told now, so that nobody looks for a code in vain.
    let known = transaction.find_identity_of(person_id, &pending.issuer).await?;
    if known.is_some_and(|known| known.subject != pending.subject) {
        return Err(NotSignedIn::SomebodyElse(pending.provider.clone()));
    }
    let secret = sign_in::ask_code(transaction, person_id, change).await?;
    transaction.insert_pending_identity(&secret.digest(), pending).await?;
    Ok(secret)
}

/// Lets somebody in for whom a provider vouched, once nothing more is due: their invitation is
/// accepted, and they are bound where they were not.
pub(crate) async fn let_in(
    transaction: &mut Transaction,
    pending: &PendingIdentity,
    person_id: PersonId,
    change: Change<'_>,
) -> Result<Person, NotSignedIn> {
    let person = activated(transaction, person_id, change).await?;
    match transaction.find_identity(&pending.issuer, &pending.subject).await? {
        Some(identity) if identity.person_id == person_id => {}
        _ => bind(transaction, pending, person_id, change).await?,
    }
    note(transaction, person_id, "signed_in_with", &pending.provider, change).await?;
    Ok(person)
}

/// The address by which somebody may be found: verified, and written with letters that nothing else
/// becomes in lower case. `\u{212a}` (Kelvin) becomes a `k`, and would be somebody else's.
fn usable_email(vouched: &Vouched) -> Option<EmailAddress> {
    let text = vouched.email.as_deref().filter(|_| vouched.is_email_verified)?;
    let email = EmailAddress::new(text).ok()?;
    (email.as_str() == text.to_ascii_lowercase()).then_some(email)
}

fn nobody(vouched: &Vouched, email: Option<EmailAddress>) -> NotSignedIn {
    match email {
        Some(email) => NotSignedIn::Nobody(email.to_string()),
        None => NotSignedIn::NoAddress(vouched.provider.clone()),
    }
}

/// The person, who needs no invitation any more.
async fn activated(
    transaction: &mut Transaction,
    id: PersonId,
    change: Change<'_>,
) -> Result<Person, NotSignedIn> {
    let stored = transaction.find_person(id).await?.ok_or(NotSignedIn::Disabled)?;
    match stored.value.state {
        PersonState::Active => Ok(stored.value),
        PersonState::Disabled { .. } => Err(NotSignedIn::Disabled),
        PersonState::Invited => {
            let person = stored.value.clone().activate().map_err(PeopleError::from)?;
            transaction.update_person(&person, stored.version).await?;
            transaction.remove_links_of(id).await?;
            forget_password(transaction, id, change.now).await?;
            let entry = audit::changed(change, Subject::Person(id), &stored.value, &person);
            transaction.insert_audit_entries(&[entry]).await?;
            Ok(person)
        }
    }
}

/// Whoever was disabled once and is let in again comes with the password of then. It opens nothing
/// any more; their authenticator, where they have one, is still asked for.
async fn forget_password(
    transaction: &mut Transaction,
    id: PersonId,
    now: Timestamp,
) -> Result<(), NotSignedIn> {
    if let Some(former) = transaction.find_credentials(id).await? {
        let password_hash = passwords::NOBODY.to_owned();
        let credentials = Credentials { password_hash, changed_at: now, ..former };
        transaction.set_credentials(&credentials).await?;
    }
    Ok(())
}

/// Binds the person to what the provider calls them, for good.
async fn bind(
    transaction: &mut Transaction,
    pending: &PendingIdentity,
    person_id: PersonId,
    change: Change<'_>,
) -> Result<(), NotSignedIn> {
    let identity = Identity {
        issuer: pending.issuer.clone(),
        subject: pending.subject.clone(),
        person_id,
        bound_at: change.now,
    };
    if !transaction.insert_identity(&identity).await? {
        return Err(NotSignedIn::SomebodyElse(pending.provider.clone()));
    }
    note(transaction, person_id, "bound_to", &pending.issuer, change).await?;
    Ok(())
}

/// Unbinds somebody: the next time it is their verified address again that says who they are. Whoever
/// has yet to give a code begins again too.
///
/// # Errors
/// Where there is no such person, nothing is bound to them, or `by` may do less than they.
pub async fn unbind(
    store: &Store,
    id: PersonId,
    by: &Access,
    change: Change<'_>,
) -> Result<Person, PeopleError> {
    let mut transaction = store.begin().await?;
    let person = transaction.find_person(id).await?.ok_or_else(|| not_found(id))?.value;
    check_reach(by, person.role)?;
    if transaction.remove_identities_of(id).await? == 0 {
        return Err(PeopleError::NotFound { noun: "identity of", id: id.to_string() });
    }
    transaction.remove_pending_identities_of(id).await?;
    note(&mut transaction, id, "bound_to", "nobody", change).await?;
    transaction.commit().await?;
    Ok(person)
}

async fn note(
    transaction: &mut Transaction,
    person_id: PersonId,
    what: &str,
    how: &str,
    change: Change<'_>,
) -> Result<(), StoreError> {
    let told = serde_json::json!({ what: how });
    let nothing = serde_json::Value::Null;
    let entry = audit::changed(change, Subject::Person(person_id), &nothing, &told);
    transaction.insert_audit_entries(&[entry]).await
}
