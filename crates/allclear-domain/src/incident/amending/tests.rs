//! Title, facts and postmortem of an incident.

use super::*;
use crate::incident::tests::{at, incident, update};
use crate::record::{Affected, Target};
use crate::text::Prose;
use crate::{ComponentStatus, IncidentStatus};

fn postmortem() -> Postmortem {
    Postmortem {
        publication: Publication::Published { at: at(1) },
        summary: Prose::plain("What we learned."),
        timeline: Vec::new(),
        contributing_factors: Vec::new(),
        discussion_url: None,
    }
}

#[test]
fn a_draft_is_published_once() {
    let published = incident().publish(at(12)).unwrap();
    assert!(published.publication.is_public());
    assert!(published.publish(at(13)).is_err());
}

#[test]
fn title_facts_and_impact_are_replaced() {
    let affected = vec![Affected { target: Target::All, status: ComponentStatus::MajorOutage }];
    let record = OutageRecord { affected, ..OutageRecord::default() };
    let changed = incident().retitle("Nothing answers".to_owned()).set_record(record.clone());
    assert_eq!((changed.title.as_str(), &changed.record), ("Nothing answers", &record));
    let minor = incident().override_impact(Some(Impact::Minor));
    assert_eq!(minor.impact(), Impact::Minor);
    assert_eq!(minor.override_impact(None).impact(), Impact::Major);
}

#[test]
fn it_has_the_cause_of_another_and_not_of_itself() {
    let earlier = uuid::Uuid::from_u128(9).into();
    let marked = incident().set_same_cause(Some(earlier)).unwrap();
    assert_eq!(marked.same_cause_as, Some(earlier));
    let own = marked.id;
    assert!(marked.clone().set_same_cause(Some(own)).is_err());
    assert_eq!(marked.set_same_cause(None).unwrap().same_cause_as, None);
}

#[test]
fn a_postmortem_is_a_draft_until_the_incident_is_over_and_public() {
    let written = incident().write_postmortem(postmortem());
    assert_eq!(written.postmortem.as_ref().unwrap().publication, Publication::Draft);
    let refusal = |incident: Incident| incident.publish_postmortem(at(60)).unwrap_err().hint;
    assert_eq!(refusal(written.clone()), "resolve it first");
    let over = written.post(update(50, IncidentStatus::Resolved, &[]), at(60)).unwrap();
    assert_eq!(refusal(over.clone()), "publish the incident first");
    let public = over.publish(at(55)).unwrap();
    let none = Incident { postmortem: None, ..public.clone() };
    assert_eq!(refusal(none), "write the postmortem first");
    let told = public.publish_postmortem(at(60)).unwrap();
    assert!(told.postmortem.as_ref().unwrap().publication.is_public());
    assert_eq!(refusal(told.clone()), "it has one already");
    let draft = Postmortem { publication: Publication::Draft, ..postmortem() };
    let again = told.write_postmortem(draft);
    assert!(again.postmortem.unwrap().publication.is_public(), "readers keep it");
}
