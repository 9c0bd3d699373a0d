//! A server with the demo's contents, whose readers `cargo xtask bench tell` plays: they need files of
//! their own, so they are another process.
//!
//! Says in one line of JSON where it listens. Each line that it reads makes it report an incident on
//! the default page; at the end of its input it stops.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use allclear::instance::{Conditions, Instance};
use allclear::settings::ProbeSettings;
use allclear_domain::audit::Actor;
use allclear_domain::incident::IncidentKind;
use allclear_domain::text::Prose;
use allclear_domain::times::Bound;
use allclear_domain::{Change, Clock, Entropy, IncidentStatus, SystemClock};
use allclear_incidents::history::import;
use allclear_incidents::writing::{self, NewIncident, NewUpdate};
use allclear_store::{Location, Store};
use allclear_web::Entrance;
use allclear_web::server::ListenerLimits;
use anyhow::{Context, Result};

const CONNECTIONS: usize = 19_000;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (entropy, now) = (Entropy::from_seed(1), SystemClock.now());
    let actor = Actor::Command("bench".to_owned());
    let store = Store::open(&Location::Folder(folder.path().to_owned())).await?;
    let batches = allclear::demo::batches(&entropy, now)?;
    import::write(&store, &batches, &actor, &entropy, now).await?;
    let room = allclear::open_files::make_room(CONNECTIONS);
    let conditions = Conditions {
        listen: "127.0.0.1:0".parse()?,
        allowed: ListenerLimits {
            connections_max: room.granted,
            header_timeout: Duration::from_secs(10),
        },
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
    let (port, pid) = (instance.address().port(), std::process::id());
    writeln!(std::io::stdout(), "{{\"port\":{port},\"pid\":{pid}}}")?;
    let page = instance.published().default_page().context("the demo has no default page")?;
    loop {
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        });
        let line = line.await??;
        if line.is_empty() {
            break;
        }
        let new = NewIncident {
            page_id: page.status_page().id,
            title: line.trim().to_owned(),
            kind: IncidentKind::Disruption,
            impact_override: None,
            affected: Vec::new(),
            started: Bound::Unknown,
            ended: None,
            update: Some(NewUpdate {
                status: Some(IncidentStatus::Investigating),
                body: Prose::plain("We see it and look for the cause."),
                shown_at: None,
                changes: Vec::new(),
                next_update_due_at: None,
            }),
            is_draft: false,
        };
        let change = Change { actor: &actor, entropy: &entropy, now: SystemClock.now() };
        writing::report_incident(instance.store(), new, change).await?;
        instance.publisher().nudge().notify_one();
    }
    instance.stop().await;
    Ok(())
}
