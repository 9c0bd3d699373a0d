//! Views: values ready to print, one file per page, and the templates that print them.

pub(crate) mod absence;
pub(crate) mod announcement;
mod bars;
mod cards;
mod changes;
pub(crate) mod closed;
pub(crate) mod component;
mod entries;
mod gantt;
pub(crate) mod history;
pub(crate) mod incident;
pub(crate) mod maintenance;
pub(crate) mod not_found;
pub(crate) mod now;
mod record;
pub(crate) mod search;
pub(crate) mod theme;
mod times;
mod tree;
pub(crate) mod upcoming;
mod updates;
pub(crate) mod uptime;

use allclear_domain::ids::PublicId;
use allclear_domain::status_page::Language;
use allclear_domain::{Component, ComponentStatus};
use jiff::civil::Date;

use crate::assets;
use crate::format::{Html, Locale, StateMark, escape};
use crate::messages::Messages;
use crate::model::{Line, Model, RecordRef};
use crate::route::Route;

pub(crate) use tree::NodeView;

/// A day that no record has: dates always stand beside times.
const NO_DAY: Date = Date::MIN;

/// What every view is made from.
pub(crate) struct Context<'a> {
    pub(crate) model: &'a Model,
    pub(crate) locale: Locale,
    pub(crate) m: &'static Messages,
    language: Language,
    /// What leads from the page to the base: nothing, `../`, or an address from the root.
    base: String,
    /// Whether an open page follows what happens.
    is_live: bool,
    /// What every address ends with, so that a chosen language stays.
    suffix: String,
}

impl<'a> Context<'a> {
    pub(crate) fn new(model: &'a Model, route: &Route, language: Language) -> Self {
        let suffix = if language == model.page().language {
            String::new()
        } else {
            format!("?lang={}", language.tag())
        };
        Self {
            model,
            locale: model.locale(language),
            m: Messages::of(language),
            language,
            base: route.to_base().to_owned(),
            is_live: route.is_live(),
            suffix,
        }
    }

    /// The same, for what is shown elsewhere: links begin with `base`.
    pub(crate) fn below(self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self }
    }

    /// The address of a page, from the page in hand.
    pub(crate) fn href(&self, route: &Route) -> String {
        let path = route.path();
        let base = if path.is_empty() && self.base.is_empty() { "./" } else { &self.base };
        format!("{base}{path}{}", self.suffix)
    }

    fn component(&self, line: &Line) -> Option<&'a Component> {
        self.model.snapshot.components.get(line.component)
    }

    fn component_link(&self, line: &Line) -> Html {
        self.component(line).map_or_else(Html::default, |component| {
            let href = self.href(&Route::Component(component.public_id));
            Html::link(&href, &component.name)
        })
    }

    fn name(&self, line: &Line) -> &'a str {
        self.component(line).map_or("", |component| component.name.as_str())
    }

    fn mark(&self, status: ComponentStatus) -> StateMark {
        StateMark::of(status, self.m)
    }

    /// Title and route of a record.
    fn title_of(&self, record: RecordRef) -> Option<(&'a str, Route)> {
        let snapshot = &self.model.snapshot;
        Some(match record {
            RecordRef::Incident(place) => {
                let incident = snapshot.incidents.get(place)?;
                (incident.title.as_str(), Route::Incident(incident.public_id))
            }
            RecordRef::Maintenance(place) => {
                let window = snapshot.maintenance.get(place)?;
                (window.title.as_str(), Route::Maintenance(window.public_id))
            }
            RecordRef::Announcement(place) => {
                let notice = snapshot.announcements.get(place)?;
                (notice.title.as_str(), Route::Announcement(notice.public_id))
            }
        })
    }

    fn record_link(&self, record: RecordRef) -> Html {
        self.title_of(record)
            .map_or_else(Html::default, |(title, route)| Html::link(&self.href(&route), title))
    }

    /// What stands around a page. The title's icon and the favicon carry `status`.
    pub(crate) fn page(&self, title: &str, tab: Tab, status: ComponentStatus) -> PageView {
        let page = self.model.page();
        let title = if title.is_empty() {
            page.title.clone()
        } else {
            format!("{title} · {}", page.title)
        };
        PageView {
            m: self.m,
            title,
            description: page.description.clone(),
            home: self.href(&Route::Now),
            upcoming: self.href(&Route::Upcoming),
            history: self.href(&Route::History),
            uptime: self.href(&Route::Uptime),
            is_now: tab == Tab::Now,
            is_upcoming: tab == Tab::Upcoming,
            is_history: tab == Tab::History,
            brand: page.title.clone(),
            logo: page.logo.as_ref().and_then(|logo| {
                logo.decode().ok()?;
                Some(format!("{}logo", self.base))
            }),
            logo_alt: page.logo.as_ref().map(|logo| logo.alt.clone()).unwrap_or_default(),
            style: assets::style_path(),
            script: assets::script_path(),
            live: assets::live_path(),
            events: self.is_live.then(|| format!("{}events", self.base)),
            icon: assets::icon_path(status),
            theme: theme::has_colors(&page.colors).then(|| format!("{}theme.css", self.base)),
            zone: self.zone_note(),
            languages: self.languages(""),
            ago: self.m.ago,
            units: self.m.units.join("|"),
            is_listed: !page.is_protected(),
        }
    }

    fn zone_note(&self) -> String {
        let page = self.model.page();
        match (&page.timezone, &page.timezone_label) {
            _ if self.locale.is_utc => self.m.times_in_utc.to_owned(),
            (Some(zone), Some(label)) if label != zone => {
                (self.m.times_in)(&format!("{label} ({zone})"))
            }
            (Some(zone), _) => (self.m.times_in)(zone),
            (None, _) => self.m.times_in_utc.to_owned(),
        }
    }

    /// Links to this page in the other languages. `query` stands before the language.
    fn languages(&self, query: &str) -> Vec<LanguageLink> {
        Language::ALL
            .into_iter()
            .filter(|language| *language != self.language)
            .map(|language| LanguageLink::to(language, query))
            .collect()
    }
}

