//! Who did something, as colleagues know them.

use std::collections::HashMap;

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::ids::{IncidentId, PersonId};
use allclear_store::{About, AuditFilter, Store, StoreError};
use jiff::Timestamp;

/// Entries of the audit log that are looked at for one incident.
const ENTRIES_MAX: usize = 500;

/// The names of the team.
pub(crate) struct Names(HashMap<PersonId, String>);

impl Names {
    /// All of them.
    pub(crate) async fn load(store: &Store) -> Result<Self, StoreError> {
        let people = store.list_people().await?;
        Ok(Self(people.into_iter().map(|person| (person.id, person.name)).collect()))
    }

    /// The name of who acted.
    pub(crate) fn of(&self, actor: &Actor) -> String {
        match actor {
            Actor::Person(id) => {
                self.0.get(id).cloned().unwrap_or_else(|| "somebody who left".to_owned())
            }
            Actor::Token(_) => "a program".to_owned(),
            Actor::Command(name) => format!("the command {name}"),
            Actor::Duty(_) => "Allclear".to_owned(),
        }
    }
}

/// Who changed one incident, and when.
pub(crate) struct Changed(HashMap<i64, String>);

impl Changed {
    /// Who wrote what was entered at an instant. The log keeps microseconds.
    pub(crate) fn by(&self, at: Timestamp) -> Option<&str> {
        self.0.get(&at.as_microsecond()).map(String::as_str)
    }
}

/// Who changed one incident.
pub(crate) async fn changed(
    store: &Store,
    names: &Names,
    id: IncidentId,
) -> Result<Changed, StoreError> {
    let about = Some(About::One(Subject::Incident(id)));
    let filter = AuditFilter { about, ..AuditFilter::default() };
    let entries = store.list_audit_entries(&filter, ENTRIES_MAX).await?;
    let entries = entries.iter();
    Ok(Changed(entries.map(|e| (e.at.as_microsecond(), names.of(&e.actor))).collect()))
}
