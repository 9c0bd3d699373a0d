//! Variables of the environment in a source, by the rules of shells: `$NAME` and `${NAME}`.
//!
//! A value goes into a check and nowhere else. Until then a mark with the name stands in its place, so
//! that whatever is told of an entry cannot hold it.

use std::collections::BTreeSet;

/// Begins the mark of a variable; it is a character that no text has.
const BEGIN: char = '\u{E000}';
/// Ends it.
const END: char = '\u{E001}';

/// Where values come from.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A text with marks in place of its variables; `$$` stands for one `$`.
///
/// # Errors
/// Where the text holds a character that marks are made of.
pub(super) fn marked(text: &str) -> Result<String, String> {
    if text.contains([BEGIN, END]) {
        return Err("holds the character U+E000 or U+E001: remove it".to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('{').and_then(|it| it.split_once('}'))
            && is_name(name)
        {
            push(&mut out, name);
            rest = after;
        } else {
            let end = rest.find(|c: char| !is_letter(c)).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() {
                out.push('$');
            } else {
                push(&mut out, name);
            }
            rest = after;
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn push(out: &mut String, name: &str) {
    out.extend([BEGIN]);
    out.push_str(name);
    out.extend([END]);
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_letter)
}

const fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// A marked text as it may be shown: the names of variables, not their values.
pub(super) fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            BEGIN => out.push_str("${"),
            END => out.push('}'),
            // What terminals obey.
            other if other.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// The names of the variables in a marked text.
pub(super) fn names(text: &str) -> BTreeSet<&str> {
    let parts = text.split(BEGIN).skip(1);
    parts.filter_map(|part| part.split_once(END)).map(|(name, _)| name).collect()
}

/// A marked text with the values of its variables; one that is not set is empty.
pub(super) fn valued(text: &str, lookup: Lookup<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        out.push_str(before);
        let (name, after) = after.split_once(END).unwrap_or((after, ""));
        out.push_str(&lookup(name).unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_told_by_name_and_kept_by_value() {
        let lookup = |name: &str| (name == "HOST").then(|| "shop.example.com".to_owned());
        for (text, told, value) in [
            ("https://${HOST}/a", "https://${HOST}/a", "https://shop.example.com/a"),
            ("$HOST:$PORT", "${HOST}:${PORT}", "shop.example.com:"),
            ("a $$ b $ c", "a $ b $ c", "a $ b $ c"),
            ("^x$", "^x$", "^x$"),
            ("${}", "${}", "${}"),
            ("${HOST", "${HOST", "${HOST"),
        ] {
            let marked = marked(text).unwrap();
            assert_eq!(shown(&marked), told, "{text}");
            assert_eq!(valued(&marked, &lookup), value, "{text}");
        }
        assert_eq!(names(&marked("$A${B}$A").unwrap()), BTreeSet::from(["A", "B"]));
        assert!(marked("\u{E000}").is_err());
    }
}
