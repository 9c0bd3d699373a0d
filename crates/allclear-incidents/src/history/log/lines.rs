//! A text cut into lines, with the marks of bullets and headings taken off a copy.

use super::tokens::is_space;

/// One line of the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The line as it stands in the source, without its line end.
    pub(super) raw: &'a str,
    /// The line without spaces, bullets, heading marks and bold marks around it.
    pub(super) body: &'a str,
    /// Level of a marked heading, 0 for any other line.
    pub(super) heading: u8,
    /// It is an item of a list.
    pub(super) is_item: bool,
    /// Byte offset of the line in the text.
    pub(super) start: usize,
}

impl Line<'_> {
    /// Whether nothing is printed on it.
    pub(super) fn is_blank(&self) -> bool {
        self.body.is_empty()
            && self.heading == 0
            && self.raw.trim_matches(|ch| is_space(ch) || ch == '>').is_empty()
    }

    /// Whether it is only a rule, such as `-----`, or the one under the head of a table.
    pub(super) fn is_rule(&self) -> bool {
        let mut chars = self.raw.chars().filter(|ch| !is_space(*ch));
        let Some(first) = chars.next() else {
            return false;
        };
        let is_table = matches!(first, '|' | '+')
            && self.raw.contains("--")
            && self.raw.chars().all(|ch| is_space(ch) || matches!(ch, '|' | '+' | '-' | '=' | ':'));
        let is_rule = matches!(first, '-' | '=' | '*' | '_' | '~' | '—' | '–' | '#')
            && chars.clone().count() >= 2
            && chars.all(|ch| ch == first);
        is_table || is_rule
    }
}

/// Cuts a text into lines.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    // Old Macintosh texts end their lines with CR alone.
    let end = if text.contains('\r') && !text.contains('\n') { '\r' } else { '\n' };
    let mut start = 0;
    let mut out = Vec::new();
    for raw in text.split_inclusive(end) {
        let ended = raw.strip_suffix(end);
        let kept = ended.map_or(raw, |raw| raw.strip_suffix('\r').unwrap_or(raw));
        out.push(Line { start, ..line(kept) });
        start += raw.len();
    }
    out
}

/// One line with its marks taken off.
pub(super) fn line(raw: &str) -> Line<'_> {
    let trimmed = raw.trim_matches(is_space);
    let plain = Line { raw, body: "", heading: 0, is_item: false, start: 0 };
    let hashes = trimmed.bytes().take_while(|byte| *byte == b'#').count();
    let after = trimmed.get(hashes..).unwrap_or("");
    if (1..=6).contains(&hashes) && (after.starts_with(is_space) || after.is_empty()) {
        let heading = u8::try_from(hashes).unwrap_or(6);
        let body = after.trim_end_matches('#');
        return Line { body: unmarked(body), heading, ..plain };
    }
    let equals = trimmed.bytes().take_while(|byte| *byte == b'=').count();
    let unanchored = without_anchor(trimmed);
    if (1..=6).contains(&equals) && unanchored.len() > 2 * equals && unanchored.ends_with('=') {
        let body = unanchored.trim_matches('=');
        let heading = u8::try_from(equals).unwrap_or(6);
        return Line { body: unmarked(body), heading, ..plain };
    }
    let (body, is_item) = without_bullet(trimmed);
    Line { body: unmarked(body), is_item, ..plain }
}

/// Takes off `> `, `- `, `* `, `• `; the flag says that it was the mark of an item.
fn without_bullet(text: &str) -> (&str, bool) {
    let mut rest = text;
    let mut is_item = false;
    for _ in 0..4 {
        let mut chars = rest.chars();
        let Some(first) = chars.next() else { break };
        let after = chars.as_str();
        let is_bullet = matches!(first, '-' | '*' | '+' | '•' | '·' | '‣' | '◦' | '–' | '—')
            && after.starts_with(is_space);
        if !is_bullet && first != '>' {
            break;
        }
        is_item |= is_bullet;
        rest = after.trim_matches(is_space);
    }
    (rest, is_item)
}

/// Takes off bold and italic marks around the whole, and what programs put beside headings.
fn unmarked(text: &str) -> &str {
    let mut rest = unlinked(without_anchor(text.trim_matches(is_space)));
    for mark in ["**", "__", "'''", "*", "_"] {
        let inner = rest.strip_prefix(mark).and_then(|inner| inner.strip_suffix(mark));
        if let Some(inner) = inner.filter(|inner| !inner.is_empty() && !inner.contains(mark)) {
            rest = inner.trim_matches(is_space);
        }
    }
    rest
}

/// Takes off `[edit]`, `¶` and `{#anchor}`, which wikis and generators put beside headings.
fn without_anchor(text: &str) -> &str {
    const EDITS: [&str; 4] = ["[edit]", "[edit | edit source]", "[edit source]", "[ edit ]"];
    let mut rest = text;
    for edit in EDITS {
        let cut = rest.len().saturating_sub(edit.len());
        if rest.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(edit)) {
            rest = rest.get(..cut).unwrap_or("");
        }
        if rest.get(..edit.len()).is_some_and(|start| start.eq_ignore_ascii_case(edit)) {
            rest = rest.get(edit.len()..).unwrap_or("");
        }
    }
    rest = rest.trim_end_matches(['¶', '\u{1f517}']);
    if let Some(at) = rest.rfind("{#").filter(|_| rest.ends_with('}')) {
        rest = rest.get(..at).unwrap_or("");
    }
    let rest = rest.trim_matches(is_space);
    if rest.is_empty() { text } else { rest }
}

/// The words of a line that is a Markdown link as a whole.
fn unlinked(text: &str) -> &str {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(')'));
    let parts = inner.and_then(|inner| inner.split_once("]("));
    match parts {
        Some((words, target)) if !words.contains(['[', ']']) && !target.contains([')', '(']) => {
            words.trim_matches(is_space)
        }
        _ => text,
    }
}
