//! Internal notes: what the team writes for itself.

use allclear_domain::audit::{AuditAction, Subject};
use allclear_domain::note::NoteKind;
use allclear_domain::text::InternalText;
use allclear_domain::{Change, InternalNote, Validate};
use allclear_store::Store;

use super::{WriteError, json};

/// Notes something about a subject. `author` is how colleagues know the writer.
///
/// # Errors
/// Where the text is not taken, or the store refuses.
pub async fn note(
    store: &Store,
    subject: Subject,
    kind: NoteKind,
    (author, text): (&str, &str),
    change: Change<'_>,
) -> Result<InternalNote, WriteError> {
    let note = InternalNote {
        id: change.entropy.id(change.now),
        subject,
        kind,
        written_at: change.now,
        author: author.to_owned(),
        body: InternalText::new(text),
    };
    let problems = note.problems(change.now);
    if !problems.is_empty() {
        return Err(WriteError::Invalid(problems));
    }
    let mut transaction = store.begin().await?;
    transaction.insert_internal_notes(std::slice::from_ref(&note)).await?;
    let entry = change.entry(AuditAction::Create, subject, None, json(&note));
    transaction.insert_audit_entries(&[entry]).await?;
    transaction.commit().await?;
    Ok(note)
}
