//! The two engines behind one face: pools, connections, binds and rows. The only file that forks on
//! the engine for ordinary statements; what they genuinely do differently is in `sql::dialect`.

use allclear_domain::limits::ROWS_PER_STATEMENT_MAX;
use serde_json::value::RawValue;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgPool};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqlitePool};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Executor, Postgres, SqlSafeStr, Sqlite};
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::Row;
use crate::sql::{Insert, Upsert};

/// Open connections to one database.
#[derive(Clone, Debug)]
pub(crate) enum Pools {
    /// SQLite: any number of readers, and one writer.
    Sqlite {
        /// Read-only connections.
        read: SqlitePool,
        /// The one connection that writes.
        write: SqlitePool,
    },
    /// PostgreSQL.
    Postgres(PgPool),
}

impl Pools {
    /// A connection that reads.
    pub(crate) async fn read(&self) -> Result<Link, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => Link::Sqlite(read.acquire().await?),
            Self::Postgres(pool) => Link::Postgres(pool.acquire().await.map_err(server_error)?),
        })
    }

    /// A connection that may write.
    pub(crate) async fn write(&self) -> Result<Link, StoreError> {
        Ok(match self {
            Self::Sqlite { write, .. } => Link::Sqlite(write.acquire().await?),
            Self::Postgres(pool) => Link::Postgres(pool.acquire().await.map_err(server_error)?),
        })
    }

    /// Closes every connection, the writer last, so that it can tidy up behind the readers.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A server that gives no connection in time is out of reach, where a file would be busy.
pub(crate) fn server_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut => StoreError::Unreachable {
            problem: "no connection came about in time: look whether the server runs, and whether \
                      it has connections left"
                .to_owned(),
            is_passing: true,
        },
        other => other.into(),
    }
}

/// A value for a statement. An absent one keeps its type, which PostgreSQL wants to know.
#[derive(Debug)]
pub(crate) enum Bind {
    /// An id.
    Uuid(Uuid),
    /// An id, or none.
    MaybeUuid(Option<Uuid>),
    /// A text.
    Text(String),
    /// A text, or none.
    MaybeText(Option<String>),
    /// A number, or an instant in microseconds.
    Integer(i64),
    /// A number, or none.
    MaybeInteger(Option<i64>),
    /// A truth value.
    Bool(bool),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A document.
    Document(Box<RawValue>),
}

impl Bind {
    /// PostgreSQL has no place for U+0000, so neither engine takes it.
    fn has_nul(&self) -> bool {
        match self {
            Self::Text(text) | Self::MaybeText(Some(text)) => text.contains('\0'),
            Self::Document(document) => has_escaped_nul(document.get()),
            _ => false,
        }
    }
}

/// Whether a JSON text holds the escape for U+0000, as opposed to a backslash before `u0000`.
fn has_escaped_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let before = json.as_bytes().get(..at).unwrap_or_default();
        before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
    })
}

fn refuse_nul(binds: &[Bind]) -> Result<(), StoreError> {
    if binds.iter().any(Bind::has_nul) {
        return Err(StoreError::refused(
            "a text holds the character U+0000, which the database cannot keep: remove it",
        ));
    }
    Ok(())
}

macro_rules! bind_all {
    ($query:expr, $binds:expr) => {{
        let mut query = $query;
        for bind in $binds {
            query = match bind {
                Bind::Uuid(value) => query.bind(value),
                Bind::MaybeUuid(value) => query.bind(value),
                Bind::Text(value) => query.bind(value),
                Bind::MaybeText(value) => query.bind(value),
                Bind::Integer(value) => query.bind(value),
                Bind::MaybeInteger(value) => query.bind(value),
                Bind::Bool(value) => query.bind(value),
                Bind::Bytes(value) => query.bind(value),
                Bind::Document(value) => query.bind(Json(value)),
            };
        }
        query
    }};
}

fn sqlite(text: impl SqlSafeStr, binds: Vec<Bind>) -> Query<'static, Sqlite, SqliteArguments> {
    bind_all!(sqlx::query::<Sqlite>(text), binds)
}

fn postgres(text: impl SqlSafeStr, binds: Vec<Bind>) -> Query<'static, Postgres, PgArguments> {
    bind_all!(sqlx::query::<Postgres>(text), binds)
}

/// One connection, lent by a pool.
#[derive(Debug)]
pub(crate) enum Link {
    /// To a SQLite file.
    Sqlite(PoolConnection<Sqlite>),
    /// To a PostgreSQL server.
    Postgres(PoolConnection<Postgres>),
}

