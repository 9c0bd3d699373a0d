//! Ready bytes: what a server sends as it stands.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

/// HTML.
pub(crate) const HTML: &str = "text/html; charset=utf-8";
/// A style sheet.
pub(crate) const CSS: &str = "text/css; charset=utf-8";

/// A response, compressed once and for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub content_type: &'static str,
    /// The bytes as they are.
    pub identity: Vec<u8>,
    /// The same bytes, compressed with gzip; empty where that failed or would not pay.
    pub gzip: Vec<u8>,
    /// Entity tag of the bytes, with its quotation marks.
    pub etag: String,
}

impl Ready {
    pub(crate) fn new(status: u16, content_type: &'static str, identity: Vec<u8>) -> Self {
        let gzip = gzip(&identity);
        let etag = format!("\"{}\"", digest(&identity, 16));
        Self { status, content_type, identity, gzip, etag }
    }
}

/// The first `len` bytes of the SHA-256 of `bytes`, in hexadecimal.
pub(crate) fn digest(bytes: &[u8], len: usize) -> String {
    let mut hex = String::with_capacity(len * 2);
    for byte in Sha256::digest(bytes).iter().take(len) {
        // Writing to a String does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Compresses at the best level that is still quick: large pages are made of equal parts, which
/// the lower levels find as well.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let level = match bytes.len() {
        0..=131_072 => 9,
        131_073..=262_144 => 6,
        _ => 3,
    };
    let sink = Vec::with_capacity(bytes.len() / 4 + 64);
    let mut encoder = GzEncoder::new(sink, Compression::new(level));
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(compressed) if compressed.len() < bytes.len() => compressed,
        Ok(_) | Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_have_equal_tags() {
        let ready = |text: &str| Ready::new(200, HTML, text.as_bytes().to_vec());
        assert_eq!(ready("a").etag, ready("a").etag);
        assert_ne!(ready("a").etag, ready("b").etag);
        assert_eq!(ready("a").etag.len(), 34);
    }
}
