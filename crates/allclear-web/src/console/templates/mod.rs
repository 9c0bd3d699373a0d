//! Templates: the list of a page, one by itself, and how a form is filled from one.

mod edit;
mod fields;

use allclear_domain::audit::Subject;
use allclear_domain::ids::StatusPageId;
use allclear_domain::{Scope, Template};
use allclear_store::Store;
use askama::Template as View;
use axum::http::StatusCode;

use super::answer::{self, Answer, Refusal};
use super::call::Call;
use super::chrome::Chrome;
use super::which_page::{WhichPage, which_page};
use crate::access::Needs;
use crate::access::table::Table;

pub(super) use self::fields::form_of;

/// What answers.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (reads, writes) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::StatusPages));
    table
        .get("/console/templates", reads, list)
        .get("/console/templates/new", writes, edit::show_new)
        .post("/console/templates/new", writes, edit::add)
        .get("/console/templates/{id}", writes, edit::show)
        .post("/console/templates/{id}", writes, edit::save)
        .post("/console/templates/{id}/remove", writes, edit::remove)
}

/// What was just done, by its word in the query.
fn done(word: &str) -> &'static str {
    match word {
        "saved" => "Saved. It is offered from now on.",
        "removed" => "Removed. What began with it stays as it is.",
        _ => "",
    }
}

/// A way to a form that a template fills.
pub(super) struct TemplateLink {
    pub(super) name: String,
    pub(super) href: String,
}

/// What a form offers to begin with.
pub(super) async fn links(
    store: &Store,
    page_id: StatusPageId,
    is_wanted: impl Fn(&Template) -> bool,
    to: &str,
) -> Result<Vec<TemplateLink>, Refusal> {
    let templates = store.list_templates_of(page_id).await?;
    let link =
        |one: Template| TemplateLink { href: format!("{to}&template={}", one.key), name: one.name };
    Ok(templates.into_iter().filter(|one| is_wanted(one)).map(link).collect())
}

/// The template that the query names, where it names one.
pub(super) async fn chosen(
    call: &Call,
    page_id: StatusPageId,
) -> Result<Option<Template>, Refusal> {
    let Some(key) = call.query.maybe("template") else { return Ok(None) };
    let found = call.app.store.find_template_by_key(page_id, key).await?;
    Ok(Some(found.ok_or(Refusal::NotFound)?.value))
}

/// The file that something comes from.
pub(super) async fn file_of(call: &Call, subject: Subject) -> Result<Option<String>, Refusal> {
    Ok(call.app.store.find_origin(subject).await?.map(|origin| origin.file))
}

struct Line {
    id: String,
    name: String,
    title: String,
    begins: &'static str,
}

#[derive(View)]
#[template(path = "console/templates/list.html")]
struct ListView {
    chrome: Chrome,
    which: WhichPage,
    slug: String,
    lines: Vec<Line>,
    may_write: bool,
}

async fn list(call: Call) -> Answer {
    let Some(which) = which_page(&call).await? else {
        return answer::see("/console/status-pages");
    };
    let templates = call.app.store.list_templates_of(which.here.id).await?;
    let line = |one: &Template| Line {
        id: one.id.to_string(),
        name: one.name.clone(),
        title: one.title.clone(),
        begins: if one.begins.is_incident() { "Incident" } else { "Maintenance" },
    };
    let view = ListView {
        chrome: Chrome::of(&call, "Templates", done(call.query.text("done"))),
        slug: which.here.slug.to_string(),
        lines: templates.iter().map(line).collect(),
        may_write: call.access()?.may(Scope::StatusPages),
        which,
    };
    answer::page(StatusCode::OK, &view)
}
