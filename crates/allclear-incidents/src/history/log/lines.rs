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
}

impl Line<'_> {
    /// Whether nothing is printed on it.
    pub(super) fn is_blank(&self) -> bool {
        self.body.is_empty() && self.heading == 0 && self.raw.trim_matches(is_space).is_empty()
    }

    /// Whether it is only a rule, such as `-----`.
    pub(super) fn is_rule(&self) -> bool {
        let mut chars = self.raw.chars().filter(|ch| !is_space(*ch));
        let Some(first) = chars.next() else {
            return false;
        };
        matches!(first, '-' | '=' | '*' | '_' | '~' | '—' | '–' | '#')
            && chars.clone().count() >= 2
            && chars.all(|ch| ch == first)
    }
}

/// Cuts a text into lines.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    // Old Macintosh texts end their lines with CR alone.
    if text.contains('\r') && !text.contains('\n') {
        return text.split('\r').map(line).collect();
    }
    text.lines().map(line).collect()
}

/// One line with its marks taken off.
fn line(raw: &str) -> Line<'_> {
    let trimmed = raw.trim_matches(is_space);
    let hashes = trimmed.bytes().take_while(|byte| *byte == b'#').count();
    let after = trimmed.get(hashes..).unwrap_or("");
    if (1..=6).contains(&hashes) && (after.starts_with(is_space) || after.is_empty()) {
        let heading = u8::try_from(hashes).unwrap_or(6);
        let body = after.trim_end_matches('#');
        return Line { raw, body: unmarked(body), heading };
    }
    let equals = trimmed.bytes().take_while(|byte| *byte == b'=').count();
    if (1..=6).contains(&equals) && trimmed.len() > 2 * equals && trimmed.ends_with('=') {
        let body = trimmed.trim_matches('=');
        let heading = u8::try_from(equals).unwrap_or(6);
        return Line { raw, body: unmarked(body), heading };
    }
    Line { raw, body: unmarked(without_bullet(trimmed)), heading: 0 }
}

/// Takes off `> `, `- `, `* `, `• `.
fn without_bullet(text: &str) -> &str {
    let mut rest = text;
    for _ in 0..4 {
        let mut chars = rest.chars();
        let Some(first) = chars.next() else { break };
        let after = chars.as_str();
        let is_bullet = matches!(first, '-' | '*' | '+' | '•' | '·' | '‣' | '◦' | '–' | '—')
            && after.starts_with(is_space);
        if !is_bullet && first != '>' {
            break;
        }
        rest = after.trim_matches(is_space);
    }
    rest
}

/// Takes off bold and italic marks around the whole.
fn unmarked(text: &str) -> &str {
    let mut rest = text.trim_matches(is_space);
    for mark in ["**", "__", "'''", "*", "_"] {
        let inner = rest.strip_prefix(mark).and_then(|inner| inner.strip_suffix(mark));
        if let Some(inner) = inner.filter(|inner| !inner.is_empty() && !inner.contains(mark)) {
            rest = inner.trim_matches(is_space);
        }
    }
    rest
}
