//! What is asked: the request of a check, and what becomes of it when it is led on.

use std::sync::Arc;

use allclear_domain::Secret;
use allclear_domain::check::{
    self, Header, HttpCheck, HttpStep, Piece, Reason, ReasonCode, SignIn, pieces,
};
use allclear_domain::text::Key;
use bytes::Bytes;
use data_encoding::BASE64;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST,
    HeaderName, HeaderValue, TRANSFER_ENCODING, USER_AGENT,
};
use hyper::{HeaderMap, Method, StatusCode};
use url::{Origin, Url};

use super::capture::Takes;
use super::template::{Language, Template, UrlTemplate, Values};
use crate::kinds::record::is_secret;
use crate::kinds::{NotReady, reason};
use crate::secrets::is_host;

/// Fields that say how bytes travel: a check that sets them would only confuse the other side.
const OF_THE_WIRE: [HeaderName; 3] = [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING];

/// What a check or a step writes of its request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written<'a> {
    url: &'a str,
    method: check::Method,
    headers: &'a [Header],
    body: Option<&'a str>,
}

impl<'a> Written<'a> {
    /// The request of a check that is judged.
    pub(super) fn of_check(check: &'a HttpCheck) -> Self {
        let HttpCheck { url, method, headers, body, .. } = check;
        Self { url, method: *method, headers, body: body.as_deref() }
    }

    /// A request that comes before.
    pub(super) fn of_step(step: &'a HttpStep) -> Self {
        let HttpStep { url, method, headers, body, .. } = step;
        Self { url, method: *method, headers, body: body.as_deref() }
    }

    /// What its body is, by what it says itself. Whoever says nothing and sends braces means JSON.
    fn language(&self) -> Language {
        let mut headers = self.headers.iter();
        let said = headers.find(|one| one.name.trim().eq_ignore_ascii_case(CONTENT_TYPE.as_str()));
        let said = said.map(|one| one.value.to_ascii_lowercase());
        let said = said.as_deref().map(|said| said.split(';').next().unwrap_or_default().trim());
        match said {
            Some("application/x-www-form-urlencoded") => Language::Form,
            Some(said) if said.ends_with("/json") || said.ends_with("+json") => Language::Json,
            Some(said) if said.ends_with("/xml") || said.ends_with("+xml") => Language::Xml,
            Some(_) => Language::Plain,
            None if self.body.is_some_and(is_like_json) => Language::Json,
            None => Language::Plain,
        }
    }
}

/// Whether a body begins as JSON does; the braces of a captured value are none of these.
fn is_like_json(body: &str) -> bool {
    let body = body.trim_start();
    let begins_with_value = matches!(pieces(body).first(), Some(Piece::Value(_)));
    !begins_with_value && body.starts_with(['{', '['])
}

/// A request in which captured values may stand.
#[derive(Debug)]
pub(super) struct Draft {
    url: UrlTemplate,
    method: Method,
    headers: HeaderMap,
    /// The header fields in which values stand, with all values of such a name.
    filled: Vec<(HeaderName, Vec<Template>)>,
    /// The header fields that it names itself.
    own: Vec<HeaderName>,
    body: Template,
    /// Whether it goes to the server of the check.
    is_home: bool,
}

impl Draft {
    /// Reads a request. `known` are the values that are captured before it.
    pub(super) fn new(written: Written<'_>, known: &[&Key]) -> Result<Self, NotReady> {
        let url = UrlTemplate::new(written.url, known)?;
        let (headers, filled) = headers(written.headers, known)?;
        let body = Template::new(written.body.unwrap_or_default(), known, written.language())
            .map_err(|problem| NotReady::new("body", problem))?;
        let own = written.headers.iter().filter_map(|one| one.name.parse().ok()).collect();
        let method = method(written.method);
        Ok(Self { url, method, headers, filled, own, body, is_home: false })
    }

    /// The server that it goes to.
    pub(super) fn origin(&self) -> Origin {
        self.url.like.origin()
    }

    /// The host that it goes to.
    pub(super) fn host(&self) -> &str {
        self.url.like.host_str().unwrap_or_default()
    }

    /// The names of the values that stand in it.
    pub(super) fn names(&self) -> impl Iterator<Item = &Key> {
        let filled = self.filled.iter().flat_map(|(_, templates)| templates);
        let names = filled.flat_map(Template::names).chain(self.body.names());
        self.url.names().chain(names)
    }

    /// Adds what goes to the server of the check alone: what signs in, header fields that are secret, and the name
    /// of the site where several are at one address. What it names itself stays.
    pub(super) fn go_home(&mut self, check: &HttpCheck) -> Result<(), NotReady> {
        let mut sites = check.headers.iter().filter(|one| is_host(&one.name));
        if let Some(site) = sites.next().and_then(|one| one.value.parse().ok()) {
            self.headers.insert(HOST, site);
        }
        self.is_home = true;
        with_secrets(&mut self.headers, &self.own, check)
    }

