//! Status pages: the list, a new one, and what can be set of one.

mod edit;
mod fields;
mod logo;
mod new;
mod password;

use allclear_domain::Scope;
use askama::Template;
use axum::http::StatusCode;

use super::answer::{self, Answer};
use super::call::Call;
use super::chrome::Chrome;
use crate::access::Needs;
use crate::access::table::Table;

/// What answers.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let writes = Needs::Scope(Scope::StatusPages);
    table
        .get("/console/status-pages", Needs::Scope(Scope::Read), list)
        .get("/console/status-pages/new", writes, new::show)
        .post("/console/status-pages/new", writes, new::add)
        .get("/console/status-pages/{slug}", writes, edit::show)
        .post("/console/status-pages/{slug}", writes, edit::save)
        .post("/console/status-pages/{slug}/remove", writes, edit::remove)
        .post("/console/status-pages/{slug}/default", writes, edit::make_default)
        .post("/console/status-pages/{slug}/logo", writes, logo::set)
        .post("/console/status-pages/{slug}/password", writes, password::set)
        .post("/console/status-pages/{slug}/password/remove", writes, password::remove)
}

/// What was just done, by its word in the query.
fn done(word: &str) -> &'static str {
    match word {
        "saved" => "Saved. Readers see it in a moment.",
        "logo" => "The logo was changed. Readers see it in a moment.",
        "removed" => "Removed. Nothing was on it.",
        "default" => "This is the page on / now.",
        "password" => "Readers need this password now. What a former one opened is closed.",
        "open" => "Everybody may read this page now.",
        _ => "",
    }
}

struct PageLine {
    slug: String,
    title: String,
    is_default: bool,
    is_protected: bool,
    hosts: String,
}

#[derive(Template)]
#[template(path = "console/status_pages/list.html")]
struct ListView {
    chrome: Chrome,
    pages: Vec<PageLine>,
    may_write: bool,
}

async fn list(call: Call) -> Answer {
    let mut pages = call.app.store.list_status_pages().await?;
    pages.sort_by(|a, b| (!a.is_default, &a.slug).cmp(&(!b.is_default, &b.slug)));
    let lines = pages.into_iter().map(|page| PageLine {
        is_protected: page.is_protected(),
        slug: page.slug.to_string(),
        title: page.title,
        is_default: page.is_default,
        hosts: page.host_names.join(", "),
    });
    let view = ListView {
        chrome: Chrome::of(&call, "Status pages", done(call.query.text("done"))),
        pages: lines.collect(),
        may_write: call.access()?.may(Scope::StatusPages),
    };
    answer::page(StatusCode::OK, &view)
}
