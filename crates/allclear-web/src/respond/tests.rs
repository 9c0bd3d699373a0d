//! What requests ask for, and what they must not get.

use axum::http::HeaderValue;

use super::{names, takes_gzip};

#[test]
fn gzip_is_sent_only_to_those_who_take_it() {
    for (accepted, wanted) in [
        ("gzip", true),
        ("deflate, GZIP;q=0.5", true),
        ("*", true),
        ("gzip;q=0", false),
        ("gzip;q=0, *", false),
        ("*;q=0, gzip", true),
        ("gzip; q=0.0, br", false),
        ("br", false),
        ("identity", false),
        ("", false),
        ("gzipped", false),
    ] {
        assert_eq!(takes_gzip(&HeaderValue::from_static(accepted)), wanted, "{accepted}");
    }
}

#[test]
fn a_known_tag_is_found_in_every_form() {
    let etag = HeaderValue::from_static("W/\"abc\"");
    for (tags, wanted) in [
        ("W/\"abc\"", true),
        ("\"abc\"", true),
        ("\"x\", W/\"abc\"", true),
        ("*", true),
        ("\"ab\"", false),
        ("", false),
    ] {
        assert_eq!(names(&HeaderValue::from_static(tags), &etag), wanted, "{tags}");
    }
}
