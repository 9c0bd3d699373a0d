//! One-time links: invitations and new passwords. An owner hands them over; Allclear sends no mail
//! yet.

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::ids::PersonId;
use allclear_domain::person::{PersonState, check_name};
use allclear_domain::session::LinkPurpose;
use allclear_domain::{
    Access, Change, Credentials, EmailAddress, Entropy, OneTimeLink, Person, Role, limits,
};
use allclear_store::{Store, Stored, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::accounts::{self, not_found};
use crate::audit;
use crate::error::PeopleError;
use crate::passwords::Passwords;
use crate::secret::{self, Secret};
use crate::sign_in::{self, FirstFactor};

/// How long an invitation holds.
pub const INVITATION_LASTS: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How long a link to a new password holds.
pub const RESET_LASTS: SignedDuration = SignedDuration::from_hours(2);

/// Invites somebody: they choose their password with the link.
///
/// # Errors
/// Where the address is somebody's, a value is not taken, there are too many people, or `by` may do
/// less than the role.
pub async fn invite(
    store: &Store,
    email: &str,
    name: &str,
    role: Role,
    by: &Access,
    change: Change<'_>,
) -> Result<(Stored<Person>, Secret), PeopleError> {
    accounts::check_reach(by, role)?;
    let person = Person {
        id: change.entropy.id(change.now),
        email: EmailAddress::new(email)?,
        name: check_name("name", name)?,
        role,
        state: PersonState::Invited,
        created_at: change.now,
    };
    let mut transaction = store.begin().await?;
    let people = transaction.list_people().await?.len();
    if people >= limits::PEOPLE_MAX {
        let problem = format!("there are {people} people, and no more are kept");
        return Err(PeopleError::TooMany { problem });
    }
    transaction.insert_person(&person).await?;
    let entry = audit::created(change, Subject::Person(person.id), &person);
    transaction.insert_audit_entries(&[entry]).await?;
    let for_whom = Some(person.id);
    let secret =
        insert(&mut transaction, LinkPurpose::Invitation, for_whom, INVITATION_LASTS, change)
            .await?;
    let revision = transaction.revision();
    transaction.commit().await?;
    Ok((Stored { value: person, version: 1, revision }, secret))
}

/// A new link for somebody: to accept their invitation, or to choose another password. Links they
/// had before stop working.
///
/// # Errors
/// Where there is no such person, they are disabled, or `by` may do less than they.
pub async fn renew(
    store: &Store,
    person_id: PersonId,
    by: &Access,
    change: Change<'_>,
) -> Result<(Person, LinkPurpose, Secret), PeopleError> {
    let mut transaction = store.begin().await?;
    let person = transaction.find_person(person_id).await?;
    let person = person.ok_or_else(|| not_found(person_id))?.value;
    accounts::check_reach(by, person.role)?;
    let (purpose, lasts) = match person.state {
        PersonState::Invited => (LinkPurpose::Invitation, INVITATION_LASTS),
        PersonState::Active => (LinkPurpose::PasswordReset, RESET_LASTS),
        PersonState::Disabled { .. } => {
            // Says why, in the words of the person's own lifecycle.
            person.clone().activate()?;
            return Err(not_found(person_id));
        }
    };
    transaction.remove_links_of(person_id).await?;
    let secret = insert(&mut transaction, purpose, Some(person_id), lasts, change).await?;
    let told = serde_json::json!({ "link": purpose, "expires_at": change.now + lasts });
    let entry = audit::changed(change, Subject::Person(person_id), &serde_json::Value::Null, &told);
    transaction.insert_audit_entries(&[entry]).await?;
    transaction.commit().await?;
    Ok((person, purpose, secret))
}

/// Whom a link is for, while it still works.
///
/// # Errors
/// [`PeopleError::LinkOver`].
pub async fn whose(
    store: &Store,
    purpose: LinkPurpose,
    presented: &str,
    now: Timestamp,
) -> Result<Person, PeopleError> {
    let link = find(store, purpose, presented, now).await?;
    let person_id = link.person_id.ok_or(PeopleError::LinkOver)?;
    let person = store.find_person(person_id).await?.ok_or(PeopleError::LinkOver)?;
    Ok(person.value)
}

/// What a password is chosen with.
#[derive(Clone, Copy, Debug)]
pub struct Redemption<'a> {
    /// What the link was made for.
    pub purpose: LinkPurpose,
    /// The secret of the link.
    pub presented: &'a str,
    /// The browser, as it names itself.
    pub client: &'a str,
}

/// Uses a link up: the person has this password from now on and is signed in, or has yet to give the
/// code of their authenticator. Every other session of theirs ends, every other link stops working.
///
/// # Errors
/// Where the link is over, or the password breaks a rule; then the link still works.
pub async fn redeem(
    store: &Store,
    passwords: &Passwords,
    redemption: Redemption<'_>,
    password: &str,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<FirstFactor, PeopleError> {
    let Redemption { purpose, presented, client } = redemption;
    let person = whose(store, purpose, presented, now).await?;
    let password_hash = passwords.hash(password, &person.email, entropy).await?;
    let link = find(store, purpose, presented, now).await?;
    let mut transaction = store.begin().await?;
    // Of two who use it at the same moment, one finds it.
    if !transaction.remove_link(link.id).await? {
        return Err(PeopleError::LinkOver);
    }
    let stored = transaction.find_person(person.id).await?.ok_or(PeopleError::LinkOver)?;
    let person = stored.value.clone().activate()?;
    let actor = Actor::Person(person.id);
    let change = Change { actor: &actor, entropy, now };
    transaction.update_person(&person, stored.version).await?;
    let former = transaction.find_credentials(person.id).await?;
    let credentials = Credentials {
        person_id: person.id,
        password_hash,
        totp_secret: former.as_ref().and_then(|known| known.totp_secret.clone()),
        totp_step: former.map_or(0, |known| known.totp_step),
        changed_at: now,
    };
    transaction.set_credentials(&credentials).await?;
    transaction.remove_sessions_of(person.id).await?;
    transaction.remove_links_of(person.id).await?;
    let entry = audit::changed(change, Subject::Person(person.id), &stored.value, &person);
    transaction.insert_audit_entries(&[entry]).await?;
    let begun = sign_in::begin(&mut transaction, person, &credentials, client, change).await?;
    transaction.commit().await?;
    Ok(begun)
}

/// Writes a link; gives its secret.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    purpose: LinkPurpose,
    person_id: Option<PersonId>,
    lasts: SignedDuration,
    change: Change<'_>,
) -> Result<Secret, PeopleError> {
    let secret = Secret::mint("", change.entropy);
    transaction.remove_links_over(change.now).await?;
    transaction
        .insert_link(&OneTimeLink {
            id: change.entropy.id(change.now),
            purpose,
            person_id,
            digest: secret.digest(),
            created_at: change.now,
            expires_at: change.now + lasts,
        })
        .await?;
    Ok(secret)
}

/// The link of a secret, while it works and is for this.
pub(crate) async fn find(
    store: &Store,
    purpose: LinkPurpose,
    presented: &str,
    now: Timestamp,
) -> Result<OneTimeLink, PeopleError> {
    let found = store.find_link(&secret::digest(presented)).await?;
    found.filter(|link| link.purpose == purpose && link.is_usable(now)).ok_or(PeopleError::LinkOver)
}
