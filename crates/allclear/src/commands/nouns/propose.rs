//! `allclear check propose`: what could be watched of an address.

use anyhow::Result;
use serde_json::{Value, json};

use super::api::Api;
use super::checks::{kind, print_out};
use crate::cli::checks::ProposeArgs;
use crate::settings::Settings;

/// Has an address looked at, and prints what is proposed. Nothing is written.
pub(super) async fn propose(args: ProposeArgs, settings: &Settings) -> Result<u8> {
    let mut api = Api::to_look(settings).await?;
    let asked = json!({"target": args.target, "component": args.affects});
    let done = api.look("/api/v1/check-proposals", asked).await;
    api.close().await;
    print_out(&done?, args.print, |done| {
        done["proposals"].as_array().into_iter().flatten().map(line).collect()
    })
}

/// One line: whether it holds, what it tries, its name, and what was found.
fn line(proposal: &Value) -> String {
    let holds = match proposal["probe"]["verdict"].as_str() {
        Some("ok") => "holds",
        Some("degraded") => "holds, badly",
        Some("fail") => "does not hold",
        _ => "unknown",
    };
    let check = &proposal["check"];
    let target = kind(check).map(|kind| kind.target()).unwrap_or_default();
    let name = check["name"].as_str().unwrap_or_default();
    let found = proposal["probe"]["reason"]["told"].as_str().or(proposal["seen"].as_str());
    let found = found.map(|found| format!(": {found}")).unwrap_or_default();
    let there = proposal["there"].as_str().map(|id| format!(" (there already, as {id})"));
    format!("{holds}  {target}  {name}{found}{}", there.unwrap_or_default())
}
