//! Which status page a page of the console is about: the one in the query, else the default one.

use allclear_domain::StatusPage;

use super::answer::Refusal;
use super::call::Call;

/// A way to the same for another status page.
pub(crate) struct PageLink {
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) is_here: bool,
}

/// The status page that is meant, among all.
pub(crate) struct WhichPage {
    pub(crate) here: StatusPage,
    pub(crate) all: Vec<PageLink>,
}

impl WhichPage {
    /// Whether there is anything to choose.
    pub(crate) fn is_choice(&self) -> bool {
        self.all.len() > 1
    }
}

/// The status page that a call is about; `None` where there is no status page at all.
pub(crate) async fn which_page(call: &Call) -> Result<Option<WhichPage>, Refusal> {
    let mut pages = call.app.store.list_status_pages().await?;
    pages.sort_by(|a, b| (!a.is_default, &a.slug).cmp(&(!b.is_default, &b.slug)));
    let wanted = call.query.maybe("page");
    let here = pages.iter().find(|page| wanted.is_none_or(|slug| page.slug.as_str() == slug));
    let here = match (here, wanted) {
        (Some(here), _) => here.clone(),
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(Refusal::NotFound),
    };
    let link = |page: &StatusPage| PageLink {
        slug: page.slug.to_string(),
        title: page.title.clone(),
        is_here: page.id == here.id,
    };
    Ok(Some(WhichPage { all: pages.iter().map(link).collect(), here }))
}
