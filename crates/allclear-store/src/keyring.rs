//! The keys that secrets are sealed with: AES-256 in Galois/counter mode, a random nonce for each.
//!
//! A key is 64 hexadecimal digits. Where there are several, the first one seals, and each of them opens:
//! so one takes the place of another.

use std::fmt;
use std::sync::Arc;

use allclear_domain::{Entropy, SecretText};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use uuid::Uuid;

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Keys of one keyring: the one that seals, and former ones. More are refused.
const KEYS_MAX: usize = 16;

/// The keys that secrets are sealed with. Cheap to clone.
#[derive(Clone)]
pub struct Keyring(Arc<Keys>);

struct Keys {
    /// The one that seals first.
    keys: Vec<Key>,
    /// Why there are none, and what to do.
    absence: String,
}

struct Key {
    id: String,
    key: LessSafeKey,
    pepper: [u8; 32],
}

/// A text that holds no keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoKeyring(String);

/// Why a secret does not open, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShutSecret {
    /// There is no key at all.
    #[error("its secret cannot be opened: {0}")]
    NoKey(String),
    /// It was sealed with another key.
    #[error(
        "its secret was sealed with the key {sealed_by}, and this server has {have}: give it that \
         key, too (`secret_key_file`), or enter the secret anew"
    )]
    OtherKey {
        /// Id of the key that it was sealed with.
        sealed_by: String,
        /// The ids of those that there are.
        have: String,
    },
    /// It is not what was sealed, or not where it was sealed for.
    #[error("its secret is damaged, or was entered for something else: enter it anew")]
    Damaged,
    /// There is none.
    #[error("its secret is not in the database: enter it anew")]
    Missing,
}

/// What a secret is sealed for: it opens nowhere else.
pub(crate) struct SealedFor<'a> {
    pub(crate) id: Uuid,
    pub(crate) owner_id: Uuid,
    pub(crate) context: &'a str,
}

impl SealedFor<'_> {
    /// What stands before the context has a fixed length, so no two of them are the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let (id, owner_id) = (self.id.as_bytes(), self.owner_id.as_bytes());
        let parts = [b"allclear secret 1".as_slice(), id, owner_id];
        [parts.concat().as_slice(), self.context.as_bytes()].concat()
    }
}

impl Keyring {
    /// No key; `absence` says why, and what to do.
    #[must_use]
    pub fn absent(absence: impl Into<String>) -> Self {
        Self(Arc::new(Keys { keys: Vec::new(), absence: absence.into() }))
    }

    /// Reads keys, one per line, or with commas or spaces between them.
    ///
    /// # Errors
    /// Where one is no key, or there is none. What was read instead is not repeated.
    pub fn read(text: &str) -> Result<Self, NoKeyring> {
        let written = text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
        let mut keys: Vec<Key> = Vec::new();
        for (place, word) in written.enumerate() {
            let bytes = HEXLOWER_PERMISSIVE.decode(word.as_bytes()).unwrap_or_default();
            let key = UnboundKey::new(&AES_256_GCM, &bytes).ok().filter(|_| is_random(&bytes));
            let Some(key) = key else {
                return Err(NoKeyring(format!(
                    "key {} is none: write 64 random hexadecimal digits, as `openssl rand -hex 32` \
                     prints them",
                    place + 1
                )));
            };
            if keys.len() == KEYS_MAX {
                return Err(NoKeyring(format!(
                    "there are more than {KEYS_MAX} keys: leave some out"
                )));
            }
            let key = LessSafeKey::new(key);
            keys.push(Key { id: id_of(&bytes), key, pepper: derived(b"allclear pepper", &bytes) });
        }
        if keys.is_empty() {
            return Err(NoKeyring("there is no key in it".to_owned()));
        }
        Ok(Self(Arc::new(Keys { keys, absence: String::new() })))
    }

    /// A new key, as [`Keyring::read`] reads it.
    #[must_use]
    pub fn new_key(entropy: &Entropy) -> String {
        HEXLOWER.encode(&entropy.bytes::<KEY_BYTES>())
    }

    /// Why nothing can be sealed, and what to do; nothing where something can.
    #[must_use]
    pub fn absence(&self) -> Option<&str> {
        self.0.keys.is_empty().then_some(self.0.absence.as_str())
    }

    /// The ids of its keys, which say nothing of the keys; the one that seals first.
    #[must_use]
    pub fn ids(&self) -> Vec<&str> {
        self.0.keys.iter().map(|key| key.id.as_str()).collect()
    }

    /// What goes into digests of texts that may hold secrets, so that nobody can try out from a copy of the
    /// database which secret it was; without a key there is none to be tried out.
    #[must_use]
    pub fn pepper(&self) -> [u8; 32] {
        self.0.keys.first().map(|key| key.pepper).unwrap_or_default()
    }

