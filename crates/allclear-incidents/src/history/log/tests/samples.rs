//! Whole pages in invented words, and the facts that they give.

use crate::history::facts::FactsComponent;
use crate::history::log::{LogError, LogOptions, read_log};

/// Reads a page and compares it with its facts.
fn check(page: &str, facts: &str, timezone: Option<&str>, known: &[(&str, &str)]) {
    let component = |(key, name): &(&str, &str)| FactsComponent {
        key: (*key).to_owned(),
        name: (*name).to_owned(),
    };
    let options = LogOptions {
        publisher: "example".to_owned(),
        timezone: timezone.map(str::to_owned),
        year: None,
        known_components: known.iter().map(component).collect(),
    };
    let import = read_log(page, &options).expect("the page can be read");
    let read = serde_json::json!({
        "components": import.components,
        "records": import.records,
        "report": import.report,
    });
    let expected: serde_json::Value = serde_json::from_str(facts).expect("the facts are JSON");
    let printed = serde_json::to_string_pretty(&read).expect("facts can be printed");
    assert_eq!(read, expected, "\n{printed}");
}

const PACIFIC: Option<&str> = Some("America/Los_Angeles");

#[test]
fn wiki_page_with_labels() {
    check(
        include_str!("../samples/wiki-page.txt"),
        include_str!("../samples/wiki-page.json"),
        PACIFIC,
        &[("cartsafe", "CartSafe"), ("websites", "Websites")],
    );
}

#[test]
fn status_blog_with_windows() {
    check(
        include_str!("../samples/status-blog.txt"),
        include_str!("../samples/status-blog.json"),
        PACIFIC,
        &[],
    );
}

#[test]
fn host_notices_in_eastern_time() {
    check(
        include_str!("../samples/host-notices.txt"),
        include_str!("../samples/host-notices.json"),
        Some("America/New_York"),
        &[("mail", "Mail"), ("web-servers", "Web servers")],
    );
}

#[test]
fn blog_posts_with_titles_above_dates() {
    check(
        include_str!("../samples/blog-posts.txt"),
        include_str!("../samples/blog-posts.json"),
        PACIFIC,
        &[("web05", "web05"), ("web07", "web07"), ("web11", "web11")],
    );
}

#[test]
fn post_mortem_without_a_year() {
    check(
        include_str!("../samples/post-mortem.txt"),
        include_str!("../samples/post-mortem.json"),
        None,
        &[],
    );
}

#[test]
fn errors_say_what_to_do() {
    let mut options = LogOptions { timezone: Some("Pacific".to_owned()), ..LogOptions::default() };
    let unknown = read_log("2017-03-02", &options).expect_err("no such zone");
    assert_eq!(
        unknown.to_string(),
        "unknown time zone \"Pacific\": give an IANA name such as America/Los_Angeles"
    );
    options.timezone = None;
    let large =
        read_log(&"x".repeat(super::super::BYTES_MAX + 1), &options).expect_err("too large");
    assert!(matches!(large, LogError::TooLarge { .. }));
    let many = read_log(&"2017-03-02\n\n".repeat(super::super::RECORDS_MAX + 1), &options);
    assert!(matches!(many, Err(LogError::TooManyRecords { .. })));
}
