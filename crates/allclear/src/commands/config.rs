//! `allclear config check`.

use anyhow::Result;

use super::doctor::Verdict;
use super::{DONE, FAILED, tls};
use crate::output::{remark, say};
use crate::settings::Settings;

/// Shows every setting and where it came from, and says what is wrong with the certificate. That
/// everything else could be read is its check.
pub(super) fn check(settings: &Settings) -> Result<u8> {
    for origin in &settings.origins {
        say(&origin.to_string())?;
    }
    let mut done = DONE;
    for finding in tls::judge(settings) {
        match finding.verdict {
            Verdict::Ok => continue,
            Verdict::Warning => {}
            Verdict::Failed => done = FAILED,
        }
        remark(&format!("{}: {}: {}", finding.verdict.word(), finding.check, finding.text));
    }
    Ok(done)
}
