//! A status page: what customers read. Several per installation.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ComponentId, StatusPageId};
use crate::text::Key;

/// A status page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusPage {
    /// Id inside.
    pub id: StatusPageId,
    /// Short name in addresses: `/p/{slug}/`.
    pub slug: Key,
    /// Name of the publisher or the product.
    pub title: String,
    /// What it does, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The page that `/` shows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_default: bool,
    /// Host names that show this page on `/`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub host_names: Vec<String>,
    /// IANA name of the publisher's zone; without one, times are shown in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// What the publisher calls that zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone_label: Option<String>,
    /// Language of the first view.
    #[serde(default)]
    pub language: Language,
    /// Picture beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// Colors, where they differ from Allclear's own.
    #[serde(default, skip_serializing_if = "ColorTokens::is_empty")]
    pub colors: ColorTokens,
    /// Which components it shows.
    #[serde(default, skip_serializing_if = "ComponentSelection::is_own")]
    pub components: ComponentSelection,
    /// How uptime is counted; printed beside the number.
    #[serde(default)]
    pub uptime: UptimePolicy,
    /// When the password was set that readers need; `None` where everybody may read. The password
    /// itself is kept apart, as a [`ReaderPassword`]: a page without one is closed to all readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_set_at: Option<Timestamp>,
}

impl StatusPage {
    /// Whether readers need a password.
    #[must_use]
    pub const fn is_protected(&self) -> bool {
        self.password_set_at.is_some()
    }
}

/// What readers of a protected status page are let in by. It is no part of the page's document, so
/// that no export, no audit entry and no answer can hold it.
#[derive(Clone, PartialEq, Eq)]
pub struct ReaderPassword {
    /// The page.
    pub page_id: StatusPageId,
    /// argon2id hash of the password, in PHC string format.
    pub password_hash: String,
    /// What readers' cookies are signed with: another one with every password, so that a new password
    /// ends what the former one opened.
    pub cookie_key: String,
}

impl fmt::Debug for ReaderPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReaderPassword of {}", self.page_id)
    }
}

/// A language of the status page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language of a BCP 47 tag; `None` where Allclear does not speak it.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }
}

/// A picture, kept whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logo {
    /// `image/svg+xml` or `image/png`.
    pub media_type: String,
    /// The bytes, in base 64.
    pub base64: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
}

/// Colors that a page may set, each `#rrggbb`. Contrast with the background is the page's duty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColorTokens {
    /// Links and marks on a light background.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent_light: Option<String>,
    /// Links and marks on a dark background.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent_dark: Option<String>,
}

impl ColorTokens {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether a text is a color: `#rrggbb`.
#[must_use]
pub fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Which components a page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentSelection {
    /// All that belong to it.
    #[default]
    Own,
    /// These, with their parts, from any page.
    Chosen(Vec<ComponentId>),
}

impl ComponentSelection {
    /// Whether it is the ordinary choice.
    #[must_use]
    pub fn is_own(&self) -> bool {
        *self == Self::Own
    }
}

/// What maintenance means for uptime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaintenancePolicy {
    /// Its time does not count at all.
    #[default]
    LeftOut,
    /// Its time counts as up.
    CountsAsUp,
    /// Its time counts as down.
    CountsAsDown,
}

/// How uptime is counted. Weights are shares of downtime, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UptimePolicy {
    /// How much of a partial outage counts as down: 300 is 30 %.
    pub partial_permille: u16,
    /// How much of degraded performance counts as down.
    pub degraded_permille: u16,
    /// What maintenance means.
    pub maintenance: MaintenancePolicy,
}

impl Default for UptimePolicy {
    /// As Statuspage counts: partial outages 30 %, degraded performance not at all.
    fn default() -> Self {
        Self {
            partial_permille: 300,
            degraded_permille: 0,
            maintenance: MaintenancePolicy::LeftOut,
        }
    }
}
