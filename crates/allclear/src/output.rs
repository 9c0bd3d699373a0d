//! What commands print: results to standard output, everything else to standard error.

use std::io::{self, Write};

use anyhow::{Context, Error, Result};
use serde::Serialize;

/// Prints a line of result.
///
/// # Errors
/// Where standard output is closed or full.
pub fn say(line: &str) -> Result<()> {
    writeln!(io::stdout().lock(), "{line}").context("standard output cannot be written")
}

/// Prints a result as JSON, on one line.
///
/// # Errors
/// Where standard output is closed or full.
pub fn say_json(value: &impl Serialize) -> Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut out, value).context("the result has no JSON form")?;
    writeln!(out)?;
    out.flush().context("standard output cannot be written")
}

/// Prints a remark beside the result.
pub fn remark(line: &str) {
    // Nobody is left to be told where standard error is gone.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints an error with everything that led to it.
pub fn say_error(error: &Error) {
    let mut text = format!("error: {error}");
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str("\n  because: ");
            text.push_str(&cause);
        }
    }
    remark(&text);
}
