//! `/api/v1/status-pages`.

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{ComponentId, StatusPageId};
use allclear_domain::status_page::{
    ComponentSelection, Language, Logo, MaintenancePolicy, UptimePolicy,
};
use allclear_domain::text::Key;
use allclear_domain::{Scope, StatusPage, limits};
use allclear_incidents::writing::{self, NewStatusPage, Protection};
use allclear_people::readers;
use allclear_store::Stored;
use axum::http::StatusCode;
use data_encoding::BASE64;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::json::{Answer, nothing};
use super::noun::{self, Noun};
use super::openapi::Operation;
use super::problem::Problem;
use super::wire::{LanguageWord, ListJson, MaintenancePolicyWord, given};
use crate::access::Needs;
use crate::access::table::Table;
use crate::logo;

const ALL: &str = "/api/v1/status-pages";
const ONE: &str = "/api/v1/status-pages/{id}";

/// How uptime is counted. Weights are shares of downtime, in thousandths.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "UptimePolicy")]
#[serde(deny_unknown_fields)]
struct UptimeJson {
    /// How much of a partial outage counts as down: 300 is 30 %.
    partial_permille: u16,
    /// How much of degraded performance counts as down.
    degraded_permille: u16,
    /// What maintenance means.
    #[schemars(with = "MaintenancePolicyWord")]
    maintenance: MaintenancePolicy,
}

/// A status page: what customers read.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StatusPage")]
pub(super) struct StatusPageJson {
    id: String,
    /// Short name in addresses: `/p/{slug}/`.
    slug: String,
    title: String,
    description: String,
    /// It is what `/` shows.
    is_default: bool,
    /// Host names that show it on `/`.
    host_names: Vec<String>,
    /// IANA name of the publisher's zone; UTC where there is none.
    timezone: Option<String>,
    /// What the publisher calls that zone.
    timezone_label: Option<String>,
    #[schemars(with = "LanguageWord")]
    language: Language,
    /// Color of links and marks on a light background, `#rrggbb`.
    accent_light: Option<String>,
    /// The same on a dark background.
    accent_dark: Option<String>,
    /// It has a picture, at `/p/{slug}/logo`.
    has_logo: bool,
    /// Ids of the components that it shows, from any page; `null` where it shows its own.
    components: Option<Vec<String>>,
    uptime: UptimeJson,
    /// When the password was set that readers need; `null` where everybody may read.
    password_set_at: Option<Timestamp>,
    /// Counts its changes. The `ETag` says the same.
    version: i64,
}

impl StatusPageJson {
    fn of(page: &StatusPage, version: i64) -> Self {
        Self {
            id: page.id.to_string(),
            slug: page.slug.to_string(),
            title: page.title.clone(),
            description: page.description.clone(),
            is_default: page.is_default,
            host_names: page.host_names.clone(),
            timezone: page.timezone.clone(),
            timezone_label: page.timezone_label.clone(),
            language: page.language,
            accent_light: page.colors.accent_light.clone(),
            accent_dark: page.colors.accent_dark.clone(),
            has_logo: page.logo.is_some(),
            components: match &page.components {
                ComponentSelection::Own => None,
                ComponentSelection::Chosen(ids) => {
                    Some(ids.iter().map(ToString::to_string).collect())
                }
            },
            uptime: UptimeJson {
                partial_permille: page.uptime.partial_permille,
                degraded_permille: page.uptime.degraded_permille,
                maintenance: page.uptime.maintenance,
            },
            password_set_at: page.password_set_at,
            version,
        }
    }
}

/// A status page to add; everything else is set afterwards.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewStatusPage")]
#[serde(deny_unknown_fields)]
struct NewStatusPageJson {
    /// Name of the publisher or the product.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    title: String,
    /// Short name in addresses; made from the title where this is left out.
    #[schemars(with = "Option<String>")]
    slug: Option<Key>,
    /// IANA name of the publisher's zone, such as `Europe/Berlin`.
    timezone: Option<String>,
    /// Language of the first view; English where this is left out.
    #[schemars(with = "Option<LanguageWord>")]
    language: Option<Language>,
}

/// A picture to set.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewLogo")]
#[serde(deny_unknown_fields)]
struct NewLogoJson {
    /// The bytes of a PNG in base 64: at most 64 KB, and 2048 pixels on each side.
    base64: String,
    /// What it shows, for those who do not see it.
    alt: String,
}

impl NewLogoJson {
    fn read(&self) -> Result<Logo, InvalidValue> {
        let bytes = BASE64.decode(self.base64.as_bytes()).map_err(|_| {
            InvalidValue::new("logo.base64", "is not base 64: encode the bytes of the picture")
        })?;
        logo::of_bytes(&bytes, &self.alt)
    }
}

/// What changes of a status page: what is left out stays, `null` removes it.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "StatusPagePatch")]
#[serde(deny_unknown_fields, default)]
struct StatusPagePatchJson {
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    title: Option<String>,
    #[schemars(with = "Option<String>")]
    slug: Option<Key>,
    description: Option<String>,
    /// `true` makes it the default; the former default no longer is.
    is_default: Option<bool>,
    host_names: Option<Vec<String>>,
    #[serde(deserialize_with = "given")]
    timezone: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    timezone_label: Option<Option<String>>,
    #[schemars(with = "Option<LanguageWord>")]
    language: Option<Language>,
    #[serde(deserialize_with = "given")]
    accent_light: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    accent_dark: Option<Option<String>>,
    /// Ids of the components that it shows; `null` shows its own.
    #[serde(deserialize_with = "given")]
    components: Option<Option<Vec<String>>>,
    uptime: Option<UptimeJson>,
    /// The picture beside its title; `null` takes it away.
    #[serde(deserialize_with = "given")]
    logo: Option<Option<NewLogoJson>>,
    /// The password that readers need from now on; `null` lets everybody read. It is never shown.
    #[serde(deserialize_with = "given")]
    password: Option<Option<String>>,
}

