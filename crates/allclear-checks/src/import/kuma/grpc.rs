//! A monitor of the type `grpc-keyword`, where it asks a server how it is.

use allclear_domain::check::{Protocol, Security, ServiceCheck};
use allclear_store::KumaRow;
use serde_json::Value;

use super::monitor::is_on;
use crate::import::draft::{Draft, cut};
use crate::import::{Becomes, target};

/// The service that says how a server is, and its package.
const PACKAGE: &str = "grpc.health.v1";
const SERVICE: &str = "Health";
/// What is called there.
const METHOD: &str = "Check";

/// Reads the monitor.
pub(super) fn read(row: &KumaRow, base: Becomes, draft: &mut Draft<'_>) -> Vec<Becomes> {
    let of = |column: &str| row.get(column).unwrap_or_default().trim();
    if !asks_for_health(row) {
        draft.refuse(format!(
            "it calls {} of {}, and here a server is asked for {PACKAGE}.{SERVICE}/{METHOD} alone: have \
             it serve that, or leave it to Uptime Kuma",
            cut(of("grpc_method")),
            cut(of("grpc_service_name")),
        ));
        return Vec::new();
    }
    let Some((host, port)) = target::host_and_port(of("grpc_url")) else {
        draft.refuse("its address has no port: write host:port");
        return Vec::new();
    };
    let grpc_service = service(row, draft);
    let is_inverted = is_on(row, "invert_keyword");
    let asks_the_same = match of("keyword") {
        "\"SERVING\"" | "\"status\":\"SERVING\"" => !is_inverted,
        _ => false,
    };
    if !asks_the_same {
        let (wanted, keyword) =
            (if is_inverted { "must not be" } else { "has to be" }, cut(of("keyword")));
        draft.change(format!(
            "there the keyword {keyword} {wanted} in the answer, which may be NOT_SERVING as well; here \
             the server has to say SERVING",
        ));
    }
    if row.get("grpc_metadata").is_some() {
        draft.leave_out("grpc_metadata");
    }
    let security = if is_on(row, "grpc_enable_tls") { Security::Tls } else { Security::None };
    let check =
        ServiceCheck { security, grpc_service, ..ServiceCheck::of(Protocol::Grpc, host, port) };
    vec![Becomes { kind: check.into(), ..base }]
}

/// Whether it is this service that is called, by its whole name or by that in its file.
fn asks_for_health(row: &KumaRow) -> bool {
    let of = |column: &str| row.get(column).unwrap_or_default().trim();
    let file: String = of("grpc_protobuf").split_whitespace().collect();
    let name = of("grpc_service_name").trim_start_matches('.');
    let is_named =
        name.strip_prefix(PACKAGE).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
    is_named == SERVICE
        && file.contains(&format!("package{PACKAGE};"))
        && of("grpc_method").eq_ignore_ascii_case(METHOD)
}

/// The service that it asks after.
fn service(row: &KumaRow, draft: &mut Draft<'_>) -> Option<String> {
    let body = row.get("grpc_body").unwrap_or_default();
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(body) else {
        draft.change("its body is no JSON object, which fails there; here the server as a whole is asked after");
        return None;
    };
    let service = fields.get("service").and_then(Value::as_str).unwrap_or_default();
    Some(service).filter(|service| !service.is_empty()).map(str::to_owned)
}
