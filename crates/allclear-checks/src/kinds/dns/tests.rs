//! Servers made of bytes, the fault that is ours, and what checks may say.

use std::net::SocketAddr;
use std::sync::Arc;

use allclear_domain::check::{CheckKind, DnsCode, DnsTest, ProbeResult, Verdict};
use tokio::net::UdpSocket;

use super::*;
use crate::kinds::tests::{self, closed, code, noon, prober_asking, told};
use crate::prober::Prober;

/// Where the question ends whose name is the root of all.
const ROOT_END: usize = 17;
const NO_ERROR: u8 = 0;
const SERV_FAIL: u8 = 2;
const REFUSED: u8 = 5;

/// A server that answers without any record, in the way that is made of whether it is asked about the
/// root; it is silent where that is nothing.
async fn server(say: impl Fn(bool) -> Option<u8> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut bytes = [0; 1_024];
        loop {
            let (length, from) = socket.recv_from(&mut bytes).await.unwrap();
            let question = &bytes[..length];
            let Some(code) = say(question[12] == 0) else { continue };
            let name = question[12..].iter().position(|byte| *byte == 0).unwrap();
            let mut answer = question[..12 + name + 5].to_vec();
            assert!(answer.len() >= ROOT_END);
            answer[2..4].copy_from_slice(&[0x81, 0x80 | code]);
            answer[6..12].fill(0);
            socket.send_to(&answer, from).await.unwrap();
        }
    });
    address
}

fn check() -> DnsCheck {
    DnsCheck::of("www.example.com", DnsRecord::A)
}

async fn probe(check: DnsCheck, own: &[SocketAddr], deadline_ms: u32) -> ProbeResult {
    let check = allclear_domain::Check { deadline_ms, ..tests::check(CheckKind::Dns(check)) };
    prober_asking(own).probe(Arc::new(check), noon()).await
}

#[tokio::test]
async fn that_our_own_servers_are_of_no_use_says_nothing_of_a_name() {
    let silent = server(|_| None).await;
    let (nobody, _socket) = closed();
    let (refusing, failing) = (server(|_| Some(REFUSED)).await, server(|_| Some(SERV_FAIL)).await);
    for own in [vec![], vec![silent], vec![nobody], vec![refusing], vec![failing, nobody]] {
        for authority in [None, Some(DnsAuthority::default())] {
            let check = DnsCheck { authoritative: authority, ..check() };
            let result = probe(check, &own, 800).await;
            assert_eq!((result.verdict, code(&result)), (Verdict::Unknown, Some(ReasonCode::Ours)));
            assert!(told(&result).starts_with("no DNS server of this machine"), "{result:?}");
        }
    }
}

#[tokio::test]
async fn what_goes_wrong_with_one_name_alone_is_a_failure() {
    let own = server(|is_root| Some(if is_root { NO_ERROR } else { SERV_FAIL })).await;
    let result = probe(check(), &[own], 5_000).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Status)));
    assert_eq!(
        told(&result),
        "the DNS servers of this machine answer other questions, and not this one: SERVFAIL for A \
         www.example.com, and NOERROR is expected"
    );
    let own = server(|is_root| is_root.then_some(NO_ERROR)).await;
    let result = probe(check(), &[own], 2_000).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::TimedOut)));
    // That is right where somebody expects it.
    let check = DnsCheck { code: DnsCode::ServFail, ..check() };
    let own = server(|_| Some(SERV_FAIL)).await;
    assert_eq!(probe(check, &[own], 5_000).await.verdict, Verdict::Ok);
}

#[tokio::test]
async fn another_of_our_servers_is_asked_where_one_does_not_answer() {
    let (nobody, _socket) = closed();
    let answers = server(|_| Some(NO_ERROR)).await;
    let none = DnsCheck { expect: Some(DnsTest::Are(Vec::new())), ..check() };
    let result = probe(none, &[nobody, answers], 5_000).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let result = probe(check(), &[nobody, answers], 5_000).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Assertion)));
    assert_eq!(
        told(&result),
        "www.example.com has no A record, and one A record at least is expected"
    );
}

#[tokio::test]
async fn each_server_that_is_listed_has_to_answer() {
    let (answers, silent) = (server(|_| Some(NO_ERROR)).await, server(|_| None).await);
    let expect = Some(DnsTest::Are(Vec::new()));
    let servers = vec![answers.to_string(), silent.to_string()];
    let result = probe(DnsCheck { servers, expect, ..check() }, &[], 300).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::TimedOut)));
    assert_eq!(told(&result), format!("{silent} did not answer in time"));
    assert!(result.phases.first_byte_us.is_some() && !result.exchange.lines.is_empty());
}

