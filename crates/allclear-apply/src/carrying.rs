//! Carrying out what was decided, in one transaction, through the areas' own functions.

use allclear_domain::audit::{Actor, AuditAction, Subject};
use allclear_domain::status_page::ComponentSelection;
use allclear_domain::tree;
use allclear_domain::{Access, Change, Component, Entropy, Origin, Scope, StatusPage};
use allclear_incidents::writing::{self, WriteError};
use allclear_people::accounts::{self, Wanted};
use allclear_store::Transaction;
use jiff::Timestamp;

use crate::actor;
use crate::deciding::{Decided, Decision, Leaving};
use crate::error::{ApplyError, Problem, of_people, of_writing};

/// Whether somebody may remove what is to be removed.
pub(crate) fn check_scopes_of_removals(decided: &Decided, by: &Access) -> Result<(), ApplyError> {
    let needed = [
        ("removing a status page", Scope::StatusPages, decided.pages.leaving.is_empty()),
        ("removing a component", Scope::Components, decided.components.leaving.is_empty()),
        ("removing a template", Scope::StatusPages, decided.templates.leaving.is_empty()),
        ("letting go of a role", Scope::People, decided.people.leaving.is_empty()),
    ];
    match needed.into_iter().find(|(_, scope, is_none)| !is_none && !by.may(*scope)) {
        Some((what, scope, _)) => Err(ApplyError::Scope { what, scope }),
        None => Ok(()),
    }
}

/// Writes everything.
pub(crate) async fn carry_out(
    transaction: &mut Transaction,
    decided: &Decided,
    by: &Access,
    (entropy, now): (&Entropy, Timestamp),
) -> Result<(), ApplyError> {
    let mut carrying = Carrying { transaction, by, entropy, now };
    carrying.new_pages(&decided.pages.decisions).await?;
    carrying.components(&decided.components.decisions).await?;
    carrying.pages(&decided.pages.decisions).await?;
    carrying.templates(decided).await?;
    carrying.people(decided).await?;
    carrying.origins(decided).await?;
    carrying.remove(decided).await
}

struct Carrying<'a> {
    transaction: &'a mut Transaction,
    by: &'a Access,
    entropy: &'a Entropy,
    now: Timestamp,
}

/// Those to write; what only comes from another file is not among them.
fn differing<T: PartialEq>(decisions: &[Decision<T>]) -> impl Iterator<Item = &Decision<T>> {
    decisions.iter().filter(|one| one.differs())
}

