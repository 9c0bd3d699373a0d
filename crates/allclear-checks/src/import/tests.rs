//! Realistic configurations, read into checks and a report.

mod blackbox;
mod kuma;

use std::fmt::Write;

use allclear_domain::check::{CheckKind, DnsCode, DnsTest};
use proptest::prelude::*;

use super::*;

/// The variables of the environment; what is secret has to stay here.
pub(super) fn lookup(name: &str) -> Option<String> {
    let value = match name {
        "SHOP_HOST" => "shop.example.com",
        "ACCOUNT_TOKEN" => "hunter2-account",
        "BASTION_PASSWORD" => "hunter2-bastion",
        "SLACK_WEBHOOK" => "https://hooks.example.com/hunter2",
        _ => return None,
    };
    Some(value.to_owned())
}

/// What was made of a source, as one reads it.
pub(super) fn told(imported: &Imported) -> String {
    let mut out = String::new();
    for entry in &imported.report.entries {
        let Entry { file, path, name, outcome, .. } = entry;
        writeln!(out, "{}: {name} ({file}, {path})", outcome.as_str()).unwrap();
        for told in &entry.told {
            writeln!(out, "    {told}").unwrap();
        }
        if !entry.left_out.is_empty() {
            writeln!(out, "    left out: {}", entry.left_out.join(", ")).unwrap();
        }
        let of_it =
            |one: &&Carried| one.check.key.as_ref().is_some_and(|key| entry.keys.contains(key));
        for carried in imported.checks.iter().filter(of_it) {
            writeln!(out, "  = {}", sorted(shown_form(carried))).unwrap();
        }
    }
    for Setting { file, path, told } in &imported.report.settings {
        writeln!(out, "{file}, {path}: {told}").unwrap();
    }
    out
}

/// A value with its fields in order: other crates decide whether a library keeps that of the source.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields: std::collections::BTreeMap<_, _> =
                map.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            fields.into_iter().collect()
        }
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        other => other,
    }
}

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), text: text.to_owned() }
}

fn gatus_files() -> Vec<SourceFile> {
    vec![
        file("global.yaml", include_str!("../../samples/gatus/global.yaml")),
        file("shop.yaml", include_str!("../../samples/gatus/shop.yaml")),
        file("teams/network.yml", include_str!("../../samples/gatus/teams/network.yml")),
    ]
}

#[test]
fn a_folder_of_gatus_is_read_with_every_change_of_meaning() {
    let imported = gatus::read(&gatus_files(), &lookup).unwrap();
    let told = told(&imported);
    assert!(!told.contains("hunter2"), "{told}");
    insta::assert_snapshot!(told);
}

/// One endpoint with these conditions.
fn with_conditions(conditions: &[&str]) -> Imported {
    let conditions: Vec<String> = conditions.iter().map(|it| format!("{it:?}")).collect();
    let text = format!(
        "endpoints: [{{name: a, url: 'https://a.example.com', conditions: [{}]}}]",
        conditions.join(", ")
    );
    gatus::read(&[file("config.yaml", &text)], &lookup).unwrap()
}

#[test]
fn a_refused_connection_is_healthy_nowhere_here() {
    let trap = "there it was healthy also where nothing could be connected to";
    for (conditions, is_trap) in [
        (&["[STATUS] < 300"][..], true),
        (&["[STATUS] < 300", "[RESPONSE_TIME] < 500"], true),
        (&["[STATUS] != 500"], true),
        (&["[STATUS] < 300", "[BODY] != x"], true),
        (&["[STATUS] < 300", "[CONNECTED] == true"], false),
        (&["[STATUS] == 200"], false),
        (&["300 > [STATUS]"], true),
        (&["[STATUS] < 300", "[BODY].ok == true"], false),
    ] {
        let imported = with_conditions(conditions);
        let entry = &imported.report.entries[0];
        let is_told = entry.told.iter().any(|it| it.starts_with(trap));
        assert_eq!(is_told, is_trap, "{conditions:?}: {:?}", entry.told);
    }
}

