//! Nothing stands at an address: say so, with ways onward.

use allclear_domain::status_page::Language;
use askama::Template;

use super::PageView;
use crate::assets;
use crate::messages::Messages;
use crate::model::Model;
use crate::route::Route;

#[derive(Template)]
#[template(path = "not_found.html")]
pub(crate) struct NotFoundPage {
    page: PageView,
}

impl NotFoundPage {
    /// A wrong address may lie at any depth, so the links begin at the root.
    pub(crate) fn new(model: &Model, language: Language) -> Self {
        let m = Messages::of(language);
        let page = model.page();
        let base = if page.is_default { "/".to_owned() } else { format!("/p/{}/", page.slug) };
        let suffix = if page.language == language {
            String::new()
        } else {
            format!("?lang={}", language.tag())
        };
        let href = |route: &Route| format!("{base}{}{suffix}", route.path());
        Self {
            page: PageView {
                home: href(&Route::Now),
                upcoming: href(&Route::Upcoming),
                history: href(&Route::History),
                uptime: href(&Route::Uptime),
                icon: assets::icon_path(model.status()),
                ..PageView::bare(m, m.chrome.not_found, &page.title)
            },
        }
    }
}
