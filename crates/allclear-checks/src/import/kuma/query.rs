//! Queries of JSON in `JSONata`, as far as they can be written as paths by RFC 9535.

/// A query of names, places and values to pick by as a path by RFC 9535.
pub(super) fn path(written: &str) -> Option<String> {
    let written = written.trim();
    let mut rest = written.strip_prefix('$').unwrap_or(written);
    rest = rest.strip_prefix('.').unwrap_or(rest);
    let mut path = "$".to_owned();
    // What the bracket before this one picks.
    let mut last = None;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (picked, after) = picked(inside)?;
            match (&last, &picked) {
                // What was picked by a value is picked from once more.
                (Some(Picked::By(_)), Picked::By(test)) => {
                    path.truncate(path.len() - 1);
                    path.push_str(&format!(" && {test}]"));
                }
                // There that is one of what was picked; here, one within each of it. And what follows a place picks
                // there among the one thing at it.
                (Some(Picked::By(_)), Picked::At(_)) | (Some(Picked::At(_)), Picked::By(_)) => {
                    return None;
                }
                (_, Picked::At(place)) => path.push_str(&format!("[{place}]")),
                (None, Picked::By(test)) => path.push_str(&format!("[?{test}]")),
            }
            last = Some(picked);
            rest = after;
            if !rest.is_empty() && !rest.starts_with(['.', '[']) {
                return None;
            }
            continue;
        }
        // The first name stands alone, or after `$.`.
        rest = match path.as_str() {
            "$" => rest,
            _ => rest.strip_prefix('.')?,
        };
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if !is_word(name) {
            return None;
        }
        path.push_str(&format!(".{name}"));
        last = None;
        rest = after;
    }
    Some(path)
}

fn is_word(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

/// What a bracket picks.
enum Picked {
    At(i32),
    /// Where this holds.
    By(String),
}

/// What a bracket picks, a place or what has a value at a name, and what comes after it.
fn picked(inside: &str) -> Option<(Picked, &str)> {
    if let Some((place, after)) = inside.split_once(']')
        && let Ok(place) = place.trim().parse::<i32>()
    {
        return Some((Picked::At(place), after));
    }
    let end = inside.find(['=', '<', '>', '!', ']'])?;
    let (name, rest) = inside.split_at_checked(end)?;
    let name = name.trim();
    let signs = [("!=", "!="), ("<=", "<="), (">=", ">="), ("=", "=="), ("<", "<"), (">", ">")];
    let found = signs.iter().find_map(|(theirs, ours)| Some((ours, rest.strip_prefix(theirs)?)));
    let (sign, rest) = found.filter(|_| name.split('.').all(is_word))?;
    let rest = rest.trim_start();
    let (value, after) = match rest.chars().next().filter(|quote| matches!(quote, '\'' | '"')) {
        Some(quote) => {
            let (text, after) = rest.get(1..)?.split_once(quote)?;
            let is_simple =
                !text.contains(['\'', '"', '\\']) && !text.chars().any(char::is_control);
            (is_simple.then(|| format!("'{text}'"))?, after.trim_start())
        }
        None => {
            let (value, _) = rest.split_once(']')?;
            let after = rest.get(value.len()..)?;
            let value = value.trim();
            let is_value = matches!(value, "true" | "false" | "null")
                || value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
            (is_value.then(|| value.to_owned())?, after)
        }
    };
    let is_ordered = !matches!(*sign, "==" | "!=");
    if is_ordered && matches!(value.as_str(), "true" | "false" | "null") {
        return None;
    }
    let test = match *sign {
        // What is not there is not unequal there.
        "!=" => format!("@.{name} && @.{name} != {value}"),
        sign => format!("@.{name} {sign} {value}"),
    };
    Some((Picked::By(test), after.strip_prefix(']')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_places_and_values_to_pick_by_are_written_anew() {
        for (written, wanted) in [
            ("$", "$"),
            ("status", "$.status"),
            ("$.queue[0].length", "$.queue[0].length"),
            ("$[-1]", "$[-1]"),
            ("$[0][1].a", "$[0][1].a"),
            ("nodes[name='db-1'].state", "$.nodes[?@.name == 'db-1'].state"),
            ("$.nodes[a.b >= 3].c[0]", "$.nodes[?@.a.b >= 3].c[0]"),
            ("nodes[a='x'][b<2]", "$.nodes[?@.a == 'x' && @.b < 2]"),
            (
                "nodes[ up = true ].n[x!=\"a.b]\"]",
                "$.nodes[?@.up == true].n[?@.x && @.x != 'a.b]']",
            ),
        ] {
            assert_eq!(path(written).as_deref(), Some(wanted), "{written}");
        }
        for odd in [
            "$count(orders[state='late'])",
            "a..b",
            "a.",
            "a[0]b",
            "1a",
            "a[x='it''s']",
            "a[x=$y]",
            "a[x='b' and y=1]",
            "a[x=1.50]",
            "a[x]",
            "a[x='\\u0041']",
            "a[",
            "a[x='",
            "a.*",
            // The first of what is picked, and not of each.
            "nodes[a.b >= 3][0]",
            "nodes[0][a=1]",
            "nodes[up >= true]",
            "nodes[up < null]",
        ] {
            assert_eq!(path(odd), None, "{odd}");
        }
    }
}
