//! Maintenance of the sample: under way, planned, moved, called off, turned into an incident.

use allclear_domain::maintenance::{AnnouncedWindow, FormerWindow, MaintenanceState};
use allclear_domain::record::OutageRecord;
use allclear_domain::times::Bound;
use allclear_domain::{ComponentStatus, Maintenance, MaintenanceStatus};
use jiff::Timestamp;

use super::incidents::affected;
use super::{at, id, posted, public_id, published};

fn window(number: u8, title: &str, state: MaintenanceState) -> Maintenance {
    Maintenance {
        id: id(300 + u128::from(number)),
        public_id: public_id(4, number),
        page_id: id(0),
        title: title.to_owned(),
        state,
        publication: published(),
        window: AnnouncedWindow::default(),
        former_windows: Vec::new(),
        expected_effect: None,
        recovery_plan: None,
        is_automatic: true,
        abort_at: None,
        record: OutageRecord::default(),
        updates: Vec::new(),
        converted_to: None,
        series: None,
        source: None,
        created_at: at("2026-11-01T00:00:00Z"),
    }
}

fn announced(starts_at: &str, ends_at: &str) -> AnnouncedWindow {
    let time = |text: &str| Some(at(text)).filter(|at| *at > Timestamp::UNIX_EPOCH);
    AnnouncedWindow { starts_at: time(starts_at), ends_at: time(ends_at), length: None }
}

fn under_way() -> Maintenance {
    let mut upgrade = window(
        0,
        "Database memory upgrade",
        MaintenanceState::InProgress { started_at: at("2026-11-20T12:00:00Z") },
    );
    upgrade.window = announced("2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z");
    upgrade.record.affected = vec![affected(2, ComponentStatus::UnderMaintenance)];
    upgrade.expected_effect = Some("The admin pages are slow.".to_owned());
    upgrade.recovery_plan = Some("We go back to the old settings.".to_owned());
    upgrade.abort_at = Some(at("2026-11-20T12:50:00Z"));
    upgrade.updates = vec![posted(
        20,
        Some(MaintenanceStatus::InProgress),
        "2026-11-20T12:00:00Z",
        "Work has begun.",
    )];
    upgrade
}

fn moved() -> Maintenance {
    let mut moved = window(1, "Replace the network switch", MaintenanceState::Scheduled);
    moved.window = announced("2026-11-24T22:30:00Z", "2026-11-24T23:30:00Z");
    moved.former_windows = vec![FormerWindow {
        window: announced("2026-11-23T22:30:00Z", "2026-11-23T23:30:00Z"),
        changed_at: at("2026-11-16T10:00:00Z"),
        why: Some("the part comes later".to_owned()),
    }];
    moved.record.affected = vec![affected(6, ComponentStatus::UnderMaintenance)];
    moved.expected_effect = Some("No downtime is expected.".to_owned());
    moved
}

pub(super) fn maintenance() -> Vec<Maintenance> {
    let undecided = window(2, "Move to a new datacentre", MaintenanceState::Scheduled);
    let mut failed = window(
        3,
        "Database upgrade",
        MaintenanceState::Completed {
            started: Bound::exactly(at("2026-09-12T22:00:00Z")),
            ended: Bound::exactly(at("2026-09-12T22:40:00Z")),
        },
    );
    failed.record.affected = vec![affected(3, ComponentStatus::UnderMaintenance)];
    failed.converted_to = Some(id(205));
    let mut cancelled = window(
        4,
        "Change of the payment provider",
        MaintenanceState::Cancelled { at: at("2026-11-15T09:00:00Z") },
    );
    cancelled.window = announced("2026-11-16T22:00:00Z", "2026-11-16T23:00:00Z");
    vec![under_way(), moved(), undecided, failed, cancelled]
}
