//! `allclear backup` and `allclear restore`.

use std::path::Path;

use allclear_store::{Counts, Store};
use anyhow::Result;
use serde_json::{Value, json};

use super::DONE;
use crate::output::{remark, say, say_json};
use crate::secret_keys;
use crate::settings::Settings;

/// Copies the embedded database, while a server runs or not.
pub(super) async fn backup(file: &Path, json: bool, settings: &Settings) -> Result<u8> {
    let report = allclear_store::backup(&settings.location, file).await?;
    if json {
        say_json(&json!({"file": file, "holds": counted(&report.counts)}))?;
        return Ok(DONE);
    }
    say(&format!("{} written and verified: {}", file.display(), told(&report.counts)))?;
    if let Some(key) = settings.secret_keys.file().filter(|key| key.exists()) {
        remark(&format!(
            "The key that secrets are sealed with is not in it: keep {} as well, in another place.",
            key.display()
        ));
    }
    Ok(DONE)
}

/// Puts a backup in place of an empty data folder.
pub(super) async fn restore(file: &Path, settings: &Settings) -> Result<u8> {
    let _lock = super::lock(settings)?;
    let report = allclear_store::restore(file, &settings.location).await?;
    say(&format!("{} restored and verified: {}", file.display(), told(&report.counts)))?;
    let store = Store::open_existing(&settings.location).await?;
    let store = secret_keys::with_keys(store, settings);
    let keys = store.list_keys_of_secrets().await;
    store.close().await;
    for key in keys?.iter().filter(|key| !key.is_there) {
        remark(&format!(
            "{} secrets in it open with the key {} alone: put that back, too.",
            key.secrets, key.key_id
        ));
    }
    Ok(DONE)
}

/// What a database holds, by noun.
fn counted(counts: &Counts) -> Value {
    json!({
        "status_pages": counts.status_pages,
        "components": counts.components,
        "incidents": counts.incidents,
        "maintenance_windows": counts.maintenance_windows,
        "announcements": counts.announcements,
    })
}

/// What a database holds, in words.
pub(super) fn told(counts: &Counts) -> String {
    format!(
        "{} status pages, {} components, {} incidents, {} maintenance windows, {} announcements",
        counts.status_pages,
        counts.components,
        counts.incidents,
        counts.maintenance_windows,
        counts.announcements
    )
}
