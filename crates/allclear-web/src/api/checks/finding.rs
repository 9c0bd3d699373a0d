//! The checks of a list in which words are found, as the console finds them.

use allclear_domain::Check;
use allclear_domain::ids::CheckId;
use allclear_store::{Judged, Slice, Store, StoreError, Stored};

use crate::console::checks::{believed, is_found};

/// What the words mean, for the document of the API.
pub(super) const TOLD: &str = "Words, each of which stands in the name, key, address or a tag of a check, or is its \
     state: `down`, `flapping`, `degraded`, `unknown`, `behind`, `works` or `paused`.";

/// Checks that are read at once.
const CHUNK: usize = 500;

/// Those of a slice, with what is believed of them.
pub(super) async fn find(
    store: &Store,
    slice: Slice<CheckId>,
    words: &str,
) -> Result<(Vec<Stored<Check>>, Vec<Judged>), StoreError> {
    let believed = believed(store).await?;
    let (mut found, mut judged) = (Vec::new(), Vec::new());
    let mut chunk = Slice { limit: CHUNK, ..slice };
    loop {
        let checks = store.slice_checks(&chunk).await?;
        let is_last = checks.len() < CHUNK;
        chunk.from = checks.last().map(|check| check.id);
        for check in checks {
            if found.len() < slice.limit && is_found(&check, believed.get(&check.id), words) {
                judged.extend(store.list_judgments_of(check.id).await?);
                found.push(check);
            }
        }
        if is_last || found.len() >= slice.limit {
            return Ok((found, judged));
        }
    }
}
