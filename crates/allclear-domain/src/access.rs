//! Access: who may do what. Roles are for people, scopes are what a role or a token permits.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::audit::Actor;
use crate::error::InvalidValue;

/// One kind of thing that somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read everything but people and the audit log: drafts and internal notes too.
    Read,
    /// Write incidents, their updates and postmortems, shutdowns and announcements.
    Incidents,
    /// Write maintenance windows.
    Maintenance,
    /// Write components and set their status.
    Components,
    /// Write status pages and templates.
    StatusPages,
    /// Write checks, and probe on demand.
    Checks,
    /// Invite people, change their roles, and see and revoke everybody's tokens.
    People,
    /// Read the audit log.
    Audit,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Incidents,
        Self::Maintenance,
        Self::Components,
        Self::StatusPages,
        Self::Checks,
        Self::People,
        Self::Audit,
    ];

    /// The word in files, the API and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Incidents => "incidents",
            Self::Maintenance => "maintenance",
            Self::Components => "components",
            Self::StatusPages => "status_pages",
            Self::Checks => "checks",
            Self::People => "people",
            Self::Audit => "audit",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            let shown: String = text.chars().take(40).collect();
            InvalidValue::new("scope", format!("`{shown}` is no scope: use one of {known}"))
        })
    }
}

/// What a person is allowed, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads, drafts and internal notes included.
    Viewer,
    /// Tells of incidents and maintenance.
    Responder,
    /// Also changes components, status pages, templates and checks.
    Editor,
    /// Also manages people and tokens, and reads the audit log.
    Owner,
}

impl Role {
    /// All of them, from least to most.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Responder, Self::Editor, Self::Owner];

    /// The word in files, the API and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Responder => "responder",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// The least role that permits a scope.
    #[must_use]
    pub const fn least_for(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Viewer,
            Scope::Incidents | Scope::Maintenance => Self::Responder,
            Scope::Components | Scope::StatusPages | Scope::Checks => Self::Editor,
            Scope::People | Scope::Audit => Self::Owner,
        }
    }

    /// Whether it permits a scope.
    #[must_use]
    pub fn may(self, scope: Scope) -> bool {
        self >= Self::least_for(scope)
    }

    /// Everything that it permits.
    #[must_use]
    pub fn scopes(self) -> BTreeSet<Scope> {
        Scope::ALL.into_iter().filter(|scope| self.may(*scope)).collect()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            let problem =
                format!("`{shown}` is no role: use one of viewer, responder, editor, owner");
            InvalidValue::new("role", problem)
        })
    }
}

/// Who acts, and what they may do: what every request is judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Who.
    pub actor: Actor,
    /// How texts name them, such as the editor of an update.
    pub name: String,
    /// What they may do.
    pub scopes: BTreeSet<Scope>,
}

impl Access {
    /// A command at the machine: whoever may write to the database may do everything.
    #[must_use]
    pub fn of_command(name: &str) -> Self {
        Self {
            actor: Actor::Command(name.to_owned()),
            name: format!("command {name}"),
            scopes: Scope::ALL.into_iter().collect(),
        }
    }

    /// Whether they may.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// A scope that a role has and they have not; `None` where they may do all that it may.
    #[must_use]
    pub fn lacks_of(&self, role: Role) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| role.may(*scope) && !self.may(*scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_permits_what_the_lesser_one_does() {
        for pair in Role::ALL.windows(2) {
            assert!(pair[0].scopes().is_subset(&pair[1].scopes()), "{pair:?}");
            assert_ne!(pair[0].scopes(), pair[1].scopes());
        }
        assert_eq!(Role::Owner.scopes(), Scope::ALL.into_iter().collect());
        assert_eq!(Role::Viewer.scopes(), BTreeSet::from([Scope::Read]));
    }

    #[test]
    fn a_role_is_within_reach_of_whoever_has_its_scopes() {
        let mut access = Access::of_command("test");
        assert_eq!(access.lacks_of(Role::Owner), None);
        access.scopes = BTreeSet::from([Scope::Read, Scope::People]);
        assert_eq!(access.lacks_of(Role::Viewer), None);
        assert_eq!(access.lacks_of(Role::Responder), Some(Scope::Incidents));
        access.scopes.extend(Role::Editor.scopes());
        assert_eq!(access.lacks_of(Role::Editor), None);
        assert_eq!(access.lacks_of(Role::Owner), Some(Scope::Audit));
    }

    #[test]
    fn words_read_back() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        let error = "root".parse::<Role>().unwrap_err();
        assert!(error.to_string().contains("viewer, responder, editor, owner"), "{error}");
    }
}
