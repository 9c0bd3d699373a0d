//! Duties that one node does for all, as rows: who does, and until when unless it says so again.
//!
//! Taking one over goes through a transaction, and so does whatever its holder writes: as writers wait for
//! each other, a write in a transaction that [holds](Transaction::holds_lease) it is over before anybody
//! else begins.

use allclear_domain::limits::CLOCK_DIFFERENCE_MAX;
use jiff::Timestamp;

use crate::engine::{Bind, Link};
use crate::error::StoreError;
use crate::row::micros;
use crate::sql::leases as sql;
use crate::store::Store;
use crate::transaction::Transaction;

/// Who does a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Who.
    pub holder: String,
    /// Until when, unless it says so again.
    pub until: Timestamp,
}

/// Whose turn it is to do a duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenure {
    /// Somebody else does it.
    Elsewhere,
    /// Whoever asks does it from now on: somebody else may have done it meanwhile.
    Taken,
    /// Whoever asks goes on doing it, as nobody else did meanwhile.
    Kept,
}

impl Lease {
    /// Whether somebody else may do it who would until then. A clock that is far ahead of the others keeps
    /// nobody waiting for ever.
    fn is_free(&self, now: Timestamp, until: Timestamp) -> bool {
        self.until <= now || self.until.duration_since(until) > CLOCK_DIFFERENCE_MAX
    }
}

async fn find(link: &mut Link, name: &str) -> Result<Option<Lease>, StoreError> {
    let row = link.fetch_optional(sql::FIND, vec![Bind::Text(name.to_owned())]).await?;
    let Some(row) = row else { return Ok(None) };
    let columns = row.of("leases", "");
    Ok(Some(Lease { holder: columns.text("holder")?, until: columns.instant("held_until")? }))
}

impl Store {
    /// Who does a duty; `None` where nobody does.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_lease(&self, name: &str) -> Result<Option<Lease>, StoreError> {
        find(&mut self.read().await?, name).await
    }

    /// Takes a duty until then where nobody else does it, or goes on with it, which is no revision.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Tenure, StoreError> {
        let row = || {
            let held_until = Bind::Integer(micros(until));
            vec![Bind::Text(name.to_owned()), Bind::Text(holder.to_owned()), held_until]
        };
        if self.write().await?.execute(sql::KEEP, row()).await? > 0 {
            return Ok(Tenure::Kept);
        }
        let is_free = |lease: Option<Lease>| lease.is_none_or(|one| one.is_free(now, until));
        if !is_free(self.find_lease(name).await?) {
            return Ok(Tenure::Elsewhere);
        }
        let mut transaction = self.begin().await?;
        // Somebody may have been quicker.
        let found = find(transaction.link()?, name).await;
        if !is_free(transaction.note(found)?) {
            transaction.rollback().await?;
            return Ok(Tenure::Elsewhere);
        }
        let written = transaction.link()?.upsert(&sql::UPSERT, vec![row()]).await;
        transaction.note(written)?;
        transaction.commit().await?;
        Ok(Tenure::Taken)
    }

    /// Has somebody else do a duty, where it is `holder` that did it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        let named = vec![Bind::Text(name.to_owned()), Bind::Text(holder.to_owned())];
        self.write().await?.execute(sql::RELEASE, named).await.map(|_| ())
    }
}

impl Transaction {
    /// Whether it is `holder` that does a duty, and goes on doing it until this transaction is over.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn holds_lease(&mut self, name: &str, holder: &str) -> Result<bool, StoreError> {
        let found = find(self.link()?, name).await;
        Ok(self.note(found)?.is_some_and(|lease| lease.holder == holder))
    }
}
