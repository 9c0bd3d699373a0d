//! A new status page: what it is called, and where its clock stands.

use allclear_domain::error::InvalidValue;
use allclear_domain::status_page::Language;
use allclear_domain::text::Key;
use allclear_domain::zone;
use allclear_incidents::writing::{self, NewStatusPage};
use askama::Template;

use crate::console::answer::{self, Answer};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::trouble::{self, NotWritten, Trouble};

#[derive(Template)]
#[template(path = "console/status_pages/new.html")]
struct NewView {
    chrome: Chrome,
    trouble: Trouble,
    title: String,
    slug: String,
    timezone: String,
    zones: Vec<String>,
    languages: Vec<super::fields::Choice>,
    is_first: bool,
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    form(&call, Trouble::default()).await
}

async fn form(call: &Call, trouble: Trouble) -> Answer {
    let typed = |name| call.form.text(name).to_owned();
    let view = NewView {
        chrome: Chrome::of(call, "New status page", ""),
        title: typed("title"),
        slug: typed("slug"),
        timezone: typed("timezone"),
        zones: zone::list_zones(),
        languages: super::fields::languages(&typed("language")),
        is_first: call.app.store.list_status_pages().await?.is_empty(),
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

/// Adds it, and goes on to its components.
pub(super) async fn add(call: Call) -> Answer {
    let new = match read(&call) {
        Ok(new) => new,
        Err(problem) => return form(&call, Trouble::of(vec![problem.to_string()])).await,
    };
    let actor = call.actor()?;
    match writing::add_status_page(&call.app.store, new, call.change(&actor)).await {
        Ok(written) => {
            call.app.nudge.notify_one();
            answer::see(&format!("/console/components?page={}&done=page", written.value.slug))
        }
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => form(&call, Trouble::of(problems)).await,
            NotWritten::Conflict => form(&call, Trouble::conflict(&[], &[])).await,
        },
    }
}

fn read(call: &Call) -> Result<NewStatusPage, InvalidValue> {
    let slug = call.form.maybe("slug").map(Key::new).transpose();
    let slug = slug.map_err(|error| InvalidValue::new("short name", error.problem))?;
    Ok(NewStatusPage {
        title: call.form.text("title").to_owned(),
        slug,
        timezone: call.form.maybe("timezone").map(str::to_owned),
        language: Language::from_tag(call.form.text("language")).unwrap_or_default(),
    })
}
