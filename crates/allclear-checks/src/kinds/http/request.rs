//! What is asked: the request of a check, and what becomes of it when it is led on.

use allclear_domain::Secret;
use allclear_domain::check::{self, HttpCheck, Reason, ReasonCode, SignIn};
use bytes::Bytes;
use data_encoding::BASE64;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST,
    HeaderName, HeaderValue, TRANSFER_ENCODING, USER_AGENT,
};
use hyper::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::kinds::record::is_secret;
use crate::kinds::{NotReady, reason};

/// Fields that say how bytes travel: a check that sets them would only confuse the other side.
const OF_THE_WIRE: [HeaderName; 3] = [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING];

/// One request, before it is on the wire.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) url: Url,
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Ask {
    /// The request that a check begins with.
    pub(super) fn new(check: &HttpCheck) -> Result<Self, NotReady> {
        let body = Bytes::from(check.body.clone().unwrap_or_default());
        Ok(Self {
            url: url(&check.url)?,
            method: method(check.method),
            headers: with_secrets(headers(check)?, check)?,
            body,
        })
    }

    /// Values that must not be told: those of header fields and of the address, there also as it is
    /// written.
    pub(super) fn secrets(&self) -> impl Iterator<Item = String> {
        let fields = self.headers.iter().filter(|(_, value)| value.is_sensitive());
        let fields = fields.filter_map(|(_, value)| value.to_str().ok().map(str::to_owned));
        let read = self.url.query_pairs().filter(|(name, _)| is_secret(name));
        let written = self.url.query().unwrap_or_default().split('&');
        let written = written.filter_map(|parameter| parameter.split_once('='));
        let written =
            written.filter(|(name, _)| is_secret(name)).map(|(_, value)| value.to_owned());
        fields.chain(read.map(|(_, value)| value.into_owned())).chain(written)
    }

    /// The request that follows on a redirect, by RFC 9110, section 15.4. What is secret goes to
    /// the same server alone, and never back to where everybody can read it.
    pub(super) fn redirected(&self, status: StatusCode, target: &Url) -> Result<Self, Reason> {
        let is_home = is_home(&self.url, target);
        let becomes_get = match status {
            StatusCode::SEE_OTHER => self.method != Method::HEAD,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            _ => false,
        };
        let mut next = self.clone();
        next.url = target.clone();
        // What an address says about who asks is not for us to send on.
        let stripped = next.url.set_username("").and_then(|()| next.url.set_password(None));
        if stripped.is_err() || next.url.host().is_none() {
            return Err(reason(ReasonCode::Redirects, "it leads to an address without a host"));
        }
        if becomes_get {
            next.method = Method::GET;
            next.body = Bytes::new();
            next.headers.remove(CONTENT_TYPE);
        }
        if !is_home {
            if !next.body.is_empty() {
                let told = "it leads to another server, where the body of the check is not sent";
                return Err(reason(ReasonCode::Redirects, told));
            }
            let secret = next.headers.iter().filter(|(_, value)| value.is_sensitive());
            let secret: Vec<HeaderName> = secret.map(|(name, _)| name.clone()).collect();
            secret.iter().for_each(|name| drop(next.headers.remove(name)));
            next.headers.remove(HOST);
        }
        Ok(next)
    }
}

/// Whether both addresses are of one server: the same host and port, or the way from http to https.
fn is_home(from: &Url, to: &Url) -> bool {
    let ports = (from.port_or_known_default(), to.port_or_known_default());
    let is_same = from.scheme() == to.scheme() && ports.0 == ports.1;
    let is_upgrade =
        (from.scheme(), to.scheme()) == ("http", "https") && ports == (Some(80), Some(443));
    from.host() == to.host() && (is_same || is_upgrade)
}

fn url(written: &str) -> Result<Url, NotReady> {
    let bad = |problem: &str| NotReady::new("url", problem);
    let mut url = Url::parse(written)
        .map_err(|error| NotReady::new("url", format!("is no address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad("is no address that begins with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "holds a user or a password, which everybody who sees the check would read: leave \
             them out",
        ));
    }
    url.set_fragment(None);
    Ok(url)
}

