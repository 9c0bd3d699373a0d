//! Sessions: who is signed in, and where.

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::ids::{PersonId, SessionId};
use allclear_domain::{Change, Entropy, Person, Session, limits};
use allclear_store::{Store, StoreError, Transaction};
use jiff::{SignedDuration, Timestamp};

use crate::audit;
use crate::error::PeopleError;
use crate::secret::{self, Secret};

/// How long a session lasts that is used.
pub const LASTS: SignedDuration = SignedDuration::from_hours(24 * 14);
/// How long one lasts that is not used.
const IDLE_MAX: SignedDuration = SignedDuration::from_hours(24 * 3);
/// How old the last use on record may be: a write for every request would be too much.
const SEEN_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Somebody who signed in, and the secret of their cookie.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// Their session.
    pub session: Session,
    /// What their cookie holds.
    pub secret: Secret,
}

/// Since when a session must have been used to open anything at `now`.
pub(crate) fn used_since(now: Timestamp) -> Timestamp {
    now - IDLE_MAX
}

/// Begins a session, in the transaction of what led to it.
pub(crate) async fn begin(
    transaction: &mut Transaction,
    person: Person,
    client: &str,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<SignedIn, StoreError> {
    let secret = Secret::mint("", entropy);
    let session = Session {
        id: entropy.id(now),
        person_id: person.id,
        digest: secret.digest(),
        client: client.chars().filter(|c| !c.is_control()).take(limits::CLIENT_CHARS_MAX).collect(),
        created_at: now,
        seen_at: now,
        expires_at: now + LASTS,
    };
    transaction.remove_sessions_over(now, used_since(now)).await?;
    let there = transaction.list_sessions(person.id).await?;
    for oldest in there.iter().skip(limits::SESSIONS_PER_PERSON_MAX - 1) {
        transaction.remove_session(oldest.id).await?;
    }
    transaction.insert_session(&session).await?;
    transaction.set_person_seen_at(person.id, now).await?;
    let actor = Actor::Person(person.id);
    let change = Change { actor: &actor, entropy, now };
    let told = serde_json::json!({ "client": session.client, "expires_at": session.expires_at });
    let entry = audit::created(change, Subject::Session(session.id), &told);
    transaction.insert_audit_entries(&[entry]).await?;
    Ok(SignedIn { person, session, secret })
}

/// Who the cookie of a request belongs to; `None` where it opens nothing.
///
/// # Errors
/// Where the store cannot be read. That the use cannot be noted is no error.
pub async fn authenticate(
    store: &Store,
    presented: &str,
    now: Timestamp,
) -> Result<Option<(Person, Session)>, StoreError> {
    let Some(session) = store.find_session(&secret::digest(presented)).await? else {
        return Ok(None);
    };
    if !opens(&session, now) {
        return Ok(None);
    }
    let Some(person) = store.find_person(session.person_id).await? else {
        return Ok(None);
    };
    if !person.is_active() {
        return Ok(None);
    }
    if now.duration_since(session.seen_at) >= SEEN_AFTER {
        // A full disk must not keep anybody out of the console.
        if let Ok(mut transaction) = store.begin().await
            && transaction.set_session_seen_at(session.id, now).await.is_ok()
            && transaction.set_person_seen_at(session.person_id, now).await.is_ok()
        {
            let _ = transaction.commit().await;
        }
    }
    Ok(Some((person.value, session)))
}

fn opens(session: &Session, now: Timestamp) -> bool {
    !session.is_over(now) && session.seen_at >= used_since(now)
}

/// The sessions of a person that still open something, the last used first.
///
/// # Errors
/// Where the store cannot be read.
pub async fn list(
    store: &Store,
    person_id: PersonId,
    now: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    let mut sessions = store.list_sessions(person_id).await?;
    sessions.retain(|session| opens(session, now));
    Ok(sessions)
}

/// Ends every session of a person but one; gives how many there were.
///
/// # Errors
/// Where the store refuses.
pub async fn end_others(
    store: &Store,
    person_id: PersonId,
    kept: SessionId,
    change: Change<'_>,
) -> Result<usize, PeopleError> {
    let mut transaction = store.begin().await?;
    let sessions = transaction.list_sessions(person_id).await?;
    let ended = sessions.iter().filter(|session| session.id != kept);
    let entries: Vec<_> =
        ended.map(|session| audit::removed(change, Subject::Session(session.id))).collect();
    transaction.remove_other_sessions_of(person_id, kept).await?;
    transaction.insert_audit_entries(&entries).await?;
    transaction.commit().await?;
    Ok(entries.len())
}

/// Ends a session of a person.
///
/// # Errors
/// Where it is not theirs or not there, or the store refuses.
pub async fn end(
    store: &Store,
    person_id: PersonId,
    id: SessionId,
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let mut transaction = store.begin().await?;
    let sessions = transaction.list_sessions(person_id).await?;
    if !sessions.iter().any(|session| session.id == id) {
        return Err(PeopleError::NotFound { noun: "session", id: id.to_string() });
    }
    transaction.remove_session(id).await?;
    let entry = audit::removed(change, Subject::Session(id));
    transaction.insert_audit_entries(&[entry]).await?;
    transaction.commit().await?;
    Ok(())
}
