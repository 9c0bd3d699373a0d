//! From a server that dies to a page that says so, and back, on both engines: real probes, a turned
//! clock.

mod again;
mod groups;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use allclear::instance::{Conditions, Instance};
use allclear_checks::writing::{NewCheck, add_check, pause_check};
use allclear_domain::audit::Actor;
use allclear_domain::check::{Affects, CheckKind, OnOutage, Patience, TcpCheck, Verdict};
use allclear_domain::status_page::Language;
use allclear_domain::times::Bound;
use allclear_domain::{
    Change, Check, Clock, ComponentStatus, Entropy, Incident, IncidentStatus, StatusPage,
    TurnedClock,
};
use allclear_incidents::writing::{NewComponent, NewStatusPage, add_component, add_status_page};
use allclear_store::Store;
use jiff::SignedDuration;
use tokio::net::{TcpListener, TcpSocket};

use crate::support::reader::{NOON, Reader, clock_now};
use crate::support::{Engine, Fresh, conditions, prober};

/// How often something is looked for before it counts as missing.
const LOOKS: usize = 600;

/// Every ten seconds, down after three and up after two samples over a minute.
pub(crate) fn new_check(target: SocketAddr) -> NewCheck {
    let tcp = TcpCheck {
        host: target.ip().to_string(),
        port: target.port(),
        connect_to: None,
        tls: false,
        send: None,
        expect: None,
    };
    NewCheck {
        key: None,
        name: "Checkout from outside".to_owned(),
        kind: CheckKind::Tcp(tcp),
        interval_seconds: 10,
        deadline_ms: 5_000,
        slow_after_ms: None,
        patience: Patience { fail_after: 3, recover_after: 2, stable_for_seconds: 60 },
        affects: Vec::new(),
        on_outage: OnOutage::Nothing,
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
    }
}

/// A page with a component, and a check that it stands and falls with.
pub(crate) async fn add_checkout(
    store: &Store,
    new: NewCheck,
    change: Change<'_>,
) -> (StatusPage, Check) {
    let language = Language::En;
    let page = NewStatusPage { title: "Shop".to_owned(), slug: None, timezone: None, language };
    let page = add_status_page(store, page, change).await.unwrap().value;
    let component = NewComponent {
        page_id: page.id,
        name: "Checkout".to_owned(),
        key: None,
        description: None,
        parent_id: None,
        start_date: None,
    };
    let component = add_component(store, component, change).await.unwrap().value;
    let affects = vec![Affects {
        component_id: component.id,
        when_failing: ComponentStatus::MajorOutage,
        when_degraded: ComponentStatus::Operational,
    }];
    let check = add_check(store, NewCheck { affects, ..new }, change).await.unwrap().value;
    (page, check)
}

struct Story {
    fresh: Fresh,
    clock: TurnedClock,
    instance: Instance,
    page: StatusPage,
    check: Check,
}

impl Story {
    async fn begin(engine: Engine, target: SocketAddr, on_outage: OnOutage) -> Self {
        Self::begin_with(engine, NewCheck { on_outage, ..new_check(target) }).await
    }

    async fn begin_with(engine: Engine, new: NewCheck) -> Self {
        let (fresh, clock) = (Fresh::on(engine), TurnedClock::at(NOON.parse().unwrap()));
        let instance = start(&fresh, &clock).await;
        let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(4));
        let change = Change { actor: &actor, entropy: &entropy, now: clock_now(&clock) };
        let (page, check) = add_checkout(instance.store(), new, change).await;
        Self { fresh, clock, instance, page, check }
    }

    /// Lets time pass, a second at a time, until something is so.
    async fn until(&self, what: &str, is_so: impl AsyncFn(&Self) -> bool) {
        for _ in 0..LOOKS {
            if is_so(self).await {
                return;
            }
            self.clock.turn(SignedDuration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{what} never comes");
    }

    async fn believed(&self) -> Option<Verdict> {
        let judged = self.instance.store().list_judgments_of(self.check.id).await.unwrap();
        judged.first().and_then(|judged| judged.judgment.verdict())
    }

    async fn incident(&self) -> Option<Incident> {
        let mut all = self.instance.store().list_incidents(self.page.id).await.unwrap();
        assert!(all.len() <= 1, "one outage, one incident: {all:?}");
        all.pop()
    }

    async fn shown(&self) -> String {
        Reader::of(&self.instance).get("/").await.text()
    }
}

/// An instance that really probes.
async fn start(fresh: &Fresh, clock: &TurnedClock) -> Instance {
    let conditions = Conditions { prober: prober(clock), ..conditions(clock) };
    Instance::start(fresh.store().await, conditions).await.unwrap()
}

/// Somebody listens at an address, and takes whoever comes.
async fn listen(address: SocketAddr) -> tokio::task::JoinHandle<()> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    let listener = socket.listen(16).unwrap();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} })
}

