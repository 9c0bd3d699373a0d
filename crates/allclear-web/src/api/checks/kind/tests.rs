//! Kinds as they come and go.

use allclear_domain::check::Verdict;
use serde_json::{Value, json};

use super::*;
use crate::api::shape;

fn read(kind: &Value) -> Result<CheckKind, String> {
    shape::read::<KindJson>(kind.to_string().as_bytes()).map(Into::into)
}

#[test]
fn what_is_left_out_is_as_the_document_says() {
    let short = json!({"http": {"url": "https://shop.example.com"}});
    let CheckKind::Http(http) = read(&short).unwrap() else { panic!("it is of the kind http") };
    assert_eq!(http.redirects_max, 5);
    assert_eq!((http.method, http.version), (Method::Get, HttpVersion::Offered));
    assert!(http.is_right(204) && !http.is_right(301));
    let short = json!({"tcp": {"host": "mail.example.com", "port": 25}});
    assert_eq!(read(&short).unwrap().target(), "mail.example.com:25");
    let short = json!({"tls": {"host": "mail.example.com", "port": 25}});
    let CheckKind::Tls(tls) = read(&short).unwrap() else { panic!("it is of the kind tls") };
    assert_eq!((tls.starttls, tls.warn_days), (None, 14));
    let short = json!({"icmp": {"host": "router.example.com"}});
    assert_eq!(read(&short).unwrap(), "icmp://router.example.com".parse().unwrap());
    let short = json!({"ntp": {"host": "time.example.com"}});
    assert_eq!(read(&short).unwrap(), "ntp://time.example.com".parse().unwrap());
    let short =
        json!({"service": {"protocol": "redis", "host": "cache.example.com", "port": 6379}});
    assert_eq!(read(&short).unwrap(), "redis://cache.example.com".parse().unwrap());
    let short = json!({"upstream": {"url": "https://status.example.com/feed"}});
    assert_eq!(read(&short).unwrap(), "upstream:https://status.example.com/feed".parse().unwrap());
    let short = json!({"upstream": {"url": "https://status.example.com/feed",
        "counts": {"under_maintenance": "degraded"}}});
    let CheckKind::Upstream(upstream) = read(&short).unwrap() else { panic!("{short}") };
    assert_eq!((upstream.counts.major_outage, upstream.entry_days_max), (Verdict::Fail, 7));
    let short = json!({"prometheus": {"url": "https://metrics.example.com", "query": "up"}});
    assert_eq!(read(&short).unwrap(), "prometheus:https://metrics.example.com up".parse().unwrap());
    let short = json!({"dns": {"name": "example.com"}});
    assert_eq!(read(&short).unwrap(), "dns:example.com".parse().unwrap());
}

