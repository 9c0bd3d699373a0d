//! The `example.com` page of the demo: an incident that goes on, work ahead, and a recent past.

use allclear_domain::action::{ActionItem, ActionState, Due};
use allclear_domain::ids::{ComponentId, StatusPageId};
use allclear_domain::incident::{IncidentKind, IncidentState};
use allclear_domain::maintenance::{AnnouncedWindow, MaintenanceState};
use allclear_domain::posted::{Posted, StatusChange};
use allclear_domain::postmortem::{Postmortem, TimelineEntry};
use allclear_domain::record::{
    Affected, Cause, Certainty, Loss, LossCounts, LossKind, LossOutcome, OutageRecord, Publication,
    Target,
};
use allclear_domain::status_page::{
    ColorTokens, ComponentSelection, Language, StatusPage, UptimePolicy,
};
use allclear_domain::text::{Key, Prose};
use allclear_domain::times::{Bound, Moment};
use allclear_domain::zone::get_zone;
use allclear_domain::{
    Component, ComponentStatus, Entropy, Incident, IncidentStatus, Maintenance, MaintenanceStatus,
};
use allclear_incidents::history::batch::Batch;
use anyhow::Result;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

const ZONE: &str = "Europe/Berlin";

/// The page with everything on it.
pub(super) fn batch(entropy: &Entropy, now: Timestamp) -> Result<Batch> {
    let mut example = Example { entropy, now, page_id: entropy.id(now), components: Vec::new() };
    let page = StatusPage {
        id: example.page_id,
        slug: Key::new("example")?,
        title: "Example Shop".to_owned(),
        description: "Online shops on shared and custom domains.".to_owned(),
        is_default: true,
        host_names: vec!["status.example.com".to_owned()],
        timezone: Some(ZONE.to_owned()),
        timezone_label: None,
        language: Language::En,
        logo: None,
        colors: ColorTokens::default(),
        components: ComponentSelection::Own,
        uptime: UptimePolicy::default(),
        password_set_at: None,
    };
    let shops = example.component("Shops", "What buyers see.", None)?;
    let checkout = example.component("Checkout", "Cart, payment and receipt.", Some(shops))?;
    let domains =
        example.component("Custom domains", "Shops under their own name.", Some(shops))?;
    let admin = example.component("Admin", "Where shop owners work.", None)?;
    let api = example.component("API", "For other programs.", None)?;
    let webhooks = example.component("Webhooks", "Calls to other programs.", Some(api))?;
    let mail = example.component("Mail", "Receipts and notices.", None)?;

    let mut batch = Batch::of(page, true);
    batch.incidents = vec![
        example.present(domains, checkout, admin, mail),
        example.latency(checkout),
        example.webhooks(webhooks),
        example.shutdown(admin),
    ];
    batch.maintenance = vec![example.ahead(checkout)?, example.done(mail)];
    batch.components = example.components;
    Ok(batch)
}

struct Example<'a> {
    entropy: &'a Entropy,
    now: Timestamp,
    page_id: StatusPageId,
    components: Vec<Component>,
}

