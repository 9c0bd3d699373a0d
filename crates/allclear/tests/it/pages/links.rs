//! Links in pages: what points where, resolved as a browser would.
//!
//! Our own pages are read, so only what they may contain is understood: quoted attributes.

use std::collections::BTreeSet;

/// What a page points to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    /// Pages of the same origin, as path and query, with the fragment that must be there.
    pub(super) pages: BTreeSet<(String, String)>,
    /// Files that the page loads: style sheets, scripts, icons, images.
    pub(super) files: BTreeSet<String>,
    /// Anything that is loaded from another origin.
    pub(super) loaded_from_elsewhere: BTreeSet<String>,
    /// Ids that links may name as a fragment.
    pub(super) ids: BTreeSet<String>,
}

impl Links {
    /// Reads a page at an address, which is a path with perhaps a query.
    pub(super) fn read(address: &str, html: &str) -> Self {
        let mut links = Self::default();
        for tag in tags(html) {
            let attributes: Vec<(&str, String)> = attributes(tag).collect();
            let find = |name: &str| {
                let found = attributes.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| value.clone())
            };
            links.ids.extend(find("id"));
            let name = tag.split(char::is_whitespace).next().unwrap_or_default();
            match name {
                "a" | "area" => links.follow(address, find("href")),
                "link" => match find("rel").unwrap_or_default().as_str() {
                    "alternate" | "canonical" | "next" | "prev" => {
                        links.follow(address, find("href"));
                    }
                    _ => links.load(address, find("href")),
                },
                "script" | "img" | "source" | "iframe" => links.load(address, find("src")),
                _ => {}
            }
        }
        links
    }

    fn follow(&mut self, address: &str, target: Option<String>) {
        let Some(target) = target else { return };
        if is_elsewhere(&target) {
            return;
        }
        let (target, fragment) = target.split_once('#').unwrap_or((&target, ""));
        self.pages.insert((resolve(address, target), fragment.to_owned()));
    }

    fn load(&mut self, address: &str, target: Option<String>) {
        let Some(target) = target else { return };
        if target.starts_with("data:") {
            return;
        }
        if is_elsewhere(&target) {
            self.loaded_from_elsewhere.insert(target);
        } else {
            self.files.insert(resolve(address, &target));
        }
    }
}

/// True for `https://…`, `mailto:…` and `//…`.
fn is_elsewhere(target: &str) -> bool {
    let scheme = target.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.contains(':') || target.starts_with("//")
}

/// What stands between `<` and `>`, for opening tags. Text inside scripts would be read as well;
/// our pages have none.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|rest| {
        let mut quote = None;
        let end = rest.find(|letter| match (quote, letter) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(letter);
                false
            }
            (Some(open), _) => {
                if letter == open {
                    quote = None;
                }
                false
            }
            _ => false,
        })?;
        rest.starts_with(|first: char| first.is_ascii_alphabetic()).then(|| &rest[..end])
    })
}

/// Quoted attributes of a tag, with references undone.
fn attributes(tag: &str) -> impl Iterator<Item = (&str, String)> {
    let mut rest = tag;
    std::iter::from_fn(move || {
        let at = rest.find(['"', '\''])?;
        let quote = rest[at..].chars().next()?;
        let before = rest[..at].trim_end().strip_suffix('=')?;
        let name = before.trim_end().rsplit(char::is_whitespace).next()?;
        let value = &rest[at + 1..];
        let end = value.find(quote)?;
        rest = &value[end + 1..];
        Some((name, plain(&value[..end])))
    })
}

fn plain(text: &str) -> String {
    let mut text = text.to_owned();
    for (reference, letter) in [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&#60;", "<"),
        ("&gt;", ">"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        text = text.replace(reference, letter);
    }
    text
}

/// A target as seen from an address (RFC 3986, section 5.2, for what has no scheme).
fn resolve(address: &str, target: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (target, target_query) = match target.split_once('?') {
        Some((target, query)) => (target, Some(query)),
        None => (target, None),
    };
    let joined = match target {
        "" => path.to_owned(),
        absolute if absolute.starts_with('/') => absolute.to_owned(),
        relative => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{folder}/{relative}")
        }
    };
    let query = match target_query {
        Some(query) => query,
        None if target.is_empty() => query,
        None => "",
    };
    let path = without_dots(&joined);
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    // `a/.` and `a/..` name folders.
    if path.ends_with("/.") || path.ends_with("/..") {
        parts.push("");
    }
    format!("/{}", parts.join("/"))
}

#[test]
fn targets_are_resolved_as_a_browser_does() {
    for (address, target, expected) in [
        ("/", "./", "/"),
        ("/", "history", "/history"),
        ("/p/a/", "", "/p/a/"),
        ("/p/a/?lang=de", "", "/p/a/?lang=de"),
        ("/p/a/?lang=de", "?lang=en", "/p/a/?lang=en"),
        ("/p/a/incidents/x", "../?lang=de", "/p/a/?lang=de"),
        ("/p/a/incidents/x", "../history", "/p/a/history"),
        ("/p/a/history", "history/2026-11", "/p/a/history/2026-11"),
        ("/p/a/history", "/assets/1/x.css", "/assets/1/x.css"),
        ("/p/a/history", ".", "/p/a/"),
        ("/x", "../../..", "/"),
    ] {
        assert_eq!(resolve(address, target), expected, "{target} from {address}");
    }
}

#[test]
fn a_page_is_read() {
    let html = r##"<link rel="stylesheet" href="../assets/a.css"><h1 id="top">1 < 2</h1>
        <a class='x' href="?q=1&amp;lang=de#a">a</a><a href="https://example.com/">b</a>
        <img src="https://example.com/x.png" alt="a > b"><a title="href=&quot;no&quot;">c</a>"##;
    let links = Links::read("/p/a/x", html);
    let set = |text: &str| BTreeSet::from([text.to_owned()]);
    let page = ("/p/a/x?q=1&lang=de".to_owned(), "a".to_owned());
    assert_eq!(
        links,
        Links {
            pages: BTreeSet::from([page]),
            files: set("/p/assets/a.css"),
            loaded_from_elsewhere: set("https://example.com/x.png"),
            ids: set("top"),
        }
    );
}
