//! Writing a batch, and reading what is there: the only part of history that touches the store.

use std::collections::HashMap;

use allclear_domain::audit::{Actor, AuditAction, Subject};
use allclear_domain::error::InvalidValue;
use allclear_domain::note::NoteKind;
use allclear_domain::text::Key;
use allclear_domain::{AuditEntry, Change, Entropy, StatusPage};
use allclear_store::{Store, StoreError};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::batch::{Batch, Known, Present};
use super::check::{Installation, check};
use super::contents::Contents;
use crate::writing::reminders;

/// What the page of a slug holds, as far as an import must know.
///
/// # Errors
/// Where the store cannot be read.
pub async fn present(store: &Store, slug: &Key) -> Result<Present, StoreError> {
    let pages = store.list_status_pages().await?;
    let has_default = pages.iter().any(|page| page.is_default);
    let Some(page) = pages.into_iter().find(|page| page.slug == *slug) else {
        return Ok(Present { has_default, ..Present::default() });
    };
    let mut told = told(store, &page).await?;
    let sources = store.find_sources(page.id).await?.into_iter().map(|(key, state)| {
        let (title, started_at) = told.remove(&state.subject.uuid()).unwrap_or_default();
        (key, Known { subject: state.subject, digest: state.digest, title, started_at })
    });
    let sources = sources.collect::<HashMap<_, _>>();
    let mut notes = store.list_notes_of_page(page.id).await?;
    notes.retain(|n| n.subject == Subject::StatusPage(page.id) && n.kind == NoteKind::Remark);
    notes.sort_by_key(|note| note.id);
    Ok(Present {
        components: store.list_components_of(page.id).await?,
        sources,
        remarks: notes.iter().map(|note| note.body.reveal_to_team().to_owned()).collect(),
        page: Some(page),
        has_default,
    })
}

/// Titles and beginnings of a page's records: what tells one of them that was edited at the source
/// from another one.
async fn told(
    store: &Store,
    page: &StatusPage,
) -> Result<HashMap<Uuid, (String, Option<Timestamp>)>, StoreError> {
    let mut told = HashMap::new();
    for incident in store.list_incidents(page.id).await? {
        told.insert(incident.id.uuid(), (incident.title, incident.started.instant()));
    }
    for window in store.list_maintenance(page.id).await? {
        let started_at = window.started().instant();
        told.insert(window.id.uuid(), (window.title, started_at));
    }
    for announcement in store.list_announcements(page.id).await? {
        let shown_at = announcement.shown_at.instant();
        told.insert(announcement.id.uuid(), (announcement.title, shown_at));
    }
    Ok(told)
}

/// Everything that a page holds, drafts and internal notes included.
///
/// # Errors
/// Where the store cannot be read.
pub async fn contents(store: &Store, page: StatusPage) -> Result<Contents, StoreError> {
    let components = store.list_components_of(page.id).await?;
    let settings = store.list_status_settings().await?.into_iter();
    let mut contents = Contents {
        settings: settings
            .filter(|setting| components.iter().any(|c| c.id == setting.component_id))
            .collect(),
        components,
        incidents: store.list_incidents(page.id).await?,
        series: store.list_maintenance_series(page.id).await?,
        maintenance: store.list_maintenance(page.id).await?,
        announcements: store.list_announcements(page.id).await?,
        templates: store.list_templates_of(page.id).await?,
        notes: store.list_notes_of_page(page.id).await?,
        page,
    };
    contents.sort();
    Ok(contents)
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Something has a value that it may not have.
    #[error("{}", told_of(.0))]
    Refused(Vec<InvalidValue>),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Problems on a line each.
fn told_of(problems: &[InvalidValue]) -> String {
    let lines: String = problems.iter().map(|problem| format!("\n  {problem}")).collect();
    format!("nothing was written; correct the source and try again:{lines}")
}

/// Checks batches, against each other and what is there as well, and writes them in one transaction,
/// with an audit entry for everything that is new. Gives the revision that shows them.
///
/// # Errors
/// Where something has a value that it may not have, or the store refuses; then nothing is written.
pub async fn write(
    store: &Store,
    batches: &[Batch],
    actor: &Actor,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<i64, ImportError> {
    let mut transaction = store.begin().await?;
    let there = Installation {
        pages: transaction.list_status_pages().await?,
        components: transaction.list_components().await?,
        taken: transaction.list_taken().await?,
    };
    if let Err(problems) = check(batches, &there, now) {
        transaction.rollback().await?;
        return Err(ImportError::Refused(problems));
    }
    for batch in batches.iter().filter(|batch| !batch.is_empty()) {
        let mut audit = Audit { actor, entropy, now, entries: Vec::new() };
        if batch.is_new_page {
            transaction.insert_status_page(&batch.page).await?;
            audit.created(Subject::StatusPage(batch.page.id), &batch.page);
        }
        transaction.insert_components(&batch.components).await?;
        for component in &batch.components {
            audit.created(Subject::Component(component.id), component);
        }
        transaction.insert_status_settings(&batch.settings).await?;
        for setting in &batch.settings {
            audit.created(Subject::Component(setting.component_id), setting);
        }
        transaction.insert_incidents(&batch.incidents).await?;
        for incident in &batch.incidents {
            audit.created(Subject::Incident(incident.id), incident);
        }
        transaction.insert_maintenance_series(&batch.series).await?;
        for series in &batch.series {
            audit.created(Subject::MaintenanceSeries(series.id), series);
        }
        transaction.insert_maintenance(&batch.maintenance).await?;
        for window in &batch.maintenance {
            audit.created(Subject::Maintenance(window.id), window);
        }
        transaction.insert_announcements(&batch.announcements).await?;
        for announcement in &batch.announcements {
            audit.created(Subject::Announcement(announcement.id), announcement);
        }
        transaction.insert_templates(&batch.templates).await?;
        for template in &batch.templates {
            audit.created(Subject::Template(template.id), template);
        }
        transaction.insert_internal_notes(&batch.notes).await?;
        for note in &batch.notes {
            audit.created(note.subject, note);
        }
        transaction.insert_audit_entries(&audit.entries).await?;
        let change = Change { actor, entropy, now };
        reminders::begin(&mut transaction, &batch.incidents, change).await?;
        reminders::begin(&mut transaction, &batch.maintenance, change).await?;
    }
    Ok(transaction.commit().await?)
}

/// Audit entries on their way into the transaction of what they tell.
struct Audit<'a> {
    actor: &'a Actor,
    entropy: &'a Entropy,
    now: Timestamp,
    entries: Vec<AuditEntry>,
}

impl Audit<'_> {
    fn created(&mut self, subject: Subject, document: &impl Serialize) {
        self.entries.push(AuditEntry {
            id: self.entropy.id(self.now),
            at: self.now,
            actor: self.actor.clone(),
            action: AuditAction::Create,
            subject,
            before: None,
            // Domain types always have a JSON form.
            after: serde_json::to_string(document).ok(),
        });
    }
}
