//! One module of the blackbox exporter, tried on one target.

use allclear_domain::check::{
    Assertion, CheckKind, HttpCheck, HttpVersion, IpFamily, Method, Patience, StartTls,
    StatusRange, TcpCheck, TextTest, TlsCheck,
};
use allclear_domain::text::Key;
use serde_json::Value;

use super::{grpc, names, signing};
use crate::import::draft::{Draft, cut};
use crate::import::fields::{Fields, is_yes, text};
use crate::import::shape::{deadline, interval};
use crate::import::{Becomes, secret, span, target};

/// How often a target is asked, and how long that may take, in milliseconds.
#[derive(Clone, Copy)]
pub(super) struct Timing {
    pub(super) interval_ms: f64,
    pub(super) timeout_ms: f64,
}

/// Keys of a prober that name a way to reach or to sign in that checks do not have.
const WAYS: [&str; 5] =
    ["proxy_url", "proxy_from_environment", "proxy_connect_header", "oauth2", "source_ip_address"];

/// Reads a module for a target; gives the checks that it becomes.
pub(super) fn read(
    module: &Value,
    asked: &str,
    timing: Timing,
    tags: Vec<Key>,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    let mut fields = Fields::of(module);
    let prober = fields.text("prober").unwrap_or_default();
    let own = fields.text("timeout").as_deref().and_then(span::milliseconds);
    let timeout_ms = own.filter(|own| *own > 0.0).unwrap_or(f64::MAX).min(timing.timeout_ms);
    let value = fields.get(&prober).unwrap_or(&Value::Null);
    let kind = match prober.as_str() {
        "http" => http(value, asked, draft),
        "tcp" => tcp(value, asked, draft),
        "icmp" => Some(names::icmp(value, asked, draft)),
        "dns" => names::dns(value, asked, draft),
        "grpc" => grpc::read(value, asked, draft),
        other => {
            draft.refuse(format!(
                "its prober is {}, which cannot be watched yet: leave it to the exporter",
                cut(other)
            ));
            None
        }
    };
    for other in ["http", "tcp", "dns", "icmp", "grpc", "unix", "websocket"] {
        fields.get(other);
    }
    draft.unread(&fields, "");
    let Some(kind) = kind else { return Vec::new() };
    vec![Becomes {
        members: Vec::new(),
        suffix: None,
        name: draft.name.clone(),
        kind,
        interval_seconds: interval(None, timing.interval_ms, draft),
        deadline_ms: deadline(timeout_ms, draft),
        patience: Patience::default(),
        tags,
        is_paused: false,
    }]
}

/// Whether a key says yes, or what is usual where nothing is said.
pub(super) fn is_set(fields: &mut Fields<'_>, key: &str, usual: bool) -> bool {
    fields.text(key).map_or(usual, |text| is_yes(&text))
}

/// Refuses ways to reach a target, or to sign in there, that checks do not have.
pub(super) fn refuse_ways(fields: &mut Fields<'_>, draft: &mut Draft<'_>) {
    for key in WAYS {
        if fields.get(key).is_some() {
            draft.refuse(format!(
                "`{key}`: checks here neither go that way nor sign in; watch an address that needs \
                 neither"
            ));
        }
    }
}

/// Which addresses are used, where others are never.
pub(super) fn family(fields: &mut Fields<'_>) -> IpFamily {
    let is_four = fields.text("preferred_ip_protocol").is_some_and(|it| it == "ip4");
    match (is_set(fields, "ip_protocol_fallback", true), is_four) {
        (true, _) => IpFamily::Any,
        (false, true) => IpFamily::Ipv4,
        (false, false) => IpFamily::Ipv6,
    }
}

/// Refuses what no check can do, of a prober that may use TLS.
pub(super) fn ways(fields: &mut Fields<'_>, draft: &mut Draft<'_>) {
    refuse_ways(fields, draft);
    let mut tls = Fields::of(fields.get("tls_config").unwrap_or(&Value::Null));
    if is_set(&mut tls, "insecure_skip_verify", false) {
        draft.refuse(
            "certificates are not looked at there (`insecure_skip_verify`), and always are here: \
             give the server one that is trusted, take that out, and import again",
        );
    }
    for key in tls.unread() {
        draft.refuse(format!(
            "`tls_config.{key}`: checks here trust whom this machine trusts, and show no \
             certificate of their own"
        ));
    }
    fields.get("skip_resolve_phase_with_proxy");
}

