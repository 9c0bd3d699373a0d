//! What can go wrong with people, in words for those at the form.

use allclear_domain::error::{InvalidTransition, InvalidValue};
use allclear_store::StoreError;
use jiff::SignedDuration;

/// Why it was not done; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// A value that is not taken.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// A step that the person's or the token's state does not allow.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// Address and password do not belong together, or the person may not sign in. Which of them it
    /// was is not told.
    #[error("the address or the password is wrong")]
    WrongPassword,
    /// The code of the authenticator is wrong or was used.
    #[error("the code is wrong or was used already: wait for the next one")]
    WrongCode,
    /// A passkey was not added, or signed nobody in.
    #[error(transparent)]
    Passkey(#[from] PasskeyProblem),
    /// There is no authenticator to remove or to make codes for.
    #[error("there is no authenticator: nothing is to be done")]
    NoAuthenticator,
    /// Too many attempts.
    #[error("too many attempts: try again in {} seconds", retry_after.as_secs().max(1))]
    TooManyAttempts {
        /// When the next attempt is taken.
        retry_after: SignedDuration,
    },
    /// The link is over, was used, or never was.
    #[error("this link is over or was used already: ask an owner for a new one")]
    LinkOver,
    /// Allclear is set up already.
    #[error("Allclear is set up already: sign in, or ask an owner for an invitation")]
    SetUpAlready,
    /// The installation would be left without an owner.
    #[error("they are the only owner: make somebody else an owner first")]
    LastOwner,
    /// Somebody tried to give away more than they have.
    #[error("a token cannot do more than its maker: leave out `{scope}`")]
    BeyondOwnAccess {
        /// What they do not have.
        scope: allclear_domain::Scope,
    },
    /// Somebody tried to manage a person, or to give a role, that may do more than they.
    #[error(
        "this takes whoever may do all that the role {role} may: the scope `{scope}` is missing here"
    )]
    BeyondOwnRole {
        /// The role.
        role: allclear_domain::Role,
        /// What it may and they may not.
        scope: allclear_domain::Scope,
    },
    /// There is no such person, session or token.
    #[error("there is no {noun} {id}")]
    NotFound {
        /// What was looked for.
        noun: &'static str,
        /// Its id.
        id: String,
    },
    /// Too many of something.
    #[error("{problem}")]
    TooMany {
        /// What, and what to do.
        problem: String,
    },
    /// The store refused.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Why a passkey was not added, or signed nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyProblem {
    /// This installation has no address that browsers give passkeys to.
    #[error("passkeys are not offered here: an operator has to set public_url")]
    NotOffered,
    /// The challenge is over, was answered, or was another browser's.
    #[error("that took too long, or was done already: try again")]
    Over,
    /// What came is no answer to the challenge.
    #[error("the browser's answer is not one to what was asked: try again")]
    NoAnswer,
    /// It was made at another address than this installation's.
    #[error("that was done at another address: open the one that public_url names")]
    Elsewhere,
    /// The device did not check who uses it.
    #[error("the device did not check that it is you: set up a PIN, a fingerprint or a face there")]
    Unverified,
    /// The device keeps nothing, so that it could not find the passkey again.
    #[error("the device did not keep the passkey, so that it could not find it again: use another")]
    NotKept,
    /// There is none such, it is somebody else's than it says, or its owner may not sign in. Which of
    /// them it was is not told.
    #[error("this passkey opens nothing here: sign in with your password")]
    Unknown,
    /// Its counter went back.
    #[error(
        "this passkey may have been copied, because its counter went back: sign in with your \
         password, remove the passkey and add it again"
    )]
    WentBack,
}
