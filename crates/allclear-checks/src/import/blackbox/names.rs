//! The probers `icmp` and `dns` of the blackbox exporter.

use allclear_domain::check::{CheckKind, DnsCheck, DnsCode, IcmpCheck};
use serde_json::Value;

use super::module::{family, is_set, refuse_ways, tell_family, ways};
use crate::import::draft::{Draft, cut};
use crate::import::fields::{Fields, text};
use crate::import::target;

/// A ping of the exporter: one is sent.
pub(super) fn icmp(value: &Value, asked: &str, draft: &mut Draft<'_>) -> CheckKind {
    let mut fields = Fields::of(value);
    refuse_ways(&mut fields, draft);
    let family = family(&mut fields);
    for key in ["payload_size", "dont_fragment", "ttl"] {
        if fields.get(key).is_some() {
            draft.change(format!("`icmp.{key}`: how a ping is made up cannot be said here"));
        }
    }
    draft.unread(&fields, "icmp.");
    let host = asked.trim_matches(['[', ']']).to_owned();
    CheckKind::Icmp(IcmpCheck { host, connect_to: None, family, count: 1, lost_max: 0 })
}

/// A question to the name server that is the target.
pub(super) fn dns(value: &Value, asked: &str, draft: &mut Draft<'_>) -> Option<CheckKind> {
    let mut fields = Fields::of(value);
    ways(&mut fields, draft);
    tell_family(&mut fields, draft);
    let name = fields.text("query_name").unwrap_or_default();
    let kind = fields.text("query_type").unwrap_or_else(|| "ANY".to_owned());
    let record = target::record(&kind);
    if record.is_none() {
        draft.refuse(format!(
            "it asks for records of the type {}: name one of A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, \
             SRV and TXT",
            cut(&kind)
        ));
    }
    transport(&mut fields, draft);
    let code = code(&mut fields, draft);
    for key in ["validate_answer_rrs", "validate_authority_rrs", "validate_additional_rrs"] {
        let rules = fields.get(key).and_then(Value::as_object);
        if rules.is_some_and(|rules| rules.values().any(is_rule)) {
            draft.refuse(format!(
                "`dns.{key}`: its patterns are about records with their names and times, which \
                 cannot be carried over exactly: add the check by hand, and say what its records \
                 have to be"
            ));
        }
    }
    draft.unread(&fields, "dns.");
    let (record, code) = (record?, code?);
    if code == DnsCode::NoError {
        draft.change("there an answer without a record is right, too; here there has to be one");
    }
    Some(CheckKind::Dns(DnsCheck {
        name,
        record,
        servers: vec![asked.to_owned()],
        authoritative: None,
        code,
        expect: None,
        ttl_min: None,
        ttl_max: None,
    }))
}

fn is_rule(value: &Value) -> bool {
    !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty())
}

/// How the question is sent.
fn transport(fields: &mut Fields<'_>, draft: &mut Draft<'_>) {
    if fields.text("query_class").is_some_and(|class| class != "IN") {
        draft.refuse("it asks for records of another class than IN, which is not done here");
    }
    if is_set(fields, "dns_over_tls", false) {
        draft.refuse("it asks over TLS, which is not done here: watch the port with tls");
    }
    if fields.text("transport_protocol").is_some_and(|it| it.starts_with("tcp")) {
        draft.change("there it asks over TCP; here over UDP, and over TCP where an answer is long");
    }
    if !is_set(fields, "recursion_desired", true) {
        draft.change("there the server is told to ask no other one; here it may");
    }
}

/// How the answer has to end; `None` where that cannot be one way.
fn code(fields: &mut Fields<'_>, draft: &mut Draft<'_>) -> Option<DnsCode> {
    let listed: Vec<String> = fields.list("valid_rcodes").into_iter().filter_map(text).collect();
    let found = match listed.as_slice() {
        [] => Some(DnsCode::NoError),
        [one] => DnsCode::ALL.into_iter().find(|code| code.as_str() == one),
        _ => None,
    };
    if found.is_none() {
        draft.refuse(
            "`dns.valid_rcodes`: one of NOERROR, NXDOMAIN, REFUSED and SERVFAIL can be right here: \
             leave one",
        );
    }
    found
}
