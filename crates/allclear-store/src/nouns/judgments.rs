//! What is believed of checks, as rows: one for each check and vantage point.

use allclear_domain::check::{Judgment, ProbeResult};
use allclear_domain::ids::CheckId;
use allclear_domain::limits::ROWS_PER_STATEMENT_MAX;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::document;
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Row, micros};
use crate::sql::judgments as sql;
use crate::store::Store;
use crate::transaction::Transaction;

/// What is believed of a check from one vantage point, and the last probe there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The check.
    pub check_id: CheckId,
    /// What is believed.
    pub judgment: Judgment,
    /// The last probe.
    pub last: ProbeResult,
    /// The last probe that did not simply work; the last that failed, while an outage goes on or is just
    /// over.
    pub last_bad: Option<ProbeResult>,
}

/// The document of a row.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JudgedDocument {
    judgment: Judgment,
    last: ProbeResult,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_bad: Option<ProbeResult>,
}

fn read(row: &Row) -> Result<Judged, BadRow> {
    let columns = row.of("judgments", "chk_");
    let JudgedDocument { judgment, last, last_bad } = columns.document()?;
    Ok(Judged { check_id: columns.uuid("id")?.into(), judgment, last, last_bad })
}

/// What is believed where it can be read, and the rows that cannot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadableJudgments {
    /// By check and vantage point.
    pub judged: Vec<Judged>,
    /// Rows that cannot be read.
    pub bad_rows: Vec<BadRow>,
}

impl Store {
    /// What is believed of all checks, where it can be read. What cannot is learned anew.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_readable_judgments(&self) -> Result<ReadableJudgments, StoreError> {
        let rows = self.read().await?.fetch_all(sql::LIST, vec![]).await?;
        let mut readable = ReadableJudgments::default();
        for row in &rows {
            match read(row) {
                Ok(judged) => readable.judged.push(judged),
                Err(bad) => readable.bad_rows.push(bad),
            }
        }
        Ok(readable)
    }

    /// What is believed of all checks, without the probes it follows from; one of a check for each
    /// vantage point. What cannot be read is left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_believed(&self) -> Result<Vec<(CheckId, Judgment)>, StoreError> {
        let rows = self.read().await?.fetch_all(sql::LIST_BELIEVED, vec![]).await?;
        let believed = |row: &Row| -> Result<_, BadRow> {
            let columns = row.of("judgments", "chk_");
            Ok((columns.uuid("id")?.into(), columns.document()?))
        };
        Ok(rows.iter().filter_map(|row| believed(row).ok()).collect())
    }

    /// When each check was probed last, as far as it is written.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_probed(&self) -> Result<Vec<(CheckId, Timestamp)>, StoreError> {
        let rows = self.read().await?.fetch_all(sql::LIST_PROBED, vec![]).await?;
        let probed = |row: &Row| -> Result<_, BadRow> {
            let columns = row.of("judgments", "chk_");
            Ok((columns.uuid("id")?.into(), columns.instant("probed_at")?))
        };
        Ok(rows.iter().map(probed).collect::<Result<_, BadRow>>()?)
    }

    /// What is believed of one check, by vantage point.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_judgments_of(&self, id: CheckId) -> Result<Vec<Judged>, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid())];
        let rows = self.read().await?.fetch_all(sql::LIST_OF_CHECK, binds).await?;
        Ok(rows.iter().map(read).collect::<Result<_, BadRow>>()?)
    }

    /// What is believed of the checks of a slice, from its first to its last one, by check and vantage
    /// point.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_judgments_between(
        &self,
        first: CheckId,
        last: CheckId,
    ) -> Result<Vec<Judged>, StoreError> {
        let binds = vec![Bind::Uuid(first.uuid()), Bind::Uuid(last.uuid())];
        let rows = self.read().await?.fetch_all(sql::LIST_OF_CHECKS_BETWEEN, binds).await?;
        Ok(rows.iter().map(read).collect::<Result<_, BadRow>>()?)
    }
}

impl Transaction {
    /// Writes what is believed now. Each check and vantage point may be named once.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn put_judgments(&mut self, judged: &[Judged]) -> Result<(), StoreError> {
        for chunk in judged.chunks(ROWS_PER_STATEMENT_MAX) {
            let mut rows = Vec::with_capacity(chunk.len());
            for one in chunk {
                let document = document(&JudgedDocument {
                    judgment: one.judgment,
                    last: one.last.clone(),
                    last_bad: one.last_bad.clone(),
                })?;
                rows.push(vec![
                    Bind::Uuid(one.check_id.uuid()),
                    Bind::Text(one.last.vantage.to_string()),
                    Bind::Integer(micros(one.last.probed_at)),
                    document,
                ]);
            }
            let written = self.link()?.upsert(&sql::UPSERT, rows).await;
            self.note(written)?;
        }
        Ok(())
    }

    /// Forgets what is believed of checks that are gone.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_orphaned_judgments(&mut self) -> Result<u64, StoreError> {
        self.execute(sql::REMOVE_ORPHANS, vec![]).await
    }

    /// Forgets what is believed of a check.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_judgments_of(&mut self, id: CheckId) -> Result<(), StoreError> {
        self.execute(sql::REMOVE_OF_CHECK, vec![Bind::Uuid(id.uuid())]).await.map(|_| ())
    }
}
