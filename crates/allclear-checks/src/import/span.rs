//! Lengths of time as Go and Prometheus write them: `1h30m`, `1.5s`, `2d`.

/// The milliseconds of a length such as `1m30s`; a number alone has no unit and is none, but `0`.
pub(super) fn milliseconds(text: &str) -> Option<f64> {
    let text = text.trim();
    if text == "0" {
        return Some(0.0);
    }
    let (mut rest, mut sum) = (text, 0.0);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let each = match unit {
            "ns" => 1e-6,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1e-3,
            "ms" => 1.0,
            "s" => 1e3,
            "m" => 60e3,
            "h" => 3600e3,
            "d" => 86_400e3,
            "w" => 7.0 * 86_400e3,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * each;
        rest = after;
    }
    (!text.is_empty()).then_some(sum).filter(|sum| sum.is_finite())
}

/// Milliseconds as whole ones, rounded up, within a range.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is within the range, which is one of whole numbers"
)]
pub(super) fn whole(number: f64, (least, most): (u32, u32)) -> u32 {
    number.ceil().clamp(f64::from(least), f64::from(most)) as u32
}

/// A length of time for people.
pub(super) fn told(milliseconds: f64) -> String {
    for (each, unit) in [(86_400e3, "d"), (3600e3, "h"), (60e3, "min"), (1e3, "s")] {
        if milliseconds >= each && milliseconds % each == 0.0 {
            return format!("{} {unit}", milliseconds / each);
        }
    }
    if milliseconds >= 1e3 {
        return format!("{} s", milliseconds / 1e3);
    }
    format!("{milliseconds} ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_with_their_units() {
        for (text, expected) in [
            ("1h30m", Some(5_400_000.0)),
            ("1.5s", Some(1_500.0)),
            ("2d", Some(172_800_000.0)),
            ("0", Some(0.0)),
            ("30", None),
            ("", None),
            ("s", None),
            ("1x", None),
            ("-5s", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
        assert_eq!(told(90_000.0), "90 s");
        assert_eq!(told(48.0 * 3600e3), "2 d");
        assert_eq!(whole(0.2, (1, 10)), 1);
        assert_eq!(whole(f64::MAX, (1, 10)), 10);
    }
}
