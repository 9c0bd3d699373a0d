//! How an outage becomes an incident, or joins one.

use allclear_domain::audit::{Actor, AuditAction, Subject};
use allclear_domain::check::{CheckKind, OnOutage, Outage};
use allclear_domain::ids::{ComponentId, IncidentId, OutageId};
use allclear_domain::incident::IncidentKind;
use allclear_domain::note::NoteKind;
use allclear_domain::record::{Affected, Target};
use allclear_domain::text::{InternalText, Prose};
use allclear_domain::times::Bound;
use allclear_domain::{
    Change, Check, Component, ComponentStatus, Forest, Incident, IncidentStatus, InternalNote,
    StatusPage, Template, TemplateKind,
};
use allclear_store::{Stored, Transaction};
use jiff::Timestamp;
use url::Url;

use super::{NAME, OutageDuty, Report, told};
use crate::writing::{self, NewIncident, NewUpdate, WriteError};

/// What became of an outage.
pub(super) enum Opening {
    /// Nothing: it is over by now, somebody was quicker, or nobody wants an incident.
    Nothing,
    /// It joined an incident that was there.
    Joined,
    /// An incident was opened for it.
    Opened,
}

impl Opening {
    pub(super) const fn note(self, report: &mut Report) {
        match self {
            Self::Nothing => {}
            Self::Joined => report.joined += 1,
            Self::Opened => report.opened += 1,
        }
    }
}

/// Where an outage is told.
struct Place {
    page: StatusPage,
    components: Vec<Component>,
}

impl OutageDuty {
    /// Opens an incident for an outage, or has it join one, and writes down in the same transaction
    /// which.
    pub(super) async fn open(&self, id: OutageId, now: Timestamp) -> Result<Opening, WriteError> {
        let actor = Actor::Duty(NAME.to_owned());
        let change = Change { actor: &actor, entropy: &self.entropy, now };
        let mut transaction = self.store.begin().await?;
        let Some(found) = transaction.find_outage(id).await? else { return Ok(Opening::Nothing) };
        if found.ended_at.is_some() || found.incident_id.is_some() {
            return Ok(Opening::Nothing);
        }
        let Some(check) = transaction.find_check(found.check_id).await? else {
            return Ok(Opening::Nothing);
        };
        if check.on_outage == OnOutage::Nothing {
            return Ok(Opening::Nothing);
        }
        let Some(place) = place(&mut transaction, &found).await? else {
            return Ok(Opening::Nothing);
        };
        if place.is_worked_on(&mut transaction, &found, now).await? {
            return Ok(Opening::Nothing);
        }
        let known = place.told_already(&mut transaction, &found, now).await?;
        let (incident_id, opening) = match known {
            Some(id) => (id, Opening::Joined),
            None => {
                let words = words(&mut transaction, &check, &place).await?;
                let incident = place.incident(&check, &found, words, change)?;
                writing::create_in(&mut transaction, &incident, change).await?;
                (incident.id, Opening::Opened)
            }
        };
        note(&mut transaction, incident_id, &check, &found, change).await?;
        let Stored { value, version, .. } = found;
        let told = Outage { incident_id: Some(incident_id), ..value };
        transaction.update_outage(&told, version).await?;
        transaction.commit().await?;
        Ok(opening)
    }
}

/// The page of the first component that an outage says something of.
async fn place(
    transaction: &mut Transaction,
    outage: &Outage,
) -> Result<Option<Place>, WriteError> {
    for change in &outage.statuses {
        let Some(component) = transaction.find_component(change.component_id).await? else {
            continue;
        };
        let Some(page) = transaction.find_status_page(component.page_id).await? else { continue };
        let components = transaction.list_components_of(page.id).await?;
        return Ok(Some(Place { page: page.value, components }));
    }
    Ok(None)
}

