//! Servers that are made of the bytes of HTTP/2: right, wrong, silent, too long and broken off.

use std::net::SocketAddr;
use std::sync::Arc;

use allclear_domain::Check;
use allclear_domain::check::{ProbeResult, Verdict};

use super::*;
use crate::Prober;
use crate::kinds::tests::{Then, check, code, noon, peer, prober, said, told};

/// Bytes of a request that have come once it began: whoever answers before that answers nothing.
const ASKED: usize = 100;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;
/// It is all of the head, and all of the answer.
const LAST: u8 = 5;
/// It is all of the head.
const WHOLE: u8 = 4;
/// It is all of the answer.
const END: u8 = 1;

fn frame(kind: u8, flags: u8, stream: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags, 0, 0, 0, stream], body].concat()
}

/// A head, as HPACK has it where nothing is remembered.
fn head(fields: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    fields.iter().flat_map(|(name, value)| [vec![0], text(name), text(value)].concat()).collect()
}

const RIGHT: [(&str, &str); 2] = [(":status", "200"), ("content-type", "application/grpc+proto")];

/// A server that begins to answer so.
fn begins() -> Vec<u8> {
    [frame(SETTINGS, 0, 0, &[]), frame(HEADERS, WHOLE, 1, &head(&RIGHT))].concat()
}

/// One that answers with this message.
fn answers(message: &[u8]) -> Vec<u8> {
    let trailers = frame(HEADERS, LAST, 1, &head(&[("grpc-status", "0")]));
    [begins(), frame(DATA, 0, 1, message), trailers].concat()
}

/// One that says no more than how it ended.
fn ends(fields: &[(&str, &str)]) -> Vec<u8> {
    [frame(SETTINGS, 0, 0, &[]), frame(HEADERS, LAST, 1, &head(fields))].concat()
}

fn at(address: SocketAddr, service: &str) -> ServiceCheck {
    let service = Some(service).filter(|service| !service.is_empty()).map(str::to_owned);
    let check = ServiceCheck::of(Protocol::Grpc, address.ip().to_string(), address.port());
    ServiceCheck { grpc_service: service, ..check }
}

async fn probe(says: Vec<u8>, then: Then, service: &str, deadline_ms: u32) -> ProbeResult {
    let kind = at(peer(ASKED, says, then).await, service).into();
    prober().probe(Arc::new(Check { deadline_ms, ..check(kind) }), noon()).await
}

