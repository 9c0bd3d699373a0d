//! A monitor of the type `dns`.

use std::net::Ipv6Addr;

use allclear_domain::check::{CheckKind, DnsCheck, DnsCode, DnsRecord, DnsTest};
use allclear_store::KumaRow;
use serde_json::Value;

use super::monitor::number;
use crate::import::Becomes;
use crate::import::draft::{Draft, cut};
use crate::import::target;

/// Reads the monitor.
pub(super) fn read(row: &KumaRow, base: Becomes, draft: &mut Draft<'_>) -> Vec<Becomes> {
    let asked = row.get("dns_resolve_type").unwrap_or("A");
    let Some(record) = target::record(asked) else {
        draft.refuse(format!("records of the type {} cannot be asked for here", cut(asked)));
        return Vec::new();
    };
    let check = DnsCheck {
        name: row.get("hostname").unwrap_or_default().to_owned(),
        record,
        servers: servers(row, draft),
        authoritative: None,
        code: DnsCode::NoError,
        expect: expectation(row, record, draft),
        ttl_min: None,
        ttl_max: None,
    };
    vec![Becomes { kind: CheckKind::Dns(check), ..base }]
}

/// The name servers that are asked.
fn servers(row: &KumaRow, draft: &mut Draft<'_>) -> Vec<String> {
    let port = number::<u16>(row, "port").filter(|port| *port > 0).unwrap_or(DnsCheck::PORT);
    let listed = row.get("dns_resolve_server").unwrap_or_default().split(',');
    let servers: Vec<String> = listed
        .map(|one| one.trim().trim_matches(['[', ']']))
        .filter(|one| !one.is_empty())
        .map(|one| match one.parse::<Ipv6Addr>() {
            _ if port == DnsCheck::PORT => one.to_owned(),
            Ok(address) => format!("[{address}]:{port}"),
            Err(_) => format!("{one}:{port}"),
        })
        .collect();
    match servers.len() {
        0 => draft.change("it names no name server: those of this machine are asked here"),
        1 => {}
        _ => draft.change(
            "there the next name server is asked where one is silent; here all are asked, and all \
             have to be right",
        ),
    }
    servers
}

/// What is expected of the records, where that is one that has to be among them.
fn expectation(row: &KumaRow, record: DnsRecord, draft: &mut Draft<'_>) -> Option<DnsTest> {
    let written = row.get("conditions").filter(|it| !matches!(*it, "[]" | "null"))?;
    let wanted = equal(written).filter(|_| {
        let is_text_alone = [DnsRecord::A, DnsRecord::Aaaa, DnsRecord::Cname, DnsRecord::Ns];
        is_text_alone.contains(&record) || record == DnsRecord::Ptr
    });
    if wanted.is_none() {
        draft.refuse(
            "its conditions cannot be carried over exactly: add the check by hand, and say what \
             all of its records have to be",
        );
    }
    wanted.map(|wanted| DnsTest::Contain(vec![wanted]))
}

/// The text that a record has to be, where that is the only condition.
fn equal(written: &str) -> Option<String> {
    let list: Vec<Value> = serde_json::from_str(written).ok()?;
    let [one] = list.as_slice() else { return None };
    let of = |key: &str| one.get(key).and_then(Value::as_str);
    let is_equal = of("type").is_none_or(|it| it == "expression")
        && of("variable") == Some("record")
        && of("operator") == Some("equals");
    of("value").filter(|value| is_equal && !value.is_empty()).map(str::to_owned)
}