/// Adds the addresses of status pages.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (read, write) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::StatusPages));
    table
        .get(ALL, read, list)
        .post(ALL, write, add)
        .get(ONE, read, show)
        .patch(ONE, write, patch)
        .delete(ONE, write, remove)
}

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(ALL, "List status pages, oldest first")
            .pages()
            .gives::<ListJson<StatusPageJson>>(200),
        Operation::post(ALL, "Add a status page")
            .takes::<NewStatusPageJson>()
            .gives::<StatusPageJson>(201),
        Operation::get(ONE, "Show a status page, by its id or its slug")
            .gives::<StatusPageJson>(200),
        Operation::patch(ONE, "Change a status page")
            .takes::<StatusPagePatchJson>()
            .gives::<StatusPageJson>(200),
        Operation::delete(ONE, "Remove a status page that holds nothing"),
    ]
}

async fn list(call: Call) -> Answer {
    let (slice, limit) = call.slice(Vec::new()).await?;
    let found = call.app.store.slice_status_pages(&slice).await?;
    noun::list(&call, found, limit)
}

async fn find(call: &Call) -> Result<Stored<StatusPage>, Problem> {
    let store = &call.app.store;
    let found = match call.param::<StatusPageId>("id") {
        Ok(id) => store.find_status_page_by_id(id).await?,
        Err(_) => {
            let slug: String = call.param("id")?;
            store.find_status_page(&slug).await?
        }
    };
    found.ok_or(Problem::NotFound)
}

impl Noun for StatusPage {
    type Json = StatusPageJson;
    type Id = StatusPageId;
    const ALL: &'static str = ALL;

    fn id(&self) -> StatusPageId {
        self.id
    }

    fn json(&self, version: i64, _: &Call) -> StatusPageJson {
        StatusPageJson::of(self, version)
    }
}

async fn show(call: Call) -> Answer {
    let stored = find(&call).await?;
    noun::show(&call, &stored)
}

async fn add(call: Call) -> Answer {
    let new: NewStatusPageJson = call.json()?;
    let new = NewStatusPage {
        title: new.title,
        slug: new.slug,
        timezone: new.timezone,
        language: new.language.unwrap_or_default(),
    };
    let written = writing::add_status_page(&call.app.store, new, call.change()).await?;
    noun::made(&call, &written)
}

async fn patch(call: Call) -> Answer {
    let expected = call.version()?;
    let mut patch: StatusPagePatchJson = call.json()?;
    let components = match &patch.components {
        Some(Some(ids)) => {
            let ids = ids.iter().map(|id| call.id("components", id));
            Some(ComponentSelection::Chosen(ids.collect::<Result<Vec<ComponentId>, _>>()?))
        }
        Some(None) => Some(ComponentSelection::Own),
        None => None,
    };
    let logo = patch.logo.as_ref().map(|logo| logo.as_ref().map(NewLogoJson::read).transpose());
    let logo = logo.transpose()?;
    let id = find(&call).await?.id;
    let protection = match patch.password.take() {
        Some(Some(password)) => {
            let app = &call.app;
            let made = readers::make_password(&app.passwords, id, &password, &app.entropy).await?;
            Some(Protection::Password(made))
        }
        Some(None) => Some(Protection::Open),
        None => None,
    };
    let (store, change, expected) = (&call.app.store, call.change(), Some(expected));
    let decide = |page| {
        let page = patched(page, patch, components);
        let logo = logo.unwrap_or_else(|| page.logo.clone());
        Ok(StatusPage { logo, ..page })
    };
    let written = match protection {
        Some(protection) => {
            writing::protect_status_page(store, id, expected, protection, change, decide).await?
        }
        None => writing::change_status_page(store, id, expected, change, decide).await?,
    };
    noun::changed(&call, StatusCode::OK, &written)
}

fn patched(
    mut page: StatusPage,
    patch: StatusPagePatchJson,
    components: Option<ComponentSelection>,
) -> StatusPage {
    page.colors.accent_light = patch.accent_light.unwrap_or(page.colors.accent_light);
    page.colors.accent_dark = patch.accent_dark.unwrap_or(page.colors.accent_dark);
    let uptime = patch.uptime.map(|uptime| UptimePolicy {
        partial_permille: uptime.partial_permille,
        degraded_permille: uptime.degraded_permille,
        maintenance: uptime.maintenance,
    });
    StatusPage {
        title: patch.title.unwrap_or(page.title),
        slug: patch.slug.unwrap_or(page.slug),
        description: patch.description.unwrap_or(page.description),
        is_default: patch.is_default.unwrap_or(page.is_default),
        host_names: patch.host_names.unwrap_or(page.host_names),
        timezone: patch.timezone.unwrap_or(page.timezone),
        timezone_label: patch.timezone_label.unwrap_or(page.timezone_label),
        language: patch.language.unwrap_or(page.language),
        components: components.unwrap_or(page.components),
        uptime: uptime.unwrap_or(page.uptime),
        ..page
    }
}

async fn remove(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    let id = find(&call).await?.id;
    writing::remove_status_page(&call.app.store, id, expected, call.change()).await?;
    call.written();
    Ok(nothing())
}
