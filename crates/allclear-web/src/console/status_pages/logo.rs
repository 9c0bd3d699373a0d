//! The logo of a status page: sent as a file, or taken away.

use allclear_domain::StatusPage;
use allclear_domain::error::InvalidValue;
use allclear_incidents::writing::{self, WriteError};

use super::edit::{find, form, stale};
use super::fields::PageFields;
use crate::console::answer::{self, Answer};
use crate::console::call::Call;
use crate::console::trouble::{self, NotWritten, Trouble};
use crate::logo;

/// Sets it, or takes it away: the button says which.
pub(super) async fn set(call: Call) -> Answer {
    let page = find(&call).await?;
    let expected = call.form.text("version").parse().map_err(|_| stale())?;
    let actor = call.actor()?;
    let apply = |page: StatusPage| {
        let logo = match (call.form.text("do"), &call.file, &page.logo) {
            ("remove", ..) => None,
            (_, Some(bytes), _) => Some(logo::of_bytes(bytes, call.form.text("alt"))?),
            // The words alone changed.
            (_, None, Some(known)) => {
                let alt = call.form.text("alt").to_owned();
                Some(allclear_domain::status_page::Logo { alt, ..known.clone() })
            }
            (_, None, None) => {
                let problem = "no file was sent: choose one";
                return Err(WriteError::from(InvalidValue::new("logo", problem)));
            }
        };
        Ok(StatusPage { logo, ..page })
    };
    let change = call.change(&actor);
    let written =
        writing::change_status_page(&call.app.store, page.id, Some(expected), change, apply).await;
    let error = match written {
        Ok(written) => {
            call.app.nudge.notify_one();
            let slug = written.value.slug;
            return answer::see(&format!("/console/status-pages/{slug}?done=logo"));
        }
        Err(error) => error,
    };
    let problems = match trouble::at_form(error)? {
        NotWritten::Problems(problems) => problems,
        NotWritten::Conflict => {
            vec![
                "somebody else changed the page meanwhile: look at it, and send the logo again"
                    .to_owned(),
            ]
        }
    };
    let page = find(&call).await?;
    form(&call, &page, PageFields::of(&page), Trouble::of(problems)).await
}
