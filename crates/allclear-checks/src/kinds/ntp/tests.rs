//! Servers that tell the right time, a wrong one or none, and others that speak in their name.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use allclear_domain::Check;
use allclear_domain::check::{ProbeResult, Verdict};
use jiff::SignedDuration;
use tokio::net::UdpSocket;

use super::packet::tests::Says;
use super::*;
use crate::Prober;
use crate::kinds::tests::{check, code, noon, prober, said, told};

/// A server that answers each question with these packets.
async fn server(answers: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut question = [0; 64];
        loop {
            let (length, from) = socket.recv_from(&mut question).await.unwrap();
            for answer in answers(&question[..length]) {
                socket.send_to(&answer, from).await.unwrap();
            }
        }
    });
    address
}

/// One whose clock is ahead of ours.
async fn ahead_by(ms: i64) -> SocketAddr {
    let at = noon() + SignedDuration::from_millis(ms);
    server(move |question| vec![Says::right(question, at).bytes()]).await
}

fn ntp(address: SocketAddr) -> NtpCheck {
    NtpCheck::of(address.ip().to_string(), address.port())
}

async fn probe(ntp: NtpCheck, deadline_ms: u32) -> ProbeResult {
    let check = Check { deadline_ms, ..check(ntp.into()) };
    prober().probe(Arc::new(check), noon()).await
}

#[tokio::test]
async fn a_server_that_tells_our_time_works() {
    let result = probe(ntp(ahead_by(0).await), 10_000).await;
    assert_eq!((result.verdict, &result.reason), (Verdict::Ok, &None), "{result:?}");
    let said = said(&result);
    assert!(said.contains("stratum 2, leap 0, reference 192.0.2.7"), "{said}");
    assert!(said.contains("that of this machine, give or take"), "{said}");
    assert!(result.phases.first_byte_us.is_some() && result.reach.is_some());
}

#[tokio::test]
async fn how_far_its_clock_is_off_is_judged() {
    for (ms, verdict, reason, words) in [
        (5_000, Verdict::Degraded, Some(ReasonCode::ClockOff), "ahead of that of this machine"),
        (-5_000, Verdict::Degraded, Some(ReasonCode::ClockOff), "behind that of this machine"),
        (90_000, Verdict::Fail, Some(ReasonCode::Assertion), "60000 ms at most are expected"),
        (-90_000, Verdict::Fail, Some(ReasonCode::Assertion), "behind that of this machine"),
    ] {
        // A busy machine may take a second to notice an answer, and does not blame the server.
        let check =
            NtpCheck { offset_warn_ms: 2_000, offset_max_ms: 60_000, ..ntp(ahead_by(ms).await) };
        let result = probe(check, 10_000).await;
        assert_eq!((result.verdict, code(&result)), (verdict, reason), "{result:?}");
        assert!(told(&result).contains(words), "{}", told(&result));
        let advice = "one of the two is wrong; if other servers say the same, it is this machine";
        assert!(told(&result).ends_with(advice), "{}", told(&result));
    }
}

#[tokio::test]
async fn one_that_is_asked_too_often_is_no_failure_of_it() {
    let address = server(|question| {
        let says =
            Says { first: 0xe4, stratum: 0, reference: *b"RATE", ..Says::right(question, noon()) };
        vec![says.bytes()]
    });
    let result = probe(ntp(address.await), 10_000).await;
    let found = (result.verdict, code(&result));
    assert_eq!(found, (Verdict::Unknown, Some(ReasonCode::Ours)), "{result:?}");
    let words = "says \"RATE\": it is asked too often, so ask it less often";
    assert!(told(&result).ends_with(words), "{}", told(&result));
}

