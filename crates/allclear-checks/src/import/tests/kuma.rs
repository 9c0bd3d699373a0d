//! A database of Uptime Kuma with its complete tables, made here and read by the store.

use allclear_domain::text::Key;
use allclear_store::testing::kuma::{Row, make};
use allclear_store::{KumaDatabase, KumaRow, read_kuma};
use proptest::prelude::*;
use tempfile::TempDir;

use super::told;
use crate::import::{Imported, Outcome, kuma, problems};

/// A token as Uptime Kuma makes one.
const TOKEN: &str = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z";

const ROWS: &[Row<'_>] = &[
    ("monitor", &[("name", "Shop"), ("type", "group"), ("active", "0")]),
    (
        "monitor",
        &[
            ("name", "Front"),
            ("type", "http"),
            ("url", "https://shop.example.com/health"),
            ("interval", "60"),
            ("maxretries", "2"),
            ("retry_interval", "20"),
            ("timeout", "16"),
            ("parent", "1"),
            ("accepted_statuscodes_json", r#"["200-299","301"]"#),
            ("headers", r#"{"X-Request-For": "monitoring"}"#),
            ("resend_interval", "5"),
            ("description", "The front page"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Search"),
            ("type", "keyword"),
            ("url", "https://search.example.com/?q=shoes"),
            ("keyword", r#""results":["#),
            ("cache_bust", "1"),
            ("ip_family", "ipv4"),
            ("maxredirects", "30"),
            ("interval", "300"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "No error"),
            ("type", "keyword"),
            ("url", "http://legacy.example.com/"),
            ("keyword", "Fatal"),
            ("invert_keyword", "1"),
            ("ignore_tls", "1"),
            ("method", "POST"),
            ("body", "a=1"),
            ("http_body_encoding", "form"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "API"),
            ("type", "json-query"),
            ("url", "https://api.example.com/status"),
            ("json_path", "$.queue[0].length"),
            ("json_path_operator", "<"),
            ("expected_value", "100"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Orders"),
            ("type", "json-query"),
            ("url", "https://api.example.com/orders"),
            ("json_path", "$count(orders[state='late'])"),
            ("json_path_operator", "=="),
            ("expected_value", "0"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Mail"),
            ("type", "port"),
            ("hostname", "mail.example.com"),
            ("port", "587"),
            ("smtp_security", "starttls"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Account"),
            ("type", "http"),
            ("url", "https://account.example.com"),
            ("auth_method", "basic"),
            ("basic_auth_user", "monitor"),
            ("basic_auth_pass", "hunter2"),
            ("headers", r#"{"Authorization": "Bearer hunter2"}"#),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Staging"),
            ("type", "http"),
            ("url", "https://staging.example.com"),
            ("ignore_tls", "1"),
            ("upside_down", "1"),
            ("proxy_id", "1"),
        ],
    ),
    ("monitor", &[("name", "Router"), ("type", "ping"), ("hostname", "192.0.2.1")]),
    (
        "monitor",
        &[
            ("name", "Names"),
            ("type", "dns"),
            ("hostname", "example.com"),
            ("dns_resolve_server", "192.0.2.53"),
            ("port", "53"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Backup"),
            ("type", "push"),
            ("push_token", TOKEN),
            ("interval", "86400"),
            ("maxretries", "2"),
            ("retry_interval", "60"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Orders database"),
            ("type", "postgres"),
            ("database_connection_string", "postgres://monitor:hunter2@db.example.com/orders"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Stock database"),
            ("type", "postgres"),
            (
                "database_connection_string",
                "postgres://monitor@db.example.com:5433/stock?sslmode=require",
            ),
            ("database_query", "SHOW server_version"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Cache"),
            ("type", "redis"),
            ("database_connection_string", "rediss://cache.example.com:6380/2"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Visits database"),
            ("type", "mysql"),
            ("database_connection_string", "mysql://monitor@db.example.com/visits"),
            ("radius_password", "hunter2"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Where mail is sent"),
            ("type", "smtp"),
            ("hostname", "mail.example.com"),
            ("port", "465"),
            ("smtp_security", "secure"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Live prices"),
            ("type", "websocket-upgrade"),
            ("url", "wss://shop.example.com/live"),
        ],
    ),
    ("monitor", &[("name", "Shelf"), ("type", "gamedig"), ("game", "x")]),
    (
        "monitor",
        &[
            ("name", "Link"),
            ("type", "ping"),
            ("hostname", "[2001:db8::1]"),
            ("ping_count", "30"),
            ("packet_size", "1400"),
            ("timeout", "10"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Name of the shop"),
            ("type", "dns"),
            ("hostname", "shop.example.com"),
            ("dns_resolve_type", "CNAME"),
            ("dns_resolve_server", "192.0.2.53, 2001:db8::53"),
            ("port", "5353"),
            (
                "conditions",
                r#"[{"type":"expression","variable":"record","operator":"equals","value":"www.example.com"}]"#,
            ),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Text"),
            ("type", "dns"),
            ("hostname", "example.com"),
            ("dns_resolve_type", "TXT"),
            ("dns_resolve_server", "192.0.2.53"),
            (
                "conditions",
                r#"[{"type":"expression","variable":"record","operator":"contains","value":"spf"}]"#,
            ),
        ],
    ),
    ("monitor", &[("name", "Short"), ("type", "push"), ("push_token", "hunter2")]),
    ("monitor", &[("name", "Copy of Backup"), ("type", "push"), ("push_token", TOKEN)]),
    (
        "monitor",
        &[
            ("name", "Orders over gRPC"),
            ("type", "grpc-keyword"),
            ("grpc_url", "orders.example.com:443"),
            ("grpc_enable_tls", "1"),
            ("grpc_protobuf", "syntax = \"proto3\";\npackage grpc.health.v1;\nservice Health {}"),
            ("grpc_service_name", "Health"),
            ("grpc_method", "check"),
            ("grpc_body", r#"{"service": "shop.v1.Orders"}"#),
            ("keyword", "SERVING"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Stock over gRPC"),
            ("type", "grpc-keyword"),
            ("grpc_url", "stock.example.com:50051"),
            ("grpc_protobuf", "syntax = \"proto3\";\npackage stock;\nservice Stock {}"),
            ("grpc_service_name", "Stock"),
            ("grpc_method", "count"),
            ("grpc_body", "{}"),
            ("keyword", "shoes"),
        ],
    ),
    (
        "monitor",
        &[
            ("name", "Time"),
            ("type", "ntp"),
            ("hostname", "time.example.com"),
            ("ntp_time_offset_threshold", "250"),
        ],
    ),
    ("tag", &[("name", "Team Checkout"), ("color", "#fff")]),
    ("tag", &[("name", "region"), ("color", "#000")]),
    ("monitor_tag", &[("monitor_id", "2"), ("tag_id", "1"), ("value", "")]),
    ("monitor_tag", &[("monitor_id", "2"), ("tag_id", "2"), ("value", "eu")]),
    ("notification", &[("name", "Chat"), ("user_id", "1"), ("config", "{\"token\":\"hunter2\"}")]),
    ("maintenance", &[("title", "Sunday"), ("description", "")]),
];

async fn read(is_version_1: bool, rows: &[Row<'_>]) -> Imported {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kuma.db");
    let made = make(&path, is_version_1, rows).await.unwrap();
    let database = read_kuma(&path).await.unwrap();
    made.close().await.unwrap();
    kuma::read(&database, "kuma.db").unwrap()
}

#[tokio::test]
async fn a_database_of_kuma_2_is_read_with_every_change_of_meaning() {
    let imported = read(false, ROWS).await;
    let report = serde_json::to_string(&imported.report).unwrap();
    assert!(!report.contains(TOKEN), "{report}");
    let told = told(&imported);
    assert!(!told.contains("hunter2"), "{told}");
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn one_of_kuma_1_is_read_as_well() {
    let old: &[Row<'_>] = &[
        (
            "monitor",
            &[
                ("name", "Front"),
                ("type", "http"),
                ("url", "https://shop.example.com"),
                ("interval", "60"),
            ],
        ),
        (
            "monitor",
            &[
                ("name", "API"),
                ("type", "json-query"),
                ("url", "https://api.example.com"),
                ("json_path", "status"),
                ("expected_value", "up"),
            ],
        ),
    ];
    let imported = read(true, old).await;
    assert_eq!(imported.report.count(Outcome::AsItIs), 2, "{:?}", imported.report);
    // Nothing said: four fifths of the interval.
    assert_eq!(imported.checks[0].check.deadline_ms, 48_000);
    assert_eq!(imported.checks[0].check.key.as_ref().unwrap().as_str(), "kuma-1");
}

#[tokio::test]
async fn groups_name_what_was_taken_of_what_is_in_them() {
    let http = |name, parent| {
        (
            "monitor",
            [
                ("name", name),
                ("type", "http"),
                ("url", "https://a.example.com"),
                ("parent", parent),
            ],
        )
    };
    let (a, b) = (http("A", "2"), http("B", "1"));
    let rows: &[Row<'_>] = &[
        ("monitor", &[("name", "Outer"), ("type", "group"), ("maxretries", "2")]),
        ("monitor", &[("name", "Inner"), ("type", "group"), ("parent", "1")]),
        (a.0, &a.1),
        (b.0, &b.1),
        ("monitor", &[("name", "Radius"), ("type", "radius"), ("parent", "1")]),
        ("monitor", &[("name", "Empty"), ("type", "group"), ("parent", "1")]),
        ("monitor", &[("name", "Own"), ("type", "group"), ("parent", "7")]),
    ];
    let imported = read(false, rows).await;
    let groups = imported.checks.iter().filter(|one| one.check.kind.as_group().is_some());
    let groups: Vec<(&str, String)> = groups
        .map(|one| {
            let members: Vec<&str> = one.members.iter().map(Key::as_str).collect();
            (one.check.name.as_str(), members.join(" "))
        })
        .collect();
    // Each comes after what is in it.
    assert_eq!(groups, [("Inner", "kuma-3".to_owned()), ("Outer", "kuma-4 kuma-2".to_owned())]);
    let told = told(&imported);
    for part in [
        "these count as well, which are not taken: Radius, Empty",
        "here what is believed of its members is",
        "nothing that is in it is watched here",
    ] {
        assert!(told.contains(part), "{told}");
    }
}

/// Values that mean something in some column.
const VALUES: &[&str] = &[
    "http",
    "keyword",
    "json-query",
    "port",
    "group",
    "https://a.example.com",
    "1",
    "2",
    "-1",
    "1e300",
    "NaN",
    "[\"200-99999\"]",
    "[{}]",
    "{\"a\":[]}",
    "$.a[0]",
    "starttls",
    "smtp",
    "redis",
    "postgres",
    "mysql",
    "websocket-upgrade",
    "grpc-keyword",
    "ntp",
    "Health",
    "check",
    "package grpc.health.v1;",
    "a.example.com:50051",
    r#"{"service":"a b"}"#,
    "wss://a.example.com/b",
    "postgres://a@b.example.com/c?sslmode=require",
    "redis://[::1]:6380",
    "push",
    "ping",
    "dns",
    TOKEN,
    "MX",
    "::1",
    "192.0.2.53,",
    r#"[{"variable":"record","operator":"equals","value":"a."}]"#,
];

/// A row with any values in columns that are read.
fn row() -> impl Strategy<Value = KumaRow> {
    let column = prop::sample::select(vec![
        "id",
        "name",
        "type",
        "url",
        "interval",
        "timeout",
        "maxretries",
        "parent",
        "active",
        "hostname",
        "port",
        "keyword",
        "json_path",
        "json_path_operator",
        "expected_value",
        "accepted_statuscodes_json",
        "headers",
        "body",
        "maxredirects",
        "method",
        "new_column",
        "auth_method",
        "upside_down",
        "smtp_security",
        "expiry_notification",
        "push_token",
        "retry_interval",
        "ping_count",
        "packet_size",
        "dns_resolve_type",
        "dns_resolve_server",
        "conditions",
        "database_connection_string",
        "grpc_url",
        "grpc_protobuf",
        "grpc_service_name",
        "grpc_method",
        "grpc_body",
        "ntp_stratum_threshold",
        "ntp_time_offset_threshold",
    ]);
    let value = prop_oneof!["\\PC{0,12}", prop::sample::select(VALUES).prop_map(str::to_owned)];
    let columns = prop::collection::btree_map(column.prop_map(str::to_owned), value, 0..14);
    columns.prop_map(|columns| KumaRow { columns, unreadable: Vec::new() })
}

proptest! {
    #[test]
    fn every_monitor_is_in_the_report_once(
        monitors in prop::collection::vec(row(), 1..8),
        tags in prop::collection::vec(row(), 0..3),
    ) {
        let database = KumaDatabase {
            monitors, monitor_tags: tags.clone(), tags, ..KumaDatabase::default()
        };
        let imported = kuma::read(&database, "kuma.db").unwrap();
        prop_assert_eq!(imported.report.entries.len(), database.monitors.len());
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
