//! One's own account.

use askama::Template;
use axum::http::StatusCode;

use super::answer::{self, Answer};
use super::{Call, Chrome};

#[derive(Template)]
#[template(path = "console/account.html")]
struct AccountView {
    chrome: Chrome,
    email: String,
}

/// The page.
pub(super) async fn show(call: Call) -> Answer {
    let email = call.signed_in()?.person.email.to_string();
    answer::page(StatusCode::OK, &AccountView { chrome: Chrome::of(&call, "Account", ""), email })
}
