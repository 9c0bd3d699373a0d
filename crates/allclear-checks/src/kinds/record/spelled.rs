//! A secret within a text, however it is spelled there. Each of its letters may stand as it is, escaped
//! as in JSON, as an entity of HTML, or as in an address, and each in another way than the one before.

use std::cell::Cell;

/// Characters of the beginning of a secret that may stand where a text was cut off.
const BEGIN_CHARS_MAX: usize = 2;
/// Letters that are compared for one secret, besides one for each byte of the text. Where that is not
/// enough, the rest of the text is not kept: only a secret that repeats itself can lead there.
const WORK_MAX: usize = 1_000_000;
/// Letters that are only looked at, one after another, for what one that is compared costs.
const LOOKS_PER_WORK: usize = 8;
/// Places that one reading of a text may have come to: `\\` is one backslash or two.
const PLACES_MAX: usize = 16;
/// Bytes of the longest spelling of one letter: `\ud83d\ude00`, `%F0%9F%98%80`.
const SPELLING_BYTES_MAX: usize = 12;

/// What became of a secret that may begin at a place of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    /// It is all there, and ends here.
    Whole(usize),
    /// The text ends within it.
    Begun,
    /// It is not there.
    Not,
    /// To find out takes too long.
    TooMuch,
}

/// The text with something else in each place where the secret stood. `left` is what may still be done in all.
pub(super) fn without(text: &str, secret: &str, instead: &str, left: &Cell<usize>) -> String {
    if text.is_empty() {
        return String::new();
    }
    if !looks(text, left) {
        return instead.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let (mut written, mut from) = (0, 0);
    let granted = WORK_MAX.saturating_add(text.len()).min(left.get());
    let mut work = granted;
    while let Some((start, next)) = next_start(text, from, secret) {
        let met = follow(text, start, secret, &mut work);
        let end = match met {
            Met::Whole(end) => end,
            Met::TooMuch => text.len(),
            Met::Begun | Met::Not => {
                from = next;
                continue;
            }
        };
        out.push_str(text.get(written..start).unwrap_or_default());
        out.push_str(instead);
        (written, from) = (end, end);
    }
    out.push_str(text.get(written..).unwrap_or_default());
    left.set(left.get().saturating_sub(granted.saturating_sub(work)));
    out
}

/// Where the secret begins within which the text ends. `left` is what may still be done in all.
pub(super) fn begun(text: &str, secret: &str, left: &Cell<usize>) -> Option<usize> {
    if !looks(text, left) {
        return Some(0);
    }
    let (mut from, mut found) = (0, None);
    let granted = WORK_MAX.saturating_add(text.len()).min(left.get());
    let mut work = granted;
    while let Some((start, next)) = next_start(text, from, secret) {
        match follow(text, start, secret, &mut work) {
            Met::Begun | Met::TooMuch => {
                found = Some(start);
                break;
            }
            Met::Whole(end) => from = end,
            Met::Not => from = next,
        }
    }
    left.set(left.get().saturating_sub(granted.saturating_sub(work)));
    found
}

/// Whether a text may still be looked at, from its beginning to its end.
fn looks(text: &str, left: &Cell<usize>) -> bool {
    let after = left.get().checked_sub(text.len().div_ceil(LOOKS_PER_WORK));
    left.set(after.unwrap_or_default());
    after.is_some()
}

/// The next place where the first letter of the secret may stand, and the one behind it.
fn next_start(text: &str, from: usize, secret: &str) -> Option<(usize, usize)> {
    let first = secret.chars().next()?;
    let rest = text.get(from..)?;
    let may_be = |letter: char| {
        letter == first || matches!(letter, '\\' | '&' | '%') || (letter == '+' && first == ' ')
    };
    let (at, letter) = rest.char_indices().find(|(_, letter)| may_be(*letter))?;
    Some((from + at, from + at + letter.len_utf8()))
}

/// Reads the text from a place on as the secret, in all ways at once: `&amp;` may be one letter or five.
fn follow(text: &str, start: usize, secret: &str, work: &mut usize) -> Met {
    let (mut places, mut next) = (vec![start], Vec::new());
    let mut is_begun = false;
    for (count, letter) in secret.chars().enumerate() {
        for place in &places {
            let Some(left) = work.checked_sub(1) else { return Met::TooMuch };
            *work = left;
            let rest = text.get(*place..).unwrap_or_default();
            is_begun |= count > BEGIN_CHARS_MAX && is_unfinished(rest);
            next.extend(spellings(rest, letter).map(|length| place + length));
        }
        next.sort_unstable();
        next.dedup();
        // The outer ones are those that are spelled in one way throughout.
        while next.len() > PLACES_MAX {
            next.remove(next.len() / 2);
        }
        std::mem::swap(&mut places, &mut next);
        next.clear();
        if places.is_empty() {
            return if is_begun { Met::Begun } else { Met::Not };
        }
    }
    places.last().map_or(Met::Not, |end| Met::Whole(*end))
}

/// Whether a text ends here, or within what may spell a letter.
fn is_unfinished(rest: &str) -> bool {
    let may_spell = |byte: u8| byte.is_ascii_alphanumeric() || b"\\&%#".contains(&byte);
    let is_short = rest.len() < SPELLING_BYTES_MAX && rest.starts_with(['\\', '&', '%']);
    rest.is_empty() || (is_short && rest.bytes().all(may_spell))
}

/// The lengths of what a text begins with and can be read as this letter.
fn spellings(rest: &str, letter: char) -> impl Iterator<Item = usize> {
    let plain = rest.starts_with(letter).then_some(letter.len_utf8());
    let space = (letter == ' ' && rest.starts_with('+')).then_some(1);
    [plain, space, escaped(rest, letter), entity(rest, letter), percent(rest, letter)]
        .into_iter()
        .flatten()
}

/// The length of a letter as JSON has it.
fn escaped(rest: &str, letter: char) -> Option<usize> {
    let after = rest.strip_prefix('\\')?;
    let short = match letter {
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{c}' => 'f',
        '\r' => 'r',
        // `\n` is no `n`.
        letter if letter.is_alphanumeric() => return unicode(rest, letter),
        letter => letter,
    };
    if after.starts_with(short) {
        return Some(1 + short.len_utf8());
    }
    // JSON that is shown on a page has `\&quot;`.
    let marked = entity(after, letter).map(|length| 1 + length);
    marked.or_else(|| unicode(rest, letter))
}

/// The length of a letter as `\u00e9`, or as a pair of these.
fn unicode(rest: &str, letter: char) -> Option<usize> {
    let mut left = rest;
    for unit in letter.encode_utf16(&mut [0; 2]) {
        let digits = left.strip_prefix("\\u")?.get(..4)?;
        if number(digits, 16)? != u32::from(*unit) {
            return None;
        }
        left = left.get(6..)?;
    }
    Some(rest.len() - left.len())
}

/// The length of a letter as HTML has it.
fn entity(rest: &str, letter: char) -> Option<usize> {
    let body = rest.strip_prefix('&')?;
    let end = body.bytes().take(SPELLING_BYTES_MAX).position(|byte| byte == b';')?;
    let read = match body.get(..end)? {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        name => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => number(digits, 16),
                None => number(digits, 10),
            };
            char::from_u32(code?)?
        }
    };
    // The ampersand and the semicolon belong to it.
    (read == letter).then_some(end + 2)
}

