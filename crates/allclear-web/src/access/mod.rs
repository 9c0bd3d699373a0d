//! Who asks: the address they come from, the cookie or token they bring, and what that opens.

pub(crate) mod address;
pub(crate) mod cookies;
pub(crate) mod table;

use allclear_domain::{Access, Person, Scope, Session};
use allclear_people::secret;
use axum::http::HeaderMap;

/// What somebody needs to be let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// An address that is one: asked where nothing answers, whoever asks.
    Address,
    /// Nothing: signing in itself.
    Nothing,
    /// To be signed in, with any role.
    SignedIn,
    /// A scope.
    Scope(Scope),
}

/// One address that answers, and what it needs. The tables of these are checked route by route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Method.
    pub method: &'static str,
    /// Path, with `{name}` for what varies.
    pub path: &'static str,
    /// What it needs.
    pub needs: Needs,
}

/// Somebody who is signed in to the console.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) person: Person,
    pub(crate) session: Session,
}

impl SignedIn {
    pub(crate) fn access(&self) -> Access {
        self.person.access()
    }
}

/// Whether a browser says that another site made it ask. One that says nothing is judged by the
/// token of its form alone.
pub(crate) fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"))
}

/// Whether a form carries the token of the cookie that came with it.
pub(crate) fn has_form_token(cookie: Option<&str>, presented: &str) -> bool {
    cookie.is_some_and(|cookie| secret::is_form_token(cookie, presented))
}
