//! What is wrong with the parents of a check and with the members of a group, beside the others in the
//! store. What a check stands behind and what a group follows from lead nowhere in a circle, even both
//! together: a check that stands behind a group which it is in would hide itself.

use std::collections::HashSet;

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
    if problems.is_empty() && before.is_none_or(|before| before.kind != after.kind) {
        problems.extend(too_deep(transaction, after).await?);
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

/// That there are too many groups within groups, where there are.
async fn too_deep(
    transaction: &mut Transaction,
    after: &Check,
) -> Result<Option<InvalidValue>, StoreError> {
    let mut level: HashSet<CheckId> = members_of(&after.kind).iter().copied().collect();
    for _ in 0..limits::GROUP_LEVELS_MAX {
        let mut below = HashSet::new();
        for id in level {
            let found = transaction.find_check(id).await?;
            below.extend(found.iter().flat_map(|found| members_of(&found.value.kind)));
        }
        if below.is_empty() {
            return Ok(None);
        }
        level = below;
    }
    let most = limits::GROUP_LEVELS_MAX;
    let problem = format!("are groups within groups, {most} deep or more: name what is in them");
    Ok(Some(InvalidValue::new("kind.group.members", problem)))
}
