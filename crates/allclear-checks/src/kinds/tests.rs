//! Probes of peers that are made here, byte by byte, and what is ours.

use std::net::SocketAddr;

use allclear_domain::Entropy;
use allclear_domain::check::{HttpCheck, HttpVersion, Protocol, ServiceCheck, TcpCheck, TextTest};
use allclear_domain::clock::TurnedClock;
use allclear_net::{AddressRules, Resolver, Trust};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

use super::*;
use crate::for_tests;

/// A prober that may reach this machine and asks no DNS server.
pub(super) fn prober() -> NetProber {
    prober_by(AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]))
}

/// A prober that may reach this machine and asks these DNS servers.
pub(super) fn prober_asking(servers: &[SocketAddr]) -> NetProber {
    let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
    prober_of(rules, Resolver::asking(servers).unwrap())
}

fn prober_by(rules: AddressRules) -> NetProber {
    prober_of(rules, Resolver::asking(&[]).unwrap())
}

/// A prober that may reach this machine and trusts these authorities.
pub(super) fn prober_trusting(trust: &Trust) -> NetProber {
    let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
    prober_of_all(rules, Resolver::asking(&[]).unwrap(), trust)
}

fn prober_of(rules: AddressRules, resolver: Resolver) -> NetProber {
    prober_of_all(rules, resolver, &Trust::public_and(b"").unwrap())
}

fn prober_of_all(rules: AddressRules, resolver: Resolver, trust: &Trust) -> NetProber {
    let net = Net::new(rules, resolver);
    let clock = Arc::new(TurnedClock::at(noon()));
    let tls = TlsClient::new(trust, None, clock).unwrap();
    NetProber::new(net, tls, VantagePoint::core())
}

pub(super) fn noon() -> Timestamp {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

pub(super) fn check(kind: CheckKind) -> Check {
    Check { kind, deadline_ms: 10_000, ..for_tests::check(&Entropy::from_seed(1), "shop") }
}

pub(super) fn http(url: String) -> HttpCheck {
    HttpCheck::of(url)
}

pub(super) fn tcp(address: SocketAddr) -> TcpCheck {
    TcpCheck::of(address.ip().to_string(), address.port())
}

pub(super) async fn probe(kind: CheckKind) -> ProbeResult {
    prober().probe(Arc::new(check(kind)), noon()).await
}

pub(super) fn code(result: &ProbeResult) -> Option<ReasonCode> {
    result.reason.as_ref().map(|reason| reason.code)
}

pub(super) fn told(result: &ProbeResult) -> &str {
    result.reason.as_ref().map(|reason| reason.told.as_str()).unwrap_or_default()
}

/// All that was said, in lines.
pub(super) fn said(result: &ProbeResult) -> String {
    let lines: Vec<&str> = result.exchange.lines.iter().map(|line| line.text.as_str()).collect();
    lines.join("\n")
}

/// What a peer does after it said its bytes.
#[derive(Clone, Copy)]
pub(super) enum Then {
    /// It ends the connection.
    Close,
    /// It keeps it open and says nothing more.
    Wait,
    /// It goes on with the same byte for ever.
    Endless,
}

/// A peer that waits for a question of at least `asked` bytes, and then says these bytes.
pub(super) async fn peer(asked: usize, bytes: impl Into<Vec<u8>>, then: Then) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let bytes = bytes.into();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let bytes = bytes.clone();
            tokio::spawn(async move {
                let mut question = vec![0; 4_096];
                let mut read = 0;
                while read < asked {
                    read += stream.read(&mut question).await.unwrap_or(asked).max(1);
                }
                stream.write_all(&bytes).await.ok();
                match then {
                    Then::Close => {}
                    Then::Wait => std::future::pending().await,
                    Then::Endless => while stream.write_all(&[b'x'; 4_096]).await.is_ok() {},
                }
            });
        }
    });
    address
}

/// An address at which nobody listens, and nobody else can as long as the socket is there.
pub(super) fn closed() -> (SocketAddr, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    (socket.local_addr().unwrap(), socket)
}

#[tokio::test]
async fn what_works_and_takes_long_is_degraded() {
    let address = peer(0, "220 ready\r\n", Then::Wait).await;
    let mut check = check(CheckKind::Tcp(tcp(address)));
    check.slow_after_ms = Some(10_000);
    assert_eq!(prober().probe(Arc::new(check), noon()).await.verdict, Verdict::Ok);
    let slow = slow(Duration::from_millis(301), Some(Duration::from_millis(300))).unwrap();
    assert_eq!(slow.told, "it works, and took 301 ms; more than 300 ms is slow");
    assert!(super::slow(Duration::from_millis(300), Some(Duration::from_millis(300))).is_none());
}

