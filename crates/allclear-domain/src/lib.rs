//! The nouns of Allclear: ids, lifecycles, limits and the clock.
//!
//! Pure: nothing here reads a file, a socket, the wall clock or ambient randomness. Lifecycles are
//! enums with data, and every transition is a function that takes the old value and gives the new
//! one or an [`error::InvalidTransition`]. The words are those of `GLOSSARY.md`.
//!
//! The serde form of [`Incident`], [`Maintenance`], [`MaintenanceSeries`], [`Announcement`] and
//! [`StatusPage`] is the document that the store keeps and that `export` writes. A change to it needs
//! a migration.

pub mod access;
pub mod action;
pub mod announcement;
pub mod audit;
pub mod change;
pub mod check;
pub mod clock;
pub mod component;
pub mod credentials;
pub mod entropy;
pub mod error;
pub mod expiry;
pub mod forest;
pub mod identity;
pub mod ids;
pub mod incident;
pub mod limits;
pub mod logo;
pub mod maintenance;
pub mod note;
pub mod origin;
pub mod passkey;
pub mod person;
pub mod posted;
pub mod postmortem;
pub mod record;
pub mod recurrence;
pub mod reminder;
pub mod secret;
pub mod selection;
pub mod session;
pub mod status_page;
mod strict;
pub mod template;
pub mod text;
pub mod times;
pub mod tree;
pub mod uptime;
pub mod validation;
pub mod zone;

pub use access::{Access, Role, Scope};
pub use announcement::Announcement;
pub use audit::AuditEntry;
pub use change::Change;
pub use check::{Check, CheckKind, Outage};
pub use clock::{Clock, SystemClock, TurnedClock};
pub use component::{Component, ComponentStatus, StatusSetting};
pub use credentials::Credentials;
pub use entropy::Entropy;
pub use error::InvalidTransition;
pub use expiry::{Expiry, ExpiryFeed};
pub use forest::Forest;
pub use identity::{Identity, PendingIdentity};
pub use incident::{Incident, IncidentStatus, IncidentUpdate};
pub use maintenance::{Maintenance, MaintenanceSeries, MaintenanceStatus, MaintenanceUpdate};
pub use note::InternalNote;
pub use origin::Origin;
pub use passkey::Passkey;
pub use person::{EmailAddress, Person};
pub use postmortem::Postmortem;
pub use record::OutageRecord;
pub use reminder::Reminder;
pub use secret::{Secret, SecretText};
pub use selection::Selection;
pub use session::{ApiToken, OneTimeLink, Session};
pub use status_page::StatusPage;
pub use template::{Template, TemplateKind};
pub use validation::Validate;
