//! Rounds on this machine: with real sockets, some of which nobody answers at.

use std::net::Ipv4Addr;

use hickory_proto::op::ResponseCode;
use tokio::net::TcpListener;

use super::*;
use crate::dns_for_tests::{Say, dns};

fn signs(round: &Round) -> Vec<(SentinelRole, Sign)> {
    round.0.iter().map(|(one, sign)| (one.role, *sign)).collect()
}

/// Takes what is sent to it, and says nothing.
async fn mute() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

#[tokio::test]
async fn any_answer_of_a_dns_server_is_one() {
    for say in [Say::Code(ResponseCode::Refused), Say::NoSuchName, Say::one("192.0.2.1")] {
        let (address, _) = dns(move |_, _| say.clone()).await;
        let round = Sentinels::of(Vec::new(), vec![address], Vec::new()).look().await;
        assert_eq!(signs(&round), [(SentinelRole::Resolver, Sign::Answered)]);
        assert_eq!(round.0[0].0.reach, Reach::Itself, "one on this machine proves nothing");
    }
}

#[tokio::test]
async fn a_gateway_that_turns_us_down_answers() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let sentinels = Sentinels::of(vec![address], Vec::new(), Vec::new());
    assert_eq!(signs(&sentinels.look().await), [(SentinelRole::Gateway, Sign::Answered)]);
    drop(listener);
    let round = sentinels.look().await;
    assert_eq!(signs(&round), [(SentinelRole::Gateway, Sign::Answered)]);
    assert_eq!(round.0[0].0.address, "127.0.0.1", "the port is nobody's business");
}

#[tokio::test]
async fn an_anchor_that_turns_us_down_does_not() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let sentinels = Sentinels::of(Vec::new(), Vec::new(), vec![address]);
    assert_eq!(signs(&sentinels.look().await), [(SentinelRole::Anchor, Sign::Answered)]);
    drop(listener);
    assert_eq!(signs(&sentinels.look().await), [(SentinelRole::Anchor, Sign::Silent)]);
}

#[tokio::test(start_paused = true)]
async fn a_round_has_an_end_whoever_is_silent() {
    let (_open, address) = mute().await;
    let started = Instant::now();
    let round = Sentinels::of(Vec::new(), vec![address], Vec::new()).look().await;
    assert_eq!(signs(&round), [(SentinelRole::Resolver, Sign::Silent)]);
    assert_eq!(started.elapsed().as_secs(), ROUND_TAKES.as_secs());
    assert_eq!(Sentinels::of(Vec::new(), Vec::new(), Vec::new()).look().await, Round::default());
}
