//! The windows of a page: under way, upcoming, past.

use std::cmp::Reverse;

use allclear_domain::maintenance::MaintenanceState;
use allclear_domain::{Maintenance, Scope};
use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::series::Line as SeriesLine;
use super::{done, word};
use crate::console::answer::{self, Answer};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::clock::WallClock;
use crate::console::which_page::{WhichPage, which_page};

/// Past windows that are listed; a filter finds older ones.
const PAST_SHOWN: usize = 50;

pub(super) struct Line {
    id: String,
    title: String,
    status: &'static str,
    when: String,
    marks: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "console/maintenance/list.html")]
struct ListView {
    chrome: Chrome,
    which: WhichPage,
    slug: String,
    zone_name: String,
    wanted: String,
    under_way: Vec<Line>,
    upcoming: Vec<Line>,
    past: Vec<Line>,
    series: Vec<SeriesLine>,
    is_cut: bool,
    may_write: bool,
}

/// The list.
pub(super) async fn show(call: Call) -> Answer {
    let Some(which) = which_page(&call).await? else {
        return answer::see("/console/status-pages");
    };
    let clock = WallClock::of(&which.here);
    let wanted = call.query.text("q").to_owned();
    let mut windows = call.app.store.list_maintenance(which.here.id).await?;
    let series = call.app.store.list_maintenance_series(which.here.id).await?;
    let needle = wanted.to_lowercase();
    windows.retain(|window| window.title.to_lowercase().contains(&needle));
    windows.sort_by_key(|window| (window.window.starts_at, window.id));
    let line = |window: &Maintenance| line(window, &clock, call.now);
    let of = |is_wanted: fn(&Maintenance) -> bool| windows.iter().filter(move |w| is_wanted(w));
    let mut past: Vec<&Maintenance> = of(is_past).collect();
    past.sort_by_key(|window| Reverse((window.started().instant(), window.id)));
    let view = ListView {
        chrome: Chrome::of(&call, "Maintenance", done(call.query.text("done"))),
        slug: which.here.slug.to_string(),
        zone_name: clock.name.clone(),
        wanted,
        under_way: of(Maintenance::is_under_way).map(line).collect(),
        upcoming: of(is_upcoming).map(line).collect(),
        is_cut: past.len() > PAST_SHOWN,
        past: past.into_iter().take(PAST_SHOWN).map(line).collect(),
        series: SeriesLine::of(&series),
        may_write: call.access()?.may(Scope::Maintenance),
        which,
    };
    answer::page(StatusCode::OK, &view)
}

fn is_upcoming(window: &Maintenance) -> bool {
    matches!(window.state, MaintenanceState::Scheduled)
}

fn is_past(window: &Maintenance) -> bool {
    !is_upcoming(window) && !window.is_under_way()
}

fn line(window: &Maintenance, clock: &WallClock, now: Timestamp) -> Line {
    Line {
        id: window.public_id.to_string(),
        title: window.title.clone(),
        status: word(window.state.status()),
        when: when(window, clock),
        marks: marks(window, now),
    }
}

/// The announced window.
pub(super) fn when(window: &Maintenance, clock: &WallClock) -> String {
    let told = |at: Option<Timestamp>| at.map(|at| clock.both(at));
    match (told(window.window.starts_at), told(window.window.ends_at)) {
        (Some(start), Some(end)) => format!("{start} to {end}"),
        (Some(start), None) => format!("from {start}"),
        (None, _) => "no announced start".to_owned(),
    }
}

/// What has to be seen at once: its style, and the words.
pub(super) fn marks(window: &Maintenance, now: Timestamp) -> Vec<(&'static str, &'static str)> {
    let mut marks = Vec::new();
    if !window.publication.is_public() {
        marks.push(("quiet", "Draft: readers do not see it"));
    }
    if window.is_overrun(now) {
        marks.push(("dg", "Past its announced end"));
    }
    if window.is_past_abort(now) {
        marks.push(("mj", "Past its abort time"));
    }
    let is_late = is_upcoming(window) && window.window.starts_at.is_some_and(|start| start <= now);
    if is_late {
        marks.push(("dg", "Past its announced start"));
    }
    marks
}
