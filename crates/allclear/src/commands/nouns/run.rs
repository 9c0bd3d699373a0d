//! `allclear check run`: one probe from this machine, with everything that was said.

use std::sync::Arc;

use allclear_checks::{Prober, secrets};
use allclear_domain::check::{Check, CheckKind, OnOutage, Patience, ProbeResult, Verdict};
use allclear_domain::text::Key;
use allclear_domain::{Clock, Entropy, SystemClock};
use allclear_store::Store;
use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use super::api::Api;
use super::checks;
use crate::cli::checks::{Length, RunArgs, Target};
use crate::commands::serve::stop_signal;
use crate::commands::{DONE, FAILED};
use crate::output::{say, say_json};
use crate::probing;
use crate::secret_keys;
use crate::settings::Settings;

/// What is tried, and how long that may take.
struct Tried {
    name: String,
    kind: CheckKind,
    deadline_ms: u32,
    slow_after_ms: Option<u32>,
}

/// Tries something once. Fails where it fails, and where nothing can be said of it.
pub(super) async fn run(args: RunArgs, settings: &Settings) -> Result<u8> {
    let tried = match args.what.parse::<Target>() {
        Ok(Target(mut kind)) => {
            super::secrets::add(&mut kind, &args.secrets)?;
            super::feeds::add(&mut kind, &args.feeds)?;
            Tried {
                name: args.what.clone(),
                kind,
                deadline_ms: Check::USUAL_DEADLINE_MS,
                slow_after_ms: None,
            }
        }
        // Keys and ids have no colon in them.
        Err(problem) if args.what.contains(':') => bail!("{problem}"),
        Err(_) if args.secrets.are_some() => {
            bail!("a check is let in by what it has: leave passwords, tokens and header fields out")
        }
        Err(_) => named(&args.what, settings).await?,
    };
    if let Some(problem) = allclear_checks::fields::problems(&tried.kind).first() {
        bail!("{problem}");
    }
    if tried.kind.as_group().is_some() {
        bail!(
            "a group is not tried: it follows from its members, and `allclear check show` tells how it is"
        );
    }
    if tried.kind.as_heartbeat().is_some() {
        bail!(
            "a heartbeat is not tried: it waits for signals, and `allclear check show` lists them"
        );
    }
    if tried.kind.as_names().is_some() {
        return super::names::round(&args, settings).await;
    }
    let now = SystemClock.now();
    let check = Check {
        id: Entropy::from_system().id(now),
        key: Key::new("run")?,
        name: tried.name,
        kind: tried.kind,
        interval_seconds: Check::USUAL_INTERVAL_SECONDS,
        deadline_ms: args.deadline.map_or(tried.deadline_ms, Length::ms),
        slow_after_ms: tried.slow_after_ms,
        patience: Patience::default(),
        affects: Vec::new(),
        on_outage: OnOutage::default(),
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
        paused_at: None,
        created_at: now,
    };
    let prober = probing::prober(&settings.probes, Arc::new(SystemClock))?;
    let result = try_once(prober.as_ref(), check, now).await?;
    let told = serde_json::to_value(&result).context("the result cannot be written as JSON")?;
    if args.json {
        say_json(&told)?;
    } else {
        for line in checks::said_in(&told["exchange"]) {
            say(&line)?;
        }
        say(&checks::probe(&told))?;
    }
    Ok(match result.verdict {
        Verdict::Ok | Verdict::Degraded => DONE,
        Verdict::Fail | Verdict::Unknown => FAILED,
    })
}

/// Probes once. Ctrl-C does not reach a program that a check runs, which has a process group of its own: it is
/// ended from here.
async fn try_once(prober: &dyn Prober, check: Check, now: Timestamp) -> Result<ProbeResult> {
    tokio::select! {
        result = prober.probe(Arc::new(check), now) => Ok(result),
        stopped = stop_signal() => {
            prober.stop();
            stopped?;
            bail!("it was stopped before its end: nothing is known of it")
        }
    }
}

/// What a check that is there tries.
async fn named(check: &str, settings: &Settings) -> Result<Tried> {
    let mut api = Api::to_read(settings).await?;
    let found = api.get(&checks::path(check)).await;
    api.close().await;
    let found = found?;
    let kind = checks::kind(&found)?;
    let kind = match (kind.secrets().is_empty(), &settings.remote) {
        (true, _) => kind,
        (false, Some(remote)) => bail!(
            "it is sent secrets, which stay on the server {}: run this there, with --data or its \
             settings",
            remote.url
        ),
        (false, None) => with_secrets(found["id"].as_str().unwrap_or_default(), settings).await?,
    };
    let number = |field: &str| found[field].as_u64().and_then(|number| u32::try_from(number).ok());
    Ok(Tried {
        name: found["name"].as_str().unwrap_or(check).to_owned(),
        kind,
        deadline_ms: number("deadline_ms").unwrap_or(Check::USUAL_DEADLINE_MS),
        slow_after_ms: number("slow_after_ms"),
    })
}

/// What a check tries, with its secrets open: out of the database itself, as nobody is told them.
async fn with_secrets(id: &str, settings: &Settings) -> Result<CheckKind> {
    let store = Store::open_existing(&settings.location).await?;
    let store = secret_keys::with_keys(store, settings);
    let found = async {
        let found = store.find_check(id.parse()?).await?.context("the check is gone")?;
        let mut checks = [found.value];
        secrets::open(&store, &mut checks).await?;
        let [check] = checks;
        Ok(check.kind)
    };
    let found = found.await;
    store.close().await;
    found
}
