//! What a check may not ask for, beyond what the noun itself refuses: addresses that nothing can be
//! connected to, and secrets where everybody who sees the check would read them.

use std::net::IpAddr;

use allclear_domain::check::{
    CheckKind, Header, HttpCheck, NamesCheck, Piece, ServiceCheck, pieces,
};
use allclear_domain::error::InvalidValue;
use url::{Host, Url};

use crate::kinds::says_secret;
use crate::secrets::is_host;

/// What is wrong with the fields of a kind, each named as in the check: `kind.http.url`.
#[must_use]
pub fn problems(kind: &CheckKind) -> Vec<InvalidValue> {
    match kind {
        CheckKind::Http(http) => of_http(http),
        CheckKind::Tcp(tcp) => of_host("kind.tcp.host", &tcp.host).into_iter().collect(),
        CheckKind::Tls(tls) => of_host("kind.tls.host", &tls.host).into_iter().collect(),
        CheckKind::Icmp(icmp) => of_host("kind.icmp.host", &icmp.host).into_iter().collect(),
        CheckKind::Ntp(ntp) => of_host("kind.ntp.host", &ntp.host).into_iter().collect(),
        CheckKind::Service(service) => of_service(service),
        CheckKind::Upstream(upstream) => of_address("kind.upstream.url", &upstream.url),
        CheckKind::Prometheus(prometheus) => of_address("kind.prometheus.url", &prometheus.url),
        CheckKind::Names(names) => of_names(names),
        // Whether names can be asked for and servers be found is read with the check.
        CheckKind::Dns(_)
        | CheckKind::Heartbeat(_)
        | CheckKind::Group(_)
        | CheckKind::Command(_) => Vec::new(),
    }
}

/// What this machine lacks to try a kind, and what to do; nothing where it can. It may be taken
/// nevertheless: the right may come later, or be another program's.
#[must_use]
pub fn lacking(kind: &CheckKind) -> Option<String> {
    match kind {
        CheckKind::Icmp(_) => allclear_net::may_ping().err().map(|error| error.to_string()),
        CheckKind::Http(_)
        | CheckKind::Tcp(_)
        | CheckKind::Tls(_)
        | CheckKind::Dns(_)
        | CheckKind::Ntp(_)
        | CheckKind::Service(_)
        | CheckKind::Upstream(_)
        | CheckKind::Prometheus(_)
        | CheckKind::Heartbeat(_)
        | CheckKind::Group(_)
        | CheckKind::Command(_)
        | CheckKind::Names(_) => None,
    }
}

fn of_address(field: &str, url: &str) -> Vec<InvalidValue> {
    of_url(url).map(|problem| InvalidValue::new(field, problem)).into_iter().collect()
}

fn of_http(http: &HttpCheck) -> Vec<InvalidValue> {
    let mut problems = Vec::new();
    let has_captures = http.captured_before(http.before.len()).next().is_some();
    for (place, step) in http.before.iter().enumerate() {
        let part = format!("kind.http.before[{place}]");
        problems.extend(of_request(&part, &step.url, &step.headers, has_captures));
        // It says where all secrets go, so that it stands in one place.
        let hosts = step.headers.iter().enumerate().filter(|(_, one)| is_host(&one.name));
        problems.extend(hosts.map(|(place, _)| {
            let problem = "says which server is meant: that of the check holds of its steps, too, so \
                           leave it out";
            InvalidValue::new(format!("{part}.headers[{place}].name"), problem)
        }));
    }
    problems.extend(of_request("kind.http", &http.url, &http.headers, has_captures));
    let hosts = http.headers.iter().enumerate().filter(|(_, one)| is_host(&one.name)).skip(1);
    problems.extend(hosts.map(|(place, _)| {
        let problem = "says which server is meant, as another one does: leave one out";
        InvalidValue::new(format!("kind.http.headers[{place}].name"), problem)
    }));
    problems.extend(of_certificate(http));
    // It says where all other secrets go, so that everybody has to see it.
    let hosts = http.secret_headers.iter().enumerate().filter(|(_, one)| is_host(&one.name));
    problems.extend(hosts.map(|(place, _)| {
        let problem =
            "says which server is meant, and is no secret: put it among the header fields";
        InvalidValue::new(format!("kind.http.secret_headers[{place}].name"), problem)
    }));
    problems
}

/// What is wrong with a client certificate.
fn of_certificate(http: &HttpCheck) -> Option<InvalidValue> {
    let certificate = http.client_certificate.as_ref()?;
    let refused = |field: &str, problem: &str| {
        Some(InvalidValue::new(format!("kind.http.client_certificate{field}"), problem))
    };
    let is_plain = http.url.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case("http:"));
    if is_plain {
        return refused("", "is shown over TLS alone: write an address that begins with https://");
    }
    if certificate.chain_pem.contains("PRIVATE KEY") {
        let problem = "has a private key in it, which everybody who sees the check would read: put \
                       that into `key`, which is kept sealed";
        return refused(".chain_pem", problem);
    }
    None
}

