//! Values as they stand in a field.

use allclear_domain::check::StatusRange;

/// Milliseconds as seconds: `10`, `0.8`.
pub(in super::super) fn seconds(ms: u32) -> String {
    let whole = format!("{}.{:03}", ms / 1_000, ms % 1_000);
    whole.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Reads seconds with up to three digits behind the point, as milliseconds.
pub(super) fn read_seconds(text: &str) -> Option<u32> {
    let text = text.replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(part) || part.len() > 3 || text == "." {
        return None;
    }
    let whole: u32 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: u32 = format!("{part:0<3}").parse().ok()?;
    whole.checked_mul(1_000)?.checked_add(part)
}

/// A text on one line, so that a form does not change its line ends.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\r', "\\r").replace('\n', "\\n").replace('\t', "\\t")
}

/// Reads such a text.
pub(super) fn unescaped(text: &str) -> Result<String, String> {
    let mut chars = text.chars();
    let mut read = String::new();
    while let Some(c) = chars.next() {
        read.push(match c {
            '\\' => match chars.next() {
                Some('r') => '\r',
                Some('n') => '\n',
                Some('t') => '\t',
                Some('\\') => '\\',
                _ => return Err("what is sent: write \\r, \\n, \\t or \\\\ after a \\".to_owned()),
            },
            other => other,
        });
    }
    Ok(read)
}

/// Reads `200-299, 301`.
pub(super) fn read_statuses(text: &str) -> Result<Vec<StatusRange>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let range = |part: &str| {
        let (from, to) = part.split_once(['-', '–']).unwrap_or((part, part));
        match (from.trim().parse(), to.trim().parse()) {
            (Ok(from), Ok(to)) => Ok(StatusRange { from, to }),
            _ => Err(format!("statuses: “{part}” is none: write 200-299, 301")),
        }
    };
    parts.map(range).collect()
}

/// Writes what [`read_statuses`] reads.
pub(super) fn tell_statuses(statuses: &[StatusRange]) -> String {
    let tell = |range: &StatusRange| match range.from == range.to {
        true => range.from.to_string(),
        false => format!("{}-{}", range.from, range.to),
    };
    statuses.iter().map(tell).collect::<Vec<_>>().join(", ")
}
