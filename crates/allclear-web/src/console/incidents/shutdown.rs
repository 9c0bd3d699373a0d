//! Taking something down on purpose, in one step: what, why, and until when.

use allclear_domain::IncidentStatus;
use allclear_domain::error::InvalidValue;
use allclear_domain::incident::IncidentKind;
use allclear_domain::status_page::Language;
use allclear_domain::text::Prose;
use allclear_domain::times::Bound;
use allclear_incidents::writing::{self, NewIncident, NewUpdate, WriteError};
use askama::Template;
use axum::http::StatusCode;

use super::composer::{self, Setting};
use super::picker::{self, PickerView};
use super::preview::{self, PreviewView};
use crate::console::answer::{self, Answer};
use crate::console::clock::{Named, TimeField};
use crate::console::form::Form;
use crate::console::words::Choice;
use crate::console::{Call, Chrome};

const UNTIL: Named = ("until", "Expected to be back");
const UNTIL_HINT: &str = "Empty: not known. Readers are told, and the next update is due by then.";

#[derive(Template)]
#[template(path = "console/incidents/shutdown.html")]
struct ShutdownView {
    chrome: Chrome,
    problems: Vec<String>,
    pages: Vec<Choice>,
    shown_page: String,
    title: String,
    why: String,
    picker: PickerView,
    until: TimeField,
    is_fresh: bool,
    preview: Option<PreviewView>,
}

#[derive(Default)]
struct Shown {
    status: StatusCode,
    problems: Vec<String>,
    is_fresh: bool,
    preview: Option<PreviewView>,
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    match composer::setting_for(&call, call.query.text("page")).await? {
        Some(setting) => {
            let shown = Shown { is_fresh: true, ..Shown::default() };
            page(&call, &setting, &Form::default(), shown)
        }
        None => answer::see("/console"),
    }
}

fn page(call: &Call, setting: &Setting, form: &Form, shown: Shown) -> Answer {
    let slug = setting.page.slug.as_str();
    let pages = setting.pages.iter();
    let pages = pages.map(|page| Choice::of(page.slug.as_str(), &page.title, slug));
    let view = ShutdownView {
        chrome: Chrome::of(call, "Take something down on purpose", ""),
        problems: shown.problems,
        pages: pages.collect(),
        shown_page: slug.to_owned(),
        title: form.text("title").to_owned(),
        why: form.lines("why"),
        picker: picker::for_start(&setting.components, form),
        until: TimeField::sent(UNTIL, form, &setting.clock).0.hinting(UNTIL_HINT),
        is_fresh: shown.is_fresh,
        preview: shown.preview,
    };
    answer::page(shown.status, &view)
}

fn read(call: &Call, setting: &Setting) -> Result<NewIncident, InvalidValue> {
    let (form, clock) = (&call.form, &setting.clock);
    let (title, why) = (form.text("title"), form.lines("why"));
    if title.is_empty() {
        return Err(InvalidValue::new("what", "is empty: say what you take down"));
    }
    if why.is_empty() {
        return Err(InvalidValue::new("why", "is empty: readers want to know"));
    }
    let affected = picker::read_affected(form);
    if affected.is_empty() && !setting.components.is_empty() {
        return Err(InvalidValue::new("components", "none is chosen: say what is down"));
    }
    let until = TimeField::read(UNTIL, form, clock)?;
    if until.is_some_and(|until| until <= call.now) {
        return Err(InvalidValue::new("until", "lies in the past: give a later time"));
    }
    let text = match until {
        None => why,
        Some(until) => {
            let (until, zone) = (clock.tell(until), &clock.name);
            let line = match setting.page.language {
                Language::En => format!("We expect it to be back by {until} ({zone})."),
                Language::De => format!("Voraussichtlich zurück bis {until} ({zone})."),
            };
            format!("{why}\n\n{line}")
        }
    };
    Ok(NewIncident {
        page_id: setting.page.id,
        title: title.to_owned(),
        kind: IncidentKind::DeliberateShutdown,
        impact_override: None,
        affected,
        started: Bound::exactly(call.now),
        ended: None,
        update: Some(NewUpdate {
            status: Some(IncidentStatus::Identified),
            body: Prose::markdown(text),
            shown_at: None,
            changes: Vec::new(),
            next_update_due_at: until,
        }),
        is_draft: false,
    })
}

/// Writes it, or shows what it would look like.
pub(super) async fn submit(call: Call) -> Answer {
    let Some(setting) = composer::setting_for(&call, call.form.text("page")).await? else {
        return answer::see("/console");
    };
    let is_other_page = setting.page.slug.as_str() != call.form.text("shown_page");
    if call.form.text("do") == "page" || (setting.pages.len() > 1 && is_other_page) {
        return page(&call, &setting, &call.form, Shown::default());
    }
    let new = match read(&call, &setting) {
        Ok(new) => new,
        Err(problem) => return refuse(&call, &setting, problem.into()),
    };
    let actor = call.actor()?;
    if call.form.text("do") == "preview" {
        return match new.reported(call.change(&actor)) {
            Ok(incident) => {
                let components = &setting.components;
                let preview = preview::preview(&setting.page, components, incident, call.now);
                page(&call, &setting, &call.form, Shown { preview, ..Shown::default() })
            }
            Err(error) => refuse(&call, &setting, error.into()),
        };
    }
    match writing::report_incident(&call.app.store, new, call.change(&actor)).await {
        Ok(written) => composer::reported_as(&call, &written.value),
        Err(error) => refuse(&call, &setting, error),
    }
}

fn refuse(call: &Call, setting: &Setting, error: WriteError) -> Answer {
    let (status, problems) = super::told_of(error)?;
    page(call, setting, &call.form, Shown { status, problems, ..Shown::default() })
}
