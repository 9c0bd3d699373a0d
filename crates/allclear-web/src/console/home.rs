//! Home: the state of the world. What is wrong now, what was forgotten, and what comes next.

use allclear_checks::Unprobed;
use allclear_domain::StatusSetting;
use allclear_domain::action::Due;
use allclear_domain::ids::{ComponentId, IncidentId, MaintenanceId};
use allclear_domain::{Component, Incident, Maintenance, Outage, OutageRecord, Scope, StatusPage};
use allclear_incidents::lint::{self, Finding, Held, PromisedIn};
use allclear_store::Store;
use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;

use super::answer::{self, Answer, Refusal};
use super::checks::{self, OutageLink, SightView};
use super::clock::WallClock;
use super::expiry::{self, SoonView};
use super::incidents::preview::public_base;
use super::incidents::room::path_of;
use super::incidents::who::{self, Names};
use super::when::tell_length;
use super::{Call, Chrome, words};

/// Things of a kind that home names; the rest is in the lists.
const SHOWN_MAX: usize = 20;

#[derive(Template)]
#[template(path = "console/home.html")]
struct HomeView {
    chrome: Chrome,
    may_write: bool,
    has_pages: bool,
    has_components: bool,
    /// Where readers look, where there is one such place; else empty.
    public: String,
    open: Vec<OpenView>,
    /// What this machine does not see; empty where nothing is.
    unseen: String,
    /// Checks that nobody probes.
    unprobed: Vec<LinkView>,
    /// How many more of them there are.
    unprobed_more: usize,
    outages: Vec<OutageLink>,
    /// What ends soon, and how many more than are shown.
    ends: (Vec<SoonView>, usize),
    findings: Vec<FindingView>,
    drafts: Vec<LinkView>,
    under_way: Vec<LinkView>,
    coming: Vec<LinkView>,
    promises: Vec<LinkView>,
}

