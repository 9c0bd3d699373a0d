//! `allclear import` of formats that hold checks.

mod reading;

use allclear_checks::import::{Imported, Outcome, Report, wire_form};
use allclear_checks::limits::CHECKS_AT_ONCE_MAX;
use anyhow::Result;
use serde::Serialize;
use serde_json::{Value, json};

use super::api::Api;
use crate::cli::ImportArgs;
use crate::commands::DONE;
use crate::output::{say, say_json};
use crate::settings::{Environment, Settings};

/// Bytes of checks that are sent at once; a server takes four million.
const SENT_BYTES_MAX: usize = 3 * 1024 * 1024;

/// What was written.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Written {
    /// Keys of checks that were added.
    added: Vec<String>,
    /// Keys of checks that are there already.
    there: Vec<String>,
    /// Checks that are there already and differ; they were left as they are.
    differing: Vec<Differing>,
}

/// A check that is there already, and the fields in which it differs.
#[derive(Debug, PartialEq, Serialize)]
struct Differing {
    key: String,
    fields: Vec<String>,
}

/// Shows what an import would add; needs neither server nor database.
pub(in crate::commands) async fn plan_checks(
    args: &ImportArgs,
    environment: &Environment,
) -> Result<u8> {
    let imported = reading::read(args, environment).await?;
    if args.json {
        say_json(&imported)?;
    } else {
        tell(&imported.report)?;
        say(&format!("{} would be added; nothing was written", checks(imported.checks.len())))?;
    }
    Ok(DONE)
}

/// Imports checks, over the API.
pub(in crate::commands) async fn import_checks(
    args: &ImportArgs,
    settings: &Settings,
    environment: &Environment,
) -> Result<u8> {
    let imported = reading::read(args, environment).await?;
    let mut api = Api::to_write(settings).await?;
    let written = write(&mut api, &imported).await;
    api.close().await;
    let written = written?;
    if args.json {
        let mut value = serde_json::to_value(&imported)?;
        value["written"] = serde_json::to_value(&written)?;
        say_json(&value)?;
        return Ok(DONE);
    }
    tell(&imported.report)?;
    for Differing { key, fields } in &written.differing {
        let fields = fields.join(", ");
        say(&format!("{key} is there already and differs in {fields}: it was left as it is"))?;
    }
    let (added, there) = (written.added.len(), written.there.len() + written.differing.len());
    say(&format!("{} added, {there} there already", checks(added)))?;
    Ok(DONE)
}

fn checks(count: usize) -> String {
    if count == 1 { "1 check".to_owned() } else { format!("{count} checks") }
}

/// Sends the checks, as many at once as are taken, and says what became of them.
async fn write(api: &mut Api, imported: &Imported) -> Result<Written> {
    let mut written = Written::default();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for carried in &imported.checks {
        let one = wire_form(carried);
        let length = one.to_string().len();
        if batch.len() == CHECKS_AT_ONCE_MAX || bytes + length > SENT_BYTES_MAX {
            send(api, std::mem::take(&mut batch), &mut written).await?;
            bytes = 0;
        }
        batch.push(one);
        bytes += length;
    }
    if !batch.is_empty() {
        send(api, batch, &mut written).await?;
    }
    Ok(written)
}

async fn send(api: &mut Api, batch: Vec<Value>, written: &mut Written) -> Result<()> {
    let key = |one: &Value| one["check"]["key"].as_str().unwrap_or_default().to_owned();
    let keys: Vec<String> = batch.iter().map(key).collect();
    let done = api.post("/api/v1/check-imports", json!({ "checks": batch })).await?;
    for (key, one) in keys.into_iter().zip(done["checks"].as_array().into_iter().flatten()) {
        match one["outcome"].as_str() {
            Some("added") => written.added.push(key),
            Some("differs") => {
                let fields = one["differing"].as_array().into_iter().flatten();
                let fields = fields.filter_map(Value::as_str).map(str::to_owned).collect();
                written.differing.push(Differing { key, fields });
            }
            _ => written.there.push(key),
        }
    }
    Ok(())
}

/// The report, for people: what needs a look comes last, where it is seen.
fn tell(report: &Report) -> Result<()> {
    for outcome in [Outcome::AsItIs, Outcome::Changed, Outcome::NotTaken] {
        for entry in report.entries.iter().filter(|entry| entry.outcome == outcome) {
            say(&format!(
                "{}  {}  ({}, {})",
                outcome.as_str(),
                entry.name,
                entry.file,
                entry.path
            ))?;
            for told in &entry.told {
                say(&format!("    {told}"))?;
            }
            if !entry.left_out.is_empty() {
                say(&format!("    left out: {}", entry.left_out.join(", ")))?;
            }
        }
    }
    for setting in &report.settings {
        say(&format!("{}, {}: {}", setting.file, setting.path, setting.told))?;
    }
    if !report.always.is_empty() {
        say("Different for every check:")?;
    }
    for told in &report.always {
        say(&format!("    {told}"))?;
    }
    let count = |outcome| report.count(outcome);
    say(&format!(
        "Entries: {}. Taken as they are: {}. Taken with changes: {}. Not taken: {}.",
        report.entries.len(),
        count(Outcome::AsItIs),
        count(Outcome::Changed),
        count(Outcome::NotTaken)
    ))
}
