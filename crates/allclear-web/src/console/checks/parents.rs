//! The checks that one stands behind: as a form has them, and as its page tells.

use std::collections::{BTreeSet, HashMap};

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

/// The components of which nobody says anything while a check is down: each of those that tell of them stands
/// behind it, or is a group of such ones alone.
pub(super) fn untold(check: &Check, all: &[Check]) -> BTreeSet<ComponentId> {
    let silent = silent(check, all);
    let active = || all.iter().filter(|one| one.paused_at.is_none());
    let is_silent = |one: &&Check| silent.contains(&one.id);
    let mut components: BTreeSet<ComponentId> = active().filter(is_silent).flat_map(told).collect();
    for id in active().filter(|one| !is_silent(one)).flat_map(told).chain(told(check)) {
        components.remove(&id);
    }
    components
}

/// What says nothing while a check is down: what stands behind it or behind those, and groups of which every
/// member that is not paused says nothing. What stands behind a group alone that says nothing is judged as ever.
fn silent(check: &Check, all: &[Check]) -> BTreeSet<CheckId> {
    let active: BTreeSet<CheckId> =
        all.iter().filter(|one| one.paused_at.is_none()).map(|one| one.id).collect();
    let (mut children, mut groups): (HashMap<CheckId, Vec<CheckId>>, HashMap<_, Vec<CheckId>>) =
        (HashMap::new(), HashMap::new());
    // How many members of each group say something.
    let mut speaking: HashMap<CheckId, usize> = HashMap::new();
    for one in all.iter().filter(|one| active.contains(&one.id) && one.id != check.id) {
        for parent in &one.parents {
            children.entry(*parent).or_default().push(one.id);
        }
        let members: BTreeSet<CheckId> = match one.kind.as_group() {
            Some(group) => group.members.iter().copied().collect(),
            None => BTreeSet::new(),
        };
        for member in members.intersection(&active) {
            groups.entry(*member).or_default().push(one.id);
            *speaking.entry(one.id).or_default() += 1;
        }
    }
    let (mut silent, mut left) = (BTreeSet::new(), vec![check.id]);
    while let Some(id) = left.pop() {
        let more = children.get(&id).into_iter().flatten().copied();
        left.extend(more.filter(|child| silent.insert(*child)));
    }
    let mut left: Vec<CheckId> = silent.iter().copied().collect();
    while let Some(id) = left.pop() {
        for group in groups.get(&id).into_iter().flatten() {
            let Some(speaking) = speaking.get_mut(group) else { continue };
            *speaking = speaking.saturating_sub(1);
            if *speaking == 0 && silent.insert(*group) {
                left.push(*group);
            }
        }
    }
    silent
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

#[cfg(test)]
mod tests;
