//! A running instance: store, publisher and listener, started and stopped together.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use allclear_checks::{ExpiryDuty, Prober, Registries, RollUp, Watch};
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
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::duties::Duties;

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
    duties: Duties,
}

impl Instance {
    /// Publishes what the store holds, then listens.
    ///
    /// # Errors
    /// Where the store cannot be read, or the address not be listened on.
    pub async fn start(store: Store, conditions: Conditions) -> Result<Self> {
        let Conditions { listen, allowed, clock, entropy, entrance, .. } = conditions;
        let Conditions { prober, probes_max, samples_bytes_max, rdap_url, .. } = conditions;
        let published = Published::empty();
        let publisher = Arc::new(Publisher::new(store.clone(), clock.clone(), published.clone()));
        let outages =
            OutageDuty::new(store.clone(), clock.clone(), entropy.clone(), publisher.nudge());
        let woken = vec![publisher.nudge(), outages.nudge()];
        let registries = Registries::new(prober.clone(), rdap_url);
        let expiry = ExpiryDuty::new(store.clone(), clock.clone(), entropy.clone(), registries);
        let watch = Watch::new(store.clone(), clock.clone(), entropy.clone(), prober, woken)
            .with_in_flight_max(probes_max);
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
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("{listen} cannot be listened on: choose another with --listen")
        })?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let until = async {
            // A dropped sender stops it as well.
            let _ = stopped.await;
        };
        let front = Front::of(published.clone(), app);
        let serving = tokio::spawn(server::serve(listener, front, allowed, until));
        let mut duties = Duties::default();
        duties.begin("publisher", {
            let publisher = publisher.clone();
            async move { publisher.run().await }
        });
        duties.begin("maintenance duty", {
            let maintenance = maintenance.clone();
            async move { maintenance.run().await }
        });
        let roll_up = RollUp::new(store.clone(), clock.clone(), samples_bytes_max);
        duties.begin("roll-up of samples", async move { roll_up.run().await });
        duties.begin("expiry ledger", async move { expiry.run().await });
        duties.begin("watch", async move { watch.run().await });
        duties.begin("duty of outages", async move { outages.run().await });
        if let Some(certificates) = certificates {
            duties.begin("renewal of certificates", renew(certificates, clock.clone()));
        }
        duties.begin("upkeep", keep_up(Upkeep::new(store.clone()), clock));
        Ok(Self { address, store, publisher, published, first, stop, serving, maintenance, duties })
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

    /// Stops listening, lets open requests end, and closes the store.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the listener ended badly");
        }
        self.duties.stop().await;
        self.store.close().await;
    }
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