/// Tells of addresses that were used alone.
pub(super) fn tell_family(fields: &mut Fields<'_>, draft: &mut Draft<'_>) {
    let family = match family(fields) {
        IpFamily::Any => return,
        IpFamily::Ipv4 => "IPv4",
        IpFamily::Ipv6 => "IPv6",
    };
    draft.change(format!("it used {family} alone; here either is used, as can be reached"));
}

fn http(value: &Value, asked: &str, draft: &mut Draft<'_>) -> Option<CheckKind> {
    let mut fields = Fields::of(value);
    let has_scheme = asked.starts_with("http://") || asked.starts_with("https://");
    let url = if has_scheme { asked.to_owned() } else { format!("http://{asked}") };
    let (url, in_address) = secret::parted(&url, draft);
    let mut check = HttpCheck::of(url);
    ways(&mut fields, draft);
    check.family = family(&mut fields);
    check.sign_in = signing::sign_in(&mut fields, draft).or(in_address);
    if let Some(name) = fields.text("method") {
        check.method = target::method(&name).unwrap_or_else(|| {
            draft.refuse(format!("it asks with the method {}, not known here", cut(&name)));
            Method::Get
        });
    }
    let follows = is_set(&mut fields, "follow_redirects", true)
        && !is_set(&mut fields, "no_follow_redirects", false);
    // Ten is what the library of the exporter follows.
    check.redirects_max = if follows { 10 } else { 0 };
    check.version = version(&mut fields, draft);
    signing::headers(&mut fields, &mut check, draft);
    check.body = fields.text("body").filter(|body| !body.is_empty());
    if fields.get("body_file").is_some() {
        draft.refuse("its body stands in a file of the exporter: write it into the module");
    }
    check.statuses = statuses(&mut fields, draft);
    for one in fields.list("fail_if_body_matches_regexp").into_iter().filter_map(text) {
        check.assertions.push(Assertion::Body { test: TextTest::MatchesNot(one) });
    }
    for one in fields.list("fail_if_body_not_matches_regexp").into_iter().filter_map(text) {
        check.assertions.push(Assertion::Body { test: TextTest::Matches(one) });
    }
    header_rules(&mut fields, &mut check, draft);
    for key in ["fail_if_body_json_matches_cel", "fail_if_body_json_not_matches_cel"] {
        if fields.get(key).is_some() {
            draft.change(format!("`{key}` is not asked here: write it as assertions of JSON"));
        }
    }
    if fields.get("compression").is_some() {
        draft.change("there the answer has to come compressed; here it comes as it is");
    }
    if fields.get("body_size_limit").is_some() {
        draft.change("there the body may be so long; here 2 MiB of it are read at most");
    }
    let has_tls = check.url.starts_with("https://");
    if is_set(&mut fields, "fail_if_not_ssl", false) && !(has_tls && check.redirects_max == 0) {
        draft.change("there the last answer has to come over TLS; here that is not asked");
    }
    if is_set(&mut fields, "fail_if_ssl", false) {
        draft.change("there it fails where the last answer comes over TLS; here that is not asked");
    }
    draft.unread(&fields, "http.");
    Some(check.into())
}

fn version(fields: &mut Fields<'_>, draft: &mut Draft<'_>) -> HttpVersion {
    let list: Vec<String> =
        fields.list("valid_http_versions").into_iter().filter_map(text).collect();
    let is_second_off = !is_set(fields, "enable_http2", true);
    if !is_set(fields, "enable_http3", true) {
        draft.leave_out("enable_http3");
    }
    let has = |names: &[&str]| list.iter().any(|one| names.contains(&one.as_str()));
    let (first, second) = (has(&["HTTP/1.1"]), has(&["HTTP/2", "HTTP/2.0"]));
    if list.iter().any(|one| !matches!(one.as_str(), "HTTP/1.1" | "HTTP/2" | "HTTP/2.0")) {
        draft.change("of the versions of HTTP that it takes, 1.1 and 2 are spoken here");
    }
    match (first, second) {
        (true, false) => HttpVersion::Http1,
        (false, true) if !is_second_off => HttpVersion::Http2,
        _ if is_second_off => HttpVersion::Http1,
        _ => HttpVersion::Offered,
    }
}

fn statuses(fields: &mut Fields<'_>, draft: &mut Draft<'_>) -> Vec<StatusRange> {
    let mut found = Vec::new();
    for one in fields.list("valid_status_codes").into_iter().filter_map(text) {
        match one.parse::<u16>() {
            Ok(status) => found.push(StatusRange { from: status, to: status }),
            Err(_) => draft.change(format!("{} is no status, and is left out", cut(&one))),
        }
    }
    if found.is_empty() { vec![HttpCheck::SUCCESS] } else { found }
}

