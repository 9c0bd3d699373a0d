//! Signals of jobs: heard, looked at, and forgiven where nobody was there to hear them.

use allclear_domain::check::{
    Direction, Exchange, ExchangeLine, Heartbeat, Phases, ProbeResult, Reach, Reason, ReasonCode,
    Signal, SignalKind, SignalToken, VantagePoint, Verdict,
};
use allclear_domain::ids::CheckId;
use allclear_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};

use crate::prober::Probing;

/// How often it is written down that somebody is there to hear signals.
const NOTE_EVERY: SignedDuration = SignedDuration::from_secs(5);
/// For how long nobody may have been there until deadlines are put off.
const AWAY_AFTER: SignedDuration = SignedDuration::from_secs(15);

/// Blind spells that are looked at, the latest ones.
const SPELLS_LOOKED_AT: u16 = 50;

/// What became of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// It is written.
    Heard,
    /// It is written, and its check is paused.
    Paused,
    /// No check has this token.
    Unknown,
}

/// Writes a signal; where this returns, it is safe.
///
/// # Errors
/// Where the store fails.
pub async fn hear(
    store: &Store,
    token: &SignalToken,
    signal: Signal,
) -> Result<Hearing, StoreError> {
    let mut transaction = store.begin().await?;
    let found = transaction.find_check_by_token(token).await?.map(|stored| stored.value);
    let waits_for = found.as_ref().and_then(|check| Some((check, check.kind.as_heartbeat()?)));
    let Some((check, waits_for)) = waits_for else {
        transaction.rollback().await?;
        return Ok(Hearing::Unknown);
    };
    let heartbeat = transaction.find_heartbeat(check.id).await?.hear(waits_for, signal);
    transaction.put_heartbeats(&[(check.id, heartbeat)]).await?;
    transaction.commit().await?;
    Ok(if check.paused_at.is_some() { Hearing::Paused } else { Hearing::Heard })
}

/// Writes down that somebody is there to hear signals. Where nobody was for a while, what was not late by
/// then gets as much more time: a restart is no reason to say that every job is missing.
///
/// # Errors
/// Where the store fails.
pub async fn listen(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let is_fresh = |at: Timestamp| now.duration_since(at).abs() < NOTE_EVERY;
    let before = store.find_listening().await?;
    if before.is_some_and(is_fresh) {
        return Ok(());
    }
    let mut transaction = store.begin().await?;
    if let Some(before) = transaction.find_listening().await? {
        let away = now.duration_since(before);
        if away > AWAY_AFTER {
            let in_time = transaction.list_heartbeats_in_time(before).await?;
            let excused = in_time.into_iter().map(|(id, one)| (id, one.excuse(before, away)));
            let excused: Vec<(CheckId, Heartbeat)> = excused.collect();
            transaction.put_heartbeats(&excused).await?;
            let (heartbeats, away_s) = (excused.len(), away.as_secs());
            tracing::info!(heartbeats, away_s, "nobody heard signals: deadlines are put off");
        }
    }
    transaction.put_listening(now).await?;
    transaction.commit().await?;
    Ok(())
}

/// Looks at what came of a heartbeat.
pub(crate) fn look(store: Store, id: CheckId, now: Timestamp) -> Probing {
    Box::pin(async move {
        let ours = |told: String| ProbeResult::ours(VantagePoint::core(), now, told);
        let heard = match store.find_heard(id).await {
            Ok(heard) => heard,
            Err(error) => return ours(format!("what came cannot be read: {error}")),
        };
        let away = heard.listened_at.map(|at| now.duration_since(at));
        if away.is_some_and(|away| away > AWAY_AFTER) {
            return ours("nobody was here to hear signals; deadlines are being put off".to_owned());
        }
        let (verdict, reason) = match judge(&store, &heard.heartbeat, now).await {
            Ok(judged) => judged,
            Err(error) => return ours(format!("what came cannot be read: {error}")),
        };
        // What a job says of itself is so, whatever else we can see; its silence may be our own line.
        let is_told = reason.as_ref().is_some_and(|reason| reason.code == ReasonCode::Reported);
        ProbeResult {
            vantage: VantagePoint::core(),
            probed_at: now,
            took_us: 0,
            verdict,
            reason,
            phases: Phases::default(),
            exchange: exchange(&heard.heartbeat),
            certificate_ends_at: None,
            leaf: None,
            reach: is_told.then_some(Reach::Itself),
        }
    })
}

/// What a heartbeat says. Silence counts only as far as this machine could have heard a signal.
async fn judge(
    store: &Store,
    heartbeat: &Heartbeat,
    now: Timestamp,
) -> Result<(Verdict, Option<Reason>), StoreError> {
    let (verdict, reason) = heartbeat.verdict(now);
    let is_silence = reason
        .as_ref()
        .is_some_and(|reason| matches!(reason.code, ReasonCode::Missed | ReasonCode::Unfinished));
    if !is_silence {
        return Ok((verdict, reason));
    }
    let mut spells =
        store.list_latest_blind_spells(&VantagePoint::core(), SPELLS_LOOKED_AT).await?;
    spells.sort_by_key(|spell| spell.began_at);
    Ok(heartbeat.clone().excuse_blindness(&spells, now).verdict(now))
}

/// What the job wrote with the failure that it told of.
fn exchange(heartbeat: &Heartbeat) -> Exchange {
    let failed_at = heartbeat.failure.as_ref().map(|failure| failure.at);
    let is_it = |one: &&Signal| one.kind == SignalKind::Fail && Some(one.at) == failed_at;
    let Some(signal) = heartbeat.signals.iter().find(is_it) else { return Exchange::default() };
    let line = |direction, text: &str| ExchangeLine { at_us: 0, direction, text: text.to_owned() };
    let mut lines = vec![line(Direction::Noted, &format!("signal at {}: fail", signal.at))];
    lines.extend(signal.body.lines().map(|text| line(Direction::Received, text)));
    Exchange { lines, is_cut: signal.is_cut }
}

#[cfg(test)]
mod tests;
