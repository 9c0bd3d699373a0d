//! What was done once is not done again: under the `Idempotency-Key` of a program, or the one-time
//! id of a form.
//!
//! That it was done is written in the transaction of the change, so that no crash can come between.
//! What was answered is added afterwards.

use allclear_domain::audit::Actor;
use allclear_domain::limits;
use allclear_store::{KeptAnswer, StoreError};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;

/// What is known of a request under a key.
pub(crate) enum Known {
    /// It was not done yet: it is to be remembered by this.
    Nothing(KeptAnswer),
    /// It was done; what was answered, where that is known.
    Done(KeptAnswer),
    /// Something else was done under the key.
    Other,
    /// Too much was done in a day.
    TooMany,
}

/// Looks whether something was done under a key before. The digest tells the same request from
/// another one.
pub(crate) async fn look_up(
    app: &App,
    (actor, key): (&Actor, &str),
    request_digest: String,
    now: Timestamp,
) -> Result<Known, StoreError> {
    let actor = actor.to_string();
    let kept = KeptAnswer {
        id: id_of(&actor, key),
        request_digest,
        actor,
        answer: None,
        expires_at: now.checked_add(limits::KEPT_ANSWER_LASTS).unwrap_or(Timestamp::MAX),
    };
    match app.store.find_kept_answer(kept.id).await? {
        Some(known) if known.expires_at <= now => forget(app, now).await?,
        Some(known) if known.request_digest != kept.request_digest => return Ok(Known::Other),
        Some(known) => return Ok(Known::Done(known)),
        None => {}
    }
    if app.store.count_kept_answers(&kept.actor).await? >= limits::KEPT_ANSWERS_MAX {
        forget(app, now).await?;
        if app.store.count_kept_answers(&kept.actor).await? >= limits::KEPT_ANSWERS_MAX {
            return Ok(Known::TooMany);
        }
    }
    Ok(Known::Nothing(kept))
}

/// Whether a request under a key was done.
pub(crate) async fn is_done(app: &App, id: Uuid) -> bool {
    matches!(app.store.find_kept_answer(id).await, Ok(Some(_)))
}

/// Keeps what was answered. That it cannot be kept is no reason to keep the answer back.
pub(crate) async fn keep(app: &App, id: Uuid, answer: &str) {
    if let Err(error) = write(app, id, answer).await {
        tracing::warn!(%error, "what was answered could not be kept");
    }
}

async fn write(app: &App, id: Uuid, answer: &str) -> Result<(), StoreError> {
    let mut transaction = app.store.begin().await?;
    transaction.set_kept_answer(id, answer).await?;
    transaction.commit().await?;
    Ok(())
}

/// Forgets what is over.
async fn forget(app: &App, now: Timestamp) -> Result<(), StoreError> {
    let mut transaction = app.store.begin().await?;
    transaction.remove_kept_answers_over(now).await?;
    transaction.commit().await?;
    Ok(())
}

fn id_of(actor: &str, key: &str) -> Uuid {
    let digest = Sha256::new().chain_update(actor).chain_update([0]).chain_update(key).finalize();
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(digest) {
        *byte = from;
    }
    Uuid::from_bytes(bytes)
}
