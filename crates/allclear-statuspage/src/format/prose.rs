//! Prose: plain text and Markdown to markup that nothing in a record can break out of.

use allclear_domain::text::{Prose, ProseFormat};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::{Html, escape};

/// The text as paragraphs.
pub(crate) fn prose(prose: &Prose) -> Html {
    match prose.format {
        ProseFormat::Plain => Html(paragraphs(&prose.text)),
        ProseFormat::Markdown => Html(markdown(&prose.text)),
    }
}

/// One line of text with its addresses linked.
pub(crate) fn inline(text: &str) -> Html {
    Html(linked(text))
}

/// Whether a text is an address that may be linked.
pub(crate) fn is_web_address(text: &str) -> bool {
    let rest = strip_scheme(text);
    rest.is_some_and(|rest| !rest.is_empty()) && !text.contains(char::is_whitespace)
}

fn strip_scheme(text: &str) -> Option<&str> {
    ["https://", "http://"].into_iter().find_map(|scheme| {
        let head = text.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| text.get(scheme.len()..)).flatten()
    })
}

fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len() + 16);
    let mut lines: Vec<String> = Vec::new();
    let mut close = |lines: &mut Vec<String>| {
        if !lines.is_empty() {
            out.push_str("<p>");
            out.push_str(&lines.join("<br>"));
            out.push_str("</p>");
            lines.clear();
        }
    };
    for line in text.lines() {
        if line.trim().is_empty() {
            close(&mut lines);
        } else {
            lines.push(linked(line.trim_end()));
        }
    }
    close(&mut lines);
    out
}

/// Escapes a line and links the http and https addresses in it.
fn linked(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    let mut rest = line;
    while let Some(start) = next_address(rest) {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '“' | '”'))
            .unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        let trimmed = trim_address(address);
        let (address, tail) = address.split_at(trimmed.len());
        out.push_str(&escape(before));
        if is_web_address(address) {
            let address = escape(address);
            out.push_str(&format!("<a href=\"{address}\" rel=\"nofollow noopener\">{address}</a>"));
        } else {
            out.push_str(&escape(address));
        }
        out.push_str(&escape(tail));
        rest = after;
    }
    out.push_str(&escape(rest));
    out
}

fn next_address(text: &str) -> Option<usize> {
    text.match_indices("http")
        .map(|(at, _)| at)
        .find(|at| text.get(*at..).is_some_and(|rest| strip_scheme(rest).is_some()))
}

/// An address without the punctuation of the sentence around it.
fn trim_address(address: &str) -> &str {
    let mut address = address;
    loop {
        let shorter = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
        let opened = shorter.matches('(').count();
        let closed = shorter.matches(')').count();
        let shorter =
            if closed > opened { shorter.strip_suffix(')').unwrap_or(shorter) } else { shorter };
        if shorter.len() == address.len() {
            return address;
        }
        address = shorter;
    }
}

/// Markdown without HTML: raw HTML is text, headings do not enter the page's outline, images are
/// links, and only http, https and mailto are linked.
fn markdown(text: &str) -> String {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut links: Vec<bool> = Vec::new();
    let events = Parser::new_ext(text, options).map(|event| safe_event(event, &mut links));
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, events);
    out
}

fn safe_event<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Event<'a> {
    match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Heading { .. }) => raw("<p class=\"heading\"><strong>"),
        Event::End(TagEnd::Heading(_)) => raw("</strong></p>"),
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            let is_linked = is_linkable(&dest_url) && !links.contains(&true);
            links.push(is_linked);
            if is_linked {
                raw(format!("<a href=\"{}\" rel=\"nofollow noopener\">", escape(&dest_url)))
            } else {
                raw("")
            }
        }
        Event::End(TagEnd::Link | TagEnd::Image) => {
            raw(if links.pop().unwrap_or(false) { "</a>" } else { "" })
        }
        other => other,
    }
}

fn raw<'a>(html: impl Into<CowStr<'a>>) -> Event<'a> {
    Event::InlineHtml(html.into())
}

fn is_linkable(address: &str) -> bool {
    let is_mail = address.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    is_web_address(address) || (is_mail && !address.contains(char::is_control))
}
