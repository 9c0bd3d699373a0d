//! One component: its words, its place, and the status that somebody gives it by hand.

use allclear_domain::audit::Subject;
use allclear_domain::ids::ComponentId;
use allclear_domain::{Component, ComponentStatus, Scope, StatusPage, StatusSetting};
use allclear_incidents::writing::{self, Direction, NewSetting, Removal, WriteError};
use allclear_store::Stored;
use askama::Template;
use axum::http::StatusCode;

use super::{done, in_order, in_use, style, word};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::clock::WallClock;
use crate::console::form::Form;
use crate::console::templates::file_of;
use crate::console::trouble::{self, NotWritten, Trouble};
use crate::console::words::Choice;

/// Settings by hand that are shown, newest first.
const SETTINGS_SHOWN: u16 = 50;

/// How long a status that is set by hand may hold, in seconds.
const LENGTHS: [(&str, &str); 6] = [
    ("", "Until another one is set"),
    ("3600", "1 hour"),
    ("14400", "4 hours"),
    ("86400", "1 day"),
    ("604800", "7 days"),
    ("2592000", "30 days"),
];

/// The fields, as they stand in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ComponentFields {
    name: String,
    description: String,
    start_date: String,
    parent: String,
}

impl ComponentFields {
    fn of(component: &Component) -> Self {
        Self {
            name: component.name.clone(),
            description: component.description.clone().unwrap_or_default(),
            start_date: component.start_date.map(|day| day.to_string()).unwrap_or_default(),
            parent: component.parent_id.map(|id| id.to_string()).unwrap_or_default(),
        }
    }

    fn sent(form: &Form) -> Self {
        Self {
            name: form.text("name").to_owned(),
            description: form.lines("description"),
            start_date: form.text("start_date").to_owned(),
            parent: form.text("parent").to_owned(),
        }
    }

    fn rows(&self, others: &[Component]) -> Vec<(&'static str, String)> {
        let parent = others.iter().find(|other| other.id.to_string() == self.parent);
        vec![
            ("Name", self.name.clone()),
            ("Description", self.description.clone()),
            ("Uptime counts from", self.start_date.clone()),
            ("Part of", parent.map_or_else(|| "none".to_owned(), |parent| parent.name.clone())),
        ]
    }
}

struct ParentChoice {
    id: String,
    name: String,
    is_chosen: bool,
}

struct SettingLine {
    style: &'static str,
    word: &'static str,
    at: String,
    /// When it ends by itself.
    ends_at: Option<String>,
    /// Why it holds in place of what checks measure.
    overrules: Option<String>,
}

struct StatusChoice {
    value: &'static str,
    word: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "console/components/edit.html")]
struct EditView {
    chrome: Chrome,
    trouble: Trouble,
    id: String,
    public_id: String,
    slug: String,
    zone_name: String,
    version: i64,
    fields: ComponentFields,
    parents: Vec<ParentChoice>,
    /// Since when it is history.
    retired: Option<String>,
    /// The file that it comes from.
    file: Option<String>,
    settings: Vec<SettingLine>,
    statuses: Vec<StatusChoice>,
    /// How long a status may hold.
    lengths: Vec<Choice>,
    /// What was typed as the reason to overrule checks.
    overrules: String,
    may_write: bool,
}

/// A component with the page it belongs to.
struct Found {
    component: Stored<Component>,
    page: StatusPage,
    /// All components of the page.
    all: Vec<Component>,
}

async fn find(call: &Call) -> Result<Found, Refusal> {
    let id: ComponentId = call.param("id")?;
    let store = &call.app.store;
    let component = store.find_component_by_id(id).await?.ok_or(Refusal::NotFound)?;
    let page = store.find_status_page_by_id(component.page_id).await?.ok_or(Refusal::NotFound)?;
    let all = store.list_components_of(component.page_id).await?;
    Ok(Found { component, page: page.value, all })
}

/// The component.
pub(super) async fn show(call: Call) -> Answer {
    let found = find(&call).await?;
    let fields = ComponentFields::of(&found.component);
    form(&call, &found, fields, Trouble::default()).await
}

