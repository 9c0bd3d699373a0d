//! From an update that is posted to a reader who gets it: 1,000 components with 90 days of history.
//!
//! Prints one line of JSON, which `cargo xtask bench page` takes up. Each round posts an update
//! through the area's function, nudges the publisher, and asks over HTTP until the bytes changed.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use allclear::instance::{Conditions, Instance};
use allclear::settings::ProbeSettings;
use allclear_domain::audit::Actor;
use allclear_domain::incident::{IncidentKind, IncidentState};
use allclear_domain::posted::{Posted, StatusChange};
use allclear_domain::record::{Affected, OutageRecord, Publication, Target};
use allclear_domain::status_page::{
    ColorTokens, ComponentSelection, Language, StatusPage, UptimePolicy,
};
use allclear_domain::text::{Key, Prose};
use allclear_domain::times::{Bound, Moment};
use allclear_domain::{
    Change, Clock, Component, ComponentStatus, Entropy, Incident, IncidentStatus, SystemClock,
};
use allclear_incidents::history::batch::Batch;
use allclear_incidents::history::import;
use allclear_incidents::writing;
use allclear_store::{Location, Store};
use allclear_web::Entrance;
use allclear_web::server::ListenerLimits;
use anyhow::{Context, Result, ensure};
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const COMPONENTS: usize = 1_000;
const INCIDENTS: usize = 2_000;
const ROUNDS: usize = 200;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (entropy, now) = (Entropy::from_seed(1), SystemClock.now());
    let actor = Actor::Command("bench".to_owned());
    let store = Store::open(&Location::Folder(folder.path().to_owned())).await?;
    let batch = batch(&entropy, now)?;
    let open = batch.incidents.first().context("no incident")?.clone();
    import::write(&store, &[batch], &actor, &entropy, now).await?;

    let allowed = ListenerLimits { connections_max: 100, header_timeout: Duration::from_secs(10) };
    let conditions = Conditions {
        listen: "127.0.0.1:0".parse()?,
        allowed,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(Entropy::from_seed(2)),
        entrance: Entrance::default(),
        prober: allclear::probing::prober(&ProbeSettings::default(), Arc::new(SystemClock))?,
        probes_max: 1,
        samples_bytes_max: u64::MAX,
        sign_of_life: None,
        rdap_url: None,
    };
    let instance = Instance::start(store, conditions).await?;
    let mut reader = TcpStream::connect(instance.address()).await?;
    let mut took = Vec::with_capacity(ROUNDS);
    let mut written = Vec::with_capacity(ROUNDS);
    let mut page_bytes = 0;
    for round in 0..ROUNDS {
        let now = SystemClock.now();
        let status = if round % 2 == 0 {
            ComponentStatus::MajorOutage
        } else {
            ComponentStatus::PartialOutage
        };
        let update = update(&open, &entropy, now, round, status);
        let known = etag(&mut reader, "").await?.0;
        let start = Instant::now();
        let change = Change { actor: &actor, entropy: &entropy, now };
        let post = |incident: Incident| Ok(incident.post(update, now)?);
        writing::change(instance.store(), open.id, None, change, post).await?;
        written.push(start.elapsed());
        instance.publisher().nudge().notify_one();
        loop {
            let (tag, bytes) = etag(&mut reader, &known).await?;
            if tag != known {
                page_bytes = bytes;
                break;
            }
            // A reader who asks without a pause would take a core from the publisher.
            tokio::time::sleep(Duration::from_millis(1)).await;
            ensure!(start.elapsed() < Duration::from_secs(10), "the update was never served");
        }
        took.push(start.elapsed());
    }
    instance.stop().await;
    writeln!(
        std::io::stdout(),
        "{{\"figure\":\"publish to served\",\"components\":{COMPONENTS},\"incidents\":{INCIDENTS},\
         \"rounds\":{ROUNDS},\"p50_ms\":{:.2},\"p99_ms\":{:.2},\"written_p50_ms\":{:.2},\
         \"written_p99_ms\":{:.2},\"page_gzip_bytes\":{page_bytes}}}",
        percentile(&mut took, 500),
        percentile(&mut took, 990),
        percentile(&mut written, 500),
        percentile(&mut written, 990)
    )?;
    Ok(())
}

/// A percentile, in milliseconds.
fn percentile(times: &mut [Duration], permille: usize) -> f64 {
    times.sort();
    let index = (times.len() * permille / 1000).min(times.len().saturating_sub(1));
    times.get(index).map_or(0.0, Duration::as_secs_f64) * 1000.0
}

