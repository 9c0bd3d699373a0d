//! The chart of what a check found over a stretch of time, and the table behind it.

use allclear_checks::times::{Step, Stretch, Times};
use allclear_domain::check::{Histogram, Samples};
use allclear_statuspage::curve;
use jiff::Timestamp;

use super::state::tell_us;
use crate::console::when::When;

/// What is drawn as a line, the calmest first.
const LINES: [(u8, &str, &str); 3] =
    [(50, "t50", "half of them"), (95, "t95", "95 of 100"), (99, "t99", "99 of 100")];

/// One line.
pub(super) struct Line {
    pub(super) style: &'static str,
    /// Its way, as SVG writes it.
    pub(super) way: String,
    /// What it is the time of.
    pub(super) of: &'static str,
    /// The same over the whole stretch.
    pub(super) over_all: String,
}

/// A step in which something did not work.
pub(super) struct Band {
    pub(super) style: &'static str,
    pub(super) x: u64,
    pub(super) width: u64,
}

/// A row of the table.
pub(super) struct Row {
    pub(super) from: When,
    pub(super) probes: String,
    pub(super) times: [String; 3],
}

/// A stretch to choose.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) name: &'static str,
    pub(super) is_chosen: bool,
}

/// The chart.
pub(super) struct Chart {
    pub(super) choices: [Choice; 4],
    pub(super) lines: Vec<Line>,
    pub(super) bands: Vec<Band>,
    /// The time at its top.
    pub(super) top: String,
    pub(super) start: When,
    pub(super) end: When,
    /// What a line of the table is.
    pub(super) step: &'static str,
    pub(super) probes: u64,
    pub(super) failed: String,
    /// Whether any of them worked, so that there are times.
    pub(super) has_worked: bool,
    /// Newest first.
    pub(super) rows: Vec<Row>,
}

impl Chart {
    pub(super) fn of(stretch: Stretch, times: &Times, now: Timestamp) -> Self {
        let steps = &times.steps;
        let slowest = steps.iter().filter_map(|step| step.samples.took.percentile(99)).max();
        let top = curve::top_above(slowest.unwrap_or(1_000));
        let lines = LINES.iter().map(|(percent, style, of)| Line {
            style,
            way: way(steps, *percent, top),
            of,
            over_all: told(&times.all.took, *percent),
        });
        let rows = steps.iter().rev().filter(|step| step.samples.count() > 0);
        let rows = rows.map(|step| row(step, stretch));
        Self {
            choices: Stretch::ALL.map(|one| Choice {
                word: one.as_str(),
                name: name(one),
                is_chosen: one == stretch,
            }),
            lines: lines.collect(),
            bands: bands(steps),
            top: tell_us(top),
            start: When::at(steps.first().map_or(now, |step| step.starts_at)),
            end: When::at(now),
            step: match stretch {
                Stretch::Hour => "a minute",
                Stretch::Day => "15 minutes",
                Stretch::Week => "2 hours",
                Stretch::Quarter => "a day, in UTC",
            },
            probes: times.all.count(),
            failed: failed(&times.all),
            has_worked: !times.all.took.is_empty(),
            rows: rows.collect(),
        }
    }

    /// Whether there is nothing to draw.
    pub(super) const fn is_empty(&self) -> bool {
        self.probes == 0
    }
}

const fn name(stretch: Stretch) -> &'static str {
    match stretch {
        Stretch::Hour => "Hour",
        Stretch::Day => "Day",
        Stretch::Week => "Week",
        Stretch::Quarter => "90 days",
    }
}

fn told(times: &Histogram, percent: u8) -> String {
    times.percentile(percent).map_or_else(|| "–".to_owned(), tell_us)
}

/// How many say that it does not work, and how many say nothing.
fn failed(samples: &Samples) -> String {
    match (samples.failed, samples.unknown) {
        (failed, 0) => failed.to_string(),
        (failed, unknown) => format!("{failed}, and {unknown} say nothing"),
    }
}

/// The line of a percentile.
fn way(steps: &[Step], percent: u8, top: u64) -> String {
    let values: Vec<_> = steps.iter().map(|step| step.samples.took.percentile(percent)).collect();
    curve::way(&values, top)
}

/// Where probes failed, or said nothing.
fn bands(steps: &[Step]) -> Vec<Band> {
    let count = steps.len();
    let band = |(nth, step): (usize, &Step)| {
        let style = match step.samples {
            Samples { failed: 1.., .. } => "failed",
            Samples { unknown: 1.., .. } => "unknown",
            _ => return None,
        };
        let (x, width) = curve::place(nth, count);
        Some(Band { style, x, width })
    };
    steps.iter().enumerate().filter_map(band).collect()
}

fn row(step: &Step, stretch: Stretch) -> Row {
    let (samples, failed) = (&step.samples, failed(&step.samples));
    let form = match stretch {
        Stretch::Hour | Stretch::Day => "%H:%M",
        Stretch::Week => "%a %-d, %H:%M",
        Stretch::Quarter => "%-d %b",
    };
    Row {
        from: When { text: step.starts_at.strftime(form).to_string(), ..When::at(step.starts_at) },
        probes: match failed.as_str() {
            "0" => samples.count().to_string(),
            failed => format!("{}, failed: {failed}", samples.count()),
        },
        times: LINES.map(|(percent, ..)| told(&samples.took, percent)),
    }
}

#[cfg(test)]
mod tests {
    use allclear_domain::check::{ProbeResult, VantagePoint, Verdict};

    use super::*;

    fn step(verdict: Verdict, took_us: u64) -> Step {
        let mut samples = Samples::default();
        let starts_at = Timestamp::UNIX_EPOCH;
        let ours = ProbeResult::ours(VantagePoint::core(), starts_at, "");
        samples.add(&ProbeResult { verdict, took_us, ..ours });
        Step { starts_at, samples }
    }

    #[test]
    fn lines_break_where_nothing_was_found_and_failures_are_bands() {
        let empty = Step { starts_at: Timestamp::UNIX_EPOCH, samples: Samples::default() };
        let steps = vec![
            step(Verdict::Ok, 0),
            step(Verdict::Degraded, 15),
            step(Verdict::Fail, 9),
            step(Verdict::Unknown, 9),
            empty,
            step(Verdict::Ok, 15),
        ];
        assert_eq!(way(&steps, 50, 30), "M83 200h0L249 100M916 100h0");
        let bands = bands(&steps);
        let shown: Vec<_> = bands.iter().map(|band| (band.style, band.x, band.width)).collect();
        assert_eq!(shown, [("failed", 333, 167), ("unknown", 500, 166)]);
        let mut all = Samples::default();
        steps.iter().for_each(|step| all.merge(&step.samples));
        let chart = Chart::of(Stretch::Day, &Times { steps, all }, Timestamp::UNIX_EPOCH);
        assert_eq!((chart.probes, chart.rows.len()), (5, 5));
        assert_eq!(chart.failed, "1, and 1 say nothing");
        assert_eq!(chart.rows[1].times, ["–", "–", "–"]);
    }
}
