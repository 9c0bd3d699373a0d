//! Maintenance series as the API takes and gives them.

use allclear_domain::limits;
use allclear_domain::maintenance::{MaintenanceSeries, SeriesState};
use allclear_domain::recurrence::Recurrence;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::wire::{AffectedJson, SeriesStatusWord, given};

/// Starts that are told of a series.
const NEXT: usize = 5;

/// A maintenance series. Its windows are maintenance windows.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MaintenanceSeries")]
pub(crate) struct SeriesJson {
    id: String,
    /// Id of the status page that tells its windows.
    status_page: String,
    title: String,
    #[schemars(with = "SeriesStatusWord")]
    status: &'static str,
    /// When it was ended; `null` while it runs.
    ended_at: Option<Timestamp>,
    /// When it repeats: the value of an RRULE (RFC 5545).
    rule: String,
    /// Where the rule begins, on the zone's clock. Every window begins at this time of day.
    first: DateTime,
    /// IANA name of the zone.
    timezone: String,
    /// Days that are left out.
    except: Vec<Date>,
    /// Minutes of each window.
    lasts_minutes: u32,
    affected: Vec<AffectedJson>,
    /// What readers will notice.
    expected_effect: Option<String>,
    /// How work is taken back where it fails.
    recovery_plan: Option<String>,
    /// Minutes after its start, when work is taken back if it is not done by then.
    abort_after_minutes: Option<u32>,
    /// Its windows begin and end as announced, without a person.
    is_automatic: bool,
    /// The next starts that the rule gives, planned or not.
    next_starts: Vec<Timestamp>,
    created_at: Timestamp,
    /// Counts its changes. The `ETag` says the same.
    version: i64,
}

impl SeriesJson {
    /// A series at a version.
    pub(super) fn of(series: &MaintenanceSeries, version: i64, now: Timestamp) -> Self {
        let is_running = series.state == SeriesState::Running;
        let recurrence = series.recurrence().ok().filter(|_| is_running);
        Self {
            id: series.id.to_string(),
            status_page: series.page_id.to_string(),
            title: series.title.clone(),
            status: series.state.as_str(),
            ended_at: match series.state {
                SeriesState::Running => None,
                SeriesState::Ended { at } => Some(at),
            },
            rule: series.rule.clone(),
            first: series.first,
            timezone: series.timezone.clone(),
            except: series.except.clone(),
            lasts_minutes: series.lasts_minutes,
            affected: series.affected.iter().map(Into::into).collect(),
            expected_effect: series.expected_effect.clone(),
            recovery_plan: series.recovery_plan.clone(),
            abort_after_minutes: series.abort_after_minutes,
            is_automatic: series.is_automatic,
            next_starts: recurrence.map(|rule| next(&rule, now)).unwrap_or_default(),
            created_at: series.created_at,
            version,
        }
    }
}

fn next(recurrence: &Recurrence, now: Timestamp) -> Vec<Timestamp> {
    let found = recurrence.after(now, Timestamp::MAX, NEXT);
    found.iter().map(|occurrence| occurrence.starts_at).collect()
}

/// A series to plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewMaintenanceSeries")]
#[serde(deny_unknown_fields)]
pub(super) struct NewSeriesJson {
    /// Id or slug of the status page that tells its windows; the default one where this is left out.
    pub(super) status_page: Option<String>,
    /// One line that says what is done: the title of each window.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    pub(super) title: String,
    /// When it repeats: the value of an RRULE (RFC 5545) with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.
    pub(super) rule: String,
    /// Where the rule begins, on the zone's clock, such as `2026-12-06T02:30:00`.
    pub(super) first: DateTime,
    /// IANA name of the zone; that of the status page where this is left out.
    pub(super) timezone: Option<String>,
    /// Days that are left out.
    #[serde(default)]
    pub(super) except: Vec<Date>,
    /// Minutes of each window.
    pub(super) lasts_minutes: u32,
    /// What is affected, from the start of work on.
    #[serde(default)]
    pub(super) affected: Vec<AffectedJson>,
    /// What readers will notice.
    pub(super) expected_effect: Option<String>,
    /// How work is taken back where it fails.
    pub(super) recovery_plan: Option<String>,
    /// Minutes after its start, when work is taken back if it is not done by then.
    pub(super) abort_after_minutes: Option<u32>,
    /// Its windows begin and end as announced, without a person; they do where this is left out.
    pub(super) is_automatic: Option<bool>,
}

/// What changes of a series: what is left out stays, `null` removes it. Its windows that have not
/// begun follow, but for those that somebody changed by hand.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "MaintenanceSeriesPatch")]
#[serde(deny_unknown_fields, default)]
pub(super) struct SeriesPatchJson {
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    title: Option<String>,
    rule: Option<String>,
    first: Option<DateTime>,
    timezone: Option<String>,
    except: Option<Vec<Date>>,
    lasts_minutes: Option<u32>,
    pub(super) affected: Option<Vec<AffectedJson>>,
    #[serde(deserialize_with = "given")]
    expected_effect: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    recovery_plan: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    abort_after_minutes: Option<Option<u32>>,
    is_automatic: Option<bool>,
}

impl SeriesPatchJson {
    /// The series as it is afterwards, but for what is affected.
    pub(super) fn apply(self, series: MaintenanceSeries) -> MaintenanceSeries {
        MaintenanceSeries {
            title: self.title.unwrap_or(series.title),
            rule: self.rule.unwrap_or(series.rule),
            first: self.first.unwrap_or(series.first),
            timezone: self.timezone.unwrap_or(series.timezone),
            except: self.except.unwrap_or(series.except),
            lasts_minutes: self.lasts_minutes.unwrap_or(series.lasts_minutes),
            expected_effect: self.expected_effect.unwrap_or(series.expected_effect),
            recovery_plan: self.recovery_plan.unwrap_or(series.recovery_plan),
            abort_after_minutes: self.abort_after_minutes.unwrap_or(series.abort_after_minutes),
            is_automatic: self.is_automatic.unwrap_or(series.is_automatic),
            ..series
        }
    }
}
