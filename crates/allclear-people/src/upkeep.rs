//! Upkeep: sessions, links and kept answers that are over are taken away. They open nothing before that either;
//! this keeps the tables small.

use allclear_store::{Store, StoreError};
use jiff::Timestamp;

use crate::sessions;

/// What was taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Sessions that were over, or not used for days.
    pub sessions: u64,
    /// Links that were over.
    pub links: u64,
    /// Answers that were kept for requests that are sent again, and are over.
    pub answers: u64,
}

/// The duty.
#[derive(Clone, Debug)]
pub struct Upkeep {
    store: Store,
}

impl Upkeep {
    /// The duty of a store.
    #[must_use]
    pub const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Does what is due.
    ///
    /// # Errors
    /// Where the store cannot be written; the next run does the rest.
    pub async fn run_once(&self, now: Timestamp) -> Result<Report, StoreError> {
        let used_since = sessions::used_since(now);
        // Looking costs nobody anything; a transaction would keep every other writer waiting.
        if !self.store.has_sessions_over(now, used_since).await?
            && !self.store.has_links_over(now).await?
            && !self.store.has_kept_answers_over(now).await?
        {
            return Ok(Report::default());
        }
        let mut transaction = self.store.begin().await?;
        let report = Report {
            sessions: transaction.remove_sessions_over(now, used_since).await?,
            links: transaction.remove_links_over(now).await?,
            answers: transaction.remove_kept_answers_over(now).await?,
        };
        transaction.commit().await?;
        Ok(report)
    }
}
