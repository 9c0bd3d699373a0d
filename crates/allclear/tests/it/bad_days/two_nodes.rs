//! Two processes on one PostgreSQL: one of them probes, and where it is killed the other goes on, with one
//! outage, one incident, and its end. A server is killed, not stopped, where it is dropped.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use allclear_checks::writing::{NewCheck, add_check};
use allclear_domain::audit::Actor;
use allclear_domain::check::{
    Affects, CheckKind, OnOutage, Outage, Patience, TcpCheck, Threshold, Verdict,
};
use allclear_domain::ids::{CheckId, StatusPageId};
use allclear_domain::status_page::Language;
use allclear_domain::text::Key;
use allclear_domain::{Change, Clock, ComponentStatus, Entropy, SystemClock};
use allclear_incidents::writing::{NewComponent, NewStatusPage, add_component, add_status_page};
use allclear_store::{Location, Store};

use super::server::{PATIENCE, Server};
use crate::support::{Engine, Fresh, allclear};
use crate::watch::new_check;

/// How long it rests between two looks.
const REST: Duration = Duration::from_millis(50);

/// Waits until something is so.
async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..PATIENCE.as_millis() / REST.as_millis() {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(REST).await;
    }
    panic!("{what} never comes");
}

/// A component, and a check of it that is down after two failures.
async fn add(store: &Store, target: SocketAddr) -> (StatusPageId, CheckId) {
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_system());
    let change = Change { actor: &actor, entropy: &entropy, now: SystemClock.now() };
    let language = Language::En;
    let new = NewStatusPage { title: "Shop".to_owned(), slug: None, timezone: None, language };
    let page = add_status_page(store, new, change).await.unwrap().value;
    let new = NewComponent {
        page_id: page.id,
        name: "Checkout".to_owned(),
        key: None,
        description: None,
        parent_id: None,
        start_date: None,
    };
    let component = add_component(store, new, change).await.unwrap().value;
    let tcp = TcpCheck {
        host: target.ip().to_string(),
        port: target.port(),
        connect_to: None,
        tls: false,
        send: None,
        expect: None,
    };
    let new = NewCheck {
        key: Some(Key::new("shop").unwrap()),
        kind: CheckKind::Tcp(tcp),
        interval_seconds: 1,
        deadline_ms: 500,
        patience: Patience { fail_after: 2, recover_after: 1, stable_for_seconds: 0 },
        affects: vec![Affects {
            component_id: component.id,
            when_failing: ComponentStatus::MajorOutage,
            when_degraded: ComponentStatus::Operational,
        }],
        on_outage: OnOutage::Draft,
        ..new_check(target)
    };
    (page.id, add_check(store, new, change).await.unwrap().id)
}

async fn outages(store: &Store, id: CheckId) -> Vec<Outage> {
    let mut outages = store.list_latest_outages(id, 20).await.unwrap();
    outages.retain(|outage| outage.threshold == Threshold::Fail);
    outages
}

/// A process that has only the database in common with others.
fn start(fresh: &Fresh, node: &str) -> Server {
    let Location::Url(url) = &fresh.location else { panic!("it is a file") };
    let mut command = allclear();
    command.env("ALLCLEAR_DATABASE_URL", url).arg("--data").arg(fresh.folder.path().join(node));
    command.env("ALLCLEAR_SENTINELS", "none").env("ALLCLEAR_PROBE_NETWORKS", "127.0.0.0/8");
    Server::start(&mut command).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_nodes_probes_and_the_other_goes_on_when_it_is_killed() {
    let fresh = Fresh::on(Engine::Postgres);
    let place = (Ipv4Addr::new(127, 77, 8, 1), 0);
    let mut target = Some(TcpListener::bind(place).unwrap());
    let address = target.as_ref().unwrap().local_addr().unwrap();
    let store = fresh.store().await;
    let (page, check) = add(&store, address).await;
    let holder = async || store.find_lease("watch").await.unwrap().map(|lease| lease.holder);
    let verdict = async || {
        let judged = store.list_judgments_of(check).await.unwrap();
        judged.first().and_then(|judged| judged.judgment.verdict())
    };
    let first = start(&fresh, "first");
    let before = until("a first holder", holder).await;
    let second = start(&fresh, "second");
    until("a first verdict", async || verdict().await.filter(|one| *one == Verdict::Ok)).await;

    // It dies while nothing is wrong, and the other one sees the outage.
    drop((first, target.take()));
    let open = until("an outage", async || outages(&store, check).await.pop()).await;
    assert_eq!(open.ended_at, None);
    let after = holder().await.unwrap();
    assert_ne!(before, after);
    until("an incident", async || store.list_incidents(page).await.unwrap().pop()).await;

    // That one dies in the middle of the outage, and a third sees its end.
    let third = start(&fresh, "third");
    drop(second);
    until("another holder", async || holder().await.filter(|one| *one != after)).await;
    target = Some(TcpListener::bind(address).unwrap());
    let over = async || outages(&store, check).await.pop().filter(|one| one.ended_at.is_some());
    let over = until("its end", over).await;
    assert_eq!((over.id, over.began_at), (open.id, open.began_at));
    assert_eq!(outages(&store, check).await.len(), 1, "neither begun twice nor lost");
    assert_eq!(store.list_incidents(page).await.unwrap().len(), 1);
    drop((third, target));
    store.close().await;
}