/// Whether somebody set the status of a component, or of what it is a part of, in place of what checks
/// measure.
async fn is_overruled(
    transaction: &mut Transaction,
    forest: &Forest,
    id: ComponentId,
    now: Timestamp,
) -> Result<bool, WriteError> {
    for id in std::iter::once(id).chain(forest.above(id)) {
        let latest = transaction.find_latest_setting(id).await?;
        if latest.is_some_and(|one| one.overrules.is_some() && one.holds_at(now)) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Place {
    fn component(&self, id: ComponentId) -> Option<&Component> {
        self.components.iter().find(|component| component.id == id)
    }

    /// Whether announced work on all of what is affected is under way, or a status that somebody set
    /// holds in place of what checks measure. It is looked at again while the outage goes on.
    async fn is_worked_on(
        &self,
        transaction: &mut Transaction,
        outage: &Outage,
        now: Timestamp,
    ) -> Result<bool, WriteError> {
        let forest = Forest::grown_from(&self.components);
        let zone = self.page.zone()?;
        let windows = transaction.list_unsettled_maintenance(self.page.id).await?;
        let told = windows.iter().filter(|one| one.is_under_way() && one.publication.is_public());
        let mut worked_on: Vec<ComponentId> = told
            .flat_map(|window| window.impact_intervals(&forest, &zone))
            .filter(|one| one.until.is_none_or(|until| until > now))
            .map(|one| one.component_id)
            .collect();
        for change in &outage.statuses {
            if is_overruled(transaction, &forest, change.component_id, now).await? {
                worked_on.push(change.component_id);
            }
        }
        Ok(outage.statuses.iter().all(|change| worked_on.contains(&change.component_id)))
    }

    /// The open incident, draft or not, that tells of one of the components already.
    async fn told_already(
        &self,
        transaction: &mut Transaction,
        outage: &Outage,
        now: Timestamp,
    ) -> Result<Option<IncidentId>, WriteError> {
        let forest = Forest::grown_from(&self.components);
        let zone = self.page.zone()?;
        let concerns = |incident: &Incident| {
            let intervals = incident.impact_intervals(&forest, &zone, now);
            let open = intervals.iter().filter(|interval| interval.until.is_none());
            let mut told = open.filter(|one| one.status != ComponentStatus::Operational);
            told.any(|one| outage.statuses.iter().any(|ours| ours.component_id == one.component_id))
        };
        let incidents = transaction.list_unsettled_incidents(self.page.id).await?;
        let open = incidents.iter().filter(|incident| incident.is_open());
        let mut joined = open.filter(|one| concerns(one) || is_watched(one, outage));
        Ok(joined.next().map(|incident| incident.id))
    }

    /// The incident that an outage becomes.
    fn incident(
        &self,
        check: &Check,
        outage: &Outage,
        words: Words,
        change: Change<'_>,
    ) -> Result<Incident, WriteError> {
        let here = |change: &&allclear_domain::posted::StatusChange| {
            self.component(change.component_id).is_some()
        };
        let affected = outage.statuses.iter().filter(here).map(|change| Affected {
            target: Target::Component(change.component_id),
            status: change.status,
        });
        let update = NewUpdate {
            status: Some(words.status),
            body: Prose::plain(words.text),
            shown_at: None,
            changes: Vec::new(),
            next_update_due_at: None,
        };
        let new = NewIncident {
            page_id: self.page.id,
            title: words.title,
            kind: IncidentKind::Disruption,
            impact_override: words.impact,
            affected: affected.collect(),
            started: Bound::exactly(outage.began_at),
            ended: None,
            update: Some(update),
            is_draft: words.is_draft,
        };
        let mut incident = new.reported(change)?;
        incident.is_automatic = true;
        incident.record.detected_by = Some(told::detected_by(self.page.language).to_owned());
        incident.record.detected_at = Some(outage.confirmed_at);
        incident.record.fault_pages = public_page(check, outage).into_iter().collect();
        Ok(incident)
    }
}

/// Where somebody else tells of what was measured.
fn fault_page(outage: &Outage) -> Option<&str> {
    outage.reason.as_ref().and_then(|reason| reason.fault_page.as_deref())
}

/// The same where our public page may lead there: to the host that the owner named, or one below it. Others
/// write what stands in their feeds, and nobody has looked at it.
fn public_page(check: &Check, outage: &Outage) -> Option<String> {
    let CheckKind::Upstream(upstream) = &check.kind else { return None };
    let (page, named) = (Url::parse(fault_page(outage)?).ok()?, Url::parse(&upstream.url).ok()?);
    let above = page.host_str()?.strip_suffix(named.host_str()?)?;
    let is_theirs = above.is_empty() || above.ends_with('.');
    (is_theirs && page.scheme() == "https").then(|| page.into())
}

/// Whether an incident that Allclear opened is being watched, and named one of the components: what
/// comes back is the same incident.
fn is_watched(incident: &Incident, outage: &Outage) -> bool {
    let named = |id: ComponentId| {
        incident.record.affected.iter().any(|one| one.target == Target::Component(id))
    };
    incident.is_automatic && outage.statuses.iter().any(|change| named(change.component_id))
}

/// What an incident begins with.
struct Words {
    title: String,
    text: String,
    status: IncidentStatus,
    impact: Option<allclear_domain::incident::Impact>,
    is_draft: bool,
}

/// The words of the owner's template. A draft, where there is none: nobody wrote words for the public.
async fn words(
    transaction: &mut Transaction,
    check: &Check,
    place: &Place,
) -> Result<Words, WriteError> {
    if let OnOutage::Publish { template_id } = check.on_outage
        && let Some(template) = transaction.find_template(template_id).await?
        && let Template { begins: TemplateKind::Incident { status, impact }, title, text, .. } =
            template.value
    {
        return Ok(Words { title, text, status, impact, is_draft: false });
    }
    let language = place.page.language;
    let named = check.affects.iter().find_map(|one| place.component(one.component_id));
    let name = named.map_or(check.name.as_str(), |component| component.name.as_str());
    Ok(Words {
        title: told::title(language, name),
        text: told::seen(language).to_owned(),
        status: IncidentStatus::Investigating,
        impact: None,
        is_draft: true,
    })
}

/// Notes for the team what was measured, and by what.
async fn note(
    transaction: &mut Transaction,
    incident_id: IncidentId,
    check: &Check,
    outage: &Outage,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let reason = outage.reason.as_ref().map_or("", |reason| reason.told.as_str());
    let page = fault_page(outage).map(|page| format!(" See {page}")).unwrap_or_default();
    let text = format!(
        "The check {} ({}) has failed since {}. {reason}{page}",
        check.name,
        check.kind.target(),
        outage.began_at
    );
    let subject = Subject::Incident(incident_id);
    let note = InternalNote {
        id: change.entropy.id(change.now),
        subject,
        kind: NoteKind::Remark,
        written_at: change.now,
        author: NAME.to_owned(),
        body: InternalText::new(text.trim_end()),
    };
    transaction.insert_internal_notes(std::slice::from_ref(&note)).await?;
    let json = serde_json::to_string(&note).ok();
    let entry = change.entry(AuditAction::Create, subject, None, json);
    transaction.insert_audit_entries(&[entry]).await?;
    Ok(())
}
