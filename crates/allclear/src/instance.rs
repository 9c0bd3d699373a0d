//! A running instance: store, publisher and listener, started and stopped together.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use allclear_checks::proposals::Looker;
use allclear_checks::{ExpiryDuty, Prober, Registries, RollUp, SignOfLife, Watch, Watchdog};
use allclear_domain::{Clock, Entropy};
use allclear_incidents::duty::MaintenanceDuty;
use allclear_incidents::outages::OutageDuty;
#[cfg(feature = "passkeys")]
use allclear_people::passkeys::Passkeys;
use allclear_people::{Passwords, Upkeep, upkeep};
use allclear_store::Store;
use allclear_web::server::ListenerLimits;
use allclear_web::tls::Certificates;
use allclear_web::{App, Entrance, Front, Published, Publisher, Report, server};
use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::duties::Duties;
use crate::probing::ProbeThreads;

/// How often what is over is taken away. It opens nothing meanwhile.
const KEEP_UP_EVERY: Duration = Duration::from_secs(3_600);

/// How often the files of the certificate are looked at.
const LOOK_AT_CERTIFICATE_EVERY: Duration = Duration::from_secs(60);

/// What an instance runs under.
pub struct Conditions {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// What the listener allows.
    pub allowed: ListenerLimits,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where ids and secrets come from.
    pub entropy: Arc<Entropy>,
    /// How requests get here.
    pub entrance: Entrance,
    /// What tries checks.
    pub prober: Arc<dyn Prober>,
    /// How many of them it may try at the same time.
    pub probes_max: usize,
    /// Bytes that what they found may take.
    pub samples_bytes_max: u64,
    /// Who is told elsewhere that probing goes on, where anybody is.
    pub sign_of_life: Option<SignOfLife>,
    /// Who is asked about registrations of all domains; whom IANA names where it is `None`.
    pub rdap_url: Option<String>,
}

/// A running instance.
pub struct Instance {
    address: SocketAddr,
    store: Store,
    publisher: Arc<Publisher>,
    published: Published,
    first: Report,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    maintenance: Arc<MaintenanceDuty>,
    watch: Arc<Watch>,
    prober: Arc<dyn Prober>,
    duties: Duties,
}

impl Instance {
    /// Publishes what the store holds, then listens.
    ///
    /// # Errors
    /// Where the store cannot be read, or the address not be listened on.
    pub async fn start(store: Store, conditions: Conditions) -> Result<Self> {
        let Conditions { listen, allowed, clock, entropy, entrance, .. } = conditions;
        let Conditions { prober, probes_max, samples_bytes_max, .. } = conditions;
        let published = Published::empty();
        let publisher = Arc::new(Publisher::new(store.clone(), clock.clone(), published.clone()));
        let outages =
            OutageDuty::new(store.clone(), clock.clone(), entropy.clone(), publisher.nudge());
        let woken = vec![publisher.nudge(), outages.nudge()];
        let here = || (store.clone(), clock.clone(), entropy.clone(), prober.clone());
        let probe_threads = ProbeThreads::start()?;
        let watch = watch(here(), woken, probes_max, &probe_threads);
        let watchdog = watchdog(here(), &watch, conditions.sign_of_life);
        let expiry = expiry(here(), conditions.rdap_url);
        #[cfg(feature = "passkeys")]
        let passkeys = Passkeys::at(entrance.public_url.as_deref());
        let app = App {
            store: store.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            passwords: Passwords::default(),
            attempts: Arc::default(),
            signals: Arc::default(),
            #[cfg(feature = "passkeys")]
            passkeys: Arc::new(passkeys),
            published: published.clone(),
            nudge: publisher.nudge(),
            watch: watch.nudge(),
            looker: Looker::new(prober.clone()),
            expiry: expiry.nudge(),
            figures: watch.figures(),
            entrance: Arc::new(entrance),
        };
        let certificates = app.entrance.certificates.clone();
        let maintenance = Arc::new(MaintenanceDuty::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            publisher.nudge(),
        ));
        let first = publisher.run_once(clock.now()).await?;
        let listener = listener_at(listen).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let front = Front::of(published.clone(), app);
        let serving = tokio::spawn(server::serve(listener, front, allowed, told(stopped)));
        let mut duties = Duties::default();
        duties.begin("publisher", publish(publisher.clone()));
        duties.begin("maintenance duty", maintain(maintenance.clone()));
        duties.begin("watch", probe(watch.clone(), probe_threads));
        duties.begin("watchdog", async move { watchdog.run().await });
        duties.begin("expiry ledger", async move { expiry.run().await });
        duties.begin("duty of outages", async move { outages.run().await });
        keep_house(&mut duties, &store, clock, samples_bytes_max, certificates);
        Ok(Self {
            address,
            store,
            publisher,
            published,
            first,
            stop,
            serving,
            maintenance,
            watch,
            prober,
            duties,
        })
    }

    /// The address that it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its store.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Its publisher.
    #[must_use]
    pub fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    /// What readers get.
    #[must_use]
    pub const fn published(&self) -> &Published {
        &self.published
    }

    /// What the first publishing did.
    #[must_use]
    pub const fn first_report(&self) -> &Report {
        &self.first
    }

    /// Its duty that begins and ends maintenance windows.
    #[must_use]
    pub fn maintenance(&self) -> &MaintenanceDuty {
        &self.maintenance
    }

    /// Its duties: without the publisher pages stand still, without the others windows neither begin
    /// nor end.
    pub const fn duties(&mut self) -> &mut Duties {
        &mut self.duties
    }

    /// Stops listening, lets open requests end, ends programs that checks run, and closes the store.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the listener ended badly");
        }
        self.duties.stop().await;
        // Nobody waits for what probes began elsewhere in the system.
        self.prober.stop();
        self.watch.lay_down().await;
        self.store.close().await;
    }
}