    /// Seals a secret: the id of the key, and what is kept; nothing where there is no key.
    pub(crate) fn seal(
        &self,
        text: &SecretText,
        sealed_for: &SealedFor<'_>,
        entropy: &Entropy,
    ) -> Option<(String, Vec<u8>)> {
        let key = self.0.keys.first()?;
        let nonce: [u8; NONCE_LEN] = entropy.bytes();
        let mut sealed = text.reveal().as_bytes().to_vec();
        let aad = Aad::from(sealed_for.bytes());
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        key.key.seal_in_place_append_tag(nonce_used, aad, &mut sealed).ok()?;
        Some((key.id.clone(), [nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what was sealed.
    pub(crate) fn open(
        &self,
        key_id: &str,
        sealed: &[u8],
        sealed_for: &SealedFor<'_>,
    ) -> Result<SecretText, ShutSecret> {
        if let Some(absence) = self.absence() {
            return Err(ShutSecret::NoKey(absence.to_owned()));
        }
        let Some(key) = self.0.keys.iter().find(|key| key.id == key_id) else {
            let (sealed_by, have) = (key_id.to_owned(), self.ids().join(", "));
            return Err(ShutSecret::OtherKey { sealed_by, have });
        };
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(ShutSecret::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| ShutSecret::Damaged)?;
        let mut sealed = sealed.to_vec();
        let aad = Aad::from(sealed_for.bytes());
        let opened =
            key.key.open_in_place(nonce, aad, &mut sealed).map_err(|_| ShutSecret::Damaged)?;
        let text = String::from_utf8(opened.to_vec()).map_err(|_| ShutSecret::Damaged)?;
        Ok(SecretText::new(text))
    }
}

/// Guards against `0000…`, which somebody may try it with and keep.
fn is_random(bytes: &[u8]) -> bool {
    let mut seen: Vec<u8> = bytes.to_vec();
    seen.sort_unstable();
    seen.dedup();
    seen.len() >= KEY_BYTES / 4
}

fn id_of(key: &[u8]) -> String {
    HEXLOWER.encode(derived(b"allclear key id", key).get(..6).unwrap_or_default())
}

/// What follows from a key and leads nowhere back.
fn derived(purpose: &[u8], key: &[u8]) -> [u8; 32] {
    let digest = digest(&SHA256, &[purpose, key].concat());
    digest.as_ref().try_into().unwrap_or_default()
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({})", self.ids().join(", "))
    }
}

impl Default for Keyring {
    fn default() -> Self {
        Self::absent("no key was given to the store")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(seed: u64) -> Keyring {
        Keyring::read(&Keyring::new_key(&Entropy::from_seed(seed))).unwrap()
    }

    const HERE: SealedFor<'_> = SealedFor {
        id: Uuid::from_bytes([1; 16]),
        owner_id: Uuid::from_bytes([2; 16]),
        context: "here",
    };

    #[test]
    fn what_is_sealed_opens_where_it_was_sealed_for_and_nowhere_else() {
        let (keyring, entropy) = (keyring(1), Entropy::from_seed(2));
        let secret = SecretText::new("hunter2".to_owned());
        let (id, sealed) = keyring.seal(&secret, &HERE, &entropy).unwrap();
        assert_eq!(keyring.open(&id, &sealed, &HERE), Ok(secret.clone()));
        let (_, again) = keyring.seal(&secret, &HERE, &entropy).unwrap();
        assert_ne!(sealed, again, "each has a nonce of its own");
        assert!(!sealed.windows(4).any(|part| part == b"hunt"));
        for elsewhere in [
            SealedFor { id: Uuid::max(), ..HERE },
            SealedFor { owner_id: Uuid::max(), ..HERE },
            SealedFor { context: "there", ..HERE },
        ] {
            assert_eq!(keyring.open(&id, &sealed, &elsewhere), Err(ShutSecret::Damaged));
        }
        for place in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[place] ^= 1;
            assert_eq!(keyring.open(&id, &damaged, &HERE), Err(ShutSecret::Damaged), "{place}");
            assert_eq!(keyring.open(&id, &sealed[..place], &HERE), Err(ShutSecret::Damaged));
        }
    }

    #[test]
    fn another_key_is_told_from_none() {
        let (id, sealed) = {
            let secret = SecretText::new("hunter2".to_owned());
            keyring(1).seal(&secret, &HERE, &Entropy::from_seed(2)).unwrap()
        };
        let error = keyring(2).open(&id, &sealed, &HERE).unwrap_err();
        assert!(error.to_string().contains(&id), "{error}");
        let absent = Keyring::absent("the file k is missing: put it back");
        let error = absent.open(&id, &sealed, &HERE).unwrap_err().to_string();
        assert!(error.ends_with("put it back"), "{error}");
        assert!(
            absent.seal(&SecretText::new(String::new()), &HERE, &Entropy::from_seed(1)).is_none()
        );
        // A former key opens, and does not seal.
        let key = |seed| Keyring::new_key(&Entropy::from_seed(seed));
        let both = Keyring::read(&format!("{}\n{}\n", key(2), key(1))).unwrap();
        assert!(both.open(&id, &sealed, &HERE).is_ok());
        assert_eq!(both.ids()[1], id);
        let secret = SecretText::new("hunter2".to_owned());
        let (new, _) = both.seal(&secret, &HERE, &Entropy::from_seed(3)).unwrap();
        assert_eq!(new, both.ids()[0]);
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_repeated() {
        for wrong in ["", " \n", "hunter2", &"0".repeat(64), &"ab".repeat(31), &"zz".repeat(32)] {
            let error = Keyring::read(wrong).unwrap_err().to_string();
            assert!(!error.contains("hunter2") && !error.contains("zz"), "{error}");
        }
        let key = Keyring::new_key(&Entropy::from_seed(1));
        assert_eq!(
            Keyring::read(&key.to_uppercase()).unwrap().ids(),
            Keyring::read(&key).unwrap().ids()
        );
        assert!(!format!("{:?}", Keyring::read(&key).unwrap()).contains(&key[..8]));
    }
}
