//! `allclear config check`.

use anyhow::Result;

use super::DONE;
use crate::output::say;
use crate::settings::Settings;

/// Shows every setting and where it came from. That they could be read is the check.
pub(super) fn check(settings: &Settings) -> Result<u8> {
    for origin in &settings.origins {
        say(&origin.to_string())?;
    }
    Ok(DONE)
}
