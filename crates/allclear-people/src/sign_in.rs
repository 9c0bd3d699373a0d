//! Signing in: address and password, then a code where the person has an authenticator.

use allclear_domain::audit::Actor;
use allclear_domain::session::LinkPurpose;
use allclear_domain::{EmailAddress, Entropy, Person};
use allclear_store::Store;
use jiff::{SignedDuration, Timestamp};

use crate::attempts::Attempts;
use crate::error::PeopleError;
use crate::links;
use crate::passwords::Passwords;
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
    attempts.count(&[from.address, email.as_str()], now)?;
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
    let mut transaction = store.begin().await?;
    if credentials.totp_secret.is_some() {
        let actor = Actor::Person(person.id);
        let change = allclear_domain::Change { actor: &actor, entropy, now };
        let for_whom = Some(person.id);
        let secret = links::insert(
            &mut transaction,
            LinkPurpose::SecondFactor,
            for_whom,
            CODE_WITHIN,
            change,
        )
        .await?;
        transaction.commit().await?;
        return Ok(FirstFactor::CodeDue(secret));
    }
    let signed_in = sessions::begin(&mut transaction, person, from.client, entropy, now).await?;
    transaction.commit().await?;
    attempts.clear(email.as_str());
    Ok(FirstFactor::SignedIn(Box::new(signed_in)))
}

/// Tries the code that is due.
///
/// # Errors
/// [`PeopleError::WrongCode`], [`PeopleError::LinkOver`] where it took too long, or too many
/// attempts.
pub async fn with_code(
    store: &Store,
    attempts: &Attempts,
    pending: &str,
    code: &str,
    from: From<'_>,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<SignedIn, PeopleError> {
    let mut transaction = store.begin().await?;
    let link = links::find(store, LinkPurpose::SecondFactor, pending, now).await?;
    let person_id = link.person_id.ok_or(PeopleError::LinkOver)?;
    let person = transaction.find_person(person_id).await?.ok_or(PeopleError::LinkOver)?.value;
    attempts.count(&[from.address, &format!("code of {person_id}")], now)?;
    let credentials = transaction.find_credentials(person_id).await?;
    let secret = credentials.and_then(|known| known.totp_secret).ok_or(PeopleError::LinkOver)?;
    let step = totp::step_of(&secret, code, now).ok_or(PeopleError::WrongCode)?;
    if !person.is_active() || !transaction.remove_link(link.id).await? {
        return Err(PeopleError::LinkOver);
    }
    if !transaction.use_totp_step(person_id, step).await? {
        return Err(PeopleError::WrongCode);
    }
    let email = person.email.clone();
    let signed_in = sessions::begin(&mut transaction, person, from.client, entropy, now).await?;
    transaction.commit().await?;
    attempts.clear(email.as_str());
    Ok(signed_in)
}
