//! Pasting an old text: it is read as a log is, and opens the composer with what was understood.

use allclear_domain::record::Target;
use allclear_domain::times::Bound;
use allclear_domain::{Entropy, Incident};
use allclear_incidents::history::batch::Present;
use allclear_incidents::history::facts::FactsFile;
use allclear_incidents::history::from_facts::Reading;
use allclear_incidents::history::log::{LogOptions, read_log};
use allclear_incidents::history::to_facts;
use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::composer::{self, Setting, Shown};
use super::fields::{ENDED, STARTED};
use crate::console::answer::{self, Answer, sentence};
use crate::console::clock::TimeField;
use crate::console::form::Form;
use crate::console::words;
use crate::console::{Call, Chrome};

#[derive(Template)]
#[template(path = "console/incidents/paste.html")]
struct PasteView {
    chrome: Chrome,
    problems: Vec<String>,
    pages: Vec<words::Choice>,
    text: String,
}

/// What was understood of a text.
struct Understood {
    form: Form,
    hints: Vec<String>,
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    match composer::setting_for(&call, "").await? {
        Some(setting) => page(&call, &setting, StatusCode::OK, Vec::new()),
        None => answer::see("/console"),
    }
}

fn page(call: &Call, setting: &Setting, status: StatusCode, problems: Vec<String>) -> Answer {
    let slug = setting.page.slug.as_str();
    let pages = setting.pages.iter();
    let pages = pages.map(|page| words::Choice::of(page.slug.as_str(), &page.title, slug));
    let view = PasteView {
        chrome: Chrome::of(call, "Paste an old text", ""),
        problems,
        pages: pages.collect(),
        text: call.form.lines("text"),
    };
    answer::page(status, &view)
}

/// Reads a text, and opens the composer.
pub(super) async fn read(call: Call) -> Answer {
    let Some(setting) = composer::setting_for(&call, call.form.text("page")).await? else {
        return answer::see("/console");
    };
    let text = call.form.lines("text");
    let understood = if text.is_empty() {
        Err("The text is empty: paste one.".to_owned())
    } else {
        understand(&text, &setting, &call.app.entropy, call.now)
    };
    match understood {
        Ok(Understood { form, hints }) => {
            composer::compose(&call, &setting, &form, Shown { hints, ..Shown::default() })
        }
        Err(problem) => page(&call, &setting, StatusCode::UNPROCESSABLE_ENTITY, vec![problem]),
    }
}

/// What a text says of an incident of a page, as the composer shows it.
fn understand(
    text: &str,
    setting: &Setting,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<Understood, String> {
    let options = LogOptions {
        publisher: setting.page.slug.to_string(),
        timezone: setting.page.timezone.clone(),
        year: None,
        known_components: setting.components.iter().map(to_facts::component).collect(),
    };
    let read = read_log(text, &options).map_err(|error| sentence(&error.to_string()))?;
    let file = FactsFile {
        publisher: setting.page.title.clone(),
        what: String::new(),
        timezone: setting.page.timezone.clone(),
        timezone_label: None,
        notes: None,
        components: read.components,
        records: read.records,
    };
    let present = Present {
        page: Some(setting.page.clone()),
        components: setting.components.clone(),
        has_default: true,
        ..Present::default()
    };
    let reading = Reading { format: "log", slug: None, present: &present, entropy, now };
    // What cannot be read as facts is still a text that somebody pasted.
    let batch = reading.batch(&file).ok();
    let records = file.records.len();
    let first = batch.as_ref().and_then(|batch| batch.incidents.first());
    let mut hints = vec!["This is what was understood. Correct it before you keep it.".to_owned()];
    if records > 1 {
        hints.push(format!(
            "The text holds {records} entries; this is the first incident among them. \
             `allclear import log` takes in all at once."
        ));
    }
    let Some(incident) = first else {
        hints.push("No incident was recognized in it: the text stands below as it is.".to_owned());
        let form = composer::fresh_form().with("text", text);
        return Ok(Understood { form, hints });
    };
    let form = form_of(incident, text, setting, &mut hints);
    Ok(Understood { form, hints })
}

fn form_of(incident: &Incident, text: &str, setting: &Setting, hints: &mut Vec<String>) -> Form {
    let at = |bound: Option<Bound>| bound.and_then(|bound| bound.earliest(setting.clock.zone()));
    let (started, ended) = (at(Some(incident.started)), at(incident.ended()));
    if started.is_none() {
        hints.push("It is not clear when it began: an empty field means now.".to_owned());
    }
    if ended.is_none() {
        hints.push("It is not clear when it ended: without an end it counts as open.".to_owned());
    }
    let impact = incident.impact_override.map(words::impact_value).unwrap_or_default();
    let mut form = Form::of([
        ("title", &incident.title),
        ("text", &whole_text(incident, text)),
        ("status", incident.state.status().as_str()),
        ("next", ""),
        ("impact", impact),
    ]);
    for (named, at) in [(STARTED, started), (ENDED, ended)] {
        form = TimeField::of(named, at, &setting.clock).put(form);
    }
    for affected in &incident.record.affected {
        let known = |id| setting.components.iter().any(|component| component.id == id);
        match &affected.target {
            Target::All => form = form.with("c_all", affected.status.as_str()),
            Target::Component(id) if known(*id) => {
                form = form.with(&format!("c_{id}"), affected.status.as_str());
            }
            Target::Words(words) => hints.push(format!("No component is called “{words}”.")),
            Target::Component(_) => {
                hints.push("It names a part that is no component yet.".to_owned());
            }
        }
    }
    form
}

/// The text in full, as the source has it: nothing that was pasted is dropped.
fn whole_text(incident: &Incident, text: &str) -> String {
    let source = incident.source.as_ref().and_then(|source| source.text.clone());
    source.unwrap_or_else(|| text.to_owned())
}
