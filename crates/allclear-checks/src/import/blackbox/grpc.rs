//! The prober `grpc` of the blackbox exporter.

use allclear_domain::check::{CheckKind, Protocol, Security, ServiceCheck};
use serde_json::Value;

use super::module::{is_set, tell_family, ways};
use crate::import::draft::Draft;
use crate::import::fields::Fields;
use crate::import::target;

/// A server of gRPC that is asked how it is.
pub(super) fn read(value: &Value, asked: &str, draft: &mut Draft<'_>) -> Option<CheckKind> {
    let mut fields = Fields::of(value);
    ways(&mut fields, draft);
    tell_family(&mut fields, draft);
    let security = if is_set(&mut fields, "tls", false) { Security::Tls } else { Security::None };
    let service = fields.text("service").filter(|service| !service.is_empty());
    if fields.get("metadata").is_some() {
        draft.refuse(
            "`grpc.metadata`: checks here sign in nowhere with it; leave it to the exporter",
        );
    }
    draft.unread(&fields, "grpc.");
    // Its scheme says nothing there: whether it is spoken within TLS is up to the module.
    let bare = ["http://", "https://"].iter().find_map(|scheme| asked.strip_prefix(scheme));
    let place = bare.unwrap_or(asked).split(['/', '?', '#']).next().unwrap_or_default();
    let usual = if security == Security::Tls { 443 } else { 80 };
    let (host, port) = target::host_and_port(place)
        .unwrap_or_else(|| (place.trim_matches(['[', ']']).to_owned(), usual));
    let check = ServiceCheck::of(Protocol::Grpc, host, port);
    Some(ServiceCheck { security, grpc_service: service, ..check }.into())
}
