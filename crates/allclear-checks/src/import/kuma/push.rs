//! A monitor of the type `push`: a heartbeat, with the token that it has.

use allclear_domain::check::{CheckKind, HeartbeatCheck, Schedule, SignalToken};
use allclear_domain::{Check, limits};
use allclear_store::KumaRow;

use super::monitor::{Context, number};
use crate::import::draft::Draft;
use crate::import::{Becomes, span};

/// Seconds from one push to the next where nothing is said.
const USUAL_SECONDS: u32 = 60;

/// Reads the monitor.
pub(super) fn read(row: &KumaRow, context: Context, draft: &mut Draft<'_>) -> Vec<Becomes> {
    let Ok(token) = row.get("push_token").unwrap_or_default().parse::<SignalToken>() else {
        draft.refuse(format!(
            "its token cannot be that of a heartbeat, which has {} to {} letters, digits, - and _: \
             add a heartbeat, and let what pushes call its address",
            limits::SIGNAL_TOKEN_CHARS_MIN,
            limits::SIGNAL_TOKEN_CHARS_MAX
        ));
        return Vec::new();
    };
    draft.change(
        "its token comes along: what pushes works unchanged once the host name that it calls leads \
         here",
    );
    draft.change("before its first push it is down there; here it is unknown, and waits for it");
    let seconds = seconds(row, draft);
    let heartbeat = HeartbeatCheck {
        schedule: Schedule::Every { seconds },
        grace_seconds: grace(row, seconds, draft),
        tokens: vec![token],
    };
    let kind = CheckKind::Heartbeat(heartbeat);
    vec![Becomes {
        suffix: None,
        name: draft.name.clone(),
        interval_seconds: kind.usual_interval_seconds(),
        deadline_ms: Check::USUAL_DEADLINE_MS,
        patience: kind.usual_patience(),
        kind,
        is_paused: context.is_paused(row),
        tags: context.tags,
        members: Vec::new(),
    }]
}

/// Seconds from one push to the next.
fn seconds(row: &KumaRow, draft: &mut Draft<'_>) -> u32 {
    let wanted = number::<u32>(row, "interval");
    let given = wanted.unwrap_or(USUAL_SECONDS).clamp(1, limits::HEARTBEAT_SECONDS_MAX);
    if wanted.is_some_and(|wanted| wanted != given) {
        draft.change(format!("here a push is due every {given} s"));
    }
    if wanted.is_none() && row.get("interval").is_some() {
        draft.change(format!("its interval cannot be read: a push is due every {given} s here"));
    }
    given
}

/// How much later a push may come: as long as Uptime Kuma would try again, and one second.
fn grace(row: &KumaRow, seconds: u32, draft: &mut Draft<'_>) -> u32 {
    let retries: u32 = number(row, "maxretries").unwrap_or(0);
    let every = number::<u32>(row, "retry_interval").filter(|every| *every > 0);
    let every = every.unwrap_or(seconds);
    let wanted = retries.saturating_mul(every).saturating_add(1);
    let grace = wanted.min(limits::HEARTBEAT_SECONDS_MAX);
    if retries > 0 {
        let told = |seconds: u32| span::told(f64::from(seconds) * 1e3);
        draft.change(format!(
            "there silence is looked at {retries} more times, {} apart, before it is down; here a \
             push may be late by {}, and one that says down fails at once",
            told(every),
            told(grace)
        ));
    }
    grace
}
