//! What all pages need, derived once for a snapshot and an instant.
//!
//! Building looks at every record once, but counts only those that reach into the days that the
//! first view draws. What only history needs is derived when a page of it is asked for.

mod bars;
mod history;
mod impact;
mod lines;
mod present;
mod search;

use std::sync::{Arc, OnceLock};

use allclear_domain::check::Checked;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::ComponentId;
use allclear_domain::status_page::{Language, StatusPage};
use allclear_domain::uptime::Segment;
use allclear_domain::{ComponentStatus, Forest, limits};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::format::Locale;
use crate::messages::Messages;
use crate::snapshot::Snapshot;

pub(crate) use bars::{Day, spans_of};
pub(crate) use history::{Dated, History, MonthSum, RecordRef};
pub(crate) use lines::Line;
pub(crate) use present::{Hero, Present};

/// A snapshot, and everything that its pages derive from it.
#[derive(Debug)]
pub struct Model {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) now: Timestamp,
    pub(crate) today: Date,
    pub(crate) zone: TimeZone,
    /// The first day that is drawn.
    pub(crate) first_day: Date,
    /// The instants at which the drawn days begin, and the one at which the last ends.
    pub(crate) bounds: Vec<Timestamp>,
    /// The components in the order of the tree.
    pub(crate) lines: Vec<Line>,
    /// The components that the page shows, at the places of their lines.
    pub(crate) forest: Forest,
    present: Present,
    history: OnceLock<History>,
    all_segments: OnceLock<Vec<Vec<Segment>>>,
}

impl Model {
    /// Derives what all pages need.
    ///
    /// # Errors
    /// Where the page's time zone is not in the zone database, where components form a circle or
    /// lie too deep, or where `now` lies at the end of representable time.
    pub fn build(snapshot: Arc<Snapshot>, now: Timestamp) -> Result<Self, InvalidValue> {
        let zone = snapshot.page.zone()?;
        let today = now.to_zoned(zone.clone()).date();
        let (first_day, bounds) = day_bounds(today, &zone)?;
        let (lines, forest) = lines::in_order(&snapshot)?;
        let mut model = Self {
            snapshot,
            now,
            today,
            zone,
            first_day,
            bounds,
            lines,
            forest,
            present: Present::default(),
            history: OnceLock::new(),
            all_segments: OnceLock::new(),
        };
        model.count_days();
        model.present = model.find_present();
        Ok(model)
    }

    /// The page that this shows.
    #[must_use]
    pub fn page(&self) -> &StatusPage {
        &self.snapshot.page
    }

    /// Since when everything was checked that checks watch.
    pub(crate) fn checked(&self) -> Option<Checked> {
        self.snapshot.checked
    }

    /// Revision of the store that this shows.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.snapshot.revision
    }

    /// The instant for which it was built.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The worst present status of any component or open incident.
    #[must_use]
    pub fn status(&self) -> ComponentStatus {
        self.present.status
    }

    /// Present status of every component in use after roll-up, in the order of the tree.
    pub fn component_statuses(&self) -> impl Iterator<Item = (ComponentId, ComponentStatus)> {
        let in_use = self.lines.iter().filter(|line| !line.is_retired());
        in_use.map(|line| (line.id, line.status))
    }

    pub(crate) fn present(&self) -> &Present {
        &self.present
    }

    pub(crate) fn locale(&self, language: Language) -> Locale {
        Locale {
            messages: Messages::of(language),
            zone: self.zone.clone(),
            is_utc: matches!(self.page().timezone.as_deref(), None | Some("UTC" | "Etc/UTC")),
            now: self.now,
            today: self.today,
        }
    }

    pub(crate) fn line(&self, id: ComponentId) -> Option<(usize, &Line)> {
        let index = self.forest.place(id)?;
        Some((index, self.lines.get(index)?))
    }

    /// The instant at which the drawn days begin.
    pub(crate) fn window_start(&self) -> Timestamp {
        self.bounds.first().copied().unwrap_or(self.now)
    }

    /// The first instant of a day in the page's zone.
    pub(crate) fn start_of(&self, day: Date) -> Option<Timestamp> {
        start_of(day, &self.zone)
    }
}

fn start_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let zoned = day.at(0, 0, 0, 0).to_zoned(zone.clone()).ok()?;
    Some(zoned.timestamp())
}

fn day_bounds(today: Date, zone: &TimeZone) -> Result<(Date, Vec<Timestamp>), InvalidValue> {
    let too_far = || InvalidValue::new("now", "lies too near the end of representable time");
    let days = i32::try_from(limits::BAR_DAYS).map_err(|_| too_far())?;
    let first = today.checked_sub((days - 1).days()).map_err(|_| too_far())?;
    let mut bounds = Vec::with_capacity(limits::BAR_DAYS + 1);
    for offset in 0..=days {
        let day = first.checked_add(offset.days()).map_err(|_| too_far())?;
        bounds.push(start_of(day, zone).ok_or_else(too_far)?);
    }
    Ok((first, bounds))
}
