//! Connections to this machine, where it is allowed, and to where nobody is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpListener;

use super::*;
use crate::Resolver;
use crate::dns_for_tests::{Say, dns, later};

fn loopback() -> AddressRules {
    AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()])
}

fn host(name: &str) -> Host<String> {
    Host::parse(name).unwrap()
}

fn nowhere() -> Resolver {
    Resolver::asking(&[]).unwrap()
}

/// Addresses of one name, without a question.
fn known(name: &str, addresses: &[&str]) -> DialOptions {
    let known = addresses.iter().map(|text| (name.to_owned(), text.parse().unwrap()));
    DialOptions { known: known.collect(), ..DialOptions::default() }
}

#[tokio::test]
async fn a_connection_tells_how_it_came_about() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (_, resolver) = dns(|_, _| Say::one("127.0.0.1")).await;
    let net = Net::new(loopback(), resolver);
    let options = DialOptions { family: Family::V4, ..DialOptions::default() };
    let dialed = net.dial(&host("www.example.com"), port, &options, later()).await;
    assert!(dialed.stream.is_ok(), "{dialed:?}");
    assert_eq!(dialed.trail.reached, Some(listener.local_addr().unwrap()));
    assert_eq!(dialed.trail.found, ["127.0.0.1".parse::<IpAddr>().unwrap()]);
    assert!(dialed.trail.holds_for.is_some() && dialed.trail.connected_in.is_some());
}

#[tokio::test]
async fn a_closed_port_refuses() {
    // Bound and without anybody who listens: nobody else can come to listen there.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let net = Net::new(loopback(), nowhere());
    let dialed = net.dial(&host("127.0.0.1"), port, &DialOptions::default(), later()).await;
    let error = dialed.stream.unwrap_err();
    assert!(matches!(error, DialError::Refused { .. }) && !error.is_ours(), "{error:?}");
    assert!(dialed.trail.reached.is_none() && dialed.trail.connected_in.is_some());
}

#[tokio::test]
async fn nothing_of_this_machine_is_reached_unless_it_is_allowed() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let net = Net::new(AddressRules::default(), nowhere());
    // The last are ways of writing 127.0.0.1 that browsers know.
    for name in ["127.0.0.1", "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]", "0x7f.1", "2130706433"] {
        let dialed = net.dial(&host(name), port, &DialOptions::default(), later()).await;
        let error = dialed.stream.unwrap_err();
        assert!(matches!(error, DialError::Forbidden(_)) && !error.is_ours(), "{name}: {error:?}");
        assert!(dialed.trail.connected_in.is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_name_that_changes_its_meaning_leads_nowhere_else() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let (_, resolver) = dns(move |_, _| {
        let address =
            if count.fetch_add(1, Ordering::SeqCst) == 0 { "127.0.0.1" } else { "127.1.1.1" };
        Say::Addresses(vec![address.parse().unwrap()], 0)
    })
    .await;
    // The first address may be reached, the second, right after it, may not.
    let rules = AddressRules::allowing(vec!["127.0.0.0/16".parse().unwrap()]);
    let net = Net::new(rules, resolver);
    let options = DialOptions { family: Family::V4, ..DialOptions::default() };
    let first = net.dial(&host("rebinding.example.com"), port, &options, later()).await;
    assert!(first.stream.is_ok(), "{first:?}");
    let second = net.dial(&host("rebinding.example.com"), port, &options, later()).await;
    assert!(matches!(second.stream, Err(DialError::Forbidden(_))), "{second:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_is_forbidden_is_left_out_of_what_is_found() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let net = Net::new(loopback(), nowhere());
    let options = known("mixed.example.com", &["10.0.0.1", "169.254.169.254", "127.0.0.1"]);
    let dialed = net.dial(&host("mixed.example.com"), port, &options, later()).await;
    assert_eq!(dialed.trail.reached, Some(listener.local_addr().unwrap()));
    assert_eq!(dialed.trail.found.len(), 3, "what the name means is told in full");
}

#[tokio::test]
async fn a_dead_address_does_not_hide_one_that_lives() {
    let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let net = Net::new(loopback(), nowhere());
    let options = known("two.example.com", &["127.0.0.1", "127.0.0.2"]);
    let dialed = net.dial(&host("two.example.com"), port, &options, later()).await;
    assert_eq!(dialed.trail.reached, Some(listener.local_addr().unwrap()));
}

/// A listener whose queue is full, so that it answers nobody: the system drops what comes.
async fn full() -> (TcpListener, Vec<TcpStream>) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    let brief = Duration::from_millis(200);
    while let Ok(Ok(stream)) = tokio::time::timeout(brief, TcpStream::connect(address)).await {
        waiting.push(stream);
    }
    (listener, waiting)
}

#[tokio::test]
async fn a_silent_address_does_not_hide_one_that_lives_nor_outlast_the_deadline() {
    let (full, _waiting) = full().await;
    let port = full.local_addr().unwrap().port();
    let listener = TcpListener::bind(("127.0.0.2", port)).await.unwrap();
    let net = Net::new(loopback(), nowhere());
    let options = known("two.example.com", &["127.0.0.1", "127.0.0.2"]);
    let dialed = net.dial(&host("two.example.com"), port, &options, later()).await;
    assert_eq!(dialed.trail.reached, Some(listener.local_addr().unwrap()));
    let soon = Instant::now() + Duration::from_millis(300);
    let dialed = net.dial(&host("127.0.0.1"), port, &DialOptions::default(), soon).await;
    let error = dialed.stream.unwrap_err();
    assert!(matches!(error, DialError::TimedOut { .. }) && !error.is_ours(), "{error:?}");
}

#[test]
fn what_the_system_says_is_told_apart_by_whose_fault_it_is() {
    let address = SocketAddr::from(([192, 0, 2, 1], 443));
    let judged = |errno: Errno| DialError::of(address, &io::Error::from(errno));
    for ours in [
        Errno::NETUNREACH,
        Errno::NETDOWN,
        Errno::ADDRNOTAVAIL,
        Errno::MFILE,
        Errno::NFILE,
        Errno::NOMEM,
        Errno::NOBUFS,
        Errno::PERM,
    ] {
        assert!(judged(ours).is_ours(), "{ours:?}");
    }
    for theirs in [Errno::CONNREFUSED, Errno::CONNRESET, Errno::HOSTUNREACH, Errno::TIMEDOUT] {
        assert!(!judged(theirs).is_ours(), "{theirs:?}");
    }
    // That we have no IPv6 is nothing to tell where IPv4 was refused.
    for (first, second) in
        [(Errno::NETUNREACH, Errno::CONNREFUSED), (Errno::CONNREFUSED, Errno::NETUNREACH)]
    {
        let told = telling(Some(judged(first)), judged(second));
        assert_eq!(told, DialError::Refused { address });
    }
}
