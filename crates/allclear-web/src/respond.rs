//! From ready bytes to a response: encoding, conditional requests, headers.

use allclear_statuspage::CONTENT_SECURITY_POLICY;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE,
    CONTENT_SECURITY_POLICY as CSP, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};

use bytes::Bytes;
use http_body_util::Full;

use crate::prepared::Prepared;

/// How long others may keep a page: briefly, but stale bytes beat none while we are away.
const PAGE_CACHING: HeaderValue =
    HeaderValue::from_static("public, max-age=10, stale-while-revalidate=30, stale-if-error=86400");
/// Assets carry their hash in their address.
pub(crate) const ASSET_CACHING: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");
const VARIES: HeaderValue = HeaderValue::from_static("accept-encoding, accept-language");

/// A page, as a response to a request with these headers.
pub(crate) fn page(prepared: &Prepared, request: &HeaderMap) -> Response<Full<Bytes>> {
    let caching =
        if prepared.status == 200 { PAGE_CACHING } else { HeaderValue::from_static("no-store") };
    respond(prepared, request, caching)
}

/// Prepared bytes, as a response to a request with these headers.
pub(crate) fn respond(
    prepared: &Prepared,
    request: &HeaderMap,
    caching: HeaderValue,
) -> Response<Full<Bytes>> {
    let is_known = prepared.status == 200
        && request.get(IF_NONE_MATCH).is_some_and(|tags| names(tags, &prepared.etag));
    let takes_gzip = request.get(ACCEPT_ENCODING).is_some_and(takes_gzip);
    let gzip = prepared.gzip.as_ref().filter(|_| takes_gzip);
    let body = match (is_known, gzip) {
        (true, _) => Bytes::new(),
        (false, Some(gzip)) => gzip.clone(),
        (false, None) => prepared.identity.clone(),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = if is_known {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::from_u16(prepared.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    };
    let headers = response.headers_mut();
    headers.reserve(10);
    headers.insert(CACHE_CONTROL, caching);
    headers.insert(ETAG, prepared.etag.clone());
    headers.insert(VARY, VARIES);
    guard(headers);
    if !is_known {
        headers.insert(CONTENT_TYPE, prepared.content_type.clone());
        if gzip.is_some() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if let Some(language) = &prepared.language {
            headers.insert(CONTENT_LANGUAGE, language.clone());
        }
    }
    response
}

/// A short plain answer.
pub(crate) fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    guard(headers);
    response
}

/// What every answer forbids the browser, whatever is in it.
pub(crate) fn guard(headers: &mut HeaderMap) {
    headers.insert(CSP, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// What an answer before or of a protected status page says: nobody keeps it, nobody lists it.
pub(crate) fn keep_private(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding, accept-language, cookie"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
}

/// Has browsers come over TLS alone for a year (RFC 6797).
pub(crate) fn insist_on_tls(headers: &mut HeaderMap) {
    headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
}

/// Whether `If-None-Match` names an entity tag (RFC 9110, section 13.1.2: weak comparison).
fn names(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else {
        return false;
    };
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.trim() == "*" || tags.split(',').any(|tag| opaque(tag) == opaque(etag))
}

/// Whether `Accept-Encoding` takes gzip (RFC 9110, section 12.5.3): what names it outweighs `*`.
fn takes_gzip(accepted: &HeaderValue) -> bool {
    let Ok(accepted) = accepted.to_str() else { return false };
    let weight_of = |name: &str| {
        accepted.split(',').find_map(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts.next()?.eq_ignore_ascii_case(name).then(|| weight(parts))
        })
    };
    weight_of("gzip").or_else(|| weight_of("*")).is_some_and(|weight| weight > 0.0)
}

/// The weight among parameters; 1 where there is none, 0 where it cannot be read.
pub(crate) fn weight<'a>(mut parameters: impl Iterator<Item = &'a str>) -> f32 {
    let weight = parameters.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0))
}

#[cfg(test)]
mod tests;