#[test]
fn statuses_are_those_that_gatus_would_take() {
    for (condition, wanted) in [
        ("[STATUS] == 200", &[(200, 200)][..]),
        ("[STATUS] == any(200, 301)", &[(200, 200), (301, 301)]),
        ("[STATUS] == pat(2*)", &[(200, 299)]),
        ("[STATUS] != 500", &[(100, 499), (501, 599)]),
        ("[STATUS] <= 399", &[(100, 399)]),
        ("[status] == 0xc8", &[(200, 200)]),
        ("400 > [STATUS]", &[(100, 399)]),
        ("[RESPONSE_TIME] < 300", &[(100, 599)]),
    ] {
        let imported = with_conditions(&[condition]);
        let CheckKind::Http(http) = &imported.checks[0].check.kind else { panic!("{condition}") };
        let ranges: Vec<_> = http.statuses.iter().map(|one| (one.from, one.to)).collect();
        assert_eq!(ranges, wanted, "{condition}");
    }
    for refused in ["[STATUS] == 0", "[STATUS] == 700", "[CONNECTED] != true"] {
        assert_eq!(with_conditions(&[refused]).report.entries[0].outcome, Outcome::NotTaken);
    }
}

#[test]
fn what_a_name_server_has_to_say_is_what_gatus_would_take() {
    let read = |record: &str, conditions: &[&str]| {
        let text = json!({"endpoints": [{"name": "a", "url": "192.0.2.53", "conditions": conditions,
            "dns": {"query-name": "example.com", "query-type": record}}]});
        gatus::read(&[file("config.yaml", &text.to_string())], &lookup).unwrap()
    };
    for (record, condition, wanted) in [
        ("A", "[BODY] == 192.0.2.7", Some(DnsTest::Are(vec!["192.0.2.7".into()]))),
        ("NS", "pat(ns*.example.com.) == [BODY]", all_match(r"(?is)^(?:ns.*\.example\.com)$")),
        (
            "A",
            "[BODY] == any(192.0.2.7, 192.0.2.8)",
            all_match(r"(?is)^(?:192\.0\.2\.7|192\.0\.2\.8)$"),
        ),
        ("MX", "[BODY] == mail.example.com.", all_match(r"(?is)^[0-9]+ (?:mail\.example\.com)$")),
        ("SRV", "[BODY] == sip.example.com.:5060", None),
        ("A", "[BODY] != 192.0.2.7", None),
    ] {
        let imported = read(record, &[condition, "[DNS_RCODE] == NOERROR"]);
        let CheckKind::Dns(dns) = &imported.checks[0].check.kind else { panic!("{condition}") };
        assert_eq!(dns.expect, wanted, "{condition}");
    }
    for (condition, wanted) in [
        ("[DNS_RCODE] == NXDOMAIN", Some(DnsCode::NxDomain)),
        ("[DNS_RCODE] == any(NOERROR, NXDOMAIN)", Some(DnsCode::NoError)),
        ("[DNS_RCODE] != SERVFAIL", Some(DnsCode::NoError)),
        ("[CONNECTED] == true", Some(DnsCode::NoError)),
        ("[DNS_RCODE] == NOTIMP", None),
        ("[DNS_RCODE] != NOERROR", None),
    ] {
        let imported = read("A", &[condition]);
        let code = imported.checks.first().map(|one| match &one.check.kind {
            CheckKind::Dns(dns) => dns.code,
            other => panic!("{other:?}"),
        });
        assert_eq!(code, wanted, "{condition}");
    }
}

fn all_match(pattern: &str) -> Option<DnsTest> {
    Some(DnsTest::AllMatch(pattern.to_owned()))
}

#[test]
fn what_is_no_configuration_is_refused_with_its_file() {
    for (text, wanted) in [
        ("endpoints: [", "config.yaml is no YAML that can be read"),
        ("[1, 2]", "config.yaml is no mapping"),
        ("", "there are no endpoints in it"),
        ("services: []", "there are no endpoints in it"),
    ] {
        let error = gatus::read(&[file("config.yaml", text)], &lookup).unwrap_err().to_string();
        assert!(error.starts_with(wanted), "{error}");
    }
}

