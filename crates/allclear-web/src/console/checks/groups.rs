//! Groups: their fields in the form, and their members on the page of one.

use allclear_domain::check::{CheckKind, GroupCheck};
use allclear_domain::{Check, limits};
use allclear_store::{Store, StoreError};

use super::parents::{Relative, named};
use super::path_of;
use super::state::{self, State};
use crate::console::form::Form;

/// Fields with their labels, to be compared.
pub(super) const ROWS: [(&str, &str); 2] = [("Members", "members"), ("Have to work", "up_min")];

/// The label of what is wrong.
pub(super) fn label(field: &str) -> Option<&'static str> {
    Some(match field.strip_prefix("kind.group.")? {
        "up_min" => "have to work",
        _ => "members",
    })
}

/// The field that says how many have to work.
pub(super) fn with_fields(form: Form, group: &GroupCheck) -> Form {
    form.with("up_min", &group.up_min.map(|up_min| up_min.to_string()).unwrap_or_default())
}

/// Reads that field. Members are looked up apart from it.
pub(super) fn read(form: &Form) -> Result<GroupCheck, String> {
    let up_min = match form.maybe("up_min").map(str::parse) {
        None => None,
        Some(Ok(up_min)) => Some(up_min),
        Some(Err(_)) => {
            let told = "have to work: is no number that is taken: write digits alone, or nothing where \
                        all have to";
            return Err(told.to_owned());
        }
    };
    Ok(GroupCheck::of(Vec::new(), up_min))
}

/// The form of a group with the keys of its members. One that was removed is left out.
pub(super) async fn show(store: &Store, form: Form, kind: &CheckKind) -> Result<Form, StoreError> {
    let Some(group) = kind.as_group() else { return Ok(form) };
    let mut keys = Vec::new();
    for member in &group.members {
        if let Some(member) = store.find_check(*member).await? {
            keys.push(member.value.key.to_string());
        }
    }
    Ok(form.with("members", &keys.join(", ")))
}

/// Looks up the members that a form names, where it is that of a group.
pub(super) async fn look_up(
    store: &Store,
    form: &Form,
    kind: &mut CheckKind,
) -> Result<Result<(), Vec<String>>, StoreError> {
    let CheckKind::Group(group) = kind else { return Ok(Ok(())) };
    let members = named(store, form.text("members"), "members", limits::GROUP_MEMBERS_MAX).await?;
    Ok(members.map(|members| group.members = members))
}

/// The members of a group, each with how it is.
pub(super) struct MembersView {
    pub(super) members: Vec<(Relative, State)>,
    /// How many of them have to work.
    pub(super) rule: String,
    /// How many are gone.
    pub(super) gone: usize,
}

impl MembersView {
    pub(super) async fn load(store: &Store, check: &Check) -> Result<Option<Self>, StoreError> {
        let Some(group) = check.kind.as_group() else { return Ok(None) };
        let believed = state::believed(store).await?;
        let (mut members, mut gone) = (Vec::new(), 0);
        for id in &group.members {
            match store.find_check(*id).await? {
                Some(found) => {
                    let state = State::of(&found.value, believed.get(id));
                    members.push((Relative { path: path_of(*id), name: found.value.name }, state));
                }
                None => gone += 1,
            }
        }
        let rule = match group.up_min {
            Some(up_min) => format!("at least {up_min} of {}", group.members.len()),
            None => "all".to_owned(),
        };
        Ok(Some(Self { members, rule, gone }))
    }
}
