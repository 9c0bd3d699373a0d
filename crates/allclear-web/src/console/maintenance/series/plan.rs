//! Planning a series, and changing one. A preview shows its next dates before anything is written.

use allclear_domain::Component;
use allclear_domain::ids::SeriesId;
use allclear_domain::maintenance::MaintenanceSeries;
use allclear_incidents::writing::{self, NewSeries};
use allclear_store::Stored;
use askama::Template;

use super::super::fields::{self, Meanwhile, maybe};
use super::super::fields::{Tick, ticks};
use super::super::plan::Place;
use super::fields::{SeriesFields, Wanted, preview};
use super::rule::{DAYS, PLACES};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::trouble::{self, NotWritten, Trouble};
use crate::console::which_page::which_page;

/// One of a list to choose from.
struct Choice {
    value: &'static str,
    label: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "console/maintenance/series/plan.html")]
struct SeriesView {
    chrome: Chrome,
    trouble: Trouble,
    action: String,
    /// The title of the page that tells its windows.
    page: String,
    days: Vec<Choice>,
    weekdays: Vec<Choice>,
    places: Vec<Choice>,
    ticks: Vec<Tick>,
    statuses: Vec<Meanwhile>,
    /// The next dates, where they were asked for.
    preview: Option<Vec<String>>,
    fields: SeriesFields,
    /// The version of a series that is there already.
    version: Option<i64>,
}

/// What is said at a form.
#[derive(Default)]
struct Said {
    trouble: Trouble,
    preview: Option<Vec<String>>,
}

impl Said {
    fn wrong(problems: Vec<String>) -> Self {
        Self { trouble: Trouble::of(problems), preview: None }
    }
}

/// The series of a call, with its page.
pub(super) async fn find(call: &Call) -> Result<(Stored<MaintenanceSeries>, Place), Refusal> {
    let id: SeriesId = call.param("id")?;
    let store = &call.app.store;
    let series = store.find_maintenance_series(id).await?.ok_or(Refusal::NotFound)?;
    let page = store.find_status_page_by_id(series.page_id).await?.ok_or(Refusal::NotFound)?;
    let place = Place::of(call, page.value).await?;
    Ok((series, place))
}

fn choices(all: &[(&'static str, &'static str)], is_chosen: impl Fn(&str) -> bool) -> Vec<Choice> {
    let choice = |(value, label): &(&'static str, &'static str)| Choice {
        value,
        label,
        is_chosen: is_chosen(value),
    };
    all.iter().map(choice).collect()
}

fn form(
    call: &Call,
    place: &Place,
    fields: SeriesFields,
    said: Said,
    series: Option<(&MaintenanceSeries, i64)>,
) -> Answer {
    let (title, action) = match series {
        Some((series, _)) => {
            (series.title.as_str(), format!("/console/maintenance-series/{}/edit", series.id))
        }
        None => {
            let action = format!("/console/maintenance-series/new?page={}", place.page.slug);
            ("Plan maintenance that repeats", action)
        }
    };
    let view = SeriesView {
        chrome: Chrome::of(call, title, ""),
        action,
        page: place.page.title.clone(),
        days: choices(&DAYS, |day| fields.repeats.days.contains(day)),
        weekdays: choices(&DAYS, |day| fields.repeats.weekday == day),
        places: choices(&PLACES, |place| fields.repeats.place == place),
        ticks: ticks(&place.components, &fields.plan),
        statuses: fields::statuses(&fields.plan.meanwhile),
        preview: said.preview,
        version: series.map(|(_, version)| version),
        fields,
        trouble: said.trouble,
    };
    answer::page(view.trouble.status(), &view)
}

/// The form for a new one.
pub(super) async fn show(call: Call) -> Answer {
    let which = which_page(&call).await?.ok_or(Refusal::NotFound)?;
    let place = Place::of(&call, which.here).await?;
    let fields = SeriesFields::empty(&place.clock);
    form(&call, &place, fields, Said::default(), None)
}

/// What a form wants, unless it is wrong or only wants to see the next dates.
fn wanted(call: &Call, fields: &SeriesFields, known: &Known<'_>) -> Result<Wanted, Said> {
    let wanted = fields.read(known.affected, known.components).map_err(Said::wrong)?;
    let next = preview(&wanted, &fields.timezone, call.now);
    let next = next.map_err(|problem| Said::wrong(vec![problem]))?;
    if call.form.text("do") == "preview" {
        return Err(Said { trouble: Trouble::default(), preview: Some(next) });
    }
    Ok(wanted)
}

