//! What maintainers run: tests with their services, tidy, arrows, generated docs, benchmarks.
//!
//! `cargo xtask test` is the whole check, and what the build server runs. Every other command is one
//! part of it, or a measurement. A command says what it does before it changes the machine, and
//! never skips anything in silence.

mod ambient;
mod arrows;
mod bench;
mod docs;
mod http;
mod machine;
mod npm;
mod pages;
mod postgres;
mod provider;
mod run;
mod say;
mod screenshots;
mod soak;
mod suite;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

use crate::say::{say, tell};

const USAGE: &str = "\
cargo xtask COMMAND

  test                  everything: format, tidy, arrows, lints, docs, all tests on both engines
  tidy                  the rules of this repository that no linter knows
  arrows                which crate may depend on which
  docs [--check]        write docs/reference anew, or compare it with what would be written
  pages                 of the tests only those of pages, in a real browser
  screenshots           write docs/screenshots anew: look at every picture before it is checked in
  soak api              ask a running server everything that the document of the API allows; needs Python
  bench NAME [--json] [--binary FILE]
                        measure; NAME is one of: page, tell, slow. FILE is measured in place of a fresh release build";

/// How a command ended, where it could run at all.
enum Outcome {
    Holds,
    Fails,
    Usage(String),
}

fn main() -> ExitCode {
    let words = ambient::arguments();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = dispatch(&words).and_then(|outcome| {
        if let Outcome::Usage(problem) = &outcome {
            tell(&format!("{problem}\n\n{USAGE}"))?;
        }
        Ok(outcome)
    });
    match outcome {
        Ok(Outcome::Holds) => ExitCode::SUCCESS,
        Ok(Outcome::Fails) => ExitCode::from(1),
        Ok(Outcome::Usage(_)) => ExitCode::from(2),
        Err(error) => {
            // When even stderr is gone there is nobody left to tell.
            let _unheard = tell(&format!("xtask: {error:#}"));
            ExitCode::from(1)
        }
    }
}

fn dispatch(words: &[&str]) -> Result<Outcome> {
    let holds = match words {
        ["test"] => suite::run()?,
        ["tidy"] => tidy::run()?,
        ["arrows"] => arrows::run()?,
        ["docs"] => docs::write()?,
        ["docs", "--check"] => docs::check()?,
        ["pages"] => pages::run()?,
        ["screenshots"] => screenshots::run()?,
        ["bench", options @ ..] => match bench::Options::read(options) {
            Ok(options) => bench::run(&options)?,
            Err(problem) => return Ok(Outcome::Usage(problem)),
        },
        ["soak", "api"] => soak::api()?,
        [postgres::GUARD_COMMAND, rest @ ..] => postgres::guard(rest)?,
        ["help" | "--help" | "-h"] => {
            say(USAGE)?;
            true
        }
        [] => return Ok(Outcome::Usage("no command given".to_owned())),
        other => {
            return Ok(Outcome::Usage(format!("unknown command: {}", other.join(" "))));
        }
    };
    Ok(if holds { Outcome::Holds } else { Outcome::Fails })
}
