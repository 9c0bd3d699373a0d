//! Components: added, moved, and given a status by hand.

use allclear_domain::audit::{AuditAction, Subject};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{ComponentId, StatusPageId};
use allclear_domain::text::{InternalText, Key};
use allclear_domain::{
    Change, Component, ComponentStatus, Forest, StatusSetting, Validate as _, limits,
};
use allclear_store::{Store, Transaction};
use jiff::SignedDuration;
use jiff::civil::Date;

use super::{WriteError, Written, change_in, create_in, json};

/// A component as somebody adds it.
#[derive(Clone, Debug)]
pub struct NewComponent {
    /// The page it belongs to.
    pub page_id: StatusPageId,
    /// Name as readers see it.
    pub name: String,
    /// Short name; made from the name where there is none.
    pub key: Option<Key>,
    /// A sentence on what it does for them.
    pub description: Option<String>,
    /// The component it is a part of.
    pub parent_id: Option<ComponentId>,
    /// The day uptime counts from.
    pub start_date: Option<Date>,
}

/// Adds a component, after its siblings.
///
/// # Errors
/// Where its page is not there, its key is taken, the tree would be too deep, there are too many, or
/// a value is not taken.
pub async fn add_component(
    store: &Store,
    new: NewComponent,
    change: Change<'_>,
) -> Result<Written<Component>, WriteError> {
    let mut transaction = store.begin().await?;
    let component = add_component_in(&mut transaction, new, change).await?;
    let revision = transaction.commit().await?;
    Ok(Written { value: component, version: 1, revision })
}

/// The same, in a transaction that does more.
///
/// # Errors
/// As [`add_component`].
pub async fn add_component_in(
    transaction: &mut Transaction,
    new: NewComponent,
    change: Change<'_>,
) -> Result<Component, WriteError> {
    let mut siblings = transaction.list_components_of(new.page_id).await?;
    add_in(transaction, new, &mut siblings, change).await
}

/// A line of an outline: a component, and how many of the lines above it is a part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineLine {
    /// 0 for one that is a part of none in the outline.
    pub depth: usize,
    /// Name as readers see it.
    pub name: String,
}

/// Adds the components of an outline in one step, each after its siblings; gives those that are new.
/// A line with the name of a component that is there, at the same place, stands for that one, so
/// that parts can be added to a group, and sending an outline twice adds nothing.
///
/// # Errors
/// Where one of them cannot be added; then none is.
pub async fn add_outline(
    store: &Store,
    (page_id, under): (StatusPageId, Option<ComponentId>),
    outline: &[OutlineLine],
    change: Change<'_>,
) -> Result<Vec<Component>, WriteError> {
    let mut transaction = store.begin().await?;
    let mut siblings = transaction.list_components_of(page_id).await?;
    let mut above: Vec<ComponentId> = Vec::new();
    let mut added = Vec::new();
    for line in outline {
        above.truncate(line.depth);
        let parent_id = above.last().copied().or(under);
        let is_there = |other: &&Component| {
            let is_same = other.parent_id == parent_id && other.name == line.name;
            is_same && other.retired_at.is_none()
        };
        if let Some(known) = siblings.iter().find(is_there) {
            above.push(known.id);
            continue;
        }
        let name = line.name.clone();
        let new = NewComponent {
            page_id,
            name,
            key: None,
            description: None,
            parent_id,
            start_date: None,
        };
        let component = add_in(&mut transaction, new, &mut siblings, change).await?;
        above.push(component.id);
        added.push(component);
    }
    if added.is_empty() {
        transaction.rollback().await?;
    } else {
        transaction.commit().await?;
    }
    Ok(added)
}

/// Adds a component to those of its page, in a transaction that does more.
async fn add_in(
    transaction: &mut Transaction,
    new: NewComponent,
    siblings: &mut Vec<Component>,
    change: Change<'_>,
) -> Result<Component, WriteError> {
    if siblings.len() >= limits::COMPONENTS_PER_PAGE_MAX {
        let max = limits::COMPONENTS_PER_PAGE_MAX;
        let problem = format!("there are {max}, and no more are kept");
        return Err(InvalidValue::new("components", problem).into());
    }
    let key = match new.key {
        Some(key) => key,
        None => free_key(&new.name, siblings)?,
    };
    let last = siblings.iter().filter(|other| other.parent_id == new.parent_id);
    let component = Component {
        id: change.entropy.id(change.now),
        public_id: change.entropy.public_id(),
        page_id: new.page_id,
        key,
        name: new.name,
        description: new.description,
        parent_id: None,
        position: last.map(|other| other.position.saturating_add(1)).max().unwrap_or(0),
        start_date: new.start_date,
        created_at: change.now,
        retired_at: None,
    };
    let component = component.move_under(new.parent_id, &Forest::grown_from(&*siblings))?;
    create_in(transaction, &component, change).await?;
    siblings.push(component.clone());
    Ok(component)
}

/// Which way a component moves among its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Before the one before it.
    Up,
    /// After the one after it.
    Down,
}