/// An open incident.
struct OpenView {
    path: String,
    title: String,
    impact: (&'static str, &'static str, &'static str),
    status: &'static str,
    length: String,
    page: String,
    last: String,
    due: String,
    is_late: bool,
}

/// Something that was forgotten, and what to do.
pub(super) struct FindingView {
    path: String,
    title: String,
    text: String,
}

/// A link with a line about it.
struct LinkView {
    path: String,
    title: String,
    text: String,
}

impl LinkView {
    fn of_unprobed(one: &Unprobed) -> Self {
        let text = format!("not for {}", tell_length(one.length));
        Self { path: format!("/console/checks/{}", one.id), title: one.name.clone(), text }
    }
}

/// One status page with everything on it that is not settled.
struct Part {
    page: StatusPage,
    clock: WallClock,
    components: Vec<Component>,
    incidents: Vec<Incident>,
    maintenance: Vec<Maintenance>,
}

async fn parts(store: &Store) -> Result<Vec<Part>, Refusal> {
    let mut parts = Vec::new();
    for page in store.list_status_pages().await? {
        parts.push(Part {
            clock: WallClock::of(&page),
            components: store.list_components_of(page.id).await?,
            incidents: store.list_unsettled_incidents(page.id).await?,
            maintenance: store.list_unsettled_maintenance(page.id).await?,
            page,
        });
    }
    Ok(parts)
}

/// The page.
pub(super) async fn show(call: Call) -> Answer {
    let store = &call.app.store;
    let parts = parts(store).await?;
    let settings = store.list_status_settings().await?;
    let names = Names::load(store).await?;
    let mut open = Vec::new();
    for part in &parts {
        for incident in &part.incidents {
            if incident.is_open() && incident.publication.is_public() {
                open.push(open_view(&call, part, incident, &names).await?);
            }
        }
    }
    let outages = store.list_readable_open_outages().await?;
    let findings = parts.iter().flat_map(|part| findings(part, &settings, &outages, call.now));
    let unprobed = call.app.figures.list_unprobed();
    let view = HomeView {
        chrome: Chrome::of(&call, "Now", ""),
        may_write: call.access()?.may(Scope::Incidents),
        has_pages: !parts.is_empty(),
        public: public(&parts),
        has_components: parts.iter().any(|part| !part.components.is_empty()),
        open,
        unseen: SightView::load(store, call.now).await?.warning,
        unprobed: unprobed.iter().take(SHOWN_MAX).map(LinkView::of_unprobed).collect(),
        unprobed_more: unprobed.len().saturating_sub(SHOWN_MAX),
        outages: checks::open_outages(store, &outages, call.now, SHOWN_MAX).await?,
        ends: expiry::soon(store, call.now, SHOWN_MAX).await?,
        findings: findings.take(SHOWN_MAX).collect(),
        drafts: parts.iter().flat_map(drafts).take(SHOWN_MAX).collect(),
        under_way: parts.iter().flat_map(under_way).take(SHOWN_MAX).collect(),
        coming: coming(&parts, call.now),
        promises: promises(&parts, call.now),
    };
    answer::page(StatusCode::OK, &view)
}

/// The first view of the only status page.
fn public(parts: &[Part]) -> String {
    match parts {
        [only] => public_base(&only.page),
        _ => String::new(),
    }
}

async fn open_view(
    call: &Call,
    part: &Part,
    incident: &Incident,
    names: &Names,
) -> Result<OpenView, Refusal> {
    let acted = who::changed(&call.app.store, names, incident.id).await?;
    let last = incident.updates.iter().max_by_key(|update| update.posted_at);
    let last = last.map(|update| {
        let author = acted.by(update.posted_at);
        let author = author.map(|name| format!(" by {name}")).unwrap_or_default();
        let ago = tell_length(call.now.duration_since(update.posted_at));
        format!("Last update {ago} ago{author}")
    });
    let due_at = incident.updates.last().and_then(|update| update.next_update_due_at);
    let started_at = incident.started.earliest(part.clock.zone());
    Ok(OpenView {
        path: path_of(incident),
        title: incident.title.clone(),
        impact: words::impact(incident.impact()),
        status: words::incident_status(incident.state.status()),
        length: started_at.map(|at| tell_length(call.now.duration_since(at))).unwrap_or_default(),
        page: part.page.title.clone(),
        last: last.unwrap_or_else(|| "Nothing was told yet".to_owned()),
        due: due_at.map(|at| part.clock.tell(at)).unwrap_or_default(),
        is_late: due_at.is_some_and(|at| at < call.now),
    })
}

fn findings(
    part: &Part,
    settings: &[StatusSetting],
    outages: &[Outage],
    now: Timestamp,
) -> Vec<FindingView> {
    let held = Held {
        components: &part.components,
        settings,
        outages,
        incidents: &part.incidents,
        maintenance: &part.maintenance,
        zone: part.clock.zone(),
    };
    lint::lint(&held, now).iter().filter_map(|finding| part.tell(finding, now)).collect()
}

impl Part {
    fn incident(&self, id: IncidentId) -> Option<&Incident> {
        self.incidents.iter().find(|incident| incident.id == id)
    }

    fn window(&self, id: MaintenanceId) -> Option<&Maintenance> {
        self.maintenance.iter().find(|window| window.id == id)
    }

    fn component(&self, id: ComponentId) -> Option<&Component> {
        self.components.iter().find(|component| component.id == id)
    }

