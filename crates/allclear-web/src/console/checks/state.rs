//! How a check is, in one word, and texts of strangers as they can be shown.

use std::collections::HashMap;

use allclear_domain::Check;
use allclear_domain::check::{Judgment, Reason, Threshold, Verdict};
use allclear_domain::ids::CheckId;
use allclear_store::{Judged, Store, StoreError};
use jiff::Timestamp;

use crate::console::answer::sentence;

/// How a check is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Down,
    /// Down and up, again and again.
    Flapping,
    Degraded,
    Unknown,
    /// What it stands behind is down.
    Behind,
    Works,
    Paused,
}

impl State {
    /// All of them, the worst first.
    pub(super) const ALL: [Self; 7] = [
        Self::Down,
        Self::Flapping,
        Self::Degraded,
        Self::Unknown,
        Self::Behind,
        Self::Works,
        Self::Paused,
    ];

    /// How a check is, by what is believed of it at any vantage point.
    pub(super) fn of(check: &Check, judgment: Option<&Judgment>) -> Self {
        if check.paused_at.is_some() {
            return Self::Paused;
        }
        if judgment.is_some_and(Judgment::is_flapping) {
            return Self::Flapping;
        }
        match judgment.and_then(Judgment::verdict) {
            Some(Verdict::Fail) => Self::Down,
            Some(Verdict::Degraded) => Self::Degraded,
            Some(Verdict::Ok) => Self::Works,
            Some(Verdict::Unknown) | None => {
                let is_behind = judgment.is_some_and(|one| one.behind().is_some());
                if is_behind { Self::Behind } else { Self::Unknown }
            }
        }
    }

    /// For people.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Down => "Down",
            Self::Flapping => "Flapping",
            Self::Degraded => "Degraded",
            Self::Unknown => "Unknown",
            Self::Behind => "Behind",
            Self::Works => "Works",
            Self::Paused => "Paused",
        }
    }

    /// So many of them are so.
    pub(super) fn tell_count(self, count: usize) -> String {
        match self {
            Self::Works if count != 1 => format!("{count} work"),
            state => format!("{count} {}", state.word().to_lowercase()),
        }
    }

    /// Its shape.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Down => "■",
            Self::Flapping => "◪",
            Self::Degraded => "▲",
            Self::Unknown => "○",
            Self::Behind => "◌",
            Self::Works => "●",
            Self::Paused => "‖",
        }
    }

    /// The class of its color.
    pub(super) const fn style(self) -> &'static str {
        match self {
            Self::Down | Self::Flapping => "mj",
            Self::Degraded => "dg",
            Self::Works => "op",
            Self::Unknown | Self::Behind | Self::Paused => "quiet",
        }
    }
}

/// How a threshold that was crossed is called.
pub(super) const fn of_threshold(threshold: Threshold) -> State {
    match threshold {
        Threshold::Fail => State::Down,
        Threshold::Degraded => State::Degraded,
    }
}

/// What is believed of every check: the worst of all vantage points.
pub(crate) async fn believed(store: &Store) -> Result<HashMap<CheckId, Judgment>, StoreError> {
    let mut believed: HashMap<CheckId, Judgment> = HashMap::new();
    for (id, judgment) in store.list_believed().await? {
        let worst = believed.entry(id).or_insert(judgment);
        if judgment.verdict() > worst.verdict() {
            *worst = judgment;
        }
    }
    Ok(believed)
}

/// What is known of one check: the worst of all vantage points.
pub(super) async fn judged(store: &Store, id: CheckId) -> Result<Option<Judged>, StoreError> {
    let judged = store.list_judgments_of(id).await?;
    Ok(judged.into_iter().max_by_key(|one| one.judgment.verdict()))
}

/// Since when it is so, where that is known.
pub(super) async fn since(
    store: &Store,
    check: &Check,
    judged: Option<&Judged>,
) -> Result<Option<Timestamp>, StoreError> {
    let crossed = |threshold| judged.and_then(|one| one.judgment.crossed_at(threshold));
    Ok(match State::of(check, judged.map(|one| &one.judgment)) {
        State::Paused => check.paused_at,
        State::Down => crossed(Threshold::Fail),
        State::Flapping => crossed(Threshold::Fail).or_else(|| crossed(Threshold::Degraded)),
        State::Degraded => crossed(Threshold::Degraded),
        State::Unknown | State::Behind => None,
        // It works since the last outage, where there was one.
        State::Works => {
            let latest = store.list_latest_outages(check.id, 1).await?;
            latest.first().and_then(|outage| outage.ended_at)
        }
    })
}

/// What strangers sent, with every character that has no shape, or turns the direction of others,
/// written out.
pub(super) fn plain(text: &str) -> String {
    let is_odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_odd(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// Why something is not well, as a sentence; empty where nothing is said.
pub(super) fn tell_reason(reason: Option<&Reason>) -> String {
    reason.map(|reason| sentence(&plain(&reason.told))).unwrap_or_default()
}

/// A number of microseconds, for people.
pub(super) fn tell_us(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{:02} s", us / 1_000_000, us % 1_000_000 / 10_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_shape_is_written_out() {
        assert_eq!(plain("220 ok\r\n\u{7}\u{202e}x"), "220 ok\\r\\n\\u{7}\\u{202e}x");
        assert_eq!(plain("Grüße, 世界"), "Grüße, 世界");
    }

    #[test]
    fn short_times() {
        for (us, told) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (1_250, "1.2 ms"),
            (182_900, "182 ms"),
            (999_999, "999 ms"),
            (1_009_999, "1.00 s"),
            (10_240_000, "10.24 s"),
        ] {
            assert_eq!(tell_us(us), told);
        }
    }
}
