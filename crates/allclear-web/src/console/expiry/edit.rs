//! One entry: a new one, what is known of it, its form, renewing and removing it.

use allclear_checks::expiry::{self, NewExpiry, NewWhat};
use allclear_domain::Scope;
use allclear_domain::expiry::{Ending, Expiry};
use allclear_domain::ids::ExpiryId;
use allclear_store::{ExpiryRow, Stored};
use askama::Template;
use jiff::civil::Date;

use super::{StateView, done, kind, path_of, when};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::form::Form;
use crate::console::trouble::{self, NotWritten, Trouble};
use crate::console::when::When;
use crate::console::{Call, Chrome};

/// The fields, as they stand in the form.
#[derive(Default)]
struct Fields {
    name: String,
    due_on: String,
    domain: String,
    warn_days: String,
    owner: String,
    link: String,
    note: String,
}

impl Fields {
    fn sent(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            name: text("name"),
            due_on: text("due_on"),
            domain: text("domain"),
            warn_days: text("warn_days"),
            owner: text("owner"),
            link: text("link"),
            note: form.lines("note"),
        }
    }

    fn of(one: &Expiry) -> Self {
        let due_on = match &one.what {
            Ending::Dated { due_on } => due_on.to_string(),
            Ending::Certificate(_) | Ending::Domain(_) => String::new(),
        };
        let maybe = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            name: one.name.clone(),
            due_on,
            domain: String::new(),
            warn_days: told_days(&one.warn_days),
            owner: maybe(&one.owner),
            link: maybe(&one.link),
            note: maybe(&one.note),
        }
    }

    fn rows(&self) -> Vec<(&'static str, String)> {
        vec![
            ("Name", self.name.clone()),
            ("Due on", self.due_on.clone()),
            ("Warn", self.warn_days.clone()),
            ("Owner", self.owner.clone()),
            ("Link", self.link.clone()),
            ("Note", self.note.clone()),
        ]
    }

    fn day(&self) -> Result<Date, String> {
        self.due_on.parse().map_err(|_| "due on: write a day, such as 2027-03-31".to_owned())
    }

    fn days(&self) -> Result<Vec<u16>, String> {
        let parts = self.warn_days.split([',', ' ']).filter(|part| !part.is_empty());
        let read: Result<Vec<u16>, _> = parts.map(str::parse).collect();
        read.map_err(|_| "warn: write days with commas between them, such as 30, 14, 7".to_owned())
    }
}