#[tokio::test]
async fn a_machine_that_stood_still_says_nothing_of_the_target() {
    let address = peer(0, "", Then::Wait).await;
    let mut tcp = tcp(address);
    tcp.expect = Some(TextTest::Contains("ready".to_owned()));
    let mut check = check(CheckKind::Tcp(tcp));
    check.deadline_ms = 100;
    let asleep = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        std::thread::sleep(Duration::from_millis(2_400));
    };
    let (result, ()) = tokio::join!(prober().probe(Arc::new(check), noon()), asleep);
    assert_eq!((result.verdict, code(&result)), (Verdict::Unknown, Some(ReasonCode::Ours)));
    assert!(told(&result).contains("too busy to tell"), "{result:?}");
}

/// A peer that begins HTTP/2 and then asks without end whether we are there, reading nothing. It tells when
/// the connection is gone.
async fn pinging() -> (SocketAddr, oneshot::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (gone, told) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let settings: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        let ping: [u8; 17] = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        stream.write_all(&settings).await.unwrap();
        let pings = ping.repeat(1_000);
        while stream.write_all(&pings).await.is_ok() {}
        gone.send(()).ok();
    });
    (address, told)
}

#[tokio::test]
async fn a_connection_of_http2_ends_with_its_probe() {
    let kinds: [&dyn Fn(SocketAddr) -> CheckKind; 2] = [
        &|address: SocketAddr| {
            let version = HttpVersion::Http2;
            CheckKind::Http(HttpCheck { version, ..http(format!("http://{address}/")) })
        },
        &|address: SocketAddr| {
            let (host, port) = (address.ip().to_string(), address.port());
            CheckKind::Service(ServiceCheck::of(Protocol::Grpc, host, port))
        },
    ];
    for kind in kinds {
        let (address, gone) = pinging().await;
        let check = Check { deadline_ms: 300, ..check(kind(address)) };
        let result = prober().probe(Arc::new(check), noon()).await;
        assert_eq!(code(&result), Some(ReasonCode::TimedOut), "{result:?}");
        let gone = tokio::time::timeout(Duration::from_secs(30), gone).await;
        assert!(gone.is_ok(), "it is still connected: {result:?}");
    }
}

#[tokio::test]
async fn a_check_that_cannot_be_read_says_nothing_of_the_target() {
    let result = probe(CheckKind::Http(http("shop.example.com".to_owned()))).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Unknown, Some(ReasonCode::Ours)));
    assert!(told(&result).starts_with("the check cannot be tried: http.url "), "{result:?}");
    assert_eq!(result.probed_at, noon());
}

#[tokio::test]
async fn a_check_is_read_anew_when_it_changed() {
    let (prober, before) = (prober(), Arc::new(check(CheckKind::Tcp(tcp(closed().0)))));
    let ready = prober.0.ready(&before).unwrap();
    assert!(Arc::ptr_eq(&ready, &prober.0.ready(&before).unwrap()));
    let after = Arc::new(Check { kind: CheckKind::Tcp(tcp(closed().0)), ..(*before).clone() });
    assert!(!Arc::ptr_eq(&ready, &prober.0.ready(&after).unwrap()));
}

#[tokio::test]
async fn without_a_dns_server_nothing_is_known_of_the_target() {
    let result = probe(CheckKind::Http(http("http://shop.example.com/".to_owned()))).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Unknown, Some(ReasonCode::Ours)));
    assert!(result.phases.resolve_us.is_some() && result.phases.connect_us.is_none());
}

#[tokio::test]
async fn what_may_not_be_reached_is_not_connected_to() {
    let address = peer(0, "secret", Then::Close).await;
    let prober = prober_by(AddressRules::default());
    for kind in [
        CheckKind::Tcp(tcp(address)),
        CheckKind::Http(http(format!("http://{address}/"))),
        CheckKind::Http(HttpCheck {
            connect_to: Some(address.ip()),
            ..http(format!("http://shop.example.com:{}/", address.port()))
        }),
        format!("dns://{address}/shop.example.com").parse().unwrap(),
    ] {
        let result = prober.probe(Arc::new(check(kind)), noon()).await;
        assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Forbidden)));
        assert!(result.phases.connect_us.is_none());
    }
}