/// Moves a component one place up or down among its siblings; at the end of the row it stays.
///
/// # Errors
/// Where there is no such component, or the store refuses.
pub async fn shift_component(
    store: &Store,
    id: ComponentId,
    direction: Direction,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let mut transaction = store.begin().await?;
    let all = siblings_of(&mut transaction, id).await?;
    let parent = all.iter().find(|component| component.id == id).and_then(|c| c.parent_id);
    let mut row: Vec<&Component> = all.iter().filter(|c| c.parent_id == parent).collect();
    // The order in which a page shows them.
    row.sort_by(|a, b| (a.position, &a.name, a.id).cmp(&(b.position, &b.name, b.id)));
    let Some(place) = row.iter().position(|component| component.id == id) else { return Ok(()) };
    let other = match direction {
        Direction::Up => place.checked_sub(1),
        Direction::Down => Some(place + 1).filter(|place| *place < row.len()),
    };
    let Some(other) = other else { return Ok(()) };
    row.swap(place, other);
    for (place, component) in row.into_iter().enumerate() {
        let position = u32::try_from(place).unwrap_or(u32::MAX);
        let put = |component: Component| Ok(Component { position, ..component });
        change_in(&mut transaction, component.id, None, change, put).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// A key that no other component of the page has.
fn free_key(name: &str, siblings: &[Component]) -> Result<Key, InvalidValue> {
    let base = Key::from_name(name).unwrap_or(Key::new("component")?);
    Key::free(base, |key| key.as_str() == "all" || siblings.iter().any(|other| other.key == *key))
}

/// Moves a component: under another one, or to another place among its siblings.
///
/// # Errors
/// Where there is no such component, the tree would be too deep or a circle, or it was changed
/// meanwhile.
pub async fn move_component(
    store: &Store,
    id: ComponentId,
    expected: Option<i64>,
    (parent_id, position): (Option<ComponentId>, u32),
    change: Change<'_>,
) -> Result<Written<Component>, WriteError> {
    let mut transaction = store.begin().await?;
    let siblings = siblings_of(&mut transaction, id).await?;
    let forest = Forest::grown_from(&siblings);
    let moved = change_in(&mut transaction, id, expected, change, |component: Component| {
        let component = component.move_under(parent_id, &forest)?;
        Ok(Component { position, ..component })
    });
    let (value, version) = moved.await?;
    let revision = transaction.commit().await?;
    Ok(Written { value, version, revision })
}

async fn siblings_of(
    transaction: &mut Transaction,
    id: ComponentId,
) -> Result<Vec<Component>, WriteError> {
    match transaction.find_component(id).await? {
        Some(component) => Ok(transaction.list_components_of(component.page_id).await?),
        None => Err(WriteError::NotFound { noun: "component", id: id.to_string() }),
    }
}

const LENGTH: &str =
    "name 1 second or more; where checks are overruled it is needed, 31 days at most";

/// A status to set by hand, from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSetting {
    /// The status.
    pub status: ComponentStatus,
    /// How long it holds, in seconds; `None` where it does until the next one.
    pub for_seconds: Option<u32>,
    /// Why it holds in place of what checks measure; `None` where it does not.
    pub overrules: Option<String>,
}

/// Sets the status of a component by hand, from now on.
///
/// # Errors
/// Where a value is not taken, there is no such component, or the store refuses.
pub async fn set_component_status(
    store: &Store,
    id: ComponentId,
    new: NewSetting,
    change: Change<'_>,
) -> Result<(StatusSetting, i64), WriteError> {
    let mut transaction = store.begin().await?;
    if transaction.find_component(id).await?.is_none() {
        return Err(WriteError::NotFound { noun: "component", id: id.to_string() });
    }
    let setting = StatusSetting {
        id: change.entropy.id(change.now),
        component_id: id,
        status: new.status,
        set_at: change.now,
        ends_at: match new.for_seconds {
            Some(seconds) => {
                let length = SignedDuration::from_secs(i64::from(seconds));
                let ends_at = change.now.checked_add(length);
                let too_long = |_| InvalidValue::new("for_seconds", "is too long: name less");
                Some(ends_at.map_err(too_long)?)
            }
            None => None,
        },
        overrules: new.overrules.map(InternalText::new),
    };
    let problems = setting.problems(change.now).into_iter();
    // What is typed is a length, and the end follows from it.
    let problems = problems.map(|one| match one.field.as_str() {
        "ends_at" => InvalidValue::new("for_seconds", LENGTH),
        _ => one,
    });
    let problems: Vec<_> = problems.collect();
    if !problems.is_empty() {
        return Err(WriteError::Invalid(problems));
    }
    transaction.insert_status_settings(std::slice::from_ref(&setting)).await?;
    let entry = change.entry(AuditAction::Create, Subject::Component(id), None, json(&setting));
    transaction.insert_audit_entries(&[entry]).await?;
    let revision = transaction.commit().await?;
    Ok((setting, revision))
}
