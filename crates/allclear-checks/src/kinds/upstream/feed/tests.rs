//! Feeds as they are written, and as they should not be.

use proptest::prelude::*;

use super::*;

const ATOM: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">
  <title>Example Provider &amp; Sons</title>
  <link rel="self" href="https://status.example.com/history.atom"/>
  <entry>
    <id>tag:status.example.com,2026:1</id>
    <published>2026-06-15T10:12:00Z</published>
    <updated>2026-06-15T10:40:00Z</updated>
    <link rel="edit" href="https://status.example.com/edit"/>
    <link rel="alternate" type="text/html" href="https://status.example.com/incidents/1?a=1&amp;b=2"/>
    <media:title>Not this one</media:title>
    <title>Errors of the API</title>
    <content type="html">&lt;p&gt;&lt;strong&gt;Investigating&lt;/strong&gt; - We look.&lt;/p&gt;</content>
  </entry>
  <entry>
    <title>Disks &#x41;&unknown;</title>
    <content type="xhtml"><div><p><b>Resolved</b> - All is well.</p></div></content>
  </entry>
</feed>"#;

const RSS: &str = "<?xml version='1.0'?>
<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>
<title>Example Provider</title><link>https://status.example.com/</link>
<image><title>Logo</title><url>https://status.example.com/logo.png</url></image>
<item><title><![CDATA[R&D <b>is</b> slow]]></title><description>short</description>
<content:encoded><![CDATA[<p>Resolved: it is well again</p>]]></content:encoded>
<link>https://status.example.com/incidents/2</link><guid isPermaLink=\"false\">2</guid>
<pubDate>Mon, 15 Jun 2026 10:12:00 GMT</pubDate></item>
<item><title>AT & T</title><pubDate>Mon, 15 Jun 2026 03:12:00 -0700</pubDate></item>
<item><title>Third</title><pubDate>15 Jun 2026 10:12:00 UTC</pubDate></item>
</channel></rss>";

fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

#[test]
fn atom_is_read() {
    let feed = read(ATOM).unwrap();
    assert_eq!((feed.title.as_str(), feed.entries.len()), ("Example Provider & Sons", 2));
    let first = &feed.entries[0];
    assert_eq!(first.title, "Errors of the API");
    assert_eq!(first.link.as_deref(), Some("https://status.example.com/incidents/1?a=1&b=2"));
    assert_eq!(first.id.as_deref(), Some("tag:status.example.com,2026:1"));
    assert_eq!(first.published_at, at("2026-06-15T10:12:00Z"));
    assert_eq!(first.updated_at, at("2026-06-15T10:40:00Z"));
    assert_eq!(first.text, "<p><strong>Investigating</strong> - We look.</p>");
    let second = &feed.entries[1];
    assert_eq!((second.title.as_str(), second.link.as_deref()), ("Disks A ", None));
    assert_eq!(
        second.text.split_whitespace().collect::<Vec<_>>().join(" "),
        "Resolved - All is well."
    );
    assert!(second.text.contains("Resolved\n"), "it stands by itself");
}

#[test]
fn rss_is_read() {
    let feed = read(RSS).unwrap();
    assert_eq!((feed.title.as_str(), feed.entries.len()), ("Example Provider", 3));
    let first = &feed.entries[0];
    assert_eq!(first.title, "R&D <b>is</b> slow");
    assert_eq!(first.text, "<p>Resolved: it is well again</p>");
    assert_eq!(first.link.as_deref(), Some("https://status.example.com/incidents/2"));
    assert_eq!(first.id.as_deref(), Some("2"));
    for entry in &feed.entries {
        assert_eq!(entry.published_at, at("2026-06-15T10:12:00Z"), "{entry:?}");
    }
    assert_eq!(feed.entries[1].title, "AT & T");
}

