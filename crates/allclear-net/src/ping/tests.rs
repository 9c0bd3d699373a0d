//! What is made of packets. The kernel, namespaces and peers are for the kind that pings.

use super::*;
use crate::{AddressRules, Resolver};

const HERE: &str = "192.0.2.7";

fn options(count: u16, enough: u16) -> PingOptions {
    PingOptions { way: DialOptions::default(), count, enough }
}

fn round(options: &PingOptions) -> Round<'_> {
    Round {
        address: HERE.parse().unwrap(),
        options,
        token: [7; TOKEN_BYTES],
        id: [1, 2],
        answers: Vec::new(),
        strays: 0,
        error: None,
    }
}

/// A reply as a socket for datagrams takes it.
fn reply(nth: u16, token: u8) -> Vec<u8> {
    let mut bytes = packet::request(false, Ping { id: 0x0102, nth }, [token; TOKEN_BYTES]);
    bytes[0] = 0;
    bytes
}

#[test]
fn each_ping_is_answered_once_by_the_one_who_got_it() {
    let options = options(3, 2);
    let (mut round, sent) = (round(&options), [Instant::now(); 2]);
    let here: IpAddr = HERE.parse().unwrap();
    let other: IpAddr = "192.0.2.8".parse().unwrap();
    round.hear(&reply(0, 7), other, false, &sent);
    round.hear(&reply(2, 7), here, false, &sent);
    round.hear(b"", here, false, &sent);
    assert!(round.answers.is_empty());
    round.hear(&reply(1, 7), here, false, &sent);
    round.hear(&reply(1, 7), here, false, &sent);
    round.hear(&reply(0, 8), here, false, &sent);
    assert_eq!((round.answers.len(), round.strays), (1, 1));
    let told = round.lost(2).to_string();
    assert_eq!(
        told,
        "192.0.2.7 answered 1 of 2 pings in time, 2 at least are expected; 1 answers had something \
         else in them than was sent"
    );
    // Among all packets of a machine, only those with the right id are about this.
    let mut raw = vec![0x45; 20];
    raw.extend(reply(0, 7));
    round.hear(&raw, here, true, &sent);
    assert_eq!(round.answers.len(), 2);
    round.id = [9, 9];
    round.answers.clear();
    round.hear(&raw, here, true, &sent);
    assert!(round.answers.is_empty());
}

#[test]
fn what_the_system_says_of_a_ping_is_about_the_target_or_about_us() {
    let options = options(1, 1);
    let round = round(&options);
    let of = |errno: Errno| round.refused(&errno.into());
    assert!(matches!(of(Errno::HOSTUNREACH), PingError::Undelivered { .. }));
    assert_eq!(
        of(Errno::HOSTUNREACH).to_string(),
        "somebody on the way says of 192.0.2.7: it cannot be reached"
    );
    for ours in [Errno::NETUNREACH, Errno::PERM, Errno::NOBUFS, Errno::MFILE] {
        assert!(of(ours).is_ours() && round.unable(&ours.into()).is_ours());
    }
    let told = round.unable(&Errno::PERM.into()).to_string();
    assert!(told.contains("setcap cap_net_raw+ep") && told.contains("ping_group_range"), "{told}");
}

#[tokio::test]
async fn what_may_not_be_reached_is_not_pinged() {
    let net = Net::new(AddressRules::default(), Resolver::asking(&[]).unwrap());
    let later = Instant::now() + Duration::from_secs(20);
    let host = Host::parse("127.0.0.1").unwrap();
    let pinged = net.ping(&host, &options(3, 2), later).await;
    assert!(matches!(pinged.outcome, Err(PingError::Forbidden(_))), "{pinged:?}");
    let host = Host::parse("www.example.com").unwrap();
    let pinged = net.ping(&host, &options(3, 2), later).await;
    assert!(pinged.outcome.unwrap_err().is_ours());
}
