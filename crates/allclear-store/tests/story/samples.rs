//! Nouns for stories: the smallest that there can be, and ones with every field filled.

use allclear_domain::action::{ActionItem, ActionState, Due};
use allclear_domain::audit::{Actor, AuditAction, Subject};
use allclear_domain::ids::StatusPageId;
use allclear_domain::incident::{Impact, IncidentKind, IncidentState, Reopening};
use allclear_domain::maintenance::{AnnouncedWindow, FormerWindow, MaintenanceState};
use allclear_domain::note::NoteKind;
use allclear_domain::posted::{Edit, Posted, StatusChange};
use allclear_domain::postmortem::TimelineEntry;
use allclear_domain::record::{
    Affected, Cause, Certainty, Contradiction, Correction, Level, Loss, LossCounts, LossKind,
    LossOutcome, Publication, Settlement, Source, Target,
};
use allclear_domain::status_page::{
    ColorTokens, ComponentSelection, Language, Logo, MaintenancePolicy, UptimePolicy,
};
use allclear_domain::text::{InternalText, Key, Prose};
use allclear_domain::times::{Bound, Moment};
use allclear_domain::{
    Announcement, AuditEntry, Component, ComponentStatus, Entropy, Incident, IncidentStatus,
    InternalNote, Maintenance, MaintenanceStatus, OutageRecord, Postmortem, StatusPage,
    StatusSetting, Template, TemplateKind,
};
use jiff::Timestamp;

/// An instant; nanoseconds are kept in documents alone.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) const NOW: &str = "2026-11-20T12:34:56.123456Z";
const NANOS: &str = "2026-11-20T12:34:56.123456789Z";

/// Makes nouns. The same seed makes the same ones.
pub(crate) struct Samples(pub(crate) Entropy);

impl Samples {
    pub(crate) fn new() -> Self {
        Self(Entropy::from_seed(7))
    }

    pub(crate) fn page(&self, slug: &str) -> StatusPage {
        StatusPage {
            id: self.0.id(at(NOW)),
            slug: Key::new(slug).unwrap(),
            title: format!("Page {slug}"),
            description: String::new(),
            is_default: false,
            host_names: Vec::new(),
            timezone: None,
            timezone_label: None,
            language: Language::En,
            logo: None,
            colors: ColorTokens::default(),
            components: ComponentSelection::Own,
            uptime: UptimePolicy::default(),
            password_set_at: None,
        }
    }

    pub(crate) fn full_page(&self, slug: &str) -> StatusPage {
        StatusPage {
            description: "Öffentliche Störungsseite \u{1f6a6}".to_owned(),
            is_default: true,
            host_names: vec!["status.example.org".to_owned(), "störung.example".to_owned()],
            timezone: Some("Europe/Berlin".to_owned()),
            timezone_label: Some("CET".to_owned()),
            language: Language::De,
            logo: Some(Logo {
                media_type: "image/png".to_owned(),
                base64: "iVBORw0KGgo=".to_owned(),
                alt: "a bell".to_owned(),
            }),
            colors: ColorTokens { accent_light: Some("#112233".to_owned()), accent_dark: None },
            components: ComponentSelection::Chosen(vec![self.0.id(at(NOW))]),
            uptime: UptimePolicy {
                partial_permille: 250,
                degraded_permille: 100,
                maintenance: MaintenancePolicy::CountsAsDown,
            },
            password_set_at: Some(at(NANOS)),
            ..self.page(slug)
        }
    }

    pub(crate) fn component(&self, page_id: StatusPageId, key: &str) -> Component {
        Component {
            id: self.0.id(at(NOW)),
            public_id: self.0.public_id(),
            page_id,
            key: Key::new(key).unwrap(),
            name: format!("Component {key}"),
            description: None,
            parent_id: None,
            position: 0,
            start_date: None,
            created_at: at(NOW),
            retired_at: None,
        }
    }

    pub(crate) fn full_component(&self, parent: &Component, key: &str) -> Component {
        Component {
            description: Some("Takes \"orders\" — and 'callbacks'".to_owned()),
            parent_id: Some(parent.id),
            position: u32::MAX,
            start_date: Some("2007-02-28".parse().unwrap()),
            retired_at: Some(at(NOW)),
            ..self.component(parent.page_id, key)
        }
    }

