//! Servers made of bytes: what they may say, and what is made of it.

use std::sync::Arc;

use allclear_domain::check::{DnsCode, DnsRecord};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::dns_for_tests::{Say, dns, later};
use crate::{AddressRules, Resolver};

fn net() -> Net {
    let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
    Net::new(rules, Resolver::asking(&[]).unwrap())
}

fn question(name: &str, record: DnsRecord) -> DnsQuestion {
    DnsQuestion { name: DnsName::read(name).unwrap(), record, wants_others_asked: true }
}

async fn ask(address: SocketAddr) -> Result<DnsAnswer, DnsError> {
    ask_until(address, later()).await
}

async fn ask_until(address: SocketAddr, deadline: Instant) -> Result<DnsAnswer, DnsError> {
    let question = question("www.example.com", DnsRecord::A);
    net().ask_dns(NameServer::at(address), &question, deadline).await
}

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(300)
}

/// A server that says to each question what is made of its bytes, datagram by datagram.
async fn saying(
    make: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + Sync + 'static,
) -> (SocketAddr, TcpListener) {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let udp = UdpSocket::bind(address).await.unwrap();
    tokio::spawn(async move {
        let mut bytes = [0; 1_024];
        loop {
            let (length, from) = udp.recv_from(&mut bytes).await.unwrap();
            for datagram in make(&bytes[..length]) {
                udp.send_to(&datagram, from).await.unwrap();
            }
        }
    });
    (address, tcp)
}

/// The question as an answer, with these flags, so many answers, and these bytes of them.
fn answering(question: &[u8], flags: [u8; 2], count: u8, answers: &[u8]) -> Vec<u8> {
    // Without what follows the question itself: www.example.com, A, IN.
    let mut bytes = question[..HEAD + 21].to_vec();
    bytes[2..4].copy_from_slice(&flags);
    bytes[6..12].copy_from_slice(&[0, count, 0, 0, 0, 0]);
    bytes.extend(answers);
    bytes
}

const HEAD: usize = 12;
/// The name at the question, A, IN, a minute, 192.0.2.7.
const ROW: [u8; 16] = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7];

#[tokio::test]
async fn all_that_a_server_says_is_told() {
    let (address, _) = dns(|_, _| {
        Say::Addresses(vec!["192.0.2.7".parse().unwrap(), "192.0.2.8".parse().unwrap()], 60)
    })
    .await;
    let answer = ask(address).await.unwrap();
    let texts: Vec<&str> = answer.records.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(texts, ["192.0.2.7", "192.0.2.8"]);
    assert_eq!((answer.code, answer.records[0].ttl), (Some(DnsCode::NoError), 60));
    assert_eq!(answer.records[0].name.to_string(), "www.example.com");
    assert!(!answer.is_over_tcp);
}

#[tokio::test]
async fn what_fits_into_no_datagram_is_asked_for_over_tcp() {
    let all = (1..=200).map(|last| IpAddr::from([192, 0, 2, last])).collect::<Vec<_>>();
    let (address, _) = dns(move |_, _| Say::Addresses(all.clone(), 60)).await;
    let answer = ask(address).await.unwrap();
    assert_eq!((answer.is_over_tcp, answer.records.len()), (true, 200));
}

#[tokio::test]
async fn what_may_not_be_asked_is_not() {
    let (address, _) = dns(|_, _| Say::one("192.0.2.7")).await;
    let net = Net::new(AddressRules::default(), Resolver::asking(&[address]).unwrap());
    let question = question("www.example.com", DnsRecord::A);
    let asked = net.ask_dns(NameServer::at(address), &question, later()).await;
    assert!(matches!(asked, Err(DnsError::Forbidden(_))), "{asked:?}");
    // What this machine is set up to ask is no target.
    let own = net.own_name_servers();
    assert_eq!(own.iter().map(NameServer::address).collect::<Vec<_>>(), [address]);
    assert!(net.ask_dns(own[0], &question, later()).await.is_ok());
}

#[tokio::test]
async fn a_question_that_is_lost_is_asked_again() {
    let lost = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let (address, _tcp) =
        saying(move |question| match lost.swap(false, std::sync::atomic::Ordering::Relaxed) {
            true => Vec::new(),
            false => vec![answering(question, [0x84, 0], 1, &ROW)],
        })
        .await;
    let answer = ask(address).await.unwrap();
    assert!(answer.is_authoritative && answer.took >= FIRST_WAIT);
}

#[tokio::test]
async fn what_answers_another_question_is_no_answer() {
    let (address, _tcp) = saying(|question| {
        let right = answering(question, [0x84, 0], 1, &ROW);
        let (mut id, mut name, mut kind, mut asks) =
            (right.clone(), right.clone(), right.clone(), right.clone());
        id[0] ^= 1;
        name[HEAD + 1] = b'x';
        kind[HEAD + 18] = 28;
        asks[2] &= 0x7f;
        vec![id, name, kind, asks, right]
    })
    .await;
    assert_eq!(ask(address).await.unwrap().records[0].text, "192.0.2.7");
    let (address, _tcp) = saying(|question| {
        let mut other = answering(question, [0x84, 0], 1, &ROW);
        other[1] ^= 1;
        vec![other]
    })
    .await;
    let error = ask_until(address, soon()).await.unwrap_err();
    assert_eq!(error, DnsError::Strays { address, count: 1 });
}