#[tokio::test]
async fn a_server_that_is_not_found_is_a_failure_where_names_are() {
    let own = server(|is_root| Some(if is_root { NO_ERROR } else { 3 })).await;
    let servers = vec!["ns1.example.com".to_owned()];
    let result = probe(DnsCheck { servers, ..check() }, &[own], 5_000).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::NoAddress)));
    let servers = vec!["ns1.example.com".to_owned()];
    let result = probe(DnsCheck { servers, ..check() }, &[], 5_000).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Unknown, Some(ReasonCode::Ours)));
}

#[tokio::test]
async fn an_address_that_this_machine_has_no_way_to_is_left_out_beside_another() {
    let seat = |server: Option<&str>, address: &str| Seat {
        server: server.map(str::to_owned),
        address: address.parse().unwrap(),
    };
    let seats = [
        seat(Some("ns1"), "[2001:db8::1]:53"),
        seat(Some("ns1"), "192.0.2.1:53"),
        seat(Some("ns2"), "[2001:db8::2]:53"),
        seat(None, "[2001:db8::3]:53"),
    ];
    let silent =
        |seat: &Seat| Err(allclear_net::DialError::TimedOut { address: seat.address }.into());
    let ours = |seat: &Seat| {
        let problem = "Network is unreachable".to_owned();
        Err(allclear_net::DialError::Unable { address: seat.address, problem }.into())
    };
    let answers = vec![ours(&seats[0]), silent(&seats[1]), ours(&seats[2]), ours(&seats[3])];
    let heard = heard(&seats, answers);
    let places: Vec<_> = heard.iter().map(|(seat, _)| seat.address.to_string()).collect();
    assert_eq!(places, ["192.0.2.1:53", "[2001:db8::2]:53", "[2001:db8::3]:53"]);
    let wrongs = heard.into_iter().map(|(seat, answer)| Wrong::from(answer.unwrap_err()).at(seat));
    let reason = super::told(wrongs.collect()).unwrap_err();
    assert_eq!(reason.code, ReasonCode::TimedOut);
    assert_eq!(reason.told, "ns1 (192.0.2.1:53) did not answer in time");
}

#[test]
fn name_servers_are_written_as_they_are_elsewhere() {
    for (written, port) in [
        ("ns1.example.com", 53),
        ("ns1.example.com:5353", 5353),
        ("192.0.2.53", 53),
        ("192.0.2.53:5353", 5353),
        ("2001:db8::53", 53),
        ("[2001:db8::53]:5353", 5353),
    ] {
        assert_eq!(Server::read(written).unwrap().port, port, "{written}");
    }
    for wrong in ["", "ns1.example.com:0", "ns1.example.com:x", "ns1:1:2", "a b", ":53"] {
        let servers = vec!["192.0.2.53".to_owned(), wrong.to_owned()];
        let error = DnsProbe::new(&DnsCheck { servers, ..check() }).unwrap_err();
        assert_eq!(error.field, "servers[1]", "{wrong}");
    }
}

#[test]
fn what_cannot_be_asked_or_answered_is_refused() {
    let name = DnsCheck { name: "a..b".to_owned(), ..check() };
    assert_eq!(DnsProbe::new(&name).unwrap_err().field, "name");
    for (record, wrong) in [
        (DnsRecord::A, "2001:db8::1"),
        (DnsRecord::Aaaa, "192.0.2.1"),
        (DnsRecord::Mx, "mail.example.com"),
        (DnsRecord::Mx, "10 mail.example.com 20"),
        (DnsRecord::Srv, "0 5 sip.example.com"),
        (DnsRecord::Soa, "7"),
        (DnsRecord::Caa, "issue ca.example.com"),
        (DnsRecord::Cname, "a..b"),
    ] {
        let expect = Some(DnsTest::Contain(vec![wrong.to_owned()]));
        let check = DnsCheck { record, expect, ..check() };
        let error = DnsProbe::new(&check).unwrap_err();
        assert_eq!(error.field, "expect.contain[0]", "{record:?} {wrong}");
    }
    let expect = Some(DnsTest::AllMatch("(".to_owned()));
    let error = DnsProbe::new(&DnsCheck { expect, ..check() }).unwrap_err();
    assert_eq!(error.field, "expect.all_match");
}

#[test]
fn an_address_stands_for_its_own_name() {
    let of = |name: &str, record| {
        DnsProbe::new(&DnsCheck::of(name, record)).unwrap().question.name.to_string()
    };
    assert_eq!(of("192.0.2.7", DnsRecord::Ptr), "7.2.0.192.in-addr.arpa");
    assert_eq!(of("Example.COM.", DnsRecord::Ptr), "example.com");
}
