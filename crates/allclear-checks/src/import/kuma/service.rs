//! Monitors that speak with a server: `smtp`, `redis`, `postgres`, `mysql` and `websocket-upgrade`.

use allclear_domain::check::{CheckKind, Protocol, Security, ServiceCheck};
use allclear_store::KumaRow;
use url::Url;

use super::monitor::{host, is_on, number};
use crate::import::Becomes;
use crate::import::draft::Draft;

/// What is asked where nobody says otherwise, and means the same here.
const USUAL_QUERY: &str = "SELECT 1";

/// Reads the monitor.
pub(super) fn read(
    row: &KumaRow,
    kind: &str,
    base: Becomes,
    draft: &mut Draft<'_>,
) -> Vec<Becomes> {
    let kind = match kind {
        "smtp" => smtp(row, draft),
        "websocket-upgrade" => websocket(row, draft),
        _ => database(row, draft),
    };
    kind.map(|kind| Becomes { kind, ..base }).into_iter().collect()
}

fn smtp(row: &KumaRow, draft: &mut Draft<'_>) -> Option<CheckKind> {
    let host = host(row);
    let Some(port) = number::<u16>(row, "port").filter(|port| *port > 0 && !host.is_empty()) else {
        draft.refuse("it has no host, or no port that there is: write both");
        return None;
    };
    let security = match row.get("smtp_security") {
        Some("secure") => Security::Tls,
        Some("starttls") => Security::Starttls,
        Some("nostarttls") => Security::None,
        _ => {
            draft.change(
                "there it goes on with TLS where the server offers that, and here it does not: \
                 write smtp+starttls:// to have it asked for",
            );
            Security::None
        }
    };
    Some(ServiceCheck { security, ..ServiceCheck::of(Protocol::Smtp, host, port) }.into())
}

fn websocket(row: &KumaRow, draft: &mut Draft<'_>) -> Option<CheckKind> {
    if row.get("ws_subprotocol").is_some() {
        draft.refuse("it asks for a subprotocol of WebSocket, which is not done here");
    }
    if is_on(row, "ws_ignore_sec_websocket_accept_header") {
        draft.change("there Sec-WebSocket-Accept is not looked at, and here it always is");
    }
    draft.change("here a ping has to come back on it, too");
    match row.get("url").unwrap_or_default().parse() {
        Ok(kind @ CheckKind::Service(_)) => Some(kind),
        _ => {
            draft.refuse("its address cannot be read: write wss://host/path");
            None
        }
    }
}

/// A server that is named by an address.
fn database(row: &KumaRow, draft: &mut Draft<'_>) -> Option<CheckKind> {
    let written = row.get("database_connection_string").unwrap_or_default();
    let Ok(url) = Url::parse(written) else {
        draft.refuse("its connection string is no address: write one as in redis://host:6379");
        return None;
    };
    // That of MySQL has a column of another type for itself.
    let has_password = url.password().is_some() || row.get("radius_password").is_some();
    if has_password {
        draft.refuse(
            "it signs in with a password, which is not brought over: watch it without, which says whether \
             it answers; at Redis a check may sign in here",
        );
        return None;
    }
    let is_redis = matches!(url.scheme(), "redis" | "rediss");
    if is_redis && is_on(row, "ignore_tls") && url.scheme() == "rediss" {
        draft.refuse(
            "certificates are not looked at there, and always are here: give the server one that \
             is trusted, switch that off, and import again",
        );
    }
    let wants_tls = url.query_pairs().any(|(name, value)| {
        name == "sslmode" && matches!(&*value, "require" | "verify-ca" | "verify-full")
    });
    let starttls = if wants_tls && url.scheme().starts_with("postgres") { "+starttls" } else { "" };
    let user = Some(url.username()).filter(|user| !user.is_empty() && !is_redis);
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    // Databases of Redis have numbers, and no say in whether it answers.
    let path = if is_redis { "" } else { url.path() };
    let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
    let read = format!("{scheme}{starttls}://{user}{host}{port}{path}").parse();
    let Ok(kind @ CheckKind::Service(_)) = read else {
        draft.refuse("its connection string cannot be read: write one as in redis://host:6379");
        return None;
    };
    let query = row.get("database_query").unwrap_or_default().trim_matches([';', ' ']);
    if !is_redis && !query.is_empty() && !query.eq_ignore_ascii_case(USUAL_QUERY) {
        draft.change("its query is not asked here: that there is an answer at all is");
    }
    Some(kind)
}