async fn form(call: &Call, found: &Found, fields: ComponentFields, trouble: Trouble) -> Answer {
    let component = &found.component;
    let settings = call.app.store.list_latest_settings(component.id, SETTINGS_SHOWN).await?;
    let present = settings.first().filter(|latest| latest.holds_at(call.now));
    let present = present.map_or(ComponentStatus::Operational, |latest| latest.status);
    let typed = call.form.text("status");
    let clock = WallClock::of(&found.page);
    let setting = |setting: &StatusSetting| SettingLine {
        style: style(setting.status),
        word: word(setting.status),
        at: clock.both(setting.set_at),
        ends_at: setting.ends_at.map(|at| clock.both(at)),
        overrules: setting.overrules.as_ref().map(|why| why.reveal_to_team().to_owned()),
    };
    let status = |status: ComponentStatus| StatusChoice {
        value: status.as_str(),
        word: word(status),
        is_chosen: if typed.is_empty() { status == present } else { status.as_str() == typed },
    };
    let view = EditView {
        chrome: Chrome::of(call, &component.name, done(call.query.text("done"))),
        id: component.id.to_string(),
        public_id: component.public_id.to_string(),
        slug: found.page.slug.to_string(),
        zone_name: clock.name.clone(),
        version: component.version,
        parents: parents(found, &fields.parent),
        retired: component.retired_at.map(|at| clock.both(at)),
        file: file_of(call, Subject::Component(component.id)).await?,
        settings: settings.iter().map(setting).collect(),
        statuses: ComponentStatus::ALL.into_iter().map(status).collect(),
        lengths: LENGTHS
            .map(|(value, label)| Choice::of(value, label, call.form.text("for")))
            .into(),
        overrules: call.form.text("overrules").to_owned(),
        may_write: call.access()?.may(Scope::Components),
        fields,
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

/// The components that it may be a part of: all but itself and its own parts.
fn parents(found: &Found, chosen: &str) -> Vec<ParentChoice> {
    let forest = allclear_domain::Forest::grown_from(&found.all);
    let in_use = in_use(&found.all);
    let others = in_order(&in_use).into_iter();
    let others = others.filter(|(other, _)| !forest.is_within(other.id, found.component.id));
    let choice = |(other, depth): (&Component, usize)| {
        let id = other.id.to_string();
        let name = format!("{}{}", "\u{2003}".repeat(depth), other.name);
        ParentChoice { is_chosen: id == chosen, id, name }
    };
    others.map(choice).collect()
}

/// Saves words and place.
pub(super) async fn save(call: Call) -> Answer {
    let found = find(&call).await?;
    let fields = ComponentFields::sent(&call.form);
    let expected = call.form.text("version").parse::<i64>();
    let expected = expected.map_err(|_| Refusal::BadForm("load the page again".to_owned()))?;
    let actor = call.actor()?;
    let forest = allclear_domain::Forest::grown_from(&found.all);
    let last = |parent: Option<ComponentId>| {
        let row = found.all.iter().filter(|other| other.parent_id == parent);
        row.map(|other| other.position.saturating_add(1)).max().unwrap_or(0)
    };
    let decide = |component: Component| apply(&fields, component, &forest, last);
    let change = call.change(&actor);
    let id = found.component.id;
    let written = writing::change(&call.app.store, id, Some(expected), change, decide).await;
    match written {
        Ok(_) => {
            call.app.nudge.notify_one();
            answer::see(&format!("/console/components/{id}?done=saved"))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                let component = Stored { version: expected, ..found.component };
                let found = Found { component, ..found };
                form(&call, &found, fields, Trouble::of(problems)).await
            }
            NotWritten::Conflict => {
                let found = find(&call).await?;
                let theirs = ComponentFields::of(&found.component).rows(&found.all);
                let trouble = Trouble::conflict(&theirs, &fields.rows(&found.all));
                form(&call, &found, fields, trouble).await
            }
        },
    }
}

fn apply(
    fields: &ComponentFields,
    component: Component,
    forest: &allclear_domain::Forest,
    last: impl Fn(Option<ComponentId>) -> u32,
) -> Result<Component, WriteError> {
    let refuse = |field: &str, problem: &str| {
        WriteError::from(allclear_domain::error::InvalidValue::new(field, problem))
    };
    let start_date = match fields.start_date.as_str() {
        "" => None,
        text => {
            let day = text.parse();
            Some(day.map_err(|_| refuse("uptime counts from", "is no day: write 2026-11-21"))?)
        }
    };
    let parent_id = match fields.parent.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| refuse("part of", "is no component"))?),
    };
    let description = Some(fields.description.clone()).filter(|text| !text.is_empty());
    let component = Component { name: fields.name.clone(), description, start_date, ..component };
    if parent_id == component.parent_id {
        return Ok(component);
    }
    let component = component.move_under(parent_id, forest)?;
    Ok(Component { position: last(parent_id), ..component })
}

