//! Home: the state of the world. What is wrong now, and what to do next.

use askama::Template;
use axum::http::StatusCode;

use super::answer::{self, Answer};
use super::{Call, Chrome};

#[derive(Template)]
#[template(path = "console/home.html")]
struct HomeView {
    chrome: Chrome,
    has_pages: bool,
}

/// The page.
pub(super) async fn show(call: Call) -> Answer {
    let pages = call.app.store.list_status_pages().await?;
    let view = HomeView { chrome: Chrome::of(&call, "Now", ""), has_pages: !pages.is_empty() };
    answer::page(StatusCode::OK, &view)
}
