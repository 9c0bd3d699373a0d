//! Values as readers see them: times, lengths, numbers and prose.
//!
//! [`Html`] is the only text that a template prints without escaping, and only this folder makes it.

mod number;
mod prose;
mod time;

use std::fmt;

use allclear_domain::ComponentStatus;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::messages::Messages;

pub(crate) use prose::{inline, is_web_address, prose};

/// Markup made here. Everything that a record holds was escaped on the way in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Html(String);

impl Html {
    /// A text of a record or a message, escaped.
    pub(crate) fn text(text: &str) -> Self {
        Self(escape(text))
    }

    /// A link within the page's own addresses.
    pub(crate) fn link(href: &str, text: &str) -> Self {
        Self(format!("<a href=\"{}\">{}</a>", escape(href), escape(text)))
    }

    /// Several pieces, with something between them.
    pub(crate) fn join(pieces: &[Self], between: &str) -> Self {
        let texts: Vec<&str> = pieces.iter().map(Self::as_str).collect();
        Self(texts.join(&escape(between)))
    }

    /// A label, a space, and a value.
    pub(crate) fn labelled(label: &str, value: &Self) -> Self {
        Self(format!("{} {value}", escape(label)))
    }

    /// The same with a remark after a comma.
    pub(crate) fn remarked(self, remark: &str) -> Self {
        Self(format!("{}, {}", self.0, escape(remark)))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

/// Escapes a text for an element or a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// How a page writes: its zone, its language, and the time it is rendered at.
#[derive(Clone)]
pub(crate) struct Locale {
    pub(crate) messages: &'static Messages,
    pub(crate) zone: TimeZone,
    /// The page has no zone but UTC, so that times stand once.
    pub(crate) is_utc: bool,
    pub(crate) now: Timestamp,
    pub(crate) today: Date,
}

/// Icon, class and word of a status: never color alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StateMark {
    pub(crate) icon: &'static str,
    pub(crate) class: &'static str,
    pub(crate) word: &'static str,
    pub(crate) inline: &'static str,
}

impl StateMark {
    pub(crate) const fn of(status: ComponentStatus, messages: &'static Messages) -> Self {
        let [operational, maintenance, degraded, partial, major] = messages.statuses;
        let [operational_in, maintenance_in, degraded_in, partial_in, major_in] =
            messages.statuses_inline;
        let (word, inline) = match status {
            ComponentStatus::Operational => (operational, operational_in),
            ComponentStatus::UnderMaintenance => (maintenance, maintenance_in),
            ComponentStatus::DegradedPerformance => (degraded, degraded_in),
            ComponentStatus::PartialOutage => (partial, partial_in),
            ComponentStatus::MajorOutage => (major, major_in),
        };
        Self { icon: icon(status), class: class(status), word, inline }
    }
}

/// The shape of a status.
pub(crate) const fn icon(status: ComponentStatus) -> &'static str {
    match status {
        ComponentStatus::Operational => "●",
        ComponentStatus::UnderMaintenance => "⬒",
        ComponentStatus::DegradedPerformance => "▲",
        ComponentStatus::PartialOutage => "◆",
        ComponentStatus::MajorOutage => "■",
    }
}

/// The class that gives a status its color.
pub(crate) const fn class(status: ComponentStatus) -> &'static str {
    match status {
        ComponentStatus::Operational => "op",
        ComponentStatus::UnderMaintenance => "mt",
        ComponentStatus::DegradedPerformance => "dg",
        ComponentStatus::PartialOutage => "pt",
        ComponentStatus::MajorOutage => "mj",
    }
}

#[cfg(test)]
mod tests;
