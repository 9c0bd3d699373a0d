//! `allclear apply`: what files declare, over the API as every command that writes.

use allclear_apply::{Plan, read_sources};
use anyhow::Result;
use serde_json::{Value, json};

use super::api::Api;
use crate::cli::ApplyArgs;
use crate::commands::DONE;
use crate::output::{say, say_json};
use crate::settings::Settings;

/// Applies a file or a folder, or shows what that would change.
pub(in crate::commands) async fn apply(args: ApplyArgs, settings: &Settings) -> Result<u8> {
    let sources = read_sources(&args.path)?;
    let files: Vec<Value> =
        (sources.files.iter()).map(|file| json!({"name": file.name, "text": file.text})).collect();
    let body = json!({
        "files": files,
        "is_folder": sources.is_folder,
        "is_plan": args.plan,
        "prune": args.prune,
        "force": args.force,
    });
    let mut api = match args.plan {
        true => Api::to_read(settings).await?,
        false => Api::to_write(settings).await?,
    };
    let done = api.post("/api/v1/apply", body).await;
    api.close().await;
    let plan = done?;
    if args.print.json {
        say_json(&plan)?;
        return Ok(DONE);
    }
    let plan: Plan = serde_json::from_value(plan)?;
    for line in plan.lines() {
        say(&line)?;
    }
    Ok(DONE)
}
