//! Instants as the console prints them: exactly in UTC, and as an age where that is what counts.

use jiff::{SignedDuration, Timestamp};

/// One instant, ready to print.
pub(crate) struct When {
    /// For programs.
    pub(crate) iso: String,
    /// For people.
    pub(crate) text: String,
}

impl When {
    /// The instant itself, to the minute.
    pub(crate) fn at(at: Timestamp) -> Self {
        Self { iso: iso(at), text: at.strftime("%-d %b %Y, %H:%M UTC").to_string() }
    }

    /// The same, to the second: where the order of things counts.
    pub(crate) fn exactly(at: Timestamp) -> Self {
        Self { iso: iso(at), text: at.strftime("%-d %b %Y, %H:%M:%S UTC").to_string() }
    }

    /// How long ago it was.
    pub(crate) fn ago(at: Timestamp, now: Timestamp) -> Self {
        let minutes = now.duration_since(at).as_mins();
        let count = |n: i64, one: &str| format!("{n} {one}{} ago", if n == 1 { "" } else { "s" });
        let text = match minutes {
            ..1 => "now".to_owned(),
            1..120 => count(minutes, "minute"),
            120..2_880 => count(minutes / 60, "hour"),
            2_880..86_400 => count(minutes / 1_440, "day"),
            _ => at.strftime("%-d %b %Y").to_string(),
        };
        Self { iso: iso(at), text }
    }
}

/// A length of time in its two largest units.
pub(crate) fn tell_length(length: SignedDuration) -> String {
    let minutes = length.as_mins().max(0);
    let (hours, days) = (minutes / 60, minutes / (24 * 60));
    match (days, hours, minutes) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, _) if minutes % 60 == 0 => format!("{hours} h"),
        (0, hours, _) => format!("{hours} h {} min", minutes % 60),
        (1, _, _) => format!("1 day {} h", hours % 24),
        (days, _, _) => format!("{days} days {} h", hours % 24),
    }
}

fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let ago = |minutes| When::ago(now - SignedDuration::from_mins(minutes), now).text;
        assert_eq!(ago(0), "now");
        assert_eq!(ago(-5), "now", "a clock that was set back");
        assert_eq!(ago(1), "1 minute ago");
        assert_eq!(ago(119), "119 minutes ago");
        assert_eq!(ago(120), "2 hours ago");
        assert_eq!(ago(3 * 1_440), "3 days ago");
        assert_eq!(ago(60 * 1_440), "22 Sep 2026");
        assert_eq!(When::at(now).text, "21 Nov 2026, 12:00 UTC");
        assert_eq!(When::exactly(now).text, "21 Nov 2026, 12:00:00 UTC");
        assert_eq!(When::at(now).iso, "2026-11-21T12:00:00Z");
    }

    #[test]
    fn lengths() {
        for (minutes, told) in [
            (0, "less than a minute"),
            (5, "5 min"),
            (60, "1 h"),
            (61, "1 h 1 min"),
            (1_500, "1 day 1 h"),
            (3_000, "2 days 2 h"),
        ] {
            assert_eq!(tell_length(SignedDuration::from_mins(minutes)), told);
        }
    }
}
