//! People: how they are set up, invited, signed in and out, and what tokens they hand to programs.
//!
//! Every secret is made here and leaves once: a cookie, a token, a link. The store keeps digests of
//! them, and an argon2id hash of each password. Every change leaves its audit entry in the same
//! transaction; none of those holds a secret.

pub mod accounts;
pub mod attempts;
mod audit;
mod error;
pub mod links;
pub mod own;
#[cfg(feature = "passkeys")]
pub mod passkeys;
pub mod passwords;
pub mod provider;
pub mod readers;
mod recovery;
pub mod secret;
pub mod sessions;
pub mod set_up;
pub mod sign_in;
pub mod tokens;
pub mod totp;
pub mod upkeep;

pub use attempts::{Attempts, Pace};
pub use error::{PasskeyProblem, PeopleError};
pub use passwords::Passwords;
pub use secret::Secret;
pub use upkeep::Upkeep;

#[cfg(test)]
mod tests;
