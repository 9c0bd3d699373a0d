//! Planning a window, and changing what was planned. Its announced times change by moving it, so
//! that readers see the former ones.

use allclear_domain::ids::PublicId;
use allclear_domain::text::Prose;
use allclear_domain::times::Window;
use allclear_domain::{
    Component, Maintenance, MaintenanceStatus, OutageRecord, StatusPage, Template,
};
use allclear_incidents::writing::{self, NewMaintenance, NewUpdate};
use allclear_store::Stored;
use askama::Template as View;

use super::conflict;
use super::fields::{self, Meanwhile, PlanFields, Tick, Times, maybe, ticks};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::clock::WallClock;
use crate::console::templates::{self, TemplateLink};
use crate::console::trouble::{self, NotWritten, Trouble};
use crate::console::which_page::which_page;

#[derive(View)]
#[template(path = "console/maintenance/plan.html")]
struct PlanView {
    chrome: Chrome,
    trouble: Trouble,
    action: String,
    /// The title of the page that tells it.
    page: String,
    templates: Vec<TemplateLink>,
    fields: PlanFields,
    ticks: Vec<Tick>,
    statuses: Vec<Meanwhile>,
    message: String,
    is_draft: bool,
    /// The version of a window that is there already.
    version: Option<i64>,
}

/// A page with its components.
pub(super) struct Place {
    pub(super) page: StatusPage,
    pub(super) components: Vec<Component>,
    pub(super) clock: WallClock,
}

impl Place {
    pub(super) async fn of(call: &Call, page: StatusPage) -> Result<Self, Refusal> {
        let components = call.app.store.list_components_of(page.id).await?;
        Ok(Self { clock: WallClock::of(&page), page, components })
    }
}

/// The window of a call, with its page.
pub(super) async fn find(call: &Call) -> Result<(Stored<Maintenance>, Place), Refusal> {
    let id: PublicId = call.param("id")?;
    let store = &call.app.store;
    let window = store.find_maintenance_by_public_id(id).await?.ok_or(Refusal::NotFound)?;
    let page = store.find_status_page_by_id(window.page_id).await?.ok_or(Refusal::NotFound)?;
    let place = Place::of(call, page.value).await?;
    Ok((window, place))
}

/// The form for a new one.
pub(super) async fn show(call: Call) -> Answer {
    let which = which_page(&call).await?.ok_or(Refusal::NotFound)?;
    let place = Place::of(&call, which.here).await?;
    let to = format!("/console/maintenance/new?page={}", place.page.slug);
    let is_wanted = |one: &Template| !one.begins.is_incident();
    let offered = templates::links(&call.app.store, place.page.id, is_wanted, &to).await?;
    let (fields, message) = match templates::chosen(&call, place.page.id).await? {
        Some(template) => {
            let form = templates::form_of(&template);
            (PlanFields::sent(&form, &place.clock).0, form.lines("message"))
        }
        None => (PlanFields::empty(&place.clock), String::new()),
    };
    let view = view(&call, &place, fields, Trouble::default(), None);
    answer::page(view.trouble.status(), &PlanView { templates: offered, message, ..view })
}

fn form(
    call: &Call,
    place: &Place,
    fields: PlanFields,
    trouble: Trouble,
    window: Option<(&Maintenance, i64)>,
) -> Answer {
    let view = view(call, place, fields, trouble, window);
    answer::page(view.trouble.status(), &view)
}

fn view(
    call: &Call,
    place: &Place,
    fields: PlanFields,
    trouble: Trouble,
    window: Option<(&Maintenance, i64)>,
) -> PlanView {
    let (title, action) = match window {
        Some((window, _)) => {
            (window.title.as_str(), format!("/console/maintenance/{}/edit", window.public_id))
        }
        None => ("Plan maintenance", format!("/console/maintenance/new?page={}", place.page.slug)),
    };
    PlanView {
        chrome: Chrome::of(call, title, ""),
        action,
        page: place.page.title.clone(),
        templates: Vec::new(),
        ticks: ticks(&place.components, &fields),
        statuses: fields::statuses(&fields.meanwhile),
        message: call.form.lines("message"),
        is_draft: call.form.is_ticked("is_draft"),
        version: window.map(|(_, version)| version),
        fields,
        trouble,
    }
}

