//! What can be set of a status page.

use std::collections::{HashMap, HashSet};

use allclear_domain::audit::Subject;
use allclear_domain::{Component, StatusPage, limits, tree, zone};
use allclear_incidents::writing::{self, WriteError};
use allclear_store::Stored;
use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::fields::{self, Choice, PageFields};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::templates::file_of;
use crate::console::trouble::{self, NotWritten, Trouble};

/// Components that are offered to be chosen; those that are chosen come on top of that.
const OFFERED_MAX: usize = 1_000;

struct Offered {
    id: String,
    name: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "console/status_pages/edit.html")]
struct EditView {
    chrome: Chrome,
    trouble: Trouble,
    slug: String,
    is_default: bool,
    /// What the logo shows; `None` where there is none.
    logo: Option<String>,
    /// The file that it comes from.
    file: Option<String>,
    version: i64,
    fields: PageFields,
    languages: Vec<Choice>,
    policies: Vec<Choice>,
    zones: Vec<String>,
    offered: Vec<Offered>,
    is_cut: bool,
    /// When its password was set; empty where it has none.
    password_set_at: String,
    password_bytes_max: usize,
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    let page = find(&call).await?;
    let fields = PageFields::of(&page);
    form(&call, &page, fields, Trouble::default()).await
}

/// The form as the page stands, with what is wrong.
pub(super) async fn again(call: &Call, page: &Stored<StatusPage>, problem: String) -> Answer {
    form(call, page, PageFields::of(page), Trouble::of(vec![problem])).await
}

pub(super) async fn find(call: &Call) -> Result<Stored<StatusPage>, Refusal> {
    let slug: String = call.param("slug")?;
    call.app.store.find_status_page(&slug).await?.ok_or(Refusal::NotFound)
}

pub(super) async fn form(
    call: &Call,
    page: &Stored<StatusPage>,
    fields: PageFields,
    trouble: Trouble,
) -> Answer {
    let (offered, is_cut) = offer(call, &fields).await?;
    let view = EditView {
        chrome: Chrome::of(call, &page.title, super::done(call.query.text("done"))),
        slug: page.slug.to_string(),
        is_default: page.is_default,
        logo: page.logo.as_ref().map(|logo| logo.alt.clone()),
        file: file_of(call, Subject::StatusPage(page.id)).await?,
        version: page.version,
        languages: fields::languages(&fields.language),
        policies: fields::policies(&fields.maintenance),
        zones: zone::list_zones(),
        offered,
        is_cut,
        password_set_at: page.password_set_at.map(day_of).unwrap_or_default(),
        password_bytes_max: limits::PASSWORD_BYTES_MAX,
        fields,
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

/// The components of all pages, with those that are chosen first.
async fn offer(call: &Call, fields: &PageFields) -> Result<(Vec<Offered>, bool), Refusal> {
    let pages = call.app.store.list_status_pages().await?;
    let titles: HashMap<_, _> = pages.iter().map(|page| (page.id, page.title.as_str())).collect();
    let chosen: HashSet<&str> = fields.chosen.iter().map(String::as_str).collect();
    let components = tree::in_use(&call.app.store.list_components().await?);
    let name = |component: &Component| {
        let title = titles.get(&component.page_id).copied().unwrap_or_default();
        format!("{} ({title})", component.name)
    };
    let mut offered: Vec<Offered> = components
        .iter()
        .map(|component| {
            let id = component.id.to_string();
            Offered { is_chosen: chosen.contains(id.as_str()), name: name(component), id }
        })
        .collect();
    offered.sort_by(|a, b| (!a.is_chosen, &a.name).cmp(&(!b.is_chosen, &b.name)));
    let most = OFFERED_MAX + chosen.len();
    let is_cut = offered.len() > most;
    offered.truncate(most);
    Ok((offered, is_cut))
}

/// Saves what was sent.
pub(super) async fn save(call: Call) -> Answer {
    let page = find(&call).await?;
    let fields = PageFields::sent(&call.form);
    let actor = call.actor()?;
    let expected = call.form.text("version").parse().map_err(|_| stale())?;
    let apply = |page| fields.apply(page).map_err(WriteError::Invalid);
    let change = call.change(&actor);
    let written =
        writing::change_status_page(&call.app.store, page.id, Some(expected), change, apply).await;
    match written {
        Ok(written) => {
            call.app.nudge.notify_one();
            answer::see(&format!("/console/status-pages/{}?done=saved", written.value.slug))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                // Sent again, it still names the version that it was made to.
                let page = Stored { version: expected, ..page };
                form(&call, &page, fields, Trouble::of(problems)).await
            }
            NotWritten::Conflict => conflict(&call, fields).await,
        },
    }
}

async fn conflict(call: &Call, fields: PageFields) -> Answer {
    let page = find(call).await?;
    let components = call.app.store.list_components().await?;
    let names: HashMap<String, String> = components
        .into_iter()
        .map(|component| (component.id.to_string(), component.name))
        .collect();
    let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    let trouble = Trouble::conflict(&PageFields::of(&page).rows(name), &fields.rows(name));
    form(call, &page, fields, trouble).await
}

/// The day of an instant, in UTC.
fn day_of(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// A form without the version that it was made to.
pub(super) fn stale() -> Refusal {
    Refusal::BadForm("the form is not whole: load the page again and repeat it".to_owned())
}

/// Has `/` show this page.
pub(super) async fn make_default(call: Call) -> Answer {
    let page = find(&call).await?;
    let actor = call.actor()?;
    let make = |page: StatusPage| Ok(StatusPage { is_default: true, ..page });
    writing::change_status_page(&call.app.store, page.id, None, call.change(&actor), make)
        .await
        .map_err(trouble::refusal)?;
    call.app.nudge.notify_one();
    answer::see(&format!("/console/status-pages/{}?done=default", page.slug))
}

/// Removes it, where nothing is on it.
pub(super) async fn remove(call: Call) -> Answer {
    let page = find(&call).await?;
    let actor = call.actor()?;
    let change = call.change(&actor);
    match writing::remove_status_page(&call.app.store, page.id, None, change).await {
        Ok(()) => {
            call.app.nudge.notify_one();
            answer::see("/console/status-pages?done=removed")
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                let fields = PageFields::of(&page);
                form(&call, &page, fields, Trouble::of(problems)).await
            }
            NotWritten::Conflict => Err(Refusal::NotFound),
        },
    }
}
