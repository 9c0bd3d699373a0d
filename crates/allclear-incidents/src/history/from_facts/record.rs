//! One record on its way from facts to an incident, a window or an announcement.

use std::collections::HashMap;

use allclear_domain::audit::Subject;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{ComponentId, IncidentId};
use allclear_domain::incident::IncidentKind;
use allclear_domain::maintenance::AnnouncedWindow;
use allclear_domain::note::NoteKind;
use allclear_domain::posted::Posted;
use allclear_domain::record::{
    Affected, Correction, Level, Loss, LossCounts, OutageRecord, Publication, Source, Target,
};
use allclear_domain::text::Prose;
use allclear_domain::times::{Bound, Moment};
use allclear_domain::{Announcement, ComponentStatus, Incident, Maintenance};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::values::{action, causes, instant, moment, offset, started};
use super::{FACTS, Reading};
use crate::history::batch::Batch;
use crate::history::facts::{FactsKind, FactsLoss, FactsRecord, FactsUpdate};
use crate::history::report::ReportedContradiction;

/// One record on its way from facts to a noun.
pub(super) struct Drawing<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) zone: &'a TimeZone,
    pub(super) keys: &'a HashMap<String, ComponentId>,
    pub(super) fresh: &'a HashMap<String, IncidentId>,
}

