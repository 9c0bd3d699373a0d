//! What stands around every page of the console.

use std::sync::LazyLock;

use allclear_domain::{ComponentStatus, Role, Scope};
use allclear_statuspage::assets::{self, Asset};
use askama::Template;
use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::answer::{self, Refusal};
use super::call::Call;
use super::guard::Shown;
use super::once;

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let text = [
        assets::COMMON_STYLE,
        include_str!("../../assets/css/console.css"),
        include_str!("../../assets/css/incidents.css"),
        include_str!("../../assets/css/plan.css"),
        include_str!("../../assets/css/checks.css"),
    ];
    Asset::new("console.css", "text/css; charset=utf-8", &text.concat())
});
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let text = [
        include_str!("../../assets/js/console.js"),
        include_str!("../../assets/js/drafts.js"),
        include_str!("../../assets/js/preview.js"),
        include_str!("../../assets/js/picker.js"),
        include_str!("../../assets/js/zone.js"),
        #[cfg(feature = "passkeys")]
        include_str!("../../assets/js/passkeys.js"),
    ];
    Asset::new("console.js", "text/javascript; charset=utf-8", &text.concat())
});

/// The console's own file at an address; `None` for any other one.
pub(crate) fn find_asset(path: &str) -> Option<&'static Asset> {
    [&*STYLE, &*SCRIPT].into_iter().find(|asset| asset.path == path)
}

/// One entry of the menu.
pub(crate) struct MenuEntry {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) is_here: bool,
}

/// What stands around a page.
pub(crate) struct Chrome {
    pub(crate) title: String,
    /// What was just done, as a sentence.
    pub(crate) done: String,
    pub(crate) menu: Vec<MenuEntry>,
    /// Name of whoever is signed in; empty where nobody is.
    pub(crate) name: String,
    pub(crate) role: Option<Role>,
    pub(crate) form_token: String,
    /// The id of the forms of this page, each of which is done once under it.
    pub(crate) once: String,
    pub(crate) style: &'static str,
    pub(crate) script: &'static str,
    pub(crate) icon: &'static str,
}

/// The menu, in its order: where it leads, and what it takes to see it.
const MENU: &[(&str, &str, Scope)] = &[
    ("/console", "Now", Scope::Read),
    ("/console/incidents", "Incidents", Scope::Read),
    ("/console/maintenance", "Maintenance", Scope::Read),
    ("/console/announcements", "Announcements", Scope::Read),
    ("/console/checks", "Checks", Scope::Read),
    ("/console/expiry", "What ends", Scope::Read),
    ("/console/components", "Components", Scope::Read),
    ("/console/templates", "Templates", Scope::Read),
    ("/console/status-pages", "Status pages", Scope::Read),
    ("/console/people", "People", Scope::People),
    ("/console/tokens", "Tokens", Scope::Read),
    ("/console/audit", "Audit log", Scope::Audit),
];

impl Chrome {
    /// What stands around the answer to a call. `done` says what was just done.
    pub(crate) fn of(call: &Call, title: &str, done: &str) -> Self {
        let access = call.signed_in.as_ref().map(crate::access::SignedIn::access);
        let menu =
            MENU.iter().filter(|(_, _, scope)| access.as_ref().is_some_and(|a| a.may(*scope)));
        let is_here = |path: &str| match path {
            "/console" => call.path == path,
            path => call.path.starts_with(path),
        };
        Self {
            title: title.to_owned(),
            done: done.to_owned(),
            menu: menu
                .map(|(path, name, _)| MenuEntry { path, name, is_here: is_here(path) })
                .collect(),
            name: access.map(|access| access.name).unwrap_or_default(),
            role: call.signed_in.as_ref().map(|who| who.person.role),
            form_token: call.form_token.clone(),
            once: once::new_id(&call.app.entropy),
            style: &STYLE.path,
            script: &SCRIPT.path,
            icon: assets::icon_path(ComponentStatus::Operational),
        }
    }

    fn of_nobody() -> Self {
        Self {
            title: "Not done".to_owned(),
            done: String::new(),
            menu: Vec::new(),
            name: String::new(),
            role: None,
            form_token: String::new(),
            once: String::new(),
            style: &STYLE.path,
            script: &SCRIPT.path,
            icon: assets::icon_path(ComponentStatus::Operational),
        }
    }
}

#[derive(Template)]
#[template(path = "console/refused.html")]
struct RefusedView<'a> {
    chrome: &'a Chrome,
    text: String,
}

/// The page that says why something was not done.
pub(crate) fn refused_with(shown: &Shown, refusal: &Refusal) -> Response<Body> {
    refused_in(&shown.chrome, refusal)
}

/// The same, where nothing is known of who asks.
pub(crate) fn refused_blindly(refusal: &Refusal) -> Response<Body> {
    refused_in(&Chrome::of_nobody(), refusal)
}

fn refused_in(chrome: &Chrome, refusal: &Refusal) -> Response<Body> {
    let (status, text) = refusal.told();
    let view = RefusedView { chrome, text };
    answer::page(status, &view).unwrap_or_else(|_| {
        let mut response = Response::new(Body::from("Something is wrong on our side.\n"));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}
