//! Many response times as one small thing that can be added to another.
//!
//! A time falls into a bucket by its leading bits: sixteen buckets for each power of two, so that a
//! bucket is at most a sixteenth wide and its middle at most 3.2 % off. Times below sixteen
//! microseconds are exact. Buckets are the same everywhere and for ever, therefore two histograms add
//! up without loss: minutes to an hour, hours to a day, one vantage point to another.

use serde::{Deserialize, Serialize};

/// Bits of a time below its highest one that count.
const FINE_BITS: u32 = 4;
/// Buckets for each power of two.
const FINE: u64 = 1 << FINE_BITS;

/// The longest time that is told from a longer one, in microseconds: a good hour.
const LONGEST_US: u64 = (1 << 32) - 1;

/// How many times fell into which bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Histogram {
    /// Buckets that are not empty with their counts, in order. Their places are bounded by
    /// [`Histogram::BUCKETS`], and with them their number.
    buckets: Vec<(u16, u32)>,
}

impl Histogram {
    /// How many buckets there are.
    pub const BUCKETS: u16 = bucket_of(LONGEST_US) + 1;

    /// Counts a time, in microseconds.
    pub fn add(&mut self, us: u64) {
        self.add_to(bucket_of(us), 1);
    }

    /// Counts everything that another one has counted.
    pub fn merge(&mut self, other: &Self) {
        for &(bucket, count) in &other.buckets {
            self.add_to(bucket, count);
        }
    }

    fn add_to(&mut self, bucket: u16, count: u32) {
        match self.buckets.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(at) => {
                if let Some((_, counted)) = self.buckets.get_mut(at) {
                    *counted = counted.saturating_add(count);
                }
            }
            Err(at) => self.buckets.insert(at, (bucket, count)),
        }
    }

    /// How many times were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|(_, count)| u64::from(*count)).sum()
    }

    /// Whether none was.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// The time in microseconds that `percent` of all times do not exceed, at most 3.2 % off; `None`
    /// where there is no time.
    #[must_use]
    pub fn percentile(&self, percent: u8) -> Option<u64> {
        let count = self.count();
        // The nearest rank: the smallest that has so many at or below it.
        let rank = (count * u64::from(percent.min(100))).div_ceil(100).max(1);
        let mut below = 0;
        for &(bucket, count) in &self.buckets {
            below += u64::from(count);
            if below >= rank {
                return Some(middle_of(bucket));
            }
        }
        None
    }

    /// The buckets that are not empty with their counts, in order.
    #[must_use]
    pub fn buckets(&self) -> &[(u16, u32)] {
        &self.buckets
    }

    /// A histogram of these buckets; `None` where they are out of order, empty, or there is none such.
    #[must_use]
    pub fn of_buckets(buckets: Vec<(u16, u32)>) -> Option<Self> {
        let is_ordered = buckets.is_sorted_by(|(one, _), (next, _)| one < next);
        let exists = |&(bucket, count): &(u16, u32)| bucket < Self::BUCKETS && count > 0;
        (is_ordered && buckets.iter().all(exists)).then_some(Self { buckets })
    }
}

/// The bucket of a time.
const fn bucket_of(us: u64) -> u16 {
    let us = if us > LONGEST_US { LONGEST_US } else { us };
    if us < FINE {
        return us as u16;
    }
    let power = us.ilog2() - FINE_BITS;
    ((power as u64 * FINE) + (us >> power)) as u16
}

/// The middle of a bucket, in microseconds.
fn middle_of(bucket: u16) -> u64 {
    let bucket = u64::from(bucket);
    if bucket < FINE {
        return bucket;
    }
    let power = bucket / FINE - 1;
    let first = (bucket % FINE + FINE) << power;
    first + (1 << power) / 2
}

#[cfg(test)]
mod tests;
