//! What is wrong with the parents of a check, beside the others in the store.

use std::collections::HashSet;

use allclear_domain::error::InvalidValue;
use allclear_domain::{Check, limits};
use allclear_store::{StoreError, Transaction};

/// What is wrong with parents that were changed: one is not there, or stands behind the check itself.
/// One that is removed later is left out by whoever reads them.
pub(super) async fn problems(
    transaction: &mut Transaction,
    before: Option<&Check>,
    after: &Check,
) -> Result<Vec<InvalidValue>, StoreError> {
    let mut problems = Vec::new();
    if before.is_some_and(|before| before.parents == after.parents) {
        return Ok(problems);
    }
    let mut seen = HashSet::new();
    for (place, parent) in after.parents.iter().enumerate() {
        let refused = |problem: String| InvalidValue::new(format!("parents[{place}]"), problem);
        let was = before.is_some_and(|before| before.parents.contains(parent));
        let mut above = vec![*parent];
        while let Some(id) = above.pop() {
            // That it names itself is told already.
            if id == after.id && id != *parent {
                let problem = "stands behind this check itself: a check cannot be its own reason";
                problems.push(refused(problem.to_owned()));
                break;
            }
            if !seen.insert(id) {
                continue;
            }
            if seen.len() > limits::CHECK_ANCESTORS_MAX {
                let most = limits::CHECK_ANCESTORS_MAX;
                problems.push(refused(format!("is one of more than {most} above it: name fewer")));
                return Ok(problems);
            }
            match transaction.find_check(id).await? {
                Some(found) => above.extend(found.value.parents),
                None if id == *parent && !was && id != after.id => {
                    problems.push(refused(format!("there is no check {id}")));
                }
                None => {}
            }
        }
    }
    Ok(problems)
}
