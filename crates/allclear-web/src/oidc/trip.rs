//! A trip: one browser's way to the provider and back. All of it is in a cookie of that browser, so
//! whoever begins one costs us nothing.
//!
//! What the provider is told is derived from the secret in the cookie, and cannot be told from
//! random: the state, which comes back with the browser; the nonce, which comes back in the signed
//! word of the provider; the verifier, whose digest the provider has before it gives a code away. So
//! a word that was given to another browser, at another time or to get elsewhere fits no trip.

use allclear_domain::Entropy;
use allclear_people::provider::UsedTrip;
use allclear_people::{Secret, secret};
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How long a trip may take.
pub(crate) const LASTS: SignedDuration = SignedDuration::from_mins(10);
/// How far another node's clock may be ahead.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(1);
/// Signs of a secret.
const SECRET_CHARS: usize = 43;
/// Bytes of the address that it leads on to; a longer one is forgotten.
const NEXT_BYTES_MAX: usize = 1_024;

/// One browser's way to the provider and back.
pub(crate) struct Trip {
    secret: String,
    begun_at: Timestamp,
    next: String,
}

impl Trip {
    /// A new one, that leads on to `next` in the end.
    pub(crate) fn begin(next: &str, entropy: &Entropy, now: Timestamp) -> Self {
        let next = if next.len() > NEXT_BYTES_MAX { "" } else { next };
        let secret = Secret::mint("", entropy).reveal().to_owned();
        Self { secret, begun_at: whole(now), next: next.to_owned() }
    }

    /// The one in a cookie; `None` where there is none in it, or it is over.
    pub(crate) fn read(cookie: &str, now: Timestamp) -> Option<Self> {
        let mut parts = cookie.splitn(3, '.');
        let (secret, begun_at, next) = (parts.next()?, parts.next()?, parts.next()?);
        let begun_at = Timestamp::from_second(begun_at.parse().ok()?).ok()?;
        let age = now.duration_since(begun_at);
        let is_usable = secret.len() == SECRET_CHARS && age < LASTS && age >= -AHEAD_MAX;
        let next = String::from_utf8(BASE64URL_NOPAD.decode(next.as_bytes()).ok()?).ok()?;
        is_usable.then(|| Self { secret: secret.to_owned(), begun_at, next })
    }

    /// What the cookie holds.
    pub(crate) fn to_cookie(&self) -> String {
        let next = BASE64URL_NOPAD.encode(self.next.as_bytes());
        format!("{}.{}.{next}", self.secret, self.begun_at.as_second())
    }

    /// When it began.
    pub(crate) const fn begun_at(&self) -> Timestamp {
        self.begun_at
    }

    /// Where it leads on to. The browser brought it: it has to be looked at like everything else.
    pub(crate) fn next(&self) -> &str {
        &self.next
    }

    /// What comes back with the browser.
    pub(crate) fn state(&self) -> String {
        self.derive("state")
    }

    /// Whether this came back with the browser. Takes the same time for any text.
    pub(crate) fn has_state(&self, presented: &str) -> bool {
        self.state().as_bytes().ct_eq(presented.as_bytes()).into()
    }

    /// What comes back in the provider's word.
    pub(crate) fn nonce(&self) -> String {
        self.derive("nonce")
    }

    /// What proves that a code was meant for this trip.
    pub(crate) fn verifier(&self) -> String {
        self.derive("verifier")
    }

    /// What is kept of it once it was used.
    pub(crate) fn used(&self) -> UsedTrip {
        let digest = secret::digest(&self.derive("used"));
        UsedTrip { digest, expires_at: self.begun_at + LASTS + AHEAD_MAX }
    }

    fn derive(&self, purpose: &str) -> String {
        let mut digest = Sha256::new();
        digest.update(format!("{purpose} of the trip {}", self.to_cookie()).as_bytes());
        BASE64URL_NOPAD.encode(&digest.finalize())
    }
}

/// A time without fractions, as the cookie has it.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T12:00:00.5Z".parse().unwrap()
    }

    fn trip() -> Trip {
        Trip::begin("/console/people", &Entropy::from_seed(1), now())
    }

    #[test]
    fn it_comes_back_as_it_went() {
        let trip = trip();
        let back = Trip::read(&trip.to_cookie(), now()).unwrap();
        assert_eq!(back.next(), "/console/people");
        assert_eq!((back.nonce(), back.verifier()), (trip.nonce(), trip.verifier()));
        assert!(back.has_state(&trip.state()));
        assert!(!back.has_state(""));
        assert_eq!(back.used().digest, trip.used().digest);
    }

    #[test]
    fn it_is_over_after_ten_minutes() {
        let cookie = trip().to_cookie();
        let read = |seconds: i64| Trip::read(&cookie, now() + SignedDuration::from_secs(seconds));
        assert!(read(598).is_some());
        assert!(read(600).is_none());
        assert!(read(-30).is_some(), "another node's clock may be behind");
        assert!(read(-90).is_none());
    }

    /// What the browser changes in its cookie, the provider did not vouch for.
    #[test]
    fn a_changed_cookie_is_another_trip() {
        let trip = trip();
        let cookie = trip.to_cookie();
        let parts: Vec<&str> = cookie.split('.').collect();
        let later = (now() + SignedDuration::from_secs(60)).as_second().to_string();
        let elsewhere = BASE64URL_NOPAD.encode(b"/console/tokens");
        let other = "a".repeat(43);
        let changed = [
            [&other, parts[1], parts[2]],
            [parts[0], &later, parts[2]],
            [parts[0], parts[1], &elsewhere],
        ];
        for parts in changed {
            let read = Trip::read(&parts.join("."), now()).unwrap();
            assert!(!read.has_state(&trip.state()));
            assert_ne!(read.nonce(), trip.nonce());
            assert_ne!(read.verifier(), trip.verifier());
        }
    }

    #[test]
    fn nothing_of_it_gives_another_part_away() {
        let trip = trip();
        let parts = [trip.state(), trip.nonce(), trip.verifier(), trip.used().digest.0];
        for (n, part) in parts.iter().enumerate() {
            assert!(!trip.to_cookie().contains(part.as_str()));
            assert!(parts[n + 1..].iter().all(|other| other != part));
        }
        // RFC 7636, section 4.1
        assert_eq!(trip.verifier().len(), 43);
    }

    #[test]
    fn what_is_no_trip_is_none() {
        let long = format!("{}.0.x", "a".repeat(43));
        for cookie in
            ["", "a", "a.b", "a.0.", "..", &long, &format!("{}.99999999999999.", "a".repeat(43))]
        {
            assert!(Trip::read(cookie, now()).is_none(), "{cookie}");
        }
        let far = Trip::begin(&"/".repeat(2_000), &Entropy::from_seed(1), now());
        assert_eq!(far.next(), "");
    }
}