/// The tab that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    Now,
    Upcoming,
    History,
    None,
}

/// What stands around every page.
pub(crate) struct PageView {
    pub(crate) m: &'static Messages,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) home: String,
    pub(crate) upcoming: String,
    pub(crate) history: String,
    pub(crate) uptime: String,
    pub(crate) is_now: bool,
    pub(crate) is_upcoming: bool,
    pub(crate) is_history: bool,
    pub(crate) brand: String,
    pub(crate) logo: Option<String>,
    pub(crate) logo_alt: String,
    pub(crate) style: &'static str,
    pub(crate) script: &'static str,
    pub(crate) live: &'static str,
    /// Where the page is told of changes, if it follows what happens.
    pub(crate) events: Option<String>,
    pub(crate) icon: &'static str,
    pub(crate) theme: Option<String>,
    pub(crate) zone: String,
    pub(crate) languages: Vec<LanguageLink>,
    pub(crate) ago: &'static str,
    pub(crate) units: String,
    /// Whether search engines may list it.
    pub(crate) is_listed: bool,
}

impl PageView {
    /// What stands around a page that belongs to no status page, or does not know at which depth it
    /// is: no links, and nothing of a status page's own.
    fn bare(m: &'static Messages, title: &str, brand: &str) -> Self {
        Self {
            m,
            title: format!("{title} · {brand}"),
            description: String::new(),
            home: String::new(),
            upcoming: String::new(),
            history: String::new(),
            uptime: String::new(),
            is_now: false,
            is_upcoming: false,
            is_history: false,
            brand: brand.to_owned(),
            logo: None,
            logo_alt: String::new(),
            style: assets::style_path(),
            script: assets::script_path(),
            live: assets::live_path(),
            events: None,
            // Nothing is known that would be a reason for a good or a bad sign.
            icon: assets::icon_path(ComponentStatus::UnderMaintenance),
            theme: None,
            zone: String::new(),
            languages: Vec::new(),
            ago: m.ago,
            units: m.units.join("|"),
            is_listed: true,
        }
    }
}

/// A link to the same page in another language.
pub(crate) struct LanguageLink {
    pub(crate) tag: &'static str,
    pub(crate) label: &'static str,
    pub(crate) href: String,
}

impl LanguageLink {
    /// To a language; `query` stands before it.
    fn to(language: Language, query: &str) -> Self {
        Self {
            tag: language.tag(),
            label: Messages::of(language).read_in,
            href: format!("?{query}lang={}", language.tag()),
        }
    }
}

/// Finds what has a public id.
fn place_of<T>(all: &[T], id: PublicId, id_of: impl Fn(&T) -> PublicId) -> Option<usize> {
    all.iter().position(|one| id_of(one) == id)
}

/// A query in an address, encoded.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    escape(&out)
}

/// Where the drawn days stand, for the shape that all bars share.
pub(crate) fn bar_places() -> impl Iterator<Item = usize> {
    (0..allclear_domain::limits::BAR_DAYS).map(|day| day * bars::STEP)
}
