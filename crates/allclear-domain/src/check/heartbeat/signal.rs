//! What a job says of itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::limits;

/// What a job says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// It begins.
    Start,
    /// It ran.
    Success,
    /// It ran, and failed.
    Fail,
    /// Something to be kept, that says neither.
    Log,
}

impl SignalKind {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Success => "success",
            Self::Fail => "fail",
            Self::Log => "log",
        }
    }

    /// What a job says by its exit status.
    #[must_use]
    pub const fn of_exit(status: u8) -> Self {
        if status == 0 { Self::Success } else { Self::Fail }
    }
}

/// One signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// When it came.
    pub at: Timestamp,
    /// What it says.
    pub kind: SignalKind,
    /// The exit status that the job ended with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_status: Option<u8>,
    /// Which run it is of, where the job says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<Uuid>,
    /// How long the run took, in milliseconds: from its start, or as the job says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// The beginning of what the job wrote.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Whether it wrote more than is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cut: bool,
}

impl Signal {
    /// A signal that says nothing more.
    #[must_use]
    pub const fn new(kind: SignalKind, at: Timestamp) -> Self {
        Self {
            at,
            kind,
            exit_status: None,
            run_id: None,
            took_ms: None,
            body: String::new(),
            is_cut: false,
        }
    }

    /// The same, with what the job wrote: whatever bytes these are, as text that can be kept.
    #[must_use]
    pub fn with_body(self, bytes: &[u8]) -> Self {
        // Neither engine keeps U+0000.
        let body = String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}");
        Self { body, ..self }.cut_to(limits::SIGNAL_BODY_BYTES_MAX)
    }

    /// The same, with no more than so many bytes of what the job wrote.
    pub(super) fn cut_to(mut self, bytes: usize) -> Self {
        if self.body.len() > bytes {
            self.body.truncate(self.body.floor_char_boundary(bytes));
            self.is_cut = true;
        }
        self
    }
}
