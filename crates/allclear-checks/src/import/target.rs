//! Addresses as other monitors write them.

use allclear_domain::check::Method;
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
    let all = [
        Method::Get,
        Method::Head,
        Method::Options,
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
    ];
    all.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name.trim()))
}

/// What to do about a scheme that cannot be watched.
pub(super) fn instead(scheme: &str) -> &'static str {
    match scheme {
        "ssh" => ": watch the port with tcp, and expect it to contain `SSH-`",
        "grpc" | "grpcs" | "ws" | "wss" => ": watch the port with tcp or tls meanwhile",
        _ => "",
    }
}
