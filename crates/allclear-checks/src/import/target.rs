//! Addresses as other monitors write them.

use allclear_domain::check::{DnsRecord, Method};
use url::Url;

/// Host and port of `host:port` or `[::1]:port`, with anything behind a slash left out.
pub(super) fn host_and_port(text: &str) -> Option<(String, u16)> {
    let text = text.split(['/', '?', '#']).next()?;
    let (host, port) = text.rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if bare.is_none() && host.contains(':') {
        return None;
    }
    let port = port.parse().ok().filter(|port| *port > 0)?;
    let host = bare.unwrap_or(host);
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

/// Host and port that an address over HTTPS is connected to.
pub(super) fn of_https(url: &str) -> Option<(String, u16)> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "https")?;
    let host = url.host_str()?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    Some((host.to_owned(), url.port_or_known_default()?))
}

/// The method with this name.
pub(super) fn method(name: &str) -> Option<Method> {
    Method::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name.trim()))
}

/// The kind of records with this name.
pub(super) fn record(name: &str) -> Option<DnsRecord> {
    DnsRecord::ALL.into_iter().find(|record| record.as_str().eq_ignore_ascii_case(name.trim()))
}

/// An address as a report tells it: without what may be secret in it.
pub(super) fn told(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(it, rest)| (it, rest));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or_default();
    let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    format!("{scheme}{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_without_what_may_be_secret() {
        for (address, wanted) in [
            ("https://a:hunter2@shop.example.com/x?token=hunter2#a", "https://shop.example.com/x"),
            ("shop.example.com:25", "shop.example.com:25"),
            ("a:hunter2@shop.example.com", "shop.example.com"),
            ("shop.example.com/a@b", "shop.example.com/a@b"),
        ] {
            assert_eq!(told(address), wanted);
        }
        assert_eq!(host_and_port("[::1]:25/x"), Some(("::1".to_owned(), 25)));
        assert_eq!(host_and_port("::1:25"), None);
        assert_eq!(host_and_port("a:0"), None);
        assert_eq!(of_https("https://[::1]/"), Some(("::1".to_owned(), 443)));
    }
}
