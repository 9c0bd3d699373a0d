//! Passkeys: signing in with what a device keeps, in place of password and code. The device checks who
//! uses it (user verification), so that one passkey is two factors.
//!
//! A browser asks for a challenge, has its device answer it, and sends the answer. Challenges wait in
//! memory, each for the browser that asked, for a few minutes and for one answer.

mod challenges;
mod own;
mod relying_party;
mod sign_in;

use allclear_domain::Change;
use allclear_domain::audit::Subject;
use allclear_domain::ids::PersonId;
use allclear_store::Transaction;
use serde_json::Value;
use webauthn_rs::prelude::WebauthnError;

pub use self::own::{add, ask_to_add, list, remove, rename};
pub use self::relying_party::NotOffered;
pub use self::sign_in::{ask_to_sign_in, sign_in};

use self::challenges::Challenges;
use self::relying_party::RelyingParty;
use crate::audit;
use crate::error::{PasskeyProblem, PeopleError};

/// What passkeys are made for here, and the challenges that wait for their answers.
#[derive(Debug)]
pub struct Passkeys {
    relying_party: Result<RelyingParty, NotOffered>,
    challenges: Challenges,
}

impl Passkeys {
    /// Those of the installation at an address.
    #[must_use]
    pub fn at(public_url: Option<&str>) -> Self {
        let relying_party = RelyingParty::at(public_url);
        Self { relying_party, challenges: Challenges::default() }
    }

    /// Where browsers give passkeys to this installation.
    ///
    /// # Errors
    /// Why they do not.
    pub fn origin(&self) -> Result<String, NotOffered> {
        let relying_party = self.relying_party.as_ref().map_err(Clone::clone)?;
        Ok(relying_party.origin.origin().ascii_serialization())
    }

    fn relying_party(&self) -> Result<&RelyingParty, PasskeyProblem> {
        self.relying_party.as_ref().map_err(|_| PasskeyProblem::NotOffered)
    }
}

impl Default for Passkeys {
    /// Those of an installation that browsers give none to.
    fn default() -> Self {
        Self::at(None)
    }
}

/// What went wrong, in words for those at the form.
fn problem(error: &WebauthnError) -> PasskeyProblem {
    match error {
        WebauthnError::InvalidRPOrigin
        | WebauthnError::InvalidRPIDHash
        | WebauthnError::CredentialCrossOrigin => PasskeyProblem::Elsewhere,
        WebauthnError::UserNotVerified => PasskeyProblem::Unverified,
        WebauthnError::CredentialPossibleCompromise => PasskeyProblem::WentBack,
        _ => PasskeyProblem::NoAnswer,
    }
}

/// Tells the audit log what became of somebody's passkey.
async fn note(
    transaction: &mut Transaction,
    person_id: PersonId,
    (before, after): (&Value, &Value),
    change: Change<'_>,
) -> Result<(), PeopleError> {
    let entry = audit::changed(change, Subject::Person(person_id), before, after);
    transaction.insert_audit_entries(&[entry]).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
