//! The duty that adds samples up, minutes to hours and hours to days, and forgets those that are too old
//! or too many.
//!
//! It finds out from what is there what is to be done, and what it writes it could write again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::Clock;
use allclear_domain::check::{Samples, Span};
use allclear_store::{Sampled, Store, StoreError};
use jiff::{SignedDuration, Timestamp};

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long it waits for what is heard of late, until a span counts as over.
const LATE: SignedDuration = SignedDuration::from_mins(5);
/// Spans that one run adds up or forgets at most; the next run goes on.
const STEPS_MAX: usize = 500;
/// Bytes that a row takes beside its sums, with its share of pages that are not full.
const ROW_BYTES: u64 = 80;

/// How long samples of a span are kept.
#[must_use]
pub const fn kept(span: Span) -> SignedDuration {
    SignedDuration::from_hours(match span {
        Span::Minute => 48,
        Span::Hour => 24 * 100,
        Span::Day => 24 * 365 * 3,
    })
}

/// How long they are kept however many there are.
const fn kept_at_least(span: Span) -> SignedDuration {
    SignedDuration::from_hours(match span {
        Span::Minute => 2,
        Span::Hour => 48,
        Span::Day => 24 * 7,
    })
}

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Spans that were added up.
    pub added_up: usize,
    /// Rows that were forgotten.
    pub forgotten: u64,
}

/// Adds samples up, and forgets them.
pub struct RollUp {
    store: Store,
    clock: Arc<dyn Clock>,
    /// Bytes that all samples together may take.
    bytes_max: u64,
}

impl RollUp {
    /// A duty that keeps no more than so many bytes.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, bytes_max: u64) -> Self {
        Self { store, clock, bytes_max }
    }

    /// Runs until it is dropped.
    pub async fn run(&self) {
        let mut is_told = false;
        loop {
            match self.run_once(self.clock.now()).await {
                Ok(_) => is_told = false,
                Err(error) if !is_told => {
                    tracing::error!(%error, "samples cannot be added up");
                    is_told = true;
                }
                Err(_) => {}
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// One run.
    ///
    /// # Errors
    /// Where the store fails. The next run goes on.
    pub async fn run_once(&self, now: Timestamp) -> Result<Report, StoreError> {
        let mut report = Report::default();
        for span in [Span::Hour, Span::Day] {
            report.added_up += self.add_up(span, now).await?;
        }
        // Where the clock runs ahead, nothing is older for it: only samples make others old.
        let newest = self.store.last_samples(Span::Minute, now).await?;
        let newest = newest.unwrap_or(Timestamp::MIN);
        for span in Span::ALL {
            let until = self.may_go(span, ago(newest, kept(span)), now).await?;
            report.forgotten += self.forget(span, until).await?;
        }
        if report.added_up > 0 {
            report.forgotten += self.keep_below(now).await?;
        }
        Ok(report)
    }

    /// Adds up every span that is over, and says how many.
    async fn add_up(&self, span: Span, now: Timestamp) -> Result<usize, StoreError> {
        let Some(part) = span.part() else { return Ok(0) };
        let is_over = |start: Timestamp| later(start, span.length() + LATE) <= now;
        let last = self.store.last_samples(span, now).await?;
        let new = last.map_or(Timestamp::MIN, |last| later(last, span.length()));
        let first = self.store.first_samples_since(part, new).await?;
        if first.is_none_or(|first| !is_over(span.start_of(first))) {
            return Ok(0);
        }
        // The last one is added up once more: something may have come late.
        let mut from = last.unwrap_or(Timestamp::MIN);
        let mut added_up = 0;
        while added_up < STEPS_MAX {
            let Some(first) = self.store.first_samples_since(part, from).await? else { break };
            let start = span.start_of(first);
            if !is_over(start) {
                break;
            }
            self.add_up_one(span, part, start).await?;
            added_up += 1;
            from = later(start, span.length());
        }
        Ok(added_up)
    }

    async fn add_up_one(
        &self,
        span: Span,
        part: Span,
        starts_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut sums: HashMap<_, Samples> = HashMap::new();
        let (mut at, end) = (starts_at, later(starts_at, span.length()));
        while at < end {
            let next = later(at, part.length());
            for one in self.store.list_samples(part, at, next).await? {
                sums.entry((one.check_id, one.vantage)).or_default().merge(&one.samples);
            }
            at = next;
        }
        let rows: Vec<Sampled> = sums
            .into_iter()
            .map(|((check_id, vantage), samples)| Sampled { check_id, vantage, starts_at, samples })
            .collect();
        let mut transaction = self.store.begin().await?;
        transaction.put_samples(span, &rows).await?;
        transaction.commit().await.map(|_| ())
    }

    /// What may be forgotten of that before a time: nothing that is not added up.
    async fn may_go(
        &self,
        span: Span,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let longer = Span::ALL.into_iter().find(|longer| longer.part() == Some(span));
        let Some(longer) = longer else { return Ok(span.start_of(before)) };
        let last = self.store.last_samples(longer, now).await?;
        Ok(span.start_of(before).min(last.unwrap_or(Timestamp::MIN)))
    }

    /// Forgets what is before a time, span by span: nobody else waits long to write.
    async fn forget(&self, span: Span, until: Timestamp) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        for _ in 0..STEPS_MAX {
            let first = self.store.first_samples_since(span, Timestamp::MIN).await?;
            let Some(first) = first.filter(|first| *first < until) else { break };
            let mut transaction = self.store.begin().await?;
            let next = later(first, span.length()).min(until);
            forgotten += transaction.remove_samples_before(span, next).await?;
            transaction.commit().await?;
        }
        Ok(forgotten)
    }

    /// Forgets the oldest where all together are too many: minutes first, days last.
    async fn keep_below(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut bytes = HashMap::new();
        for span in Span::ALL {
            bytes.insert(span, self.bytes(span, Timestamp::MAX).await?);
        }
        let mut over = bytes.values().sum::<u64>().saturating_sub(self.bytes_max);
        let mut forgotten = 0;
        for span in Span::ALL {
            let own = bytes.get(&span).copied().unwrap_or(0);
            let first = self.store.first_samples_since(span, Timestamp::MIN).await?;
            let Some(first) = first.filter(|_| over > 0 && own > 0) else { continue };
            // As great a share of the time as it is of the bytes, and a little more.
            let latest = self.may_go(span, ago(now, kept_at_least(span)), now).await?;
            let seconds = now.duration_since(first).as_secs().max(0);
            let share = (over.min(own) as f64 * 1.05 / own as f64).min(1.0);
            let share = SignedDuration::from_secs((seconds as f64 * share) as i64) + span.length();
            let until = span.start_of(later(first, share)).min(latest);
            let gone = self.bytes(span, until).await?;
            forgotten += self.forget(span, until).await?;
            over = over.saturating_sub(gone);
        }
        if over > 0 {
            tracing::warn!(
                bytes = over,
                "samples take more room than they may: raise samples_max_mb"
            );
        }
        Ok(forgotten)
    }

    /// Bytes that samples before a time take.
    async fn bytes(&self, span: Span, before: Timestamp) -> Result<u64, StoreError> {
        let size = self.store.size_of_samples(span, before).await?;
        Ok(size.rows * ROW_BYTES + size.bytes)
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn ago(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
