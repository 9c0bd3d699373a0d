//! A record as one entry of a list: title, and one line on what it was.

use allclear_domain::incident::{Impact, IncidentKind};
use allclear_domain::times::Bound;
use allclear_domain::{ComponentStatus, Incident, Maintenance, MaintenanceStatus};
use jiff::civil::Date;

use super::Context;
use super::updates::StatusWord as _;
use crate::format::{Html, StateMark};
use crate::model::RecordRef;
use crate::route::Route;

/// One entry of a list.
pub(crate) struct EntryView {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) mark: StateMark,
    /// What stands after the mark.
    pub(crate) facts: Vec<Html>,
}

/// The entries of a day, or of a run of quiet days.
pub(crate) struct DayView {
    pub(crate) label: String,
    pub(crate) entries: Vec<EntryView>,
}

impl Context<'_> {
    /// One entry; dates stand where they are not `day`.
    pub(crate) fn entry(&self, record: RecordRef, day: Date) -> Option<EntryView> {
        let model = self.model;
        match record {
            RecordRef::Incident(place) => Some(self.incident_entry(model.incident_at(place)?, day)),
            RecordRef::Maintenance(place) => {
                Some(self.maintenance_entry(model.window_at(place)?, day))
            }
            RecordRef::Announcement(place) => {
                let notice = model.snapshot.announcements.get(place)?;
                Some(EntryView {
                    href: self.href(&Route::Announcement(notice.public_id)),
                    title: notice.title.clone(),
                    mark: StateMark {
                        icon: "○",
                        class: "quiet",
                        word: self.m.past.announcement,
                        inline: self.m.past.announcement,
                    },
                    facts: vec![self.locale.moment(notice.shown_at, day)],
                })
            }
        }
    }

    fn incident_entry(&self, incident: &Incident, day: Date) -> EntryView {
        let mut facts = Vec::new();
        match incident.ended() {
            None => facts.push(Html::text(self.m.past.ongoing)),
            Some(ended) => facts.extend(self.length_fact(
                incident.started,
                ended,
                incident.record.reported_length.as_deref(),
            )),
        }
        if incident.started != Bound::Unknown || incident.ended() != Some(Bound::Unknown) {
            facts.push(self.locale.range(incident.started, incident.ended(), day));
        }
        if incident.record.is_intermittent {
            facts.push(Html::text(self.m.incident.intermittent));
        }
        EntryView {
            href: self.href(&Route::Incident(incident.public_id)),
            title: incident.title.clone(),
            mark: self.incident_mark(incident),
            facts,
        }
    }

    fn maintenance_entry(&self, window: &Maintenance, day: Date) -> EntryView {
        let status = window.state.status();
        let mut facts = Vec::new();
        match status {
            MaintenanceStatus::Completed => {
                if let Some(ended) = window.ended() {
                    let reported = window.record.reported_length.as_deref();
                    facts.extend(self.length_fact(window.started(), ended, reported));
                }
            }
            other => facts.push(Html::text(other.word(self.m))),
        }
        if status == MaintenanceStatus::Scheduled || status == MaintenanceStatus::Cancelled {
            facts.push(self.window(&window.window, day));
        } else {
            facts.push(self.locale.range(window.started(), window.ended(), day));
        }
        EntryView {
            href: self.href(&Route::Maintenance(window.public_id)),
            title: window.title.clone(),
            mark: StateMark {
                word: self.m.maintenance.maintenance,
                ..self.mark(ComponentStatus::UnderMaintenance)
            },
            facts,
        }
    }

    /// The length of something that is over: computed, else as published, else nothing.
    fn length_fact(&self, from: Bound, until: Bound, reported: Option<&str>) -> Option<Html> {
        let computed = self.locale.length_between(from, until);
        let computed = computed.map(|length| Html::text(&length));
        computed.or_else(|| Some(Html::text(&(self.m.incident.reported_length)(reported?))))
    }

    /// The mark of an incident: its honest label, else what a person set, else the worst that it
    /// does now, or did.
    pub(crate) fn incident_mark(&self, incident: &Incident) -> StateMark {
        let status = match incident.impact_override {
            Some(Impact::None) => ComponentStatus::Operational,
            Some(Impact::Minor) => ComponentStatus::DegradedPerformance,
            Some(Impact::Major) => ComponentStatus::PartialOutage,
            Some(Impact::Critical) => ComponentStatus::MajorOutage,
            None if incident.is_open() => self.model.status_now(incident),
            None => incident.worst_status(),
        };
        let mark = self.mark(status);
        let is_bad = status > ComponentStatus::UnderMaintenance;
        match incident.kind {
            IncidentKind::DeliberateShutdown => StateMark {
                icon: if is_bad { mark.icon } else { "■" },
                class: if is_bad { mark.class } else { "mj" },
                word: self.m.incident.deliberate,
                inline: self.m.incident.deliberate,
            },
            IncidentKind::Disruption if is_bad => mark,
            IncidentKind::Disruption => StateMark {
                icon: "○",
                class: "quiet",
                word: self.m.incident.incident,
                inline: self.m.incident.incident,
            },
        }
    }
}
