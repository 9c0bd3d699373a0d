//! The addresses at which calendars read what ends: made, shown once, revoked.

use allclear_checks::expiry;
use allclear_domain::ids::ExpiryFeedId;
use allclear_store::WriteError;
use askama::Template;
use axum::http::StatusCode;

use crate::calendar;
use crate::console::answer::{self, Answer};
use crate::console::once;
use crate::console::trouble::{self, NotWritten};
use crate::console::when::When;
use crate::console::{Call, Chrome};

/// One of them.
struct Row {
    id: ExpiryFeedId,
    name: String,
    made: When,
}

#[derive(Template)]
#[template(path = "console/expiry/calendars.html")]
struct CalendarsView {
    chrome: Chrome,
    problems: Vec<String>,
    name: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "console/expiry/calendar.html")]
struct CalendarView {
    chrome: Chrome,
    url: String,
}

/// All of them, and the form for another one.
pub(super) async fn show(call: Call) -> Answer {
    page(&call, StatusCode::OK, Vec::new()).await
}

async fn page(call: &Call, status: StatusCode, problems: Vec<String>) -> Answer {
    let done = match call.query.text("done") {
        "revoked" => "Revoked. The address leads nowhere any more.",
        _ => "",
    };
    let rows = call.app.store.list_expiry_feeds().await?;
    let row = |row: &allclear_store::ExpiryFeedRow| Row {
        id: row.feed.id,
        name: row.feed.name.clone(),
        made: When::at(row.feed.created_at),
    };
    let view = CalendarsView {
        chrome: Chrome::of(call, "Calendars of what ends", done),
        problems: problems.iter().map(|problem| answer::sentence(problem)).collect(),
        name: call.form.text("name").to_owned(),
        rows: rows.iter().map(row).collect(),
    };
    answer::page(status, &view)
}

/// Makes one, and shows its address once.
pub(super) async fn make(call: Call) -> Answer {
    let secret = calendar::mint(&call.app.entropy);
    let (name, actor) = (call.form.text("name"), call.actor()?);
    let change = call.change(&actor);
    match expiry::add_feed(&call.app.store, name, secret.digest(), change).await {
        Ok(feed) => {
            let view = CalendarView {
                chrome: Chrome::of(&call, &format!("Calendar {}", feed.name), ""),
                url: calendar::url(&call.base_url, &secret),
            };
            once::shown(
                answer::page(StatusCode::OK, &view),
                "this calendar was already made, and its address was shown then. It is not shown \
                 again: where nobody kept it, revoke it and make another",
            )
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                page(&call, StatusCode::UNPROCESSABLE_ENTITY, problems).await
            }
            NotWritten::Conflict => page(&call, StatusCode::CONFLICT, Vec::new()).await,
        },
    }
}

/// Revokes one.
pub(super) async fn revoke(call: Call) -> Answer {
    let (id, actor) = (call.param("id")?, call.actor()?);
    match expiry::remove_feed(&call.app.store, id, call.change(&actor)).await {
        // Revoked already, for instance because somebody pressed twice: what was wanted holds.
        Ok(()) | Err(WriteError::NotFound { .. }) => {
            answer::see("/console/expiry/calendars?done=revoked")
        }
        Err(error) => Err(trouble::refusal(error)),
    }
}
