//! Endpoints of Gatus that ask a server of gRPC how it is.

use allclear_domain::check::{
    Assertion, JsonTest, JsonValue, Protocol, Security, ServiceCheck, TextTest,
};

use super::endpoint::{Asked, http_alone};
use crate::import::draft::Draft;
use crate::import::fields::Fields;
use crate::import::{Becomes, target};

/// What a server says that serves.
const SERVING: &str = "SERVING";

/// Reads an endpoint at `grpc://` or `grpcs://`.
pub(super) fn read(
    url: &str,
    fields: &mut Fields<'_>,
    asked: &Asked,
    base: Becomes,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let security = if scheme == "grpcs" { Security::Tls } else { Security::None };
    let Some((host, port)) = target::host_and_port(rest) else {
        draft.refuse(format!("its address has no port: write {scheme}://host:port"));
        return Vec::new();
    };
    let (serving, others): (Vec<_>, Vec<_>) =
        asked.assertions.iter().partition(|it| is_of_serving(it));
    if serving.is_empty() {
        draft.change(
            "there it is healthy whatever the server says of itself, as no condition asks for that; \
             here it has to say SERVING",
        );
    }
    if !others.is_empty() || asked.statuses.is_some() || asked.certificate_ms.is_some() {
        draft.change(
            "it asks for more than that the server says SERVING, and that is not asked here",
        );
    }
    if fields.get("body").is_some() {
        draft.leave_out("body");
    }
    http_alone(fields, draft);
    let check = ServiceCheck { security, ..ServiceCheck::of(Protocol::Grpc, host, port) };
    vec![Becomes { kind: check.into(), ..base }]
}

/// Whether it holds of a server that serves, and not of one that says otherwise: a pattern of the word alone
/// holds of `NOT_SERVING`, too.
fn is_of_serving(assertion: &Assertion) -> bool {
    match assertion {
        Assertion::Json { path, test: JsonTest::Is(JsonValue::Text(text)) } => {
            path == "$.status" && text == SERVING
        }
        Assertion::Body { test: TextTest::Contains(text) } => {
            text.trim_matches(['"', ':']) == SERVING && text.starts_with(['"', ':'])
        }
        _ => false,
    }
}