/// Moves it up or down among its siblings.
pub(super) async fn shift(call: Call) -> Answer {
    let found = find(&call).await?;
    let direction = match call.form.text("direction") {
        "up" => Direction::Up,
        "down" => Direction::Down,
        _ => return Err(Refusal::BadForm("it moves up or down".to_owned())),
    };
    let actor = call.actor()?;
    let id = found.component.id;
    writing::shift_component(&call.app.store, id, direction, call.change(&actor))
        .await
        .map_err(trouble::refusal)?;
    call.app.nudge.notify_one();
    answer::see(&format!("/console/components?page={}&done=moved#{id}", found.page.slug))
}

/// Sets its status by hand.
pub(super) async fn set_status(call: Call) -> Answer {
    let found = find(&call).await?;
    let wanted = call.form.text("status");
    let status = ComponentStatus::ALL.into_iter().find(|status| status.as_str() == wanted);
    let status = status.ok_or_else(|| {
        Refusal::Refused(StatusCode::UNPROCESSABLE_ENTITY, "choose a status".to_owned())
    })?;
    let for_seconds = call.form.maybe("for").map(str::parse).transpose();
    let for_seconds = for_seconds.map_err(|_| Refusal::BadForm("choose how long".to_owned()))?;
    let overrules = call.form.maybe("overrules").map(str::to_owned);
    let new = NewSetting { status, for_seconds, overrules };
    let actor = call.actor()?;
    let id = found.component.id;
    let set = writing::set_component_status(&call.app.store, id, new, call.change(&actor)).await;
    if let Err(error) = set {
        let WriteError::Invalid(problems) = error else { return Err(trouble::refusal(error)) };
        let label = |field: &str| match field {
            "for_seconds" => "for how long",
            _ => "instead of what checks say, because",
        };
        let problems = problems.iter().map(|one| format!("{}: {}", label(&one.field), one.problem));
        let fields = ComponentFields::of(&found.component);
        return form(&call, &found, fields, Trouble::of(problems.collect())).await;
    }
    call.app.nudge.notify_one();
    answer::see(&format!("/console/components/{id}?done=status"))
}

/// Removes it, or retires it where anything names it.
pub(super) async fn remove(call: Call) -> Answer {
    let found = find(&call).await?;
    let actor = call.actor()?;
    let id = found.component.id;
    let removed = writing::remove_component(&call.app.store, id, None, call.change(&actor)).await;
    let done = match removed {
        Ok(Removal::Gone) => "removed",
        Ok(Removal::Retired) => "retired",
        Err(error) => {
            return match trouble::at_form(error)? {
                NotWritten::Problems(problems) => {
                    let fields = ComponentFields::of(&found.component);
                    form(&call, &found, fields, Trouble::of(problems)).await
                }
                NotWritten::Conflict => Err(Refusal::NotFound),
            };
        }
    };
    call.app.nudge.notify_one();
    answer::see(&format!("/console/components?page={}&done={done}", found.page.slug))
}

/// Has it in use again.
pub(super) async fn bring_back(call: Call) -> Answer {
    let found = find(&call).await?;
    let actor = call.actor()?;
    let id = found.component.id;
    writing::bring_back_component(&call.app.store, id, None, call.change(&actor))
        .await
        .map_err(trouble::refusal)?;
    call.app.nudge.notify_one();
    answer::see(&format!("/console/components/{id}?done=back"))
}
