//! What the duty that probes asks the store: which checks there are, and what came of heartbeats.

use std::ops::Range;

use allclear_domain::Check;
use allclear_domain::check::{BlindSpell, Outage, Sight, Span, VantagePoint};
use allclear_domain::ids::CheckId;
use allclear_store::{CheckChanges, ReadableChecks, ReadableJudgments, Sampled, Store, StoreError};
use jiff::Timestamp;

use crate::{heartbeat, secrets};

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
