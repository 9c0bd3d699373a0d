//! Passwords: argon2id (RFC 9106), with 19 MiB and two passes, as OWASP's password storage cheat
//! sheet has it.
//!
//! Hashing is slow on purpose, so only a few run at once; the rest wait.

use std::sync::Arc;

use allclear_domain::error::InvalidValue;
use allclear_domain::{Credentials, EmailAddress, Entropy, limits};
use argon2::password_hash::phc::{PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use crate::error::PeopleError;

/// Hashes at the same time: each takes 19 MiB and a processor.
const HASHES_MAX: usize = 2;
/// KiB of memory, passes and lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// A hash that no password has, of equal cost: checking it hides that an address is unknown.
pub(crate) const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$\
                      MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

/// Whether somebody has chosen a password. Whoever came by a provider may have none.
#[must_use]
pub fn is_chosen(credentials: Option<&Credentials>) -> bool {
    credentials.is_some_and(|known| known.password_hash != NOBODY)
}

/// What hashes and checks passwords. Cheap to clone; all clones share the places.
#[derive(Clone, Debug)]
pub struct Passwords {
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(HASHES_MAX)) }
    }
}

impl Passwords {
    /// The hash of a new password, in PHC string format.
    ///
    /// # Errors
    /// Where the password breaks a rule.
    pub async fn hash(
        &self,
        password: &str,
        email: &EmailAddress,
        entropy: &Entropy,
    ) -> Result<String, PeopleError> {
        check(password, Some(email))?;
        self.hash_checked(password, entropy).await
    }

    /// The hash of a new password that belongs to no person, in PHC string format.
    ///
    /// # Errors
    /// Where the password breaks a rule.
    pub async fn hash_shared(
        &self,
        password: &str,
        entropy: &Entropy,
    ) -> Result<String, PeopleError> {
        check(password, None)?;
        self.hash_checked(password, entropy).await
    }

    async fn hash_checked(&self, password: &str, entropy: &Entropy) -> Result<String, PeopleError> {
        let password = password.to_owned();
        let salt: [u8; 16] = entropy.bytes();
        let hash = self.blocking(move || {
            let salt = Salt::new(&salt).ok()?;
            let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt).ok()?;
            Some(hash.to_string())
        });
        hash.await.flatten().ok_or_else(broken)
    }

    /// Whether a password belongs to a hash. Where there is no hash it takes as long and is `false`.
    ///
    /// # Errors
    /// Where the hash cannot be read.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, PeopleError> {
        if password.len() > limits::PASSWORD_BYTES_MAX {
            return Ok(false);
        }
        let is_somebody = hash.is_some();
        let (password, hash) = (password.to_owned(), hash.unwrap_or(NOBODY).to_owned());
        let is_right = self.blocking(move || {
            let hash = PasswordHash::new(&hash).ok()?;
            Some(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
        });
        let is_right = is_right.await.flatten().ok_or_else(broken)?;
        Ok(is_right && is_somebody)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let _place = self.places.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

fn argon2() -> Option<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn broken() -> PeopleError {
    InvalidValue::new("password", "could not be checked: try again").into()
}

/// The rules: long enough, not the address, not one character over and over. Nothing else: rules
/// about signs make passwords worse (NIST SP 800-63B, section 5.1.1.2).
fn check(password: &str, email: Option<&EmailAddress>) -> Result<(), InvalidValue> {
    let refuse = |problem: String| Err(InvalidValue::new("password", problem));
    let chars = password.chars().count();
    if chars < limits::PASSWORD_CHARS_MIN {
        let least = limits::PASSWORD_CHARS_MIN;
        return refuse(format!("has {chars} characters: use {least} or more, such as four words"));
    }
    if password.len() > limits::PASSWORD_BYTES_MAX {
        let most = limits::PASSWORD_BYTES_MAX;
        return refuse(format!("is longer than {most} bytes: use a shorter one"));
    }
    if email.is_some_and(|email| password.to_lowercase() == email.as_str()) {
        return refuse("is your address: use another one".to_owned());
    }
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 4 {
        return refuse("repeats few characters: use four words, for instance".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email() -> EmailAddress {
        EmailAddress::new("you@a-long-example.com").unwrap()
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_alone() {
        let passwords = Passwords::default();
        let entropy = Entropy::from_seed(7);
        let right = "correct horse battery";
        let hash = passwords.hash(right, &email(), &entropy).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(right, Some(&hash)).await.unwrap());
        assert!(!passwords.verify("correct horse batterz", Some(&hash)).await.unwrap());
        assert!(!passwords.verify(right, None).await.unwrap());
        assert!(!passwords.verify(&"a".repeat(5_000), Some(&hash)).await.unwrap());
        let again = passwords.hash(right, &email(), &entropy).await.unwrap();
        assert_ne!(hash, again, "each hash has a salt of its own");
    }

    #[test]
    fn the_hash_of_nobody_costs_as_much_as_any() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        assert!(argon2().unwrap().verify_password(b"anything", &hash).is_err());
        assert_eq!(hash.to_string(), NOBODY);
    }

    #[test]
    fn rules() {
        for bad in ["short", "you@a-long-example.com", "aaaaaaaaaaaaaaaa", &"ab c".repeat(999)] {
            assert!(check(bad, Some(&email())).is_err(), "{bad}");
        }
        assert!(check("vier kurze Worte", Some(&email())).is_ok());
        assert!(check("\u{1f511}\u{1f40e}\u{1f50b}\u{1f4ce}".repeat(3).as_str(), None).is_ok());
    }
}
