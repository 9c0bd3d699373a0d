//! What a check found over a stretch of time, in steps that somebody can look at.

use std::str::FromStr;

use allclear_domain::check::{Samples, Span};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use allclear_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};

/// A stretch of time up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stretch {
    /// An hour, minute by minute.
    Hour,
    /// A day, by quarters of an hour.
    #[default]
    Day,
    /// A week, by two hours.
    Week,
    /// Ninety days, day by day.
    Quarter,
}

impl Stretch {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Quarter];

    /// The word in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Quarter => "quarter",
        }
    }

    /// How long a step is.
    #[must_use]
    pub const fn step(self) -> SignedDuration {
        SignedDuration::from_mins(match self {
            Self::Hour => 1,
            Self::Day => 15,
            Self::Week => 120,
            Self::Quarter => 24 * 60,
        })
    }

    /// How many steps it has.
    #[must_use]
    pub const fn steps(self) -> u16 {
        match self {
            Self::Hour => 60,
            Self::Day => 96,
            Self::Week => 84,
            Self::Quarter => 90,
        }
    }

    /// The spans that its steps are added up from: the longest first, each for what is not in the one
    /// before it yet.
    const fn spans(self) -> &'static [Span] {
        match self {
            Self::Hour | Self::Day => &[Span::Minute],
            Self::Week => &[Span::Hour, Span::Minute],
            Self::Quarter => &[Span::Day, Span::Hour, Span::Minute],
        }
    }

    /// When its first step begins. Steps begin at full ones in UTC, and the last one goes on.
    fn starts_at(self, now: Timestamp) -> Timestamp {
        let step = self.step().as_secs();
        let last = now.as_second().div_euclid(step) * step;
        let first = last.saturating_sub((i64::from(self.steps()) - 1) * step);
        Timestamp::from_second(first).unwrap_or(Timestamp::MIN)
    }
}

impl FromStr for Stretch {
    type Err = InvalidValue;

    fn from_str(word: &str) -> Result<Self, InvalidValue> {
        let found = Self::ALL.into_iter().find(|stretch| stretch.as_str() == word);
        found.ok_or_else(|| InvalidValue::new("over", "use one of hour, day, week, quarter"))
    }
}

/// What was found in one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When it begins.
    pub starts_at: Timestamp,
    /// What was found, from all vantage points.
    pub samples: Samples,
}

/// What was found over a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    /// Its steps in order, those with nothing in them, too.
    pub steps: Vec<Step>,
    /// All of it.
    pub all: Samples,
}

/// Reads what a check found.
///
/// # Errors
/// Where the store fails.
pub async fn read(
    store: &Store,
    id: CheckId,
    stretch: Stretch,
    now: Timestamp,
) -> Result<Times, StoreError> {
    let start = stretch.starts_at(now);
    let mut times = Times::empty(stretch, start);
    let mut from = start;
    // The minute that is under way is among them.
    let minute = Span::Minute.length();
    let to = Span::Minute.start_of(now).checked_add(minute).unwrap_or(Timestamp::MAX);
    for span in stretch.spans() {
        for sampled in store.list_samples_of(id, *span, from, to).await? {
            times.add(stretch, start, (sampled.starts_at, &sampled.samples));
            let end = sampled.starts_at.checked_add(span.length()).unwrap_or(Timestamp::MAX);
            from = from.max(end);
        }
    }
    Ok(times)
}

impl Times {
    fn empty(stretch: Stretch, start: Timestamp) -> Self {
        let starts = (0..stretch.steps())
            .filter_map(|nth| start.checked_add(stretch.step() * i32::from(nth)).ok());
        let steps = starts.map(|starts_at| Step { starts_at, samples: Samples::default() });
        Self { steps: steps.collect(), all: Samples::default() }
    }

    fn add(&mut self, stretch: Stretch, start: Timestamp, (at, samples): (Timestamp, &Samples)) {
        let nth = at.duration_since(start).as_secs().div_euclid(stretch.step().as_secs());
        let step = usize::try_from(nth).ok().and_then(|nth| self.steps.get_mut(nth));
        if let Some(step) = step {
            step.samples.merge(samples);
            self.all.merge(samples);
        }
    }
}

#[cfg(test)]
mod tests {
    use allclear_domain::check::{ProbeResult, VantagePoint, Verdict};
    use allclear_domain::{Entropy, TurnedClock};
    use allclear_store::{Location, Sampled};

    use super::*;
    use crate::RollUp;

    #[tokio::test]
    async fn every_sample_is_in_one_step_however_far_it_is_added_up() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
        let start: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let now = start + SignedDuration::from_mins(26 * 60 + 20);
        let check_id: CheckId = Entropy::from_seed(1).id(start);
        let mut all = Vec::new();
        for minute in 0..26 * 60 + 20 {
            let starts_at = start + SignedDuration::from_mins(minute);
            let ours = ProbeResult::ours(VantagePoint::core(), starts_at, "");
            let mut samples = Samples::default();
            samples.add(&ProbeResult { verdict: Verdict::Ok, took_us: 1_000, ..ours });
            all.push(Sampled { check_id, vantage: VantagePoint::core(), starts_at, samples });
        }
        let mut transaction = store.begin().await.unwrap();
        transaction.put_samples(Span::Minute, &all).await.unwrap();
        transaction.commit().await.unwrap();
        let counts = async |stretch| {
            let times = read(&store, check_id, stretch, now).await.unwrap();
            assert_eq!(times.steps.len(), usize::from(Stretch::steps(stretch)));
            let of_steps: u64 = times.steps.iter().map(|step| step.samples.count()).sum();
            assert_eq!(of_steps, times.all.count());
            times.all.count()
        };
        // Before anything is added up, and after.
        for _ in 0..2 {
            assert_eq!(counts(Stretch::Hour).await, 59);
            assert_eq!(counts(Stretch::Day).await, 23 * 60 + 45 + 5);
            assert_eq!(counts(Stretch::Week).await, 26 * 60 + 20);
            assert_eq!(counts(Stretch::Quarter).await, 26 * 60 + 20);
            let duty =
                RollUp::new(store.clone(), std::sync::Arc::new(TurnedClock::at(now)), u64::MAX);
            duty.run_once(now).await.unwrap();
        }
        assert_eq!(store.last_samples(Span::Day, now).await.unwrap(), Some(start));
    }

    #[test]
    fn words_are_read_back() {
        for stretch in Stretch::ALL {
            assert_eq!(stretch.as_str().parse(), Ok(stretch));
        }
        let error = "year".parse::<Stretch>().unwrap_err();
        assert!(error.to_string().contains("hour, day, week, quarter"), "{error}");
    }
}
