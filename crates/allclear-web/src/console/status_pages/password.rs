//! The password of a status page: set, set anew, and taken away. It is never shown.

use allclear_incidents::writing::{self, Protection};
use allclear_people::{PeopleError, readers};

use super::edit;
use crate::console::answer::{self, Answer};
use crate::console::call::Call;
use crate::console::trouble;

/// Has readers need this password from now on.
pub(super) async fn set(call: Call) -> Answer {
    let page = edit::find(&call).await?;
    let app = &call.app;
    let password = call.form.exact("reader_password");
    let made = readers::make_password(&app.passwords, page.id, password, &app.entropy).await;
    match made {
        Ok(password) => protect(&call, Protection::Password(password), "password").await,
        Err(PeopleError::Invalid(problem)) => edit::again(&call, &page, problem.to_string()).await,
        Err(error) => Err(error.into()),
    }
}

/// Has everybody read it from now on.
pub(super) async fn remove(call: Call) -> Answer {
    protect(&call, Protection::Open, "open").await
}

async fn protect(call: &Call, protection: Protection, done: &str) -> Answer {
    let page = edit::find(call).await?;
    let (store, actor) = (&call.app.store, call.actor()?);
    writing::protect_status_page(store, page.id, None, protection, call.change(&actor), Ok)
        .await
        .map_err(trouble::refusal)?;
    call.app.nudge.notify_one();
    answer::see(&format!("/console/status-pages/{}?done={done}", page.slug))
}
