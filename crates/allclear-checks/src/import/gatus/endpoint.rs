//! One endpoint of Gatus.

use std::collections::BTreeSet;

use allclear_domain::check::{
    Assertion, CheckKind, Header, HttpCheck, IcmpCheck, IpFamily, Method, Protocol, Security,
    ServiceCheck, StartTls, TcpCheck, TextTest, TlsCheck,
};
use allclear_domain::limits;
use allclear_domain::text::Key;
use serde_json::Value;

use super::alerts::Alerts;
use super::condition::{Asks, Condition, quoted};
use super::dns::Wanted;
use crate::import::draft::{Draft, cut};
use crate::import::fields::{Fields, is_yes, text};
use crate::import::shape::{any_status, deadline, interval, ranges};
use crate::import::{Becomes, secret, span, target};

/// Milliseconds for one probe where nothing is said.
const USUAL_TIMEOUT_MS: f64 = 10_000.0;
/// Milliseconds from one probe to the next where nothing is said.
const USUAL_INTERVAL_MS: f64 = 60_000.0;
/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;

/// What the conditions of an endpoint ask for, all together.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) statuses: Option<BTreeSet<u16>>,
    deadline_ms: Option<f64>,
    pub(super) certificate_ms: Option<f64>,
    pub(super) assertions: Vec<Assertion>,
    dns: Option<Wanted>,
}

/// Reads an endpoint; gives the checks that it becomes.
pub(super) fn read(value: &Value, draft: &mut Draft<'_>, alerts: &Alerts) -> Vec<Becomes> {
    let mut fields = Fields::of(value);
    name(&mut fields, draft);
    let group = fields.text("group").map(|group| draft.value(&group)).unwrap_or_default();
    let Some(url) = fields.text("url").filter(|url| !url.is_empty()) else {
        draft.refuse("it has no `url`: there is nothing to try");
        return Vec::new();
    };
    let wanted = fields.get("dns").map(|dns| Wanted::read(dns, draft));
    if fields.get("ssh").is_some_and(signs_in) {
        draft.refuse(
            "it signs in over SSH, which no check does here: take `ssh` and its \
             command out to have what the server says of itself watched",
        );
    }
    let timeout_ms = client(fields.get("client"), &url, draft);
    let mut list = fields.list("conditions");
    let had_some = !list.is_empty();
    list.retain(|one| !(url.starts_with("ssh://") && says_that_it_answered(one)));
    let asked = match list.is_empty() && had_some {
        true => Asked::default(),
        false => conditions(&list, wanted, draft),
    };
    let is_paused = fields.text("enabled").is_some_and(|it| !is_yes(&draft.value(&it)));
    let interval = interval(fields.text("interval"), USUAL_INTERVAL_MS, draft);
    let patience = alerts.patience(&fields.list("alerts"), draft);
    if !fields.list("maintenance-windows").is_empty() {
        draft.change(
            "its maintenance windows are not taken: plan them with `allclear maintenance repeat`",
        );
    }
    for key in ["ui", "extra-labels"] {
        if fields.get(key).is_some() {
            draft.leave_out(key);
        }
    }
    // How soon an answer has to come is asked of the answer, and not of its certificate.
    let limit = asked.deadline_ms.map_or(timeout_ms, |limit| limit.min(timeout_ms));
    let usual =
        span::whole(timeout_ms, (limits::CHECK_DEADLINE_MS_MIN, limits::CHECK_DEADLINE_MS_MAX));
    let base = Becomes {
        members: Vec::new(),
        suffix: None,
        name: draft.name.clone(),
        kind: CheckKind::Tls(TlsCheck::of("", 0)),
        interval_seconds: interval,
        deadline_ms: deadline(limit, draft),
        patience,
        tags: Key::from_name(&group).into_iter().collect(),
        is_paused,
    };
    let mut becomes = kinds(&url, &mut fields, asked, base, draft);
    for one in becomes.iter_mut().filter(|one| one.suffix.is_some()) {
        one.deadline_ms = usual;
    }
    draft.unread(&fields, "");
    becomes
}

