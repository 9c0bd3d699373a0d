//! What was posted: one dated message of an incident or a maintenance window, with its edits.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::component::ComponentStatus;
use crate::ids::{ComponentId, UpdateId};
use crate::text::Prose;
use crate::times::Moment;

/// A component's status from an update on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusChange {
    /// The component.
    pub component_id: ComponentId,
    /// Its status from then on.
    pub status: ComponentStatus,
}

/// What a message said before somebody edited it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// When it was edited.
    pub edited_at: Timestamp,
    /// Who edited it.
    pub editor: String,
    /// What it said until then.
    pub before: Prose,
}

/// One dated message, with the status it published. `S` is the status of what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted<S> {
    /// Id inside, and anchor on the page.
    pub id: UpdateId,
    /// The status it published, where it did.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub status: Option<S>,
    /// The time that readers are shown.
    pub shown_at: Moment,
    /// When it was entered.
    pub posted_at: Timestamp,
    /// The message.
    pub body: Prose,
    /// What it changed for components.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<StatusChange>,
    /// By when the next one was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update_due_at: Option<Timestamp>,
    /// Entered after the fact.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_backfilled: bool,
    /// Earlier wordings, oldest first.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
}

fn none<S>() -> Option<S> {
    None
}

impl<S> Posted<S> {
    /// The same message with other words; the former ones and the editor stay on record.
    #[must_use]
    pub fn edited(mut self, body: Prose, editor: impl Into<String>, now: Timestamp) -> Self {
        let before = std::mem::replace(&mut self.body, body);
        self.edits.push(Edit { edited_at: now, editor: editor.into(), before });
        self
    }
}
