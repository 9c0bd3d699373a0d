//! What probes found, added up over minutes, hours and days, as rows.

use allclear_domain::check::{Samples, Span, VantagePoint};
use allclear_domain::ids::CheckId;
use allclear_domain::limits::{ROWS_PER_STATEMENT_MAX, SPANS_LISTED_MAX};
use jiff::Timestamp;

use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Row, micros};
use crate::sql::samples as sql;
use crate::store::Store;
use crate::transaction::Transaction;

/// What the probes of one check found from one vantage point in one span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sampled {
    /// The check.
    pub check_id: CheckId,
    /// Where its probes started from.
    pub vantage: VantagePoint,
    /// When the span begins.
    pub starts_at: Timestamp,
    /// What was found.
    pub samples: Samples,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SamplesSize {
    /// Rows.
    pub rows: u64,
    /// Bytes of them that are not the same in every row.
    pub bytes: u64,
}

fn read(row: &Row) -> Result<Sampled, BadRow> {
    let columns = row.of("samples", "chk_");
    let samples = Samples::from_bytes(&columns.bytes("samples")?);
    Ok(Sampled {
        check_id: columns.uuid("id")?.into(),
        vantage: VantagePoint::new(columns.text("vantage")?),
        starts_at: columns.instant("starts_at")?,
        samples: samples.ok_or_else(|| columns.bad("column samples is no sum of samples"))?,
    })
}

/// The span, as the first column has it.
fn seconds(span: Span) -> Bind {
    Bind::Integer(span.length().as_secs())
}

impl Store {
    /// What all checks found in the spans that begin from one time up to another, in order of time and
    /// check. Rows that cannot be read are left out: one is a dot in a drawing.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_samples(
        &self,
        span: Span,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Sampled>, StoreError> {
        let binds = vec![seconds(span), Bind::Integer(micros(from)), Bind::Integer(micros(to))];
        let rows = self.read().await?.fetch_all(sql::LIST, binds).await?;
        Ok(rows.iter().filter_map(|row| read(row).ok()).collect())
    }

    /// What one check found in the spans that begin from one time up to another, in order of time; of
    /// the last [`SPANS_LISTED_MAX`] at most. Rows that cannot be read are left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_samples_of(
        &self,
        id: CheckId,
        span: Span,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Sampled>, StoreError> {
        let earliest = to.checked_sub(span.length() * SPANS_LISTED_MAX).unwrap_or(Timestamp::MIN);
        let binds = vec![
            seconds(span),
            Bind::Uuid(id.uuid()),
            Bind::Integer(micros(span.start_of(from.max(earliest)))),
            Bind::Integer(micros(to)),
            Bind::Integer(span.length().as_secs() * 1_000_000),
        ];
        let rows = self.read().await?.fetch_all(sql::LIST_OF_CHECK, binds).await?;
        Ok(rows.iter().filter_map(|row| read(row).ok()).collect())
    }

    /// When the first span with samples begins that is not before a time.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn first_samples_since(
        &self,
        span: Span,
        since: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.samples_at(sql::FIRST_SINCE, vec![seconds(span), Bind::Integer(micros(since))]).await
    }

    /// When the last span with samples begins that is not after a time.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn last_samples(
        &self,
        span: Span,
        until: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.samples_at(sql::LAST, vec![seconds(span), Bind::Integer(micros(until))]).await
    }

    async fn samples_at(
        &self,
        text: &'static str,
        binds: Vec<Bind>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = self.read().await?.fetch_optional(text, binds).await?;
        Ok(row.map(|row| row.of("samples", "chk_").instant("starts_at")).transpose()?)
    }

    /// How much is kept of spans that begin before a time. Every row of them is looked at.
    ///
    /// # Errors
    /// Where the database fails or the sums do not make sense.
    pub async fn size_of_samples(
        &self,
        span: Span,
        before: Timestamp,
    ) -> Result<SamplesSize, StoreError> {
        let binds = vec![seconds(span), Bind::Integer(micros(before))];
        let row = self.read().await?.fetch_optional(sql::SIZE, binds).await?;
        let Some(row) = row else { return Ok(SamplesSize::default()) };
        let columns = row.of("samples", "chk_");
        let number = |name| columns.integer(name).map(|number| u64::try_from(number).unwrap_or(0));
        Ok(SamplesSize { rows: number("rows")?, bytes: number("bytes")? })
    }
}

impl Transaction {
    /// Writes sums in place of those that are there. Each check, vantage point and span may be named
    /// once.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn put_samples(&mut self, span: Span, all: &[Sampled]) -> Result<(), StoreError> {
        for chunk in all.chunks(ROWS_PER_STATEMENT_MAX) {
            let rows = chunk.iter().map(|one| {
                vec![
                    seconds(span),
                    Bind::Integer(micros(one.starts_at)),
                    Bind::Uuid(one.check_id.uuid()),
                    Bind::Text(one.vantage.to_string()),
                    Bind::Bytes(one.samples.to_bytes()),
                ]
            });
            let written = self.link()?.upsert(&sql::UPSERT, rows.collect()).await;
            self.note(written)?;
        }
        Ok(())
    }

    /// Forgets the spans that begin before a time, and says how many rows that were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_samples_before(
        &mut self,
        span: Span,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        let binds = vec![seconds(span), Bind::Integer(micros(before))];
        self.execute(sql::REMOVE_BEFORE, binds).await
    }
}