/// Whether what is said of SSH names somebody: without, its greeting alone is looked at.
fn signs_in(value: &Value) -> bool {
    let mut fields = Fields::of(value);
    let keys = ["username", "password", "private-key"];
    keys.iter().any(|key| fields.text(key).is_some_and(|text| !text.is_empty()))
}

/// Whether a condition holds of SSH once there was an answer: its status is 0 then.
fn says_that_it_answered(value: &Value) -> bool {
    text(value).is_some_and(|text| text.split_whitespace().eq(["[STATUS]", "==", "0"]))
}

fn name(fields: &mut Fields<'_>, draft: &mut Draft<'_>) {
    let name = fields.text("name").unwrap_or_default();
    draft.name = draft.value(&name);
    if draft.name.is_empty() {
        draft.refuse("it has no `name`: give it one");
    }
}

/// Reads how it is connected; gives the time it has.
fn client(value: Option<&Value>, url: &str, draft: &mut Draft<'_>) -> f64 {
    let Some(value) = value else { return USUAL_TIMEOUT_MS };
    let mut fields = Fields::of(value);
    let insecure = fields.text("insecure").is_some_and(|it| is_yes(&draft.value(&it)));
    let is_open = ["http://", "tcp://", "grpc://"].iter().any(|scheme| url.starts_with(scheme));
    if insecure && !is_open {
        draft.refuse(
            "certificates are not looked at there (`insecure`), and always are here: give the \
             server one that is trusted, take out `insecure`, and import again",
        );
    }
    for (key, what) in [
        ("proxy-url", "it goes through a proxy, which checks here do not"),
        ("oauth2", "it signs in with OAuth 2, which checks here do not"),
        ("identity-aware-proxy", "it signs in at a proxy, which checks here do not"),
        ("tunnel", "it goes through an SSH tunnel, which checks here do not"),
        ("tls", "it shows a certificate of its own, which checks here do not"),
    ] {
        if fields.get(key).is_some() {
            draft.refuse(format!("{what}: watch an address that can be reached without it"));
        }
    }
    if fields.get("dns-resolver").is_some() {
        draft.change("it asked a name server of its own; here that of this machine is asked");
    }
    let network = fields.text("network").filter(|network| network != "ip");
    if let Some(network) = network.filter(|_| !url.starts_with("http")) {
        let family = if draft.value(&network) == "ip6" { "IPv6" } else { "IPv4" };
        draft.change(format!("it used {family} alone; here either is used, as can be reached"));
    }
    if fields.text("store-cookies").is_some_and(|it| is_yes(&draft.value(&it))) {
        draft.change("it kept cookies from one probe to the next; here each probe begins anew");
    }
    // Read where the kind is decided.
    fields.get("ignore-redirect");
    let timeout = fields.text("timeout").map(|text| draft.value(&text));
    draft.unread(&fields, "client.");
    let read = timeout.as_deref().map(|text| span::milliseconds(text).filter(|ms| *ms > 0.0));
    read.unwrap_or(Some(USUAL_TIMEOUT_MS)).unwrap_or_else(|| {
        draft.change("its timeout cannot be read: it has 10 s here");
        USUAL_TIMEOUT_MS
    })
}

