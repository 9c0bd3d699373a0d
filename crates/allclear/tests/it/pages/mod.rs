//! Every public page, and the console's, in a real browser, and past two checkers: Nu for the bytes, axe for people.
//!
//! The pages are those of the demo, served in this process by a clock that stands still. They are
//! found as a reader finds them, by following links; `walk` goes whole ways with a clock that is
//! turned, on both engines. What the tests need – a browser, its driver, the checkers, PostgreSQL –
//! `cargo xtask test` prepares; a test without them fails and says so.

#![cfg(test)]

mod axe;
mod browser;
mod checkers;
mod closed;
mod console;
mod every_page;
mod freshness;
mod keyboard;
mod layout;
mod links;
mod nu;
#[cfg(feature = "passkeys")]
mod passkeys;
mod site;
mod walk;
mod without_script;

/// Fails with everything that was found, not only the first.
#[track_caller]
fn assert_none(findings: &[String]) {
    let count = findings.len();
    assert!(findings.is_empty(), "{count} findings:\n{}", findings.join("\n"));
}
