//! What can go wrong, with the file and the line where it did.

use std::fmt;

use allclear_domain::Scope;
use allclear_incidents::writing::WriteError;
use allclear_people::PeopleError;
use allclear_store::StoreError;

/// Something that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file; empty where it is about all of them.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong, and what to do.
    pub text: String,
}

impl Problem {
    /// A problem of a whole file.
    pub(crate) fn of(file: &str, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, text: text.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file.as_str(), self.line) {
            ("", _) => f.write_str(&self.text),
            (file, Some(line)) => write!(f, "{file}:{line}: {}", self.text),
            (file, None) => write!(f, "{file}: {}", self.text),
        }
    }
}

/// Why nothing was applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The files are not what they should be.
    #[error("nothing was applied:{}", told_of(.0))]
    Files(Vec<Problem>),
    /// A guard refuses.
    #[error("nothing was applied: {0}")]
    Guard(String),
    /// Whoever applies may not do that.
    #[error("nothing was applied: {what} needs the scope `{scope}`")]
    Scope {
        /// What stands in the files.
        what: &'static str,
        /// What it needs.
        scope: Scope,
    },
    /// The store failed.
    #[error("nothing was applied: {0}")]
    Store(#[from] StoreError),
}

impl From<Problem> for ApplyError {
    fn from(problem: Problem) -> Self {
        Self::Files(vec![problem])
    }
}

fn told_of(problems: &[Problem]) -> String {
    match problems {
        [one] => format!(" {one}"),
        several => several.iter().map(|problem| format!("\n  {problem}")).collect(),
    }
}

/// An error of writing something that stands in a file.
pub(crate) fn of_writing(error: WriteError, place: &Problem) -> ApplyError {
    match error {
        WriteError::Store(error) => error.into(),
        error => Problem { text: format!("{}: {error}", place.text), ..place.clone() }.into(),
    }
}

/// The same for a role.
pub(crate) fn of_people(error: PeopleError, place: &Problem) -> ApplyError {
    match error {
        PeopleError::Store(error) => error.into(),
        error @ (PeopleError::BeyondOwnRole { .. } | PeopleError::LastOwner) => ApplyError::Guard(
            Problem { text: format!("{}: {error}", place.text), ..place.clone() }.to_string(),
        ),
        error => Problem { text: format!("{}: {error}", place.text), ..place.clone() }.into(),
    }
}
