//! Heartbeats as rows: what came of each, by which secrets, and when somebody was there to hear it.

use allclear_domain::Check;
use allclear_domain::check::{Heartbeat, SignalToken};
use allclear_domain::ids::CheckId;
use allclear_domain::limits::ROWS_PER_STATEMENT_MAX;
use jiff::Timestamp;

use super::{Stored, document};
use crate::engine::{Bind, Link};
use crate::error::{BadRow, StoreError};
use crate::row::{Row, micros};
use crate::sql::heartbeats as sql;
use crate::store::Store;
use crate::transaction::Transaction;

/// What came of a heartbeat, and when somebody was last there to hear it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// What came; nothing where nothing ever did.
    pub heartbeat: Heartbeat,
    /// When somebody was there; `None` where nobody ever was.
    pub listened_at: Option<Timestamp>,
}

fn read(row: &Row) -> Result<(CheckId, Heartbeat), BadRow> {
    let columns = row.of("heartbeats", "chk_");
    Ok((columns.uuid("id")?.into(), columns.document()?))
}

async fn find_listening(link: &mut Link) -> Result<Option<Timestamp>, StoreError> {
    let row = link.fetch_optional(sql::FIND_LISTENING, vec![]).await?;
    Ok(row.map(|row| row.of("listening", "").instant("heard_at")).transpose()?)
}

impl Store {
    /// What came of a heartbeat.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn find_heard(&self, id: CheckId) -> Result<Heard, StoreError> {
        let mut link = self.read().await?;
        let row = link.fetch_optional(sql::FIND, vec![Bind::Uuid(id.uuid())]).await?;
        let heartbeat = row.map(|row| read(&row)).transpose()?;
        let listened_at = find_listening(&mut link).await?;
        Ok(Heard { heartbeat: heartbeat.map(|(_, it)| it).unwrap_or_default(), listened_at })
    }

    /// The heartbeats of which something came after a revision, or whose deadline lies from `from` on
    /// and before `until`.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_news_of_heartbeats(
        &self,
        revision: i64,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<CheckId>, StoreError> {
        let between = [from, until].map(|at| Bind::Integer(micros(at)));
        let binds = [Bind::Integer(revision)].into_iter().chain(between).collect();
        let rows = self.read().await?.fetch_all(sql::LIST_NEWS, binds).await?;
        let id = |row: &Row| Ok(row.of("heartbeats", "chk_").uuid("id")?.into());
        Ok(rows.iter().map(id).collect::<Result<_, BadRow>>()?)
    }

    /// When somebody was last there to hear signals.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_listening(&self) -> Result<Option<Timestamp>, StoreError> {
        find_listening(&mut self.read().await?).await
    }

    /// The check that a secret leads to.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_check_by_token(
        &self,
        token: &SignalToken,
    ) -> Result<Option<Stored<Check>>, StoreError> {
        self.find_by(sql::FIND_CHECK, vec![Bind::Text(token.as_str().to_owned())]).await
    }
}

impl Transaction {
    /// The check that a secret leads to, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_check_by_token(
        &mut self,
        token: &SignalToken,
    ) -> Result<Option<Stored<Check>>, StoreError> {
        self.find_by(sql::FIND_CHECK, vec![Bind::Text(token.as_str().to_owned())]).await
    }

    /// What came of a heartbeat, as this transaction sees it; nothing where nothing ever did.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_heartbeat(&mut self, id: CheckId) -> Result<Heartbeat, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid())];
        let found = self.link()?.fetch_optional(sql::FIND, binds).await;
        let row = self.note(found)?;
        Ok(row.map(|row| read(&row)).transpose()?.map(|(_, it)| it).unwrap_or_default())
    }

    /// The heartbeats that were not late at an instant. Rows that cannot be read are left out: one of them
    /// must not keep all others from being watched.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_heartbeats_in_time(
        &mut self,
        at: Timestamp,
    ) -> Result<Vec<(CheckId, Heartbeat)>, StoreError> {
        let binds = vec![Bind::Integer(micros(at))];
        let fetched = self.link()?.fetch_all(sql::LIST_IN_TIME, binds).await;
        let rows = self.note(fetched)?;
        Ok(rows.iter().filter_map(|row| read(row).ok()).collect())
    }

    /// Writes what came of heartbeats. Each may be named once.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn put_heartbeats(
        &mut self,
        heartbeats: &[(CheckId, Heartbeat)],
    ) -> Result<(), StoreError> {
        let revision = self.revision();
        for chunk in heartbeats.chunks(ROWS_PER_STATEMENT_MAX) {
            let mut rows = Vec::with_capacity(chunk.len());
            for (id, heartbeat) in chunk {
                rows.push(vec![
                    Bind::Uuid(id.uuid()),
                    Bind::MaybeInteger(heartbeat.deadline_at().map(micros)),
                    document(heartbeat)?,
                    Bind::Integer(revision),
                ]);
            }
            let written = self.link()?.upsert(&sql::UPSERT, rows).await;
            self.note(written)?;
        }
        Ok(())
    }

    /// Forgets what came of a check that waits for nothing any more.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_heartbeat(&mut self, id: CheckId) -> Result<(), StoreError> {
        self.execute(sql::REMOVE, vec![Bind::Uuid(id.uuid())]).await.map(|_| ())
    }

    /// When somebody was last there to hear signals, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_listening(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let found = find_listening(self.link()?).await;
        self.note(found)
    }

    /// Somebody is there to hear signals.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn put_listening(&mut self, at: Timestamp) -> Result<(), StoreError> {
        let row = vec![Bind::Integer(1), Bind::Integer(micros(at))];
        let written = self.link()?.upsert(&sql::LISTEN, vec![row]).await;
        self.note(written)
    }

    /// Has the secrets of a check lead to it, and no others.
    pub(super) async fn put_signal_tokens(&mut self, check: &Check) -> Result<(), StoreError> {
        self.execute(sql::REMOVE_TOKENS, vec![Bind::Uuid(check.id.uuid())]).await?;
        self.insert_signal_tokens(check).await
    }

    pub(super) async fn insert_signal_tokens(&mut self, check: &Check) -> Result<(), StoreError> {
        let Some(heartbeat) = check.kind.as_heartbeat() else { return Ok(()) };
        let row = |token: &SignalToken| {
            vec![Bind::Text(token.as_str().to_owned()), Bind::Uuid(check.id.uuid())]
        };
        let rows: Vec<_> = heartbeat.tokens.iter().map(row).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let written = self.link()?.insert(&sql::INSERT_TOKENS, rows).await;
        self.note(written)
    }
}