impl Carrying<'_> {
    fn actor(&self, file: &str) -> Actor {
        actor::of_file(&self.by.actor, file)
    }

    fn change<'c>(&'c self, actor: &'c Actor) -> Change<'c> {
        Change { actor, entropy: self.entropy, now: self.now }
    }

    /// New pages come first, as everything belongs to one; what they choose is there later.
    async fn new_pages(&mut self, all: &[Decision<StatusPage>]) -> Result<(), ApplyError> {
        for one in differing(all).filter(|one| one.before.is_none()) {
            let page = StatusPage { components: ComponentSelection::Own, ..one.after.clone() };
            let actor = self.actor(&one.place.file);
            let change = Change { actor: &actor, entropy: self.entropy, now: self.now };
            let added = writing::add_status_page_in(self.transaction, &page, change).await;
            added.map_err(|error| of_writing(error, &one.place))?;
        }
        Ok(())
    }

    async fn components(&mut self, all: &[Decision<Component>]) -> Result<(), ApplyError> {
        for one in differing(all) {
            let actor = self.actor(&one.place.file);
            let change = Change { actor: &actor, entropy: self.entropy, now: self.now };
            let after = one.after.clone();
            let written = match one.before {
                None => writing::create_in(self.transaction, &after, change).await,
                Some(_) => {
                    let id = after.id;
                    let put = |_| Ok(after);
                    writing::change_in(self.transaction, id, None, change, put).await.map(|_| ())
                }
            };
            written.map_err(|error| of_writing(error, &one.place))?;
        }
        Ok(())
    }

    /// The default page comes first: the former one steps back.
    async fn pages(&mut self, all: &[Decision<StatusPage>]) -> Result<(), ApplyError> {
        let mut pages: Vec<&Decision<StatusPage>> = differing(all).collect();
        pages.sort_by_key(|one| !one.after.is_default);
        for one in pages {
            let is_whole = one.before.is_none() && one.after.components.is_own();
            if is_whole {
                continue;
            }
            let actor = self.actor(&one.place.file);
            let change = Change { actor: &actor, entropy: self.entropy, now: self.now };
            let (id, after) = (one.after.id, one.after.clone());
            let put = |_| Ok(after);
            let changed =
                writing::change_status_page_in(self.transaction, id, None, change, put).await;
            changed.map_err(|error| of_writing(error, &one.place))?;
        }
        Ok(())
    }

    async fn templates(&mut self, decided: &Decided) -> Result<(), ApplyError> {
        for one in differing(&decided.templates.decisions) {
            let actor = self.actor(&one.place.file);
            let change = Change { actor: &actor, entropy: self.entropy, now: self.now };
            let after = one.after.clone();
            let written = match one.before {
                None => writing::add_template_in(self.transaction, &after, change).await,
                Some(_) => {
                    let id = after.id;
                    let put = |_| Ok(after);
                    writing::change_in(self.transaction, id, None, change, put).await.map(|_| ())
                }
            };
            written.map_err(|error| of_writing(error, &one.place))?;
        }
        Ok(())
    }

    /// Roles that rise come first, so that the last owner may hand over.
    async fn people(&mut self, decided: &Decided) -> Result<(), ApplyError> {
        let mut people: Vec<_> = differing(&decided.people.decisions).collect();
        people.sort_by_key(|one| std::cmp::Reverse(one.after.role));
        for one in people {
            let actor = self.actor(&one.place.file);
            let change = Change { actor: &actor, entropy: self.entropy, now: self.now };
            let wanted = Wanted { role: Some(one.after.role), ..Wanted::default() };
            let (id, by) = (one.after.id, self.by);
            let changed = accounts::change_in(self.transaction, id, wanted, by, change).await;
            changed.map_err(|error| of_people(error, &one.place))?;
        }
        Ok(())
    }

    async fn origins(&mut self, decided: &Decided) -> Result<(), ApplyError> {
        for one in decided.pages.decisions.iter().filter(|one| one.moves()) {
            self.origin(one, Subject::StatusPage(one.after.id)).await?;
        }
        for one in decided.components.decisions.iter().filter(|one| one.moves()) {
            self.origin(one, Subject::Component(one.after.id)).await?;
        }
        for one in decided.templates.decisions.iter().filter(|one| one.moves()) {
            self.origin(one, Subject::Template(one.after.id)).await?;
        }
        for one in decided.people.decisions.iter().filter(|one| one.moves()) {
            self.origin(one, Subject::Person(one.after.id)).await?;
        }
        Ok(())
    }

    async fn origin<T>(&mut self, one: &Decision<T>, subject: Subject) -> Result<(), ApplyError> {
        let file = one.place.file.clone();
        self.note_origin(subject, one.file_before.as_deref(), Some(&file)).await?;
        self.transaction.set_origin(&Origin { subject, file }).await?;
        Ok(())
    }

    async fn note_origin(
        &mut self,
        subject: Subject,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Result<(), ApplyError> {
        let document = |file: Option<&str>| Some(serde_json::json!({ "file": file }).to_string());
        let actor = self.actor(after.or(before).unwrap_or_default());
        let change = self.change(&actor);
        let (before, after) = (document(before), document(after));
        let entry = change.entry(AuditAction::Change, subject, before, after);
        self.transaction.insert_audit_entries(&[entry]).await?;
        Ok(())
    }

    /// Removes what leaves: templates, then components from the leaves of their tree on, then pages.
    async fn remove(&mut self, decided: &Decided) -> Result<(), ApplyError> {
        for one in &decided.templates.leaving {
            let actor = self.actor(&one.file);
            let change = Change { actor: &actor, entropy: self.entropy, now: self.now };
            let id = one.value.id;
            let gone = writing::remove_template_in(self.transaction, id, None, change).await;
            gone.map_err(|error| refused(error, "template", &one.value.key, &one.file))?;
        }
        for one in leaves_first(&decided.components.leaving) {
            let actor = self.actor(&one.file);
            let change = Change { actor: &actor, entropy: self.entropy, now: self.now };
            let id = one.value.id;
            let gone = writing::remove_component_in(self.transaction, id, None, change).await;
            gone.map_err(|error| refused(error, "component", &one.value.key, &one.file))?;
        }
        for one in &decided.pages.leaving {
            let actor = self.actor(&one.file);
            let change = Change { actor: &actor, entropy: self.entropy, now: self.now };
            let id = one.value.id;
            let gone = writing::remove_status_page_in(self.transaction, id, None, change).await;
            gone.map_err(|error| refused(error, "status page", &one.value.slug, &one.file))?;
        }
        // People stay, with the role that they have: only that it came from a file is forgotten.
        for one in &decided.people.leaving {
            let subject = Subject::Person(one.value.id);
            self.note_origin(subject, Some(&one.file), None).await?;
            self.transaction.remove_origin(subject).await?;
        }
        Ok(())
    }
}

/// Components in an order in which none is removed before its parts.
fn leaves_first(leaving: &[Leaving<Component>]) -> Vec<&Leaving<Component>> {
    let components: Vec<Component> = leaving.iter().map(|one| one.value.clone()).collect();
    let depths: std::collections::HashMap<_, _> = tree::in_order(&components)
        .unwrap_or_default()
        .into_iter()
        .map(|line| (line.component.id, line.depth))
        .collect();
    let mut ordered: Vec<&Leaving<Component>> = leaving.iter().collect();
    ordered.sort_by_key(|one| std::cmp::Reverse(depths.get(&one.value.id).copied()));
    ordered
}

/// What cannot be removed is a guard's matter: somebody has to decide.
fn refused(error: WriteError, kind: &str, key: &impl std::fmt::Display, file: &str) -> ApplyError {
    let place = Problem::of(file, format!("{kind} `{key}`"));
    match of_writing(error, &place) {
        ApplyError::Files(problems) => {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            ApplyError::Guard(format!(
                "{}. Declare it again, or remove it by hand",
                told.join("; ")
            ))
        }
        other => other,
    }
}
