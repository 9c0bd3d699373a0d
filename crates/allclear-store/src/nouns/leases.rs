//! Duties that one node does for all, as rows: who does, and until when unless it says so again.
//!
//! Taking one over goes through a transaction, and so does whatever its holder writes: as writers wait for
//! each other, a write in a transaction that [holds](Transaction::holds_lease) it is over before anybody
//! else begins.
//!
//! Until when somebody does it is compared with no clock, as clocks of machines differ: it is another one
//! each time they say so, and whoever sees the same one for long enough takes over.

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
    /// Until when by its own clock, unless it says so again.
    pub until: Timestamp,
}

/// Whose turn it is to do a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tenure {
    /// Somebody else does it, and said so with this.
    Elsewhere(Lease),
    /// Whoever asks does it from now on: somebody else may have done it meanwhile.
    Taken,
    /// Whoever asks goes on doing it, as nobody else did meanwhile.
    Kept,
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

    /// Takes a duty until then where nobody does it, or goes on with it, which is no revision. Where
    /// somebody else does, only what is `silent` is replaced: the row that whoever asks saw unchanged for
    /// long enough, and only while it is unchanged.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        until: Timestamp,
        silent: Option<&Lease>,
    ) -> Result<Tenure, StoreError> {
        let row = || {
            let held_until = Bind::Integer(micros(until));
            vec![Bind::Text(name.to_owned()), Bind::Text(holder.to_owned()), held_until]
        };
        if self.write().await?.execute(sql::KEEP, row()).await? > 0 {
            return Ok(Tenure::Kept);
        }
        if let Some(lease) = self.find_lease(name).await?
            && Some(&lease) != silent
        {
            return Ok(Tenure::Elsewhere(lease));
        }
        let mut transaction = self.begin().await?;
        // Somebody may have been quicker.
        let found = find(transaction.link()?, name).await;
        let found = transaction.note(found)?;
        if let Some(lease) = found {
            // Whoever does it may go on in this moment, which needs no transaction: so the statement
            // compares as well.
            let mut replaced = row();
            replaced.push(Bind::Text(lease.holder.clone()));
            replaced.push(Bind::Integer(micros(lease.until)));
            let is_replaced =
                Some(&lease) == silent && transaction.execute(sql::REPLACE, replaced).await? > 0;
            if !is_replaced {
                transaction.rollback().await?;
                return Ok(Tenure::Elsewhere(lease));
            }
        } else {
            let written = transaction.link()?.upsert(&sql::UPSERT, vec![row()]).await;
            transaction.note(written)?;
        }
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
