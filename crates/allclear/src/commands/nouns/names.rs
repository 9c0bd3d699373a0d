//! The names of a check: how many are how, which fail, and which ones there are.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use allclear_checks::names::{Asker, look, read_list};
use allclear_domain::audit::Actor;
use allclear_domain::check::{NameState, Verdict};
use allclear_domain::{Clock, Entropy, SystemClock};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::api::Api;
use super::checks::{self, found};
use super::request::escaped;
use crate::cli::checks::{NamesArgs, RunArgs};
use crate::commands::{DONE, FAILED};
use crate::output::{remark, say, say_json};
use crate::probing;
use crate::settings::Settings;

/// Bytes of a list; a longer one is refused.
const LIST_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Shows the names of a check, or sets them.
pub(super) async fn names(args: NamesArgs, settings: &Settings) -> Result<u8> {
    let path = format!("{}/names", checks::path(&args.check));
    if let Some(file) = &args.set {
        return set(file, &path, &args, settings).await;
    }
    let mut api = Api::to_read(settings).await?;
    let state = args.state.unwrap_or(NameState::Failing);
    let told = async {
        let mut told = api.get(&format!("{path}?limit=1&state={state}")).await?;
        told["items"] = api.list(&format!("{path}?limit=200&state={state}")).await?.into();
        Ok(told)
    };
    let told = told.await;
    api.close().await;
    let mut told = found(told, &args.check)?;
    if args.print.json {
        told["next_cursor"] = Value::Null;
        say_json(&told)?;
        return Ok(DONE);
    }
    for line in lines(&told) {
        say(&line)?;
    }
    Ok(DONE)
}

/// How many are how, then a line about each name.
fn lines(told: &Value) -> Vec<String> {
    let states = NameState::ALL.map(NameState::as_str);
    let there = states.iter().filter(|state| told[**state].as_u64() != Some(0));
    let counts: Vec<String> = there.map(|state| format!("{state} {}", told[*state])).collect();
    let mut lines = vec![format!("{} names: {}", told["total"], counts.join(", "))];
    for (field, what) in [
        ("dark_since", "nothing that was asked has answered since"),
        ("list_problem", "the list stays as it was:"),
    ] {
        lines.extend(told[field].as_str().map(|text| format!("{what} {text}")));
    }
    let line = |one: &Value| {
        let text = |field: &str| one[field].as_str().unwrap_or("-").to_owned();
        format!("{}  {}  {}  {}", text("name"), text("state"), text("since"), text("reason"))
    };
    lines.extend(told["items"].as_array().into_iter().flatten().map(line));
    lines
}

async fn set(file: &Path, path: &str, args: &NamesArgs, settings: &Settings) -> Result<u8> {
    let names = read_list(&read(file)?).with_context(|| format!("{}", file.display()))?;
    let mut api = Api::to_write(settings).await?;
    let shrink = if args.shrink { "?shrink=true" } else { "" };
    let done = api.put(&format!("{path}{shrink}"), json!({ "names": names })).await;
    api.close().await;
    let done = found(done, &args.check)?;
    if args.print.json {
        say_json(&done)?;
    } else {
        let (added, removed) = (&done["added"], &done["removed"]);
        say(&format!("{added} added, {removed} removed, {} kept", done["kept"]))?;
    }
    Ok(DONE)
}

/// A file, or standard input where it is `-`.
fn read(file: &Path) -> Result<String> {
    let mut text = String::new();
    let opened: Box<dyn std::io::Read> = match file.to_str() {
        Some("-") => Box::new(std::io::stdin()),
        _ => {
            let opened = std::fs::File::open(file);
            Box::new(opened.with_context(|| format!("{} cannot be read", file.display()))?)
        }
    };
    read_whole(opened, &mut text)?;
    Ok(text)
}

/// Reads it whole, or not at all: names that are left out would count as removed.
fn read_whole(opened: impl std::io::Read, text: &mut String) -> Result<()> {
    let read = opened.take(LIST_BYTES_MAX + 1).read_to_string(text)?;
    if u64::try_from(read).is_ok_and(|read| read > LIST_BYTES_MAX) {
        bail!("the list is longer than {} MB: shorten it", LIST_BYTES_MAX / (1024 * 1024));
    }
    Ok(())
}

/// Asks some names of a check once, as the server would, and writes what came of them.
pub(super) async fn round(args: &RunArgs, settings: &Settings) -> Result<u8> {
    if args.what.contains(':') {
        bail!(
            "names are asked once they are set: add the check, and set them with `allclear check \
             names CHECK --set FILE`"
        );
    }
    let mut api = Api::to_write(settings).await?;
    let result = async {
        let shown = found(api.get(&checks::path(&args.what)).await, &args.what)?;
        let Some(store) = api.store() else {
            bail!(
                "the server asks these names, round by round: `allclear check names {}` tells how \
                 they are",
                escaped(&args.what)
            )
        };
        let id = shown["id"].as_str().unwrap_or_default().parse()?;
        let mut check = store.find_check(id).await?.context("the check is gone")?.value;
        if let Some(deadline) = args.deadline {
            check.deadline_ms = deadline.ms();
        }
        let prober = probing::prober(&settings.probes, Arc::new(SystemClock))?;
        let by = Asker {
            holder: None,
            actor: Actor::Command("check run".to_owned()),
            entropy: Arc::new(Entropy::from_system()),
        };
        Ok(look(store.clone(), prober, by, Arc::new(check), SystemClock.now()).await)
    };
    let result = result.await;
    api.close().await;
    let result = result?;
    let told = serde_json::to_value(&result).context("the result cannot be written as JSON")?;
    if args.json {
        say_json(&told)?;
    } else {
        for line in checks::said_in(&told["exchange"]) {
            say(&line)?;
        }
        say(&checks::probe(&told))?;
        remark("what came of these names is written");
    }
    Ok(match result.verdict {
        Verdict::Ok | Verdict::Degraded => DONE,
        Verdict::Fail | Verdict::Unknown => FAILED,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_too_long_is_refused_and_not_cut() {
        let most = usize::try_from(LIST_BYTES_MAX).unwrap();
        let mut text = String::new();
        read_whole(std::io::repeat(b'a').take(LIST_BYTES_MAX), &mut text).unwrap();
        assert_eq!(text.len(), most);
        let refused = read_whole(std::io::repeat(b'a'), &mut String::new()).unwrap_err();
        assert!(refused.to_string().contains("longer than 16 MB"), "{refused}");
    }
}