    /// The request with its values.
    pub(super) fn fill(&self, values: &Values) -> Result<Ask, Reason> {
        let bad = |told: String| reason(ReasonCode::Assertion, told);
        let url = self.url.fill(values).map_err(bad)?;
        let mut headers = self.headers.clone();
        for (name, templates) in &self.filled {
            headers.remove(name);
            for template in templates {
                let text = template.fill(values).map_err(bad)?;
                let mut value: HeaderValue = text.parse().map_err(|_| {
                    let told = "what was captured holds a character that header fields cannot have";
                    bad(format!("the header field {name} cannot be sent: {told}"))
                })?;
                value.set_sensitive(template.has_values() || is_secret(name.as_str()));
                headers.append(name.clone(), value);
            }
        }
        let body = Bytes::from(self.body.fill(values).map_err(bad)?);
        let kept = self.url.kept().map(str::to_owned);
        let (method, is_home) = (self.method.clone(), self.is_home);
        Ok(Ask { url, kept, method, headers, body, is_home, takes: Arc::default() })
    }
}

/// One request, before it is on the wire.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) url: Url,
    /// What is kept of the path and the query, where captured values stand in these.
    pub(super) kept: Option<String>,
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Whether it goes to the server of the check, and was not led there by another one.
    pub(super) is_home: bool,
    /// What is taken from the answer.
    pub(super) takes: Arc<[Takes]>,
}

impl Ask {
    /// Whether values are taken from the body. What a log-in answers beside them is often secret as well.
    pub(super) fn takes_body(&self) -> bool {
        self.takes.iter().any(Takes::is_of_body)
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
        // It is the server that says this one.
        next.kept = None;
        next.is_home &= is_home;
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

/// The path and the query of an address.
pub(super) fn path(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// Reads an address.
pub(super) fn url(written: &str) -> Result<Url, NotReady> {
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

/// The header fields of a request, and those in which values stand.
type Fields = (HeaderMap, Vec<(HeaderName, Vec<Template>)>);

fn headers(written: &[Header], known: &[&Key]) -> Result<Fields, NotReady> {
    let mut headers = HeaderMap::new();
    let own = concat!("allclear/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(own));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    // Sizes and texts are those of the thing itself.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let mut named: Vec<(HeaderName, Vec<Template>)> = Vec::new();
    for (place, header) in written.iter().enumerate() {
        let bad = |part: &str, problem: String| {
            NotReady::new(format!("headers[{place}].{part}"), problem)
        };
        let name: HeaderName = header
            .name
            .parse()
            .map_err(|_| bad("name", "is no name of a header field".to_owned()))?;
        if OF_THE_WIRE.contains(&name) {
            let problem = "says how bytes travel, which is not the check's to say: remove it";
            return Err(bad("name", problem.to_owned()));
        }
        let template = Template::new(&header.value, known, Language::Plain)
            .map_err(|problem| bad("value", problem))?;
        if name == HOST && template.has_values() {
            let problem = "says which server is asked, which no captured value may: write it out";
            return Err(bad("value", problem.to_owned()));
        }
        let mut value: HeaderValue = template.like().parse().map_err(|_| {
            bad("value", "holds a character that header fields cannot have".to_owned())
        })?;
        // HTTP/2 does not put it into its table then, nor anybody into a log.
        value.set_sensitive(is_secret(name.as_str()));
        // The first of a name takes the place of ours, the next ones stand beside it.
        if let Some((_, templates)) = named.iter_mut().find(|(other, _)| *other == name) {
            templates.push(template);
            headers.append(name, value);
        } else {
            headers.insert(name.clone(), value);
            named.push((name, vec![template]));
        }
    }
    named.retain(|(_, templates)| templates.iter().any(Template::has_values));
    Ok((headers, named))
}

/// A user and a password as they are sent, where the password is open.
pub(super) fn basic(check: &HttpCheck) -> Option<String> {
    let Some(SignIn::Basic { user, password: Secret::Open(password) }) = &check.sign_in else {
        return None;
    };
    Some(BASE64.encode(format!("{user}:{}", password.reveal()).as_bytes()))
}

/// Adds what signs in, and header fields that are secret. One that is not open is not there: the check is
/// not tried then.
fn with_secrets(
    headers: &mut HeaderMap,
    own: &[HeaderName],
    check: &HttpCheck,
) -> Result<(), NotReady> {
    let mut add = |field: &str, name: HeaderName, text: String| {
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            NotReady::new(field, "holds a character that header fields cannot have")
        })?;
        value.set_sensitive(true);
        if !own.contains(&name) {
            headers.insert(name, value);
        }
        Ok(())
    };
    if let Some(pair) = basic(check) {
        add("sign_in.basic.password", AUTHORIZATION, format!("Basic {pair}"))?;
    }
    if let Some(SignIn::Bearer { token: Secret::Open(token) }) = &check.sign_in {
        add("sign_in.bearer.token", AUTHORIZATION, format!("Bearer {}", token.reveal()))?;
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
    Ok(())
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

    #[test]
    fn who_was_led_away_from_home_is_not_at_home_any_more() {
        let check = HttpCheck::of("https://a.example.com/x");
        let mut draft = Draft::new(Written::of_check(&check), &[]).unwrap();
        draft.go_home(&check).unwrap();
        let mut ask = draft.fill(&Values::new()).unwrap();
        for (target, is_home) in [
            ("https://a.example.com/y", true),
            ("https://b.example.com/", false),
            ("https://a.example.com/z", false),
        ] {
            ask = ask.redirected(StatusCode::FOUND, &target.parse().unwrap()).unwrap();
            assert_eq!(ask.is_home, is_home, "{target}");
        }
    }
}
