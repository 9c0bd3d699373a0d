//! One monitor of Uptime Kuma.

use std::collections::BTreeSet;

use allclear_domain::check::{
    Assertion, CheckKind, Header, HttpCheck, IpFamily, JsonTest, JsonValue, Method, Patience,
    SignIn, StartTls, StatusRange, TcpCheck, TextTest, TlsCheck,
};
use allclear_domain::limits;
use allclear_domain::text::Key;
use allclear_store::KumaRow;
use serde_json::Value;

use super::columns::is_known;
use super::query::path;
use super::{dns, grpc, ntp, ping, push, service};
use crate::import::draft::{Draft, cut};
use crate::import::fields::text;
use crate::import::shape::{deadline, interval, literal, ranges, samples};
use crate::import::{Becomes, secret, target};

/// Seconds from one probe to the next where nothing is said.
const USUAL_INTERVAL_MS: f64 = 60_000.0;
/// How much of its interval a monitor may take where nothing is said.
const SHARE_OF_INTERVAL: f64 = 0.8;

/// What is known of a monitor from elsewhere in the database.
pub(super) struct Context {
    pub(super) tags: Vec<Key>,
    pub(super) is_within_inactive: bool,
}

impl Context {
    /// Whether it is switched off, or a group that it is in.
    pub(super) fn is_paused(&self, row: &KumaRow) -> bool {
        !is_on(row, "active") || self.is_within_inactive
    }
}

/// Whether a column says yes.
pub(super) fn is_on(row: &KumaRow, column: &str) -> bool {
    row.get(column).is_some_and(|value| value != "0" && value != "false")
}

pub(super) fn number<T: std::str::FromStr>(row: &KumaRow, column: &str) -> Option<T> {
    row.get(column)?.trim().parse().ok()
}

/// Reads a monitor; gives the checks that it becomes.
pub(super) fn read(row: &KumaRow, context: Context, draft: &mut Draft<'_>) -> Vec<Becomes> {
    let kind = row.get("type").unwrap_or_default();
    if let Some(why) = refusal(kind) {
        draft.refuse(why);
        return Vec::new();
    }
    if is_on(row, "upside_down") {
        draft
            .refuse("it is upside down: healthy while nothing answers, and that is not tried here");
    }
    unknown(row, draft);
    for column in ["resend_interval", "description", "save_response"] {
        if is_on(row, column) {
            draft.leave_out(column);
        }
    }
    if kind == "push" {
        return push::read(row, context, draft);
    }
    let seconds = row.get("interval").map(|text| format!("{text}s"));
    let interval = interval(seconds, USUAL_INTERVAL_MS, draft);
    let timeout_ms = match number::<f64>(row, "timeout").filter(|seconds| *seconds > 0.0) {
        Some(seconds) => seconds * 1e3,
        None => f64::from(interval) * 1e3 * SHARE_OF_INTERVAL,
    };
    let retries: u32 = number(row, "maxretries").unwrap_or(0);
    let patience =
        Patience { fail_after: samples(retries.saturating_add(1), draft), ..Patience::default() };
    let base = Becomes {
        suffix: None,
        name: draft.name.clone(),
        kind: CheckKind::Tls(TlsCheck::of("", 0)),
        interval_seconds: interval,
        deadline_ms: deadline(timeout_ms, draft),
        patience,
        is_paused: context.is_paused(row),
        tags: context.tags,
        members: Vec::new(),
    };
    if is_on(row, "domain_expiry_notification") {
        draft.change("it also told when the domain was about to expire, which is not asked here");
    }
    match kind {
        "port" => port(row, base, draft),
        "ping" => ping::read(row, base, draft),
        "ntp" => ntp::read(row, base, draft),
        "grpc-keyword" => grpc::read(row, base, draft),
        "dns" => dns::read(row, base, draft),
        "smtp" | "redis" | "postgres" | "mysql" | "websocket-upgrade" => {
            service::read(row, kind, base, draft)
        }
        _ => http(row, kind, base, draft),
    }
}

/// Why a type of monitor is not taken; `None` where it is.
fn refusal(kind: &str) -> Option<String> {
    let why = match kind {
        "http" | "keyword" | "json-query" | "port" | "push" | "dns" | "ping" | "smtp" | "redis"
        | "postgres" | "mysql" | "websocket-upgrade" | "grpc-keyword" | "ntp" => return None,
        "tailscale-ping" => {
            "it pings within Tailscale, which is not done here: where this machine can reach it, \
             add icmp://HOST"
        }
        "manual" => "somebody sets it by hand: set the status of a component by hand here",
        "" => "it has no type",
        "sqlserver" | "mongodb" | "oracledb" | "mqtt" | "rabbitmq" | "kafka-producer"
        | "radius" => {
            return Some(format!(
                "it asks a server of the kind {kind}, which cannot be watched yet: watch its port \
                 with tcp"
            ));
        }
        other => {
            return Some(format!(
                "monitors of the type {} cannot be watched here: leave it to Uptime Kuma",
                cut(other)
            ));
        }
    };
    Some(why.to_owned())
}

