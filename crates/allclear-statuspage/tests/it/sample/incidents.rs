//! Incidents of the sample: open, resolved, shut down on purpose, without dates.

use allclear_domain::action::{ActionItem, ActionState, Due};
use allclear_domain::incident::{IncidentKind, IncidentState, Reopening};
use allclear_domain::posted::{Edit, StatusChange};
use allclear_domain::postmortem::{Postmortem, TimelineEntry};
use allclear_domain::record::{
    Affected, Cause, Certainty, Contradiction, Correction, Level, Loss, LossCounts, LossKind,
    LossOutcome, OutageRecord, Settlement, Source, Target,
};
use allclear_domain::text::Prose;
use allclear_domain::times::{Bound, Moment, Precision};
use allclear_domain::{ComponentStatus, Incident, IncidentStatus};
use jiff::civil::{date, time};

use super::{at, id, posted, public_id, published};

pub(crate) fn affected(number: u128, status: ComponentStatus) -> Affected {
    Affected { target: Target::Component(id(100 + number)), status }
}

fn cause(text: &str, certainty: Certainty) -> Cause {
    Cause { text: text.to_owned(), certainty, corrections: Vec::new() }
}

fn incident(number: u8, title: &str, started: Bound, state: IncidentState) -> Incident {
    Incident {
        id: id(200 + u128::from(number)),
        public_id: public_id(3, number),
        page_id: id(0),
        title: title.to_owned(),
        kind: IncidentKind::Disruption,
        state,
        publication: published(),
        impact_override: None,
        started,
        record: OutageRecord::default(),
        updates: Vec::new(),
        same_cause_as: None,
        converted_from: None,
        is_automatic: false,
        postmortem: None,
        reopened: Vec::new(),
        source: None,
        is_backfilled: false,
        created_at: at("2026-11-20T12:06:00Z"),
    }
}

fn exactly(text: &str) -> Bound {
    Bound::exactly(at(text))
}

fn about(text: &str) -> Bound {
    Bound::At { at: at(text), precision: Precision::Approximate }
}

pub(crate) fn open_incident() -> Incident {
    let mut open = incident(
        0,
        "Some custom domains do not answer",
        exactly("2026-11-20T12:05:00Z"),
        IncidentState::Identified,
    );
    open.record.affected = vec![
        affected(0, ComponentStatus::MajorOutage),
        affected(1, ComponentStatus::DegradedPerformance),
    ];
    open.record.not_affected = vec![
        Target::Component(id(102)),
        Target::Component(id(103)),
        Target::Words("the phone line".to_owned()),
    ];
    open.record.customers_should =
        Some("Nothing. A shop that is dark returns by itself.".to_owned());
    open.record.causes = vec![
        cause("a start-up script is missing on one server", Certainty::Known),
        cause("an attack", Certainty::RuledOut),
    ];
    let mut second = posted(
        2,
        Some(IncidentStatus::Identified),
        "2026-11-20T12:38:00Z",
        "A start-up script is missing on one server that came back this morning. 4 of 1,312 custom \
         domains are dark; we are restoring them now.\n\nOrders placed meanwhile are kept and will \
         be delivered. Details: https://example.com/notes?a=1&b=2.",
    );
    second.changes =
        vec![StatusChange { component_id: id(100), status: ComponentStatus::PartialOutage }];
    second.next_update_due_at = Some(at("2026-11-20T12:55:00Z"));
    open.updates = vec![
        posted(
            1,
            Some(IncidentStatus::Investigating),
            "2026-11-20T12:09:00Z",
            "Custom domains do not answer. We are looking into it.",
        ),
        second,
    ];
    open
}

fn latency() -> Incident {
    let mut latency = incident(
        1,
        "High latency on Checkout",
        exactly("2026-11-18T12:01:00Z"),
        IncidentState::Resolved { ended: exactly("2026-11-18T12:09:00Z") },
    );
    latency.record.affected = vec![affected(1, ComponentStatus::DegradedPerformance)];
    latency.record.level = Some(Level::Delayed);
    latency.updates = vec![
        posted(
            3,
            Some(IncidentStatus::Monitoring),
            "2026-11-18T12:07:00Z",
            "It answers again; we watch it.",
        ),
        posted(4, Some(IncidentStatus::Resolved), "2026-11-18T12:09:00Z", "It is over."),
    ];
    latency
}

