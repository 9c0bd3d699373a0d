//! A DNS server that is right, wrong, silent and overdone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::UdpSocket;

use super::*;
use crate::dns_for_tests::{Say, dns, later};

fn host(name: &str) -> Host<String> {
    Host::parse(name).unwrap()
}

async fn ask(resolver: &Resolver, name: &str, family: Family) -> Result<Resolved, ResolveError> {
    resolver.resolve(&host(name), family, &[], later()).await
}

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[tokio::test]
async fn both_families_come_in_turn_with_the_time_that_they_hold() {
    let all = addresses(&["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"]);
    let (_, resolver) = dns(move |_, kind| {
        Say::Addresses(all.clone(), if kind == RecordType::A { 30 } else { 60 })
    })
    .await;
    let both = ask(&resolver, "www.example.com", Family::Any).await.unwrap();
    assert_eq!(
        both.addresses,
        addresses(&["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3"])
    );
    assert!(both.holds_for.unwrap() <= Duration::from_secs(30));
    let four = ask(&resolver, "www.example.com", Family::V4).await.unwrap();
    assert_eq!(four.addresses, addresses(&["192.0.2.1", "192.0.2.2", "192.0.2.3"]));
    let six = ask(&resolver, "www.example.com", Family::V6).await.unwrap();
    assert_eq!(six.addresses, addresses(&["2001:db8::1", "2001:db8::2"]));
}

#[tokio::test]
async fn an_answer_is_remembered_as_long_as_it_holds() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let (_, resolver) = dns(move |name, _| {
        count.fetch_add(1, Ordering::SeqCst);
        Say::Addresses(addresses(&["192.0.2.1"]), if name.starts_with("long") { 600 } else { 0 })
    })
    .await;
    for _ in 0..3 {
        let found = ask(&resolver, "long.example.com", Family::V4).await.unwrap();
        assert!(found.holds_for.unwrap() <= limits::REMEMBERED_FOR_MAX);
    }
    assert_eq!(asked.swap(0, Ordering::SeqCst), 1);
    for _ in 0..3 {
        ask(&resolver, "short.example.com", Family::V4).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_is_missing_is_the_fault_of_the_target() {
    let (_, resolver) = dns(|name, _| match name {
        "gone.example.com." => Say::NoSuchName,
        "broken.example.com." => Say::Code(ResponseCode::ServFail),
        _ => Say::one("192.0.2.1"),
    })
    .await;
    let gone = ask(&resolver, "gone.example.com", Family::Any).await.unwrap_err();
    assert_eq!(gone, ResolveError::NoSuchName { name: "gone.example.com".to_owned() });
    let six = ask(&resolver, "www.example.com", Family::V6).await.unwrap_err();
    assert_eq!(six.to_string(), "www.example.com has no IPv6 address");
    let broken = ask(&resolver, "broken.example.com", Family::V4).await.unwrap_err();
    assert!(matches!(&broken, ResolveError::Failed { .. }), "{broken:?}");
    for error in [gone, six, broken] {
        assert!(!error.is_ours(), "{error}");
    }
}

#[tokio::test]
async fn that_no_server_answers_is_our_fault() {
    // One that is silent to all, one that does not exist, one that will have nothing to do with us, and
    // one whose own way out is gone.
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let gone = {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.local_addr().unwrap()
    };
    let (refusing, _) = dns(|_, _| Say::Code(ResponseCode::Refused)).await;
    let (cut_off, _) = dns(|_, _| Say::Code(ResponseCode::ServFail)).await;
    for server in [silent.local_addr().unwrap(), gone, refusing, cut_off] {
        let resolver = Resolver::asking(&[server]).unwrap();
        let deadline = Instant::now() + Duration::from_secs(1);
        let asked = resolver.resolve(&host("www.example.com"), Family::V4, &[], deadline).await;
        let error = asked.unwrap_err();
        assert!(matches!(error, ResolveError::NoServer { .. }) && error.is_ours(), "{error:?}");
    }
    let none = Resolver::asking(&[]).unwrap();
    assert!(ask(&none, "www.example.com", Family::V4).await.unwrap_err().is_ours());
}

/// Machines are set up anew while they run: by DHCP, by a tunnel that opens.
#[tokio::test]
async fn servers_that_are_others_by_now_are_asked_after_the_old_ones_fell_silent() {
    let (server, _) = dns(|_, _| Say::one("192.0.2.1")).await;
    let reads = AtomicUsize::new(0);
    let resolver = Resolver::reading(move || {
        let is_first = reads.fetch_add(1, Ordering::SeqCst) == 0;
        let servers = if is_first { Vec::new() } else { vec![server] };
        Ok(settings(&servers))
    })
    .unwrap();
    assert!(ask(&resolver, "www.example.com", Family::V4).await.unwrap_err().is_ours());
    let found = ask(&resolver, "www.example.com", Family::V4).await.unwrap();
    assert_eq!(found.addresses, addresses(&["192.0.2.1"]));
}

#[tokio::test(start_paused = true)]
async fn settings_are_not_read_all_the_time() {
    let reads = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&reads);
    let resolver = Resolver::reading(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Ok(settings(&[]))
    })
    .unwrap();
    for (after, read) in [(0, 2), (29, 2), (2, 3), (29, 3)] {
        tokio::time::advance(Duration::from_secs(after)).await;
        assert!(ask(&resolver, "www.example.com", Family::V4).await.unwrap_err().is_ours());
        assert_eq!(reads.load(Ordering::SeqCst), read, "after {after} s more");
    }
}