/// The length of a letter as addresses have it.
fn percent(rest: &str, letter: char) -> Option<usize> {
    let mut left = rest;
    for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
        let digits = left.strip_prefix('%')?.get(..2)?;
        if number(digits, 16)? != u32::from(byte) {
            return None;
        }
        left = left.get(3..)?;
    }
    Some(rest.len() - left.len())
}

fn number(digits: &str, radix: u32) -> Option<u32> {
    // A sign is no digit, though it is read as a part of a number.
    let is_number = digits.chars().all(|digit| digit.is_digit(radix));
    is_number.then(|| u32::from_str_radix(digits, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn without(text: &str, secret: &str, instead: &str) -> String {
        super::without(text, secret, instead, &Cell::new(usize::MAX))
    }

    fn begun(text: &str, secret: &str) -> Option<usize> {
        super::begun(text, secret, &Cell::new(usize::MAX))
    }

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        let secret = r#"p/&<>é"+' \😀z"#;
        for text in [
            r#"p/&<>é"+' \😀z"#,
            r#"p\/&<>é\"+' \\😀z"#,
            r#"p\/\u0026\u003c\u003e\u00e9\"\u002b\u0027 \\\ud83d\ude00z"#,
            r#"p\u002F\u0026\u003C\u003E\u00E9\u0022\u002B\u0027\u0020\u005C\uD83D\uDE00\u007A"#,
            r#"p/&amp;&lt;&gt;é&quot;+&apos; \😀z"#,
            r#"p&#47;&#38;&#60;&#62;&#233;&#34;&#43;&#039; &#92;&#128512;z"#,
            r#"p&#x2F;&#x26;&#x3c;&#X3E;&#xe9;&#x22;&#x2b;&#x27;&#x20;&#x5C;&#x1f600;z"#,
            "p%2f%26%3c%3e%c3%a9%22%2b%27%20%5c%f0%9f%98%80z",
            "p%2F%26%3C%3E%C3%A9%22%2B%27+%5C%F0%9F%98%80%7A",
            r#"\u0070%2f&amp;\u003c&gt;%C3%a9\&quot;&#43;'+\\😀&#122;"#,
        ] {
            assert_eq!(without(text, secret, "-"), "-", "{text}");
            let around = format!("a%{text}, {text}&b");
            assert_eq!(without(&around, secret, "-"), "a%-, -&b", "{text}");
        }
    }

    #[test]
    fn what_looks_like_another_spelling_is_found_as_it_is() {
        for (text, secret) in [
            ("x&amp;y%2fz", "x&amp;y%2fz"),
            ("x&amp;amp;y%252fz", "x&amp;y%2fz"),
            (r"x\\\\y", r"x\\y"),
            (r"x\\y\u0026", r"x\\y\u0026"),
            (r"x\\y\\u0026", r"x\y\u0026"),
        ] {
            assert_eq!(without(text, secret, "-"), "-", "{text}");
        }
        assert_eq!(without(r"pass\nword", "passnword", "-"), r"pass\nword");
    }

    #[test]
    fn the_beginning_of_a_secret_is_found_at_the_end() {
        for text in
            ["a hun", "a hun%2", "a hun&#3", r"a hun\u00", "a hun&quot;t", r#"a h\u0075n\""#]
        {
            assert_eq!(begun(text, r#"hun"ter2"#), Some(2), "{text}");
        }
        for text in ["a hu", "a hun ", "a hunt", "a hun& so", r#"a hun"ter2"#, ""] {
            assert_eq!(begun(text, r#"hun"ter2"#), None, "{text}");
        }
    }

    #[test]
    fn the_work_has_an_end_and_what_was_not_looked_at_is_not_kept() {
        let (secret, text) = ("a".repeat(8_000) + "b", "a".repeat(16_000));
        assert_eq!(without(&text, &secret, "-").trim_start_matches('a'), "-");
        assert!(begun(&text, &secret).is_some());
        let slashes = r"\".repeat(8_000);
        assert_eq!(without(&slashes.repeat(2), &slashes, "-"), "-");
    }

    fn spelled(letter: char, how: u8) -> String {
        let mut bytes = [0; 4];
        let code = u32::from(letter);
        match how {
            0 if !letter.is_alphanumeric() => format!("\\{letter}"),
            1 => letter
                .encode_utf16(&mut [0; 2])
                .iter()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect(),
            2 => format!("&#{code};"),
            3 => format!("&#x{code:X};"),
            4 => {
                letter.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02x}")).collect()
            }
            5 if letter == ' ' => "+".to_owned(),
            _ => letter.to_string(),
        }
    }

    proptest! {
        #[test]
        fn a_text_without_the_secret_stays_as_it_is(
            text in r"[a-c&%;#+\\]{0,300}",
            secret in "[a-c]{4,8}Z",
        ) {
            prop_assert_eq!(without(&text, &secret, "-"), text);
        }

        #[test]
        fn a_secret_is_found_however_it_is_spelled(
            letters in prop::collection::vec((prop::char::range(' ', '\u{1f9ff}'), 0_u8..8), 5..40),
        ) {
            let secret: String = letters.iter().map(|(letter, _)| *letter).collect();
            let text: String = letters.iter().map(|(letter, how)| spelled(*letter, *how)).collect();
            prop_assert_eq!(without(&format!("\n{text}\n"), &secret, "-"), "\n-\n");
        }
    }
}
