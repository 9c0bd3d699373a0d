//! How checks reach what they try, as the settings say.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use allclear_checks::kinds::{NetProber, Programs};
use allclear_checks::{Fetch, Fetching, Looking, Prober, Probing, Tracing};
use allclear_domain::Clock;
use allclear_domain::check::{Check, CheckKind, ProbeResult, Reason, ReasonCode, VantagePoint};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use allclear_net::{AddressRules, Net, Resolver, Sentinels, TlsClient, Trust};
use anyhow::{Context, Result};
use jiff::Timestamp;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::settings::ProbeSettings;

/// The threads that probes run on, beside those that answer and write: thousands of handshakes at once
/// keep nobody waiting who reads a page. Probes that still run when this is dropped are given up.
#[derive(Debug)]
pub struct ProbeThreads(Option<Runtime>);

impl ProbeThreads {
    /// Starts as many as there are processors.
    ///
    /// # Errors
    /// Where the system gives no threads.
    pub fn start() -> Result<Self> {
        let runtime = Builder::new_multi_thread().thread_name("probes").enable_all().build();
        Ok(Self(Some(runtime.context("threads for probes could not be started")?)))
    }

    /// Where to run a probe; `None` once they are stopped.
    #[must_use]
    pub fn handle(&self) -> Option<Handle> {
        self.0.as_ref().map(|runtime| runtime.handle().clone())
    }
}

impl Drop for ProbeThreads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// What tries checks from this machine.
///
/// # Errors
/// Where the file with authorities cannot be read.
pub fn prober(settings: &ProbeSettings, clock: Arc<dyn Clock>) -> Result<Arc<dyn Prober>> {
    let authorities = match &settings.authority {
        None => Vec::new(),
        Some(path) => {
            let read = std::fs::read(path).with_context(|| {
                format!("probe_authority_file: {} cannot be read", path.display())
            });
            let pem = read?;
            Trust::only(&pem).context("probe_authority_file")?;
            pem
        }
    };
    let rules = AddressRules::allowing(settings.networks.clone());
    Ok(Arc::new(OnDemand {
        authorities,
        rules,
        sentinels: Arc::new(Sentinels::of_this_machine(settings.anchors.clone())),
        clock,
        programs: Programs::within(settings.commands.clone()),
        made: Mutex::default(),
        is_told: AtomicBool::new(false),
    }))
}

/// Makes what probing takes with the first probe. An installation without checks needs none of it,
/// nor a machine that says whom it asks for names.
struct OnDemand {
    /// Authorities that are trusted, too: PEM.
    authorities: Vec<u8>,
    rules: AddressRules,
    sentinels: Arc<Sentinels>,
    clock: Arc<dyn Clock>,
    /// The programs that may be run.
    programs: Programs,
    made: Mutex<Option<NetProber>>,
    /// Whether the log says that it cannot be made.
    is_told: AtomicBool,
}

impl OnDemand {
    fn prober(&self) -> Result<NetProber> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prober) = made.as_ref() {
            return Ok(prober.clone());
        }
        let trust = Trust::public_and(&self.authorities).context("probe_authority_file")?;
        let tls = TlsClient::new(&trust, None, self.clock.clone()).context("TLS for checks")?;
        let resolver = Resolver::of_this_machine().context("names cannot be looked up")?;
        let net = Net::new(self.rules.clone(), resolver).with_neighbors();
        let prober = NetProber::new(net, tls, VantagePoint::core());
        let prober = prober.with_programs(self.programs.clone());
        *made = Some(prober.clone());
        Ok(prober)
    }
}

impl Prober for OnDemand {
    fn probe(&self, check: Arc<Check>, probed_at: Timestamp) -> Probing {
        match self.prober() {
            Ok(prober) => prober.probe(check, probed_at),
            Err(error) => {
                let told = format!("{error:#}");
                if !self.is_told.swap(true, Ordering::Relaxed) {
                    tracing::error!(problem = %told, "no check can be tried");
                }
                let ours = ProbeResult::ours(VantagePoint::core(), probed_at, told);
                Box::pin(std::future::ready(ours))
            }
        }
    }

    fn trace(&self, id: CheckId, now: Timestamp) -> Option<Tracing> {
        // Who never probed anything reached everything.
        self.prober().ok()?.trace(id, now)
    }

    fn fetch(&self, fetch: Fetch, now: Timestamp) -> Fetching {
        match self.prober() {
            Ok(prober) => prober.fetch(fetch, now),
            Err(error) => {
                let ours = Reason::new(ReasonCode::Ours, format!("{error:#}"));
                Box::pin(std::future::ready(Err(ours)))
            }
        }
    }

    fn refusal(&self, kind: &CheckKind) -> Option<InvalidValue> {
        self.programs.refusal(kind)
    }

    fn stop(&self) {
        self.programs.stop();
    }

    fn look(&self) -> Looking {
        let sentinels = Arc::clone(&self.sentinels);
        Box::pin(async move { sentinels.look().await })
    }
}