/// Reads all conditions.
fn conditions(list: &[&Value], wanted: Option<Wanted>, draft: &mut Draft<'_>) -> Asked {
    let mut asked = Asked { dns: wanted, ..Asked::default() };
    let mut holds_unconnected = !list.is_empty();
    if list.is_empty() {
        draft.refuse("it has no conditions, which Gatus itself refuses: write one");
    }
    for value in list {
        let marked = text(value).unwrap_or_default();
        let Some(condition) = Condition::parse(&draft.value(&marked)) else {
            draft.change(format!("{}: it is no condition, and is not asked", quoted(&marked)));
            continue;
        };
        let of_dns = asked.dns.as_mut();
        if let Some(holds) = of_dns.and_then(|it| it.take(&condition, &quoted(&marked), draft)) {
            holds_unconnected &= holds;
            continue;
        }
        let read = condition.read();
        holds_unconnected &= read.holds_unconnected;
        for change in read.changes {
            draft.change(format!("{}: {change}", quoted(&marked)));
        }
        match read.asks {
            Asks::Statuses(right) => {
                let before = asked.statuses.unwrap_or_else(any_status);
                asked.statuses = Some(before.intersection(&right).copied().collect());
            }
            Asks::Deadline(ms) => {
                asked.deadline_ms = Some(asked.deadline_ms.map_or(ms, |before| before.min(ms)));
            }
            Asks::CertificateLasts(ms) => {
                asked.certificate_ms =
                    Some(asked.certificate_ms.map_or(ms, |before| before.max(ms)));
            }
            Asks::Assertions(list) => asked.assertions.extend(list),
            Asks::Nothing | Asks::Unknown => {}
            Asks::Failure => draft.refuse(format!(
                "{}: it is healthy there where it does not work, and that is not tried here",
                quoted(&marked)
            )),
        }
    }
    if asked.statuses.as_ref().is_some_and(BTreeSet::is_empty) {
        draft.refuse("its conditions name no status that all of them take");
    }
    if holds_unconnected {
        draft.change(
            "there it was healthy also where nothing could be connected to, as no condition says \
             otherwise; here that fails",
        );
    }
    asked
}

/// What it becomes, by its address.
fn kinds(
    url: &str,
    fields: &mut Fields<'_>,
    mut asked: Asked,
    base: Becomes,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    let with_placeholders = placeholders(url, draft, &base);
    let (parted, sign_in) = match with_placeholders.starts_with("http") {
        true => secret::parted(&with_placeholders, draft),
        false => (with_placeholders, None),
    };
    let url = draft.value(&parted);
    if let Some(wanted) = asked.dns.take() {
        nothing_more(fields, &asked, "the answer of a name server", draft);
        return wanted.becomes(url, base, draft);
    }
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url.as_str()));
    match scheme {
        "http" | "https" => {
            let check = HttpCheck { sign_in, ..HttpCheck::of(&url) };
            http(check, fields, asked, base, draft)
        }
        "tcp" => tcp(rest, false, fields, asked, base, draft),
        "tls" if fields.get("body").is_some() || !asked.assertions.is_empty() => {
            tcp(rest, true, fields, asked, base, draft)
        }
        "tls" => tls(rest, None, fields, &asked, base, draft),
        "starttls" => tls(rest, Some(StartTls::Smtp), fields, &asked, base, draft),
        "icmp" => icmp(rest, fields, &asked, base, draft),
        "ssh" => ssh(rest, fields, &asked, base, draft),
        "" => {
            draft.refuse("its address has no scheme, and Gatus itself refuses it: write https://…");
            Vec::new()
        }
        "ws" | "wss" => websocket(&url, fields, &asked, base, draft),
        "grpc" | "grpcs" => super::grpc::read(&url, fields, &asked, base, draft),
        "udp" | "sctp" => {
            draft.refuse(format!("{scheme}:// cannot be watched yet"));
            Vec::new()
        }
        other => {
            draft.refuse(format!("`{}` is no scheme that is known here", cut(other)));
            Vec::new()
        }
    }
}

/// Puts in what Gatus would put in at each probe, where it is always the same.
fn placeholders(text: &str, draft: &mut Draft<'_>, base: &Becomes) -> String {
    let group = base.tags.first().map(Key::as_str).unwrap_or_default();
    let text = text.replace("[ENDPOINT_NAME]", &base.name).replace("[ENDPOINT_GROUP]", group);
    for changing in ["[LOCAL_ADDRESS]", "[RANDOM_STRING_", "[ENDPOINT_URL]"] {
        if text.contains(changing) {
            let name = changing.trim_matches(['[', ']', '_']);
            draft.refuse(format!(
                "it sends {name}, which Gatus puts in at each probe: write what is to be sent"
            ));
        }
    }
    text
}