#[test]
fn the_same_source_has_the_same_keys_and_no_key_twice() {
    let first = gatus::read(&gatus_files(), &lookup).unwrap();
    assert_eq!(first, gatus::read(&gatus_files(), &lookup).unwrap());
    let text = "endpoints:\n  - &a {name: A, url: 'tcp://a.example.com:1', conditions: ['[CONNECTED] == true']}\n  - *a";
    let twice = gatus::read(&[file("config.yaml", text)], &lookup).unwrap();
    let keys: Vec<_> = twice.checks.iter().filter_map(|one| one.check.key.clone()).collect();
    assert_eq!(keys.iter().map(Key::as_str).collect::<Vec<_>>(), ["gatus-a", "gatus-a-2"]);
    assert_eq!(twice.report.entries[0].outcome, Outcome::AsItIs);
}

#[test]
fn what_is_said_within_tls_is_brought_over_with_its_certificate() {
    let endpoint = |conditions: &str| {
        let text = format!(
            "endpoints: [{{name: A, url: 'tls://a.example.com:6380', body: PING, conditions: \
             [{conditions}]}}]"
        );
        let read = gatus::read(&[file("config.yaml", &text)], &lookup).unwrap();
        read.checks.into_iter().map(|one| one.check.kind).collect::<Vec<_>>()
    };
    let alone = endpoint("'[CONNECTED] == true'");
    let target = |kind: &CheckKind| kind.target();
    assert_eq!(alone.iter().map(target).collect::<Vec<_>>(), ["tcps://a.example.com:6380"]);
    let both = endpoint("'[BODY] == PONG', '[CERTIFICATE_EXPIRATION] > 72h'");
    let targets = ["tcps://a.example.com:6380", "tls://a.example.com:6380"];
    assert_eq!(both.iter().map(target).collect::<Vec<_>>(), targets);
    let CheckKind::Tcp(tcp) = &both[0] else { panic!("{both:?}") };
    assert_eq!((tcp.send.as_deref(), tcp.expect.is_some()), (Some("PING"), true));
    let CheckKind::Tls(tls) = &both[1] else { panic!("{both:?}") };
    assert_eq!((tls.warn_days, tls.starttls), (3, None));
}

/// Pieces that conditions are made of, and some that they are not.
fn condition() -> impl Strategy<Value = String> {
    let side = prop::sample::select(vec![
        "[STATUS]",
        "[BODY]",
        "[BODY].a[0].b-c",
        "[BODY][9][",
        "len([BODY].x)",
        "has([BODY])",
        "[RESPONSE_TIME]",
        "[CERTIFICATE_EXPIRATION]",
        "[CONTEXT].x",
        "[IP]",
        "[DNS_RCODE]",
        "NXDOMAIN",
        "48h",
        "-9h",
        "200",
        "0x",
        "pat(*)",
        "pat([a",
        "any(1,, x)",
        "9223372036854775807",
        "1e400",
        "",
        "é",
    ]);
    let operator = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">=", "=", "~"]);
    (side.clone(), operator, side).prop_map(|(left, word, right)| format!("{left} {word} {right}"))
}