#[tokio::test]
async fn a_server_that_tells_no_time_fails_with_why() {
    for (first, stratum, reference, code_wanted, words) in [
        (0xe4, 0, *b"DENY", ReasonCode::Status, "says \"DENY\": it refuses to serve this machine"),
        (0xe4, 0, *b"RSTR", ReasonCode::Status, "says \"RSTR\": it refuses to serve this machine"),
        (0xe4, 0, *b"XYZ\0", ReasonCode::Status, "says \"XYZ\""),
        (0xe4, 0, [0; 4], ReasonCode::Status, "its own clock is not synchronized"),
        (0xe4, 3, [0; 4], ReasonCode::Status, "its own clock is not synchronized"),
        (0x24, 16, [0; 4], ReasonCode::Status, "its own clock is not synchronized"),
        (0x24, 12, [0; 4], ReasonCode::Assertion, "its stratum is 12, and 11 at most is expected"),
    ] {
        let address = server(move |question| {
            let says = Says { first, stratum, reference, ..Says::right(question, noon()) };
            vec![says.bytes()]
        });
        let result = probe(NtpCheck { stratum_max: 11, ..ntp(address.await) }, 10_000).await;
        let found = (result.verdict, code(&result));
        assert_eq!(found, (Verdict::Fail, Some(code_wanted)), "{result:?}");
        assert!(told(&result).contains(words), "{}", told(&result));
    }
    let address = server(|question| {
        let mut bytes = Says::right(question, noon()).bytes();
        bytes[40..].fill(0);
        vec![bytes]
    });
    let result = probe(ntp(address.await), 10_000).await;
    assert_eq!(code(&result), Some(ReasonCode::Broken), "{result:?}");
}

/// Packets that are no answer to this question.
fn strays(question: &[u8]) -> Vec<Vec<u8>> {
    let right = || Says::right(question, noon() + SignedDuration::from_hours(1));
    let mut forged = right();
    forged.question[7] ^= 1;
    vec![
        forged.bytes(),
        Says { question: [0; 8], ..right() }.bytes(),
        // As a client or a peer sends it, cut off, and nothing at all.
        Says { first: 0x23, ..right() }.bytes(),
        Says { first: 0x22, ..right() }.bytes(),
        right().bytes()[..47].to_vec(),
        Vec::new(),
        b"HTTP/1.1 400 Bad Request\r\n\r\n".repeat(3),
    ]
}

#[tokio::test]
async fn what_somebody_else_says_in_its_name_is_not_heard() {
    let address = server(|question| {
        let mut all = strays(question);
        // Old servers and those with signatures say more behind it.
        all.push([Says::right(question, noon()).bytes(), vec![0; 20]].concat());
        all
    });
    let result = probe(ntp(address.await), 10_000).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let result = probe(ntp(server(strays).await), 300).await;
    let found = (result.verdict, code(&result));
    assert_eq!(found, (Verdict::Fail, Some(ReasonCode::Broken)), "{result:?}");
    assert!(told(&result).starts_with("7 packets came from 127.0.0.1:"), "{}", told(&result));
    let flood = |question: &[u8]| vec![question.to_vec(); 2 * limits::NTP_STRAYS_MAX];
    let result = probe(ntp(server(flood).await), 60_000).await;
    assert!(told(&result).starts_with("100 packets came from"), "{}", told(&result));
}

#[tokio::test]
async fn one_that_is_silent_or_gone_fails() {
    let result = probe(ntp(server(|_| Vec::new()).await), 200).await;
    let found = (result.verdict, code(&result));
    assert_eq!(found, (Verdict::Fail, Some(ReasonCode::TimedOut)), "{result:?}");
    assert!(told(&result).ends_with("did not answer in time"), "{}", told(&result));
    // Held, so that nobody else can take it, by a socket that hears another peer alone.
    let held = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    held.connect("127.0.0.1:9").await.unwrap();
    let result = probe(ntp(held.local_addr().unwrap()), 10_000).await;
    let found = (result.verdict, code(&result));
    assert_eq!(found, (Verdict::Fail, Some(ReasonCode::Refused)), "{result:?}");
    assert!(told(&result).contains("the port is closed"), "{}", told(&result));
}

#[tokio::test]
async fn a_question_that_is_lost_is_asked_again() {
    let asked = AtomicUsize::new(0);
    let address = server(move |question| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Vec::new(),
        _ => vec![Says::right(question, noon()).bytes()],
    });
    let result = probe(ntp(address.await), 60_000).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(said(&result).matches("a question for the time").count() > 1);
}

#[test]
fn lengths_are_told_as_somebody_reads_them() {
    for (us, told) in [
        (0, "0.00 ms"),
        (1_239, "1.23 ms"),
        (99_999, "99.99 ms"),
        (100_000, "100 ms"),
        (9_999_499, "9999 ms"),
        (59_999_900, "60 s"),
        (86_400_000_000, "24 h"),
        (i64::MAX, "106751991 days"),
    ] {
        assert_eq!(length(us), told);
    }
}
