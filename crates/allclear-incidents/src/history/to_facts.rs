//! From the nouns to facts: what `export --format facts` writes.
//!
//! What the facts shape has no field for (statuses per update, postmortems, edits) is left to the
//! `allclear` format, which loses nothing; [`super::left_out`] counts it.

use std::collections::HashMap;

use allclear_domain::action::ActionState;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{ComponentId, IncidentId};
use allclear_domain::incident::IncidentState;
use allclear_domain::maintenance::{AnnouncedWindow, MaintenanceState};
use allclear_domain::note::NoteKind;
use allclear_domain::posted::Posted;
use allclear_domain::record::{Certainty, Loss, OutageRecord, Source, Target};
use allclear_domain::times::{Bound, Moment, Precision};
use allclear_domain::{Announcement, Component, Incident, InternalNote, Maintenance};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::facts::{
    FactsAction, FactsActionState, FactsComponent, FactsCorrection, FactsFile, FactsKind,
    FactsLoss, FactsPlanned, FactsPrecision, FactsRecord, FactsState, FactsUpdate,
};
use super::from_facts::values::announced_day;
use crate::history::contents::Contents;

/// The facts of everything that a page holds, newest first; undated records at the end.
///
/// # Errors
/// Where the page names a time zone that is not in the database.
pub fn facts_of(contents: &Contents) -> Result<FactsFile, InvalidValue> {
    let zone = contents.page.zone()?;
    let writing = Writing::of(contents, zone);
    let mut records: Vec<(SortKey, FactsRecord)> = Vec::new();
    for incident in &contents.incidents {
        records.push((writing.sort_key(incident.started), writing.incident(incident)));
    }
    for window in &contents.maintenance {
        records.push((writing.sort_key(window.started()), writing.maintenance(window)));
    }
    for announcement in &contents.announcements {
        let began = began(announcement);
        records.push((writing.sort_key(began), writing.announcement(announcement, began)));
    }
    records.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.id.cmp(&right.id)));
    Ok(FactsFile {
        publisher: contents.page.title.clone(),
        what: contents.page.description.clone(),
        timezone: contents.page.timezone.clone(),
        timezone_label: contents.page.timezone_label.clone(),
        notes: writing.note(contents.page.id.uuid(), NoteKind::Remark),
        components: contents
            .components
            .iter()
            .map(|c| FactsComponent { key: c.key.to_string(), name: c.name.clone() })
            .collect(),
        records: records.into_iter().map(|(_, record)| record).collect(),
    })
}

/// A component as facts name it.
#[must_use]
pub fn component(component: &Component) -> FactsComponent {
    FactsComponent { key: component.key.to_string(), name: component.name.clone() }
}

/// Day first, so that a record known to the day sorts among those of its day, then the instant.
type SortKey = Option<(Date, Option<Timestamp>)>;

const fn began(announcement: &Announcement) -> Bound {
    match announcement.shown_at {
        Moment::At { at } => Bound::exactly(at),
        Moment::On { on, .. } => Bound::On { on },
        Moment::Local { .. } | Moment::Unknown => Bound::Unknown,
    }
}

struct Writing<'a> {
    slug: &'a str,
    zone: TimeZone,
    keys: HashMap<ComponentId, &'a str>,
    ids: HashMap<IncidentId, String>,
    notes: HashMap<Uuid, Vec<&'a InternalNote>>,
}

impl<'a> Writing<'a> {
    fn of(contents: &'a Contents, zone: TimeZone) -> Self {
        let mut notes: HashMap<Uuid, Vec<&InternalNote>> = HashMap::new();
        for note in &contents.notes {
            notes.entry(note.subject.uuid()).or_default().push(note);
        }
        let mut writing = Self {
            slug: contents.page.slug.as_str(),
            zone,
            keys: contents.components.iter().map(|c| (c.id, c.key.as_str())).collect(),
            ids: HashMap::new(),
            notes,
        };
        writing.ids = contents
            .incidents
            .iter()
            .map(|i| (i.id, writing.id(i.source.as_ref(), i.public_id.as_str())))
            .collect();
        writing
    }

    fn sort_key(&self, bound: Bound) -> SortKey {
        bound.day(&self.zone).map(|day| (day, bound.instant()))
    }

    fn id(&self, source: Option<&Source>, public_id: &str) -> String {
        source.map_or_else(|| format!("{}-{public_id}", self.slug), |source| source.key.clone())
    }

