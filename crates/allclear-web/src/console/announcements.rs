//! Announcements: the list, a new one, its words, until when it stands on the first view.

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::PublicId;
use allclear_domain::text::Prose;
use allclear_domain::{Announcement, Scope, StatusPage};
use allclear_incidents::writing::{self, NewAnnouncement, WriteError};
use allclear_store::Stored;
use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::answer::{self, Answer, Refusal};
use super::call::Call;
use super::chrome::Chrome;
use super::clock::{TimeField, WallClock};
use super::trouble::{self, NotWritten, Trouble};
use super::which_page::{WhichPage, which_page};
use crate::access::Needs;
use crate::access::table::Table;

const UNTIL: (&str, &str) = ("until", "On the first view until");

/// What answers.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (reads, writes) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Incidents));
    table
        .get("/console/announcements", reads, list)
        .get("/console/announcements/new", writes, show_new)
        .post("/console/announcements/new", writes, announce)
        .get("/console/announcements/{id}", writes, show)
        .post("/console/announcements/{id}", writes, save)
        .post("/console/announcements/{id}/take-off", writes, take_off)
        .post("/console/announcements/{id}/publish", writes, publish)
}

/// What was just done, by its word in the query.
fn done(word: &str) -> &'static str {
    match word {
        "saved" => "Saved. Readers see it in a moment, unless it is a draft.",
        "off" => "Taken off the first view. It stays in the history.",
        _ => "",
    }
}

struct Line {
    id: String,
    title: String,
    mark: (&'static str, &'static str),
    until: String,
}

#[derive(Template)]
#[template(path = "console/announcements/list.html")]
struct ListView {
    chrome: Chrome,
    which: WhichPage,
    slug: String,
    zone_name: String,
    lines: Vec<Line>,
    may_write: bool,
}

async fn list(call: Call) -> Answer {
    let Some(which) = which_page(&call).await? else {
        return answer::see("/console/status-pages");
    };
    let clock = WallClock::of(&which.here);
    let announcements = call.app.store.list_announcements(which.here.id).await?;
    let line = |one: &Announcement| Line {
        id: one.public_id.to_string(),
        title: one.title.clone(),
        mark: mark(one, call.now),
        until: one.until.map(|at| clock.both(at)).unwrap_or_default(),
    };
    let view = ListView {
        chrome: Chrome::of(&call, "Announcements", done(call.query.text("done"))),
        slug: which.here.slug.to_string(),
        zone_name: clock.name.clone(),
        lines: announcements.iter().rev().map(line).collect(),
        may_write: call.access()?.may(Scope::Incidents),
        which,
    };
    answer::page(StatusCode::OK, &view)
}

fn mark(one: &Announcement, now: Timestamp) -> (&'static str, &'static str) {
    match (one.publication.is_public(), one.is_present(now)) {
        (false, _) => ("quiet", "Draft"),
        (true, true) => ("op", "On the first view"),
        (true, false) => ("quiet", "In the history"),
    }
}

/// The fields, as they stand in the form.
struct Fields {
    title: String,
    body: String,
    until: TimeField,
}

impl Fields {
    fn rows(&self) -> Vec<(&'static str, String)> {
        vec![
            ("Title", self.title.clone()),
            ("Text", self.body.clone()),
            ("Until", self.until.value.clone()),
        ]
    }

    fn of(one: &Announcement, clock: &WallClock) -> Self {
        let (title, body) = (one.title.clone(), one.body.text.clone());
        Self { title, body, until: TimeField::of(UNTIL, one.until, clock) }
    }

    fn sent(call: &Call, clock: &WallClock) -> (Self, Result<Option<Timestamp>, InvalidValue>) {
        let (until, at) = TimeField::sent(UNTIL, &call.form, clock);
        let (title, body) = (call.form.text("title").to_owned(), call.form.lines("body"));
        (Self { title, body, until }, at)
    }
}

#[derive(Template)]
#[template(path = "console/announcements/form.html")]
struct FormView {
    chrome: Chrome,
    trouble: Trouble,
    page: String,
    action: String,
    fields: Fields,
    is_draft: bool,
    /// Of one that is there: its version, and whether it is a draft, or on the first view.
    version: Option<i64>,
    may_publish: bool,
    may_take_off: bool,
}

