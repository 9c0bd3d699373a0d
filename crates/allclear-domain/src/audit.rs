//! The audit log: who changed what, when, from what, to what. Written in the transaction of the change.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::InvalidValue;
use crate::ids::{
    AnnouncementId, AuditEntryId, CheckId, ComponentId, ExpiryFeedId, ExpiryId, IncidentId,
    MaintenanceId, PersonId, SeriesId, SessionId, StatusPageId, TemplateId, TokenId,
};

/// What an audit entry or an internal note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "noun", content = "id", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    /// A status page.
    StatusPage(StatusPageId),
    /// A component.
    Component(ComponentId),
    /// An incident.
    Incident(IncidentId),
    /// A maintenance window.
    Maintenance(MaintenanceId),
    /// A maintenance series.
    MaintenanceSeries(SeriesId),
    /// An announcement.
    Announcement(AnnouncementId),
    /// A check.
    Check(CheckId),
    /// An entry of the expiry ledger.
    Expiry(ExpiryId),
    /// An address at which calendars read the expiry ledger.
    ExpiryFeed(ExpiryFeedId),
    /// A template.
    Template(TemplateId),
    /// A person.
    Person(PersonId),
    /// Somebody signed in.
    Session(SessionId),
    /// An API token.
    Token(TokenId),
}

impl Subject {
    /// Every noun that [`Subject::noun`] gives.
    pub const NOUNS: [&str; 13] = [
        "status_page",
        "component",
        "incident",
        "maintenance",
        "maintenance_series",
        "announcement",
        "check",
        "expiry",
        "expiry_feed",
        "template",
        "person",
        "session",
        "token",
    ];

    /// The noun as the store writes it.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::StatusPage(_) => "status_page",
            Self::Component(_) => "component",
            Self::Incident(_) => "incident",
            Self::Maintenance(_) => "maintenance",
            Self::MaintenanceSeries(_) => "maintenance_series",
            Self::Announcement(_) => "announcement",
            Self::Check(_) => "check",
            Self::Expiry(_) => "expiry",
            Self::ExpiryFeed(_) => "expiry_feed",
            Self::Template(_) => "template",
            Self::Person(_) => "person",
            Self::Session(_) => "session",
            Self::Token(_) => "token",
        }
    }

    /// The id as the store writes it.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::StatusPage(id) => id.uuid(),
            Self::Component(id) => id.uuid(),
            Self::Incident(id) => id.uuid(),
            Self::Maintenance(id) => id.uuid(),
            Self::MaintenanceSeries(id) => id.uuid(),
            Self::Announcement(id) => id.uuid(),
            Self::Check(id) => id.uuid(),
            Self::Expiry(id) => id.uuid(),
            Self::ExpiryFeed(id) => id.uuid(),
            Self::Template(id) => id.uuid(),
            Self::Person(id) => id.uuid(),
            Self::Session(id) => id.uuid(),
            Self::Token(id) => id.uuid(),
        }
    }

    /// The subject that [`Subject::noun`] and [`Subject::uuid`] name; `None` for an unknown noun.
    #[must_use]
    pub fn from_parts(noun: &str, uuid: Uuid) -> Option<Self> {
        Some(match noun {
            "status_page" => Self::StatusPage(uuid.into()),
            "component" => Self::Component(uuid.into()),
            "incident" => Self::Incident(uuid.into()),
            "maintenance" => Self::Maintenance(uuid.into()),
            "maintenance_series" => Self::MaintenanceSeries(uuid.into()),
            "announcement" => Self::Announcement(uuid.into()),
            "check" => Self::Check(uuid.into()),
            "expiry" => Self::Expiry(uuid.into()),
            "expiry_feed" => Self::ExpiryFeed(uuid.into()),
            "template" => Self::Template(uuid.into()),
            "person" => Self::Person(uuid.into()),
            "session" => Self::Session(uuid.into()),
            "token" => Self::Token(uuid.into()),
            _ => return None,
        })
    }
}

