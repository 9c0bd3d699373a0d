//! Modules of the blackbox exporter, with targets of Prometheus.

use allclear_domain::check::CheckKind;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{file, told};
use crate::import::{Outcome, SourceFile, blackbox, problems};

fn beside(pattern: &str) -> Result<Vec<SourceFile>, String> {
    let databases = include_str!("../../../samples/blackbox/targets/databases.yml");
    match pattern {
        "targets/*.yml" => Ok(vec![file("targets/databases.yml", databases)]),
        other => Err(format!("{other} is not here")),
    }
}

#[test]
fn modules_and_targets_are_read_with_every_change_of_meaning() {
    let modules = file("blackbox.yml", include_str!("../../../samples/blackbox/blackbox.yml"));
    let targets = file("prometheus.yml", include_str!("../../../samples/blackbox/prometheus.yml"));
    let imported = blackbox::read(&modules, &targets, &beside).unwrap();
    let told = told(&imported);
    assert!(!told.contains("hunter2"), "{told}");
    insta::assert_snapshot!(told);
}

#[test]
fn what_is_said_within_tls_is_brought_over() {
    let modules = "modules: {a: {prober: tcp, tcp: {tls: true, query_response: [{send: PING}, {expect: PONG}]}}}";
    let targets = "scrape_configs: [{job_name: a, metrics_path: /probe, params: {module: [a]}, \
                   static_configs: [{targets: ['cache.example.com:6380']}], relabel_configs: \
                   [{source_labels: [__address__], target_label: __param_target}, \
                   {target_label: __address__, replacement: 'blackbox.example.com:9115'}]}]";
    let read = blackbox::read(&file("b.yml", modules), &file("p.yml", targets), &beside).unwrap();
    assert_eq!(read.checks.len(), 1, "{:?}", read.report);
    let CheckKind::Tcp(tcp) = &read.checks[0].check.kind else { panic!("{read:?}") };
    assert_eq!((tcp.tls, tcp.target().as_str()), (true, "tcps://cache.example.com:6380"));
    assert_eq!((tcp.send.as_deref(), tcp.expect.is_some()), (Some("PING\n"), true));
}

#[test]
fn what_has_no_modules_or_no_targets_is_refused() {
    let good = "modules: {a: {prober: http}}";
    for (modules, targets, wanted) in [
        ("{}", "{}", "b.yml has no modules"),
        (good, "scrape_configs: [{job_name: node}]", "no job asks the blackbox exporter"),
        (good, "a: [", "p.yml is no YAML that can be read"),
    ] {
        let read = blackbox::read(&file("b.yml", modules), &file("p.yml", targets), &beside);
        let said = read.unwrap_err().to_string();
        assert!(said.starts_with(wanted), "{said}");
    }
}

/// A value of some shape, under names that are read.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<u16>().prop_map(Value::from),
        "\\PC{0,10}".prop_map(Value::from),
        prop::sample::select(vec![
            "http",
            "tcp",
            "icmp",
            "dns",
            "grpc",
            "NXDOMAIN",
            "MX",
            "ip4",
            "5s",
            "a(b",
            "${1}",
            "HTTP/2",
            "GET",
            "!!binary A="
        ])
        .prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "prober",
        "http",
        "tcp",
        "timeout",
        "query_response",
        "expect",
        "send",
        "starttls",
        "tls",
        "headers",
        "http_headers",
        "values",
        "valid_status_codes",
        "fail_if_header_matches",
        "header",
        "regexp",
        "tls_config",
        "fail_if_body_matches_regexp",
        "valid_http_versions",
        "icmp",
        "dns",
        "grpc",
        "service",
        "query_name",
        "query_type",
        "valid_rcodes",
        "validate_answer_rrs",
        "preferred_ip_protocol",
        "ip_protocol_fallback",
    ]);
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..6).prop_map(|map| {
                map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}

fn rule() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "__address__",
        "__param_target",
        "__param_module",
        "instance",
        "(.*)",
        "a(",
        "$1",
        "${9}",
        "replace",
        "keep",
        "drop",
        "labelmap",
        "labeldrop",
        "hashmod",
        "lowercase",
        "",
    ]);
    let name =
        prop::sample::select(vec!["action", "regex", "replacement", "target_label", "separator"]);
    let fields = prop::collection::btree_map(name, word.clone(), 0..5);
    (fields, prop::collection::vec(word, 0..3)).prop_map(|(fields, sources)| {
        let mut value = json!(fields);
        value["source_labels"] = json!(sources);
        value
    })
}

proptest! {
    #[test]
    fn every_target_is_in_the_report_once(
        module in value(),
        rules in prop::collection::vec(rule(), 0..4),
        addresses in prop::collection::vec("[a-z:/0-9.]{0,16}", 1..5),
    ) {
        let through = json!({"source_labels": ["__address__"], "target_label": "__param_target"});
        let rules: Vec<Value> = std::iter::once(through).chain(rules).collect();
        let job = json!({"job_name": "a", "metrics_path": "/probe", "params": {"module": ["m"]},
            "static_configs": [{"targets": addresses}], "relabel_configs": rules});
        let modules = file("b.yml", &json!({"modules": {"m": module}}).to_string());
        let targets = file("p.yml", &json!({"scrape_configs": [job]}).to_string());
        let Ok(imported) = blackbox::read(&modules, &targets, &beside) else {
            // A text that looks like bytes is no JSON any more.
            return Ok(());
        };
        prop_assert_eq!(imported.report.entries.len(), addresses.len());
        for entry in &imported.report.entries {
            prop_assert_eq!(entry.outcome == Outcome::NotTaken, entry.keys.is_empty());
            prop_assert_eq!(entry.outcome == Outcome::AsItIs, entry.told.is_empty());
        }
        for one in &imported.checks {
            prop_assert_eq!(problems(&one.check, one.members.len()), Vec::<String>::new());
        }
    }
}
