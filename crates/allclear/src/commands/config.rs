//! `allclear config check`.

use anyhow::Result;
use serde_json::json;

use super::doctor::Verdict;
use super::{DONE, FAILED, tls};
use crate::output::{remark, say, say_json};
use crate::settings::Settings;

/// Shows every setting and where it came from, and says what is wrong with the certificate. That
/// everything else could be read is its check.
pub(super) fn check(settings: &Settings, json: bool) -> Result<u8> {
    let findings = tls::judge(settings);
    let has_failed = findings.iter().any(|finding| finding.verdict == Verdict::Failed);
    let done = if has_failed { FAILED } else { DONE };
    if json {
        let settings = settings
            .origins
            .iter()
            .map(|origin| json!({"key": origin.key, "value": origin.shown, "from": origin.from}));
        let settings: Vec<_> = settings.collect();
        say_json(&json!({"settings": settings, "checks": findings}))?;
        return Ok(done);
    }
    for origin in &settings.origins {
        say(&origin.to_string())?;
    }
    for finding in findings.iter().filter(|finding| finding.verdict != Verdict::Ok) {
        remark(&format!("{}: {}: {}", finding.verdict.word(), finding.check, finding.text));
    }
    Ok(done)
}
