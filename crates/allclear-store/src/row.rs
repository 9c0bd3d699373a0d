//! One row of either engine, read column by column. A column that does not make sense becomes a
//! [`BadRow`], which names the table and the row.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::BadRow;

/// One row.
pub(crate) enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The row as one of `table`, whose ids begin with `prefix`.
    pub(crate) const fn of(&self, table: &'static str, prefix: &'static str) -> Columns<'_> {
        Columns { row: self, table, prefix }
    }
}

/// The columns of a row whose table is known.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'a> {
    row: &'a Row,
    table: &'static str,
    prefix: &'static str,
}

macro_rules! column {
    ($columns:expr, $name:expr, $type:ty) => {
        match $columns.row {
            Row::Sqlite(row) => row.try_get::<$type, _>($name),
            Row::Postgres(row) => row.try_get::<$type, _>($name),
        }
    };
}

impl Columns<'_> {
    /// The error for a row that does not make sense.
    pub(crate) fn bad(&self, problem: impl fmt::Display) -> BadRow {
        let id = column!(self, "id", Uuid).map_or_else(
            |_| "with an unreadable id".to_owned(),
            |id| format!("{}{}", self.prefix, id.simple()),
        );
        BadRow { table: self.table, id, problem: problem.to_string() }
    }

    /// An id.
    pub(crate) fn uuid(&self, name: &str) -> Result<Uuid, BadRow> {
        column!(self, name, Uuid).map_err(|error| self.bad(error))
    }

    /// An id, or none.
    pub(crate) fn maybe_uuid(&self, name: &str) -> Result<Option<Uuid>, BadRow> {
        column!(self, name, Option<Uuid>).map_err(|error| self.bad(error))
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<String, BadRow> {
        let text = column!(self, name, String).map_err(|error| self.bad(error))?;
        self.whole(name, text)
    }

    /// A text, or none.
    pub(crate) fn maybe_text(&self, name: &str) -> Result<Option<String>, BadRow> {
        let text = column!(self, name, Option<String>).map_err(|error| self.bad(error))?;
        text.map(|text| self.whole(name, text)).transpose()
    }

    /// A text as it was written. U+0000 never is, so one that holds it was damaged: SQLite has no
    /// checksum that would tell.
    fn whole(&self, name: &str, text: String) -> Result<String, BadRow> {
        if text.contains('\0') {
            return Err(self.bad(format!("column {name} holds U+0000: the file is damaged")));
        }
        Ok(text)
    }

    /// A number.
    pub(crate) fn integer(&self, name: &str) -> Result<i64, BadRow> {
        column!(self, name, i64).map_err(|error| self.bad(error))
    }

    /// A truth value.
    pub(crate) fn boolean(&self, name: &str) -> Result<bool, BadRow> {
        column!(self, name, bool).map_err(|error| self.bad(error))
    }

    /// Bytes.
    pub(crate) fn bytes(&self, name: &str) -> Result<Vec<u8>, BadRow> {
        column!(self, name, Vec<u8>).map_err(|error| self.bad(error))
    }

    /// An instant.
    pub(crate) fn instant(&self, name: &str) -> Result<Timestamp, BadRow> {
        let micros = self.integer(name)?;
        // Not `from_microsecond`, which leaves out the fractions of the last second of time.
        let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or_default();
        Timestamp::new(micros.div_euclid(1_000_000), nanos)
            .map_err(|error| self.bad(format!("column {name}: {error}")))
    }

    /// An instant, or none.
    pub(crate) fn maybe_instant(&self, name: &str) -> Result<Option<Timestamp>, BadRow> {
        match column!(self, name, Option<i64>) {
            Ok(None) => Ok(None),
            Ok(Some(_)) => self.instant(name).map(Some),
            Err(error) => Err(self.bad(error)),
        }
    }

    /// A document.
    pub(crate) fn document<T: DeserializeOwned>(&self) -> Result<T, BadRow> {
        column!(self, "document", Json<T>)
            .map(|document| document.0)
            .map_err(|error| self.bad(error))
    }

    /// A text that stands for something.
    pub(crate) fn parsed<T>(&self, name: &str) -> Result<T, BadRow>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        let text = self.text(name)?;
        text.parse().map_err(|error| self.bad(format!("column {name}: {error}")))
    }

    /// A word of an enum, as serde knows it.
    pub(crate) fn word<T: DeserializeOwned>(&self, name: &str) -> Result<T, BadRow> {
        let word = serde_json::Value::String(self.text(name)?);
        serde_json::from_value(word).map_err(|error| self.bad(format!("column {name}: {error}")))
    }
}

/// An instant as the store keeps it: microseconds since 1970 sort and compare alike on both engines
/// over all of representable time. Shorter fractions are cut.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}
