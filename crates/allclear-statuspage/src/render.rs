//! One page in one language, as ready bytes.

use allclear_domain::status_page::Language;
use askama::Template;

use crate::model::Model;
use crate::ready::{CSS, HTML, Ready};
use crate::route::Route;
use crate::views::absence::{Absence, AbsenceView};
use crate::views::announcement::AnnouncementPage;
use crate::views::closed::{Closed, ClosedView};
use crate::views::component::ComponentPage;
use crate::views::history::{HistoryPage, MonthPage, UndatedPage};
use crate::views::incident::IncidentPage;
use crate::views::maintenance::MaintenancePage;
use crate::views::not_found::NotFoundPage;
use crate::views::now::NowPage;
use crate::views::search::SearchPage;
use crate::views::upcoming::UpcomingPage;
use crate::views::uptime::UptimePage;
use crate::views::{Context, theme};

/// One page in one language. `None` where this status page has no such thing.
#[must_use]
pub fn render(model: &Model, route: &Route, language: Language) -> Option<Ready> {
    let context = &Context::new(model, route, language);
    match route {
        Route::Now => html(&NowPage::new(context)),
        Route::Upcoming => html(&UpcomingPage::new(context)),
        Route::History => html(&HistoryPage::new(context)),
        Route::Month { year, month } => html(&MonthPage::new(context, *year, *month)?),
        Route::Undated => html(&UndatedPage::new(context)),
        Route::Search { query } => html(&SearchPage::new(context, query)),
        Route::Incident(id) => html(&IncidentPage::new(context, *id)?),
        Route::Maintenance(id) => html(&MaintenancePage::new(context, *id)?),
        Route::Announcement(id) => html(&AnnouncementPage::new(context, *id)?),
        Route::Component(id) => html(&ComponentPage::new(context, *id)?),
        Route::Uptime => html(&UptimePage::new(context)),
        Route::Theme => {
            let css = theme::style_sheet(&model.page().colors)?;
            Some(Ready::new(200, CSS, css.into_bytes()))
        }
        Route::Logo => {
            let (media_type, bytes) = model.page().logo.as_ref()?.decode().ok()?;
            Some(Ready::new(200, media_type, bytes))
        }
    }
}

/// What stands on the page of an incident or a maintenance window, without what stands around every
/// page: for those who look at it before it is published. Its links begin with `base`, the address
/// of the status page with a slash at its end. `None` for any other page.
#[must_use]
pub fn render_content(
    model: &Model,
    route: &Route,
    language: Language,
    base: &str,
) -> Option<String> {
    let context = &Context::new(model, route, language).below(base);
    let text = match route {
        Route::Incident(id) => IncidentPage::new(context, *id)?.render().ok()?,
        Route::Maintenance(id) => MaintenancePage::new(context, *id)?.render().ok()?,
        _ => return None,
    };
    // Texts are escaped, so each of these stands there once.
    let (_, rest) = text.split_once("<main id=\"content\">")?;
    let (content, _) = rest.split_once("</main>")?;
    Some(content.trim().to_owned())
}

/// The page that says that nothing stands at an address, with ways onward.
#[must_use]
pub fn render_not_found(model: &Model, language: Language) -> Ready {
    let text = NotFoundPage::new(model, language).render().unwrap_or_default();
    Ready::new(404, HTML, text.into_bytes())
}

/// The page that stands in for a status page that is not there. Its status is 503, not 404: the
/// address may be right as soon as the operator has done something about it, and nobody who keeps
/// lists of addresses or spreads load should conclude otherwise meanwhile.
#[must_use]
pub fn render_absence(absence: Absence, language: Language) -> Ready {
    let text = AbsenceView::new(absence, language).render().unwrap_or_default();
    Ready::new(503, HTML, text.into_bytes())
}

/// The form that asks for the password of a protected status page. It is the same for all of them.
#[must_use]
pub fn render_closed(closed: Closed, language: Language) -> Ready {
    let text = ClosedView::new(closed, language).render().unwrap_or_default();
    Ready::new(closed.status(), HTML, text.into_bytes())
}

/// Rendering writes to memory, so it fails only where a value cannot be printed; none can.
fn html(page: &impl Template) -> Option<Ready> {
    let text = page.render().ok()?;
    Some(Ready::new(200, HTML, text.into_bytes()))
}
