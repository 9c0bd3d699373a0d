//! `allclear backup` and `allclear restore`.

use std::path::Path;

use allclear_store::Counts;
use anyhow::Result;

use super::DONE;
use crate::output::say;
use crate::settings::Settings;

/// Copies the embedded database, while a server runs or not.
pub(super) async fn backup(file: &Path, settings: &Settings) -> Result<u8> {
    let report = allclear_store::backup(&settings.location, file).await?;
    say(&format!("{} written and verified: {}", file.display(), told(&report.counts)))?;
    Ok(DONE)
}

/// Puts a backup in place of an empty data folder.
pub(super) async fn restore(file: &Path, settings: &Settings) -> Result<u8> {
    let _lock = super::lock(settings)?;
    let report = allclear_store::restore(file, &settings.location).await?;
    say(&format!("{} restored and verified: {}", file.display(), told(&report.counts)))?;
    Ok(DONE)
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
