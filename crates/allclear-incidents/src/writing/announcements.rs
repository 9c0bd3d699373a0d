//! Announcements: notices that are neither incidents nor maintenance.

use allclear_domain::ids::StatusPageId;
use allclear_domain::record::Publication;
use allclear_domain::text::Prose;
use allclear_domain::times::Moment;
use allclear_domain::{Announcement, Change};
use allclear_store::Store;
use jiff::Timestamp;

use super::{WriteError, Written, create};

/// A notice as somebody writes it.
#[derive(Clone, Debug)]
pub struct NewAnnouncement {
    /// The page that tells it.
    pub page_id: StatusPageId,
    /// One line.
    pub title: String,
    /// The notice.
    pub body: Prose,
    /// Until when it stands on the first view.
    pub until: Option<Timestamp>,
    /// Whether the team alone may read it for now.
    pub is_draft: bool,
}

/// Announces something.
///
/// # Errors
/// Where its page is not there, or a value is not taken.
pub async fn announce(
    store: &Store,
    new: NewAnnouncement,
    change: Change<'_>,
) -> Result<Written<Announcement>, WriteError> {
    let announcement = Announcement {
        id: change.entropy.id(change.now),
        public_id: change.entropy.public_id(),
        page_id: new.page_id,
        title: new.title,
        body: new.body,
        publication: match new.is_draft {
            true => Publication::Draft,
            false => Publication::Published { at: change.now },
        },
        shown_at: Moment::At { at: change.now },
        until: new.until,
        source: None,
        created_at: change.now,
    };
    create(store, announcement, change).await
}
