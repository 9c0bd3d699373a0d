//! The one place that prints: results to standard output, progress to standard error.

use std::io::Write;

use anyhow::Result;

/// Prints one line of result to standard output.
pub(crate) fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}

/// Prints one line of progress or complaint to standard error.
pub(crate) fn tell(line: &str) -> Result<()> {
    writeln!(std::io::stderr().lock(), "{line}")?;
    Ok(())
}
