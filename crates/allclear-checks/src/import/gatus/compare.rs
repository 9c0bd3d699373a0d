//! How Gatus compares two texts, so that a condition can be asked what it would have said.

use regex::RegexBuilder;

use crate::import::span;
use crate::limits;

/// What stands between the two sides of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Is,
    IsNot,
    AtMost,
    AtLeast,
    MoreThan,
    LessThan,
}

impl Operator {
    /// All of them, in the order in which Gatus looks for them.
    pub(super) const ALL: [(Self, &'static str); 6] = [
        (Self::Is, " == "),
        (Self::IsNot, " != "),
        (Self::AtMost, " <= "),
        (Self::AtLeast, " >= "),
        (Self::MoreThan, " > "),
        (Self::LessThan, " < "),
    ];

    /// The same condition with its sides exchanged.
    pub(super) const fn mirrored(self) -> Self {
        match self {
            Self::Is | Self::IsNot => self,
            Self::AtMost => Self::AtLeast,
            Self::AtLeast => Self::AtMost,
            Self::MoreThan => Self::LessThan,
            Self::LessThan => Self::MoreThan,
        }
    }

    /// Whether it compares texts as they are, and not numbers.
    pub(super) const fn is_of_texts(self) -> bool {
        matches!(self, Self::Is | Self::IsNot)
    }

    /// Whether it holds of two texts; `None` where one is a pattern that is not read here.
    pub(super) fn holds(self, left: &str, right: &str) -> Option<bool> {
        match self {
            Self::Is => is_equal(left, right),
            Self::IsNot => is_equal(left, right).map(|is_equal| !is_equal),
            _ => Some(self.holds_of(number(left), number(right))),
        }
    }

    /// Whether it holds of two numbers.
    pub(super) const fn holds_of(self, left: i64, right: i64) -> bool {
        match self {
            Self::Is => left == right,
            Self::IsNot => left != right,
            Self::AtMost => left <= right,
            Self::AtLeast => left >= right,
            Self::MoreThan => left > right,
            Self::LessThan => left < right,
        }
    }
}

/// The inside of `pat(…)`.
pub(super) fn pattern(text: &str) -> Option<&str> {
    text.strip_prefix("pat(")?.strip_suffix(')')
}

/// The choices of `any(…)`.
pub(super) fn choices(text: &str) -> Option<Vec<&str>> {
    let inside = text.strip_prefix("any(")?.strip_suffix(')')?;
    Some(inside.split(',').map(str::trim).collect())
}

fn is_equal(left: &str, right: &str) -> Option<bool> {
    match (pattern(left), pattern(right)) {
        (Some(pattern), None) => return matches(pattern, right),
        (None, Some(pattern)) => return matches(pattern, left),
        _ => {}
    }
    match (choices(left), choices(right)) {
        (Some(choices), None) => return Some(choices.contains(&right)),
        (None, Some(choices)) => return Some(choices.contains(&left)),
        _ => {}
    }
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left == right),
        _ => Some(left == right),
    }
}

/// A pattern as a regular expression; `None` where it has classes or escapes, which differ.
pub(super) fn regex_of(pattern: &str) -> Option<String> {
    if pattern.contains(['[', ']', '\\']) {
        return None;
    }
    let mut out = "(?s)^".to_owned();
    for letter in pattern.chars() {
        match letter {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            letter => out.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push('$');
    Some(out)
}

fn matches(pattern: &str, text: &str) -> Option<bool> {
    let regex = regex_of(&pattern.replace('/', ""))?;
    let regex = RegexBuilder::new(&regex).size_limit(limits::REGEX_BYTES_MAX).build().ok()?;
    Some(regex.is_match(&text.replace('/', "")))
}

/// A whole number as Go reads it where no base is given: `0x10` is 16, `010` is 8.
pub(super) fn integer(text: &str) -> Option<i64> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.as_str() {
        it if it.starts_with("0x") => (16, it.get(2..)?),
        it if it.starts_with("0b") => (2, it.get(2..)?),
        it if it.starts_with("0o") => (8, it.get(2..)?),
        it if it.len() > 1 && it.starts_with('0') => (8, it.get(1..)?),
        it => (10, it),
    };
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let sign = if is_negative { "-" } else { "" };
    i64::from_str_radix(&format!("{sign}{}", digits.replace('_', "")), base).ok()
}

/// A number as Gatus reads one to say which is greater: lengths of time become milliseconds, what
/// stands behind the point is cut off, and what is no number is 0.
#[expect(clippy::cast_possible_truncation, reason = "cutting off is what Gatus does")]
pub(super) fn number(text: &str) -> i64 {
    match span::milliseconds(text) {
        Some(length) if length >= 1.0 => length as i64,
        _ => integer(text).unwrap_or_else(|| text.parse::<f64>().map_or(0, |number| number as i64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_as_gatus_compares_them() {
        for (left, operator, right, expected) in [
            ("200", Operator::Is, "0xc8", Some(true)),
            ("8", Operator::Is, "010", Some(true)),
            ("204", Operator::Is, "any(200, 204)", Some(true)),
            ("301", Operator::Is, "pat(2*)", Some(false)),
            ("a/b", Operator::Is, "pat(ab)", Some(true)),
            ("200", Operator::Is, "pat([2]*)", None),
            ("1.5", Operator::Is, "1.50", Some(false)),
            ("0", Operator::LessThan, "300", Some(true)),
            ("5.9", Operator::AtMost, "5", Some(true)),
            ("172800000", Operator::AtLeast, "48h", Some(true)),
            ("x", Operator::LessThan, "1", Some(true)),
        ] {
            assert_eq!(operator.holds(left, right), expected, "{left} {operator:?} {right}");
        }
        assert_eq!(integer("0x"), None);
        assert_eq!(integer(""), None);
        assert_eq!(integer("1_000"), Some(1_000));
    }
}
