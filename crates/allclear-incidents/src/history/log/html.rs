//! A page saved as HTML, as the text that a browser shows of it.

use super::encoding::of_windows;
use super::hidden::{Veil, attribute};

/// Elements of which nothing is shown, as long as scripts run.
const HIDDEN: [&str; 7] = ["script", "style", "head", "noscript", "template", "svg", "iframe"];

/// Elements that begin and end a line.
pub(super) const BLOCKS: [&str; 34] = [
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "nav",
    "aside",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "blockquote",
    "pre",
    "figure",
    "form",
    "fieldset",
    "address",
    "details",
    "summary",
    "body",
    "html",
    "h1",
    "h2",
    "h3",
    "h4",
    "title",
];

/// Named characters that pages use.
const NAMED: [(&str, char); 24] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("hellip", '…'),
    ("bull", '•'),
    ("middot", '·'),
    ("rarr", '→'),
    ("asymp", '≈'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("copy", '©'),
    ("deg", '°'),
];

/// How far the name of a character is looked for.
const NAME_BYTES: usize = 12;

/// Whether a text is a page, or a part of one, with its tags.
pub(super) fn is_html(text: &str) -> bool {
    let start = super::tokens::head(text.trim_start_matches(super::tokens::is_space), 4096);
    let lower = start.to_ascii_lowercase();
    let is_page = ["<!doctype html", "<html", "<body"].iter().any(|tag| lower.starts_with(tag));
    let is_part = ["</p>", "</h1>", "</h2>", "</h3>", "</li>", "</div>", "</td>", "<br"]
        .iter()
        .any(|tag| lower.contains(tag));
    is_page || (lower.starts_with('<') && is_part)
}

/// What a browser shows of a page.
pub(super) struct Shown {
    /// The text.
    pub(super) text: String,
    /// No element is hidden by its attributes.
    pub(super) is_all: bool,
}

/// The text that is shown.
pub(super) fn text_of(html: &str) -> Shown {
    let mut writer = Writer::default();
    let mut ends = Ends::default();
    let mut veil = Veil::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        writer.shown(before, &veil);
        rest = match ends.comment(from).or_else(|| tag(from)) {
            Some((tag, after)) => {
                if veil.shows(&tag) {
                    writer.tag(&tag);
                }
                if tag.is_end { after } else { ends.behind(after, &tag.name) }
            }
            None => {
                writer.shown("<", &veil);
                from.get(1..).unwrap_or("")
            }
        };
    }
    writer.shown(rest, &veil);
    Shown { text: writer.out, is_all: !veil.has_hidden }
}

/// A tag as printed.
pub(super) struct Tag<'a> {
    /// Its name in lower case.
    pub(super) name: String,
    /// It ends an element.
    pub(super) is_end: bool,
    /// What is printed behind the name.
    pub(super) attributes: &'a str,
}

/// Reads a tag, and says what follows it.
fn tag(from: &str) -> Option<(Tag<'_>, &str)> {
    let inner = from.get(1..)?;
    let is_end = inner.starts_with('/');
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    if !inner.starts_with(|ch: char| ch.is_ascii_alphabetic() || matches!(ch, '!' | '?')) {
        return None;
    }
    // A tag that does not end soon is a sign in a text.
    let end = super::tokens::head(inner, 4096).find('>')?;
    let (printed, after) = inner.split_at(end);
    let name: String = printed.chars().take_while(char::is_ascii_alphanumeric).collect();
    let attributes = printed.get(name.len()..).unwrap_or("");
    Some((
        Tag { name: name.to_ascii_lowercase(), is_end, attributes },
        after.get(1..).unwrap_or(""),
    ))
}

/// Looks for the ends of what is not shown, for each kind no further once there is none.
#[derive(Default)]
struct Ends {
    missing: Vec<&'static str>,
}

