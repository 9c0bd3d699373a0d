//! What is said at a form that was not taken: what is wrong, or how somebody else has changed the
//! same thing meanwhile. What was typed stays in the form in both cases.

use allclear_incidents::writing::WriteError;
use allclear_store::StoreError;
use axum::http::StatusCode;

use super::answer::{Refusal, sentence};

/// One value that two people gave differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) label: &'static str,
    /// What it is now.
    pub(crate) theirs: String,
    /// What stands in the form.
    pub(crate) yours: String,
}

/// What a form says above its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) problems: Vec<String>,
    /// Whether somebody else changed it since the form was loaded.
    pub(crate) is_conflict: bool,
    pub(crate) differences: Vec<Difference>,
}

impl Trouble {
    /// Problems, in words.
    pub(crate) fn of(problems: Vec<String>) -> Self {
        let problems = problems.into_iter().map(|problem| sentence(&problem)).collect();
        Self { problems, ..Self::default() }
    }

    /// Somebody else was faster. `theirs` and `yours` are the same fields in the same order.
    pub(crate) fn conflict(
        theirs: &[(&'static str, String)],
        yours: &[(&'static str, String)],
    ) -> Self {
        let pairs = theirs.iter().zip(yours).filter(|(theirs, yours)| theirs.1 != yours.1);
        let differences = pairs.map(|(theirs, yours)| Difference {
            label: theirs.0,
            theirs: theirs.1.clone(),
            yours: yours.1.clone(),
        });
        Self { differences: differences.collect(), is_conflict: true, ..Self::default() }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        match (self.is_conflict, self.problems.is_empty()) {
            (true, _) => StatusCode::CONFLICT,
            (false, true) => StatusCode::OK,
            (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// Why something was not written, as far as its form can say so.
#[derive(Debug)]
pub(crate) enum NotWritten {
    /// Somebody else changed it meanwhile.
    Conflict,
    /// What is wrong with it.
    Problems(Vec<String>),
}

/// Sorts out what a form can say from what it cannot.
pub(crate) fn at_form(error: WriteError) -> Result<NotWritten, Refusal> {
    match error {
        WriteError::Store(StoreError::Conflict { .. }) => Ok(NotWritten::Conflict),
        WriteError::Store(error @ (StoreError::Refused { .. } | StoreError::Duplicate { .. })) => {
            Ok(NotWritten::Problems(vec![error.public_message().to_owned()]))
        }
        WriteError::Store(error) => Err(Refusal::Store(error)),
        WriteError::NotFound { .. } => Err(Refusal::NotFound),
        WriteError::Transition(error) => Ok(NotWritten::Problems(vec![error.to_string()])),
        WriteError::Invalid(problems) => {
            Ok(NotWritten::Problems(problems.iter().map(ToString::to_string).collect()))
        }
    }
}

/// The same, where there is no form to show again.
pub(crate) fn refusal(error: WriteError) -> Refusal {
    match at_form(error) {
        Err(refusal) => refusal,
        Ok(NotWritten::Problems(problems)) => {
            Refusal::Refused(StatusCode::CONFLICT, problems.join("; "))
        }
        Ok(NotWritten::Conflict) => {
            let text = "somebody else changed this meanwhile: look at it again and repeat it";
            Refusal::Refused(StatusCode::CONFLICT, text.to_owned())
        }
    }
}
