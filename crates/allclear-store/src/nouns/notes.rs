//! Internal notes as rows. They are added to and never changed, and no status page reads them.

use allclear_domain::InternalNote;
use allclear_domain::audit::Subject;
use allclear_domain::ids::StatusPageId;
use allclear_domain::note::NoteKind;
use allclear_domain::text::InternalText;
use uuid::Uuid;

use super::Record;
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, notes as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for InternalNote {
    const TABLE: &'static str = "internal_notes";
    const PREFIX: &'static str = "nte_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        let kind = match self.kind {
            NoteKind::Remark => "remark",
            NoteKind::Lesson => "lesson",
        };
        Ok(vec![
            Bind::Text(self.subject.noun().to_owned()),
            Bind::Uuid(self.subject.uuid()),
            Bind::Text(kind.to_owned()),
            Bind::Integer(micros(self.written_at)),
            Bind::Text(self.author.clone()),
            Bind::Text(self.body.reveal_to_team().to_owned()),
        ])
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        Ok(Self {
            id: columns.uuid("id")?.into(),
            subject: subject(columns)?,
            kind: columns.word("kind")?,
            written_at: columns.instant("written_at")?,
            author: columns.text("author")?,
            body: InternalText::new(columns.text("body")?),
        })
    }
}

/// The subject of a row.
pub(crate) fn subject(columns: Columns<'_>) -> Result<Subject, BadRow> {
    let noun = columns.text("subject_noun")?;
    Subject::from_parts(&noun, columns.uuid("subject_id")?)
        .ok_or_else(|| columns.bad(format!("column subject_noun: unknown noun `{noun}`")))
}

impl Store {
    /// The notes about one subject, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_internal_notes(
        &self,
        subject: Subject,
    ) -> Result<Vec<InternalNote>, StoreError> {
        self.list_by(
            sql::LIST,
            vec![Bind::Text(subject.noun().to_owned()), Bind::Uuid(subject.uuid())],
        )
        .await
    }

    /// The notes about a page and everything on it, oldest first.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_notes_of_page(
        &self,
        page_id: StatusPageId,
    ) -> Result<Vec<InternalNote>, StoreError> {
        self.list_by(sql::LIST_OF_PAGE, vec![Bind::Uuid(page_id.uuid())]).await
    }
}

impl Transaction {
    /// Writes new notes.
    ///
    /// # Errors
    /// Where an id exists or the database fails.
    pub async fn insert_internal_notes(
        &mut self,
        notes: &[InternalNote],
    ) -> Result<(), StoreError> {
        self.insert_records(notes).await
    }
}