impl Drawing<'_> {
    pub(super) fn record(
        &self,
        facts: &FactsRecord,
        digest: String,
        batch: &mut Batch,
    ) -> Result<(), InvalidValue> {
        self.report_contradictions(facts, batch);
        let source = Some(Source {
            format: self.reading.format.to_owned(),
            key: facts.id.clone(),
            digest,
            text: facts.text.clone(),
        });
        let subject = match facts.kind {
            FactsKind::Incident => {
                let incident = self.incident(facts, source, batch)?;
                let subject = Subject::Incident(incident.id);
                batch.incidents.push(incident);
                subject
            }
            FactsKind::Maintenance => {
                let window = self.maintenance(facts, source, batch)?;
                let subject = Subject::Maintenance(window.id);
                batch.maintenance.push(window);
                subject
            }
            FactsKind::Announcement => {
                let announcement = self.announcement(facts, source, batch)?;
                let subject = Subject::Announcement(announcement.id);
                batch.announcements.push(announcement);
                subject
            }
        };
        for (kind, text) in
            [(NoteKind::Lesson, &facts.why_it_hurt), (NoteKind::Remark, &facts.notes)]
        {
            if let Some(text) = text {
                batch.notes.push(self.reading.note(subject, kind, text));
            }
        }
        Ok(())
    }

    /// What a file of facts contradicts itself in (other readers report that themselves), and offsets that are not those of the page's zone.
    fn report_contradictions(&self, facts: &FactsRecord, batch: &mut Batch) {
        let report = &mut batch.report.contradictions;
        let stated = self.reading.format == FACTS;
        for contradiction in facts.contradictions.iter().filter(|_| stated) {
            report.push(ReportedContradiction {
                record: facts.id.clone(),
                field: contradiction.field.clone(),
                printed: contradiction.printed.clone(),
                kept: contradiction.against.clone(),
                why: "stated by the source's own record".to_owned(),
            });
        }
        for (field, text) in [("started_at", &facts.started_at), ("ended_at", &facts.ended_at)] {
            let Some(text) = text else { continue };
            let Ok(at) = text.parse::<Timestamp>() else {
                continue;
            };
            let kept = at.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
            let is_utc = text.ends_with('Z');
            if batch.page.timezone.is_some() && !is_utc && offset(text) != offset(&kept) {
                report.push(ReportedContradiction {
                    record: facts.id.clone(),
                    field: field.to_owned(),
                    printed: text.clone(),
                    kept,
                    why: "the instant was kept; its offset is not that of the page's zone".into(),
                });
            }
        }
    }

    fn incident(
        &self,
        facts: &FactsRecord,
        source: Option<Source>,
        batch: &mut Batch,
    ) -> Result<Incident, InvalidValue> {
        let reading = self.reading;
        let id = self.fresh.get(&facts.id).copied();
        Ok(Incident {
            id: id.unwrap_or_else(|| reading.entropy.id(reading.now)),
            public_id: reading.entropy.public_id(),
            page_id: batch.page.id,
            title: facts.title.clone(),
            kind: IncidentKind::Disruption,
            state: self.incident_state(facts)?,
            publication: self.publication(facts),
            impact_override: None,
            started: started(facts)?,
            record: self.outage_record(facts)?,
            updates: self.updates(facts)?,
            same_cause_as: self.same_cause(facts, batch),
            converted_from: None,
            is_automatic: false,
            postmortem: None,
            reopened: Vec::new(),
            source,
            is_backfilled: false,
            created_at: reading.now,
        })
    }

    fn maintenance(
        &self,
        facts: &FactsRecord,
        source: Option<Source>,
        batch: &mut Batch,
    ) -> Result<Maintenance, InvalidValue> {
        if facts.recurrence_of.is_some() {
            self.refuse_recurrence(facts, "only an incident can have the cause of another", batch);
        }
        let reading = self.reading;
        let planned = facts.planned.clone().unwrap_or_default();
        let mut window = AnnouncedWindow {
            starts_at: instant("planned.started_at", planned.started_at.as_deref())?,
            ends_at: instant("planned.ended_at", planned.ended_at.as_deref())?,
            length: planned.length,
        };
        let state = self.window_state(facts, &mut window)?;
        Ok(Maintenance {
            id: reading.entropy.id(reading.now),
            public_id: reading.entropy.public_id(),
            page_id: batch.page.id,
            title: facts.title.clone(),
            state,
            publication: self.publication(facts),
            window,
            former_windows: Vec::new(),
            expected_effect: None,
            recovery_plan: None,
            is_automatic: true,
            abort_at: None,
            record: self.outage_record(facts)?,
            updates: self.updates(facts)?,
            converted_to: None,
            series: None,
            source,
            created_at: reading.now,
        })
    }

    fn announcement(
        &self,
        facts: &FactsRecord,
        source: Option<Source>,
        batch: &Batch,
    ) -> Result<Announcement, InvalidValue> {
        Self::refuse_state(facts)?;
        let reading = self.reading;
        let shown_at = match started(facts)? {
            Bound::At { at, .. } => Moment::At { at },
            Bound::On { on } => Moment::On { on, local: None },
            Bound::Unknown => Moment::Unknown,
        };
        Ok(Announcement {
            id: reading.entropy.id(reading.now),
            public_id: reading.entropy.public_id(),
            page_id: batch.page.id,
            title: facts.title.clone(),
            body: Prose::plain(facts.text.clone().unwrap_or_default()),
            publication: self.publication(facts),
            shown_at,
            until: instant("ended_at", facts.ended_at.as_deref())?,
            source,
            created_at: reading.now,
        })
    }

    fn publication(&self, facts: &FactsRecord) -> Publication {
        if facts.draft {
            Publication::Draft
        } else {
            Publication::Published { at: self.reading.now }
        }
    }

    fn same_cause(&self, facts: &FactsRecord, batch: &mut Batch) -> Option<IncidentId> {
        let earlier = facts.recurrence_of.as_ref()?;
        // What is there under that id counts, also where the file calls it an incident.
        let id = match self.reading.present.sources.get(earlier).map(|known| known.subject) {
            Some(Subject::Incident(id)) => Some(id),
            Some(_) => None,
            None => self.fresh.get(earlier).copied().filter(|_| earlier != &facts.id),
        };
        if id.is_some() {
            return id;
        }
        self.refuse_recurrence(facts, "no other incident has that id", batch);
        None
    }

    fn refuse_recurrence(&self, facts: &FactsRecord, why: &str, batch: &mut Batch) {
        batch.report.contradictions.push(ReportedContradiction {
            record: facts.id.clone(),
            field: "recurrence_of".to_owned(),
            printed: facts.recurrence_of.clone().unwrap_or_default(),
            kept: String::new(),
            why: why.to_owned(),
        });
    }

    fn target(&self, text: &str) -> Target {
        if text == "all" {
            return Target::All;
        }
        self.keys
            .get(text)
            .map_or_else(|| Target::Words(text.to_owned()), |id| Target::Component(*id))
    }

    fn outage_record(&self, facts: &FactsRecord) -> Result<OutageRecord, InvalidValue> {
        let level = facts.level;
        let status = match (facts.kind, level) {
            (FactsKind::Maintenance, None) => ComponentStatus::UnderMaintenance,
            (_, level) => level.map_or(ComponentStatus::PartialOutage, Level::status),
        };
        let targets = |texts: &[String]| texts.iter().map(|text| self.target(text)).collect();
        let affected = facts.affected.iter();
        Ok(OutageRecord {
            affected: affected.map(|t| Affected { target: self.target(t), status }).collect(),
            except: targets(&facts.except),
            not_affected: targets(&facts.not_affected),
            is_intermittent: facts.intermittent,
            reported_length: facts.reported_duration.clone(),
            service_label: facts.service.clone(),
            level,
            fault_pages: facts.upstream_status.clone(),
            losses: facts.losses.iter().map(|loss| self.loss(loss)).collect(),
            corrections: facts
                .corrections
                .iter()
                .map(|c| Correction { on: c.on, text: c.text.clone() })
                .collect(),
            causes: causes(facts),
            detected_by: facts.detected_by.clone(),
            detected_at: None,
            security_statement: facts.security.clone(),
            customers_should: facts.customers_should.clone(),
            contradictions: facts.contradictions.clone(),
            actions: facts.actions.iter().map(action).collect::<Result<_, _>>()?,
        })
    }

    fn loss(&self, loss: &FactsLoss) -> Loss {
        Loss {
            target: self.target(&loss.component),
            kind: loss.what,
            outcome: loss.outcome,
            fraction: loss.fraction,
            counts: LossCounts::default(),
            note: loss.note.clone(),
            settled: None,
        }
    }

    fn updates<S>(&self, facts: &FactsRecord) -> Result<Vec<Posted<S>>, InvalidValue> {
        let reading = self.reading;
        let draw = |update: &FactsUpdate| {
            Ok(Posted {
                id: reading.entropy.id(reading.now),
                status: None,
                shown_at: moment(update)?,
                posted_at: reading.now,
                body: Prose::plain(update.text.clone()),
                changes: Vec::new(),
                next_update_due_at: None,
                is_backfilled: false,
                edits: Vec::new(),
            })
        };
        facts.updates.iter().map(draw).collect()
    }
}
