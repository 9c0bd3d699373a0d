//! What changed since a revision, read as one state of the database.

use allclear_domain::audit::Subject;
use allclear_domain::status_page::ReaderPassword;
use allclear_domain::{
    Announcement, Component, Incident, Maintenance, Outage, StatusPage, StatusSetting,
};

use crate::engine::{Bind, Link};
use crate::error::{BadRow, StoreError};
use crate::nouns::{self, Versioned, readers};
use crate::row::Row;
use crate::sql::{audit, dialect, settings};
use crate::store::{Store, find_revision};

/// What changed since a revision. Drafts are among it: each says so in its publication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// The revision up to which this is everything: ask from there the next time.
    pub revision: i64,
    /// Status pages and components that were removed. One that came back is among those below, too.
    pub removed: Vec<Subject>,
    /// Status pages, oldest first.
    pub status_pages: Vec<StatusPage>,
    /// What readers of protected status pages are let in by: all of it, changed or not.
    pub reader_passwords: Vec<ReaderPassword>,
    /// Components, oldest first.
    pub components: Vec<Component>,
    /// Statuses that people set, in the order of time.
    pub status_settings: Vec<StatusSetting>,
    /// Incidents, oldest entry first.
    pub incidents: Vec<Incident>,
    /// Maintenance windows, oldest entry first.
    pub maintenance: Vec<Maintenance>,
    /// Announcements, oldest entry first.
    pub announcements: Vec<Announcement>,
    /// Outages that checks measured, oldest entry first.
    pub outages: Vec<Outage>,
    /// Rows that changed and do not make sense. What they held is not above.
    pub bad_rows: Vec<BadRow>,
}

impl Changes {
    /// Whether nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.removed.is_empty()
            && self.status_pages.is_empty()
            && self.components.is_empty()
            && self.status_settings.is_empty()
            && self.incidents.is_empty()
            && self.maintenance.is_empty()
            && self.announcements.is_empty()
            && self.outages.is_empty()
            && self.bad_rows.is_empty()
    }
}

impl Store {
    /// What changed after `revision`; everything after 0. All of it is one state of the database. A
    /// row that does not make sense is named and does not keep the others back.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn changes_since(&self, revision: i64) -> Result<Changes, StoreError> {
        let mut link = self.read().await?;
        let begin = match link {
            Link::Sqlite(_) => dialect::SQLITE_BEGIN_READ,
            Link::Postgres(_) => dialect::POSTGRES_BEGIN_READ,
        };
        let mut reading = Reading { link: Some(&mut link) };
        reading.link()?.run(begin).await?;
        let changes = read_changes(reading.link()?, revision).await?;
        reading.end().await?;
        Ok(changes)
    }
}

async fn read_changes(link: &mut Link, since: i64) -> Result<Changes, StoreError> {
    let revision = find_revision(link).await?;
    let mut bad = Vec::new();
    let reader_passwords = readers::list_readable(link, &mut bad).await?;
    if revision == since {
        return Ok(Changes { revision, reader_passwords, ..Changes::default() });
    }
    Ok(Changes {
        revision,
        removed: removed(link, since).await?,
        status_pages: changed(link, since, &mut bad).await?,
        reader_passwords,
        components: changed(link, since, &mut bad).await?,
        status_settings: {
            let binds = vec![Bind::Integer(since)];
            nouns::list_readable(link, settings::LIST_CHANGED, binds, &mut bad).await?
        },
        incidents: changed(link, since, &mut bad).await?,
        maintenance: changed(link, since, &mut bad).await?,
        announcements: changed(link, since, &mut bad).await?,
        outages: changed(link, since, &mut bad).await?,
        bad_rows: bad,
    })
}

async fn removed(link: &mut Link, since: i64) -> Result<Vec<Subject>, StoreError> {
    let rows = link.fetch_all(audit::LIST_REMOVED, vec![Bind::Integer(since)]).await?;
    let subject = |row: &Row| nouns::notes::subject(row.of("audit_entries", "aud_"));
    Ok(rows.iter().map(subject).collect::<Result<_, BadRow>>()?)
}

async fn changed<T: Versioned>(
    link: &mut Link,
    since: i64,
    bad: &mut Vec<BadRow>,
) -> Result<Vec<T>, StoreError> {
    nouns::list_readable(link, T::LIST_CHANGED, vec![Bind::Integer(since)], bad).await
}

/// A transaction that reads. Where it does not come to its end, its connection is closed, so that no
/// later reader sees an old state.
struct Reading<'a> {
    link: Option<&'a mut Link>,
}

impl Reading<'_> {
    fn link(&mut self) -> Result<&mut Link, StoreError> {
        self.link.as_deref_mut().ok_or_else(|| StoreError::refused("the reading is over"))
    }

    async fn end(mut self) -> Result<(), StoreError> {
        self.link()?.run(dialect::COMMIT).await?;
        self.link = None;
        Ok(())
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        if let Some(link) = &mut self.link {
            link.close_on_drop();
        }
    }
}
