//! What the probes of one check found in one span of time, added up.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::probe::{ProbeResult, Verdict};

/// How long a time samples are added up over. Each is a part of the next one, all begin at their full
/// hour or day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
}

impl Span {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// The word in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// How long it is.
    #[must_use]
    pub const fn length(self) -> SignedDuration {
        match self {
            Self::Minute => SignedDuration::from_mins(1),
            Self::Hour => SignedDuration::from_hours(1),
            Self::Day => SignedDuration::from_hours(24),
        }
    }

    /// The shorter span that it is added up from; `None` for the shortest.
    #[must_use]
    pub const fn part(self) -> Option<Self> {
        match self {
            Self::Minute => None,
            Self::Hour => Some(Self::Minute),
            Self::Day => Some(Self::Hour),
        }
    }

    /// Where the span around a time begins.
    #[must_use]
    pub fn start_of(self, at: Timestamp) -> Timestamp {
        let length = self.length().as_secs() * 1_000_000;
        let start = at.as_microsecond().div_euclid(length) * length;
        // The first day that there is has no beginning of its own.
        Timestamp::from_microsecond(start).unwrap_or(Timestamp::MIN)
    }
}

/// What probes found, added up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    /// Probes that worked.
    pub ok: u32,
    /// Probes that worked badly.
    pub degraded: u32,
    /// Probes that failed.
    pub failed: u32,
    /// Probes that say nothing of the target.
    pub unknown: u32,
    /// How long those took that worked, were it badly: how long a failure takes says nothing.
    pub took: Histogram,
}

/// Bytes of the longest number as it is written.
const NUMBER_BYTES_MAX: u32 = 5;

impl Samples {
    /// Bytes that samples take when written, at most: five for each number.
    pub const BYTES_MAX: usize = 5 * (4 + 2 * Histogram::BUCKETS as usize);

    /// Adds what a probe found.
    pub fn add(&mut self, result: &ProbeResult) {
        let count = match result.verdict {
            Verdict::Ok => &mut self.ok,
            Verdict::Degraded => &mut self.degraded,
            Verdict::Fail => &mut self.failed,
            Verdict::Unknown => &mut self.unknown,
        };
        *count = count.saturating_add(1);
        if matches!(result.verdict, Verdict::Ok | Verdict::Degraded) {
            self.took.add(result.took_us);
        }
    }

    /// Adds what others have added up.
    pub fn merge(&mut self, other: &Self) {
        self.ok = self.ok.saturating_add(other.ok);
        self.degraded = self.degraded.saturating_add(other.degraded);
        self.failed = self.failed.saturating_add(other.failed);
        self.unknown = self.unknown.saturating_add(other.unknown);
        self.took.merge(&other.took);
    }

    /// How many probes there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        [self.ok, self.degraded, self.failed, self.unknown].into_iter().map(u64::from).sum()
    }

    /// The samples in a few bytes: the four counts, then each bucket as the distance from the one
    /// before it and its count. Numbers are little-endian in groups of seven bits, as in LEB128.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(32);
        for count in [self.ok, self.degraded, self.failed, self.unknown] {
            put(&mut bytes, count);
        }
        let mut before = 0;
        for &(bucket, count) in self.took.buckets() {
            put(&mut bytes, u32::from(bucket - before));
            put(&mut bytes, count);
            before = bucket;
        }
        bytes
    }

    /// Reads what [`Samples::to_bytes`] wrote; `None` where it did not.
    #[must_use]
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let (ok, degraded, failed, unknown) =
            (take(bytes)?, take(bytes)?, take(bytes)?, take(bytes)?);
        let (mut buckets, mut before) = (Vec::new(), 0_u16);
        while !bytes.is_empty() {
            before = before.checked_add(u16::try_from(take(bytes)?).ok()?)?;
            buckets.push((before, take(bytes)?));
        }
        Some(Self { ok, degraded, failed, unknown, took: Histogram::of_buckets(buckets)? })
    }
}

/// Writes a number.
fn put(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the front.
fn take(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0_u64;
    for place in 0..NUMBER_BYTES_MAX {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << (7 * place);
        if first & 0x80 == 0 {
            return u32::try_from(number).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests;
