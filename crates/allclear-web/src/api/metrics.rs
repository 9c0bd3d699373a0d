//! `/metrics`: what Allclear says of itself, as `OpenMetrics` text for Prometheus and its like.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response};
use prometheus_client::encoding::text;
use prometheus_client::registry::Registry;

use super::call::Call;
use super::json::Answer;
use crate::access::Needs;
use crate::access::table::Table;

/// The type of the text.
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Its address. Any token opens it: how much goes wrong here is nobody else's business.
pub(super) fn table() -> Table<Call> {
    Table::new().get("/metrics", Needs::SignedIn, show)
}

/// The answer.
async fn show(call: Call) -> Answer {
    let mut registry = Registry::default();
    call.app.figures.register(&mut registry);
    let mut told = String::new();
    // Writing to a text cannot fail.
    let _ = text::encode(&mut told, &registry);
    let mut response = Response::new(Body::from(told));
    response.headers_mut().insert(CONTENT_TYPE, OPEN_METRICS);
    Ok(response)
}