fn http(
    mut check: HttpCheck,
    fields: &mut Fields<'_>,
    asked: Asked,
    base: Becomes,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    let mut client = Fields::of(fields.get("client").unwrap_or(&Value::Null));
    check.family = match client.text("network").map(|network| draft.value(&network)).as_deref() {
        Some("ip4") => IpFamily::Ipv4,
        Some("ip6") => IpFamily::Ipv6,
        _ => IpFamily::Any,
    };
    let ignores = client.text("ignore-redirect");
    let ignores = ignores.is_some_and(|it| is_yes(&draft.value(&it)));
    // Ten is what the library of Gatus follows.
    check.redirects_max = if ignores { 0 } else { 10 };
    check.method = method(fields.text("method"), draft);
    let headers = headers(fields.get("headers"), draft, &base);
    secret::add_headers(&mut check, headers, draft);
    let body = fields.text("body").map(|body| placeholders(&body, draft, &base));
    check.body = body.map(|body| draft.value(&body)).filter(|body| !body.is_empty());
    if fields.text("graphql").is_some_and(|it| is_yes(&draft.value(&it))) {
        let query = check.body.take().unwrap_or_default();
        check.body = Some(serde_json::json!({ "query": query }).to_string());
        let has_type =
            check.headers.iter().any(|one| one.name.eq_ignore_ascii_case("content-type"));
        if !has_type {
            let (name, value) = ("Content-Type".to_owned(), "application/json".to_owned());
            check.headers.push(Header { name, value });
        }
    }
    check.statuses = ranges(&asked.statuses.unwrap_or_else(any_status));
    check.assertions = asked.assertions;
    let url = check.url.clone();
    let mut becomes = vec![Becomes { kind: check.into(), ..base.clone() }];
    match (asked.certificate_ms, target::of_https(&url)) {
        (None, _) => {}
        (Some(lasts), Some(place)) => certificate(place, lasts, base, draft, &mut becomes),
        (Some(_), None) => {
            draft.change("its address has no certificate, so nothing asks how long that holds");
        }
    }
    becomes
}

/// The certificate of a host and a port is a check of its own.
fn certificate(
    (host, port): (String, u16),
    lasts_ms: f64,
    base: Becomes,
    draft: &mut Draft<'_>,
    becomes: &mut Vec<Becomes>,
) {
    let days = days(lasts_ms);
    draft.change(format!(
        "how long its certificate holds becomes a check of its own, of the kind tls: there the \
         endpoint fails, here that check is degraded from {days} days before the end of any \
         certificate that is served"
    ));
    let mut tls = TlsCheck::of(host, port);
    (tls.warn_days, tls.starttls) = (days, None);
    let name = format!("{} (certificate)", base.name);
    becomes.push(Becomes { suffix: Some("certificate"), name, kind: tls.into(), ..base });
}

/// Whole days, rounded up.
fn days(lasts_ms: f64) -> u16 {
    let days = span::whole(lasts_ms / DAY_MS, (0, limits::CHECK_WARN_DAYS_MAX));
    u16::try_from(days).unwrap_or(u16::MAX)
}

fn method(text: Option<String>, draft: &mut Draft<'_>) -> Method {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Method::Get };
    target::method(&draft.value(&text)).unwrap_or_else(|| {
        draft.refuse(format!("it asks with the method {}, which is not known here", cut(&text)));
        Method::Get
    })
}

/// Header fields, with the marks of variables.
fn headers(value: Option<&Value>, draft: &mut Draft<'_>, base: &Becomes) -> Vec<(String, String)> {
    let Some(map) = value.and_then(Value::as_object) else { return Vec::new() };
    let header = |(name, value): (&String, &Value)| {
        (name.clone(), placeholders(&text(value).unwrap_or_default(), draft, base))
    };
    map.iter().map(header).collect()
}

/// A connection, and what is said on it. How long a certificate holds is a check of its own.
fn tcp(
    rest: &str,
    has_tls: bool,
    fields: &mut Fields<'_>,
    mut asked: Asked,
    base: Becomes,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    let Some((host, port)) = target::host_and_port(rest) else {
        draft.refuse("its address has no port: write tcp://host:port or tls://host:port");
        return Vec::new();
    };
    let mut becomes = Vec::new();
    if let Some(lasts) = asked.certificate_ms.take_if(|_| has_tls) {
        certificate((host.clone(), port), lasts, base.clone(), draft, &mut becomes);
    }
    let mut check = TcpCheck { tls: has_tls, ..TcpCheck::of(host, port) };
    let body = fields.text("body").map(|body| placeholders(&body, draft, &base));
    check.send = body.map(|body| draft.value(&body));
    check.expect = expectation(asked, draft);
    http_alone(fields, draft);
    becomes.insert(0, Becomes { kind: check.into(), ..base });
    becomes
}