/// What a form's components are chosen from.
struct Known<'a> {
    affected: &'a [allclear_domain::record::Affected],
    components: &'a [Component],
}

/// Plans a series.
pub(super) async fn plan(call: Call) -> Answer {
    let which = which_page(&call).await?.ok_or(Refusal::NotFound)?;
    let place = Place::of(&call, which.here).await?;
    let fields = SeriesFields::sent(&call.form, &place.clock, &place.clock.name);
    let known = Known { affected: &[], components: &place.components };
    let wanted = match wanted(&call, &fields, &known) {
        Ok(wanted) => wanted,
        Err(said) => return form(&call, &place, fields, said, None),
    };
    let new = NewSeries {
        page_id: place.page.id,
        title: fields.plan.title.clone(),
        rule: wanted.rule,
        first: wanted.first,
        timezone: fields.timezone.clone(),
        except: wanted.except,
        lasts_minutes: wanted.lasts_minutes,
        affected: wanted.affected,
        expected_effect: maybe(&fields.plan.expected_effect),
        recovery_plan: maybe(&fields.plan.recovery_plan),
        abort_after_minutes: wanted.abort_after_minutes,
        is_automatic: fields.plan.is_automatic,
    };
    let actor = call.actor()?;
    match writing::plan_series(&call.app.store, new, call.change(&actor)).await {
        Ok((written, _)) => {
            call.app.nudge.notify_one();
            let id = written.value.id;
            answer::see(&format!("/console/maintenance-series/{id}?done=planned"))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                form(&call, &place, fields, Said::wrong(problems), None)
            }
            NotWritten::Conflict => Err(Refusal::NotFound),
        },
    }
}

/// The form for one that is there.
pub(super) async fn show_edit(call: Call) -> Answer {
    let (series, place) = find(&call).await?;
    let fields = SeriesFields::of(&series, &place.clock);
    form(&call, &place, fields, Said::default(), Some((&series, series.version)))
}

/// Changes a series, and with it the windows that follow it.
pub(super) async fn save(call: Call) -> Answer {
    let (series, place) = find(&call).await?;
    let fields = SeriesFields::sent(&call.form, &place.clock, &series.timezone);
    let expected = call.form.text("version").parse::<i64>();
    let expected = expected.map_err(|_| Refusal::BadForm("load the page again".to_owned()))?;
    let known = Known { affected: &series.affected, components: &place.components };
    let wanted = match wanted(&call, &fields, &known) {
        Ok(wanted) => wanted,
        Err(said) => return form(&call, &place, fields, said, Some((&series, expected))),
    };
    let apply = |series: MaintenanceSeries| {
        Ok(MaintenanceSeries {
            title: fields.plan.title.clone(),
            rule: wanted.rule,
            first: wanted.first,
            except: wanted.except,
            lasts_minutes: wanted.lasts_minutes,
            affected: wanted.affected,
            expected_effect: maybe(&fields.plan.expected_effect),
            recovery_plan: maybe(&fields.plan.recovery_plan),
            abort_after_minutes: wanted.abort_after_minutes,
            is_automatic: fields.plan.is_automatic,
            ..series
        })
    };
    let actor = call.actor()?;
    let change = call.change(&actor);
    let written =
        writing::change_series(&call.app.store, series.id, Some(expected), change, apply).await;
    let Err(error) = written else {
        call.app.nudge.notify_one();
        return answer::see(&format!("/console/maintenance-series/{}?done=saved", series.id));
    };
    match trouble::at_form(error)? {
        NotWritten::Problems(problems) => {
            form(&call, &place, fields, Said::wrong(problems), Some((&series, expected)))
        }
        NotWritten::Conflict => {
            let (series, place) = find(&call).await?;
            let theirs = SeriesFields::of(&series, &place.clock).rows(&place.components);
            let trouble = Trouble::conflict(&theirs, &fields.rows(&place.components));
            let said = Said { trouble, preview: None };
            form(&call, &place, fields, said, Some((&series, series.version)))
        }
    }
}