    /// A finding, and what to do about it.
    fn tell(&self, finding: &Finding, now: Timestamp) -> Option<FindingView> {
        let ago = |at: Timestamp| tell_length(now.duration_since(at));
        let (path, title, text) = match finding {
            Finding::UpdateOverdue { incident, due_at } => {
                let incident = self.incident(*incident)?;
                let text = format!("An update was due {} ago: post one.", ago(*due_at));
                (path_of(incident), incident.title.clone(), text)
            }
            Finding::Silent { incident, since } => {
                let incident = self.incident(*incident)?;
                let text = format!("Nothing was said for {}: post an update.", ago(*since));
                (path_of(incident), incident.title.clone(), text)
            }
            Finding::DownWithoutIncident { component, status, since } => {
                let status = words::component_status(*status).to_lowercase();
                let text = format!(
                    "Set to {status} {} ago, and no open incident says why: report one, or set \
                     it back.",
                    ago(*since)
                );
                let path = "/console/components".to_owned();
                (path, self.component(*component)?.name.clone(), text)
            }
            Finding::MeasuredWithoutIncident { component, status, since } => {
                let component = self.component(*component)?;
                let status = words::component_status(*status).to_lowercase();
                let text = format!(
                    "A check measures “{status}” for {}, and no open incident says why: report one.",
                    ago(*since)
                );
                let path = format!("/console/incidents/new?page={}", self.page.slug);
                (path, component.name.clone(), text)
            }
            Finding::Overrun { maintenance, ended_at } => {
                let window = self.window(*maintenance)?;
                let text = format!(
                    "It should have been over {} ago: complete it, or say how long it takes.",
                    ago(*ended_at)
                );
                (window_path(window), window.title.clone(), text)
            }
            Finding::PastAbort { maintenance, abort_at } => {
                let window = self.window(*maintenance)?;
                let text = format!(
                    "It was to be taken back {} ago, and goes on: take it back, or say otherwise.",
                    ago(*abort_at)
                );
                (window_path(window), window.title.clone(), text)
            }
            Finding::PromiseOverdue { promised_in, place } => {
                let (path, record) = match promised_in {
                    PromisedIn::Incident(id) => {
                        let incident = self.incident(*id)?;
                        (path_of(incident), &incident.record)
                    }
                    PromisedIn::Maintenance(id) => {
                        let window = self.window(*id)?;
                        (window_path(window), &window.record)
                    }
                };
                let action = record.actions.get(*place)?;
                let due = action.due.map(|due| due.to_string()).unwrap_or_default();
                let text = format!("Promised by {due}: keep it, or drop it and say why.");
                (path, action.text.clone(), text)
            }
        };
        Some(FindingView { path, title, text })
    }
}

fn window_path(window: &Maintenance) -> String {
    format!("/console/maintenance/{}", window.public_id)
}

fn drafts(part: &Part) -> Vec<LinkView> {
    let drafts = part.incidents.iter().filter(|incident| !incident.publication.is_public());
    let drafts = drafts.map(|incident| LinkView {
        path: path_of(incident),
        title: incident.title.clone(),
        text: format!("Written {}", part.clock.tell(incident.created_at)),
    });
    drafts.collect()
}

fn under_way(part: &Part) -> Vec<LinkView> {
    let windows = part.maintenance.iter().filter(|window| window.is_under_way());
    let windows = windows.map(|window| LinkView {
        path: window_path(window),
        title: window.title.clone(),
        text: match window.window.ends_at {
            Some(ends_at) => format!("Until {}", part.clock.tell(ends_at)),
            None => "No end is announced".to_owned(),
        },
    });
    windows.collect()
}

fn coming(parts: &[Part], now: Timestamp) -> Vec<LinkView> {
    let mut windows = Vec::new();
    for part in parts {
        for window in part.maintenance.iter().filter(|window| window.publication.is_public()) {
            let starts_at = window.window.starts_at.filter(|at| *at > now);
            let Some(starts_at) = starts_at.filter(|_| !window.is_under_way()) else { continue };
            if !window.is_over() {
                let text = format!("From {}", part.clock.tell(starts_at));
                let title = window.title.clone();
                windows.push((starts_at, LinkView { path: window_path(window), title, text }));
            }
        }
    }
    windows.sort_by_key(|(at, _)| *at);
    windows.into_iter().take(SHOWN_MAX).map(|(_, view)| view).collect()
}

/// Promises whose day is still to come, the next first; those that have none come last.
fn promises(parts: &[Part], now: Timestamp) -> Vec<LinkView> {
    let mut promises: Vec<(Date, LinkView)> = Vec::new();
    for part in parts {
        let today = now.to_zoned(part.clock.zone().clone()).date();
        let incidents = part.incidents.iter().map(|i| (path_of(i), &i.record, &i.publication));
        let windows = part.maintenance.iter();
        let windows = windows.map(|w| (window_path(w), &w.record, &w.publication));
        let mut add = |path: &str, record: &OutageRecord| {
            for action in record.actions.iter().filter(|a| a.is_promise() && !a.is_overdue(today)) {
                let due = action.due.map(|due| format!("By {due}"));
                let view = LinkView {
                    path: path.to_owned(),
                    title: action.text.clone(),
                    text: due.unwrap_or_else(|| "No day was named".to_owned()),
                };
                promises.push((action.due.map_or(Date::MAX, Due::last_day), view));
            }
        };
        for (path, record, publication) in incidents.chain(windows) {
            if publication.is_public() {
                add(&path, record);
            }
        }
    }
    promises.sort_by_key(|(day, _)| *day);
    promises.into_iter().take(SHOWN_MAX).map(|(_, view)| view).collect()
}
