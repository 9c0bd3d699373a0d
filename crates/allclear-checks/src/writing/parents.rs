//! What is wrong with the parents of a check and with the members of a group, beside the others in the
//! store. What a check stands behind and what a group follows from lead nowhere in a circle, even both
//! together: a check that stands behind a group which it is in would hide itself.

use std::collections::{BTreeMap, HashMap, HashSet};

use allclear_domain::check::CheckKind;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use allclear_domain::{Check, limits};
use allclear_store::{StoreError, Transaction};

/// Checks that one names, to stand behind them or to follow from them.
struct Named<'a> {
    field: &'static str,
    ids: &'a [CheckId],
    /// Those that it named before.
    before: &'a [CheckId],
    /// Checks that they may lead to; more, where there is a group among them.
    most: usize,
    /// What to say where it leads back.
    circle: &'static str,
}

/// What is wrong with parents and members that were changed: one is not there, or leads back to the check
/// itself. One that is removed later is left out by whoever reads them.
pub(super) async fn problems(
    transaction: &mut Transaction,
    before: Option<&Check>,
    after: &Check,
) -> Result<Vec<InvalidValue>, StoreError> {
    let parents = Named {
        field: "parents",
        ids: &after.parents,
        before: before.map_or(&[], |before| before.parents.as_slice()),
        most: limits::CHECK_ANCESTORS_MAX,
        circle: "stands behind this check itself: a check cannot be its own reason",
    };
    let members = Named {
        field: "kind.group.members",
        ids: members_of(&after.kind),
        before: before.map_or(&[], |before| members_of(&before.kind)),
        most: limits::GROUP_BELOW_MAX,
        circle: "follows from this group itself, or stands behind it: a group cannot follow from itself",
    };
    let mut problems = wrong(transaction, after, parents).await?;
    problems.extend(wrong(transaction, after, members).await?);
    let members_before = before.map(|before| members_of(&before.kind));
    if problems.is_empty() && members_before != Some(members_of(&after.kind)) {
        problems.extend(too_deep(transaction, before, after).await?);
    }
    Ok(problems)
}

fn members_of(kind: &CheckKind) -> &[CheckId] {
    kind.as_group().map_or(&[], |group| &group.members)
}

async fn wrong(
    transaction: &mut Transaction,
    after: &Check,
    named: Named<'_>,
) -> Result<Vec<InvalidValue>, StoreError> {
    let mut problems = Vec::new();
    if named.ids == named.before {
        return Ok(problems);
    }
    let (mut seen, mut most) = (HashSet::new(), named.most);
    for (place, first) in named.ids.iter().enumerate() {
        let field = named.field;
        let refused = |problem: String| InvalidValue::new(format!("{field}[{place}]"), problem);
        let was = named.before.contains(first);
        let mut next = vec![*first];
        while let Some(id) = next.pop() {
            // That it names itself is told already.
            if id == after.id && id != *first {
                problems.push(refused(named.circle.to_owned()));
                break;
            }
            if !seen.insert(id) {
                continue;
            }
            if seen.len() > most {
                problems.push(refused(format!("leads to more than {most} checks: name fewer")));
                return Ok(problems);
            }
            match transaction.find_check(id).await? {
                Some(found) => {
                    let members = members_of(&found.value.kind);
                    if !members.is_empty() {
                        most = limits::GROUP_BELOW_MAX;
                    }
                    next.extend(members.iter().chain(&found.value.parents));
                }
                None if id == *first && !was && id != after.id => {
                    problems.push(refused(format!("there is no check {id}")));
                }
                None => {}
            }
        }
    }
    Ok(problems)
}

/// That there are too many groups within groups, or too much below one above, where that is so.
async fn too_deep(
    transaction: &mut Transaction,
    before: Option<&Check>,
    after: &Check,
) -> Result<Option<InvalidValue>, StoreError> {
    let invalid = |problem: String| Some(InvalidValue::new("kind.group.members", problem));
    let most = limits::GROUP_LEVELS_MAX;
    let Some(levels) = levels(transaction, after).await? else {
        return Ok(invalid(format!(
            "are groups within groups, {most} deep or more: name what is in them"
        )));
    };
    // What is new is in no group yet.
    if before.is_none() || after.kind.as_group().is_none() {
        return Ok(None);
    }
    let mut checks = transaction.list_readable_checks().await?.checks;
    checks.retain(|check| check.id != after.id);
    checks.push(after.clone());
    Ok(too_much_above(&checks, after.id, levels).and_then(invalid))
}

/// How many groups are within each other from a group on, itself among them; `None` where these are more
/// than may be.
async fn levels(transaction: &mut Transaction, group: &Check) -> Result<Option<usize>, StoreError> {
    let mut level: HashSet<CheckId> = members_of(&group.kind).iter().copied().collect();
    for levels in 1..=limits::GROUP_LEVELS_MAX {
        let mut below = HashSet::new();
        for id in level {
            let found = transaction.find_check(id).await?;
            below.extend(found.iter().flat_map(|found| members_of(&found.value.kind)));
        }
        if below.is_empty() {
            return Ok(Some(levels));
        }
        level = below;
    }
    Ok(None)
}

/// What is wrong with the members of a group for the groups that it is in, which become deeper and wider
/// with it; `levels` groups are within each other from it on.
pub(super) fn too_much_above(checks: &[Check], id: CheckId, levels: usize) -> Option<String> {
    let (mut level, mut above, mut levels) = (HashSet::from([id]), BTreeMap::new(), levels);
    loop {
        let is_in = |group: &&Check| members_of(&group.kind).iter().any(|one| level.contains(one));
        let groups: Vec<&Check> = checks.iter().filter(is_in).collect();
        if groups.is_empty() {
            break;
        }
        levels += 1;
        let most = limits::GROUP_LEVELS_MAX;
        if levels > most {
            return Some(format!(
                "are groups within groups, more than {most} deep with those that this one is in: name \
                 what is in them"
            ));
        }
        level = groups.iter().map(|group| group.id).collect();
        above.extend(groups.into_iter().map(|group| (group.id, group)));
    }
    let checks: HashMap<CheckId, &Check> = checks.iter().map(|check| (check.id, check)).collect();
    let most = limits::GROUP_BELOW_MAX;
    let wide = above.into_values().find(|group| count_below(&checks, group) > most)?;
    Some(format!(
        "are too many for the group {}, which would lead to more than {most} checks: name fewer",
        wide.name
    ))
}

/// How many checks a group leads to.
fn count_below(checks: &HashMap<CheckId, &Check>, group: &Check) -> usize {
    let (mut next, mut seen) = (members_of(&group.kind).to_vec(), HashSet::new());
    while let Some(id) = next.pop() {
        if seen.insert(id)
            && let Some(check) = checks.get(&id)
        {
            next.extend(members_of(&check.kind).iter().chain(&check.parents));
        }
    }
    seen.len()
}