/// Plans a window.
pub(super) async fn plan(call: Call) -> Answer {
    let which = which_page(&call).await?.ok_or(Refusal::NotFound)?;
    let place = Place::of(&call, which.here).await?;
    let (fields, times, problems) = PlanFields::sent(&call.form, &place.clock);
    let new = match new(&call, &place, &fields, &times, problems) {
        Ok(new) => new,
        Err(problems) => return form(&call, &place, fields, Trouble::of(problems), None),
    };
    let actor = call.actor()?;
    match writing::plan_maintenance(&call.app.store, new, call.change(&actor)).await {
        Ok(written) => {
            call.app.nudge.notify_one();
            let id = written.value.public_id;
            answer::see(&format!("/console/maintenance/{id}?done=planned"))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                form(&call, &place, fields, Trouble::of(problems), None)
            }
            NotWritten::Conflict => Err(Refusal::NotFound),
        },
    }
}

fn new(
    call: &Call,
    place: &Place,
    fields: &PlanFields,
    times: &Times,
    mut problems: Vec<String>,
) -> Result<NewMaintenance, Vec<String>> {
    for (name, at, text) in [
        ("Start", times.starts_at, &fields.starts_at.value),
        ("End", times.ends_at, &fields.ends_at.value),
    ] {
        if at.is_none() && text.is_empty() {
            problems.push(format!("{name}: is empty: give a time"));
        }
    }
    let record = fields.record(Default::default(), &place.components);
    let (Some(starts_at), Some(ends_at), Ok(record), true) =
        (times.starts_at, times.ends_at, &record, problems.is_empty())
    else {
        problems.extend(record.err());
        return Err(problems);
    };
    Ok(NewMaintenance {
        page_id: place.page.id,
        title: fields.title.clone(),
        window: Window { starts_at, ends_at },
        affected: record.affected.clone(),
        expected_effect: maybe(&fields.expected_effect),
        recovery_plan: maybe(&fields.recovery_plan),
        abort_at: times.abort_at,
        is_automatic: fields.is_automatic,
        update: maybe(&call.form.lines("message")).map(|text| NewUpdate {
            status: Some(MaintenanceStatus::Scheduled),
            body: Prose::plain(text),
            shown_at: None,
            changes: Vec::new(),
            next_update_due_at: None,
        }),
        is_draft: call.form.is_ticked("is_draft"),
    })
}

/// The form for one that is there.
pub(super) async fn show_edit(call: Call) -> Answer {
    let (window, place) = find(&call).await?;
    let fields = PlanFields::of(&window, &place.clock);
    form(&call, &place, fields, Trouble::default(), Some((&window, window.version)))
}

/// A window as a form plans it.
fn planned(
    window: Maintenance,
    fields: &PlanFields,
    times: &Times,
    record: OutageRecord,
) -> Maintenance {
    Maintenance {
        title: fields.title.clone(),
        expected_effect: maybe(&fields.expected_effect),
        recovery_plan: maybe(&fields.recovery_plan),
        abort_at: times.abort_at,
        is_automatic: fields.is_automatic,
        record,
        ..window
    }
}

/// Saves what was planned otherwise.
pub(super) async fn save(call: Call) -> Answer {
    let (window, place) = find(&call).await?;
    let (fields, times, problems) = PlanFields::sent(&call.form, &place.clock);
    let expected = call.form.text("version").parse::<i64>();
    let expected = expected.map_err(|_| Refusal::BadForm("load the page again".to_owned()))?;
    let record = fields.record(window.record.clone(), &place.components);
    let record = match (record, problems.is_empty()) {
        (Ok(record), true) => record,
        (record, _) => {
            let trouble = Trouble::of(problems.into_iter().chain(record.err()).collect());
            return form(&call, &place, fields, trouble, Some((&window, expected)));
        }
    };
    let apply = |window: Maintenance| Ok(planned(window, &fields, &times, record));
    let actor = call.actor()?;
    let change = call.change(&actor);
    match writing::change(&call.app.store, window.id, Some(expected), change, apply).await {
        Ok(_) => {
            call.app.nudge.notify_one();
            answer::see(&format!("/console/maintenance/{}?done=saved", window.public_id))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                form(&call, &place, fields, Trouble::of(problems), Some((&window, expected)))
            }
            NotWritten::Conflict => {
                let (window, place) = find(&call).await?;
                // Components that are not there any more are told when it is sent again.
                let record = fields.record(window.record.clone(), &place.components);
                let record = record.unwrap_or_else(|_| window.record.clone());
                let yours = planned(window.value.clone(), &fields, &times, record);
                let wanted = conflict::plan(&yours, &place);
                let trouble = conflict::trouble(&call, &window, &place, &wanted).await?;
                form(&call, &place, fields, trouble, Some((&window, window.version)))
            }
        },
    }
}
