//! Why a noun was not written: one error for every crate that writes.

use allclear_domain::error::{InvalidTransition, InvalidValue};

use crate::StoreError;

/// Why something was not written; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is no such thing.
    #[error("there is no {noun} {id}")]
    NotFound {
        /// What was looked for.
        noun: &'static str,
        /// Its id.
        id: String,
    },
    /// Its lifecycle does not allow it.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// Values that are not taken.
    #[error("{}", told_of(.0))]
    Invalid(Vec<InvalidValue>),
    /// The store refused.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl From<InvalidValue> for WriteError {
    fn from(problem: InvalidValue) -> Self {
        Self::Invalid(vec![problem])
    }
}

fn told_of(problems: &[InvalidValue]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
