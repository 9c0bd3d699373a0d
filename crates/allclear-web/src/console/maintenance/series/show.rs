//! One series: when it repeats, its windows ahead, and how it is ended.

use allclear_domain::maintenance::{MaintenanceSeries, MaintenanceState, SeriesState};
use allclear_domain::recurrence::days_after;
use allclear_domain::{Maintenance, Scope};
use allclear_incidents::writing;
use allclear_store::Stored;
use askama::Template;
use jiff::tz::TimeZone;

use super::super::list;
use super::super::plan::Place;
use super::plan::find;
use super::repeats;
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::trouble::{self, NotWritten, Trouble};

/// One window of the series.
struct WindowLine {
    id: String,
    title: String,
    when: String,
    status: &'static str,
    is_by_hand: bool,
}

#[derive(Template)]
#[template(path = "console/maintenance/series/show.html")]
struct ShowView {
    chrome: Chrome,
    trouble: Trouble,
    id: String,
    slug: String,
    is_running: bool,
    facts: Vec<(&'static str, String)>,
    windows: Vec<WindowLine>,
    /// How many of them are called off where it ends.
    following: usize,
    zone_name: String,
    version: i64,
    may_write: bool,
}

fn done(word: &str) -> &'static str {
    match word {
        "planned" => "Planned, with its next windows. Readers see them in a moment.",
        "saved" => "Saved. Windows that have not begun follow, but for those changed by hand.",
        "ended" => "Ended. Its windows ahead are called off, but for those changed by hand.",
        _ => "",
    }
}

/// The page.
pub(super) async fn show(call: Call) -> Answer {
    let (series, place) = find(&call).await?;
    page(&call, &series, &place, Trouble::default()).await
}

async fn page(
    call: &Call,
    series: &Stored<MaintenanceSeries>,
    place: &Place,
    trouble: Trouble,
) -> Answer {
    let from = days_after(call.now, -2).to_zoned(TimeZone::UTC).date();
    let windows = call.app.store.list_windows_of_series(series.id, from).await?;
    let view = ShowView {
        chrome: Chrome::of(call, &series.title, done(call.query.text("done"))),
        id: series.id.to_string(),
        slug: place.page.slug.to_string(),
        is_running: series.state == SeriesState::Running,
        facts: facts(series, place),
        following: windows.iter().filter(|window| window.follows_series(call.now)).count(),
        windows: windows.iter().map(|window| line(window, place)).collect(),
        zone_name: place.clock.name.clone(),
        version: series.version,
        may_write: call.access()?.may(Scope::Maintenance),
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

fn line(window: &Maintenance, place: &Place) -> WindowLine {
    WindowLine {
        id: window.public_id.to_string(),
        title: window.title.clone(),
        when: list::when(window, &place.clock),
        status: super::super::word(window.state.status()),
        is_by_hand: window.series.is_some_and(|series| series.is_by_hand)
            && matches!(window.state, MaintenanceState::Scheduled),
    }
}

fn facts(series: &MaintenanceSeries, place: &Place) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Repeats", repeats(series))];
    if let SeriesState::Ended { at } = series.state {
        facts.push(("Ended", place.clock.both(at)));
    }
    facts.push(("Rule", series.rule.clone()));
    facts.push(("From", series.first.strftime("%Y-%m-%d").to_string()));
    facts.push(("Length", format!("{} minutes", series.lasts_minutes)));
    if let Some(minutes) = series.abort_after_minutes {
        facts.push(("Taken back if not done after", format!("{minutes} minutes")));
    }
    if !series.except.is_empty() {
        let days: Vec<String> = series.except.iter().map(ToString::to_string).collect();
        facts.push(("Days without", days.join(", ")));
    }
    let automatic = match series.is_automatic {
        true => "At their announced times, without a person",
        false => "When a person says so",
    };
    facts.push(("Windows begin and end", automatic.to_owned()));
    facts.push(("Components", super::super::show::components(&series.affected, place)));
    let texts =
        [("Expected effect", &series.expected_effect), ("Recovery plan", &series.recovery_plan)];
    facts.extend(texts.into_iter().filter_map(|(name, text)| Some((name, text.clone()?))));
    facts
}

/// Ends a series.
pub(super) async fn end(call: Call) -> Answer {
    let (series, place) = find(&call).await?;
    let expected = call.form.text("version").parse::<i64>();
    let expected = expected.map_err(|_| Refusal::BadForm("load the page again".to_owned()))?;
    let actor = call.actor()?;
    let change = call.change(&actor);
    let end = |series: MaintenanceSeries| Ok(series.end(call.now)?);
    let ended = writing::change_series(&call.app.store, series.id, Some(expected), change, end);
    let Err(error) = ended.await else {
        call.app.nudge.notify_one();
        return answer::see(&format!("/console/maintenance-series/{}?done=ended", series.id));
    };
    match trouble::at_form(error)? {
        NotWritten::Problems(problems) => page(&call, &series, &place, Trouble::of(problems)).await,
        NotWritten::Conflict => {
            let told = "somebody else changed the series meanwhile: look at it, and end it again";
            let (series, place) = find(&call).await?;
            page(&call, &series, &place, Trouble::of(vec![told.to_owned()])).await
        }
    }
}