/// What is wrong with one request. Captured values may stand in it where there are any: nobody reads those here.
fn of_request(part: &str, url: &str, headers: &[Header], has_captures: bool) -> Vec<InvalidValue> {
    let captured = |text: &str| {
        has_captures && pieces(text).iter().any(|piece| matches!(piece, Piece::Value(_)))
    };
    let url = if captured(url) { without_values(url) } else { url.to_owned() };
    let url = of_address(&format!("{part}.url"), &url);
    let secret = |(place, header): (usize, &Header)| {
        let name = header.name.trim();
        let problem = format!(
            "`{name}` holds a secret, which everybody who sees the check would read here: put it among \
             the secret header fields (`secret_headers`), which are kept sealed"
        );
        let is_captured = captured(&header.value) && is_all_captured(name, &header.value);
        (says_secret(name) && !is_captured)
            .then(|| InvalidValue::new(format!("{part}.headers[{place}].name"), problem))
    };
    url.into_iter().chain(headers.iter().enumerate().filter_map(secret)).collect()
}

/// Whether nothing of a secret is written out beside the captured values.
fn is_all_captured(name: &str, value: &str) -> bool {
    if !name.eq_ignore_ascii_case("cookie") {
        let kept = written_out(value);
        let kept = kept.trim();
        let schemes = ["", "Basic", "Bearer", "Token"];
        return schemes.iter().any(|scheme| kept.eq_ignore_ascii_case(scheme));
    }
    let mut secret = value.split(';').filter_map(|pair| pair.split_once('='));
    secret.all(|(name, value)| !says_secret(name) || written_out(value).trim().is_empty())
}

/// What is left of a text without the captured values.
fn written_out(text: &str) -> String {
    let pieces = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Value(_) => "",
    });
    pieces.collect()
}

/// An address without the captured values that stand in it.
fn without_values(url: &str) -> String {
    let (server, rest) = match url.split_once("://") {
        Some((scheme, rest)) => rest.find(['/', '?']).map_or((url, ""), |end| {
            url.split_at(scheme.len().saturating_add(end).saturating_add(3))
        }),
        None => (url, ""),
    };
    // Where one stands in front of the path is told when the address is read.
    let kept = |text: &str, instead: &str| {
        let pieces = pieces(text).into_iter().map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Value(_) => instead.to_owned(),
        });
        pieces.collect::<String>()
    };
    kept(server, "x") + &kept(rest, "")
}

/// What is wrong with the address of a website.
fn of_url(text: &str) -> Option<String> {
    const AS_IN: &str = "as in https://shop.example.com/health";
    if text.chars().any(char::is_whitespace) {
        return Some("has a space in it: leave it out, or write %20 in its place".to_owned());
    }
    let is_web = ["http://", "https://"].iter().any(|scheme| {
        text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    });
    if !is_web {
        return Some(format!("write an address that begins with http:// or https://, {AS_IN}"));
    }
    match Url::parse(text) {
        Err(error) => Some(format!("is no address ({error}): write one {AS_IN}")),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => Some(
            "has a user name or a password in it, which everybody who sees the check would \
                 read: leave them out, and have it sign in (`sign_in`)"
                .to_owned(),
        ),
        Ok(url) => secret_in(&url).map(|name| {
            format!(
                "has `{name}` in it, which holds a secret that everybody who sees the check would \
                 read: leave it out, and send it as a secret header field where the server takes that"
            )
        }),
    }
}

/// The name of what is secret in the query of an address.
fn secret_in(url: &Url) -> Option<String> {
    let mut pairs = url.query_pairs();
    let (name, _) = pairs.find(|(name, value)| says_secret(name) && !value.is_empty())?;
    Some(name.into_owned())
}

fn of_names(names: &NamesCheck) -> Vec<InvalidValue> {
    let list = names.list_url.as_deref().map(|url| of_address("kind.names.list_url", url));
    let secret = of_path("kind.names.path", &names.path);
    list.unwrap_or_default().into_iter().chain(secret).collect()
}

/// A secret in the query of a path.
fn of_path(field: &str, path: &str) -> Option<InvalidValue> {
    let url = Url::parse(&format!("http://host.example.com{path}")).ok();
    url.as_ref().and_then(secret_in).map(|name| {
        let problem = format!(
            "has `{name}` in it, which holds a secret that everybody who sees the check would \
             read: leave it out"
        );
        InvalidValue::new(field, problem)
    })
}

fn of_service(service: &ServiceCheck) -> Vec<InvalidValue> {
    let secret = of_path("kind.service.path", service.path.as_deref().unwrap_or_default());
    of_host("kind.service.host", &service.host).into_iter().chain(secret).collect()
}

fn of_host(field: &str, host: &str) -> Option<InvalidValue> {
    // An empty one is refused as every empty field is. IPv6 addresses stand without brackets.
    if host.trim().is_empty() || host.parse::<IpAddr>().is_ok() {
        return None;
    }
    let is_name = !host.starts_with('[') && Host::parse(host).is_ok();
    let problem = "is neither a host name nor an address: write it as in mail.example.com or \
                   192.0.2.7, with nothing before or after it";
    (!is_name).then(|| InvalidValue::new(field, problem))
}

#[cfg(test)]
mod tests;