fn method(method: check::Method) -> Method {
    match method {
        check::Method::Get => Method::GET,
        check::Method::Head => Method::HEAD,
        check::Method::Options => Method::OPTIONS,
        check::Method::Post => Method::POST,
        check::Method::Put => Method::PUT,
        check::Method::Patch => Method::PATCH,
        check::Method::Delete => Method::DELETE,
    }
}

fn headers(check: &HttpCheck) -> Result<HeaderMap, NotReady> {
    let mut headers = HeaderMap::new();
    let own = concat!("allclear/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(own));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    // Sizes and texts are those of the thing itself.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let mut named: Vec<HeaderName> = Vec::new();
    for (place, header) in check.headers.iter().enumerate() {
        let name: HeaderName = header.name.parse().map_err(|_| {
            NotReady::new(format!("headers[{place}].name"), "is no name of a header field")
        })?;
        let mut value: HeaderValue = header.value.parse().map_err(|_| {
            let problem = "holds a character that header fields cannot have";
            NotReady::new(format!("headers[{place}].value"), problem)
        })?;
        if OF_THE_WIRE.contains(&name) {
            let problem = "says how bytes travel, which is not the check's to say: remove it";
            return Err(NotReady::new(format!("headers[{place}].name"), problem));
        }
        // HTTP/2 does not put it into its table then, nor anybody into a log.
        value.set_sensitive(is_secret(name.as_str()));
        // The first of a name takes the place of ours, the next ones stand beside it.
        if named.contains(&name) {
            headers.append(name, value);
        } else {
            headers.insert(name.clone(), value);
            named.push(name);
        }
    }
    Ok(headers)
}

/// Adds what signs in, and header fields that are secret. One that is not open is not there: the check is
/// not tried then.
fn with_secrets(mut headers: HeaderMap, check: &HttpCheck) -> Result<HeaderMap, NotReady> {
    let mut add = |field: &str, name: HeaderName, text: String| {
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            NotReady::new(field, "holds a character that header fields cannot have")
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(())
    };
    match &check.sign_in {
        Some(SignIn::Basic { user, password: Secret::Open(password) }) => {
            let pair = BASE64.encode(format!("{user}:{}", password.reveal()).as_bytes());
            add("sign_in.basic.password", AUTHORIZATION, format!("Basic {pair}"))?;
        }
        Some(SignIn::Bearer { token: Secret::Open(token) }) => {
            let text = format!("Bearer {}", token.reveal());
            add("sign_in.bearer.token", AUTHORIZATION, text)?;
        }
        Some(SignIn::Basic { .. } | SignIn::Bearer { .. }) | None => {}
    }
    for (place, header) in check.secret_headers.iter().enumerate() {
        let field = |part: &str| format!("secret_headers[{place}].{part}");
        let name: HeaderName = header
            .name
            .parse()
            .map_err(|_| NotReady::new(field("name"), "is no name of a header field"))?;
        if OF_THE_WIRE.contains(&name) {
            let problem = "says how bytes travel, which is not the check's to say: remove it";
            return Err(NotReady::new(field("name"), problem));
        }
        if let Some(text) = header.value.open() {
            add(&field("value"), name, text.to_owned())?;
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_is_one_server_and_its_way_to_https() {
        let home = |from: &str, to: &str| is_home(&from.parse().unwrap(), &to.parse().unwrap());
        for (from, to) in [
            ("https://a.example.com/x", "https://a.example.com:443/y"),
            ("http://a.example.com/", "https://a.example.com/"),
        ] {
            assert!(home(from, to), "{from} {to}");
        }
        for (from, to) in [
            ("https://a.example.com/", "https://b.example.com/"),
            ("https://a.example.com/", "https://a.example.com:8443/"),
            ("https://a.example.com/", "http://a.example.com/"),
            ("http://a.example.com:8080/", "https://a.example.com/"),
        ] {
            assert!(!home(from, to), "{from} {to}");
        }
    }
}