#[tokio::test]
async fn a_flood_of_other_answers_has_an_end() {
    let (address, _tcp) = saying(|question| {
        let mut other = answering(question, [0x84, 0], 0, &[]);
        other[0] ^= 1;
        vec![other; limits::STRAYS_MAX]
    })
    .await;
    assert_eq!(
        ask(address).await.unwrap_err(),
        DnsError::Strays { address, count: limits::STRAYS_MAX }
    );
}

#[tokio::test]
async fn names_that_point_at_themselves_are_no_message() {
    for pointer in [[0xc0, 33], [0xc0, 35], [0xff, 0xff]] {
        let mut row = ROW;
        row[..2].copy_from_slice(&pointer);
        let (address, _tcp) =
            saying(move |question| vec![answering(question, [0x84, 0], 1, &row)]).await;
        let error = ask(address).await.unwrap_err();
        assert!(matches!(error, DnsError::Garbled { .. }), "{pointer:?}: {error:?}");
        assert!(!error.is_ours());
    }
}

#[tokio::test]
async fn what_is_no_message_is_told() {
    for bytes in [&b"SSH-2.0-x"[..], b"", b"x"] {
        let (address, _tcp) = saying(move |_| vec![bytes.to_vec()]).await;
        let error = ask(address).await.unwrap_err();
        assert!(matches!(error, DnsError::Garbled { .. }), "{bytes:?}: {error:?}");
    }
    // It says that more records follow than do.
    let (address, _tcp) = saying(|question| vec![answering(question, [0x84, 0], 9, &ROW)]).await;
    assert!(matches!(ask(address).await, Err(DnsError::Garbled { .. })));
}

#[tokio::test]
async fn one_that_is_silent_is_left_at_the_deadline_and_one_that_is_not_there_at_once() {
    let (address, _tcp) = saying(|_| Vec::new()).await;
    let error = ask_until(address, soon()).await.unwrap_err();
    assert_eq!(error, DialError::TimedOut { address }.into());
    // Bound over TCP, so nobody else has the port, and not over UDP.
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let error = ask(address).await.unwrap_err();
    assert_eq!(error, DialError::Refused { address }.into());
}

#[tokio::test]
async fn answers_over_tcp_are_bounded() {
    let cut = |question: &[u8]| vec![answering(question, [0x86, 0], 0, &[])];
    let drips: [(&[u8], bool); 3] =
        [(&[], true), (&[0xff, 0xff, 1, 2], false), (&[0, 1, 7], false)];
    for (bytes, waits) in drips {
        let (address, tcp) = saying(cut).await;
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = tcp.accept().await.unwrap();
                // The length, and something of the question.
                stream.read_exact(&mut [0; 14]).await.unwrap();
                stream.write_all(bytes).await.unwrap();
                if waits {
                    std::future::pending::<()>().await;
                }
            }
        });
        let error = ask_until(address, soon()).await.unwrap_err();
        match bytes.len() {
            0 => assert_eq!(error, DialError::TimedOut { address }.into()),
            3 => assert!(matches!(error, DnsError::Garbled { .. }), "{error:?}"),
            _ => assert!(matches!(error, DnsError::Cut { .. }), "{error:?}"),
        }
    }
}

#[tokio::test]
async fn an_answer_with_too_many_records_is_not_read() {
    let many = (0..=limits::RECORDS_MAX).map(|nth| {
        let [.., high, low] = nth.to_be_bytes();
        IpAddr::from([198, 18, high, low])
    });
    let many: Vec<IpAddr> = many.collect();
    let (address, _) = dns(move |_, _| Say::Addresses(many.clone(), 60)).await;
    let error = ask(address).await.unwrap_err();
    assert_eq!(error, DnsError::TooLong { address, count: limits::RECORDS_MAX + 1 });
}

#[test]
fn names_are_read_as_they_are_written() {
    for (written, name) in [
        ("www.Example.COM.", "www.example.com"),
        ("_sip._tcp.example.com", "_sip._tcp.example.com"),
        ("*.example.com", "*.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        (".", "."),
    ] {
        assert_eq!(DnsName::read(written).unwrap().to_string(), name);
    }
    for wrong in ["", "a..b", &"a".repeat(64), &"a.".repeat(200)] {
        assert!(DnsName::read(wrong).is_err(), "{wrong}");
    }
    let address = DnsName::of_address("192.0.2.7".parse().unwrap());
    assert_eq!(address.to_string(), "7.2.0.192.in-addr.arpa");
    let above = DnsName::read("example.com").unwrap().above().unwrap();
    assert_eq!(above.above().unwrap().to_string(), ".");
    assert_eq!(above.above().unwrap().above(), None);
}
