//! Pings as they go over the wire (RFC 792, RFC 4443).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Bytes that are random in every ping: whoever returns them got it.
pub(super) const TOKEN_BYTES: usize = 16;
/// Bytes before the token.
const HEAD_BYTES: usize = 8;
/// Bytes of the head of an IPv6 packet.
const IPV6_HEAD_BYTES: usize = 40;
/// What is said of a ping that went as far as it may.
pub(super) const TOO_FAR: &str = "the way to it is too long, or goes in a circle";
/// The protocols, as heads of packets name them.
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// One of several pings that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ping {
    pub(super) id: u16,
    pub(super) nth: u16,
}

/// What a packet says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard<'a> {
    /// It answers a ping.
    Reply { ping: Ping, token: &'a [u8] },
    /// Somebody on the way could not deliver one.
    Undelivered { to: IpAddr, ping: Ping, why: &'static str },
}

/// A ping, with its checksum. The system makes that of IPv6 itself.
pub(super) fn request(is_v6: bool, ping: Ping, token: [u8; TOKEN_BYTES]) -> Vec<u8> {
    let kind = if is_v6 { 128 } else { 8 };
    let mut bytes = vec![kind, 0, 0, 0];
    bytes.extend(ping.id.to_be_bytes());
    bytes.extend(ping.nth.to_be_bytes());
    bytes.extend(token);
    let sum = checksum(&bytes).to_be_bytes();
    bytes.splice(2..4, sum);
    bytes
}

/// The checksum of the Internet (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| match *pair {
        [high, low] => u32::from(u16::from_be_bytes([high, low])),
        [high] => u32::from(u16::from_be_bytes([high, 0])),
        _ => 0,
    });
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(!sum & 0xffff).unwrap_or_default()
}

/// What came behind the head of an IPv4 packet.
pub(super) fn inside_v4(packet: &[u8]) -> Option<&[u8]> {
    let length = usize::from(packet.first()? & 0x0f) * 4;
    packet.get(length..)
}

/// Reads a message; nothing where it is about no ping.
pub(super) fn read(is_v6: bool, bytes: &[u8]) -> Option<Heard<'_>> {
    let (kind, code) = (*bytes.first()?, *bytes.get(1)?);
    let rest = bytes.get(HEAD_BYTES..)?;
    let ping = ping_of(bytes)?;
    if kind == if is_v6 { 129 } else { 0 } {
        return Some(Heard::Reply { ping, token: rest });
    }
    let why = if is_v6 { why_v6(kind, code) } else { why_v4(kind, code) }?;
    let (to, ping) = if is_v6 { sent_v6(rest) } else { sent_v4(rest) }?;
    Some(Heard::Undelivered { to, ping, why })
}

fn ping_of(message: &[u8]) -> Option<Ping> {
    let word = |place: usize| {
        let bytes = message.get(place..)?.first_chunk::<2>()?;
        Some(u16::from_be_bytes(*bytes))
    };
    Some(Ping { id: word(4)?, nth: word(6)? })
}

/// The ping that a router repeats, and where it was to go.
fn sent_v4(packet: &[u8]) -> Option<(IpAddr, Ping)> {
    let to = Ipv4Addr::from(*packet.get(16..)?.first_chunk::<4>()?);
    let message = inside_v4(packet)?;
    let is_ping = packet.get(9) == Some(&ICMP) && message.first() == Some(&8);
    is_ping.then_some((to.into(), ping_of(message)?))
}

fn sent_v6(packet: &[u8]) -> Option<(IpAddr, Ping)> {
    let to = Ipv6Addr::from(*packet.get(24..)?.first_chunk::<16>()?);
    let message = packet.get(IPV6_HEAD_BYTES..)?;
    let is_ping = packet.get(6) == Some(&ICMPV6) && message.first() == Some(&128);
    is_ping.then_some((to.into(), ping_of(message)?))
}

