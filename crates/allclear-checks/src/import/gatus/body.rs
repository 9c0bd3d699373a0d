//! What a condition of Gatus asks of a body.

use allclear_domain::check::{Assertion, JsonTest, JsonValue, TextTest};

use super::compare::{self, Operator};
use super::condition::{Asks, Condition, Read};
use crate::import::shape::literal;

/// What is made of what the placeholder stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Function {
    None,
    Length,
    Presence,
}

/// Reads a condition with `[BODY]` on its left.
pub(super) fn read(condition: &Condition) -> Read {
    let left = condition.left.as_str();
    let (function, inside) = match (inside(left, "len("), inside(left, "has(")) {
        (Some(inside), _) => (Function::Length, inside),
        (_, Some(inside)) => (Function::Presence, inside),
        _ => (Function::None, left),
    };
    let rest = match inside.get(..6) {
        Some(begin) if begin.eq_ignore_ascii_case("[BODY]") => inside.get(6..).unwrap_or_default(),
        _ => return Read::unknown("looks at nothing that is known here"),
    };
    if rest.is_empty() {
        return whole(condition, function);
    }
    let Some(path) = path(rest) else {
        return Read::unknown("has a path that cannot be written by RFC 9535");
    };
    match function {
        Function::Presence => presence(condition, path),
        Function::Length => length(condition, &path),
        Function::None => found(condition, &path),
    }
}

fn inside<'a>(text: &'a str, function: &str) -> Option<&'a str> {
    text.strip_prefix(function)?.strip_suffix(')')
}

/// `.data.items[0].name` as `$.data.items[0].name`.
fn path(rest: &str) -> Option<String> {
    let mut path = "$".to_owned();
    for part in rest.strip_prefix('.').unwrap_or(rest).split('.') {
        let (name, mut places) = part.split_at(part.find('[').unwrap_or(part.len()));
        let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let begins = name.starts_with(|c: char| c.is_ascii_digit());
        match (name.is_empty(), is_word && !begins) {
            (true, _) if places.is_empty() => return None,
            (true, _) => {}
            (false, true) => path.push_str(&format!(".{name}")),
            (false, false) if name.contains(['\'', '"', '\\', ']']) => return None,
            (false, false) => path.push_str(&format!("['{name}']")),
        }
        while !places.is_empty() {
            let (place, after) = places.strip_prefix('[')?.split_once(']')?;
            path.push_str(&format!("[{}]", place.parse::<u32>().ok()?));
            places = after;
        }
    }
    Some(path)
}

/// Of the body as a text.
fn whole(condition: &Condition, function: Function) -> Read {
    let right = condition.right.as_str();
    let holds_unconnected = condition.operator.holds("", right) == Some(true);
    match function {
        Function::Presence => Read::unknown("asks whether there is a body"),
        Function::Length => size(condition),
        Function::None if !condition.operator.is_of_texts() => {
            Read::unknown("compares the whole body with a number")
        }
        Function::None => {
            let is = condition.operator == Operator::Is;
            let test = match (compare::pattern(right), compare::choices(right)) {
                (Some(pattern), _) => match pattern_test(pattern, is) {
                    Some(test) => test,
                    None => return Read::unknown("has a pattern with classes or escapes"),
                },
                (None, Some(choices)) => {
                    let pattern = any_of(&choices);
                    if is { TextTest::Matches(pattern) } else { TextTest::MatchesNot(pattern) }
                }
                (None, None) if is => TextTest::Is(right.to_owned()),
                (None, None) => TextTest::IsNot(right.to_owned()),
            };
            let mut read = Read::of(Asks::Assertions(vec![Assertion::Body { test }]));
            if compare::pattern(right).is_some() {
                read = read.with(SLASHES);
            } else if compare::integer(right).is_some() {
                read = read.with("there numbers are compared by their value; here texts are");
            }
            Read { holds_unconnected, ..read }
        }
    }
}

const SLASHES: &str =
    "there every `/` is left out before it is compared; here the text is compared as it is";

/// A pattern as the test that says the same.
fn pattern_test(pattern: &str, is: bool) -> Option<TextTest> {
    let inner = pattern.strip_prefix('*').and_then(|rest| rest.strip_suffix('*'));
    let plain = inner.filter(|text| !text.is_empty() && !text.contains(['*', '?', '[', ']', '\\']));
    Some(match (plain, is) {
        (Some(text), true) => TextTest::Contains(text.to_owned()),
        (Some(text), false) => TextTest::ContainsNot(text.to_owned()),
        (None, true) => TextTest::Matches(compare::regex_of(pattern)?),
        (None, false) => TextTest::MatchesNot(compare::regex_of(pattern)?),
    })
}

fn any_of(choices: &[&str]) -> String {
    let choices: Vec<String> = choices.iter().map(|choice| regex::escape(choice)).collect();
    format!("^(?:{})$", choices.join("|"))
}

/// `len([BODY]) > 10`.
fn size(condition: &Condition) -> Read {
    let Ok(number) = u64::try_from(compare::number(&condition.right)) else {
        return Read::unknown("asks for a length below nothing");
    };
    let (min, max) = match condition.operator {
        Operator::Is => (Some(number), Some(number)),
        Operator::AtLeast => (Some(number), None),
        Operator::MoreThan => (Some(number.saturating_add(1)), None),
        Operator::AtMost => (None, Some(number)),
        Operator::LessThan if number > 0 => (None, Some(number - 1)),
        Operator::LessThan | Operator::IsNot => {
            return Read::unknown("asks for a length that cannot be written as a range");
        }
    };
    let holds_unconnected = condition.operator.holds_of(0, compare::number(&condition.right));
    let read = Read::of(Asks::Assertions(vec![Assertion::Size { min, max }]));
    let told = "there a body that is a JSON list is counted by its items; here its bytes are";
    Read { holds_unconnected, ..read.with(told) }
}

