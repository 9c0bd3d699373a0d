//! Reads markup closely enough to find anything that the templates did not put there.

/// Texts that try to become markup.
pub(crate) const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' autofocus onfocus='alert(1)",
    "</title></details></main><svg onload=alert(1)>",
    "javascript:alert(1)",
    "[x](javascript:alert(1)) ![y](https://example.com/y.png \"onload=1\")",
    "https://example.com/\"onmouseover=\"alert(1)",
    "http://example.com/<b>x</b>'onclick='y",
    "<a href=\"https://example.com\" style=\"color:red\">x</a>",
    "&lt;script&gt; &#60;script&#62; <!-- x --> ]]> {{ x }} {% x %}",
    "<https://example.com/?a=\"b\"> <mailto:x@example.com?subject=<b>>",
    "# head\n\n<div onclick=x>\n\n```html\" onx=\"y\n<b>\n```\n\n| a |\n|---|\n| <i> |",
];

const TAGS: &[&str] = &[
    "!doctype",
    "a",
    "article",
    "b",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "circle",
    "code",
    "dd",
    "defs",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "head",
    "header",
    "hr",
    "html",
    "img",
    "input",
    "label",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "noscript",
    "ol",
    "p",
    "path",
    "pattern",
    "pre",
    "progress",
    "rect",
    "s",
    "script",
    "section",
    "span",
    "strong",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "ul",
    "use",
];

const ATTRIBUTES: &[&str] = &[
    "action",
    "alt",
    "aria-current",
    "aria-describedby",
    "aria-hidden",
    "aria-label",
    "autocomplete",
    "autofocus",
    "charset",
    "class",
    "content",
    "cx",
    "cy",
    "d",
    "data-ago",
    "data-d",
    "data-events",
    "data-first",
    "data-fresh",
    "data-local",
    "data-since",
    "data-units",
    "data-words",
    "data-x",
    "datetime",
    "defer",
    "fill",
    "for",
    "height",
    "hidden",
    "href",
    "hreflang",
    "html",
    "http-equiv",
    "id",
    "lang",
    "max",
    "maxlength",
    "method",
    "name",
    "open",
    "patternunits",
    "preserveaspectratio",
    "r",
    "rel",
    "required",
    "role",
    "scope",
    "src",
    "start",
    "tabindex",
    "type",
    "value",
    "viewbox",
    "width",
    "x",
];

/// A tag and its attributes.
pub(crate) type Tag = (String, Vec<(String, String)>);

/// Every opening tag, in order. Panics on markup that is not written as the templates write it.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = tag_end(rest);
        let (inside, after) = rest.split_at(end);
        rest = &after[1..];
        if inside.starts_with('/') {
            continue;
        }
        let name_end = inside.find([' ', '/']).unwrap_or(inside.len());
        let name = inside[..name_end].to_lowercase();
        tags.push((name, attributes(&inside[name_end..])));
    }
    tags
}

fn tag_end(text: &str) -> usize {
    let mut is_quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            '>' if !is_quoted => return at,
            _ => {}
        }
    }
    panic!("an open tag: {}", &text[..text.len().min(80)]);
}

fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_matches([' ', '/']);
    while !rest.is_empty() {
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let name = rest[..end].to_lowercase();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let end = quoted.find('"').expect("a closing quotation mark");
            value = quoted[..end].to_owned();
            rest = &quoted[end + 1..];
        } else {
            assert!(!rest.starts_with('='), "an attribute without quotation marks: {text}");
        }
        found.push((name, value));
        rest = rest.trim_start();
    }
    found
}

/// Checks a page: known tags and attributes only, no script or style inside, no address that runs.
pub(crate) fn check(html: &str, what: &str) {
    assert!(html.ends_with("</html>"), "{what}");
    let mut scripts = 0;
    for (name, attributes) in tags(html) {
        assert!(TAGS.contains(&name.as_str()), "{what}: <{name}>");
        scripts += usize::from(name == "script");
        for (attribute, value) in attributes {
            assert!(ATTRIBUTES.contains(&attribute.as_str()), "{what}: <{name} {attribute}>");
            if ["href", "src", "action"].contains(&attribute.as_str()) {
                check_address(&value, what);
            }
        }
    }
    // An open page that follows what happens has a script for that.
    let wanted = 1 + usize::from(html.contains(" data-events=\""));
    assert_eq!(scripts, wanted, "{what}");
    assert!(html.contains(" defer></script>"), "{what}: the scripts have no body");
    assert_eq!(html.matches("<h1").count(), 1, "{what}");
}

fn check_address(value: &str, what: &str) {
    let Some((scheme, _)) = value.split_once(':') else {
        return;
    };
    let is_known = ["http", "https", "mailto"].contains(&scheme.to_lowercase().as_str());
    let is_relative = scheme.contains(['/', '?', '#']);
    assert!(is_known || is_relative, "{what}: {value}");
}
