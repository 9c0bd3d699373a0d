//! What comes from outside: arguments, environment variables, today's date. Nothing else reads them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;

/// The arguments after the program's name.
pub(crate) fn arguments() -> Vec<String> {
    std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect()
}

/// The cargo that started us, so that a toolchain chosen by `cargo +name` stays chosen.
pub(crate) fn cargo() -> OsString {
    variable("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Names of the variables in which cargo tells this program of its own package.
pub(crate) fn of_this_package() -> Vec<OsString> {
    let is_one = |name: &OsString| {
        let name = name.as_encoded_bytes();
        name.starts_with(b"CARGO_PKG_") || name.starts_with(b"CARGO_MANIFEST_")
    };
    std::env::vars_os().map(|(name, _)| name).filter(is_one).collect()
}

/// The folders that are searched for programs.
pub(crate) fn path_folders() -> Vec<PathBuf> {
    variable("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// Time since 1970, in UTC.
#[expect(clippy::disallowed_methods, reason = "benchmarks need records that end before today")]
pub(crate) fn since_1970() -> Result<Duration> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}

#[expect(clippy::disallowed_methods, reason = "the settings of xtask are what cargo hands over")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
