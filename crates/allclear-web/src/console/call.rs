//! One request to the console, after the guard let it through.

use std::collections::HashMap;
use std::str::FromStr;

use allclear_domain::audit::Actor;
use allclear_domain::{Access, Change};
use allclear_people::sign_in;
use jiff::Timestamp;

use super::answer::Refusal;
use super::form::Form;
use crate::access::SignedIn;
use crate::app::App;

/// One request, and everything that a handler may want of it.
pub(crate) struct Call {
    pub(crate) app: App,
    /// Who is signed in; there is somebody wherever the table needs somebody.
    pub(crate) signed_in: Option<SignedIn>,
    /// The path, without the query.
    pub(crate) path: String,
    /// What varies in the path, by name.
    pub(crate) params: HashMap<String, String>,
    /// The query.
    pub(crate) query: Form,
    /// The same, as it was sent.
    pub(crate) query_text: String,
    /// The form; empty where nothing was sent.
    pub(crate) form: Form,
    /// The file of the form, where one was sent with it.
    pub(crate) file: Option<Vec<u8>>,
    /// What forms on the answer have to carry.
    pub(crate) form_token: String,
    /// The cookie that its own form must belong to.
    pub(crate) form_cookie: Option<String>,
    /// The cookie of somebody who comes back from a provider.
    #[cfg(feature = "oidc")]
    pub(crate) trip_cookie: Option<String>,
    /// The client's address, as attempts are counted by it.
    pub(crate) client_address: String,
    /// The browser, as it names itself.
    pub(crate) client: String,
    /// The address that it reached Allclear at, without a slash at the end.
    pub(crate) base_url: String,
    /// Whether another site led here.
    pub(crate) is_from_elsewhere: bool,
    /// Whether it only looks.
    pub(crate) is_get: bool,
    /// When it came.
    pub(crate) now: Timestamp,
}

impl Call {
    /// Who is signed in.
    pub(crate) fn signed_in(&self) -> Result<&SignedIn, Refusal> {
        self.signed_in.as_ref().ok_or(Refusal::SignInFirst)
    }

    /// What they may do.
    pub(crate) fn access(&self) -> Result<Access, Refusal> {
        Ok(self.signed_in()?.access())
    }

    /// Who changes what follows, for the audit log.
    pub(crate) fn actor(&self) -> Result<Actor, Refusal> {
        Ok(Actor::Person(self.signed_in()?.person.id))
    }

    /// A change by `actor`, now.
    pub(crate) fn change<'a>(&'a self, actor: &'a Actor) -> Change<'a> {
        Change { actor, entropy: &self.app.entropy, now: self.now }
    }

    /// Something in the path; what is no id there is an address that nothing answers at.
    pub(crate) fn param<T: FromStr>(&self, name: &str) -> Result<T, Refusal> {
        self.params.get(name).and_then(|text| text.parse().ok()).ok_or(Refusal::NotFound)
    }

    /// Where somebody signs in from.
    pub(crate) fn from(&self) -> sign_in::From<'_> {
        sign_in::From { address: &self.client_address, client: &self.client }
    }
}