/// Names columns that are not known, and values that could not be read.
fn unknown(row: &KumaRow, draft: &mut Draft<'_>) {
    for (column, value) in &row.columns {
        let is_nothing = matches!(value.as_str(), "" | "0" | "[]" | "{}" | "null");
        if !is_known(column) && !is_nothing {
            draft.change(format!("`{column}` is not known here: nothing was made of it"));
        }
    }
    for column in &row.unreadable {
        draft.refuse(format!("`{column}` is too long, or no text: shorten it and import again"));
    }
}

fn http(row: &KumaRow, kind: &str, base: Becomes, draft: &mut Draft<'_>) -> Vec<Becomes> {
    let (url, in_address) = secret::parted(row.get("url").unwrap_or_default(), draft);
    let mut check = HttpCheck::of(&url);
    refuse_ways(row, &url, draft);
    check.sign_in = sign_in(row, draft).or(in_address);
    check.method = row.get("method").map_or(Method::Get, |name| {
        target::method(name).unwrap_or_else(|| {
            draft.refuse(format!("it asks with the method {}, which is not known here", cut(name)));
            Method::Get
        })
    });
    let redirects: u32 = number(row, "maxredirects").unwrap_or(10);
    let given = redirects.min(limits::CHECK_REDIRECTS_MAX);
    if given != redirects {
        draft.change(format!("it follows {redirects} redirects there, and {given} here"));
    }
    check.redirects_max = u8::try_from(given).unwrap_or(u8::MAX);
    check.family = match row.get("ip_family") {
        Some("ipv6") => IpFamily::Ipv6,
        Some("ipv4") => IpFamily::Ipv4,
        _ => IpFamily::Any,
    };
    check.statuses = statuses(row, draft);
    let headers = headers(row, draft);
    secret::add_headers(&mut check, headers, draft);
    body(row, &mut check, draft);
    match kind {
        "keyword" => check.assertions.extend(keyword(row, draft)),
        "json-query" => check.assertions.extend(json_query(row, draft)),
        _ => {}
    }
    if is_on(row, "cache_bust") {
        draft.change("it adds something new to the address each time, which is not done here");
    }
    if is_on(row, "retry_only_on_status_code_failure") {
        draft
            .change("there what JSON says fails at once; here it has to fail as often as the rest");
    }
    vec![Becomes { kind: check.into(), ..base }]
}

/// Refuses ways to ask that checks do not have.
fn refuse_ways(row: &KumaRow, url: &str, draft: &mut Draft<'_>) {
    if is_on(row, "ignore_tls") && !url.starts_with("http://") {
        draft.refuse(
            "certificates are not looked at there, and always are here: give the server one that \
             is trusted, switch that off, and import again",
        );
    }
    if row.get("proxy_id").is_some() {
        draft.refuse("it goes through a proxy, which checks here do not");
    }
}

/// How it signs in.
fn sign_in(row: &KumaRow, draft: &mut Draft<'_>) -> Option<SignIn> {
    let is_older = !row.columns.contains_key("auth_method");
    let method = match row.get("auth_method") {
        Some("null" | "none") => None,
        None if is_older && row.get("basic_auth_user").is_some() => Some("basic"),
        other => other,
    };
    match method? {
        "basic" => Some(SignIn::Basic {
            user: row.get("basic_auth_user").unwrap_or_default().to_owned(),
            password: draft.secret(row.get("basic_auth_pass").unwrap_or_default(), "it"),
        }),
        "bearer" => Some(SignIn::Bearer { token: draft.secret(row.get("bearer_token")?, "it") }),
        other => {
            draft.refuse(format!(
                "it signs in ({}), which checks here do not: watch an address that does not need \
                 that, or leave it to Uptime Kuma",
                cut(other)
            ));
            None
        }
    }
}

fn statuses(row: &KumaRow, draft: &mut Draft<'_>) -> Vec<StatusRange> {
    let Some(written) = row.get("accepted_statuscodes_json") else {
        return vec![HttpCheck::SUCCESS];
    };
    let list: Vec<Value> = serde_json::from_str(written).unwrap_or_default();
    let mut right = BTreeSet::new();
    for one in list.iter().filter_map(text) {
        let (from, to) = one.split_once('-').unwrap_or((&one, &one));
        match (from.trim().parse::<u16>(), to.trim().parse::<u16>()) {
            (Ok(from), Ok(to)) => right.extend(from.max(100)..=to.min(599)),
            _ => {
                draft.change(format!("the status {} is none, and is not accepted here", cut(&one)));
            }
        }
    }
    if right.is_empty() {
        draft.refuse("it accepts no status that there is, so it never works: name some");
    }
    ranges(&right)
}

fn headers(row: &KumaRow, draft: &mut Draft<'_>) -> Vec<(String, String)> {
    let Some(written) = row.get("headers") else { return Vec::new() };
    match serde_json::from_str::<Value>(written) {
        Ok(Value::Object(map)) => map
            .iter()
            .map(|(name, value)| (name.clone(), text(value).unwrap_or_else(|| value.to_string())))
            .collect(),
        Ok(Value::Null) => Vec::new(),
        _ => {
            draft.refuse("its header fields are no JSON object: correct them and import again");
            Vec::new()
        }
    }
}