/// A value of some shape, under names that readers ask for.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        condition().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "https://a.example.com",
            "tcp://[::1]:25",
            "tls://x",
            "icmp://a",
            "30s",
            "${A}",
            "GET",
            "MX",
            "192.0.2.53",
        ])
        .prop_map(Value::from),
        Just(Value::Null),
    ];
    let name = prop::sample::select(vec![
        "name",
        "group",
        "url",
        "conditions",
        "interval",
        "client",
        "timeout",
        "alerts",
        "headers",
        "failure-threshold",
        "type",
        "body",
        "dns",
        "query-name",
        "query-type",
        "enabled",
        "insecure",
        "other",
        "graphql",
    ]);
    leaf.prop_recursive(3, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..8).prop_map(|map| {
                map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_of_gatus_panic(text in "\\PC{0,200}") {
        let _ = gatus::read(&[file("a.yaml", &text)], &lookup);
    }

    #[test]
    fn every_entry_of_gatus_is_in_the_report_once(
        endpoints in prop::collection::vec(value(), 0..6),
        suites in prop::collection::vec(value(), 0..3),
        conditions in prop::collection::vec(condition(), 1..4),
    ) {
        let mut endpoints = endpoints;
        endpoints.push(json!({"name": "x", "url": "https://x.example.com", "conditions": conditions}));
        // JSON is YAML.
        let text = json!({"endpoints": endpoints, "suites": suites}).to_string();
        let imported = gatus::read(&[file("a.yaml", &text)], &lookup).unwrap();
        let mut paths: Vec<_> = imported.report.entries.iter().map(|one| one.path.clone()).collect();
        paths.sort();
        let mut wanted: Vec<String> =
            (0..endpoints.len()).map(|place| format!("endpoints[{place}]")).collect();
        wanted.extend((0..suites.len()).map(|place| format!("suites[{place}]")));
        wanted.sort();
        prop_assert_eq!(paths, wanted);
        let keys: usize = imported.report.entries.iter().map(|one| one.keys.len()).sum();
        prop_assert_eq!(keys, imported.checks.len());
        for entry in &imported.report.entries {
            prop_assert_eq!(entry.outcome == Outcome::NotTaken, entry.keys.is_empty());
            prop_assert_eq!(entry.outcome == Outcome::AsItIs, entry.told.is_empty());
        }
        for one in &imported.checks {
            prop_assert_eq!(problems(&one.check, one.members.len()), Vec::<String>::new());
        }
    }
}

#[test]
fn what_signs_in_is_sent_and_not_shown() {
    let text = "endpoints:
  - name: a
    url: https://probe:${BASTION_PASSWORD}@shop.example.com/health
    headers: {X-Tenant: 'it is ${ACCOUNT_TOKEN}', Accept: 'text/html'}
    conditions: ['[STATUS] == 200']
  - name: b
    url: https://probe:hunter2%2Fa+b@shop.example.com
    headers: {Authorization: 'Bearer hunter2-written-here'}
    conditions: ['[STATUS] == 200']
  - name: c
    url: https://shop.example.com
    headers: {Authorization: 'Bearer ${NOBODY_SET_THIS_TOKEN}'}
    conditions: ['[STATUS] == 200']
";
    let imported = gatus::read(&[file("config.yaml", text)], &lookup).unwrap();
    let shown = serde_json::to_string(&imported).unwrap();
    assert!(!format!("{shown} {imported:?}").contains("hunter2"), "{shown}");
    let sent: Vec<Value> =
        imported.checks.iter().map(|one| wire_form(one)["check"]["kind"]["http"].clone()).collect();
    assert_eq!(sent.len(), 2, "one has a secret that is not set: {shown}");
    let basic = json!({"user": "probe", "password": "hunter2-bastion"});
    assert_eq!(sent[0]["sign_in"]["basic"], basic);
    assert_eq!(sent[0]["url"], "https://shop.example.com/health");
    let tenant = json!([{"name": "X-Tenant", "value": "it is hunter2-account"}]);
    assert_eq!(sent[0]["secret_headers"], tenant);
    assert_eq!(sent[0]["headers"], json!([{"name": "Accept", "value": "text/html"}]));
    // The header field is what Gatus sends, too.
    let header = json!([{"name": "Authorization", "value": "Bearer hunter2-written-here"}]);
    assert_eq!((&sent[1]["secret_headers"], &sent[1]["sign_in"]), (&header, &Value::Null));
    let told = &imported.report.entries[2].told;
    assert!(told[0].contains("NOBODY_SET_THIS_TOKEN is not set here"), "{told:?}");
}

/// Why nothing could be made of an entry may be that a variable is missing where it is imported.
#[test]
fn a_variable_that_is_not_set_is_named_where_an_entry_is_not_taken() {
    let text = "endpoints:\n- name: Gate\n  url: icmp://${NOWHERE}\n  conditions: ['[CONNECTED] == true']\n";
    let file = SourceFile { name: "config.yaml".to_owned(), text: text.to_owned() };
    let imported = gatus::read(&[file], &lookup).unwrap();
    let entry = &imported.report.entries[0];
    assert_eq!(entry.outcome, Outcome::NotTaken);
    let unset = "the variable NOWHERE is not set here";
    assert!(entry.told.iter().any(|told| told.starts_with(unset)), "{:?}", entry.told);
}