/// An address where nobody listens, and nobody else will: a story has one of this machine's many for
/// itself.
async fn nobody(story: u8) -> SocketAddr {
    TcpListener::bind((Ipv4Addr::new(127, 77, 7, story), 0)).await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_server_dies_and_comes_back() {
    for (number, engine) in (1..).zip(Engine::ALL) {
        let target = nobody(number).await;
        let server = listen(target).await;
        let mut story = Story::begin(engine, target, OnOutage::Draft).await;
        story.until("a first verdict", async |story| story.believed().await.is_some()).await;
        assert_eq!(story.believed().await, Some(Verdict::Ok));
        assert!(!story.shown().await.contains("Checkout: major outage"));

        server.abort();
        let died_at = clock_now(&story.clock);
        story.until("a draft", async |story| story.incident().await.is_some()).await;
        story
            .until("the page", async |story| story.shown().await.contains("Checkout: major outage"))
            .await;
        assert!(!story.shown().await.contains("is not working"), "a draft is for the team");
        let outages = story.instance.store().list_latest_outages(story.check.id, 9).await.unwrap();
        let began_at = outages[0].began_at;
        assert!(began_at >= died_at, "{began_at}");
        assert!(outages[0].reason.as_ref().unwrap().told.contains("refused"), "{outages:?}");

        // A restart in the middle.
        story.instance.stop().await;
        story.instance = start(&story.fresh, &story.clock).await;
        let server = listen(target).await;
        story
            .until("the end", async |story| {
                story.incident().await.is_some_and(|incident| !incident.is_open())
            })
            .await;
        let incident = story.incident().await.unwrap();
        let outages = story.instance.store().list_latest_outages(story.check.id, 9).await.unwrap();
        assert_eq!(outages.len(), 2, "one for each threshold: {outages:?}");
        let measured = outages[0].ended_at.map(Bound::exactly);
        assert_eq!((incident.started, incident.ended()), (Bound::exactly(began_at), measured));
        let said: Vec<_> = incident.updates.iter().filter_map(|update| update.status).collect();
        assert_eq!(
            said,
            [IncidentStatus::Investigating, IncidentStatus::Monitoring, IncidentStatus::Resolved]
        );
        assert!(!story.shown().await.contains("Checkout: major outage"), "{engine:?}");
        server.abort();
        story.instance.stop().await;
    }
}

#[tokio::test]
async fn a_check_that_is_paused_in_the_middle_tells_nothing_more() {
    let story = Story::begin(Engine::Sqlite, nobody(3).await, OnOutage::Nothing).await;
    story
        .until("the page", async |story| story.shown().await.contains("Checkout: major outage"))
        .await;
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(5));
    let now = story.clock.now();
    let change = Change { actor: &actor, entropy: &entropy, now };
    pause_check(story.instance.store(), story.check.id, None, change).await.unwrap();
    story
        .until("its end", async |story| !story.shown().await.contains("Checkout: major outage"))
        .await;
    assert!(story.incident().await.is_none());
    story.instance.stop().await;
}

#[tokio::test]
async fn readers_are_told_when_it_was_really_checked() {
    let target = nobody(4).await;
    let server = listen(target).await;
    let story = Story::begin(Engine::Sqlite, target, OnOutage::Nothing).await;
    let fresh = "All that is watched here was checked at";
    story.until("a time", async |story| story.shown().await.contains(fresh)).await;
    let (fresh_at, clock) = (clock_now(&story.clock), story.clock.clone());
    story.instance.stop().await;
    server.abort();
    // Nothing is probed now, as where this machine is blind.
    let instance = story.fresh.instance(&clock).await;
    let story = Story { instance, ..story };
    assert!(story.shown().await.contains(fresh));
    let old = "Not all that is watched here was checked after";
    story.until("that it is old", async |story| story.shown().await.contains(old)).await;
    assert!(clock_now(&clock).duration_since(fresh_at) >= SignedDuration::from_mins(2));
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(5));
    let change = Change { actor: &actor, entropy: &entropy, now: clock_now(&clock) };
    pause_check(story.instance.store(), story.check.id, None, change).await.unwrap();
    story.until("no promise", async |story| !story.shown().await.contains("is watched here")).await;
    story.instance.stop().await;
}

#[tokio::test]
async fn readers_see_how_long_it_takes_where_its_owner_shows_that() {
    let target = nobody(5).await;
    let server = listen(target).await;
    let new = NewCheck { shows_times: true, ..new_check(target) };
    let story = Story::begin_with(Engine::Sqlite, new).await;
    let id = story.check.affects[0].component_id;
    let component = story.instance.store().find_component_by_id(id).await.unwrap().unwrap();
    let path = format!("/components/{}", component.value.public_id);
    let shown = async || Reader::of(&story.instance).get(&path).await.text();
    story.until("a verdict", async |story| story.believed().await.is_some()).await;
    assert!(!shown().await.contains("95 of 100"), "nothing was read since");
    // Read every ten minutes, and shown with the next one.
    for _ in 0..30 {
        story.clock.turn(SignedDuration::from_mins(1));
        tokio::time::sleep(Duration::from_millis(700)).await;
        if shown().await.contains("95 of 100") {
            server.abort();
            return story.instance.stop().await;
        }
    }
    panic!("they are never shown");
}

#[tokio::test]
async fn an_address_that_may_not_be_probed_is_not() {
    // The metadata of a cloud lives there.
    let target = "169.254.169.254:80".parse().unwrap();
    let story = Story::begin(Engine::Sqlite, target, OnOutage::Nothing).await;
    story.until("a verdict", async |story| story.believed().await.is_some()).await;
    let judged = story.instance.store().list_judgments_of(story.check.id).await.unwrap();
    let told = &judged[0].last.reason.as_ref().unwrap().told;
    assert!(told.contains("169.254.169.254"), "{told}");
    assert_eq!(judged[0].last.phases.connect_us, None);
    story.instance.stop().await;
}