#[tokio::test]
async fn a_server_that_serves_works() {
    let result =
        probe(answers(b"\0\0\0\0\x02\x08\x01"), Then::Wait, "shop.v1.Orders", 10_000).await;
    assert_eq!((result.verdict, &result.reason), (Verdict::Ok, &None), "{result:?}");
    let said = said(&result);
    for line in [
        "POST /grpc.health.v1.Health/Check HTTP/2",
        "te: trailers",
        "how is the service shop.v1.Orders?",
        "HTTP/2.0 200 OK",
        "grpc-status: 0",
        "\nSERVING",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(result.phases.first_byte_us.is_some() && result.phases.transfer_us.is_some());
}

#[tokio::test]
async fn a_server_that_does_not_serve_fails_with_its_word() {
    let plain = |status: &str| ends(&[(":status", status), ("content-type", "text/html")]);
    let ended = |fields: &[(&'static str, &'static str)]| ends(&[&RIGHT[..], fields].concat());
    for (says, service, words) in [
        (
            answers(b"\0\0\0\0\x02\x08\x02"),
            "",
            "the server says that it is NOT_SERVING, not SERVING",
        ),
        (answers(b"\0\0\0\0\x02\x08\x02"), "a", "its service \"a\" is NOT_SERVING, not SERVING"),
        (answers(b"\0\0\0\0\0"), "", "it is UNKNOWN, not SERVING"),
        (answers(b"\0\0\0\0\x02\x08\x03"), "", "it is SERVICE_UNKNOWN, not SERVING"),
        (answers(b"\0\0\0\0\x02\x08\x07"), "", "it is 7, not SERVING"),
        (ended(&[("grpc-status", "12")]), "", "has no health service (UNIMPLEMENTED)"),
        (ended(&[("grpc-status", "5")]), "a", "the server knows no service \"a\" (NOT_FOUND)"),
        (
            ended(&[("grpc-status", "14"), ("grpc-message", "starts%20up%3a 5%")]),
            "",
            "gRPC says \"UNAVAILABLE: starts up: 5%\"",
        ),
        (ended(&[("grpc-status", "99")]), "", "gRPC says \"99\""),
        (plain("503"), "", "it is HTTP with the status 503 Service Unavailable"),
    ] {
        let result = probe(says, Then::Wait, service, 10_000).await;
        let found = (result.verdict, code(&result));
        assert_eq!(found, (Verdict::Fail, Some(ReasonCode::Status)), "{result:?}");
        assert!(told(&result).contains(words), "{}", told(&result));
    }
}

#[tokio::test]
async fn what_answers_otherwise_is_broken() {
    let plain = ends(&[(":status", "200"), ("content-type", "text/html")]);
    let body = frame(DATA, END, 1, b"\0\0\0\0\x02\x08\x01");
    let ended = |code: &'static str| ends(&[&RIGHT[..], &[("grpc-status", code)]].concat());
    for (says, then, words) in [
        (plain, Then::Wait, "its content-type is \"text/html\""),
        ([begins(), body].concat(), Then::Wait, "has no grpc-status"),
        (ended("well"), Then::Wait, "in no way that is known"),
        (ended("0"), Then::Wait, "it is over before its message begins"),
        (answers(b"\x01\0\0\0\x02\x08\x01"), Then::Wait, "its message is compressed"),
        (begins(), Then::Close, "the connection ended in the middle of the answer"),
        (begins(), Then::Endless, "the connection ended in the middle of the answer"),
        (Vec::new(), Then::Close, "the connection ended before an answer: it may not be gRPC"),
        (b"SSH-2.0-Example\r\n".to_vec(), Then::Wait, "it may not be gRPC"),
    ] {
        let result = probe(says, then, "", 10_000).await;
        let found = (result.verdict, code(&result));
        assert_eq!(found, (Verdict::Fail, Some(ReasonCode::Broken)), "{words}: {result:?}");
        assert!(told(&result).contains(words), "{}", told(&result));
    }
}

#[tokio::test]
async fn one_that_is_silent_or_says_too_much_is_left() {
    for (says, words) in [
        (Vec::new(), "the connection stands, and there was no answer in time"),
        (frame(SETTINGS, 0, 0, &[]), "the connection stands, and there was no answer in time"),
        (begins(), "the answer began, and was not whole in time"),
    ] {
        let result = probe(says, Then::Wait, "", 300).await;
        assert_eq!(code(&result), Some(ReasonCode::TimedOut), "{result:?}");
        assert_eq!(told(&result), words);
    }
    let result = probe(answers(&[0; 9_000]), Then::Wait, "", 10_000).await;
    assert_eq!(code(&result), Some(ReasonCode::TooLong), "{result:?}");
    // A head without end, in pieces that each are short enough.
    let pieces = frame(CONTINUATION, 0, 1, &head(&[("a", &"x".repeat(100))]).repeat(100));
    let says = [frame(SETTINGS, 0, 0, &[]), frame(HEADERS, 0, 1, &head(&RIGHT)), pieces.repeat(20)];
    let result = probe(says.concat(), Then::Wait, "", 10_000).await;
    let found = (result.verdict, code(&result));
    assert_eq!(found, (Verdict::Fail, Some(ReasonCode::Broken)), "{result:?}");
}

#[tokio::test]
async fn a_host_in_letters_of_its_own_is_asked_as_addresses_are_written() {
    let address = peer(ASKED, answers(b"\0\0\0\0\x02\x08\x01"), Then::Wait).await;
    let named = ServiceCheck {
        host: "bücher.example".to_owned(),
        connect_to: Some(address.ip()),
        ..at(address, "")
    };
    let result = prober().probe(Arc::new(check(named.clone().into())), noon()).await;
    assert_eq!((result.verdict, &result.reason), (Verdict::Ok, &None), "{result:?}");
    let deadline = Instant::now() + Duration::from_secs(10);
    for (host, authority) in [
        (Host::parse("bücher.example").unwrap(), "xn--bcher-kva.example:50051"),
        (Host::Ipv6("2001:db8::1".parse().unwrap()), "[2001:db8::1]:50051"),
        (Host::parse("192.0.2.1").unwrap(), "192.0.2.1:50051"),
    ] {
        let check = ServiceCheck { port: 50_051, ..named.clone() };
        let request = request(&host, &check, "", deadline).unwrap();
        assert_eq!(request.uri().authority().unwrap().as_str(), authority);
    }
}
