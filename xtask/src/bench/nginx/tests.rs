//! The peer's configuration and the proof that it sends the same.

use std::path::Path;

use super::{configuration, quoted, same};
use crate::http::Response;

fn page(headers: &[(&str, &str)]) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Response { status: 200, headers: headers.collect(), body: vec![0x1f, 0x8b] }
}

#[test]
fn our_headers_are_added_and_its_own_are_left_to_it() {
    let page = page(&[
        ("content-type", "text/html; charset=utf-8"),
        ("etag", "\"v1\""),
        ("content-length", "2"),
        ("date", "today"),
    ]);
    let text = configuration(Path::new("/tmp/x"), 8080, true, &page).unwrap();
    assert!(text.contains("add_header etag \"\\\"v1\\\"\";"), "{text}");
    assert!(text.contains("default_type \"text/html; charset=utf-8\";"), "{text}");
    assert!(text.starts_with("user root;"), "{text}");
    assert!(!text.contains("add_header content-length"), "{text}");
    assert!(!text.contains("add_header date"), "{text}");
}

#[test]
fn a_dollar_sign_is_refused() {
    assert!(quoted("a $b").is_err());
    assert_eq!(quoted("a \"b\"").unwrap(), "\"a \\\"b\\\"\"");
}

#[test]
fn every_header_must_agree_but_for_date_and_server() {
    let ours = page(&[("etag", "\"v1\""), ("date", "a"), ("vary", "accept-encoding")]);
    let theirs = page(&[
        ("ETag", "\"v1\""),
        ("Date", "b"),
        ("Server", "nginx"),
        ("Vary", "accept-encoding"),
    ]);
    assert!(same(&ours, &theirs).is_ok());
    assert!(same(&ours, &page(&[("etag", "\"v1\"")])).is_err());
    assert!(same(&page(&[]), &page(&[("Last-Modified", "now")])).is_err());
}
