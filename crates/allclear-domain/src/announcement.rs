//! An announcement: a notice that is neither an incident nor a maintenance window.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{AnnouncementId, PublicId, StatusPageId};
use crate::record::{Publication, Source};
use crate::text::Prose;
use crate::times::Moment;

/// A notice that is neither an incident nor a maintenance window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
}