impl Link {
    /// All rows of a statement.
    pub(crate) async fn fetch_all(
        &mut self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<Vec<Row>, StoreError> {
        refuse_nul(&binds)?;
        Ok(match self {
            Self::Sqlite(link) => {
                let rows = sqlite(text, binds).fetch_all(&mut **link).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(link) => {
                let rows = postgres(text, binds).fetch_all(&mut **link).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The row of a statement that gives one or none.
    pub(crate) async fn fetch_optional(
        &mut self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch_all(text, binds).await?.into_iter().next())
    }

    /// Runs a statement and counts the rows that it touched.
    pub(crate) async fn execute(
        &mut self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<u64, StoreError> {
        refuse_nul(&binds)?;
        Ok(match self {
            Self::Sqlite(link) => sqlite(text, binds).execute(&mut **link).await?.rows_affected(),
            Self::Postgres(link) => {
                postgres(text, binds).execute(&mut **link).await?.rows_affected()
            }
        })
    }

    /// Runs statements without parameters, for the bounds of transactions.
    pub(crate) async fn run(&mut self, text: &'static str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(link) => {
                sqlx::raw_sql(text).execute(&mut **link).await?;
            }
            Self::Postgres(link) => {
                sqlx::raw_sql(text).execute(&mut **link).await?;
            }
        }
        Ok(())
    }

    /// Writes rows of one table, many with each statement.
    pub(crate) async fn insert(
        &mut self,
        insert: &Insert,
        rows: Vec<Vec<Bind>>,
    ) -> Result<(), StoreError> {
        self.write_rows(insert, "", rows).await
    }

    /// Writes rows, or changes those that are there.
    pub(crate) async fn upsert(
        &mut self,
        upsert: &Upsert,
        rows: Vec<Vec<Bind>>,
    ) -> Result<(), StoreError> {
        self.write_rows(&upsert.insert, upsert.on_conflict, rows).await
    }

    async fn write_rows(
        &mut self,
        insert: &Insert,
        on_conflict: &'static str,
        rows: Vec<Vec<Bind>>,
    ) -> Result<(), StoreError> {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut count = 0;
            let mut binds = Vec::new();
            for row in rows.by_ref().take(ROWS_PER_STATEMENT_MAX) {
                if row.len() != insert.columns.len() {
                    return Err(StoreError::Failed {
                        problem: format!(
                            "{} values for {} columns of table {}",
                            row.len(),
                            insert.columns.len(),
                            insert.table
                        ),
                    });
                }
                count += 1;
                binds.extend(row);
            }
            refuse_nul(&binds)?;
            // The text is made of constants alone; every value is bound.
            let is_full = count == ROWS_PER_STATEMENT_MAX;
            match self {
                Self::Sqlite(link) => {
                    let text = insert.text(count, |_| "?".to_owned()) + on_conflict;
                    let text = AssertSqlSafe(text);
                    let query = sqlite(text, binds).persistent(is_full);
                    query.execute(&mut **link).await?;
                }
                Self::Postgres(link) => {
                    let text = insert.text(count, |number| format!("${number}")) + on_conflict;
                    let text = AssertSqlSafe(text);
                    let query = postgres(text, binds).persistent(is_full);
                    query.execute(&mut **link).await?;
                }
            }
        }
        Ok(())
    }

    /// Has the engine read a statement without running it.
    pub(crate) async fn prepare(&mut self, text: String) -> Result<(), StoreError> {
        let text = AssertSqlSafe(text).into_sql_str();
        match self {
            Self::Sqlite(link) => {
                (&mut **link).prepare(text).await?;
            }
            Self::Postgres(link) => {
                (&mut **link).prepare(text).await?;
            }
        }
        Ok(())
    }

    /// Gives the connection up when it is dropped: whatever it was in the middle of ends with it.
    pub(crate) fn close_on_drop(&mut self) {
        match self {
            Self::Sqlite(link) => link.close_on_drop(),
            Self::Postgres(link) => link.close_on_drop(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_is_told_from_its_spelling() {
        let nul = serde_json::to_string("a\0b").unwrap();
        let spelt = serde_json::to_string("a\\u0000b").unwrap();
        let both = serde_json::to_string("\\\0").unwrap();
        assert!(has_escaped_nul(&nul));
        assert!(!has_escaped_nul(&spelt));
        assert!(has_escaped_nul(&both));
    }
}
