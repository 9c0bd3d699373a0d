//! Challenges that wait for their answer. They are kept in memory: whoever is not signed in could else
//! have the database write as often as they like.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use allclear_domain::{Credentials, limits};
use jiff::{SignedDuration, Timestamp};
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyRegistration};

/// How long a browser has to answer: as long as browsers let people look for their device.
pub(super) const ANSWER_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// What somebody was asked for.
#[derive(Debug)]
pub(super) enum Asked {
    /// To sign in.
    ToSignIn(DiscoverableAuthentication),
    /// To add a passkey.
    ToAdd(ToAdd),
}

/// What a passkey is added with.
#[derive(Debug)]
pub(super) struct ToAdd {
    /// What the one who adds it signs in with: it has to be the same in the end.
    pub(super) proven: Credentials,
    /// What they call it.
    pub(super) name: String,
    pub(super) state: PasskeyRegistration,
}

#[derive(Debug)]
struct Waiting {
    asked: Asked,
    over_at: Timestamp,
}

/// At most one for each browser: asking again ends the one before.
#[derive(Debug, Default)]
pub(super) struct Challenges(Mutex<HashMap<String, Waiting>>);

impl Challenges {
    /// Remembers what a browser was asked for.
    pub(super) fn keep(&self, browser: &str, asked: Asked, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= limits::PASSKEY_CHALLENGES_MAX {
            all.retain(|_, waiting| now < waiting.over_at);
        }
        if all.len() >= limits::PASSKEY_CHALLENGES_MAX
            && let Some(oldest) = all.iter().min_by_key(|(_, waiting)| waiting.over_at)
        {
            let oldest = oldest.0.clone();
            all.remove(&oldest);
        }
        let over_at = now + ANSWER_WITHIN;
        all.insert(browser.to_owned(), Waiting { asked, over_at });
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What a browser was asked for. It is answered once, whether rightly or not.
    pub(super) fn take(&self, browser: &str, now: Timestamp) -> Option<Asked> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = all.remove(browser)?;
        (now < waiting.over_at).then_some(waiting.asked)
    }
}
