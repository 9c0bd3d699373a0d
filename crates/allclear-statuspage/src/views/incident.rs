//! The permalink of an incident.

use allclear_domain::ids::PublicId;
use allclear_domain::incident::IncidentKind;
use allclear_domain::times::Bound;
use allclear_domain::{Incident, Postmortem};
use askama::Template;

use super::cards::NextView;
use super::changes::ChangeView;
use super::gantt::GanttView;
use super::record::RecordView;
use super::updates::{StatusWord as _, UpdateView};
use super::{Context, PageView, Tab, place_of};
use crate::format::{Html, StateMark, inline, is_web_address, prose};
use crate::model::RecordRef;

#[derive(Template)]
#[template(path = "incident.html")]
pub(crate) struct IncidentPage {
    page: PageView,
    title: String,
    mark: StateMark,
    facts: Vec<Html>,
    is_deliberate: bool,
    changes: Vec<ChangeView>,
    not_affected: Option<Html>,
    you_should: Option<Html>,
    next: Option<NextView>,
    links: Vec<RelatedView>,
    reopenings: Vec<Html>,
    postmortem: Option<PostmortemView>,
    gantt: Option<GanttView>,
    updates: Vec<UpdateView>,
    record: RecordView,
    source: Option<String>,
    earlier: Option<Html>,
    later: Option<Html>,
}

/// Records that belong together.
pub(crate) struct RelatedView {
    pub(crate) label: &'static str,
    pub(crate) links: Vec<Html>,
}

/// What was learned.
struct PostmortemView {
    summary: Html,
    timeline: Vec<MomentView>,
    factors: Vec<Html>,
    discussion: Option<Html>,
}

struct MomentView {
    time: Html,
    text: Html,
}

impl IncidentPage {
    pub(crate) fn new(context: &Context<'_>, id: PublicId) -> Option<Self> {
        let incidents = &context.model.snapshot.incidents;
        let place = place_of(incidents, id, |incident| incident.public_id)?;
        let incident = context.model.incident_at(place)?;
        let mark = context.incident_mark(incident);
        let day = context.reference_day(incident.started);
        let present = context.model.present().status;
        let (title, icon) = if incident.is_open() {
            let title = format!("{} {}", mark.icon, incident.title);
            (title, present.max(incident.worst_status()))
        } else {
            (incident.title.clone(), present)
        };
        let not_affected = context.targets(&incident.record.not_affected);
        let (earlier, later) = context.neighbours(RecordRef::Incident(place));
        let is_open = incident.is_open();
        let should = incident.record.customers_should.as_deref();
        Some(Self {
            page: context.page(&title, Tab::History, icon),
            title: incident.title.clone(),
            mark,
            facts: context.incident_facts(incident),
            is_deliberate: incident.kind == IncidentKind::DeliberateShutdown,
            changes: if is_open {
                context.changes(&incident.record, &incident.updates)
            } else {
                Vec::new()
            },
            not_affected: (is_open && !not_affected.as_str().is_empty()).then_some(not_affected),
            you_should: should.filter(|_| is_open).map(inline),
            next: context.next_update(incident),
            links: context.related(incident, place),
            reopenings: context.reopenings(incident),
            postmortem: context.postmortem(incident.postmortem.as_ref(), incident),
            gantt: context.gantt(&context.model.incident_impact(incident)),
            updates: context.updates(&incident.updates, incident.publication, day),
            record: context.record(
                &incident.record,
                &incident.updates,
                Some((incident.started, incident.ended())),
            ),
            source: context.source_text(RecordRef::Incident(place)),
            earlier,
            later,
        })
    }
}

