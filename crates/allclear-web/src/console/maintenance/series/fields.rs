//! What a series is planned with, as a form has it.

use allclear_domain::maintenance::MaintenanceSeries;
use allclear_domain::record::{Affected, OutageRecord};
use allclear_domain::recurrence::{Occurrence, Recurrence};
use allclear_domain::{Component, limits};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan as _};

use super::super::fields::PlanFields;
use super::rule::{self, RuleFields};
use crate::console::clock::WallClock;
use crate::console::form::Form;

/// Dates that a preview shows.
const PREVIEWED: usize = 5;

/// The fields, as they stand in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SeriesFields {
    pub(super) plan: PlanFields,
    pub(super) repeats: RuleFields,
    /// Local start of the first window.
    pub(super) first: String,
    pub(super) timezone: String,
    pub(super) lasts_minutes: String,
    pub(super) abort_after_minutes: String,
    /// Days that are left out, one per line.
    pub(super) except: String,
}

/// What was read of the fields.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) rule: String,
    pub(super) first: DateTime,
    pub(super) except: Vec<Date>,
    pub(super) lasts_minutes: u32,
    pub(super) abort_after_minutes: Option<u32>,
    pub(super) affected: Vec<Affected>,
}

impl SeriesFields {
    /// An empty form.
    pub(super) fn empty(clock: &WallClock) -> Self {
        Self {
            plan: PlanFields::empty(clock),
            repeats: RuleFields::empty(),
            timezone: clock.name.clone(),
            lasts_minutes: "60".to_owned(),
            ..Self::default()
        }
    }

    /// Those of a series.
    pub(super) fn of(series: &MaintenanceSeries, clock: &WallClock) -> Self {
        let days = series.except.iter().map(Date::to_string);
        Self {
            plan: PlanFields {
                title: series.title.clone(),
                expected_effect: series.expected_effect.clone().unwrap_or_default(),
                recovery_plan: series.recovery_plan.clone().unwrap_or_default(),
                is_automatic: series.is_automatic,
                ..PlanFields::affecting(&series.affected, clock)
            },
            repeats: RuleFields::of(&series.rule),
            first: local_field(series.first),
            timezone: series.timezone.clone(),
            lasts_minutes: series.lasts_minutes.to_string(),
            abort_after_minutes: series
                .abort_after_minutes
                .map_or_else(String::new, |minutes| minutes.to_string()),
            except: days.collect::<Vec<_>>().join("\n"),
        }
    }

    /// Those that were sent. The zone is not among them: it is the page's, or that of the series.
    pub(super) fn sent(form: &Form, clock: &WallClock, timezone: &str) -> Self {
        Self {
            plan: PlanFields::sent(form, clock).0,
            repeats: RuleFields::sent(form),
            first: form.text("first").to_owned(),
            timezone: timezone.to_owned(),
            lasts_minutes: form.text("lasts_minutes").to_owned(),
            abort_after_minutes: form.text("abort_after_minutes").to_owned(),
            except: form.lines("except"),
        }
    }

    /// What they say, or what is wrong with them.
    pub(super) fn read(
        &self,
        affected: &[Affected],
        components: &[Component],
    ) -> Result<Wanted, Vec<String>> {
        let mut problems = Vec::new();
        let mut note = |problem: String| problems.push(problem);
        let rule = self.repeats.rule().map_err(&mut note).ok();
        let first = self.first.parse::<DateTime>().ok().filter(|_| self.first.contains(':'));
        if first.is_none() {
            note("first window: give a date with a time, as in 2026-12-06T02:30".to_owned());
        }
        let lasts_minutes = minutes("length", &self.lasts_minutes).map_err(&mut note).ok();
        let abort = Some(self.abort_after_minutes.as_str()).filter(|text| !text.is_empty());
        let abort = abort.map(|text| minutes("time until it is taken back", text)).transpose();
        let abort_after_minutes = abort.map_err(&mut note).ok();
        let except = self.days().map_err(&mut note).ok();
        let record = OutageRecord { affected: affected.to_vec(), ..OutageRecord::default() };
        let record = self.plan.record(record, components).map_err(&mut note).ok();
        let wanted = || {
            Some(Wanted {
                rule: rule?,
                first: first?,
                except: except?,
                lasts_minutes: lasts_minutes?,
                abort_after_minutes: abort_after_minutes?,
                affected: record?.affected,
            })
        };
        wanted().ok_or(problems)
    }

    fn days(&self) -> Result<Vec<Date>, String> {
        let days = self.except.split([',', '\n']).map(str::trim).filter(|day| !day.is_empty());
        let read = |day: &str| {
            let shown: String = day.chars().take(40).collect();
            day.parse().map_err(|_| {
                format!("days without: `{shown}` is no day: write it as in 2026-12-24")
            })
        };
        days.take(limits::SERIES_EXCEPT_MAX + 1).map(read).collect()
    }

    /// Each with its label, to be compared.
    pub(super) fn rows(&self, components: &[Component]) -> Vec<(&'static str, String)> {
        let mut rows = self.plan.rows(components);
        rows.retain(|(label, _)| *label != "Abort time");
        let repeats = self.repeats.rule().map_or_else(|_| String::new(), |rule| rule::words(&rule));
        rows.extend([
            ("Repeats", repeats),
            ("First window", self.first.replace('T', " ")),
            ("Days without", self.except.clone()),
            ("Minutes", self.lasts_minutes.clone()),
            ("Taken back after minutes", self.abort_after_minutes.clone()),
        ]);
        rows
    }
}

/// A local time as the value of a field, to the second where it has one.
fn local_field(at: DateTime) -> String {
    let text = if at.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
    at.strftime(text).to_string()
}

fn minutes(name: &str, text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("{name}: give a number of minutes"))
}

/// The next dates of a rule, in words.
pub(super) fn preview(
    wanted: &Wanted,
    timezone: &str,
    now: Timestamp,
) -> Result<Vec<String>, String> {
    let recurrence = Recurrence::new(&wanted.rule, wanted.first, timezone, &wanted.except);
    let recurrence = recurrence.map_err(|problem| problem.to_string())?;
    let clock = WallClock::named(timezone).map_err(|problem| problem.to_string())?;
    let next = recurrence.after(now, Timestamp::MAX, PREVIEWED);
    let told = |one: &Occurrence| {
        let ends_at = one.starts_at.checked_add(i64::from(wanted.lasts_minutes).minutes());
        let ends_at = ends_at.unwrap_or(one.starts_at);
        let day = one.starts_at.to_zoned(clock.zone().clone()).strftime("%a").to_string();
        let moved = match one.is_skipped {
            true => ". Clocks are set forward then: it begins as much later",
            false => "",
        };
        format!("{day} {} to {}{moved}", clock.both(one.starts_at), clock.both(ends_at))
    };
    Ok(next.iter().map(told).collect())
}
