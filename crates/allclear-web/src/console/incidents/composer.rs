//! The composer: how an incident is reported, now or afterwards.

use allclear_domain::{Component, Incident, StatusPage, Template};
use allclear_incidents::writing::{self, NewIncident, WriteError};
use askama::Template as View;
use axum::http::StatusCode;

use super::fields::{ENDED, NextView, STARTED, read_incident};
use super::picker::{self, PickerView};
use super::preview::{self, PreviewView};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::clock::{TimeField, WallClock};
use crate::console::form::Form;
use crate::console::templates::{self, TemplateLink};
use crate::console::words::{self, Choice};
use crate::console::{Call, Chrome};

#[derive(View)]
#[template(path = "console/incidents/new.html")]
struct ComposerView {
    chrome: Chrome,
    problems: Vec<String>,
    hints: Vec<String>,
    templates: Vec<TemplateLink>,
    pages: Vec<Choice>,
    shown_page: String,
    title: String,
    text: String,
    statuses: Vec<Choice>,
    picker: PickerView,
    next: NextView,
    started: TimeField,
    ended: TimeField,
    impacts: Vec<Choice>,
    has_more: bool,
    /// Whether a text that was kept in the browser may take the place of what stands here.
    is_fresh: bool,
    preview: Option<PreviewView>,
}

/// A status page, and what a form about it needs.
pub(super) struct Setting {
    pub(super) pages: Vec<StatusPage>,
    pub(super) page: StatusPage,
    pub(super) components: Vec<Component>,
    pub(super) clock: WallClock,
}

/// The page that a form is about: the one of that slug, else the default. `None` where there is no
/// status page at all.
pub(super) async fn setting_for(call: &Call, slug: &str) -> Result<Option<Setting>, Refusal> {
    let store = &call.app.store;
    let pages = store.list_status_pages().await?;
    let wanted = pages.iter().find(|page| page.slug.as_str() == slug);
    let default = pages.iter().min_by_key(|page| (!page.is_default, &page.slug));
    let Some(page) = wanted.or(default).cloned() else { return Ok(None) };
    let components = picker::components_of(store, &page).await?;
    let clock = WallClock::of(&page);
    Ok(Some(Setting { pages, page, components, clock }))
}

/// What the form shows first.
pub(super) fn fresh_form() -> Form {
    Form::of([("status", "investigating"), ("next", "30")])
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    let Some(setting) = setting_for(&call, call.query.text("page")).await? else {
        return answer::see("/console");
    };
    let to = format!("/console/incidents/new?page={}", setting.page.slug);
    let is_wanted = |one: &Template| one.begins.is_incident();
    let offered = templates::links(&call.app.store, setting.page.id, is_wanted, &to).await?;
    let chosen = templates::chosen(&call, setting.page.id).await?;
    // What somebody chose just now does not give way to what the browser kept.
    let is_fresh = chosen.is_none();
    let form = chosen.as_ref().map_or_else(fresh_form, templates::form_of);
    compose(&call, &setting, &form, Shown { is_fresh, templates: offered, ..Shown::default() })
}

/// What stands around the composer's fields.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) status: StatusCode,
    pub(super) problems: Vec<String>,
    pub(super) hints: Vec<String>,
    /// What the form can begin with: while nothing was typed.
    pub(super) templates: Vec<TemplateLink>,
    pub(super) is_fresh: bool,
    pub(super) preview: Option<PreviewView>,
}

/// The page with the form.
pub(super) fn compose(call: &Call, setting: &Setting, form: &Form, shown: Shown) -> Answer {
    let slug = setting.page.slug.as_str();
    let pages = setting.pages.iter();
    let pages = pages.map(|page| Choice::of(page.slug.as_str(), &page.title, slug));
    let has_more = ["started", "ended", "impact"].iter().any(|name| form.maybe(name).is_some());
    let view = ComposerView {
        chrome: Chrome::of(call, "Report an incident", ""),
        problems: shown.problems,
        hints: shown.hints,
        templates: shown.templates,
        pages: pages.collect(),
        shown_page: slug.to_owned(),
        title: form.text("title").to_owned(),
        text: form.lines("text"),
        statuses: words::incident_status_choices(form.text("status")),
        picker: picker::for_start(&setting.components, form),
        next: NextView::of(form.text("next"), form, &setting.clock),
        started: TimeField::sent(STARTED, form, &setting.clock).0.hinting("Empty: now."),
        ended: TimeField::sent(ENDED, form, &setting.clock).0.hinting("Only if it is over."),
        impacts: words::impact_choices(form.text("impact")),
        has_more,
        is_fresh: shown.is_fresh,
        preview: shown.preview,
    };
    answer::page(shown.status, &view)
}

/// What somebody sent: to be looked at, or to be written.
pub(super) async fn submit(call: Call) -> Answer {
    let Some(setting) = setting_for(&call, call.form.text("page")).await? else {
        return answer::see("/console");
    };
    let intent = call.form.text("do");
    let is_other_page = setting.page.slug.as_str() != call.form.text("shown_page");
    if intent == "page" || (setting.pages.len() > 1 && is_other_page) {
        return compose(&call, &setting, &call.form, Shown::default());
    }
    let read = read_incident(&call.form, setting.page.id, &setting.clock, call.now);
    let new = match read {
        Ok(new) => new,
        Err(problem) => return refuse(&call, &setting, problem.into()),
    };
    if intent == "preview" {
        return look(&call, &setting, new);
    }
    let actor = call.actor()?;
    let reported = writing::report_incident(&call.app.store, new, call.change(&actor)).await;
    match reported {
        Ok(written) => reported_as(&call, &written.value),
        Err(error) => refuse(&call, &setting, error),
    }
}

fn look(call: &Call, setting: &Setting, new: NewIncident) -> Answer {
    let actor = call.actor()?;
    match new.reported(call.change(&actor)) {
        Ok(incident) => {
            let preview = preview::preview(&setting.page, &setting.components, incident, call.now);
            compose(call, setting, &call.form, Shown { preview, ..Shown::default() })
        }
        Err(error) => refuse(call, setting, error.into()),
    }
}

/// On to the incident that was written.
pub(super) fn reported_as(call: &Call, incident: &Incident) -> Answer {
    call.app.nudge.notify_one();
    let done = if incident.publication.is_public() { "published" } else { "draft" };
    answer::see(&format!("/console/incidents/{}?done={done}", incident.public_id))
}

fn refuse(call: &Call, setting: &Setting, error: WriteError) -> Answer {
    let (status, problems) = super::told_of(error)?;
    compose(call, setting, &call.form, Shown { status, problems, ..Shown::default() })
}