fn told_days(days: &[u16]) -> String {
    days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn maybe(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

#[derive(Template)]
#[template(path = "console/expiry/form.html")]
struct FormView {
    chrome: Chrome,
    trouble: Trouble,
    action: String,
    may_write: bool,
    may_audit: bool,
    is_domain: bool,
    is_dated: bool,
    fields: Fields,
    there: Option<There>,
}

/// What is known of one that is there.
struct There {
    id: String,
    version: i64,
    state: StateView,
    kind: &'static str,
    when: String,
    facts: Vec<(&'static str, String)>,
    /// The check that sees it; empty where none does.
    check: String,
    problem: String,
    link: String,
    warned: Option<When>,
    next: Option<When>,
    may_remove: bool,
}

fn there(call: &Call, stored: &Stored<ExpiryRow>, version: i64) -> There {
    let one = &stored.expiry;
    let (mut facts, mut check, mut problem) = (Vec::new(), String::new(), String::new());
    let at = |at| When::at(at).text;
    match &one.what {
        Ending::Certificate(seen) => {
            facts.push(("For", seen.leaf.name.clone()));
            facts.push(("Issued by", seen.leaf.issuer.clone()));
            facts.push(("Serial number", seen.leaf.serial.clone()));
            facts.push(("First seen", at(seen.since)));
            facts.extend(stored.seen_at.map(|seen_at| ("Last seen", at(seen_at))));
            check = format!("/console/checks/{}", seen.check_id);
        }
        Ending::Domain(domain) => {
            facts.push(("Domain", domain.domain.clone()));
            facts.extend(domain.registrar.clone().map(|name| ("Registered by", name)));
            facts.extend(domain.asked_at.map(|asked_at| ("Registry asked", at(asked_at))));
            problem = domain.problem.clone().unwrap_or_default();
        }
        Ending::Dated { .. } => {}
    }
    There {
        id: one.id.to_string(),
        version,
        state: StateView::of(one.state(call.now)),
        kind: kind(&one.what),
        when: when(one, call.now),
        facts,
        check,
        problem,
        link: one.link.clone().unwrap_or_default(),
        warned: one.warned_at.map(When::at),
        next: one.next_warning_at().map(When::at),
        may_remove: one.check_id().is_none(),
    }
}

fn form(
    call: &Call,
    fields: Fields,
    trouble: Trouble,
    one: Option<(&Stored<ExpiryRow>, i64)>,
) -> Answer {
    let is_domain = one.is_none() && call.query.text("of") == "domain";
    let (title, action) = match one {
        Some((stored, _)) => (stored.expiry.name.as_str(), path_of(stored.expiry.id)),
        None if is_domain => ("Watch a domain", "/console/expiry/new?of=domain".to_owned()),
        None => ("Enter a date", "/console/expiry/new".to_owned()),
    };
    let what = one.map(|(stored, _)| &stored.expiry.what);
    let access = call.access()?;
    let view = FormView {
        chrome: Chrome::of(call, title, done(call.query.text("done"))),
        action,
        may_write: access.may(Scope::Checks),
        may_audit: access.may(Scope::Audit),
        is_domain,
        is_dated: what.map_or(!is_domain, |what| matches!(what, Ending::Dated { .. })),
        fields,
        there: one.map(|(stored, version)| there(call, stored, version)),
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

pub(super) async fn show_new(call: Call) -> Answer {
    let warn_days = told_days(&Expiry::USUAL_WARN_DAYS);
    form(&call, Fields { warn_days, ..Fields::default() }, Trouble::default(), None)
}

/// Enters one.
pub(super) async fn add(call: Call) -> Answer {
    let fields = Fields::sent(&call.form);
    let is_domain = call.query.text("of") == "domain";
    let what = match is_domain {
        true => Ok(NewWhat::Domain(fields.domain.clone())),
        false => fields.day().map(NewWhat::Dated),
    };
    let (what, warn_days) = match (what, fields.days()) {
        (Ok(what), Ok(days)) => (what, days),
        (what, days) => {
            let problems = [what.err(), days.err()].into_iter().flatten().collect();
            return form(&call, fields, Trouble::of(problems), None);
        }
    };
    let new = NewExpiry {
        name: fields.name.clone(),
        what,
        warn_days,
        owner: maybe(&fields.owner),
        note: maybe(&fields.note),
        link: maybe(&fields.link),
    };
    let actor = call.actor()?;
    match expiry::add_expiry(&call.app.store, new, call.change(&actor)).await {
        Ok(stored) => {
            call.app.expiry.notify_one();
            answer::see(&format!("{}?done=added", path_of(stored.expiry.id)))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => form(&call, fields, Trouble::of(problems), None),
            NotWritten::Conflict => Err(Refusal::NotFound),
        },
    }
}

async fn find(call: &Call) -> Result<Stored<ExpiryRow>, Refusal> {
    let id: ExpiryId = call.param("id")?;
    call.app.store.find_expiry(id).await?.ok_or(Refusal::NotFound)
}

pub(super) async fn show(call: Call) -> Answer {
    let one = find(&call).await?;
    form(&call, Fields::of(&one.expiry), Trouble::default(), Some((&one, one.version)))
}

/// Saves what was sent.
pub(super) async fn save(call: Call) -> Answer {
    let one = find(&call).await?;
    let fields = Fields::sent(&call.form);
    let expected = call.form.text("version").parse::<i64>();
    let expected = expected.map_err(|_| Refusal::BadForm("load the page again".to_owned()))?;
    let what = match &one.expiry.what {
        Ending::Dated { .. } => fields.day().map(|due_on| Some(Ending::Dated { due_on })),
        Ending::Certificate(_) | Ending::Domain(_) => Ok(None),
    };
    let (what, days) = match (what, fields.days()) {
        (Ok(what), Ok(days)) => (what, days),
        (what, days) => {
            let problems = [what.err(), days.err()].into_iter().flatten().collect();
            return form(&call, fields, Trouble::of(problems), Some((&one, expected)));
        }
    };
    let decide = |one: Expiry| {
        let what = what.unwrap_or_else(|| one.what.clone());
        let one = Expiry {
            name: fields.name.clone(),
            owner: maybe(&fields.owner),
            note: maybe(&fields.note),
            link: maybe(&fields.link),
            ..one
        };
        Ok(one.with(what, days))
    };
    write(&call, &one, (fields.rows(), Some(expected)), "saved", decide).await
}

/// Says that it was renewed, until another day.
pub(super) async fn renew(call: Call) -> Answer {
    let one = find(&call).await?;
    let fields = Fields { due_on: call.form.text("due_on").to_owned(), ..Fields::of(&one.expiry) };
    let due_on = match fields.day() {
        Ok(due_on) => due_on,
        Err(problem) => {
            return form(&call, fields, Trouble::of(vec![problem]), Some((&one, one.version)));
        }
    };
    let decide = |one: Expiry| {
        let days = one.warn_days.clone();
        Ok(one.with(Ending::Dated { due_on }, days))
    };
    write(&call, &one, (fields.rows(), None), "renewed", decide).await
}

/// Writes a change, or shows the form with what stands against it. `sent` is what was typed, and to which version.
async fn write(
    call: &Call,
    one: &Stored<ExpiryRow>,
    (rows, expected): (Vec<(&'static str, String)>, Option<i64>),
    done: &str,
    decide: impl FnOnce(Expiry) -> Result<Expiry, allclear_store::WriteError> + Send,
) -> Answer {
    let (id, actor) = (one.expiry.id, call.actor()?);
    let change = call.change(&actor);
    let typed = || Fields { domain: String::new(), ..Fields::sent(&call.form) };
    match expiry::change_expiry(&call.app.store, id, expected, change, decide).await {
        Ok(_) => {
            call.app.expiry.notify_one();
            answer::see(&format!("{}?done={done}", path_of(id)))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                let version = expected.unwrap_or(one.version);
                form(call, typed(), Trouble::of(problems), Some((one, version)))
            }
            NotWritten::Conflict => {
                let now = find(call).await?;
                let trouble = Trouble::conflict(&Fields::of(&now.expiry).rows(), &rows);
                form(call, typed(), trouble, Some((&now, now.version)))
            }
        },
    }
}

/// Removes one.
pub(super) async fn remove(call: Call) -> Answer {
    let one = find(&call).await?;
    let actor = call.actor()?;
    expiry::remove_expiry(&call.app.store, one.expiry.id, None, call.change(&actor))
        .await
        .map_err(trouble::refusal)?;
    answer::see("/console/expiry?done=removed")
}
