//! Maintenance series: how they begin, change and end, and how windows come out of them.
//!
//! Whatever changes a series looks after its windows in the same transaction: those that have not
//! begun and that no person touched become what it says now, or are called off, and missing ones
//! are planned. The duty does the same when the next window comes into sight.

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{SeriesId, StatusPageId};
use allclear_domain::maintenance::SeriesState;
use allclear_domain::record::Affected;
use allclear_domain::recurrence::{Occurrence, days_after};
use allclear_domain::{Change, Maintenance, MaintenanceSeries, limits};
use allclear_store::{Store, Transaction};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{Noun, WriteError, Written, change_in, create_in};

/// A series as somebody plans it.
#[derive(Clone, Debug)]
pub struct NewSeries {
    /// The page that tells its windows.
    pub page_id: StatusPageId,
    /// One line that says what is done.
    pub title: String,
    /// When it repeats: the value of an `RRULE`.
    pub rule: String,
    /// Where the rule begins, on the zone's clock.
    pub first: DateTime,
    /// IANA name of the zone.
    pub timezone: String,
    /// Days that are left out.
    pub except: Vec<Date>,
    /// How long each window is.
    pub lasts_minutes: u32,
    /// What is affected.
    pub affected: Vec<Affected>,
    /// What readers will notice.
    pub expected_effect: Option<String>,
    /// How work is taken back where it fails.
    pub recovery_plan: Option<String>,
    /// How long after its start work is taken back if it is not done by then.
    pub abort_after_minutes: Option<u32>,
    /// Whether its windows begin and end by themselves.
    pub is_automatic: bool,
}

/// What was done to the windows of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// Windows that are new.
    pub new: usize,
    /// Windows that changed.
    pub changed: usize,
    /// Windows that were called off.
    pub cancelled: usize,
}

/// Plans a series and its first windows.
///
/// # Errors
/// Where its page or a component is not there, the page has too many series, or a value is not taken.
pub async fn plan_series(
    store: &Store,
    new: NewSeries,
    change: Change<'_>,
) -> Result<(Written<MaintenanceSeries>, Planned), WriteError> {
    let series = MaintenanceSeries {
        id: change.entropy.id(change.now),
        page_id: new.page_id,
        title: new.title,
        state: SeriesState::Running,
        rule: new.rule,
        first: new.first,
        timezone: new.timezone,
        except: new.except,
        lasts_minutes: new.lasts_minutes,
        affected: new.affected,
        expected_effect: new.expected_effect,
        recovery_plan: new.recovery_plan,
        abort_after_minutes: new.abort_after_minutes,
        is_automatic: new.is_automatic,
        created_at: change.now,
    };
    let mut transaction = store.begin().await?;
    let others = transaction.list_maintenance_series(series.page_id).await?;
    let running = others.iter().filter(|other| other.state == SeriesState::Running).count();
    if running >= limits::SERIES_PER_PAGE_MAX {
        let problem = format!("{running} are running on this page, which is all: end one first");
        return Err(InvalidValue::new("maintenance series", problem).into());
    }
    create_in(&mut transaction, &series, change).await?;
    let planned = look_ahead(&mut transaction, &series, change).await?;
    let revision = transaction.commit().await?;
    Ok((Written { value: series, version: 1, revision }, planned))
}

/// Changes or ends a series: `decide` is a pure transition. Its windows that have not begun follow,
/// but for those that a person touched.
///
/// # Errors
/// Where there is no such series, it is at another version, or the transition or a check refuses.
pub async fn change_series(
    store: &Store,
    id: SeriesId,
    expected: Option<i64>,
    change: Change<'_>,
    decide: impl FnOnce(MaintenanceSeries) -> Result<MaintenanceSeries, WriteError> + Send,
) -> Result<(Written<MaintenanceSeries>, Planned), WriteError> {
    let mut transaction = store.begin().await?;
    let (value, version) = change_in(&mut transaction, id, expected, change, decide).await?;
    let planned = look_ahead(&mut transaction, &value, change).await?;
    let revision = transaction.commit().await?;
    Ok((Written { value, version, revision }, planned))
}

/// Plans the windows of a series that have come into sight.
///
/// # Errors
/// Where there is no such series, or a window is refused.
pub async fn plan_windows(
    store: &Store,
    id: SeriesId,
    change: Change<'_>,
) -> Result<Planned, WriteError> {
    let mut transaction = store.begin().await?;
    let not_found = || WriteError::NotFound { noun: MaintenanceSeries::NOUN, id: id.to_string() };
    let series = transaction.find_maintenance_series(id).await?.ok_or_else(not_found)?;
    let planned = look_ahead(&mut transaction, &series, change).await?;
    transaction.commit().await?;
    Ok(planned)
}

/// Has the windows of a series be what it wants now, and says when to look again.
async fn look_ahead(
    transaction: &mut Transaction,
    series: &MaintenanceSeries,
    change: Change<'_>,
) -> Result<Planned, WriteError> {
    let recurrence = series.recurrence()?;
    let ahead = series.ahead(&recurrence, change.now);
    // A day and more before the present, as no zone is further behind.
    let from = days_after(change.now, -2).to_zoned(TimeZone::UTC).date();
    let there = transaction.list_windows_of_series(series.id, from).await?;
    let following: Vec<&Maintenance> =
        there.iter().filter(|window| window.follows_series(change.now)).collect();
    let last = following.iter().filter_map(|window| window.window.starts_at).max();
    let given = match (series.state, last) {
        (SeriesState::Running, Some(last)) => {
            recurrence.after(change.now, days_after(last, 2), limits::LIST_ENTRIES_MAX)
        }
        _ => Vec::new(),
    };
    let mut planned = Planned::default();
    for window in following {
        let day = window.series.map(|series| series.on);
        let occurrence = given.iter().find(|given| Some(given.local.date()) == day);
        follow(transaction, series, window, occurrence, change, &mut planned).await?;
    }
    for occurrence in ahead.wanted {
        let day = occurrence.local.date();
        if there.iter().all(|window| window.series.is_none_or(|series| series.on != day)) {
            let window = series.plan(occurrence, change.entropy, change.now)?;
            create_in(transaction, &window, change).await?;
            planned.new += 1;
        }
    }
    transaction.set_series_next_action_at(series.id, ahead.look_again_at).await?;
    Ok(planned)
}

/// Has one window follow its series; it is called off where its day is not among the rule's.
async fn follow(
    transaction: &mut Transaction,
    series: &MaintenanceSeries,
    window: &Maintenance,
    occurrence: Option<&Occurrence>,
    change: Change<'_>,
    planned: &mut Planned,
) -> Result<(), WriteError> {
    let before = window.clone();
    let decide = |window: Maintenance| {
        Ok(match occurrence {
            Some(occurrence) => window.follow(series, *occurrence, change.now)?,
            None => window.cancel(change.now)?,
        })
    };
    let (after, _) = change_in(transaction, window.id, None, change, decide).await?;
    match occurrence {
        None => planned.cancelled += 1,
        Some(_) if after != before => planned.changed += 1,
        Some(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests;