/// Rules on header fields.
fn header_rules(fields: &mut Fields<'_>, check: &mut HttpCheck, draft: &mut Draft<'_>) {
    for (key, is_wanted) in
        [("fail_if_header_matches", false), ("fail_if_header_not_matches", true)]
    {
        for rule in fields.list(key) {
            let mut rule = Fields::of(rule);
            let name = rule.text("header").unwrap_or_default();
            let regexp = rule.text("regexp").unwrap_or_default();
            let may_miss = is_set(&mut rule, "allow_missing", false);
            let test =
                if is_wanted { TextTest::Matches(regexp) } else { TextTest::MatchesNot(regexp) };
            check.assertions.push(Assertion::Header { name: name.clone(), test });
            if is_wanted && may_miss {
                draft.change(format!(
                    "there the header field {} may be missing; here that fails",
                    cut(&name)
                ));
            }
            if !is_wanted && !may_miss {
                // Whatever it says, it has to be there.
                let test = TextTest::Matches(String::new());
                check.assertions.push(Assertion::Header { name, test });
            }
            draft.unread(&rule, &format!("http.{key}."));
        }
    }
}

/// What a conversation over TCP is made of.
#[derive(Default)]
struct Conversation {
    sends: Vec<String>,
    expects: Vec<TextTest>,
    /// What comes first is expected, and something is sent only then.
    begins_with_expecting: bool,
    has_starttls: bool,
    turns: usize,
}

fn tcp(value: &Value, asked: &str, draft: &mut Draft<'_>) -> Option<CheckKind> {
    let mut fields = Fields::of(value);
    ways(&mut fields, draft);
    tell_family(&mut fields, draft);
    let Some((host, port)) = target::host_and_port(asked) else {
        draft.refuse("its target has no port: write host:port");
        return None;
    };
    let conversation = conversation(&fields.list("query_response"), draft);
    let has_tls = is_set(&mut fields, "tls", false);
    draft.unread(&fields, "tcp.");
    if conversation.has_starttls || (has_tls && conversation.turns == 0) {
        let mut check = TlsCheck::of(host, port);
        check.warn_days = 0;
        check.starttls = if has_tls { None } else { StartTls::usual_at(port) };
        if conversation.has_starttls && check.starttls.is_none() {
            draft.refuse(
                "it goes over to TLS at a port where the protocol is not known: watch \
                 tls://host:port with starttls",
            );
        }
        if conversation.turns > 0 {
            draft.change(
                "what is said before and after TLS begins is not compared here: the handshake and \
                 the certificate are",
            );
        }
        return Some(check.into());
    }
    let Conversation { sends, expects, begins_with_expecting, turns, .. } = conversation;
    if sends.len() > 1 || expects.len() > 1 || (begins_with_expecting && !sends.is_empty()) {
        draft.refuse(format!(
            "it has a conversation of {turns} turns; here something is sent once, and then \
             something is expected: shorten it"
        ));
        return None;
    }
    let mut check = TcpCheck { tls: has_tls, ..TcpCheck::of(host, port) };
    check.send = sends.into_iter().next().map(|line| line + "\n");
    check.expect = expects.into_iter().next();
    if check.expect.is_some() {
        draft.change("there each line that comes is compared; here all that came is, as one text");
    }
    Some(check.into())
}

fn conversation(list: &[&Value], draft: &mut Draft<'_>) -> Conversation {
    let mut all = Conversation::default();
    for value in list {
        all.turns += 1;
        let mut turn = Fields::of(value);
        let expect = turn.text("expect").map(TextTest::Matches);
        let bytes = turn.text("expect_bytes").map(TextTest::Contains);
        let expects: Vec<TextTest> = expect.into_iter().chain(bytes).collect();
        all.begins_with_expecting |= !expects.is_empty() && all.sends.is_empty();
        all.expects.extend(expects);
        all.has_starttls |= is_set(&mut turn, "starttls", false);
        if turn.get("labels").is_some() {
            draft.leave_out("tcp.query_response.labels");
        }
        if let Some(send) = turn.text("send").filter(|send| !send.is_empty()) {
            if send.contains("${") || send.contains("!!binary") {
                draft.change("what it sends is made of an answer, or no text: it is not sent here");
            }
            all.sends.push(send);
        }
        draft.unread(&turn, "tcp.query_response.");
    }
    let cannot = |send: &String| send.contains("${") || send.contains("!!binary");
    if !all.has_starttls && all.sends.iter().any(cannot) {
        draft.refuse("what it sends is made of an answer, or no text, and cannot be sent here");
    }
    all
}
