//! What people call those who made changes, and what they changed.

use std::collections::BTreeMap;

use allclear_domain::audit::{Actor, Subject};
use allclear_domain::ids::{PersonId, TokenId};
use allclear_store::{Store, StoreError};
use serde::Deserialize;

use super::super::browser;

/// Signs of a name that are shown.
const SIGNS_MAX: usize = 80;

/// Names of people and tokens. Others are taken from the documents of the entries themselves.
pub(super) struct Names {
    people: BTreeMap<PersonId, String>,
    tokens: BTreeMap<TokenId, String>,
}

/// What a document calls itself.
#[derive(Deserialize)]
struct Named {
    #[serde(alias = "name", alias = "client")]
    title: Option<String>,
}

impl Names {
    /// Reads them.
    pub(super) async fn load(store: &Store) -> Result<Self, StoreError> {
        let people = store.list_people().await?;
        let tokens = store.list_tokens().await?;
        Ok(Self {
            people: people.into_iter().map(|person| (person.id, person.name)).collect(),
            tokens: tokens.into_iter().map(|row| (row.token.id, row.token.name)).collect(),
        })
    }

    /// Everybody.
    pub(super) fn people(&self) -> impl Iterator<Item = PersonId> {
        self.people.keys().copied()
    }

    /// Who did something.
    pub(super) fn actor(&self, actor: &Actor) -> String {
        match actor {
            Actor::Person(id) => self.people.get(id).cloned().unwrap_or(id.to_string()),
            Actor::Token(id) => match self.tokens.get(id) {
                Some(name) => format!("token {name}"),
                None => id.to_string(),
            },
            Actor::Command(name) => format!("command {name}"),
            Actor::Duty(name) => format!("Allclear itself ({name})"),
        }
    }

    /// What it was done to; `document` is what it looked like.
    pub(super) fn subject(&self, subject: Subject, document: Option<&str>) -> String {
        let known = match subject {
            Subject::Person(id) => self.people.get(&id).cloned(),
            Subject::Token(id) => self.tokens.get(&id).cloned(),
            _ => None,
        };
        let named = || serde_json::from_str::<Named>(document?).ok()?.title;
        let noun = noun(subject.noun());
        let named = named().map(|name| match subject {
            Subject::Session(_) => browser::name(&name),
            _ => name,
        });
        match known.or(named) {
            Some(name) => format!("{noun} {}", cut(&name)),
            None => format!("{noun} {subject}"),
        }
    }
}

/// A noun as people say it.
pub(super) fn noun(noun: &str) -> &str {
    match noun {
        "status_page" => "status page",
        "maintenance" => "maintenance window",
        "maintenance_series" => "maintenance series",
        "expiry" => "entry of what ends",
        "expiry_feed" => "calendar of what ends",
        other => other,
    }
}

fn cut(name: &str) -> String {
    let mut cut: String = name.chars().take(SIGNS_MAX).collect();
    if cut.len() < name.len() {
        cut.push('…');
    }
    cut
}
