//! How long probes of a component took, day by day: what readers are shown of response times.

use jiff::civil::Date;

use super::Histogram;

/// The time that half of all probes that worked did not exceed, and the time that 95 of 100 did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Took {
    /// Half of them, in microseconds.
    pub half_us: u64,
    /// 95 of 100, in microseconds.
    pub most_us: u64,
}

impl Took {
    /// Of these times; `None` where there is none.
    #[must_use]
    pub fn of(times: &Histogram) -> Option<Self> {
        let (half_us, most_us) = (times.percentile(50)?, times.percentile(95)?);
        Some(Self { half_us, most_us })
    }
}

/// How long probes took on some days in a row, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownTimes {
    /// The first of these days.
    pub first_day: Date,
    /// Each of them in order; `None` where no probe worked.
    pub days: Vec<Option<Took>>,
    /// All of them together.
    pub all: Took,
}

impl ShownTimes {
    /// Of the times of each day, from the first one on; `None` where no probe worked on any of them.
    #[must_use]
    pub fn of(first_day: Date, days: &[Histogram]) -> Option<Self> {
        let mut all = Histogram::default();
        days.iter().for_each(|day| all.merge(day));
        Some(Self { first_day, days: days.iter().map(Took::of).collect(), all: Took::of(&all)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_a_time_is_a_gap_and_no_times_are_none() {
        let first_day = jiff::civil::date(2026, 11, 20);
        assert_eq!(ShownTimes::of(first_day, &[]), None);
        assert_eq!(ShownTimes::of(first_day, &[Histogram::default(), Histogram::default()]), None);
        let mut day = Histogram::default();
        (0..9).for_each(|_| day.add(8));
        day.add(15);
        let shown = ShownTimes::of(first_day, &[day, Histogram::default()]).unwrap();
        assert_eq!(shown.days, [Some(Took { half_us: 8, most_us: 15 }), None]);
        assert_eq!(shown.all, Took { half_us: 8, most_us: 15 });
    }
}
