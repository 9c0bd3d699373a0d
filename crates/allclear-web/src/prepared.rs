//! Prepared bytes: what was rendered, with the headers that never change for it.

use allclear_domain::status_page::Language;
use allclear_statuspage::Ready;
use allclear_statuspage::assets::Asset;
use axum::http::HeaderValue;
use bytes::Bytes;

/// Bytes with the headers that never change for them.
#[derive(Clone)]
pub struct Prepared {
    /// Status code.
    pub status: u16,
    /// `Content-Type`
    pub content_type: HeaderValue,
    /// `ETag`, weak: the same for every encoding.
    pub etag: HeaderValue,
    /// `Content-Language`, where there is one.
    pub language: Option<HeaderValue>,
    /// The bytes as they are.
    pub identity: Bytes,
    /// The bytes, compressed, where that saves anything.
    pub gzip: Option<Bytes>,
}

impl Prepared {
    /// Prepares what was rendered.
    #[must_use]
    pub fn of(ready: Ready, language: Option<Language>) -> Self {
        let gzip = Bytes::from(ready.gzip);
        let etag = HeaderValue::from_str(&format!("W/{}", ready.etag));
        Self {
            status: ready.status,
            content_type: HeaderValue::from_static(ready.content_type),
            etag: etag.unwrap_or(HeaderValue::from_static("W/\"0\"")),
            language: language.map(|language| HeaderValue::from_static(language.tag())),
            identity: ready.identity.into(),
            gzip: (!gzip.is_empty()).then_some(gzip),
        }
    }

    /// Prepares a file that never changes.
    #[must_use]
    pub fn of_asset(asset: &'static Asset) -> Self {
        let etag = HeaderValue::from_str(&format!("W/{}", asset.etag));
        Self {
            status: 200,
            content_type: HeaderValue::from_static(asset.content_type),
            etag: etag.unwrap_or(HeaderValue::from_static("W/\"0\"")),
            language: None,
            identity: Bytes::from_static(&asset.identity),
            gzip: (!asset.gzip.is_empty()).then(|| Bytes::from_static(&asset.gzip)),
        }
    }

    /// Bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        self.identity.len() + self.gzip.as_ref().map_or(0, Bytes::len)
    }
}
