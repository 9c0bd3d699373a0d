//! What the duty that probes asks the store: which checks there are, and what came of heartbeats.

use std::ops::Range;
use std::time::Duration;

use allclear_domain::Check;
use allclear_domain::check::{BlindSpell, Outage, Sight, Span, VantagePoint};
use allclear_domain::ids::CheckId;
use allclear_store::{CheckChanges, ReadableChecks, ReadableJudgments, Sampled, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::{heartbeat, secrets};

/// How often it asks which checks changed, where nobody tells it.
const ASK_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// How far apart it asks at least, however often it is told.
const ASK_APART: Duration = Duration::from_millis(100);

/// When it is time to ask.
#[derive(Debug, Default)]
pub(super) struct AskTimes {
    asked: Option<(Timestamp, Instant)>,
    is_nudged: bool,
}

impl AskTimes {
    pub(super) fn is_time(&self, now: Timestamp, instant: Instant) -> bool {
        let Some((asked_at, _)) = self.asked else { return true };
        now.duration_since(asked_at).abs() >= ASK_EVERY
            || self.wait(instant).is_some_and(|wait| wait.is_zero())
    }

    /// How long until it asks because it was told that there is something new.
    pub(super) fn wait(&self, instant: Instant) -> Option<Duration> {
        let (_, asked) = self.asked.filter(|_| self.is_nudged)?;
        Some(ASK_APART.saturating_sub(instant.duration_since(asked)))
    }

    /// It asks now.
    pub(super) fn begin(&mut self, now: Timestamp, instant: Instant) {
        *self = Self { asked: Some((now, instant)), is_nudged: false };
    }

    /// There is something new.
    pub(super) const fn nudge(&mut self) {
        self.is_nudged = true;
    }
}

/// What a look at the store gave.
pub(super) enum Asked {
    /// At the start: everything, perhaps of another process.
    Everything(Box<Everything>),
    /// What is new since.
    Changes { changes: CheckChanges, open: Vec<Outage>, news: News },
}

/// Everything that is known from before.
pub(super) struct Everything {
    pub(super) revision: i64,
    pub(super) checks: ReadableChecks,
    pub(super) judged: ReadableJudgments,
    pub(super) minutes: Vec<Sampled>,
    pub(super) open: Vec<Outage>,
    pub(super) news: News,
    pub(super) sight: Option<Sight>,
    pub(super) spell: Option<BlindSpell>,
}

/// Heartbeats of which something came, or nothing in time.
pub(super) struct News {
    pub(super) ids: Vec<CheckId>,
    /// Up to when deadlines were looked through.
    pub(super) until: Timestamp,
}

/// Asks which checks there are, and what came of heartbeats: where something did after a revision, or
/// a deadline lies in an interval.
pub(super) async fn ask(
    store: &Store,
    revision: Option<i64>,
    hears: bool,
    deadlines: Range<Timestamp>,
) -> Result<Asked, StoreError> {
    let is_heard = |checks: &[Check]| checks.iter().any(|one| one.kind.as_heartbeat().is_some());
    let news = async |hears: bool, revision: i64| {
        let until = deadlines.end;
        if !hears {
            return Ok::<_, StoreError>(News { ids: Vec::new(), until });
        }
        heartbeat::listen(store, until).await?;
        let ids = store.list_news_of_heartbeats(revision, deadlines.start, until).await?;
        Ok(News { ids, until })
    };
    match revision {
        Some(revision) => {
            let mut changes = store.check_changes_since(revision).await?;
            secrets::open(store, &mut changes.checks).await?;
            let open = match changes.checks.is_empty() {
                true => Vec::new(),
                false => store.list_readable_open_outages().await?,
            };
            let news = news(hears || is_heard(&changes.checks), revision).await?;
            Ok(Asked::Changes { changes, open, news })
        }
        None => {
            let revision = store.revision().await?;
            let mut checks = store.list_readable_checks().await?;
            secrets::open(store, &mut checks.checks).await?;
            // Whatever came last may not have been looked at.
            let news = news(is_heard(&checks.checks), 0).await?;
            let judged = store.list_readable_judgments().await?;
            let this_minute = Span::Minute.start_of(deadlines.end);
            let minutes = store.list_samples(Span::Minute, this_minute, Timestamp::MAX).await?;
            let open = store.list_readable_open_outages().await?;
            let sight = store.find_sight(&VantagePoint::core()).await?;
            let spell = store.find_open_blind_spell(&VantagePoint::core()).await?;
            let all = Everything { revision, checks, judged, minutes, open, news, sight, spell };
            Ok(Asked::Everything(Box::new(all)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_tell_it_asks_ten_times_a_second() {
        let (mut asks, now, begin) = (AskTimes::default(), Timestamp::UNIX_EPOCH, Instant::now());
        let mut asked = Vec::new();
        for ms in 0..1_000 {
            asks.nudge();
            if asks.is_time(now, begin + Duration::from_millis(ms)) {
                asks.begin(now, begin + Duration::from_millis(ms));
                asked.push(ms);
            }
        }
        assert_eq!(asked, [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
        // One that comes after a silence is heard at once, one that comes meanwhile is not lost.
        let later = begin + Duration::from_secs(9);
        assert!(asks.is_time(now, later));
        asks.begin(now, later);
        assert!(
            !asks.is_time(now, later + Duration::from_millis(999)) && asks.wait(later).is_none()
        );
        asks.nudge();
        assert_eq!(asks.wait(later + Duration::from_millis(30)), Some(Duration::from_millis(70)));
        assert!(asks.is_time(now + ASK_EVERY, later), "and once a second of the clock");
    }
}