    pub(crate) fn template(&self, component: &Component, key: &str) -> Template {
        Template {
            id: self.0.id(at(NOW)),
            page_id: component.page_id,
            key: Key::new(key).unwrap(),
            name: "Payments fail".to_owned(),
            begins: TemplateKind::Incident {
                status: IncidentStatus::Identified,
                impact: Some(Impact::Major),
            },
            title: "Payments fail \u{1f4b3}".to_owned(),
            text: "We \"look\" into it.\n\nIt's Üble.".to_owned(),
            affected: vec![Affected {
                target: Target::Component(component.id),
                status: ComponentStatus::PartialOutage,
            }],
            created_at: at(NANOS),
        }
    }

    pub(crate) fn setting(&self, component: &Component, status: ComponentStatus) -> StatusSetting {
        StatusSetting {
            id: self.0.id(at(NOW)),
            component_id: component.id,
            status,
            set_at: at(NOW),
            ends_at: Some(at("2026-11-21T12:34:56.123456Z")),
            overrules: Some(InternalText::new("The check \"errs\"\n\u{1f4b3}")),
        }
    }

    pub(crate) fn incident(&self, page_id: StatusPageId) -> Incident {
        Incident {
            id: self.0.id(at(NOW)),
            public_id: self.0.public_id(),
            page_id,
            title: "Logins fail".to_owned(),
            kind: IncidentKind::Disruption,
            state: IncidentState::Investigating,
            publication: Publication::Draft,
            impact_override: None,
            started: Bound::Unknown,
            record: OutageRecord::default(),
            updates: Vec::new(),
            same_cause_as: None,
            converted_from: None,
            is_automatic: false,
            postmortem: None,
            reopened: Vec::new(),
            source: None,
            is_backfilled: false,
            created_at: at(NANOS),
        }
    }

    pub(crate) fn full_incident(&self, component: &Component, source: &str) -> Incident {
        Incident {
            kind: IncidentKind::DeliberateShutdown,
            state: IncidentState::Resolved { ended: Bound::exactly(at(NANOS)) },
            publication: Publication::Published { at: at(NANOS) },
            impact_override: Some(Impact::Critical),
            started: Bound::exactly(at("2014-06-03T02:00:00Z")),
            record: record(component),
            updates: vec![self.update(component, IncidentStatus::Identified)],
            same_cause_as: Some(self.0.id(at(NOW))),
            converted_from: Some(self.0.id(at(NOW))),
            postmortem: Some(Postmortem {
                publication: Publication::Draft,
                summary: Prose::markdown("**What** happened"),
                timeline: vec![TimelineEntry {
                    when: Moment::Local { local: "13:37:00".parse().unwrap() },
                    text: "It began".to_owned(),
                }],
                contributing_factors: vec!["One disk".to_owned()],
                discussion_url: Some("https://example.org/?a=1&b=2".to_owned()),
            }),
            reopened: vec![Reopening {
                reopened_at: at(NOW),
                ended_before: Bound::On { on: "2014-06-02".parse().unwrap() },
            }],
            source: Some(imported(source)),
            is_backfilled: true,
            ..self.incident(component.page_id)
        }
    }

    fn update<S>(&self, component: &Component, status: S) -> Posted<S> {
        Posted {
            id: self.0.id(at(NOW)),
            status: Some(status),
            shown_at: Moment::On {
                on: "2014-06-03".parse().unwrap(),
                local: Some("04:05:06.5".parse().unwrap()),
            },
            posted_at: at(NANOS),
            body: Prose::plain("Line 1\r\nLine 2\t\"quoted\" \\ \u{2028}"),
            changes: vec![StatusChange {
                component_id: component.id,
                status: ComponentStatus::PartialOutage,
            }],
            next_update_due_at: Some(at(NOW)),
            is_backfilled: true,
            edits: vec![Edit {
                edited_at: at(NOW),
                editor: "kim".to_owned(),
                before: Some(Prose::plain("Line 0")),
                shown_before: Some(Moment::Unknown),
                changes_before: Some(Vec::new()),
            }],
        }
    }

    pub(crate) fn maintenance(&self, page_id: StatusPageId) -> Maintenance {
        Maintenance {
            id: self.0.id(at(NOW)),
            public_id: self.0.public_id(),
            page_id,
            title: "New disks".to_owned(),
            state: MaintenanceState::Scheduled,
            publication: Publication::Draft,
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
            created_at: at(NANOS),
        }
    }

