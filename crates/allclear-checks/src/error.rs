//! Why a check was not written.

use allclear_domain::error::{InvalidTransition, InvalidValue};
use allclear_store::StoreError;

/// Why a check was not written; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// There is no such check.
    #[error("there is no check {id}")]
    NotFound {
        /// What was looked for.
        id: String,
    },
    /// Its state does not allow it.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// Values that are not taken.
    #[error("{}", told_of(.0))]
    Invalid(Vec<InvalidValue>),
    /// The store refused.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl From<InvalidValue> for CheckError {
    fn from(problem: InvalidValue) -> Self {
        Self::Invalid(vec![problem])
    }
}

fn told_of(problems: &[InvalidValue]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
