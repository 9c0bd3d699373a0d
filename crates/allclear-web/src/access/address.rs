//! The address that a client comes from: of the connection, or, behind a proxy that is trusted, the
//! one that the proxy names.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};
use ipnet::IpNet;

use crate::app::Entrance;

/// Hops in `X-Forwarded-For` that are looked at, from the nearest.
const HOPS_MAX: usize = 16;

/// The other end of the connection; put into each request by the front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The client's address. `X-Forwarded-For` counts only as far as trusted proxies wrote it: the
/// nearest address that is none of theirs.
pub(crate) fn client_of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = canonical(peer);
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let hops = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.rsplit(','));
    for hop in hops.take(HOPS_MAX) {
        if !is_trusted(&client) {
            break;
        }
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        client = canonical(address);
    }
    client
}

/// An IPv4 address that was written as IPv6 is the same client.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// What attempts are counted by: an IPv4 address, or a network of 64 bits, of which one client
/// usually has all addresses.
pub(crate) fn counted_by(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// The address that whoever asks reached Allclear at, without a slash at the end: the one that
/// people use, where somebody said, else the host that they asked for.
pub(crate) fn base_url(entrance: &Entrance, headers: &HeaderMap, uri: &Uri) -> String {
    if let Some(url) = &entrance.public_url {
        return url.clone();
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(Authority::as_str));
    host.map(|host| format!("{}://{host}", entrance.scheme())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client_of(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn who_is_not_trusted_cannot_pretend() {
        assert_eq!(client("203.0.113.9", &["192.0.2.1"], &[]), "203.0.113.9");
        assert_eq!(client("203.0.113.9", &["192.0.2.1"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn the_nearest_address_that_is_not_trusted_counts() {
        let trusted = ["10.0.0.0/8", "::1/128"];
        assert_eq!(client("10.0.0.1", &["192.0.2.1"], &trusted), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.7, 192.0.2.1"], &trusted), "192.0.2.1");
        assert_eq!(client("::1", &["198.51.100.7", "192.0.2.1, 10.0.0.2"], &trusted), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &["nonsense"], &trusted), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[], &trusted), "10.0.0.1");
        assert_eq!(client("::ffff:10.0.0.1", &["192.0.2.1"], &trusted), "192.0.2.1");
    }

    #[test]
    fn links_lead_to_where_people_come_in() {
        let mut headers = HeaderMap::new();
        let mut entrance = Entrance::default();
        assert_eq!(base_url(&entrance, &headers, &Uri::from_static("/x")), "");
        let over_http2 = Uri::from_static("http://status.example.com/x");
        assert_eq!(base_url(&entrance, &headers, &over_http2), "http://status.example.com");
        headers.insert(HOST, "127.0.0.1:8080".parse().unwrap());
        assert_eq!(base_url(&entrance, &headers, &over_http2), "http://127.0.0.1:8080");
        entrance.public_url = Some("https://status.example.com".to_owned());
        assert_eq!(base_url(&entrance, &headers, &over_http2), "https://status.example.com");
    }

    #[test]
    fn a_network_of_one_client_counts_as_one() {
        let counted = |text: &str| counted_by(text.parse().unwrap());
        assert_eq!(counted("2001:db8:1:2:3::4"), counted("2001:db8:1:2:ffff::"));
        assert_ne!(counted("2001:db8:1:2::"), counted("2001:db8:1:3::"));
        assert_eq!(counted("192.0.2.1"), "192.0.2.1");
    }
}