impl Context<'_> {
    /// The sentence on impact and duration.
    fn incident_facts(&self, incident: &Incident) -> Vec<Html> {
        let mut facts = vec![Html::text(incident.state.status().word(self.m))];
        match incident.ended() {
            None => {
                facts.extend(self.locale.elapsed(incident.started));
                let started = self.locale.bound(incident.started, super::NO_DAY);
                facts.push(Html::labelled(self.m.incident.started, &started));
            }
            Some(ended) => {
                let length = self.locale.length_between(incident.started, ended);
                let reported = incident.record.reported_length.as_ref();
                let unknown = reported.is_none().then_some(self.m.length_not_known);
                facts.extend(length.as_deref().or(unknown).map(Html::text));
                facts.push(self.time_of(incident.started, ended));
            }
        }
        if let Some(reported) = &incident.record.reported_length {
            facts.push(Html::text(&(self.m.incident.reported_length)(reported)));
        }
        if incident.record.is_intermittent {
            facts.push(Html::text(self.m.incident.intermittent));
        }
        if incident.is_backfilled {
            facts.push(Html::text(self.m.incident.entered_afterwards));
        }
        facts
    }

    /// From when to when; where nobody knows the day, that.
    fn time_of(&self, started: Bound, ended: Bound) -> Html {
        if started == Bound::Unknown && ended == Bound::Unknown {
            return Html::text(self.m.date_not_known);
        }
        self.locale.range(started, Some(ended), super::NO_DAY)
    }

    fn related(&self, incident: &Incident, place: usize) -> Vec<RelatedView> {
        let m = &self.m.incident;
        let incidents = &self.model.snapshot.incidents;
        let mut related = Vec::new();
        let mut add = |label, links: Vec<Html>| {
            if !links.is_empty() {
                related.push(RelatedView { label, links });
            }
        };
        let window = incident.converted_from.and_then(|id| {
            let windows = &self.model.snapshot.maintenance;
            windows.iter().position(|window| window.id == id)
        });
        let window = window.map(|place| self.record_link(RecordRef::Maintenance(place)));
        add(m.converted_from, window.into_iter().collect());
        let link = |place| self.record_link(RecordRef::Incident(place));
        let same = incident.same_cause_as;
        let same = same.and_then(|id| incidents.iter().position(|other| other.id == id));
        add(m.same_cause, same.map(link).into_iter().collect());
        let later = incidents
            .iter()
            .enumerate()
            .filter(|(other, later)| *other != place && later.same_cause_as == Some(incident.id));
        add(m.later_same_cause, later.map(|(place, _)| link(place)).collect());
        related
    }

    fn reopenings(&self, incident: &Incident) -> Vec<Html> {
        let day = self.reference_day(incident.started);
        incident
            .reopened
            .iter()
            .map(|reopening| {
                let at = self.locale.instant(reopening.reopened_at, day);
                let before = self.locale.bound(reopening.ended_before, day);
                let before = Html::labelled(self.m.incident.had_ended, &before);
                Html::join(&[at, before], "; ")
            })
            .collect()
    }

    fn postmortem(
        &self,
        postmortem: Option<&Postmortem>,
        incident: &Incident,
    ) -> Option<PostmortemView> {
        let postmortem = postmortem.filter(|p| p.publication.is_public())?;
        let day = self.reference_day(incident.started);
        let discussion = postmortem.discussion_url.as_deref();
        Some(PostmortemView {
            summary: prose(&postmortem.summary),
            timeline: postmortem
                .timeline
                .iter()
                .map(|entry| MomentView {
                    time: self.locale.moment(entry.when, day),
                    text: inline(&entry.text),
                })
                .collect(),
            factors: postmortem.contributing_factors.iter().map(|factor| inline(factor)).collect(),
            discussion: discussion.filter(|url| is_web_address(url)).map(inline),
        })
    }

    /// The source's own words.
    pub(crate) fn source_text(&self, record: RecordRef) -> Option<String> {
        let source = self.model.source_of(record)?;
        source.text.clone().filter(|text| !text.trim().is_empty())
    }

    /// The records before and after one, by the time at which they began.
    pub(crate) fn neighbours(&self, record: RecordRef) -> (Option<Html>, Option<Html>) {
        let dated = &self.model.history().dated;
        let Some(place) = dated.iter().position(|dated| dated.record == record) else {
            return (None, None);
        };
        let link = |place: Option<usize>| {
            let dated = dated.get(place?)?;
            Some(self.record_link(dated.record))
        };
        (link(place.checked_add(1)), link(place.checked_sub(1)))
    }
}
