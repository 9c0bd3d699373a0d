//! A server that is watched, and dies and comes back as it is told; and a status page that shows it.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use allclear_checks::writing::{NewCheck, add_check};
use allclear_domain::audit::Actor;
use allclear_domain::check::{
    CheckKind, HeartbeatCheck, OnOutage, Outage, Patience, TcpCheck, TextTest, Threshold,
};
use allclear_domain::text::Key;
use allclear_domain::{Change, Clock, Entropy, Incident, SystemClock};
use allclear_store::{Location, Store};

use super::server::{PATIENCE, Server};
use crate::watch::{add_checkout, new_check};

/// What says that the job ran.
pub(crate) const JOB: &str = "5bac4dc8-9ed9-4c5d-8c3a-1a2b3c4d5e6f";
/// What readers see of an outage.
const DOWN: &str = "Checkout: major outage";

/// Somebody who listens, takes whoever comes, and greets them while it is well.
pub(crate) struct Target {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    is_well: Arc<AtomicBool>,
    taken: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl Target {
    /// An address where nobody listens, and nobody else will: a story has one of this machine's many for
    /// itself.
    pub(crate) fn nowhere(story: u8) -> SocketAddr {
        TcpListener::bind((Ipv4Addr::new(127, 77, 9, story), 0)).unwrap().local_addr().unwrap()
    }

    pub(crate) fn listen(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let (is_over, taken) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let is_well = Arc::new(AtomicBool::new(true));
        let (over, well, count) = (is_over.clone(), is_well.clone(), taken.clone());
        let thread = std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                if well.load(Ordering::SeqCst) {
                    // Whoever came may have gone again.
                    stream.write_all(b"hello").ok();
                }
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { address, is_over, is_well, taken, thread }
    }

    /// Waits until it was looked at a few times more.
    pub(crate) fn is_probed(&self) {
        let before = self.taken.load(Ordering::SeqCst);
        wait("a probe", || self.taken.load(Ordering::SeqCst) >= before + 3);
    }

    /// It says nothing any more, or greets again.
    pub(crate) fn is(&self, well: bool) {
        self.is_well.store(well, Ordering::SeqCst);
    }

    /// Nobody listens any more.
    pub(crate) fn die(self) {
        self.is_over.store(true, Ordering::SeqCst);
        // It may be waiting for somebody.
        drop(TcpStream::connect(self.address));
        self.thread.join().unwrap();
    }
}

/// Waits until something is so.
pub(crate) fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..PATIENCE.as_millis() / 20 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{what} never comes");
}

/// Waits until readers are told of an outage, or of none.
pub(crate) fn shows(server: &Server, is_down: bool) {
    wait("the page", || {
        let page = server.get("/");
        assert_eq!(page.status, 200);
        page.body.contains(DOWN) == is_down
    });
}

/// A page with a component, a check of it once a second that is down after two failures, and a job.
pub(crate) async fn set_up(location: &Location, target: SocketAddr) {
    let store = Store::open(location).await.unwrap();
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_system());
    let change = Change { actor: &actor, entropy: &entropy, now: SystemClock.now() };
    let greeting = TcpCheck {
        host: target.ip().to_string(),
        port: target.port(),
        connect_to: None,
        tls: false,
        send: None,
        expect: Some(TextTest::Contains("hello".to_owned())),
    };
    let new = NewCheck {
        key: Some(Key::new("shop").unwrap()),
        kind: CheckKind::Tcp(greeting),
        interval_seconds: 1,
        deadline_ms: 1_000,
        patience: Patience { fail_after: 2, recover_after: 2, stable_for_seconds: 2 },
        ..new_check(target)
    };
    add_checkout(&store, NewCheck { on_outage: OnOutage::Draft, ..new }, change).await;
    let tokens = vec![JOB.parse().unwrap()];
    let kind = HeartbeatCheck { tokens, ..HeartbeatCheck::every(86_400) }.into();
    let job = NewCheck { name: "Backup".to_owned(), kind, ..new_check(target) };
    add_check(&store, NewCheck { interval_seconds: 60, ..job }, change).await.unwrap();
    store.close().await;
}

/// What a database holds of the target: its outages, the latest first, and the incidents.
pub(crate) async fn measured(store: &Store) -> (Vec<Outage>, Vec<Incident>) {
    let check = store.find_check_by_key("shop").await.unwrap().unwrap();
    let mut outages = store.list_latest_outages(check.id, 99).await.unwrap();
    outages.retain(|outage| outage.threshold == Threshold::Fail);
    let page = store.list_status_pages().await.unwrap().remove(0);
    (outages, store.list_incidents(page.id).await.unwrap())
}
