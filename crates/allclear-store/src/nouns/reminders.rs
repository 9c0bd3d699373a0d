//! Reminders as rows.

use allclear_domain::audit::Subject;
use allclear_domain::ids::ReminderId;
use allclear_domain::limits;
use allclear_domain::reminder::{Reminder, ReminderState};
use jiff::Timestamp;
use uuid::Uuid;

use super::Record;
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Columns, micros};
use crate::sql::{Insert, reminders as sql};
use crate::store::Store;
use crate::transaction::Transaction;

impl Record for Reminder {
    const TABLE: &'static str = "reminders";
    const PREFIX: &'static str = "rem_";
    const INSERT: Insert = sql::INSERT;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn values(&self) -> Result<Vec<Bind>, StoreError> {
        let mut values = vec![
            Bind::Text(self.subject.noun().to_owned()),
            Bind::Uuid(self.subject.uuid()),
            Bind::Text(self.kind.as_str().to_owned()),
        ];
        values.extend(changing(self));
        Ok(values)
    }

    fn read(columns: Columns<'_>) -> Result<Self, BadRow> {
        let state = columns.text("state")?;
        let came_due_at = columns.maybe_instant("came_due_at")?;
        Ok(Self {
            id: columns.uuid("id")?.into(),
            subject: super::notes::subject(columns)?,
            kind: columns.word("kind")?,
            due_at: columns.instant("due_at")?,
            state: match (state.as_str(), came_due_at) {
                ("waiting", None) => ReminderState::Waiting,
                ("cancelled", None) => ReminderState::Cancelled,
                ("came_due", Some(at)) => ReminderState::CameDue { at },
                _ => return Err(columns.bad(format!("column state: `{state}` makes no sense"))),
            },
        })
    }
}

/// What changes of a reminder.
fn changing(reminder: &Reminder) -> [Bind; 4] {
    let came_due_at = match reminder.state {
        ReminderState::CameDue { at } => Some(at),
        ReminderState::Waiting | ReminderState::Cancelled => None,
    };
    [
        Bind::Integer(micros(reminder.due_at)),
        Bind::Text(reminder.state.as_str().to_owned()),
        Bind::MaybeInteger(came_due_at.map(micros)),
        Bind::MaybeInteger(reminder.next_action_at().map(micros)),
    ]
}

fn of(subject: Subject) -> Vec<Bind> {
    vec![Bind::Uuid(subject.uuid()), Bind::Text(subject.noun().to_owned())]
}

impl Store {
    /// The reminders of a record, by time.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_reminders(&self, subject: Subject) -> Result<Vec<Reminder>, StoreError> {
        self.list_by(sql::LIST_OF_SUBJECT, of(subject)).await
    }

    /// The reminders that are due at `now`, the longest due first: a batch of at most
    /// [`limits::DUE_AT_ONCE_MAX`]. Rows that do not make sense are told and keep no other back.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_due_reminders(
        &self,
        now: Timestamp,
    ) -> Result<(Vec<Reminder>, Vec<BadRow>), StoreError> {
        let most = i64::try_from(limits::DUE_AT_ONCE_MAX).unwrap_or(i64::MAX);
        let binds = vec![Bind::Integer(micros(now)), Bind::Integer(most)];
        let mut bad = Vec::new();
        let mut link = self.read().await?;
        let due = super::list_readable(&mut link, sql::LIST_DUE, binds, &mut bad).await?;
        Ok((due, bad))
    }
}

impl Transaction {
    /// Writes new reminders.
    ///
    /// # Errors
    /// Where a record has one of that kind already, or the database fails.
    pub async fn insert_reminders(&mut self, reminders: &[Reminder]) -> Result<(), StoreError> {
        self.insert_records(reminders).await
    }

    /// Changes a reminder.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn update_reminder(&mut self, reminder: &Reminder) -> Result<(), StoreError> {
        let mut binds = vec![Bind::Uuid(reminder.id.uuid())];
        binds.extend(changing(reminder));
        binds.push(Bind::Integer(self.revision()));
        self.execute(sql::UPDATE, binds).await.map(|_| ())
    }

    /// Remembers that the time of a reminder came; gives whether it was still due, which it is for
    /// one of those who ask.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn reminder_came_due(
        &mut self,
        id: ReminderId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let binds =
            vec![Bind::Uuid(id.uuid()), Bind::Integer(micros(now)), Bind::Integer(self.revision())];
        Ok(self.execute(sql::COME_DUE, binds).await? == 1)
    }

    /// The reminders of a record, by time, as this transaction sees them.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_reminders(&mut self, subject: Subject) -> Result<Vec<Reminder>, StoreError> {
        self.list_by(sql::LIST_OF_SUBJECT, of(subject)).await
    }
}
