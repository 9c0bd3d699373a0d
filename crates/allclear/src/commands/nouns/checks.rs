//! Checks.

use allclear_checks::fields;
use allclear_checks::import::sent_form;
use allclear_checks::kinds::Programs;
use allclear_domain::CheckKind;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

use super::api::{Api, Refusal};
use super::request::escaped;
use crate::cli::checks::{AddCheckArgs, CheckArgs, CheckCommand, Length};
use crate::cli::nouns::{Affects, Print};
use crate::commands::DONE;
use crate::output::{remark, say, say_json};
use crate::settings::Settings;

/// Checks.
pub(in crate::commands) async fn check(command: CheckCommand, settings: &Settings) -> Result<u8> {
    match command {
        CheckCommand::List { print } => list(print, settings).await,
        CheckCommand::Show(args) => {
            let mut api = Api::to_read(settings).await?;
            let done = api.get(&path(&args.check)).await;
            api.close().await;
            print_out(&found(done, &args.check)?, args.print, told)
        }
        CheckCommand::Add(args) => {
            let (new, print) = (new(&args)?, args.print);
            let mut api = Api::to_write(settings).await?;
            let done = api.post("/api/v1/checks", new).await;
            api.close().await;
            let done = done?;
            let programs = Programs::within(settings.probes.commands.clone());
            let refusal = programs.refusal(&args.target.0).filter(|_| settings.remote.is_none());
            if let Some(what) = fields::lacking(&args.target.0).or(refusal.map(|one| one.problem)) {
                remark(&format!("on this machine it would stay unknown: {what}"));
            }
            print_out(&done, print, |check| {
                std::iter::once(line(check)).chain(addresses(check)).collect()
            })
        }
        CheckCommand::Pause(args) => step(args, "pause", settings).await,
        CheckCommand::Resume(args) => step(args, "resume", settings).await,
        CheckCommand::Remove(args) => remove(args, settings).await,
        CheckCommand::Names(args) => super::names::names(args, settings).await,
        CheckCommand::Run(args) => super::run::run(args, settings).await,
        CheckCommand::Propose(args) => super::propose::propose(args, settings).await,
    }
}

pub(super) fn path(check: &str) -> String {
    format!("/api/v1/checks/{}", escaped(check))
}

/// What the API is told of a new check.
fn new(args: &AddCheckArgs) -> Result<Value> {
    let whole = |length: Option<Length>, name: &str| match length.map(Length::seconds) {
        Some(None) => Err(anyhow!("{name}: write whole seconds, such as 30s")),
        Some(seconds) => Ok(seconds),
        None => Ok(None),
    };
    let every = whole(args.every, "--every")?;
    let grace = whole(args.grace, "--grace")?;
    let mut kind = args.target.0.clone();
    if let CheckKind::Heartbeat(heartbeat) = &mut kind {
        heartbeat.grace_seconds = grace.unwrap_or(heartbeat.grace_seconds);
        heartbeat.tokens.clone_from(&args.token);
    } else if grace.is_some() || !args.token.is_empty() {
        bail!("--grace and --token are for heartbeats: leave them out");
    }
    super::secrets::add(&mut kind, &args.secrets)?;
    super::feeds::add(&mut kind, &args.feeds)?;
    let mut kind = with_members(sent_form(&kind), &args.member)?;
    let affects = |affects: &Affects| match affects.status {
        Some(status) => json!({"component": affects.component, "when_failing": status}),
        None => json!({"component": affects.component}),
    };
    Ok(json!({
        "name": args.name,
        "key": args.key,
        "kind": kind.take(),
        "interval_seconds": every,
        "deadline_ms": args.deadline.ms(),
        "slow_after_ms": args.slow_after.map(Length::ms),
        "affects": args.affects.iter().map(affects).collect::<Vec<_>>(),
        "on_outage": match args.on_outage.as_str() {
            word @ ("nothing" | "draft") => word,
            _ => "publish",
        },
        "on_outage_template": (!matches!(args.on_outage.as_str(), "nothing" | "draft"))
            .then_some(&args.on_outage),
        "tags": args.tag,
        "shows_times": args.shows_times,
        "parents": args.parent,
    }))
}