/// Asks for the first view; gives its tag and how many bytes came.
async fn etag(reader: &mut TcpStream, known: &str) -> Result<(String, usize)> {
    let request = format!(
        "GET / HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\nif-none-match: {known}\r\n\r\n"
    );
    reader.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    let (head, wanted) = loop {
        let read = reader.read(&mut buffer).await?;
        ensure!(read > 0, "the server closed the connection");
        bytes.extend_from_slice(buffer.get(..read).unwrap_or_default());
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let is_known = head.starts_with("http/1.1 304");
            let length: usize = if is_known { 0 } else { length.context("no length")?.parse()? };
            break (head, end + 4 + length);
        }
    };
    while bytes.len() < wanted {
        let read = reader.read(&mut buffer).await?;
        ensure!(read > 0, "the server closed the connection");
        bytes.extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).context("no tag")?;
    Ok((tag.to_owned(), bytes.len()))
}

fn update(
    incident: &Incident,
    entropy: &Entropy,
    now: Timestamp,
    round: usize,
    status: ComponentStatus,
) -> Posted<IncidentStatus> {
    let affected = incident.record.affected.first().map(|affected| affected.target.clone());
    let changes = match affected {
        Some(Target::Component(component_id)) => vec![StatusChange { component_id, status }],
        _ => Vec::new(),
    };
    Posted {
        id: entropy.id(now),
        status: Some(IncidentStatus::Identified),
        shown_at: Moment::At { at: now },
        posted_at: now,
        body: Prose::plain(format!("Round {round}.")),
        changes,
        next_update_due_at: None,
        is_backfilled: false,
        edits: Vec::new(),
    }
}

/// A page of components in groups of ten, with incidents spread over ninety days; the first is open.
fn batch(entropy: &Entropy, now: Timestamp) -> Result<Batch> {
    let page = StatusPage {
        id: entropy.id(now),
        slug: Key::new("bench")?,
        title: "Bench".to_owned(),
        description: String::new(),
        is_default: true,
        host_names: Vec::new(),
        timezone: Some("Europe/Berlin".to_owned()),
        timezone_label: None,
        language: Language::En,
        logo: None,
        colors: ColorTokens::default(),
        components: ComponentSelection::Own,
        uptime: UptimePolicy::default(),
        password_set_at: None,
    };
    let mut components: Vec<Component> = Vec::with_capacity(COMPONENTS);
    for n in 0..COMPONENTS {
        let group = n - n % 10;
        components.push(Component {
            id: entropy.id(now),
            public_id: entropy.public_id(),
            page_id: page.id,
            key: Key::new(format!("component-{n}"))?,
            name: format!("Component {n}"),
            description: None,
            parent_id: (group != n).then(|| components.get(group).map(|c| c.id)).flatten(),
            position: u32::try_from(n)?,
            start_date: Some(jiff::civil::date(2020, 1, 1)),
            created_at: now,
            retired_at: None,
        });
    }
    let day = SignedDuration::from_hours(24);
    let mut incidents = Vec::with_capacity(INCIDENTS);
    for n in 0..INCIDENTS {
        let back = i32::try_from(n * 90 / INCIDENTS)?;
        let started = now.checked_sub(day * back)?.checked_sub(SignedDuration::from_mins(30))?;
        let ended = started.checked_add(SignedDuration::from_mins(20))?;
        let component = components.get(n * 7 % COMPONENTS).context("no component")?;
        incidents.push(incident(
            entropy,
            page.id,
            n,
            component.id,
            started,
            (n > 0).then_some(ended),
        ));
    }
    let mut batch = Batch::of(page, true);
    batch.components = components;
    batch.incidents = incidents;
    Ok(batch)
}

fn incident(
    entropy: &Entropy,
    page_id: allclear_domain::ids::StatusPageId,
    n: usize,
    component: allclear_domain::ids::ComponentId,
    started: Timestamp,
    ended: Option<Timestamp>,
) -> Incident {
    Incident {
        id: entropy.id(started),
        public_id: entropy.public_id(),
        page_id,
        title: format!("Incident {n}"),
        kind: IncidentKind::Disruption,
        state: match ended {
            Some(at) => IncidentState::Resolved { ended: Bound::exactly(at) },
            None => IncidentState::Investigating,
        },
        publication: Publication::Published { at: started },
        impact_override: None,
        started: Bound::exactly(started),
        record: OutageRecord {
            affected: vec![Affected {
                target: Target::Component(component),
                status: ComponentStatus::PartialOutage,
            }],
            ..OutageRecord::default()
        },
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