#[tokio::test]
async fn silence_about_one_name_is_not_our_fault_where_the_server_lives() {
    let (_, resolver) = dns(|name, _| match name {
        "." => Say::Addresses(Vec::new(), 0),
        _ => Say::Silence,
    })
    .await;
    let deadline = Instant::now() + Duration::from_secs(2);
    let asked = resolver.resolve(&host("dead.example.com"), Family::Any, &[], deadline).await;
    let error = asked.unwrap_err();
    assert!(matches!(error, ResolveError::Failed { .. }) && !error.is_ours(), "{error:?}");
}

#[tokio::test]
async fn silence_about_one_family_does_not_hide_the_other() {
    let (_, resolver) = dns(|_, kind| match kind {
        RecordType::A => Say::one("192.0.2.1"),
        _ => Say::Silence,
    })
    .await;
    let found = ask(&resolver, "www.example.com", Family::Any).await.unwrap();
    assert_eq!(found.addresses, addresses(&["192.0.2.1"]));
}

#[tokio::test]
async fn of_thousands_of_addresses_a_few_are_taken() {
    // About as many as one message holds.
    let many: Vec<IpAddr> = (0..2_000_u32).map(|n| IpAddr::V4((0x0808_0000 + n).into())).collect();
    let (_, resolver) = dns(move |_, _| Say::Addresses(many.clone(), 60)).await;
    let found = ask(&resolver, "many.example.com", Family::V4).await.unwrap();
    assert_eq!(found.addresses.len(), limits::ADDRESSES_MAX);
}

#[tokio::test]
async fn nobody_is_asked_about_what_is_given() {
    let resolver = Resolver::asking(&[]).unwrap();
    let literal = ask(&resolver, "192.0.2.7", Family::Any).await.unwrap();
    assert_eq!(literal, Resolved { addresses: addresses(&["192.0.2.7"]), holds_for: None });
    assert!(ask(&resolver, "[2001:db8::7]", Family::V6).await.is_ok());
    let none = ask(&resolver, "192.0.2.7", Family::V6).await.unwrap_err();
    assert_eq!(none.to_string(), "192.0.2.7 has no IPv6 address");
    let known = [
        ("other.example.com".to_owned(), "192.0.2.8".parse().unwrap()),
        ("www.example.com".to_owned(), "192.0.2.9".parse().unwrap()),
    ];
    let name = host("WWW.example.com");
    let given = resolver.resolve(&name, Family::Any, &known, later()).await.unwrap();
    assert_eq!(given.addresses, addresses(&["192.0.2.9"]));
    let known = [("192.0.2.7".to_owned(), "192.0.2.9".parse().unwrap())];
    let elsewhere = resolver.resolve(&host("192.0.2.7"), Family::Any, &known, later()).await;
    assert_eq!(elsewhere.unwrap().addresses, addresses(&["192.0.2.9"]));
    let long = Host::Domain(format!("{}.example.com", "x".repeat(64)));
    let bad = resolver.resolve(&long, Family::Any, &[], later()).await.unwrap_err();
    assert!(matches!(bad, ResolveError::BadName { .. }), "{bad:?}");
}