#[test]
fn a_date_that_cannot_be_read_is_told() {
    for (date, is_unread) in [
        ("<pubDate>last Monday</pubDate>", true),
        ("<pubDate>2026-06-15 at noon</pubDate>", true),
        ("<pubDate> </pubDate>", false),
        ("<pubDate/>", false),
        ("<pubDate>Mon, 15 Jun 2026 10:12:00 GMT</pubDate>", false),
        ("", false),
    ] {
        let text = format!("<rss><channel><item><title>x</title>{date}</item></channel></rss>");
        let feed = read(&text).unwrap();
        assert_eq!(feed.entries[0].has_unread_date, is_unread, "{date}");
        assert_eq!(feed.unread_dates().is_some(), is_unread, "{date}");
    }
}

#[test]
fn nothing_is_put_in_the_place_of_entities() {
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">
        <!ENTITY file SYSTEM "file:///etc/passwd">]>
        <rss><channel><title>&b;&file;</title></channel></rss>"#;
    assert!(read(laughs).unwrap_err().contains("document type"));
    let plain = "<rss><channel><title>&b;&file;x</title></channel></rss>";
    assert_eq!(read(plain).unwrap().title.trim(), "x");
}

#[test]
fn what_is_too_deep_or_too_long_is_left() {
    let deep = format!("<rss>{}", "<a>".repeat(limits::FEED_DEPTH_MAX));
    assert!(read(&deep).unwrap_err().contains("within each other"));
    let entry = "<item><title>x</title></item>";
    let many = format!("<rss><channel>{}", entry.repeat(limits::FEED_ENTRIES_MAX + 9));
    assert_eq!(read(&many).unwrap().entries.len(), limits::FEED_ENTRIES_MAX);
    let long = "ä".repeat(limits::FEED_TEXT_BYTES_MAX);
    let long = format!("<rss><channel><item><title>{long}</title></item></channel></rss>");
    assert!(read(&long).unwrap().entries[0].title.len() <= limits::FEED_TEXT_BYTES_MAX);
    let attributes: String = (0..60_000).map(|n| format!(" a{n}='x'")).collect();
    let wide = format!("<feed><entry><link{attributes}/></entry></feed>");
    assert_eq!(read(&wide).unwrap().entries[0].link, None);
}

#[test]
fn what_is_no_feed_is_refused() {
    for (text, told) in [
        ("", "nothing in it"),
        ("<!DOCTYPE html><html></html>", "web page"),
        ("<html></html>", "web page"),
        ("<opml></opml>", "neither Atom nor RSS"),
        ("<rss><channel>", "breaks off"),
        ("<rss><channel></rss></channel>", "cannot be read"),
        ("<rss></rss><rss></rss>", "more than one"),
        ("plain", "nothing in it"),
    ] {
        let problem = read(text).unwrap_err();
        assert!(problem.contains(told), "{text}: {problem}");
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(text in ".{0,300}") {
        let _ = read(&text);
    }

    #[test]
    fn pieces_of_feeds_in_any_order_are_read_or_refused(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<rss>", "</rss>", "<channel>", "</channel>", "<item>", "</item>", "<feed>", "</feed>",
            "<entry>", "</entry>", "<title>", "</title>", "<link href='x'/>", "<link>", "</link>",
            "<![CDATA[", "]]>", "<!--", "-->", "&amp;", "&#0;", "&#x110000;", "&", "<", ">", "x",
            "<!DOCTYPE", "<?xml?>", "<pubDate>", "</pubDate>", "Mon, 99 Foo 2026",
        ]), 0..60),
    ) {
        if let Ok(feed) = read(&pieces.concat()) {
            prop_assert!(feed.entries.len() <= 60);
        }
    }

    #[test]
    fn a_feed_that_was_bent_is_read_or_refused(at in 0..ATOM.len(), with in ".{0,4}", cut in 0..9_usize) {
        let start = ATOM.floor_char_boundary(at);
        let end = ATOM.floor_char_boundary((at + cut).min(ATOM.len()));
        let bent = format!("{}{with}{}", &ATOM[..start], &ATOM[end.max(start)..]);
        let _ = read(&bent);
    }
}
