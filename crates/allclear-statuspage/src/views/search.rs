//! What was found for some words.

use allclear_domain::limits;
use askama::Template;

use super::entries::EntryView;
use super::history::SearchForm;
use super::{Context, NO_DAY, PageView, Tab, encode};
use crate::route::Route;

#[derive(Template)]
#[template(path = "search.html")]
pub(crate) struct SearchPage {
    page: PageView,
    title: String,
    search: SearchForm,
    told: String,
    entries: Vec<EntryView>,
    history: String,
}

impl SearchPage {
    pub(crate) fn new(context: &Context<'_>, query: &str) -> Self {
        let m = &context.m.past;
        let found = context.model.search(query);
        let shown = found.len().min(limits::SEARCH_RESULTS_MAX);
        let count = |number: usize| context.locale.count(u64::try_from(number).unwrap_or(u64::MAX));
        let told = if query.is_empty() {
            m.no_words.to_owned()
        } else if shown < found.len() {
            (m.found_more)(&count(found.len()), &count(shown))
        } else {
            (m.found)(shown)
        };
        let title =
            if query.is_empty() { m.search_label.to_owned() } else { (m.search_for)(query) };
        let mut page = context.page(&title, Tab::History, context.model.present().status);
        page.languages = context.languages(&format!("q={}&", encode(query)));
        Self {
            page,
            title,
            search: context.search_form(query),
            told,
            entries: found
                .iter()
                .take(limits::SEARCH_RESULTS_MAX)
                .filter_map(|record| context.entry(*record, NO_DAY))
                .collect(),
            history: context.href(&Route::History),
        }
    }
}
