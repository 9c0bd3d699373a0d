//! The checks that one stands behind: as a form has them, and as its page tells.

use std::collections::BTreeSet;

use allclear_domain::ids::{CheckId, ComponentId};
use allclear_domain::text::Key;
use allclear_domain::{Check, ComponentStatus, limits};
use allclear_store::{Store, StoreError};

use super::{groups, path_of};
use crate::console::form::Form;

/// Children that a page names.
const SHOWN_MAX: usize = 20;

/// The form of a check with the keys of its parents and members. One that was removed is left out.
pub(super) async fn show(store: &Store, form: Form, check: &Check) -> Result<Form, StoreError> {
    let mut keys = Vec::new();
    for parent in &check.parents {
        if let Some(parent) = store.find_check(*parent).await? {
            keys.push(parent.value.key.to_string());
        }
    }
    groups::show(store, form.with("parents", &keys.join(", ")), &check.kind).await
}

/// The checks with the keys that a form names.
pub(super) async fn read(
    store: &Store,
    form: &Form,
) -> Result<Result<Vec<CheckId>, Vec<String>>, StoreError> {
    named(store, form.text("parents"), "stands behind", limits::CHECK_PARENTS_MAX).await
}

/// The checks with the keys in a text, which a label stands before. Of those beyond `most` one is read: it
/// is refused with the check.
pub(super) async fn named(
    store: &Store,
    text: &str,
    label: &str,
    most: usize,
) -> Result<Result<Vec<CheckId>, Vec<String>>, StoreError> {
    let words = text.split(|letter: char| letter == ',' || letter.is_whitespace());
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for word in words.filter(|word| !word.is_empty()) {
        if found.len() + problems.len() > most {
            break;
        }
        let check = match Key::new(word.to_lowercase()) {
            Ok(key) => store.find_check_by_key(key.as_str()).await?,
            Err(_) => None,
        };
        match check {
            Some(check) if found.contains(&check.id) => {}
            Some(check) => found.push(check.id),
            None => {
                let word: String = word.chars().take(80).collect();
                problems.push(format!("{label}: there is no check with the key “{word}”"));
            }
        }
    }
    Ok(if problems.is_empty() { Ok(found) } else { Err(problems) })
}

/// A check by its name, with where its page is.
pub(super) struct Relative {
    pub(super) path: String,
    pub(super) name: String,
}

/// Who stands behind whom.
#[derive(Default)]
pub(super) struct FamilyView {
    /// What it stands behind.
    pub(super) parents: Vec<Relative>,
    /// What is down, where that is why nothing is known of it.
    pub(super) behind: Option<Relative>,
    /// Those of which nothing is known while it is down.
    pub(super) hidden: Vec<Relative>,
    /// How many more of them there are.
    pub(super) more: usize,
}

impl FamilyView {
    pub(super) async fn load(
        store: &Store,
        check: &Check,
        behind: Option<CheckId>,
    ) -> Result<Self, StoreError> {
        let mut view = Self::default();
        for parent in &check.parents {
            view.parents.extend(relative(store, *parent).await?);
        }
        if let Some(behind) = behind {
            view.behind = relative(store, behind).await?;
        }
        let believed = store.list_believed().await?;
        let is_hidden = |id: &CheckId| Some(*id) != behind;
        let hidden = believed.into_iter().filter(|(_, one)| one.behind() == Some(check.id));
        for (nth, id) in hidden.map(|(id, _)| id).filter(is_hidden).enumerate() {
            match nth < SHOWN_MAX {
                true => view.hidden.extend(relative(store, id).await?),
                false => view.more += 1,
            }
        }
        Ok(view)
    }
}

/// Whether a check has parents or members, or is one of either.
pub(super) fn has_relatives(check: &Check, all: &[Check]) -> bool {
    let names = |other: &Check| {
        let members = other.kind.as_group().map(|group| group.members.as_slice());
        other.parents.contains(&check.id) || members.is_some_and(|all| all.contains(&check.id))
    };
    !check.parents.is_empty() || check.kind.as_group().is_some() || all.iter().any(names)
}

/// The components of checks that stand behind this one, or behind those, which it says nothing of itself: while
/// it is down, nothing is told of them.
pub(super) fn untold(check: &Check, all: &[Check]) -> BTreeSet<ComponentId> {
    let (mut below, mut left) = (BTreeSet::new(), vec![check.id]);
    let mut components = BTreeSet::new();
    while let Some(id) = left.pop() {
        for child in all.iter().filter(|one| one.parents.contains(&id) && one.paused_at.is_none()) {
            if child.id != check.id && below.insert(child.id) {
                left.push(child.id);
                components.extend(told(child));
            }
        }
    }
    for id in told(check) {
        components.remove(&id);
    }
    components
}

/// The components that readers see as down while a check is.
fn told(check: &Check) -> impl Iterator<Item = ComponentId> {
    let affects = check.affects.iter();
    let told = affects.filter(|one| one.when_failing != ComponentStatus::Operational);
    told.map(|one| one.component_id)
}

async fn relative(store: &Store, id: CheckId) -> Result<Option<Relative>, StoreError> {
    let found = store.find_check(id).await?;
    Ok(found.map(|found| Relative { path: path_of(id), name: found.value.name }))
}