fn night_record() -> OutageRecord {
    OutageRecord {
        affected: vec![Affected { target: Target::All, status: ComponentStatus::MajorOutage }],
        except: vec![Target::Component(id(106))],
        not_affected: vec![Target::Words("the phone line".to_owned())],
        is_intermittent: true,
        reported_length: Some("7 hours".to_owned()),
        service_label: Some("Full outage".to_owned()),
        level: Some(Level::Full),
        fault_pages: vec![
            "https://status.example.net/4711".to_owned(),
            "javascript:alert(1)".to_owned(),
        ],
        losses: vec![Loss {
            target: Target::Component(id(101)),
            kind: Some(LossKind::Transactions),
            outcome: LossOutcome::SomeLost,
            fraction: Some(0.335),
            counts: LossCounts {
                accepted: Some(1412),
                delivered: Some(939),
                late: Some(12),
                lost: Some(473),
            },
            note: Some("those of the night".to_owned()),
            settled: Some(Settlement {
                on: Some(date(2026, 11, 1)),
                text: "fees were paid back".to_owned(),
            }),
        }],
        corrections: vec![Correction {
            on: Some(date(2026, 10, 18)),
            text: "We first said that nothing was lost.".to_owned(),
        }],
        causes: vec![
            cause("the private network was saturated", Certainty::Known),
            cause("one switch", Certainty::Suspected),
        ],
        detected_by: Some("a customer".to_owned()),
        detected_at: Some(at("2026-10-14T01:20:00Z")),
        security_statement: Some("No data was read by others.".to_owned()),
        customers_should: Some("Check the orders of that night.".to_owned()),
        contradictions: vec![Contradiction {
            field: "ended_at".to_owned(),
            printed: "08:00".to_owned(),
            against: "7 hours".to_owned(),
        }],
        actions: vec![
            ActionItem {
                text: "a second private network".to_owned(),
                due: Some(Due::Month(date(2026, 10, 1))),
                state: ActionState::Promised,
            },
            ActionItem {
                text: "an alarm for the private network".to_owned(),
                due: None,
                state: ActionState::Done { on: Some(date(2026, 10, 20)) },
            },
        ],
    }
}

fn night() -> Incident {
    let mut night = incident(
        2,
        "Private network saturated",
        about("2026-10-14T00:15:00Z"),
        IncidentState::Resolved { ended: about("2026-10-14T07:30:00Z") },
    );
    night.record = night_record();
    let mut edited = posted(
        5,
        Some(IncidentStatus::Resolved),
        "2026-10-14T07:40:00Z",
        "Everything is back. Some payments of the night were lost.",
    );
    edited.edits = vec![Edit {
        edited_at: at("2026-11-02T09:00:00Z"),
        editor: "Robin".to_owned(),
        before: Some(Prose::plain("Everything is back. Nothing was lost.")),
        shown_before: None,
        changes_before: None,
    }];
    edited.is_backfilled = true;
    night.updates = vec![edited];
    night.reopened = vec![Reopening {
        reopened_at: at("2026-10-14T05:00:00Z"),
        ended_before: exactly("2026-10-14T04:30:00Z"),
    }];
    night.postmortem = Some(Postmortem {
        publication: published(),
        summary: Prose::markdown("The **private network** carried a backup it should not have."),
        timeline: vec![
            TimelineEntry {
                when: Moment::Local { local: time(2, 15, 0, 0) },
                text: "the backup starts".to_owned(),
            },
            TimelineEntry {
                when: Moment::At { at: at("2026-10-14T01:20:00Z") },
                text: "a customer calls".to_owned(),
            },
            TimelineEntry { when: Moment::Unknown, text: "the backup is stopped".to_owned() },
        ],
        contributing_factors: vec!["one network for two purposes".to_owned()],
        discussion_url: Some("https://example.com/discussion".to_owned()),
    });
    night.source = Some(Source {
        format: "log".to_owned(),
        key: "2026-10-14".to_owned(),
        digest: "0".repeat(64),
        text: Some("Oct 14: network <down>\n  back at 9:30".to_owned()),
    });
    night.is_backfilled = true;
    night
}

fn shutdown() -> Incident {
    let mut shutdown = incident(
        3,
        "Websites taken down to close a hole",
        Bound::On { on: date(2024, 2, 27) },
        IncidentState::Resolved { ended: Bound::Unknown },
    );
    shutdown.kind = IncidentKind::DeliberateShutdown;
    shutdown.record.reported_length = Some("30 minutes".to_owned());
    shutdown.record.level = Some(Level::WebOnly);
    shutdown.same_cause_as = Some(id(202));
    shutdown
}

fn undated() -> Incident {
    let mut undated = incident(
        4,
        "Switch in a reboot loop",
        Bound::Unknown,
        IncidentState::Resolved { ended: Bound::Unknown },
    );
    undated.record.affected = vec![Affected {
        target: Target::Words("the old site".to_owned()),
        status: ComponentStatus::MajorOutage,
    }];
    let mut update = posted(6, None, "2026-11-01T00:00:00Z", "the switch is replaced");
    update.shown_at = Moment::Local { local: time(6, 45, 0, 0) };
    undated.updates = vec![update];
    undated
}

fn converted() -> Incident {
    let mut converted = incident(
        5,
        "Database upgrade failed",
        exactly("2026-09-12T22:40:00Z"),
        IncidentState::Resolved { ended: exactly("2026-09-13T00:05:00Z") },
    );
    converted.record.affected = vec![affected(3, ComponentStatus::PartialOutage)];
    converted.converted_from = Some(id(303));
    converted
}

pub(super) fn incidents() -> Vec<Incident> {
    vec![open_incident(), latency(), night(), shutdown(), undated(), converted()]
}
