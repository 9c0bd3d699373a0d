//! `allclear serve` and `allclear demo`.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use allclear_apply::Plan;
use allclear_domain::audit::Actor;
use allclear_domain::{Clock, Entropy, SystemClock};
use allclear_incidents::history::import;
use allclear_people::{Secret, set_up};
use allclear_statuspage::{Absence, FIRST_IMPORT};
use allclear_store::{Location, Store};
use allclear_web::Entrance;
use allclear_web::server::ListenerLimits;
use allclear_web::tls::Certificates;
use anyhow::{Context, Result, anyhow};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::DONE;
use crate::apply_duty::ApplyDuty;
use crate::demo;
use crate::instance::{Conditions, Instance};
use crate::open_files;
use crate::output::remark;
use crate::probing;
use crate::secret_keys::{self, SecretKeys};
use crate::settings::{LogFormat, Settings};

/// Serves until it is told to stop.
pub(super) async fn serve(settings: Settings, folder: Option<PathBuf>) -> Result<u8> {
    start_log(&settings)?;
    let (store, _lock) = super::open_to_write(&settings).await?;
    secret_keys::look_after(&store, &settings, &Entropy::from_system()).await;
    let Some(folder) = folder else { return run(&settings, store, None).await };
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(Entropy::from_system()));
    let duty = ApplyDuty::new(folder, store.clone(), clock, entropy);
    // What is wrong at the start is better told than served over; later it must not stop anything.
    match duty.run_once().await {
        Ok(plan) => plan.iter().flat_map(Plan::lines).for_each(|line| remark(&line)),
        Err(error) => {
            store.close().await;
            return Err(error);
        }
    }
    run(&settings, store, Some(duty)).await
}

/// Serves a filled instance from a folder that goes with it.
pub(super) async fn demo(mut settings: Settings) -> Result<u8> {
    start_log(&settings)?;
    let folder = tempfile::Builder::new().prefix("allclear-demo-").tempdir();
    let folder = folder.context("no temporary folder can be made")?;
    settings.data = folder.path().to_owned();
    settings.location = Location::Folder(settings.data.clone());
    settings.secret_keys = SecretKeys::Usual(settings.data.join(secret_keys::FILE_NAME));
    let (store, _lock) = super::open_to_write(&settings).await?;
    let (entropy, now) = (Entropy::from_system(), SystemClock.now());
    let batches = demo::batches(&entropy, now)?;
    import::write(&store, &batches, &Actor::Command("demo".to_owned()), &entropy, now).await?;
    remark(&format!("The demo lives in {} and is removed at the end.", settings.data.display()));
    run(&settings, store, None).await
}

/// How requests get here, with the certificate that is served and the provider that vouches.
fn entrance(settings: &Settings) -> Result<Entrance> {
    let certificates = settings.tls.clone().map(Certificates::load).transpose();
    Ok(Entrance {
        certificates: certificates.context("TLS")?,
        #[cfg(feature = "oidc")]
        provider: super::provider::of(settings)?,
        ..settings.entrance.clone()
    })
}

async fn run(settings: &Settings, store: Store, apply: Option<ApplyDuty>) -> Result<u8> {
    let entrance = entrance(settings)?;
    let scheme = entrance.scheme();
    let room = open_files::make_room(settings.connections_max);
    if room.is_short() {
        tracing::warn!(
            wanted = room.wanted,
            granted = room.granted,
            "connections_max is lowered, as so many files may not be open: raise the limit to {} \
             (`ulimit -Hn`, or `LimitNOFILE=` of a systemd service)",
            room.files()
        );
    }
    let allowed =
        ListenerLimits { connections_max: room.granted, header_timeout: settings.header_timeout };
    let entropy = Arc::new(Entropy::from_system());
    let set_up = set_up::open_link(&store, &entropy, SystemClock.now()).await;
    let conditions = Conditions {
        listen: settings.listen,
        allowed,
        clock: Arc::new(SystemClock),
        entropy,
        entrance,
        prober: probing::prober(&settings.probes, Arc::new(SystemClock))?,
        probes_max: room.probes,
        samples_bytes_max: settings.samples_bytes_max,
        sign_of_life: settings.sign_of_life.clone(),
        rdap_url: settings.rdap_url.clone(),
    };
    let mut instance = Instance::start(store, conditions).await?;
    if let Some(duty) = apply {
        instance.duties().begin("apply duty", async move { duty.run().await });
    }
    let first = instance.first_report();
    for (slug, problem) in &first.failed {
        remark(&format!("warning: the status page `{slug}` cannot be shown: {problem}"));
    }
    if first.bad_rows > 0 {
        remark(&format!(
            "warning: rows that cannot be read and are left out: {}; `allclear doctor` lists them",
            first.bad_rows
        ));
    }
    let own = format!("{scheme}://{}", instance.address());
    greet(&instance, &own);
    match set_up {
        Ok(Some(link)) => {
            invite_first_owner(settings, &own, instance.address(), &link);
        }
        Ok(None) => {}
        // Readers come first: pages that can be read are served also where nothing can be written.
        Err(error) => remark(&format!("warning: no link to set up the console: {error}")),
    }
    let done = tokio::select! {
        stopped = stop_signal() => stopped.map(|()| DONE),
        // Whoever watches over the process starts it again; pages that stand still would be a lie.
        duty = instance.duties().ended() => Err(anyhow!("the {duty} broke off: start again")),
    };
    tracing::info!("stopping: open requests may end");
    instance.stop().await;
    done
}

fn invite_first_owner(settings: &Settings, own: &str, address: SocketAddr, link: &Secret) {
    let public = settings.entrance.public_url.as_deref();
    let is_anywhere = public.is_none() && address.ip().is_unspecified();
    let base = public.unwrap_or(own);
    remark(&format!(
        "Nobody has set up the console yet. Whoever opens this link becomes its owner; it works \
         once, for 24 hours:\n  {base}/console/setup?token={}",
        link.reveal()
    ));
    if is_anywhere {
        remark(&format!(
            "On a phone or another machine, put this machine's name in place of {}.",
            address.ip()
        ));
    }
}

/// Says what answers, at the listener's own address.
fn greet(instance: &Instance, own: &str) {
    let published = instance.published();
    let default = published.default_page();
    match &default {
        Some(page) => remark(&format!("{} on {own}/", page.status_page().title)),
        None => remark(&format!("Allclear listens on {own}/")),
    }
    let default = default.map(|page| page.status_page().id);
    for page in published.status_pages() {
        let page = page.status_page();
        if Some(page.id) != default {
            remark(&format!("{} on {own}/p/{}/", page.title, page.slug));
        }
    }
    if published.absence() == Some(Absence::NothingYet) {
        remark(&format!(
            "There is no status page yet. Make one in the console, or stop the server and bring your \
             history along:\n  \
             {FIRST_IMPORT}"
        ));
    }
}

/// Returns at the first interrupt or termination signal.
pub(super) async fn stop_signal() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

fn start_log(settings: &Settings) -> Result<()> {
    let filter = EnvFilter::try_new(format!("{},{}", allclear_store::DRIVER_LOG, settings.log))
        .with_context(|| format!("log: `{}` is no filter", settings.log))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.log_format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(|error| anyhow!("the log cannot be started: {error}"))
}
