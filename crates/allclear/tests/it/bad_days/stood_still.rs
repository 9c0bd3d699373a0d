//! The process is stopped for longer than a probe may take, and goes on: what ran out of time meanwhile
//! says nothing of its target.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use allclear_checks::writing::{NewCheck, add_check};
use allclear_domain::audit::Actor;
use allclear_domain::check::{CheckKind, Patience, TcpCheck, TextTest, Verdict};
use allclear_domain::text::Key;
use allclear_domain::{Change, Clock, Entropy, SystemClock};

use super::server::{PATIENCE, Server, signal};
use crate::support::{Engine, Fresh};
use crate::watch::new_check;

/// Longer than the deadline of the check, and than a sleep of the duty.
const STOPPED_FOR: Duration = Duration::from_millis(2_500);

/// Hands over whoever connects.
fn connections(listener: TcpListener) -> Receiver<TcpStream> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if sender.send(stream).is_err() {
                return;
            }
        }
    });
    receiver
}

/// A check that is down after a single failure.
async fn add(fresh: &Fresh, port: u16) {
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_system());
    let change = Change { actor: &actor, entropy: &entropy, now: SystemClock.now() };
    let tcp = TcpCheck {
        host: "127.0.0.1".to_owned(),
        port,
        connect_to: None,
        tls: false,
        send: None,
        expect: Some(TextTest::Contains("hello".to_owned())),
    };
    let new = NewCheck {
        key: Some(Key::new("shop").unwrap()),
        kind: CheckKind::Tcp(tcp),
        interval_seconds: 1,
        deadline_ms: 1_000,
        patience: Patience { fail_after: 1, recover_after: 1, stable_for_seconds: 0 },
        ..new_check("127.0.0.1:1".parse().unwrap())
    };
    let store = fresh.store().await;
    add_check(&store, new, change).await.unwrap();
    store.close().await;
}

#[test]
fn a_server_that_was_stopped_for_a_while_tells_of_no_outage() {
    let fresh = Fresh::on(Engine::Sqlite);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let target = connections(listener);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(add(&fresh, port));
    let mut command = fresh.command();
    command.env("ALLCLEAR_SENTINELS", "none").env("ALLCLEAR_PROBE_NETWORKS", "127.0.0.1/32");
    let mut server = Server::start(&mut command).unwrap();

    let greet = |greeting: &[u8]| {
        let mut stream = target.recv_timeout(PATIENCE).unwrap();
        stream.write_all(greeting).unwrap();
        stream
    };
    drop(greet(b"hello"));
    // Half an answer, so that there is something to run out of time over.
    let half = greet(b"hel");
    signal("-STOP", server.id());
    std::thread::sleep(STOPPED_FOR);
    signal("-CONT", server.id());
    // It is asked again at once, and answers.
    drop(greet(b"hello"));
    drop(half);
    drop(greet(b"hello"));
    drop(greet(b"hello"));
    let said = server.said();
    assert!(said.contains("stood still"), "{said}");
    let (status, said) = server.stop();
    assert!(status.success(), "{said}");
    runtime.block_on(async {
        let store = fresh.store().await;
        let check = store.find_check_by_key("shop").await.unwrap().unwrap();
        assert_eq!(store.list_latest_outages(check.id, 9).await.unwrap(), []);
        let judged = store.list_judgments_of(check.id).await.unwrap().remove(0);
        assert_eq!(judged.judgment.verdict(), Some(Verdict::Ok));
        let void = judged.last_bad.unwrap();
        assert_eq!(void.verdict, Verdict::Unknown);
        let told = void.reason.unwrap().told;
        assert!(told.contains("stood still"), "{told}");
        store.close().await;
    });
}
