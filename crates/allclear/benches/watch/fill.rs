//! Installations full of checks, and of what they found.

use std::path::Path;

use allclear_domain::audit::Actor;
use allclear_domain::check::{
    Check, HttpCheck, OnOutage, Patience, ProbeResult, Samples, Span, VantagePoint, Verdict,
};
use allclear_domain::ids::CheckId;
use allclear_domain::text::Key;
use allclear_domain::{Access, Change, Clock, Entropy, Scope, SystemClock};
use allclear_people::tokens::{self, NewToken};
use allclear_store::{Location, Sampled, Store};
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::address;

/// Checks whose samples are kept.
const CHECKS: usize = 1_000;
/// How long they are kept.
const DAYS: i64 = 90;
/// Samples of each in a minute.
const SAMPLES_PER_MINUTE: usize = 2;

async fn open(data: &Path) -> Result<Store> {
    std::fs::create_dir_all(data)?;
    Ok(Store::open(&Location::Folder(data.to_owned())).await?)
}

/// Writes checks, so many for each port, in turn; gives a token.
pub(super) async fn checks(data: &Path, interval: u32, ports: &[(usize, u16)]) -> Result<Value> {
    let store = open(data).await?;
    let (entropy, now) = (Entropy::from_system(), SystemClock.now());
    let most = ports.iter().map(|(count, _)| *count).max().unwrap_or(0);
    let mut checks = Vec::new();
    for nth in 0..most {
        for (count, port) in ports {
            if nth < *count {
                checks.push(check(&entropy, now, (nth, *port), interval)?);
            }
        }
    }
    let mut transaction = store.begin().await?;
    transaction.insert_checks(&checks).await?;
    transaction.commit().await?;
    let actor = Actor::Command("bench".to_owned());
    let scopes = Scope::ALL.into_iter().collect();
    let by = Access { actor: actor.clone(), name: "bench".to_owned(), scopes };
    let new = NewToken { name: "bench", scopes: by.scopes.clone(), expires_at: None };
    let change = Change { actor: &actor, entropy: &entropy, now };
    let (_, secret) = tokens::create(&store, new, &by, change).await?;
    store.close().await;
    Ok(json!({ "token": secret.reveal() }))
}

fn check(
    entropy: &Entropy,
    now: Timestamp,
    (nth, port): (usize, u16),
    interval_seconds: u32,
) -> Result<Check> {
    let http = HttpCheck::of(format!("https://{}:{port}/", address(nth)));
    Ok(Check {
        id: entropy.id(now),
        key: Key::new(format!("check-{port}-{nth}"))?,
        name: format!("Check {nth} of port {port}"),
        kind: http.into(),
        interval_seconds,
        deadline_ms: 10_000,
        slow_after_ms: None,
        patience: Patience::default(),
        affects: Vec::new(),
        on_outage: OnOutage::Nothing,
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
        paused_at: None,
        created_at: now,
    })
}

/// How many samples an installation holds.
pub(super) async fn count(data: &Path) -> Result<Value> {
    let store = open(data).await?;
    let all = store.list_samples(Span::Minute, Timestamp::MIN, Timestamp::MAX).await?;
    let samples: u64 = all.iter().map(|minute| u64::from(minute.samples.ok)).sum();
    store.close().await;
    Ok(json!({ "samples": samples }))
}

/// Writes what stays of ninety days of a thousand checks: minutes as long as they are kept, hours,
/// and days. Response times scatter by a third around those of each check.
pub(super) async fn days(data: &Path) -> Result<Value> {
    let store = open(data).await?;
    let (entropy, mut found) = (Entropy::from_seed(1), 0);
    let ids: Vec<CheckId> = (0..CHECKS).map(|_| entropy.id(SystemClock.now())).collect();
    let end = Span::Day.start_of(SystemClock.now());
    let start = end - Span::Day.length() * i32::try_from(DAYS)?;
    let minutes_from = end - allclear_checks::roll_up::kept(Span::Minute);
    let mut scatter = Scatter(1);
    let mut hour = start;
    while hour < end {
        let mut hours = Vec::with_capacity(CHECKS);
        let mut minutes = Vec::new();
        for (nth, id) in ids.iter().enumerate() {
            let of = |starts_at, samples| Sampled {
                check_id: *id,
                vantage: VantagePoint::core(),
                starts_at,
                samples,
            };
            let mut sum = Samples::default();
            for minute in 0..60 {
                let mut samples = Samples::default();
                for _ in 0..SAMPLES_PER_MINUTE {
                    samples.add(&scatter.result(nth));
                }
                sum.merge(&samples);
                if hour >= minutes_from {
                    minutes.push(of(hour + SignedDuration::from_mins(minute), samples));
                }
            }
            found += sum.count();
            hours.push(of(hour, sum));
        }
        let mut transaction = store.begin().await?;
        transaction.put_samples(Span::Minute, &minutes).await?;
        transaction.put_samples(Span::Hour, &hours).await?;
        transaction.commit().await?;
        hour += Span::Hour.length();
    }
    store.close().await;
    let files = std::fs::read_dir(data)?.map(|file| Ok(file?.metadata()?.len()));
    let bytes: u64 = files.sum::<Result<u64>>()?;
    Ok(json!({ "bytes": bytes, "samples": found }))
}

/// Numbers that scatter and are the same in every run.
struct Scatter(u64);

impl Scatter {
    fn result(&mut self, check: usize) -> ProbeResult {
        // The constants of Knuth's MMIX.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let usual = 20_000 + 317 * check as u64;
        let took_us = usual + usual * ((self.0 >> 33) % 1_000) / 3_000;
        let ours = ProbeResult::ours(VantagePoint::core(), Timestamp::UNIX_EPOCH, "");
        ProbeResult { verdict: Verdict::Ok, took_us, reason: None, ..ours }
    }
}
