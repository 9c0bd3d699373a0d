//! Internal notes: what the team writes for itself about an incident, a window or a page.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audit::Subject;
use crate::ids::NoteId;
use crate::text::InternalText;

/// What an internal note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// A remark.
    Remark,
    /// Why it hurt: the lesson.
    Lesson,
}

/// A note that no status page can show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InternalNote {
    /// Id inside.
    pub id: NoteId,
    /// What it is attached to.
    pub subject: Subject,
    /// What it is about.
    pub kind: NoteKind,
    /// When it was written.
    pub written_at: Timestamp,
    /// Who wrote it.
    pub author: String,
    /// The note.
    pub body: InternalText,
}