#[test]
fn everything_that_a_kind_can_say_goes_both_ways() {
    let text_tests = ["is", "is_not", "contains", "contains_not", "matches", "matches_not"];
    let json_tests = json!([
        {"exists": true}, {"is": "up"}, {"is": true}, {"is": null}, {"is_not": 1.5},
        {"less_than": 0.9}, {"at_most": 1.5}, {"more_than": 2.5}, {"at_least": 3.5}, {"matches": "^u"},
    ]);
    let mut assertions = vec![
        json!({"header": {"name": "server", "test": {"is": "nginx"}}}),
        json!({"size": {"min": 1, "max": null}}),
    ];
    assertions.extend(text_tests.map(|word| json!({"body": {"test": {word: "x"}}})));
    for test in json_tests.as_array().unwrap() {
        assertions.push(json!({"json": {"path": "$.status", "test": test}}));
    }
    let http = json!({"http": {
        "url": "https://shop.example.com", "method": "POST",
        "headers": [{"name": "accept", "value": "*/*"}], "sign_in": null, "secret_headers": [],
        "body": "{}", "redirects_max": 0,
        "version": "http1", "connect_to": "192.0.2.7", "family": "ipv4", "statuses": [{"from": 200, "to": 204}],
        "assertions": assertions,
    }});
    let tcp = json!({"tcp": {"host": "mail.example.com", "port": 25, "connect_to": "2001:db8::1",
        "tls": true, "send": "EHLO example.com\r\n", "expect": {"contains": "250"}}});
    let tls = json!({"tls": {"host": "mail.example.com", "port": 25, "connect_to": "192.0.2.7",
        "starttls": "smtp", "warn_days": 30}});
    let dns = |record: &str, code: &str, expect: Value| {
        json!({"dns": {"name": "example.com", "record": record, "servers": ["192.0.2.53", "ns1:5353"],
            "authoritative": {"serials_apart_max": 2}, "code": code, "expect": expect,
            "ttl_min": 60, "ttl_max": 86_400}})
    };
    let icmp = json!({"icmp": {"host": "router.example.com", "connect_to": "192.0.2.7",
        "family": "ipv4", "count": 5, "lost_max": 0}});
    let ntp = json!({"ntp": {"host": "time.example.com", "port": 1123, "connect_to": "192.0.2.7",
        "family": "ipv6", "offset_warn_ms": 5, "offset_max_ms": 50, "stratum_max": 3}});
    let mut all = vec![http, tcp, tls, icmp, ntp, dns("A", "NOERROR", Value::Null)];
    all.extend(
        ["AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]
            .map(|record| dns(record, "NXDOMAIN", json!({"all_match": "x"}))),
    );
    let service = |protocol: &str, security: &str, user: Value| {
        json!({"service": {"protocol": protocol, "host": "db.example.com", "port": 5432,
            "connect_to": "192.0.2.7", "security": security, "expect": {"contains": "15."},
            "user": user, "database": user, "path": null, "grpc_service": user}})
    };
    all.extend(
        ["ssh", "smtp", "imap", "pop3", "redis", "postgres", "mysql", "websocket", "grpc"]
            .map(|protocol| service(protocol, "none", Value::Null)),
    );
    all.push(json!({"upstream": {"url": "https://status.example.com/feed", "format": "feed",
        "components": ["API"], "counts": {"under_maintenance": "unknown",
        "degraded_performance": "ok", "partial_outage": "degraded", "major_outage": "fail",
        "open_entry": "fail"}, "ended": ["over"], "entry_days_max": 2}}));
    all.push(json!({"prometheus": {"url": "https://metrics.example.com", "query": "up",
        "sign_in": null, "ok": {"at_least": 1.0, "at_most": null},
        "degraded": {"at_least": 0.5, "at_most": null}, "empty": "fail"}}));
    all.push(service("postgres", "starttls", json!("monitor")));
    all.push(service("redis", "tls", Value::Null));
    all.push(dns("A", "REFUSED", json!({"are": []})));
    all.push(dns("A", "SERVFAIL", json!({"contain": ["192.0.2.1", "192.0.2.2"]})));
    let members = ["chk_0197f9b8000070008000000000000001"];
    all.push(json!({"group": {"members": members, "up_min": 1}}));
    all.push(json!({"group": {"members": members, "up_min": null}}));
    all.push(json!({"command": {"program": "check_disk", "arguments": ["-w", "10%"]}}));
    for kind in all {
        let shown = serde_json::to_value(KindJson::from(&read(&kind).unwrap())).unwrap();
        assert_eq!(shown, kind);
    }
}

#[test]
fn what_is_no_kind_is_told_with_its_place() {
    for (kind, told) in [
        (
            json!({"ftp": {}}),
            "unknown variant `ftp`, expected one of `http`, `tcp`, `tls`, `dns`, `icmp`, `ntp`, `service`, `upstream`, `prometheus`, `heartbeat`, `group`, `command`",
        ),
        (
            json!({}),
            "send an object with one of http, tcp, tls, dns, icmp, ntp, service, upstream, prometheus, heartbeat, group, command: { … }",
        ),
        (json!("http"), "invalid type: unit variant"),
        (json!({"http": ["https://shop.example.com"]}), "http: send an object: { … }"),
        (json!({"http": {"url": 1}}), "http.url: invalid type"),
        (json!({"tcp": {"host": "x", "port": 70_000}}), "tcp.port: invalid value"),
        (json!({"tcp": {"host": "x", "port": 25, "starttls": 1}}), "tcp: unknown field `starttls`"),
        (json!({"dns": {"name": "x", "record": "ANY"}}), "dns.record: unknown variant"),
        (json!({"dns": {"name": "x", "expect": {"is": "x"}}}), "dns.expect: unknown variant"),
        (json!({"tls": {"host": "x", "port": 25, "starttls": "ftp"}}), "tls.starttls: unknown"),
        (
            json!({"upstream": {"url": "x", "counts": {"minor": "ok"}}}),
            "upstream.counts: unknown field `minor`",
        ),
        (
            json!({"prometheus": {"url": "x", "query": "up", "empty": "down"}}),
            "prometheus.empty: unknown variant",
        ),
        (
            json!({"service": {"protocol": "ftp", "host": "x", "port": 21}}),
            "service.protocol: unknown variant",
        ),
        (
            json!({"http": {"url": "x", "assertions": [{"body": {"test": {"is": 1}}}]}}),
            "http.assertions.1.body.test.is: invalid type",
        ),
    ] {
        let problem = read(&kind).unwrap_err();
        assert!(problem.starts_with(told), "{kind}: {problem}");
    }
}

#[test]
fn a_secret_comes_in_and_never_goes_out() {
    let of = |sign_in: Value, headers: Value| json!({"http": {"url": "https://shop.example.com", "sign_in": sign_in, "secret_headers": headers}});
    let basic = json!({"basic": {"user": "probe", "password": "hunter2-hunter2"}});
    let kind = read(&of(basic, json!([{"name": "X-Tenant", "value": "hunter2-hunter3"}]))).unwrap();
    let open: Vec<_> = kind.secrets().iter().map(|one| one.secret.open()).collect();
    assert_eq!(open, [Some("hunter2-hunter2"), Some("hunter2-hunter3")]);
    let shown = serde_json::to_value(KindJson::from(&kind)).unwrap();
    assert!(!format!("{shown} {:?}", KindJson::from(&kind)).contains("hunter2"), "{shown}");
    let shown_basic = json!({"basic": {"user": "probe", "is_set": true}});
    assert_eq!(shown["http"]["sign_in"], shown_basic);
    assert_eq!(shown["http"]["secret_headers"], json!([{"name": "X-Tenant", "is_set": true}]));
    // What was shown can be sent back: it keeps what is there.
    let kept = read(&shown).unwrap();
    assert!(kept.secrets().iter().all(|one| !one.secret.is_set()));
    let bearer = read(&of(json!({"bearer": {"token": ""}}), json!([]))).unwrap();
    assert!(!bearer.secrets()[0].secret.is_set());
    let sealed = json!({"bearer": {"token": "hunter2-hunter2", "sealed": true}});
    assert!(read(&of(sealed, json!([]))).unwrap_err().contains("unknown field `sealed`"));
}
