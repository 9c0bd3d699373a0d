//! What belongs to the first view.

use super::parts;

fn found(html: &str) -> Vec<String> {
    parts(html).unwrap().into_iter().collect()
}

#[test]
fn style_sheets_scripts_icons_and_images_count_once() {
    let html = "<!doctype html><link rel=\"stylesheet\" href=\"/assets/1/page.css\">\
                <link rel='icon' href='/favicon.svg'><script defer src=/assets/1/live.js></script>\
                <img alt=\"Logo\" src=\"/logo.svg\"><img src=\"/logo.svg\">";
    assert_eq!(
        found(html),
        ["/assets/1/live.js", "/assets/1/page.css", "/favicon.svg", "/logo.svg"]
    );
}

#[test]
fn feeds_links_and_inline_parts_do_not() {
    let html = "<link rel=\"alternate\" href=\"/history.atom\"><a href=\"/history\">History</a>\
                <img src=\"data:image/svg+xml,x\"><script data-src=\"/later.js\">let a = 1;</script>";
    assert_eq!(found(html), Vec::<String>::new());
}

#[test]
fn a_third_party_is_an_error() {
    for html in ["<script src=\"https://example.com/a.js\">", "<img src=\"//example.com/a.png\">"] {
        assert!(parts(html).is_err());
    }
}