    fn note(&self, subject: Uuid, kind: NoteKind) -> Option<String> {
        let notes = self.notes.get(&subject)?.iter().filter(|note| note.kind == kind);
        let texts: Vec<&str> = notes.map(|note| note.body.reveal_to_team()).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    fn incident(&self, incident: &Incident) -> FactsRecord {
        let mut facts = self.facts(&incident.record, &incident.updates, incident.id.uuid());
        facts.id = self.id(incident.source.as_ref(), incident.public_id.as_str());
        facts.title.clone_from(&incident.title);
        facts.draft = !incident.publication.is_public();
        facts.text = text_of(incident.source.as_ref());
        facts.recurrence_of =
            incident.same_cause_as.and_then(|earlier| self.ids.get(&earlier).cloned());
        self.bounds(&mut facts, incident.started, incident.ended().unwrap_or(Bound::Unknown));
        let (state, since) = match incident.state {
            IncidentState::Investigating => (Some(FactsState::Investigating), None),
            IncidentState::Identified => (Some(FactsState::Identified), None),
            IncidentState::Monitoring { since } => (Some(FactsState::Monitoring), Some(since)),
            IncidentState::Resolved { .. } => (None, None),
        };
        (facts.state, facts.since) = (state, since.map(|since| self.instant(since)));
        facts
    }

    fn maintenance(&self, window: &Maintenance) -> FactsRecord {
        let mut facts = self.facts(&window.record, &window.updates, window.id.uuid());
        facts.id = self.id(window.source.as_ref(), window.public_id.as_str());
        facts.kind = FactsKind::Maintenance;
        facts.title.clone_from(&window.title);
        facts.draft = !window.publication.is_public();
        facts.text = text_of(window.source.as_ref());
        let (state, since) = match window.state {
            MaintenanceState::Scheduled => (Some(FactsState::Scheduled), None),
            MaintenanceState::InProgress { .. } => (Some(FactsState::InProgress), None),
            MaintenanceState::Verifying { since, .. } => (Some(FactsState::Verifying), Some(since)),
            MaintenanceState::Completed { .. } => (None, None),
            MaintenanceState::Cancelled { at } => (Some(FactsState::Cancelled), Some(at)),
        };
        (facts.state, facts.since) = (state, since.map(|since| self.instant(since)));
        if window.state == MaintenanceState::Scheduled {
            self.announced(&mut facts, &window.window);
            return facts;
        }
        let is_cancelled = state == Some(FactsState::Cancelled);
        let started = if is_cancelled { Bound::Unknown } else { window.started() };
        self.bounds(&mut facts, started, window.ended().unwrap_or(Bound::Unknown));
        facts.planned = self.planned(&window.window);
        facts
    }

    /// What is announced stands in the place of what happened until it has.
    fn announced(&self, facts: &mut FactsRecord, window: &AnnouncedWindow) {
        let ended = window.ends_at.map_or(Bound::Unknown, Bound::exactly);
        if let Some((on, length)) = announced_day(window) {
            self.bounds(facts, Bound::On { on }, ended);
            let of = |length: &str| FactsPlanned { length: Some(length.into()), ..<_>::default() };
            facts.planned = length.map(of);
            return;
        }
        self.bounds(facts, window.starts_at.map_or(Bound::Unknown, Bound::exactly), ended);
        facts.planned = self.planned(window).filter(|planned| planned.length.is_some());
    }

    fn planned(&self, window: &AnnouncedWindow) -> Option<FactsPlanned> {
        let planned = FactsPlanned {
            started_at: window.starts_at.map(|at| self.instant(at)),
            ended_at: window.ends_at.map(|at| self.instant(at)),
            length: window.length.clone(),
        };
        (!window.is_empty()).then_some(planned)
    }

    fn announcement(&self, announcement: &Announcement, began: Bound) -> FactsRecord {
        let no_updates: &[Posted<()>] = &[];
        let mut facts = self.facts(&OutageRecord::default(), no_updates, announcement.id.uuid());
        facts.id = self.id(announcement.source.as_ref(), announcement.public_id.as_str());
        facts.kind = FactsKind::Announcement;
        facts.title.clone_from(&announcement.title);
        facts.draft = !announcement.publication.is_public();
        facts.text = (!announcement.body.text.is_empty()).then(|| announcement.body.text.clone());
        self.bounds(&mut facts, began, announcement.until.map_or(Bound::Unknown, Bound::exactly));
        facts
    }

    /// The fields that every kind of record has alike.
    fn facts<S>(&self, record: &OutageRecord, updates: &[Posted<S>], subject: Uuid) -> FactsRecord {
        let targets = |targets: &[Target]| targets.iter().map(|t| self.target(t)).collect();
        FactsRecord {
            id: String::new(),
            kind: FactsKind::Incident,
            title: String::new(),
            started_at: None,
            ended_at: None,
            on: None,
            ended_on: None,
            start_precision: FactsPrecision::Unknown,
            end_precision: FactsPrecision::Unknown,
            state: None,
            since: None,
            reported_duration: record.reported_length.clone(),
            intermittent: record.is_intermittent,
            planned: None,
            affected: record.affected.iter().map(|a| self.target(&a.target)).collect(),
            except: targets(&record.except),
            not_affected: targets(&record.not_affected),
            service: record.service_label.clone(),
            level: record.level,
            upstream_status: record.fault_pages.clone(),
            losses: record.losses.iter().map(|loss| self.loss(loss)).collect(),
            corrections: record
                .corrections
                .iter()
                .map(|c| FactsCorrection { on: c.on, text: c.text.clone() })
                .collect(),
            causes: causes(record, Certainty::Known),
            suspected: causes(record, Certainty::Suspected),
            ruled_out: causes(record, Certainty::RuledOut),
            detected_by: record.detected_by.clone(),
            security: record.security_statement.clone(),
            customers_should: record.customers_should.clone(),
            recurrence_of: None,
            updates: updates.iter().map(|update| self.update(update)).collect(),
            actions: actions(record),
            contradictions: record.contradictions.clone(),
            why_it_hurt: self.note(subject, NoteKind::Lesson),
            notes: self.note(subject, NoteKind::Remark),
            text: None,
            draft: false,
        }
    }

    fn bounds(&self, facts: &mut FactsRecord, started: Bound, ended: Bound) {
        (facts.started_at, facts.on, facts.start_precision) = self.bound(started);
        (facts.ended_at, facts.ended_on, facts.end_precision) = self.bound(ended);
    }

    fn bound(&self, bound: Bound) -> (Option<String>, Option<Date>, FactsPrecision) {
        match bound {
            Bound::At { at, precision: Precision::Minute } => {
                (Some(self.instant(at)), None, FactsPrecision::Minute)
            }
            Bound::At { at, precision: Precision::Approximate } => {
                (Some(self.instant(at)), None, FactsPrecision::Approximate)
            }
            Bound::On { on } => (None, Some(on), FactsPrecision::Day),
            Bound::Unknown => (None, None, FactsPrecision::Unknown),
        }
    }

    fn instant(&self, at: Timestamp) -> String {
        let zoned = at.to_zoned(self.zone.clone());
        // Before there were zones, offsets had seconds, which RFC 3339 cannot write.
        if zoned.offset().seconds() % 60 != 0 {
            return at.to_string();
        }
        zoned.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
    }

    fn target(&self, target: &Target) -> String {
        match target {
            Target::All => "all".to_owned(),
            Target::Component(id) => {
                self.keys.get(id).map_or_else(|| id.to_string(), |key| (*key).to_owned())
            }
            Target::Words(words) => words.clone(),
        }
    }

    fn loss(&self, loss: &Loss) -> FactsLoss {
        FactsLoss {
            component: self.target(&loss.target),
            what: loss.kind,
            outcome: loss.outcome,
            fraction: loss.fraction,
            note: loss.note.clone(),
        }
    }

    fn update<S>(&self, update: &Posted<S>) -> FactsUpdate {
        let (at, local, on) = match update.shown_at {
            Moment::At { at } => (Some(self.instant(at)), None, None),
            Moment::On { on, local } => (None, local, Some(on)),
            Moment::Local { local } => (None, Some(local), None),
            Moment::Unknown => (None, None, None),
        };
        let local = local.map(|time| {
            let is_whole = time.second() == 0 && time.subsec_nanosecond() == 0;
            time.strftime(if is_whole { "%H:%M" } else { "%H:%M:%S%.f" }).to_string()
        });
        FactsUpdate { at, local, on, text: update.body.text.clone() }
    }
}

fn text_of(source: Option<&Source>) -> Option<String> {
    source.and_then(|source| source.text.clone())
}

fn causes(record: &OutageRecord, certainty: Certainty) -> Vec<String> {
    let causes = record.causes.iter().filter(|cause| cause.certainty == certainty);
    causes.map(|cause| cause.text.clone()).collect()
}

fn actions(record: &OutageRecord) -> Vec<FactsAction> {
    let actions = record.actions.iter().map(|action| FactsAction {
        text: action.text.clone(),
        due: action.due.map(|due| due.to_string()),
        state: match action.state {
            ActionState::Promised => FactsActionState::Promised,
            ActionState::Done { .. } => FactsActionState::Done,
            ActionState::Dropped { .. } => FactsActionState::Dropped,
        },
    });
    actions.collect()
}
