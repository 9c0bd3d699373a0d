//! Signing in: address and password, then a code where the person has an authenticator.

use allclear_domain::audit::Actor;
use allclear_domain::ids::PersonId;
use allclear_domain::person::PersonState;
use allclear_domain::session::LinkPurpose;
use allclear_domain::{Change, Credentials, EmailAddress, Entropy, PendingIdentity, Person};
use allclear_store::{Store, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::attempts::Attempts;
use crate::error::PeopleError;
use crate::links;
use crate::own;
use crate::passwords::Passwords;
use crate::provider::{self, NotSignedIn};
use crate::recovery;
use crate::secret::Secret;
use crate::sessions::{self, SignedIn};
use crate::totp;

/// How long somebody has to give the code.
const CODE_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// Where somebody signs in from.
#[derive(Clone, Copy, Debug)]
pub struct From<'a> {
    /// Address on the network: attempts are counted by it.
    pub address: &'a str,
    /// The browser, as it names itself.
    pub client: &'a str,
}

/// What became of address and password.
#[derive(Debug)]
pub enum FirstFactor {
    /// They are signed in.
    SignedIn(Box<SignedIn>),
    /// They have an authenticator: its code is due, with this secret.
    CodeDue(Secret),
}

/// Tries address and password.
///
/// # Errors
/// [`PeopleError::WrongPassword`], whichever of them is wrong, or too many attempts.
#[expect(clippy::too_many_arguments, reason = "each is another part of the same act")]
pub async fn with_password(
    store: &Store,
    passwords: &Passwords,
    attempts: &Attempts,
    email: &str,
    password: &str,
    from: From<'_>,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<FirstFactor, PeopleError> {
    let email = EmailAddress::new(email).map_err(|_| PeopleError::WrongPassword)?;
    attempts.count_sign_in(from.address, email.as_str(), now)?;
    let person = store.find_person_by_email(&email).await?.map(|stored| stored.value);
    let person = person.filter(Person::is_active);
    let credentials = match &person {
        Some(person) => store.find_credentials(person.id).await?,
        None => None,
    };
    let hash = credentials.as_ref().map(|known| known.password_hash.as_str());
    let is_right = passwords.verify(password, hash).await?;
    let (Some(person), Some(credentials), true) = (person, credentials, is_right) else {
        return Err(PeopleError::WrongPassword);
    };
    let actor = Actor::Person(person.id);
    let change = Change { actor: &actor, entropy, now };
    let mut transaction = store.begin().await?;
    let begun = begin(&mut transaction, person, &credentials, from.client, change).await?;
    transaction.commit().await?;
    attempts.give_back(from.address);
    if matches!(begun, FirstFactor::SignedIn(_)) {
        attempts.clear(email.as_str());
    }
    Ok(begun)
}

/// After the password was right, or has just been chosen: a session, or a code that is due.
pub(crate) async fn begin(
    transaction: &mut Transaction,
    person: Person,
    credentials: &Credentials,
    client: &str,
    change: Change<'_>,
) -> Result<FirstFactor, PeopleError> {
    if credentials.totp_secret.is_none() {
        let Change { entropy, now, .. } = change;
        let signed_in = sessions::begin(transaction, person, client, entropy, now).await?;
        return Ok(FirstFactor::SignedIn(Box::new(signed_in)));
    }
    Ok(FirstFactor::CodeDue(ask_code(transaction, person.id, change).await?))
}

/// Writes that the code of somebody is due; gives the secret with which it is given.
pub(crate) async fn ask_code(
    transaction: &mut Transaction,
    person_id: PersonId,
    change: Change<'_>,
) -> Result<Secret, PeopleError> {
    let purpose = LinkPurpose::SecondFactor;
    links::insert(transaction, purpose, Some(person_id), CODE_WITHIN, change).await
}

/// Tries the code that is due: one of the authenticator, or one of the recovery codes.
///
/// # Errors
/// [`PeopleError::WrongCode`], [`PeopleError::LinkOver`] where it took too long or what was proven
/// before does not hold any more, or too many attempts.
pub async fn with_code(
    store: &Store,
    attempts: &Attempts,
    pending: &str,
    code: &str,
    from: From<'_>,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<SignedIn, PeopleError> {
    let link = links::find(store, LinkPurpose::SecondFactor, pending, now).await?;
    let person_id = link.person_id.ok_or(PeopleError::LinkOver)?;
    let counted = format!("code of {person_id}");
    attempts.count(&[from.address, &counted], now)?;
    let mut transaction = store.begin().await?;
    let person = transaction.find_person(person_id).await?.ok_or(PeopleError::LinkOver)?.value;
    let credentials = transaction.find_credentials(person_id).await?;
    let vouched = transaction.find_pending_identity(&link.digest).await?;
    // A provider needs no invitation to be accepted before: it is with the code.
    let may_enter = match person.state {
        PersonState::Active => true,
        PersonState::Invited => vouched.is_some(),
        PersonState::Disabled { .. } => false,
    };
    let credentials = credentials.filter(|_| may_enter).ok_or(PeopleError::LinkOver)?;
    let actor = Actor::Person(person_id);
    let change = Change { actor: &actor, entropy, now };
    use_code(&mut transaction, &credentials, code, change).await?;
    if !transaction.remove_link(link.id).await? {
        return Err(PeopleError::LinkOver);
    }
    let person = match vouched {
        Some(vouched) => vouched_for(&mut transaction, &vouched, person_id, change).await?,
        None => person,
    };
    let email = person.email.clone();
    let signed_in = sessions::begin(&mut transaction, person, from.client, entropy, now).await?;
    transaction.commit().await?;
    attempts.give_back(from.address);
    attempts.clear(email.as_str());
    attempts.clear(&counted);
    Ok(signed_in)
}

/// Whoever a provider vouched for, now that the code was right. Where that is not so any more they
/// begin again, and are told why.
async fn vouched_for(
    transaction: &mut Transaction,
    vouched: &PendingIdentity,
    person_id: PersonId,
    change: Change<'_>,
) -> Result<Person, PeopleError> {
    let let_in = provider::let_in(transaction, vouched, person_id, change).await;
    let_in.map_err(|refused| match refused {
        NotSignedIn::People(error) => error,
        _ => PeopleError::LinkOver,
    })
}

/// Uses a code up.
async fn use_code(
    transaction: &mut Transaction,
    credentials: &Credentials,
    code: &str,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let secret = credentials.totp_secret.as_deref().ok_or(PeopleError::LinkOver)?;
    if let Some(digest) = recovery::digest(code) {
        if !transaction.use_recovery_code(credentials.person_id, &digest).await? {
            return Err(PeopleError::WrongCode);
        }
        return own::note(transaction, credentials, "recovery code used", change).await;
    }
    let step = totp::step_of(secret, code, change.now).ok_or(PeopleError::WrongCode)?;
    if transaction.use_totp_step(credentials.person_id, step).await? {
        return Ok(());
    }
    Err(PeopleError::WrongCode)
}