fn body(row: &KumaRow, check: &mut HttpCheck, draft: &mut Draft<'_>) {
    let Some(body) = row.get("body").filter(|body| !body.trim().is_empty()) else { return };
    check.body = Some(body.to_owned());
    let media = match row.get("http_body_encoding") {
        Some("form") => "application/x-www-form-urlencoded",
        Some("xml") => "text/xml; charset=utf-8",
        _ => {
            if serde_json::from_str::<Value>(body).is_err() {
                draft.change("its body is no JSON, which fails there; here it is sent as it is");
            }
            "application/json"
        }
    };
    if !check.headers.iter().any(|one| one.name.eq_ignore_ascii_case("content-type")) {
        let (name, value) = ("Content-Type".to_owned(), media.to_owned());
        check.headers.push(Header { name, value });
    }
}

fn keyword(row: &KumaRow, draft: &mut Draft<'_>) -> Option<Assertion> {
    let Some(keyword) = row.get("keyword") else {
        draft.refuse("it has no keyword to look for: write one");
        return None;
    };
    if keyword.contains(['{', '}', '[', ']', '"', ':', ',']) {
        draft.change(
            "there an answer in JSON is written anew, without spaces, before its keyword is looked \
             for; here it is looked for in the answer as it came",
        );
    }
    let keyword = keyword.to_owned();
    let test = if is_on(row, "invert_keyword") {
        TextTest::ContainsNot(keyword)
    } else {
        TextTest::Contains(keyword)
    };
    Some(Assertion::Body { test })
}

fn json_query(row: &KumaRow, draft: &mut Draft<'_>) -> Option<Assertion> {
    let written = row.get("json_path").unwrap_or("$");
    let Some(path) = path(written) else {
        draft.refuse(format!(
            "its query {} is JSONata that cannot be written as a path by RFC 9535: use names, \
             places and values to pick by, as in $.items[0].price or $.items[name='x'].price",
            cut(written)
        ));
        return None;
    };
    if path.contains('?') {
        draft.change(
            "there what is picked by a value is all compared as one; here it is enough that one of it is right. \
             There what is no list is picked itself where it has the value; here each thing in it is looked at",
        );
    }
    let expected = row.get("expected_value").unwrap_or_default();
    let operator = row.get("json_path_operator").unwrap_or("==");
    let number = expected.trim().parse::<f64>().ok();
    let test = match (operator, number) {
        ("==", _) => JsonTest::Is(literal(expected, number)),
        ("!=", _) => JsonTest::IsNot(literal(expected, number)),
        ("contains", _) => JsonTest::Matches(regex::escape(expected)),
        (">", Some(bound)) => JsonTest::MoreThan(bound),
        (">=", Some(bound)) => JsonTest::AtLeast(bound),
        ("<", Some(bound)) => JsonTest::LessThan(bound),
        ("<=", Some(bound)) => JsonTest::AtMost(bound),
        (other, _) => {
            draft.refuse(format!("it compares with {}, and that cannot be read", cut(other)));
            return None;
        }
    };
    if !matches!(&test, JsonTest::Is(JsonValue::Text(_)) | JsonTest::IsNot(JsonValue::Text(_))) {
        draft.change(
            "there values are compared as texts, or as numbers where they look like some; here a \
             number is compared with numbers alone, and a text with texts",
        );
    }
    Some(Assertion::Json { path, test })
}

/// Its host; an IPv6 address stands without brackets.
pub(super) fn host(row: &KumaRow) -> &str {
    let host = row.get("hostname").unwrap_or_default();
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn port(row: &KumaRow, base: Becomes, draft: &mut Draft<'_>) -> Vec<Becomes> {
    let host = host(row);
    let Some(port) = number::<u16>(row, "port").filter(|port| *port > 0 && !host.is_empty()) else {
        draft.refuse("it has no host, or no port that there is: write both");
        return Vec::new();
    };
    if row.get("expected_tls_alert").is_some_and(|alert| alert != "none") {
        draft.refuse("it expects to be refused by TLS, and that is not tried here");
    }
    let tcp = TcpCheck::of(host, port);
    let mut becomes = vec![Becomes { kind: tcp.into(), ..base.clone() }];
    let security = row.get("smtp_security").filter(|it| matches!(*it, "secure" | "starttls"));
    if let Some(security) = security.filter(|_| is_on(row, "expiry_notification")) {
        let mut tls = TlsCheck::of(host, port);
        tls.starttls = match security {
            "starttls" => StartTls::usual_at(port).or(Some(StartTls::Smtp)),
            _ => None,
        };
        draft.change(
            "its certificate becomes a check of its own, of the kind tls: there somebody is told \
             before it ends, here that check is degraded from 14 days before on, and fails where \
             the certificate is not trusted",
        );
        let name = format!("{} (certificate)", base.name);
        let suffix = Some("certificate");
        becomes.push(Becomes { suffix, name, kind: tls.into(), ..base });
    }
    becomes
}
