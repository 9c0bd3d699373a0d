//! The audit log: who changed what, when, from what, to what; newest first, a slice at a time.

mod difference;
mod names;

use std::str::FromStr;

use allclear_domain::audit::{Actor, AuditAction, Subject};
use allclear_domain::error::InvalidValue;
use allclear_domain::{AuditEntry, Scope};
use allclear_store::{About, AuditFilter};
use askama::Template;
use axum::http::StatusCode;

use self::difference::{Difference, Field};
use self::names::Names;
use super::answer::{self, Answer};
use super::when::When;
use super::{Call, Chrome};
use crate::access::Needs;
use crate::access::table::Table;

/// Entries of one page.
const SLICE: usize = 25;

/// Adds the address of this page.
pub(super) fn add(table: Table<Call>) -> Table<Call> {
    table.get("/console/audit", Needs::Scope(Scope::Audit), show)
}

#[derive(Template)]
#[template(path = "console/audit/list.html")]
struct AuditView {
    chrome: Chrome,
    nouns: Vec<ChoiceView>,
    actors: Vec<ChoiceView>,
    /// What the filter is about, where it is one thing.
    about_one: Option<String>,
    is_filtered: bool,
    entries: Vec<EntryView>,
    /// Where the older ones are; empty where there are none.
    older: String,
    is_first: bool,
    newest: String,
}

/// One thing to choose.
struct ChoiceView {
    value: String,
    name: String,
    is_chosen: bool,
}

/// One entry.
struct EntryView {
    id: String,
    when: When,
    who: String,
    who_filter: String,
    did: &'static str,
    what: String,
    what_filter: String,
    fields: Vec<Field>,
    more: usize,
    is_too_long: bool,
}

/// The page.
async fn show(call: Call) -> Answer {
    let store = &call.app.store;
    let filter = filter(&call)?;
    // One more than is shown tells whether there are older ones.
    let mut entries = store.list_audit_entries(&filter, SLICE + 1).await?;
    let has_older = entries.len() > SLICE;
    entries.truncate(SLICE);
    let names = Names::load(store).await?;
    let last = entries.last().map(|entry| entry.id).filter(|_| has_older);
    let view = AuditView {
        chrome: Chrome::of(&call, "Audit log", ""),
        nouns: nouns(&filter, &names),
        actors: actors(&filter, &names),
        about_one: match filter.about {
            Some(About::One(subject)) => Some(names.subject(subject, None)),
            Some(About::Noun(_)) | None => None,
        },
        is_filtered: filter.about.is_some() || filter.actor.is_some(),
        entries: entries.iter().map(|entry| entry_view(entry, &names)).collect(),
        older: last.map(|id| path(&filter, Some(&id.to_string()))).unwrap_or_default(),
        is_first: filter.after.is_none(),
        newest: path(&filter, None),
    };
    answer::page(StatusCode::OK, &view)
}

/// What the query asks for.
fn filter(call: &Call) -> Result<AuditFilter, InvalidValue> {
    let about = call.query.maybe("about").map(About::from_str).transpose()?;
    let actor = call.query.maybe("actor").map(Actor::from_str).transpose()?;
    let after = call.query.maybe("after").map(str::parse).transpose();
    let after = after.map_err(|error: allclear_domain::ids::InvalidId| {
        InvalidValue::new("after", error.to_string())
    })?;
    Ok(AuditFilter { about, actor, after })
}

/// The address of what a filter gives.
fn path(filter: &AuditFilter, after: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(about) = filter.about {
        query.append_pair("about", &about.to_string());
    }
    if let Some(actor) = &filter.actor {
        query.append_pair("actor", &actor.to_string());
    }
    if let Some(after) = after {
        query.append_pair("after", after);
    }
    let query = query.finish();
    if query.is_empty() { "/console/audit".to_owned() } else { format!("/console/audit?{query}") }
}

/// What one can choose to see changes of; one thing only where it is chosen already.
fn nouns(filter: &AuditFilter, names: &Names) -> Vec<ChoiceView> {
    let choice = |noun: &'static str| ChoiceView {
        value: noun.to_owned(),
        name: names::noun(noun).to_owned(),
        is_chosen: filter.about == Some(About::Noun(noun)),
    };
    let mut choices: Vec<ChoiceView> = Subject::NOUNS.map(choice).into();
    if let Some(about @ About::One(subject)) = filter.about {
        let (value, name) = (about.to_string(), names.subject(subject, None));
        choices.insert(0, ChoiceView { value, name, is_chosen: true });
    }
    choices
}

/// Whose changes one can choose to see: people, and whoever is chosen already.
fn actors(filter: &AuditFilter, names: &Names) -> Vec<ChoiceView> {
    let choice = |actor: Actor| ChoiceView {
        value: actor.to_string(),
        name: names.actor(&actor),
        is_chosen: filter.actor.as_ref() == Some(&actor),
    };
    let mut choices: Vec<ChoiceView> = names.people().map(Actor::Person).map(choice).collect();
    if let Some(actor) = filter.actor.clone().filter(|_| !choices.iter().any(|c| c.is_chosen)) {
        choices.insert(0, choice(actor));
    }
    choices
}

fn entry_view(entry: &AuditEntry, names: &Names) -> EntryView {
    let (before, after) = (entry.before.as_deref(), entry.after.as_deref());
    let Difference { fields, more, is_too_long } = difference::between(before, after);
    let about = |about| AuditFilter { about: Some(about), ..AuditFilter::default() };
    let by = AuditFilter { actor: Some(entry.actor.clone()), ..AuditFilter::default() };
    EntryView {
        id: entry.id.to_string(),
        when: When::exactly(entry.at),
        who: names.actor(&entry.actor),
        who_filter: path(&by, None),
        did: match (entry.action, entry.subject) {
            (AuditAction::Create, Subject::Session(_)) => "began",
            (AuditAction::Remove, Subject::Session(_)) => "ended",
            (AuditAction::Create, _) => "made",
            (AuditAction::Change, _) => "changed",
            (AuditAction::Remove, _) => "removed",
        },
        what: names.subject(entry.subject, after.or(before)),
        what_filter: path(&about(About::One(entry.subject)), None),
        fields,
        more,
        is_too_long,
    }
}