impl Ends {
    /// A comment, and what follows it.
    fn comment<'a>(&mut self, from: &'a str) -> Option<(Tag<'a>, &'a str)> {
        const END: &str = "-->";
        let inner = from.strip_prefix("<!--").filter(|_| !self.missing.contains(&END))?;
        let Some((_, after)) = inner.split_once(END) else {
            self.missing.push(END);
            return None;
        };
        Some((Tag { name: String::new(), is_end: false, attributes: "" }, after))
    }

    /// What follows the end of an element of which nothing is shown; without an end it hides nothing.
    fn behind<'a>(&mut self, after: &'a str, name: &str) -> &'a str {
        let Some(hidden) = HIDDEN.iter().find(|hidden| **hidden == name) else {
            return after;
        };
        if self.missing.contains(hidden) {
            return after;
        }
        let mut rest = after;
        while let Some(at) = rest.find("</") {
            let from = rest.get(at + 2..).unwrap_or("");
            let is_end = from.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
            if is_end && let Some((_, shown)) = from.split_once('>') {
                return shown;
            }
            rest = from;
        }
        self.missing.push(hidden);
        after
    }
}

/// Writes what is shown.
#[derive(Default)]
struct Writer {
    out: String,
    /// The spaces of the source are shown.
    is_literal: bool,
    /// Where the open link leads, and where its words begin.
    link: Option<(String, usize)>,
}

impl Writer {
    /// Writes a piece of text, where nothing hides it.
    fn shown(&mut self, text: &str, veil: &Veil) {
        if veil.is_open() {
            self.text(text);
        }
    }

    /// Writes a piece of text; outside of `pre`, spaces and line ends are one space.
    fn text(&mut self, text: &str) {
        let text = decoded(text);
        if self.is_literal {
            self.out.push_str(&text);
            return;
        }
        for ch in text.chars() {
            if !matches!(ch, ' ' | '\t' | '\n' | '\r') {
                self.out.push(ch);
            } else if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
                self.out.push(' ');
            }
        }
    }

    /// Begins a new line.
    fn line(&mut self) {
        let shown = self.out.trim_end_matches(' ').len();
        self.out.truncate(shown);
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Writes what a tag shows.
    fn tag(&mut self, tag: &Tag<'_>) {
        match tag.name.as_str() {
            "br" => {
                let shown = self.out.trim_end_matches(' ').len();
                self.out.truncate(shown);
                self.out.push('\n');
            }
            "hr" => {
                self.line();
                self.out.push_str("-----\n");
            }
            "li" if !tag.is_end => {
                self.line();
                self.out.push_str("- ");
            }
            "td" | "th" if tag.is_end => self.out.push_str(" | "),
            "a" => self.link(tag),
            name if BLOCKS.contains(&name) => {
                self.line();
                self.is_literal = match name {
                    "pre" => !tag.is_end,
                    _ => self.is_literal,
                };
                let level = name.strip_prefix('h').and_then(|level| level.parse::<usize>().ok());
                match level {
                    Some(level) if !tag.is_end => {
                        self.line();
                        self.out.push_str(&"#".repeat(level));
                        self.out.push(' ');
                    }
                    Some(_) => self.line(),
                    None if matches!(name, "p" | "ul" | "ol" | "table" | "article") => self.line(),
                    None => {}
                }
            }
            _ => {}
        }
    }

    /// Keeps where a link leads, beside its words.
    fn link(&mut self, tag: &Tag<'_>) {
        if !tag.is_end {
            let target = attribute(tag.attributes, "href").filter(|to| to.starts_with("http"));
            self.link = target.map(|target| (decoded(target), self.out.len()));
        } else if let Some((target, from)) = self.link.take()
            && self.out.get(from..).is_some_and(|words| words.trim() != target)
        {
            self.out.push_str(" (");
            self.out.push_str(&target);
            self.out.push(')');
        }
    }
}

/// A text with the characters that its names stand for.
pub(super) fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let name = super::tokens::head(from, NAME_BYTES).get(1..).and_then(|name| {
            let (name, _) = name.split_once(';')?;
            Some((character(name)?, name.len() + 2))
        });
        let (ch, length) = name.unwrap_or(('&', 1));
        out.push(ch);
        rest = from.get(length..).unwrap_or("");
    }
    out.push_str(rest);
    out
}

/// The character that a name or a number stands for.
fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let value = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        // Browsers show the numbers of controls as Windows-1252, as they are meant.
        return match u8::try_from(value) {
            Ok(0) => Some(char::REPLACEMENT_CHARACTER),
            Ok(byte @ 0x80..0xa0) => Some(of_windows(byte)),
            _ => char::from_u32(value),
        };
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, ch)| *ch)
}