impl fmt::Display for Subject {
    /// Its id, whose prefix tells the noun.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StatusPage(id) => id.fmt(f),
            Self::Component(id) => id.fmt(f),
            Self::Incident(id) => id.fmt(f),
            Self::Maintenance(id) => id.fmt(f),
            Self::MaintenanceSeries(id) => id.fmt(f),
            Self::Announcement(id) => id.fmt(f),
            Self::Check(id) => id.fmt(f),
            Self::Expiry(id) => id.fmt(f),
            Self::ExpiryFeed(id) => id.fmt(f),
            Self::Template(id) => id.fmt(f),
            Self::Person(id) => id.fmt(f),
            Self::Session(id) => id.fmt(f),
            Self::Token(id) => id.fmt(f),
        }
    }
}

impl FromStr for Subject {
    type Err = InvalidValue;

    /// Reads the `Display` form.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let uuid = text.split_once('_').and_then(|(_, digits)| Uuid::try_parse(digits).ok());
        let mut subjects = Self::NOUNS.into_iter().filter_map(|noun| Self::from_parts(noun, uuid?));
        subjects.find(|subject| subject.to_string() == text).ok_or_else(|| {
            let shown: String = text.chars().take(80).collect();
            InvalidValue::new("subject", format!("`{shown}` is not an id such as `inc_…`"))
        })
    }
}

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person at the machine, through the command of that name.
    Command(String),
    /// Allclear itself, through the duty of that name.
    Duty(String),
    /// A person, in the console.
    Person(PersonId),
    /// A program, with an API token.
    Token(TokenId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(name) => write!(f, "command:{name}"),
            Self::Duty(name) => write!(f, "duty:{name}"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Token(id) => write!(f, "token:{id}"),
        }
    }
}

impl FromStr for Actor {
    type Err = InvalidValue;

    /// Reads the `Display` form.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let (kind, name) = text.split_once(':').unwrap_or((text, ""));
        let actor = match kind {
            "command" if text != kind => Some(Self::Command(name.to_owned())),
            "duty" if text != kind => Some(Self::Duty(name.to_owned())),
            "person" => name.parse().ok().map(Self::Person),
            "token" => name.parse().ok().map(Self::Token),
            _ => None,
        };
        actor.ok_or_else(|| {
            let shown: String = text.chars().take(80).collect();
            let problem = format!("`{shown}` is nobody: write `person:per_…` or `command:person`");
            InvalidValue::new("actor", problem)
        })
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// It was made.
    Create,
    /// It was changed.
    Change,
    /// It was removed.
    Remove,
}

impl AuditAction {
    /// The word in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Remove => "remove",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Id inside.
    pub id: AuditEntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: AuditAction,
    /// To what.
    pub subject: Subject,
    /// The document before, as JSON.
    pub before: Option<String>,
    /// The document after, as JSON.
    pub after: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_noun_reads_back() {
        for noun in Subject::NOUNS {
            let subject = Subject::from_parts(noun, Uuid::nil()).unwrap();
            assert_eq!(subject.noun(), noun);
            assert_eq!(subject.to_string().parse(), Ok(subject));
        }
        for bad in ["", "person", "per_", "per_1", "xyz_00000000000000000000000000000000"] {
            assert!(bad.parse::<Subject>().is_err(), "{bad}");
        }
    }

    #[test]
    fn actors_read_back() {
        for text in ["command:person", "duty:keeps: time", "duty:"] {
            let actor: Actor = text.parse().unwrap();
            assert_eq!(actor.to_string(), text);
        }
        let token = Actor::Token(Uuid::nil().into());
        assert_eq!(token.to_string().parse(), Ok(token));
        for bad in ["", "person", "person:ada", "robot:1"] {
            assert!(bad.parse::<Actor>().is_err(), "{bad}");
        }
    }
}
