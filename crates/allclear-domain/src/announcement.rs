//! An announcement: a notice that is neither an incident nor a maintenance window.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::InvalidTransition;
use crate::ids::{AnnouncementId, PublicId, StatusPageId};
use crate::record::{Publication, Source};
use crate::text::Prose;
use crate::times::Moment;

/// A notice that is neither an incident nor a maintenance window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// Id inside.
    pub id: AnnouncementId,
    /// Id in addresses.
    pub public_id: PublicId,
    /// The page that tells it.
    pub page_id: StatusPageId,
    /// One line.
    pub title: String,
    /// The notice.
    pub body: Prose,
    /// Who may read it.
    pub publication: Publication,
    /// The time that readers are shown.
    pub shown_at: Moment,
    /// Until when it stands on the first view; afterwards it is history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Where it was imported from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// When it was entered.
    pub created_at: Timestamp,
}

impl Announcement {
    /// Whether it stands on the first view at `now`.
    #[must_use]
    pub fn is_present(&self, now: Timestamp) -> bool {
        let begun = self.shown_at.instant().is_some_and(|at| at <= now);
        self.publication.is_public() && begun && self.until.is_some_and(|until| now < until)
    }
    /// Shows a draft to everybody.
    ///
    /// # Errors
    /// Where it is published already.
    pub fn publish(mut self, now: Timestamp) -> Result<Self, InvalidTransition> {
        if self.publication.is_public() {
            return Err(self.refuse("published", "it is published already"));
        }
        self.publication = Publication::Published { at: now };
        Ok(self)
    }

    /// Says until when it stands on the first view.
    ///
    /// # Errors
    /// Where that has passed.
    pub fn show_until(self, until: Timestamp, now: Timestamp) -> Result<Self, InvalidTransition> {
        if until <= now {
            let hint = "that time has passed: give a later one, or take it off";
            return Err(self.refuse("shown until then", hint));
        }
        Ok(Self { until: Some(until), ..self })
    }

    /// Takes it off the first view; it stays in history.
    ///
    /// # Errors
    /// Where it does not stand there.
    pub fn take_off(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        if !self.is_present(now) {
            return Err(self.refuse("taken off", "it is not on the first view"));
        }
        Ok(Self { until: Some(now), ..self })
    }

    fn refuse(&self, wanted: &'static str, hint: &'static str) -> InvalidTransition {
        let state = if self.publication.is_public() { "published" } else { "a draft" };
        InvalidTransition { noun: "the announcement", state, wanted, hint }
    }
}

#[cfg(test)]
mod tests;