const fn why_v4(kind: u8, code: u8) -> Option<&'static str> {
    match (kind, code) {
        (3, 0) => Some("its network cannot be reached"),
        (3, 1) => Some("it cannot be reached"),
        (3, 9 | 10 | 13) => Some("the way to it is forbidden"),
        (3, _) => Some("a ping cannot be delivered to it"),
        (11, _) => Some(TOO_FAR),
        _ => None,
    }
}

const fn why_v6(kind: u8, code: u8) -> Option<&'static str> {
    match (kind, code) {
        (1, 0) => Some("there is no way to it"),
        (1, 1 | 5 | 6) => Some("the way to it is forbidden"),
        (1, 3) => Some("it cannot be reached"),
        (1, _) => Some("a ping cannot be delivered to it"),
        (3, _) => Some(TOO_FAR),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PING: Ping = Ping { id: 0x1234, nth: 2 };
    const TOKEN: [u8; TOKEN_BYTES] = [7; TOKEN_BYTES];

    /// A head of an IPv4 packet with so many bytes of options, and what is in it.
    fn packet_v4(protocol: u8, options: u8, message: &[u8]) -> Vec<u8> {
        let mut packet = vec![0; 20 + usize::from(options)];
        packet[0] = 0x45 + options / 4;
        packet[9] = protocol;
        packet[16..20].copy_from_slice(&[192, 0, 2, 7]);
        packet.extend(message);
        packet
    }

    #[test]
    fn a_ping_adds_up_and_its_reply_is_known() {
        let bytes = request(false, PING, TOKEN);
        assert_eq!(checksum(&bytes), 0);
        assert_eq!(read(false, &bytes), None);
        for (is_v6, kind) in [(false, 0), (true, 129)] {
            let mut reply = request(is_v6, PING, TOKEN);
            reply[0] = kind;
            assert_eq!(read(is_v6, &reply), Some(Heard::Reply { ping: PING, token: &TOKEN }));
            assert_eq!(read(!is_v6, &reply), None);
        }
    }

    #[test]
    fn one_that_was_not_delivered_is_told_from_others() {
        let sent = request(false, PING, TOKEN);
        let told = |kind: u8, code: u8, inner: &[u8]| {
            let bytes = [&[kind, code, 0, 0, 0, 0, 0, 0][..], inner].concat();
            match read(false, &bytes) {
                Some(Heard::Undelivered { to, ping, why }) => Some((to, ping, why)),
                _ => None,
            }
        };
        let to: IpAddr = "192.0.2.7".parse().unwrap();
        for options in [0, 4, 40] {
            let inner = packet_v4(ICMP, options, &sent[..8]);
            assert_eq!(told(3, 1, &inner), Some((to, PING, "it cannot be reached")));
            assert!(told(11, 0, &inner).is_some() && told(3, 13, &inner).is_some());
            assert_eq!(told(5, 0, &inner), None);
        }
        // Something else of ours was not delivered.
        assert_eq!(told(3, 3, &packet_v4(17, 0, &sent[..8])), None);
        let mut reply = sent;
        reply[0] = 0;
        assert_eq!(told(3, 1, &packet_v4(ICMP, 0, &reply)), None);
        let mut inner = vec![0; IPV6_HEAD_BYTES];
        inner[6] = ICMPV6;
        inner.extend(request(true, PING, TOKEN));
        let bytes = [&[1, 3, 0, 0, 0, 0, 0, 0][..], &inner].concat();
        assert!(matches!(read(true, &bytes), Some(Heard::Undelivered { ping: PING, .. })));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_left(is_v6: bool, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            read(is_v6, &bytes);
            inside_v4(&bytes);
            // Errors repeat what strangers wrote.
            for (kind, code) in [(3, 1), (1, 3)] {
                read(is_v6, &[&[kind, code, 0, 0, 0, 0, 0, 0][..], &bytes].concat());
            }
        }
    }
}