/// A kind as it is sent, with the members of a group as somebody names them.
fn with_members(mut kind: Value, members: &[String]) -> Result<Value> {
    match kind.get_mut("group") {
        Some(_) if members.is_empty() => {
            bail!("a group stands for other checks: name them by their keys, with --member");
        }
        Some(group) => group["members"] = json!(members),
        None if !members.is_empty() => bail!("--member is for groups: leave it out"),
        None => {}
    }
    Ok(kind)
}

async fn list(print: Print, settings: &Settings) -> Result<u8> {
    let mut api = Api::to_read(settings).await?;
    let items = api.list("/api/v1/checks?limit=200").await;
    api.close().await;
    let items = items?;
    if items.is_empty() && !print.json {
        remark("There is nothing to list. Add a check: allclear check add NAME URL");
    }
    print_out(&items.into(), print, |items| {
        items.as_array().into_iter().flatten().map(line).collect()
    })
}

async fn step(args: CheckArgs, step: &str, settings: &Settings) -> Result<u8> {
    let mut api = Api::to_write(settings).await?;
    let done = api.post(&format!("{}/{step}", path(&args.check)), Value::Null).await;
    api.close().await;
    print_out(&found(done, &args.check)?, args.print, |check| vec![line(check)])
}

/// Removes a check, and prints what it was.
async fn remove(args: CheckArgs, settings: &Settings) -> Result<u8> {
    let mut api = Api::to_write(settings).await?;
    let path = path(&args.check);
    let done = match api.get(&path).await {
        Ok(was) => api.delete(&path).await.map(|()| was),
        Err(error) => Err(error),
    };
    api.close().await;
    let was = found(done, &args.check)?;
    print_out(&was, args.print, |was| vec![format!("removed  {}", line(was))])
}

/// What was answered about a check that somebody named.
pub(super) fn found(done: Result<Value>, check: &str) -> Result<Value> {
    done.map_err(|error| match error.downcast_ref::<Refusal>() {
        Some(refusal) if refusal.is_of_nothing() => {
            anyhow!("there is no check `{check}`: `allclear check list` shows keys and ids")
        }
        _ => error,
    })
}

pub(super) fn print_out(
    value: &Value,
    print: Print,
    lines: impl Fn(&Value) -> Vec<String>,
) -> Result<u8> {
    if print.json {
        say_json(value)?;
    } else {
        for line in lines(value) {
            say(&line)?;
        }
    }
    Ok(DONE)
}

/// One line about a check: its id, key, state, what it tries, and its name.
fn line(check: &Value) -> String {
    let is_probed = check["vantage_points"].as_array().is_some_and(|points| !points.is_empty());
    let state = match (check["paused_at"].is_null(), check["believed"].as_str()) {
        (false, _) => "paused",
        (true, Some(_)) if check["is_flapping"] == true => "flapping",
        (true, Some(believed)) => believed,
        (true, None) if check["behind"].is_string() => "behind another",
        (true, None) if is_probed => "not judged yet",
        (true, None) => "not probed yet",
    };
    let target = kind(check).map(|kind| kind.target()).unwrap_or_default();
    let text = |field: &str| check[field].as_str().unwrap_or_default();
    format!("{}  {}  {state}  {target}  {}", text("id"), text("key"), text("name"))
}

/// What a check tries. The API spells a kind as the noun does, but for what is absent, which is null.
///
/// # Errors
/// Where the server knows kinds that this program does not.
pub(super) fn kind(check: &Value) -> Result<CheckKind> {
    let mut kind = check["kind"].clone();
    without_nulls(&mut kind);
    serde_json::from_value(kind).context("this check is of a kind not known here")
}

/// Leaves out what is absent. A value to compare with may be null itself.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            // Whether a secret is set is told, and not which.
            fields.remove("is_set");
            fields
                .retain(|name, value| !value.is_null() || matches!(name.as_str(), "is" | "is_not"));
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// A check, what is seen of it from each place, and what was said when it last did not simply work.
fn told(check: &Value) -> Vec<String> {
    let mut lines = vec![line(check)];
    lines.extend(addresses(check));
    lines.extend(heard(&check["heartbeat"]));
    for vantage in check["vantage_points"].as_array().into_iter().flatten() {
        let name = vantage["name"].as_str().unwrap_or_default();
        lines.push(format!("last probe from {name}: {}", probe(&vantage["last_probe"])));
        if let Some(ends_at) = vantage["last_probe"]["certificate_ends_at"].as_str() {
            lines.push(format!("certificate ends at {ends_at}"));
        }
        if let Some(since) = vantage["since"].as_str() {
            let believed = vantage["believed"].as_str().unwrap_or_default();
            lines.push(format!("{believed} since {since}"));
        }
        let bad = &vantage["last_bad_probe"];
        if bad["exchange"]["lines"].as_array().is_some_and(|said| !said.is_empty()) {
            lines.push(format!("what was said at {}:", harmless(&bad["probe"]["probed_at"])));
        }
        lines.extend(said_in(&bad["exchange"]));
    }
    lines
}

