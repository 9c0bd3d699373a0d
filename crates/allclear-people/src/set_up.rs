//! Setting up: the first start prints a link, and who opens it becomes the first owner. There is no
//! default password anywhere.

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::person::{PersonState, check_name};
use allclear_domain::session::LinkPurpose;
use allclear_domain::{Change, Credentials, EmailAddress, Entropy, Person, Role};
use allclear_store::Store;
use jiff::{SignedDuration, Timestamp};

use crate::audit;
use crate::error::PeopleError;
use crate::links;
use crate::passwords::Passwords;
use crate::secret::Secret;
use crate::sessions::{self, SignedIn};

/// How long the link holds; the next start prints another one.
pub const LINK_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// Makes the link to set Allclear up, where nobody did yet; former ones stop working.
///
/// # Errors
/// Where the store refuses.
pub async fn open_link(
    store: &Store,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<Option<Secret>, PeopleError> {
    if !is_due(store).await? {
        return Ok(None);
    }
    let mut transaction = store.begin().await?;
    transaction.remove_links_for(LinkPurpose::SetUp).await?;
    let actor = Actor::Command("serve".to_owned());
    let change = Change { actor: &actor, entropy, now };
    let secret =
        links::insert(&mut transaction, LinkPurpose::SetUp, None, LINK_LASTS, change).await?;
    transaction.commit().await?;
    Ok(Some(secret))
}

/// Whether nobody set Allclear up yet.
///
/// # Errors
/// Where the store cannot be read.
pub async fn is_due(store: &Store) -> Result<bool, PeopleError> {
    Ok(store.list_people().await?.is_empty())
}

/// Whether a link to set up works.
///
/// # Errors
/// [`PeopleError::SetUpAlready`] or [`PeopleError::LinkOver`].
pub async fn check_link(store: &Store, presented: &str, now: Timestamp) -> Result<(), PeopleError> {
    if !is_due(store).await? {
        return Err(PeopleError::SetUpAlready);
    }
    links::find(store, LinkPurpose::SetUp, presented, now).await.map(|_| ())
}

/// Who sets Allclear up.
#[derive(Clone, Copy)]
pub struct FirstOwner<'a> {
    /// The address to sign in with.
    pub email: &'a str,
    /// Their name.
    pub name: &'a str,
    /// Their password.
    pub password: &'a str,
    /// The browser, as it names itself.
    pub client: &'a str,
}

/// Uses the link up: its holder is the first owner, and signed in.
///
/// # Errors
/// Where the link is over, Allclear is set up already, or a value is not taken; in the last case the
/// link still works.
pub async fn claim(
    store: &Store,
    passwords: &Passwords,
    presented: &str,
    owner: FirstOwner<'_>,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<SignedIn, PeopleError> {
    check_link(store, presented, now).await?;
    let email = EmailAddress::new(owner.email)?;
    let name = check_name("name", owner.name)?;
    let password_hash = passwords.hash(owner.password, &email, entropy).await?;
    let link = links::find(store, LinkPurpose::SetUp, presented, now).await?;
    let mut transaction = store.begin().await?;
    if !transaction.remove_link(link.id).await? {
        return Err(PeopleError::LinkOver);
    }
    if !transaction.list_people().await?.is_empty() {
        return Err(PeopleError::SetUpAlready);
    }
    let id = entropy.id(now);
    let state = PersonState::Active;
    let person = Person { id, email, name, role: Role::Owner, state, created_at: now };
    transaction.insert_person(&person).await?;
    let credentials = Credentials {
        person_id: id,
        password_hash,
        totp_secret: None,
        totp_step: 0,
        changed_at: now,
    };
    transaction.set_credentials(&credentials).await?;
    let actor = Actor::Person(id);
    let change = Change { actor: &actor, entropy, now };
    let entry = audit::created(change, Subject::Person(id), &person);
    transaction.insert_audit_entries(&[entry]).await?;
    let signed_in = sessions::begin(&mut transaction, person, owner.client, entropy, now).await?;
    transaction.commit().await?;
    Ok(signed_in)
}
