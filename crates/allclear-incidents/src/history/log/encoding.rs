//! Bytes as text: UTF-8, UTF-16 with its mark, and single bytes of Windows-1252 between valid UTF-8.

use super::html;
use crate::history::report::Understood;

/// The characters of Windows-1252 from 0x80 to 0x9F; five bytes mean nothing there.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// How many lines with other bytes are listed.
const LINES_MAX: usize = 100;

/// A text, and the lines whose bytes were no UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// The lines that were read in another encoding, and in which.
    pub understood: Vec<Understood>,
}

/// Reads bytes as text, without losing one; of HTML, the text that a browser shows.
#[must_use]
pub fn decode(bytes: Vec<u8>) -> Decoded {
    let mut decoded = from_bytes(bytes);
    if html::is_html(&decoded.text) {
        let shown = html::text_of(&decoded.text);
        let meaning = if shown.is_all {
            "HTML: it was read without its tags, and lines are counted without them"
        } else {
            "HTML: it was read without its tags and what it hides, and lines are counted so"
        };
        let first = decoded.text.lines().next().unwrap_or("").to_owned();
        decoded.understood = vec![Understood { line: 1, text: first, meaning: meaning.to_owned() }];
        decoded.text = shown.text;
    }
    decoded
}

/// Reads bytes as text.
fn from_bytes(bytes: Vec<u8>) -> Decoded {
    let wide: Option<fn([u8; 2]) -> u16> = match bytes.get(..2) {
        Some([0xFF, 0xFE]) => Some(u16::from_le_bytes),
        Some([0xFE, 0xFF]) => Some(u16::from_be_bytes),
        _ => None,
    };
    if let Some(text) = wide.and_then(|unit| from_wide(&bytes, unit)) {
        return Decoded { text, understood: Vec::new() };
    }
    match String::from_utf8(bytes) {
        Ok(text) => Decoded { text, understood: Vec::new() },
        Err(error) => from_windows(error.as_bytes()),
    }
}

/// UTF-16 after its mark, if all of it is.
fn from_wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.get(2..)?.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let units = pairs.filter_map(|pair| Some(unit([*pair.first()?, *pair.get(1)?])));
    char::decode_utf16(units).collect::<Result<String, _>>().ok()
}

/// Valid UTF-8 as it is, every other byte as a character of Windows-1252.
fn from_windows(bytes: &[u8]) -> Decoded {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    let mut lines: Vec<usize> = Vec::new();
    let mut line = 1;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        line += chunk.valid().matches('\n').count();
        text.extend(chunk.invalid().iter().map(|byte| of_windows(*byte)));
        if !chunk.invalid().is_empty() && lines.last() != Some(&line) && lines.len() < LINES_MAX {
            lines.push(line);
        }
    }
    let mut understood = Vec::with_capacity(lines.len());
    let mut wanted = lines.into_iter().peekable();
    for (index, printed) in text.split('\n').enumerate() {
        if wanted.next_if(|line| *line == index + 1).is_some() {
            let meaning = "not UTF-8: its other bytes were read as Windows-1252".to_owned();
            let printed = printed.trim_end_matches('\r').to_owned();
            understood.push(Understood { line: index + 1, text: printed, meaning });
        }
    }
    Decoded { text, understood }
}

/// A byte of Windows-1252.
pub(super) fn of_windows(byte: u8) -> char {
    let special = byte.checked_sub(0x80).and_then(|at| WINDOWS.get(usize::from(at)));
    special.copied().unwrap_or(char::from(byte))
}