/// `has([BODY].errors) == false`.
fn presence(condition: &Condition, path: String) -> Read {
    let (if_there, if_not) = (
        condition.operator.holds("true", &condition.right),
        condition.operator.holds("false", &condition.right),
    );
    let test = match (if_there, if_not) {
        (Some(true), Some(false)) => JsonTest::Exists(true),
        (Some(false), Some(true)) => JsonTest::Exists(false),
        _ => return Read::unknown("holds always, or never"),
    };
    let read = Read::of(Asks::Assertions(vec![Assertion::Json { path, test }]));
    match if_not {
        Some(true) => Read {
            holds_unconnected: true,
            ..read.with("there it holds of a body that is no JSON, too; here that fails")
        },
        _ => read,
    }
}

/// `len([BODY].items) > 0`: whether the item at that place is there.
fn length(condition: &Condition, path: &str) -> Read {
    let number = compare::number(&condition.right);
    let at = |place: i64, exists: bool| Assertion::Json {
        path: format!("{path}[{place}]"),
        test: JsonTest::Exists(exists),
    };
    let tests = match condition.operator {
        Operator::MoreThan if number >= 0 => vec![at(number, true)],
        Operator::AtLeast if number > 0 => vec![at(number - 1, true)],
        Operator::LessThan if number > 0 => vec![at(number - 1, false)],
        Operator::AtMost if number >= 0 => vec![at(number, false)],
        Operator::Is if number > 0 => vec![at(number - 1, true), at(number, false)],
        Operator::Is if number == 0 => vec![at(0, false)],
        Operator::IsNot if number == 0 => vec![at(0, true)],
        _ => return Read::unknown("asks for a length that cannot be asked for here"),
    };
    Read::of(Asks::Assertions(tests)).with(
        "there the length of a text or an object is counted, too; here it is about the items of a \
         list, and of anything else none is found",
    )
}

/// `[BODY].status == UP`.
fn found(condition: &Condition, path: &str) -> Read {
    let right = condition.right.as_str();
    let number = compare::number(right);
    let assert = |test| Asks::Assertions(vec![Assertion::Json { path: path.to_owned(), test }]);
    #[expect(clippy::cast_precision_loss, reason = "a bound that somebody wrote")]
    let bound = number as f64;
    let test = match condition.operator {
        Operator::Is | Operator::IsNot => return equal(condition, path),
        Operator::AtMost => JsonTest::AtMost(bound),
        Operator::AtLeast => JsonTest::AtLeast(bound),
        Operator::MoreThan => JsonTest::MoreThan(bound),
        Operator::LessThan => JsonTest::LessThan(bound),
    };
    let holds_unconnected = condition.operator.holds_of(0, number);
    let mut read = Read::of(assert(test)).with(
        "there what stands behind the point is cut off, numbers in quotes count, and what is no \
         number is 0; here only numbers are compared, as they are",
    );
    if right.parse::<f64>().is_err() && compare::integer(right).is_none() {
        read = read.with(format!("the bound is read as {number}, as there"));
    }
    Read { holds_unconnected, ..read }
}

fn equal(condition: &Condition, path: &str) -> Read {
    let right = condition.right.as_str();
    let is = condition.operator == Operator::Is;
    let assert =
        |test| Read::of(Asks::Assertions(vec![Assertion::Json { path: path.to_owned(), test }]));
    if let Some(pattern) = compare::pattern(right) {
        return match (compare::regex_of(pattern), is) {
            (Some(regex), true) => assert(JsonTest::Matches(regex))
                .with(SLASHES)
                .with("there numbers and lists are compared as texts, too; here only texts match"),
            (Some(_), false) => Read::unknown("asks that a value does not match a pattern"),
            (None, _) => Read::unknown("has a pattern with classes or escapes"),
        };
    }
    if let Some(choices) = compare::choices(right) {
        if !is || choices.iter().any(|choice| value(choice) != JsonValue::Text((*choice).into())) {
            return Read::unknown("has a choice of values that are not all texts");
        }
        return assert(JsonTest::Matches(any_of(&choices)));
    }
    let value = value(right);
    let told = match value {
        JsonValue::Text(_) | JsonValue::Null => None,
        JsonValue::Flag(_) | JsonValue::Number(_) => Some(format!(
            "there the text \"{right}\" is the same as {right}; here only {right} itself is"
        )),
    };
    let mut read = if is {
        assert(JsonTest::Is(value))
    } else {
        let read = assert(JsonTest::IsNot(value));
        Read { holds_unconnected: true, ..read }
            .with("there it holds where nothing is found, too; here that fails")
    };
    read.changes.extend(told);
    read
}

/// A literal as the JSON value that Gatus would print in the same way.
fn value(text: &str) -> JsonValue {
    #[expect(clippy::cast_precision_loss, reason = "JSON numbers are of that kind")]
    let whole = compare::integer(text).map(|number| number as f64);
    literal(text, whole.or_else(|| text.parse().ok()))
}