/// Begins the duties that nobody waits for.
fn keep_house(
    duties: &mut Duties,
    store: &Store,
    clock: Arc<dyn Clock>,
    samples_bytes_max: u64,
    certificates: Option<Certificates>,
) {
    let roll_up = RollUp::new(store.clone(), clock.clone(), samples_bytes_max);
    duties.begin("roll-up of samples", async move { roll_up.run().await });
    if let Some(certificates) = certificates {
        duties.begin("renewal of certificates", renew(certificates, clock.clone()));
    }
    duties.begin("upkeep", keep_up(Upkeep::new(store.clone()), clock));
}

async fn listener_at(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("{address} cannot be listened on: choose another with --listen"))
}

/// What probing takes.
type Probing = (Store, Arc<dyn Clock>, Arc<Entropy>, Arc<dyn Prober>);

fn watch(
    (store, clock, entropy, prober): Probing,
    woken: Vec<Arc<Notify>>,
    probes_max: usize,
    threads: &ProbeThreads,
) -> Arc<Watch> {
    let watch = Watch::new(store, clock, entropy, prober, woken);
    Arc::new(watch.with_in_flight_max(probes_max).with_probes_on(threads.handle()))
}

fn watchdog(
    (store, clock, entropy, prober): Probing,
    watch: &Watch,
    sign_of_life: Option<SignOfLife>,
) -> Watchdog {
    let told = (watch.figures(), watch.holder().to_owned());
    Watchdog::new(store, clock, &entropy, prober, told, sign_of_life)
}

fn expiry((store, clock, entropy, prober): Probing, rdap_url: Option<String>) -> ExpiryDuty {
    ExpiryDuty::new(store, clock, entropy, Registries::new(prober, rdap_url))
}

/// Waits until it is told to stop. A dropped sender stops it as well.
async fn told(stopped: oneshot::Receiver<()>) {
    let _ = stopped.await;
}

/// Publishes, again and again.
async fn publish(publisher: Arc<Publisher>) {
    publisher.run().await;
}

/// Begins and ends maintenance windows, again and again.
async fn maintain(maintenance: Arc<MaintenanceDuty>) {
    maintenance.run().await;
}

/// Probes, again and again. The threads stop with it.
async fn probe(watch: Arc<Watch>, _threads: ProbeThreads) {
    watch.run().await;
}

/// Looks whether there is another certificate, again and again.
async fn renew(certificates: Certificates, clock: Arc<dyn Clock>) {
    loop {
        certificates.run_once(clock.now()).await;
        tokio::time::sleep(LOOK_AT_CERTIFICATE_EVERY).await;
    }
}

/// Takes away what is over, again and again.
async fn keep_up(upkeep: Upkeep, clock: Arc<dyn Clock>) {
    loop {
        match upkeep.run_once(clock.now()).await {
            Ok(report) => {
                let upkeep::Report { sessions, links, answers } = report;
                tracing::debug!(sessions, links, answers, "what was over is gone");
            }
            Err(error) => tracing::warn!(%error, "what is over stays until the next try"),
        }
        tokio::time::sleep(KEEP_UP_EVERY).await;
    }
}