/// What has to come back: one condition of the whole body can be asked.
fn expectation(asked: Asked, draft: &mut Draft<'_>) -> Option<TextTest> {
    if asked.statuses.is_some() || asked.certificate_ms.is_some() {
        draft.change("it asks for a status or a certificate, which this kind of check has none of");
    }
    let mut tests = asked.assertions.into_iter().map(|assertion| match assertion {
        Assertion::Body { test } => Some(test),
        _ => None,
    });
    let first = tests.next()?;
    if first.is_none() || tests.next().is_some() {
        draft.change("of what comes back one test can be asked here, of the text as a whole");
    }
    first
}

fn tls(
    rest: &str,
    starttls: Option<StartTls>,
    fields: &mut Fields<'_>,
    asked: &Asked,
    base: Becomes,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    let Some((host, port)) = target::host_and_port(rest) else {
        draft.refuse("its address has no port: write tls://host:port");
        return Vec::new();
    };
    nothing_more(fields, asked, "the certificate", draft);
    let mut check = TlsCheck::of(host, port);
    (check.starttls, check.warn_days) = (starttls, asked.certificate_ms.map_or(0, days));
    if asked.certificate_ms.is_some() {
        draft.change(format!(
            "there it fails, here it is degraded from {} days before the end of any certificate \
             that is served",
            check.warn_days
        ));
    }
    vec![Becomes { kind: check.into(), ..base }]
}

/// A ping: Gatus sends one.
fn icmp(
    rest: &str,
    fields: &mut Fields<'_>,
    asked: &Asked,
    base: Becomes,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    nothing_more(fields, asked, "the answer to its ping", draft);
    let host = rest.trim_end_matches('/').trim_matches(['[', ']']).to_owned();
    let family = IpFamily::Any;
    let check = IcmpCheck { host, connect_to: None, family, count: 1, lost_max: 0 };
    vec![Becomes { kind: CheckKind::Icmp(check), ..base }]
}

/// What a server of SSH says of itself.
fn ssh(
    rest: &str,
    fields: &mut Fields<'_>,
    asked: &Asked,
    base: Becomes,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    nothing_more(fields, asked, "what the server says of itself", draft);
    let usual = Protocol::Ssh.usual_port(Security::None);
    let bare = rest.trim_end_matches('/').trim_matches(['[', ']']);
    let place = target::host_and_port(rest).unwrap_or_else(|| (bare.to_owned(), usual));
    vec![Becomes { kind: ServiceCheck::of(Protocol::Ssh, place.0, place.1).into(), ..base }]
}

/// A WebSocket, and that a ping comes back on it.
fn websocket(
    url: &str,
    fields: &mut Fields<'_>,
    asked: &Asked,
    base: Becomes,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    nothing_more(fields, asked, "a ping that comes back", draft);
    match url.parse() {
        Ok(kind) => vec![Becomes { kind, ..base }],
        Err(_) => {
            draft.refuse("its address cannot be read: write wss://host/path");
            Vec::new()
        }
    }
}

/// Tells that nothing else is asked for.
fn nothing_more(fields: &mut Fields<'_>, asked: &Asked, than: &str, draft: &mut Draft<'_>) {
    if fields.get("body").is_some() || asked.statuses.is_some() || !asked.assertions.is_empty() {
        draft.change(format!("it asks for more than {than}, and that is not asked here"));
    }
    http_alone(fields, draft);
}

/// What means something over HTTP alone: there, too, it does nothing.
pub(super) fn http_alone(fields: &mut Fields<'_>, draft: &mut Draft<'_>) {
    for key in ["method", "headers", "graphql"] {
        if fields.get(key).is_some() {
            draft.leave_out(key);
        }
    }
}
