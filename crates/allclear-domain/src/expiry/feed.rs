//! An address at which calendars read the expiry ledger.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::ExpiryFeedId;

/// An address at which calendars read the expiry ledger. Whoever knows the secret in it may read that, and nothing
/// else; revoking it removes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpiryFeed {
    /// Id inside.
    pub id: ExpiryFeedId,
    /// Whose calendar it is for.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}
