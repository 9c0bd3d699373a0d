//! Readers of a protected status page: the password that they share, and the pass that whoever gave it
//! carries in a cookie.
//!
//! A pass says until when it holds, and is signed with a key that belongs to one page and one
//! password: it opens no other page, and a new password ends it. Nothing is kept for each reader.

use allclear_domain::Entropy;
use allclear_domain::ids::StatusPageId;
use allclear_domain::status_page::ReaderPassword;
use allclear_store::Store;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use crate::attempts::{Attempts, Pace};
use crate::error::PeopleError;
use crate::passwords::Passwords;
use crate::secret::Secret;

/// How long a pass holds.
pub const LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a new password makes: its hash, and a key of its own.
///
/// # Errors
/// Where the password breaks a rule.
pub async fn make_password(
    passwords: &Passwords,
    page_id: StatusPageId,
    password: &str,
    entropy: &Entropy,
) -> Result<ReaderPassword, PeopleError> {
    let password_hash = passwords.hash_shared(password, entropy).await?;
    let cookie_key = Secret::mint("", entropy).reveal().to_owned();
    Ok(ReaderPassword { page_id, password_hash, cookie_key })
}

/// Tries the password of a page; gives a pass.
///
/// # Errors
/// [`PeopleError::WrongPassword`], too many attempts, or the store cannot be read.
pub async fn sign_in(
    store: &Store,
    passwords: &Passwords,
    attempts: &Attempts,
    page_id: StatusPageId,
    password: &str,
    address: &str,
    now: Timestamp,
) -> Result<Secret, PeopleError> {
    let one = format!("reader {address} of {page_id}");
    let all = format!("readers of {page_id}");
    attempts.count_paced(&[(&one, Pace::ONE), (&all, Pace::ALL_READERS)], now)?;
    let found = store.find_reader_password(page_id).await?;
    let hash = found.as_ref().map(|found| found.password_hash.as_str());
    let is_right = passwords.verify(password, hash).await?;
    let found = found.filter(|_| is_right).ok_or(PeopleError::WrongPassword)?;
    attempts.clear(&one);
    let pass = make_pass(&found.cookie_key, page_id, now).ok_or(PeopleError::WrongPassword)?;
    Ok(Secret::of(pass))
}

/// A pass: until when it holds, and its signature. `None` where the key is none.
fn make_pass(cookie_key: &str, page_id: StatusPageId, now: Timestamp) -> Option<String> {
    let until = (now + LASTS).as_second();
    let mac = signed(cookie_key, page_id, until)?.finalize().into_bytes();
    Some(format!("{until}.{}", BASE64URL_NOPAD.encode(&mac)))
}

/// Whether what somebody presents is a pass of this page and its present password, and still holds.
#[must_use]
pub fn is_pass(cookie_key: &str, page_id: StatusPageId, presented: &str, now: Timestamp) -> bool {
    let Some((until, mac)) = presented.split_once('.') else { return false };
    let (Ok(until), Ok(mac)) = (until.parse::<i64>(), BASE64URL_NOPAD.decode(mac.as_bytes()))
    else {
        return false;
    };
    // The comparison takes the same time for any signature.
    let is_ours = signed(cookie_key, page_id, until).is_some_and(|m| m.verify_slice(&mac).is_ok());
    is_ours && now.as_second() < until
}

fn signed(cookie_key: &str, page_id: StatusPageId, until: i64) -> Option<Hmac<Sha256>> {
    // A key is 43 characters of base 64: whatever is shorter would be guessed.
    if cookie_key.len() < 43 {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(cookie_key.as_bytes()).ok()?;
    mac.update(format!("reader of {page_id} until {until}").as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_opens_one_page_with_one_password_for_a_while() {
        let entropy = Entropy::from_seed(5);
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let key = || Secret::mint("", &entropy).reveal().to_owned();
        let (page, other): (StatusPageId, StatusPageId) = (entropy.id(now), entropy.id(now));
        let (present, former) = (key(), key());
        let pass = make_pass(&present, page, now).unwrap();
        assert!(is_pass(&present, page, &pass, now));
        let last = now + LASTS - SignedDuration::from_secs(1);
        assert!(is_pass(&present, page, &pass, last));
        assert!(!is_pass(&present, page, &pass, now + LASTS));
        assert!(!is_pass(&present, other, &pass, now), "another page");
        assert!(!is_pass(&former, page, &pass, now), "another password");
        let (until, mac) = pass.split_once('.').unwrap();
        let later = until.parse::<i64>().unwrap() + 1;
        for forged in [
            format!("{later}.{mac}"),
            format!("{until}."),
            format!("{until}.{}", &mac[1..]),
            until.to_owned(),
            format!(".{mac}"),
            String::new(),
        ] {
            assert!(!is_pass(&present, page, &forged, now), "{forged}");
        }
        assert_eq!(make_pass("", page, now), None);
        assert!(!is_pass("", page, &pass, now));
    }
}