    pub(crate) fn full_maintenance(&self, component: &Component, source: &str) -> Maintenance {
        let window = AnnouncedWindow {
            starts_at: Some(at("2026-12-01T01:00:00Z")),
            ends_at: Some(at("2026-12-01T03:00:00Z")),
            length: Some("two hours".to_owned()),
        };
        Maintenance {
            state: MaintenanceState::Verifying {
                started_at: at("2026-12-01T01:02:03Z"),
                since: at(NANOS),
            },
            publication: Publication::Published { at: at(NOW) },
            window: window.clone(),
            former_windows: vec![FormerWindow {
                window,
                changed_at: at(NOW),
                why: Some("parts came late".to_owned()),
            }],
            expected_effect: Some("Slow for a minute".to_owned()),
            recovery_plan: Some("Put the old disks back".to_owned()),
            abort_at: Some(at("2026-12-01T02:30:00Z")),
            record: record(component),
            updates: vec![self.update(component, MaintenanceStatus::InProgress)],
            converted_to: Some(self.0.id(at(NOW))),
            source: Some(imported(source)),
            ..self.maintenance(component.page_id)
        }
    }

    pub(crate) fn announcement(&self, page_id: StatusPageId) -> Announcement {
        Announcement {
            id: self.0.id(at(NOW)),
            public_id: self.0.public_id(),
            page_id,
            title: "We move".to_owned(),
            body: Prose::plain(""),
            publication: Publication::Draft,
            shown_at: Moment::Unknown,
            until: None,
            source: None,
            created_at: at(NANOS),
        }
    }

    pub(crate) fn full_announcement(&self, page_id: StatusPageId, source: &str) -> Announcement {
        Announcement {
            body: Prose::markdown("# New address"),
            publication: Publication::Published { at: at(NOW) },
            shown_at: Moment::At { at: at(NANOS) },
            until: Some(at("2027-01-01T00:00:00Z")),
            source: Some(imported(source)),
            ..self.announcement(page_id)
        }
    }

    pub(crate) fn note(&self, subject: Subject, body: &str) -> InternalNote {
        InternalNote {
            id: self.0.id(at(NOW)),
            subject,
            kind: NoteKind::Lesson,
            written_at: at(NOW),
            author: "kim".to_owned(),
            body: InternalText::new(body),
        }
    }

    pub(crate) fn entry(&self, subject: Subject, at: Timestamp) -> AuditEntry {
        AuditEntry {
            id: self.0.id(at),
            at,
            actor: Actor::Command("import".to_owned()),
            action: AuditAction::Change,
            subject,
            before: Some("{\"a\":1, \"b\": [ ]}".to_owned()),
            after: None,
        }
    }
}

pub(crate) fn imported(key: &str) -> Source {
    Source {
        format: "facts".to_owned(),
        key: key.to_owned(),
        digest: format!("digest of {key}"),
        text: Some("2014-06-03 login down ~2h (raid)".to_owned()),
    }
}

fn record(component: &Component) -> OutageRecord {
    let target = Target::Component(component.id);
    OutageRecord {
        affected: vec![Affected { target: Target::All, status: ComponentStatus::MajorOutage }],
        except: vec![target.clone()],
        not_affected: vec![Target::Words("the website".to_owned())],
        is_intermittent: true,
        reported_length: Some("~2 h".to_owned()),
        service_label: Some("DOWN".to_owned()),
        level: Some(Level::WebOnly),
        fault_pages: vec!["https://example.net/fault".to_owned()],
        losses: vec![Loss {
            target,
            kind: Some(LossKind::Transactions),
            outcome: LossOutcome::MostlyRecovered,
            fraction: Some(0.123_456_789_012_345_68),
            counts: LossCounts {
                accepted: Some(u64::MAX),
                delivered: Some(0),
                late: None,
                lost: Some(1),
            },
            note: Some("one order".to_owned()),
            settled: Some(Settlement {
                on: Some("2014-07-01".parse().unwrap()),
                text: "refunded".to_owned(),
            }),
        }],
        corrections: vec![correction()],
        causes: vec![Cause {
            text: "a disk".to_owned(),
            certainty: Certainty::RuledOut,
            corrections: vec![correction()],
        }],
        detected_by: Some("a customer".to_owned()),
        detected_at: Some(at(NANOS)),
        security_statement: Some("no data left us".to_owned()),
        customers_should: Some("log in again".to_owned()),
        contradictions: vec![Contradiction {
            field: "length".to_owned(),
            printed: "2 h".to_owned(),
            against: "1 h by its times".to_owned(),
        }],
        actions: vec![ActionItem {
            text: "a second disk".to_owned(),
            due: Some(Due::Month("2015-09-01".parse().unwrap())),
            state: ActionState::Dropped { why: Some("we moved".to_owned()) },
        }],
    }
}

fn correction() -> Correction {
    Correction { on: None, text: "it was the other disk".to_owned() }
}