fn form(
    call: &Call,
    page: &StatusPage,
    fields: Fields,
    trouble: Trouble,
    one: Option<(&Announcement, i64)>,
) -> Answer {
    let (title, action) = match one {
        Some((one, _)) => (one.title.as_str(), format!("/console/announcements/{}", one.public_id)),
        None => ("New announcement", format!("/console/announcements/new?page={}", page.slug)),
    };
    let view = FormView {
        chrome: Chrome::of(call, title, done(call.query.text("done"))),
        page: page.title.clone(),
        action,
        fields,
        is_draft: call.form.is_ticked("is_draft"),
        version: one.map(|(_, version)| version),
        may_publish: one.is_some_and(|(one, _)| !one.publication.is_public()),
        may_take_off: one.is_some_and(|(one, _)| one.is_present(call.now)),
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

async fn show_new(call: Call) -> Answer {
    let which = which_page(&call).await?.ok_or(Refusal::NotFound)?;
    let (fields, _) = Fields::sent(&call, &WallClock::of(&which.here));
    form(&call, &which.here, fields, Trouble::default(), None)
}

async fn announce(call: Call) -> Answer {
    let page = which_page(&call).await?.ok_or(Refusal::NotFound)?.here;
    let (fields, until) = Fields::sent(&call, &WallClock::of(&page));
    let until = match until {
        Ok(until) => until,
        Err(problem) => {
            return form(&call, &page, fields, Trouble::of(vec![problem.to_string()]), None);
        }
    };
    let new = NewAnnouncement {
        page_id: page.id,
        title: fields.title.clone(),
        body: Prose::plain(fields.body.clone()),
        until,
        is_draft: call.form.is_ticked("is_draft"),
    };
    let actor = call.actor()?;
    match writing::announce(&call.app.store, new, call.change(&actor)).await {
        Ok(_) => {
            call.app.nudge.notify_one();
            answer::see(&format!("/console/announcements?page={}&done=saved", page.slug))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                form(&call, &page, fields, Trouble::of(problems), None)
            }
            NotWritten::Conflict => Err(Refusal::NotFound),
        },
    }
}

async fn find(call: &Call) -> Result<(Stored<Announcement>, StatusPage), Refusal> {
    let id: PublicId = call.param("id")?;
    let store = &call.app.store;
    let one = store.find_announcement_by_public_id(id).await?.ok_or(Refusal::NotFound)?;
    let page = store.find_status_page_by_id(one.page_id).await?.ok_or(Refusal::NotFound)?;
    Ok((one, page.value))
}

async fn show(call: Call) -> Answer {
    let (one, page) = find(&call).await?;
    let fields = Fields::of(&one, &WallClock::of(&page));
    form(&call, &page, fields, Trouble::default(), Some((&one, one.version)))
}

async fn save(call: Call) -> Answer {
    let (one, page) = find(&call).await?;
    let (fields, until) = Fields::sent(&call, &WallClock::of(&page));
    let expected = call.form.text("version").parse::<i64>();
    let expected = expected.map_err(|_| Refusal::BadForm("load the page again".to_owned()))?;
    let until = match until {
        Ok(until) => until,
        Err(problem) => {
            let trouble = Trouble::of(vec![problem.to_string()]);
            return form(&call, &page, fields, trouble, Some((&one, expected)));
        }
    };
    let apply = |one: Announcement| {
        let body = Prose { text: fields.body.clone(), ..one.body };
        // Forms know of no parts of a second.
        let is_former = |at: Timestamp| one.until.is_some_and(|u| u.as_second() == at.as_second());
        let is_same = until.is_some_and(is_former);
        let next = Announcement { title: fields.title.clone(), body, ..one };
        match until {
            // A time that has passed stays as it is; another one must lie ahead.
            Some(at) if !is_same => Ok(next.show_until(at, call.now)?),
            Some(_) => Ok(next),
            None => Ok(Announcement { until: None, ..next }),
        }
    };
    let actor = call.actor()?;
    let change = call.change(&actor);
    match writing::change(&call.app.store, one.id, Some(expected), change, apply).await {
        Ok(_) => {
            call.app.nudge.notify_one();
            answer::see(&format!("/console/announcements/{}?done=saved", one.public_id))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                form(&call, &page, fields, Trouble::of(problems), Some((&one, expected)))
            }
            NotWritten::Conflict => {
                let (one, page) = find(&call).await?;
                let theirs = Fields::of(&one, &WallClock::of(&page)).rows();
                let trouble = Trouble::conflict(&theirs, &fields.rows());
                form(&call, &page, fields, trouble, Some((&one, one.version)))
            }
        },
    }
}

async fn take_off(call: Call) -> Answer {
    let now = call.now;
    transition(call, "off", |one| Ok(one.take_off(now)?)).await
}

async fn publish(call: Call) -> Answer {
    let now = call.now;
    transition(call, "saved", |one| Ok(one.publish(now)?)).await
}

async fn transition(
    call: Call,
    done: &str,
    decide: impl FnOnce(Announcement) -> Result<Announcement, WriteError> + Send,
) -> Answer {
    let (one, page) = find(&call).await?;
    let actor = call.actor()?;
    let change = call.change(&actor);
    writing::change(&call.app.store, one.id, None, change, decide)
        .await
        .map_err(trouble::refusal)?;
    call.app.nudge.notify_one();
    answer::see(&format!("/console/announcements?page={}&done={done}", page.slug))
}