/// Where a job says that it ran: below the address of the server.
fn addresses(check: &Value) -> Vec<String> {
    let tokens = check["kind"]["heartbeat"]["tokens"].as_array();
    let address = |token: &Value| format!("signals come to /ping/{}", harmless(token));
    tokens.into_iter().flatten().map(address).collect()
}

/// What came of a heartbeat.
fn heard(heard: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some(due), Some(deadline)) = (heard["due_at"].as_str(), heard["deadline_at"].as_str()) {
        lines.push(format!("next signal due at {due}, missed after {deadline}"));
    }
    for signal in heard["signals"].as_array().into_iter().flatten() {
        let (at, kind) = (harmless(&signal["at"]), harmless(&signal["kind"]));
        let status = signal["exit_status"].as_u64().map(|status| format!(", exit status {status}"));
        let body = signal["body"].as_str().and_then(|body| body.lines().next());
        let body = body.map(|line| format!(": {}", harmless(&line.into())));
        lines.push(format!(
            "signal at {at}: {kind}{}{}",
            status.unwrap_or_default(),
            body.unwrap_or_default()
        ));
    }
    lines
}

/// What was said, line by line.
pub(super) fn said_in(exchange: &Value) -> Vec<String> {
    let said = exchange["lines"].as_array().into_iter().flatten().map(|line| {
        let sign = match line["direction"].as_str() {
            Some("sent") => '>',
            Some("received") => '<',
            _ => '*',
        };
        format!("  {sign} {}", harmless(&line["text"]))
    });
    let more =
        (exchange["is_cut"] == true).then(|| "  there was more, which is not kept".to_owned());
    said.chain(more).collect()
}

/// One line about a probe.
pub(super) fn probe(probe: &Value) -> String {
    let took = probe["took_us"].as_u64().unwrap_or_default() / 1_000;
    let verdict = probe["verdict"].as_str().unwrap_or_default();
    let at = probe["probed_at"].as_str().unwrap_or_default();
    let why = &probe["reason"]["told"];
    let why = if why.is_null() { String::new() } else { format!(": {}", harmless(why)) };
    format!("{verdict} after {took} ms at {at}{why}")
}

/// A text of strangers on one line of a terminal, without what terminals obey.
fn harmless(text: &Value) -> String {
    let text = text.as_str().unwrap_or_default();
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_said_does_not_move_the_terminal() {
        let said = json!({"direction": "received", "text": "220 \u{1b}[2J\r\nhello"});
        let check = json!({
            "id": "chk_1", "key": "mail", "name": "Mail", "paused_at": null, "believed": "fail",
            "kind": {"tcp": {"host": "2001:db8::1", "port": 25}},
            "vantage_points": [{
                "name": "core", "believed": "fail", "since": "2026-11-21T12:00:00Z",
                "last_probe": {"verdict": "fail", "took_us": 12_345, "probed_at": "2026-11-21T12:00:20Z",
                    "reason": {"told": "\u{9b}31m nobody"}},
                "last_bad_probe": {"probe": {"probed_at": "2026-11-21T12:00:20Z"},
                    "exchange": {"lines": [said], "is_cut": true}},
            }],
        });
        assert_eq!(
            told(&check),
            [
                "chk_1  mail  fail  [2001:db8::1]:25  Mail",
                "last probe from core: fail after 12 ms at 2026-11-21T12:00:20Z: \u{fffd}31m nobody",
                "fail since 2026-11-21T12:00:00Z",
                "what was said at 2026-11-21T12:00:20Z:",
                "  < 220 \u{fffd}[2J\u{fffd}\u{fffd}hello",
                "  there was more, which is not kept",
            ]
        );
    }
}
