//! `allclear doctor`: what is wrong with this installation, and what to do.

use std::net::TcpListener;

use allclear_checks::kinds::Programs;
use allclear_domain::zone::get_zone;
use allclear_net::may_ping;
use allclear_store::{Health, Location, Store, StoreError};
use anyhow::Result;
use serde::Serialize;

use super::{DONE, FAILED, tls};
use crate::open_files;
use crate::output::{say, say_json};
use crate::secret_keys;
use crate::settings::Settings;

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Ok,
    Warning,
    Failed,
}

impl Verdict {
    /// As it stands at the beginning of a line.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "FAILED",
        }
    }
}

/// One check.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) check: &'static str,
    pub(super) verdict: Verdict,
    pub(super) text: String,
}

/// Runs every check; fails where one does.
pub(super) async fn run(settings: &Settings, json: bool) -> Result<u8> {
    let mut findings = vec![
        Finding {
            check: "settings",
            verdict: Verdict::Ok,
            text: "read; `allclear config check` shows them".to_owned(),
        },
        zones(),
        listen(settings),
        files(settings),
        pings(),
    ];
    findings.extend(programs(settings));
    findings.extend(tls::judge(settings));
    findings.extend(store(settings).await);
    let has_failed = findings.iter().any(|finding| finding.verdict == Verdict::Failed);
    if json {
        say_json(&findings)?;
    } else {
        for finding in &findings {
            let verdict = finding.verdict.word();
            say(&format!("{verdict:<8} {:<9} {}", finding.check, finding.text))?;
        }
    }
    Ok(if has_failed { FAILED } else { DONE })
}

fn zones() -> Finding {
    let (verdict, text) = match get_zone("America/Los_Angeles") {
        Ok(_) => (Verdict::Ok, "the time zone database is there".to_owned()),
        Err(problem) => (Verdict::Failed, problem.to_string()),
    };
    Finding { check: "zones", verdict, text }
}

fn listen(settings: &Settings) -> Finding {
    let (verdict, text) = match TcpListener::bind(settings.listen) {
        Ok(_) => (Verdict::Ok, format!("{} is free", settings.listen)),
        Err(error) => (
            Verdict::Warning,
            format!("{} cannot be listened on ({error}): is a server running?", settings.listen),
        ),
    };
    Finding { check: "listen", verdict, text }
}

/// Told for the user and the shell that ask, as well: a service may have rights of its own.
fn pings() -> Finding {
    let (verdict, text) = match may_ping() {
        Ok(()) => (Verdict::Ok, "checks of the kind icmp may send pings".to_owned()),
        Err(problem) => (Verdict::Warning, format!("for checks of the kind icmp: {problem}")),
    };
    Finding { check: "pings", verdict, text }
}

/// Told for the user that asks, as well: a service may run as another one.
fn programs(settings: &Settings) -> Option<Finding> {
    let folder = settings.probes.commands.clone()?;
    let programs = Programs::within(Some(folder));
    let unfit = programs.unfit();
    let (verdict, text) = match programs.folder() {
        Ok(folder) if !unfit.is_empty() => (
            Verdict::Warning,
            format!(
                "whoever may write checks may run anything on this machine with these in {}: {}. Take \
                 them out, or name a folder with copies of single programs as commands_folder",
                folder.display(),
                unfit.join(", ")
            ),
        ),
        Ok(folder) => (
            Verdict::Ok,
            format!("checks of the kind command may run what is in {}", folder.display()),
        ),
        Err(problem) => (Verdict::Warning, format!("for checks of the kind command: {problem}")),
    };
    Some(Finding { check: "commands", verdict, text })
}

/// Told for the user and the shell that ask: a service may have another limit.
fn files(settings: &Settings) -> Finding {
    let room = open_files::look(settings.connections_max);
    let limit = room.limit.map_or_else(|| "any number of".to_owned(), |limit| limit.to_string());
    let text = format!("{limit} files may be open here, connections_max is {}", room.wanted);
    let (verdict, text) = if room.is_short() {
        let hint = format!(
            "{text}: `serve` would lower it to {}. Raise the limit to {} (`ulimit -Hn`, or \
             `LimitNOFILE=` of a systemd service), or set connections_max lower",
            room.granted,
            room.files()
        );
        (Verdict::Warning, hint)
    } else {
        (Verdict::Ok, text)
    };
    Finding { check: "files", verdict, text }
}

async fn store(settings: &Settings) -> Vec<Finding> {
    let finding = |verdict, text| Finding { check: "database", verdict, text };
    let failed =
        |error: &StoreError| finding(Verdict::Failed, format!("in {}: {error}", settings.location));
    let store = match Store::open_existing(&settings.location).await {
        Ok(store) => secret_keys::with_keys(store, settings),
        Err(StoreError::Missing { .. }) if matches!(settings.location, Location::Folder(_)) => {
            let text =
                format!("none in {} yet; `serve` or `import` makes it", settings.data.display());
            return vec![finding(Verdict::Ok, text)];
        }
        Err(error) => return vec![failed(&error)],
    };
    let mut findings = match store.check().await {
        Ok(health) => judge(&health, &settings.location),
        Err(error) => vec![failed(&error)],
    };
    findings.push(secrets(&store, settings).await);
    // Pages that cannot be read are told of already.
    let pages = store.list_status_pages().await.unwrap_or_default();
    findings.extend(tls::judge_host_names(settings, &pages));
    for page in pages.iter().filter(|page| page.is_protected()) {
        if let Ok(None) = store.find_reader_password(page.id).await {
            let text = format!(
                "readers of the status page `{}` need a password, and it has none, as after an \
                 import: set one in the console",
                page.slug
            );
            findings.push(Finding { check: "pages", verdict: Verdict::Warning, text });
        }
    }
    store.close().await;
    findings
}

/// Whether secrets can be opened.
async fn secrets(store: &Store, settings: &Settings) -> Finding {
    let finding = |verdict, text| Finding { check: "secrets", verdict, text };
    match secret_keys::problems(store, settings).await {
        Ok(problems) if problems.is_empty() => {
            let text =
                "the key that they are sealed with is there; it is in no backup: keep it, too";
            finding(Verdict::Ok, text.to_owned())
        }
        Ok(problems) => finding(Verdict::Warning, problems.join("; ")),
        Err(error) => finding(Verdict::Failed, error.to_string()),
    }
}

/// What the store says of itself.
fn judge(health: &Health, location: &Location) -> Vec<Finding> {
    let finding = |verdict, text| Finding { check: "database", verdict, text };
    let counts = super::backup::told(&health.counts);
    let mut findings = vec![finding(
        Verdict::Ok,
        format!(
            "{}, schema {}, revision {}: {counts}",
            health.engine, health.schema, health.revision
        ),
    )];
    let warnings = health.warnings.iter();
    findings.extend(warnings.map(|warning| finding(Verdict::Warning, warning.clone())));
    if !health.is_writable {
        findings.push(finding(Verdict::Failed, "it cannot be written".to_owned()));
    }
    let problems = health.problems.iter();
    findings.extend(problems.map(|problem| finding(Verdict::Failed, problem.clone())));
    if !health.is_writable || !health.problems.is_empty() {
        let text = format!(
            "{location} is damaged or cannot be written: make room and look at its owner and mode; if \
             that is not it, stop Allclear, move its files aside and put the last good backup in \
             their place with `allclear restore FILE`"
        );
        findings.push(finding(Verdict::Failed, text));
    }
    findings
}
