//! The timeline of a postmortem as lines of a text: a time and what happened then.

use allclear_domain::error::InvalidValue;
use allclear_domain::postmortem::TimelineEntry;
use allclear_domain::times::Moment;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::console::clock;

/// The lines of a timeline.
pub(super) fn text_of(timeline: &[TimelineEntry], zone: &TimeZone) -> String {
    let lines: Vec<String> = timeline.iter().map(|entry| line_of(entry, zone)).collect();
    lines.join("\n")
}

fn line_of(entry: &TimelineEntry, zone: &TimeZone) -> String {
    let text = entry.text.replace('\n', " ");
    let when = match entry.when {
        Moment::At { at } => instant(at, zone),
        Moment::On { on, local: None } => on.to_string(),
        Moment::On { on, local: Some(local) } => format!("{on}, {}", local.strftime("%H:%M")),
        Moment::Local { local } => local.strftime("%H:%M").to_string(),
        Moment::Unknown => return text,
    };
    format!("{when} {text}")
}

/// An instant on the page's clock where that says all of it, else in UTC.
fn instant(at: Timestamp, zone: &TimeZone) -> String {
    let here = at.to_zoned(zone.clone());
    let ambiguous = zone.to_ambiguous_timestamp(here.datetime()).offset();
    let is_once = matches!(ambiguous, AmbiguousOffset::Unambiguous { .. });
    if is_once && here.second() == 0 && here.subsec_nanosecond() == 0 {
        return here.strftime("%Y-%m-%d %H:%M").to_string();
    }
    at.to_string()
}

/// The timeline that lines say. A line that was there keeps its entry as it is.
pub(super) fn read(
    text: &str,
    known: &[TimelineEntry],
    zone: &TimeZone,
) -> Result<Vec<TimelineEntry>, InvalidValue> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let same = |line: &str| known.iter().find(|entry| line_of(entry, zone).trim() == line);
    lines.map(|line| same(line).cloned().map_or_else(|| entry(line, zone), Ok)).collect()
}

fn entry(line: &str, zone: &TimeZone) -> Result<TimelineEntry, InvalidValue> {
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    let of = |when, text: &str| TimelineEntry { when, text: text.trim().to_owned() };
    if let Ok(at) = first.parse::<Timestamp>() {
        return Ok(of(Moment::At { at }, rest));
    }
    let Ok(on) = first.trim_end_matches([',', ':']).parse::<Date>() else {
        return Ok(match clock(first) {
            Some(local) => of(Moment::Local { local }, rest),
            None => of(Moment::Unknown, line),
        });
    };
    let rest = rest.trim();
    let (second, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let Some(time) = clock(second) else {
        return Ok(of(Moment::On { on, local: None }, rest));
    };
    let local = format!("{on}T{}", time.strftime("%H:%M:%S"));
    let at = clock::read(&local, zone, None).map_err(|_| {
        let problem = format!(
            "clocks skip or show twice {on} {}: write it in UTC, as in 2026-11-21T13:05:00Z",
            time.strftime("%H:%M")
        );
        InvalidValue::new("timeline", problem)
    })?;
    Ok(of(Moment::At { at }, text))
}

fn clock(text: &str) -> Option<Time> {
    let text = text.trim_end_matches([',', ':']);
    let is_clock = text.contains(':') && text.bytes().all(|b| b.is_ascii_digit() || b == b':');
    text.parse().ok().filter(|_| is_clock)
}

#[cfg(test)]
mod tests {
    use allclear_domain::zone::get_zone;

    use super::*;

    #[test]
    fn lines_are_read_and_read_back() {
        let zone = get_zone("Europe/Berlin").unwrap();
        let text = "2026-11-21 13:05 The first alarm\n2026-11-21 A long day\n14:00 Coffee\n\
                    Somebody noticed\n2026-10-25T00:30:00Z In the hour that comes twice";
        let read_back = read(text, &[], &zone).unwrap();
        let at = |text: &str| Moment::At { at: text.parse().unwrap() };
        let when: Vec<Moment> = read_back.iter().map(|entry| entry.when).collect();
        assert_eq!(
            when,
            [
                at("2026-11-21T12:05:00Z"),
                Moment::On { on: "2026-11-21".parse().unwrap(), local: None },
                Moment::Local { local: "14:00".parse().unwrap() },
                Moment::Unknown,
                at("2026-10-25T00:30:00Z"),
            ]
        );
        assert_eq!(read_back[4].text, "In the hour that comes twice");
        assert_eq!(text_of(&read_back, &zone), text);
        for skipped in ["2027-03-28 02:30 Gap", "2026-10-25 02:30 Fold"] {
            let problem = read(skipped, &[], &zone).unwrap_err().problem;
            assert!(problem.contains("write it in UTC"), "{problem}");
        }
    }

    #[test]
    fn lines_that_stay_keep_what_no_line_can_say() {
        let zone = TimeZone::UTC;
        let local = Some("09:15:30".parse().unwrap());
        let known = [
            TimelineEntry {
                when: Moment::On { on: "2014-06-03".parse().unwrap(), local },
                text: "Two\nlines".to_owned(),
            },
            TimelineEntry { when: Moment::Unknown, text: "12:00 is when it began".to_owned() },
        ];
        let text = text_of(&known, &zone);
        assert_eq!(read(&text, &known, &zone).unwrap(), known);
    }
}
