//! Randomness as a parameter: ids are minted from an [`Entropy`], which tests seed.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use uuid::Uuid;

use crate::ids::PublicId;

/// A source of random bytes that several tasks may share.
#[derive(Debug)]
pub struct Entropy(Mutex<StdRng>);

impl Entropy {
    /// Seeded by the operating system.
    ///
    /// # Panics
    /// Never in practice: only where the operating system has no randomness at all.
    #[must_use]
    pub fn from_system() -> Self {
        Self(Mutex::new(rand::make_rng()))
    }

    /// The same bytes on every run: for tests.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random()
    }

    /// A `UUIDv7` (RFC 9562, section 5.7) of the instant `now`; instants before 1970 count as 1970.
    #[must_use]
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// An id of any of the types in [`crate::ids`].
    #[must_use]
    pub fn id<T: From<Uuid>>(&self, now: Timestamp) -> T {
        T::from(self.uuid(now))
    }

    /// A public id, 12 characters of `[a-z0-9]`: 62 bits of randomness.
    #[must_use]
    pub fn public_id(&self) -> PublicId {
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        PublicId::from_digits(std::array::from_fn(|_| source.random_range(0..36)))
    }
}
