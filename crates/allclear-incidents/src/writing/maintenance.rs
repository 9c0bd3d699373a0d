//! Maintenance windows: how they are planned, and how one becomes an incident.

use allclear_domain::ids::{MaintenanceId, StatusPageId};
use allclear_domain::maintenance::{AnnouncedWindow, MaintenanceState};
use allclear_domain::record::{Affected, OutageRecord, Publication};
use allclear_domain::times::Window;
use allclear_domain::{
    Change, ComponentStatus, Incident, IncidentStatus, Maintenance, MaintenanceStatus,
};
use allclear_store::Store;
use jiff::Timestamp;

use super::{NewUpdate, WriteError, Written, change_in, create, create_in};

/// A window as somebody plans it.
#[derive(Clone, Debug)]
pub struct NewMaintenance {
    /// The page that tells it.
    pub page_id: StatusPageId,
    /// One line that says what is done.
    pub title: String,
    /// When.
    pub window: Window,
    /// What is affected.
    pub affected: Vec<Affected>,
    /// What readers will notice.
    pub expected_effect: Option<String>,
    /// How it is taken back where it fails.
    pub recovery_plan: Option<String>,
    /// When it is taken back if it is not done by then.
    pub abort_at: Option<Timestamp>,
    /// Whether it begins and ends by itself.
    pub is_automatic: bool,
    /// The first message; none where the title says everything.
    pub update: Option<NewUpdate<MaintenanceStatus>>,
    /// Whether the team alone may read it for now.
    pub is_draft: bool,
}

/// Plans a window.
///
/// # Errors
/// Where its page or a component is not there, or a value is not taken.
pub async fn plan_maintenance(
    store: &Store,
    new: NewMaintenance,
    change: Change<'_>,
) -> Result<Written<Maintenance>, WriteError> {
    let window = Maintenance {
        id: change.entropy.id(change.now),
        public_id: change.entropy.public_id(),
        page_id: new.page_id,
        title: new.title,
        state: MaintenanceState::Scheduled,
        publication: Publication::Draft,
        window: AnnouncedWindow::default(),
        former_windows: Vec::new(),
        expected_effect: new.expected_effect,
        recovery_plan: new.recovery_plan,
        is_automatic: new.is_automatic,
        abort_at: new.abort_at,
        record: OutageRecord { affected: new.affected, ..OutageRecord::default() },
        updates: Vec::new(),
        converted_to: None,
        series: None,
        source: None,
        created_at: change.now,
    };
    let mut window = window.schedule(new.window, change.now)?;
    if let Some(update) = new.update {
        window = window.post(update.posted(change), change.now)?;
    }
    if !new.is_draft {
        window = window.publish(change.now)?;
    }
    create(store, window, change).await
}

/// Turns work that failed into an incident, in one transaction; both keep their history.
///
/// # Errors
/// Where there is no such window, work is not under way, or a value is not taken.
pub async fn convert_maintenance(
    store: &Store,
    id: MaintenanceId,
    expected: Option<i64>,
    (title, now_is): (String, ComponentStatus),
    update: Option<NewUpdate<IncidentStatus>>,
    change: Change<'_>,
) -> Result<(Written<Maintenance>, Written<Incident>), WriteError> {
    let mut transaction = store.begin().await?;
    let mut begun = None;
    let converted = change_in(&mut transaction, id, expected, change, |window: Maintenance| {
        let (window, incident) = window.convert(title, now_is, change.entropy, change.now)?;
        begun = Some(incident);
        Ok(window)
    });
    let (window, version) = converted.await?;
    let Some(mut incident) = begun else {
        return Err(WriteError::NotFound { noun: "maintenance window", id: id.to_string() });
    };
    if let Some(update) = update {
        incident = incident.post(update.posted(change), change.now)?;
    }
    create_in(&mut transaction, &incident, change).await?;
    let revision = transaction.commit().await?;
    let window = Written { value: window, version, revision };
    Ok((window, Written { value: incident, version: 1, revision }))
}
