//! Applying: components, status pages, templates and people's roles as files declare them.
//!
//! Files are read strictly ([`SourceFile`]), compared with what is there by a pure function, and what
//! differs is written in one transaction through the areas' own functions: all of it or nothing.
//! Applying the same files again changes nothing. What a file declares remembers it (its *origin*),
//! so that what no file declares any more can be found, and removed on demand.
//!
//! This crate stands above the areas, as the web does, because it brings incidents and people
//! together; see `docs/adr/0007-apply-stands-above-the-areas.md`.

mod actor;
mod carrying;
mod deciding;
mod declared;
mod error;
mod fields;
mod plan;
mod present;
mod reading;
mod resolving;
mod source;

use allclear_domain::{Access, Change, Entropy};
use allclear_store::Store;
use jiff::Timestamp;

pub use self::error::{ApplyError, Problem};
pub use self::plan::{Action, FieldChange, Kind, Plan, Step};
pub use self::source::{SourceFile, Sources, read_sources};

/// How files are applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Only tell what would change.
    pub is_plan: bool,
    /// Also remove what came from the files and stands in them no more.
    pub prune: bool,
    /// Remove even a large part of what comes from files.
    pub force: bool,
}

/// Applies files, or tells what that would change.
///
/// # Errors
/// Where a file cannot be read as declarations, a value is not taken, `by` may not do it, too much
/// would be removed, or the store fails. Nothing was written then.
pub async fn apply(
    store: &Store,
    sources: &Sources,
    wish: Wish,
    by: &Access,
    (entropy, now): (&Entropy, Timestamp),
) -> Result<Plan, ApplyError> {
    let declarations = reading::read(sources)?;
    declarations.check_scopes(by)?;
    let mut transaction = store.begin().await?;
    let present = present::load(&mut transaction).await?;
    let change = Change { actor: &by.actor, entropy, now };
    let decided = deciding::decide(&declarations, &present, sources, wish, change);
    let decided = match decided {
        Ok(decided) => decided,
        Err(problems) => {
            transaction.rollback().await?;
            return Err(ApplyError::Files(problems));
        }
    };
    carrying::check_scopes_of_removals(&decided, by)?;
    let mut plan = Plan::of(&decided, wish);
    if wish.is_plan || decided.is_empty() {
        transaction.rollback().await?;
        return Ok(plan);
    }
    if let Some(refused) = plan.refused {
        transaction.rollback().await?;
        return Err(ApplyError::Guard(refused));
    }
    carrying::carry_out(&mut transaction, &decided, by, (entropy, now)).await?;
    transaction.commit().await?;
    plan.is_applied = true;
    Ok(plan)
}

#[cfg(test)]
mod tests;