impl Example<'_> {
    fn component(
        &mut self,
        name: &str,
        description: &str,
        parent_id: Option<ComponentId>,
    ) -> Result<ComponentId> {
        let id = self.entropy.id(self.now);
        let started = self.ago(SignedDuration::from_hours(24 * 400));
        self.components.push(Component {
            id,
            public_id: self.entropy.public_id(),
            page_id: self.page_id,
            key: Key::new(name.to_lowercase().replace(' ', "-"))?,
            name: name.to_owned(),
            description: Some(description.to_owned()),
            parent_id,
            position: u32::try_from(self.components.len())?,
            start_date: Some(started.to_zoned(TimeZone::UTC).date()),
            created_at: self.now,
            retired_at: None,
        });
        Ok(id)
    }

    /// An instant before now, on a whole minute.
    fn ago(&self, by: SignedDuration) -> Timestamp {
        let at = self.now.checked_sub(by).unwrap_or(self.now).as_second();
        Timestamp::from_second(at - at.rem_euclid(60)).unwrap_or(self.now)
    }

    fn minutes_ago(&self, minutes: i64) -> Timestamp {
        self.ago(SignedDuration::from_mins(minutes))
    }

    fn days_ago(&self, days: i64, minutes: i64) -> Timestamp {
        self.ago(SignedDuration::from_mins(days * 24 * 60 + minutes))
    }

    fn posted<S>(
        &self,
        at: Timestamp,
        status: S,
        body: &str,
        changes: &[(ComponentId, ComponentStatus)],
    ) -> Posted<S> {
        let change = |&(component_id, status): &(ComponentId, ComponentStatus)| StatusChange {
            component_id,
            status,
        };
        Posted {
            id: self.entropy.id(at),
            status: Some(status),
            shown_at: Moment::At { at },
            posted_at: at,
            body: Prose::markdown(body),
            changes: changes.iter().map(change).collect(),
            next_update_due_at: None,
            is_backfilled: false,
            edits: Vec::new(),
        }
    }

    fn incident(&self, title: &str, started: Timestamp, ended: Option<Timestamp>) -> Incident {
        Incident {
            id: self.entropy.id(started),
            public_id: self.entropy.public_id(),
            page_id: self.page_id,
            title: title.to_owned(),
            kind: IncidentKind::Disruption,
            state: match ended {
                Some(at) => IncidentState::Resolved { ended: Bound::exactly(at) },
                None => IncidentState::Identified,
            },
            publication: Publication::Published { at: started },
            impact_override: None,
            started: Bound::exactly(started),
            record: OutageRecord::default(),
            updates: Vec::new(),
            same_cause_as: None,
            converted_from: None,
            is_automatic: false,
            postmortem: None,
            reopened: Vec::new(),
            source: None,
            is_backfilled: false,
            created_at: started,
        }
    }

    /// The incident that goes on.
    fn present(
        &self,
        domains: ComponentId,
        checkout: ComponentId,
        admin: ComponentId,
        mail: ComponentId,
    ) -> Incident {
        let started = self.minutes_ago(37);
        let mut incident = self.incident("Some custom domains do not answer", started, None);
        incident.record = OutageRecord {
            affected: vec![affected(domains, ComponentStatus::PartialOutage)],
            not_affected: vec![Target::Component(admin), Target::Component(mail)],
            customers_should: Some(
                "Nothing. A shop that is dark under its own domain returns by itself.".to_owned(),
            ),
            causes: vec![
                cause("a start-up script is missing on one server", Certainty::Known),
                cause("an expired certificate", Certainty::RuledOut),
            ],
            detected_by: Some("a shop owner".to_owned()),
            detected_at: Some(self.minutes_ago(33)),
            ..OutageRecord::default()
        };
        let mut identified = self.posted(
            self.minutes_ago(4),
            IncidentStatus::Identified,
            "A start-up script is missing on one server that came back this morning. **4 of 1,312** \
             custom domains are dark; we are restoring them now.",
            &[],
        );
        identified.next_update_due_at = self.minutes_ago(4).checked_add(20.minutes()).ok();
        incident.updates = vec![
            self.posted(
                self.minutes_ago(30),
                IncidentStatus::Investigating,
                "Some shops do not answer under their own domain. Their `example.com` address works.",
                &[],
            ),
            self.posted(
                self.minutes_ago(18),
                IncidentStatus::Investigating,
                "Checkout is slower than usual as well while we move traffic.",
                &[(checkout, ComponentStatus::DegradedPerformance)],
            ),
            identified,
        ];
        incident
    }

    /// A short one, with its account of transactions.
    fn latency(&self, checkout: ComponentId) -> Incident {
        let (started, ended) = (self.days_ago(2, 128), self.days_ago(2, 120));
        let mut incident = self.incident("High latency on Checkout", started, Some(ended));
        incident.record = OutageRecord {
            affected: vec![affected(checkout, ComponentStatus::DegradedPerformance)],
            losses: vec![Loss {
                target: Target::Component(checkout),
                kind: Some(LossKind::Transactions),
                outcome: LossOutcome::None,
                fraction: None,
                counts: LossCounts {
                    accepted: Some(412),
                    delivered: Some(412),
                    late: Some(9),
                    lost: Some(0),
                },
                note: None,
                settled: None,
            }],
            causes: vec![cause("web server memory", Certainty::Suspected)],
            ..OutageRecord::default()
        };
        incident.updates = vec![
            self.posted(started, IncidentStatus::Investigating, "Checkout answers slowly.", &[]),
            self.posted(ended, IncidentStatus::Resolved, "Checkout answers as usual again.", &[]),
        ];
        incident
    }

    /// A longer one, with a postmortem and a promise.
    fn webhooks(&self, webhooks: ComponentId) -> Incident {
        let (started, ended) = (self.days_ago(37, 300), self.days_ago(37, 101));
        let mut incident = self.incident("Webhooks not sent", started, Some(ended));
        let due = self.now.to_zoned(TimeZone::UTC).date().saturating_add(30.days());
        incident.record = OutageRecord {
            affected: vec![affected(webhooks, ComponentStatus::MajorOutage)],
            losses: vec![Loss {
                target: Target::Component(webhooks),
                kind: Some(LossKind::Transactions),
                outcome: LossOutcome::Delayed,
                fraction: None,
                counts: LossCounts::default(),
                note: Some("All were sent after the end.".to_owned()),
                settled: None,
            }],
            causes: vec![cause("a queue without a limit filled the disk", Certainty::Known)],
            security_statement: Some("No data left our systems.".to_owned()),
            actions: vec![
                action("Every queue has a limit", None, ActionState::Done { on: None }),
                action("Free inodes are watched too", Some(Due::Day(due)), ActionState::Promised),
            ],
            ..OutageRecord::default()
        };
        incident.updates = vec![
            self.posted(started, IncidentStatus::Investigating, "No webhooks leave.", &[]),
            self.posted(
                self.days_ago(37, 140),
                IncidentStatus::Monitoring,
                "Webhooks leave again. The backlog drains.",
                &[(webhooks, ComponentStatus::DegradedPerformance)],
            ),
            self.posted(ended, IncidentStatus::Resolved, "The backlog is sent.", &[]),
        ];
        incident.postmortem = Some(self.postmortem(started));
        incident
    }

    /// What was learned from it.
    fn postmortem(&self, started: Timestamp) -> Postmortem {
        Postmortem {
            publication: Publication::Published { at: self.days_ago(35, 0) },
            summary: Prose::plain(
                "A disk filled up with webhooks that one receiver did not take. Nothing was lost.",
            ),
            timeline: vec![
                TimelineEntry {
                    when: Moment::At { at: started },
                    text: "The disk is full; no webhook leaves.".to_owned(),
                },
                TimelineEntry {
                    when: Moment::At { at: self.days_ago(37, 140) },
                    text: "Space is made; the backlog begins to drain.".to_owned(),
                },
            ],
            contributing_factors: vec!["The queue had no limit.".to_owned()],
            discussion_url: None,
        }
    }

    /// Something taken down on purpose.
    fn shutdown(&self, admin: ComponentId) -> Incident {
        let (started, ended) = (self.days_ago(61, 500), self.days_ago(61, 470));
        let title = "Admin taken down to close a security hole";
        let mut incident = self.incident(title, started, Some(ended));
        incident.kind = IncidentKind::DeliberateShutdown;
        incident.record.affected = vec![affected(admin, ComponentStatus::MajorOutage)];
        incident.record.reported_length = Some("30 minutes".to_owned());
        incident.updates = vec![self.posted(
            ended,
            IncidentStatus::Resolved,
            "The hole is closed. Nobody had used it.",
            &[],
        )];
        incident
    }

    /// Work ahead, four days from now at half past eleven at night.
    fn ahead(&self, checkout: ComponentId) -> Result<Maintenance> {
        let zone = get_zone(ZONE)?;
        let day = self.now.to_zoned(zone.clone()).date().saturating_add(4.days());
        let starts_at = day.at(23, 30, 0, 0).to_zoned(zone)?.timestamp();
        let mut window = self.maintenance("Replace the network switch", checkout);
        window.state = MaintenanceState::Scheduled;
        window.window = AnnouncedWindow {
            starts_at: Some(starts_at),
            ends_at: Some(starts_at.checked_add(1.hour())?),
            length: None,
        };
        window.abort_at = Some(starts_at.checked_add(40.minutes())?);
        window.expected_effect = Some("Checkout may pause for up to two minutes.".to_owned());
        window.recovery_plan = Some("The old switch stays cabled and takes over.".to_owned());
        window.updates = vec![self.posted(
            self.days_ago(3, 0),
            MaintenanceStatus::Scheduled,
            "The switch in front of Checkout shows errors and is replaced before it fails.",
            &[],
        )];
        Ok(window)
    }

    /// Work that is done.
    fn done(&self, mail: ComponentId) -> Maintenance {
        let (started, ended) = (self.days_ago(20, 90), self.days_ago(20, 60));
        let mut window = self.maintenance("More memory for the mail server", mail);
        window.state = MaintenanceState::Completed {
            started: Bound::exactly(started),
            ended: Bound::exactly(ended),
        };
        window.window =
            AnnouncedWindow { starts_at: Some(started), ends_at: Some(ended), length: None };
        window
    }

    fn maintenance(&self, title: &str, component: ComponentId) -> Maintenance {
        Maintenance {
            id: self.entropy.id(self.now),
            public_id: self.entropy.public_id(),
            page_id: self.page_id,
            title: title.to_owned(),
            state: MaintenanceState::Scheduled,
            publication: Publication::Published { at: self.now },
            window: AnnouncedWindow::default(),
            former_windows: Vec::new(),
            expected_effect: None,
            recovery_plan: None,
            is_automatic: true,
            abort_at: None,
            record: OutageRecord {
                affected: vec![affected(component, ComponentStatus::UnderMaintenance)],
                ..OutageRecord::default()
            },
            updates: Vec::new(),
            converted_to: None,
            series: None,
            source: None,
            created_at: self.now,
        }
    }
}

const fn affected(id: ComponentId, status: ComponentStatus) -> Affected {
    Affected { target: Target::Component(id), status }
}

fn cause(text: &str, certainty: Certainty) -> Cause {
    Cause { text: text.to_owned(), certainty, corrections: Vec::new() }
}

fn action(text: &str, due: Option<Due>, state: ActionState) -> ActionItem {
    ActionItem { text: text.to_owned(), due, state }
}
