//! Nothing stands at an address: say so, with ways onward.

use allclear_domain::ComponentStatus;
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
    pub(crate) fn new(model: Option<&Model>, language: Language) -> Self {
        let m = Messages::of(language);
        let page = model.map(Model::page);
        let own = page.map_or(Language::En, |page| page.language);
        let base = match page {
            Some(page) if !page.is_default => format!("/p/{}/", page.slug),
            Some(_) | None => "/".to_owned(),
        };
        let suffix =
            if own == language { String::new() } else { format!("?lang={}", language.tag()) };
        let href = |route: &Route| format!("{base}{}{suffix}", route.path());
        let brand = page.map_or("Allclear", |page| page.title.as_str());
        let status = model.map_or(ComponentStatus::Operational, Model::status);
        Self {
            page: PageView {
                m,
                title: format!("{} · {brand}", m.chrome.not_found),
                description: String::new(),
                home: href(&Route::Now),
                upcoming: href(&Route::Upcoming),
                history: href(&Route::History),
                uptime: href(&Route::Uptime),
                is_now: false,
                is_upcoming: false,
                is_history: false,
                brand: brand.to_owned(),
                logo: None,
                logo_alt: String::new(),
                style: assets::style_path(),
                script: assets::script_path(),
                icon: assets::icon_path(status),
                theme: None,
                zone: String::new(),
                languages: Vec::new(),
                ago: m.ago,
                units: m.units.join("|"),
            },
        }
    }
}
