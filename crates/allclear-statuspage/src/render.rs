//! One page in one language, as ready bytes.

use allclear_domain::status_page::Language;

use crate::model::Model;
use crate::ready::{HTML, Ready};
use crate::route::Route;

/// One page in one language. `None` where this status page has no such thing.
#[must_use]
pub fn render(model: &Model, route: &Route, language: Language) -> Option<Ready> {
    let _ = (model, route, language);
    Some(Ready::new(200, HTML, Vec::new()))
}

/// The page that says that nothing stands at an address, with ways onward.
#[must_use]
pub fn render_not_found(model: Option<&Model>, language: Language) -> Ready {
    let _ = (model, language);
    Ready::new(404, HTML, Vec::new())
}
