//! Errors of the nouns: each says what was refused and what to do instead.

/// A lifecycle does not allow this step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{noun} is {state} and cannot be {wanted}: {hint}")]
pub struct InvalidTransition {
    /// What was to change.
    pub noun: &'static str,
    /// The state it is in.
    pub state: &'static str,
    /// The state that was asked for.
    pub wanted: &'static str,
    /// What to do instead.
    pub hint: &'static str,
}

/// A value that a noun refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvalidValue {
    /// The field, as the file and the API call it.
    pub field: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl InvalidValue {
    /// A refusal of `field`.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}
