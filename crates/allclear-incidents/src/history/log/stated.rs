//! Sentences that say in which zone the times of a page or of an entry are: "All times are UTC".

use jiff::tz::Offset;

use super::tokens::{Kind, Token, head, tokens};
use super::zones::{ZoneName, zone_at};
use crate::history::find_zone;

/// How much of a line is looked at.
const LINE_BYTES: usize = 1000;

/// Words that may stand between "times" and the zone.
const BETWEEN: [&str; 32] = [
    "are",
    "is",
    "in",
    "shown",
    "given",
    "listed",
    "below",
    "above",
    "here",
    "on",
    "this",
    "page",
    "the",
    "all",
    "local",
    "stated",
    "expressed",
    "noted",
    "displayed",
    "and",
    "dates",
    "to",
    "as",
    "use",
    "using",
    "quoted",
    "written",
    "reported",
    "mentioned",
    "of",
    "timezone",
    "following",
];

/// Labels that people use for civil time, summer or winter, and where it is kept.
const CIVIL: [(&str, &str); 58] = [
    ("UTC", "UTC"),
    ("GMT", "UTC"),
    ("UT", "UTC"),
    ("Z", "UTC"),
    ("SLT", "America/Los_Angeles"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("PT", "America/Los_Angeles"),
    ("PACIFIC", "America/Los_Angeles"),
    ("MST", "America/Denver"),
    ("MDT", "America/Denver"),
    ("MT", "America/Denver"),
    ("MOUNTAIN", "America/Denver"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("CT", "America/Chicago"),
    ("CENTRAL", "America/Chicago"),
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("ET", "America/New_York"),
    ("EASTERN", "America/New_York"),
    ("AKST", "America/Anchorage"),
    ("AKDT", "America/Anchorage"),
    ("AKT", "America/Anchorage"),
    ("HST", "Pacific/Honolulu"),
    ("NST", "America/St_Johns"),
    ("NDT", "America/St_Johns"),
    ("BRT", "America/Sao_Paulo"),
    ("ART", "America/Argentina/Buenos_Aires"),
    ("BST", "Europe/London"),
    ("UK", "Europe/London"),
    ("WET", "Europe/Lisbon"),
    ("WEST", "Europe/Lisbon"),
    ("CET", "Europe/Berlin"),
    ("CEST", "Europe/Berlin"),
    ("MEZ", "Europe/Berlin"),
    ("MESZ", "Europe/Berlin"),
    ("EET", "Europe/Helsinki"),
    ("EEST", "Europe/Helsinki"),
    ("MSK", "Europe/Moscow"),
    ("TRT", "Europe/Istanbul"),
    ("SAST", "Africa/Johannesburg"),
    ("EAT", "Africa/Nairobi"),
    ("WAT", "Africa/Lagos"),
    ("PKT", "Asia/Karachi"),
    ("IST", "Asia/Kolkata"),
    ("ICT", "Asia/Bangkok"),
    ("WIB", "Asia/Jakarta"),
    ("SGT", "Asia/Singapore"),
    ("HKT", "Asia/Hong_Kong"),
    ("PHT", "Asia/Manila"),
    ("JST", "Asia/Tokyo"),
    ("KST", "Asia/Seoul"),
    ("AWST", "Australia/Perth"),
    ("AEST", "Australia/Sydney"),
    ("AEDT", "Australia/Sydney"),
    ("NZST", "Pacific/Auckland"),
    ("NZDT", "Pacific/Auckland"),
];

/// The IANA name of the zone that a line says its page or entry is in.
pub(super) fn read(body: &str) -> Option<String> {
    let body = head(body, LINE_BYTES);
    // Most lines end here, without being cut into words.
    if !body.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"time")) {
        return None;
    }
    let all = tokens(body);
    (0..all.len()).find_map(|at| {
        let next = subject_at(&all, at)?;
        zone_after(&all, next)
    })
}

/// The place after "times", "timestamps" or "time zone".
fn subject_at(all: &[Token<'_>], at: usize) -> Option<usize> {
    let token = all.get(at)?;
    let before = at.checked_sub(1).and_then(|before| all.get(before));
    if token.is_word("timezone") {
        return Some(at + 1);
    }
    if token.is_word("time") && all.get(at + 1).is_some_and(|next| next.is_word("zone")) {
        return Some(at + 2);
    }
    // "five times PST" tells of no zone.
    let is_all = before.is_none_or(|before| {
        before.is_any(&["all", "the", "our", "these", "and"])
            || before.is_mark_of(&['(', '.', '-', '–', '—', ':', '*', '_', ','])
    });
    (token.is_any(&["times", "timestamps"]) && is_all).then_some(at + 1)
}

/// The zone that follows, with nothing but filling words before it.
fn zone_after(all: &[Token<'_>], from: usize) -> Option<String> {
    let mut at = from;
    while all.get(at).is_some_and(|token| {
        token.is_any(&BETWEEN) || token.is_mark_of(&[':', '(', '=', ',', '*', '_', '"', '“'])
    }) && at < from + 12
    {
        at += 1;
    }
    zone_of(all, at).or_else(|| in_brackets(all, at))
}

/// `Second Life Time (Pacific)`: a name that is not known, and one in brackets that is.
fn in_brackets(all: &[Token<'_>], at: usize) -> Option<String> {
    let words = all.get(at..)?.iter().take_while(|token| token.kind == Kind::Word).count();
    let is_named =
        (1..=4).contains(&words) && all.get(at + words).is_some_and(|token| token.is_mark('('));
    if is_named { zone_of(all, at + words + 1) } else { None }
}

/// The zone that a place names.
fn zone_of(all: &[Token<'_>], at: usize) -> Option<String> {
    let first = all.get(at)?;
    let upper = first.text.to_ascii_uppercase();
    if matches!(upper.as_str(), "UTC" | "GMT")
        && all.get(at + 1).is_some_and(|next| next.is_glued)
        && let Some((ZoneName::Offset(offset), _)) = zone_at_label(all, at)
    {
        return of_offset(offset);
    }
    by_name(all, at).or_else(|| {
        let (name, _) = zone_at_label(all, at)?;
        match name {
            ZoneName::Offset(offset) => of_offset(offset),
            ZoneName::Label(label) => of_label(&label),
        }
    })
}

/// A label or an offset; `utc` and `gmt` in any case.
fn zone_at_label(all: &[Token<'_>], at: usize) -> Option<(ZoneName, usize)> {
    zone_at(all, at).or_else(|| {
        let first = all.get(at)?;
        first.is_any(&["utc", "gmt"]).then(|| (ZoneName::Label("UTC".to_owned()), at + 1))
    })
}

/// `Europe/Berlin`, `Central European Time`, `Coordinated Universal Time`.
fn by_name(all: &[Token<'_>], at: usize) -> Option<String> {
    let [first, second] = all.get(at..at + 2)? else {
        return None;
    };
    if second.is_glued && second.is_mark('/') {
        let rest = all.get(at + 1..)?.iter().take(6);
        let name: String = std::iter::once(first)
            .chain(rest.take_while(|token| {
                token.is_glued && (token.kind == Kind::Word || token.is_mark_of(&['/', '_', '-']))
            }))
            .map(|token| token.text)
            .collect();
        return find_zone(&name).map(|_| name);
    }
    let name = match (first.text.to_ascii_lowercase().as_str(), second.text) {
        ("central", word) if word.eq_ignore_ascii_case("european") => "Europe/Berlin",
        ("coordinated", _) => "UTC",
        ("greenwich", _) => "UTC",
        ("british", _) => "Europe/London",
        _ => return None,
    };
    Some(name.to_owned())
}

/// The zone that a label is used for.
fn of_label(label: &str) -> Option<String> {
    CIVIL.iter().find(|(known, _)| *known == label).map(|(_, name)| (*name).to_owned())
}

/// The zone with a fixed offset of whole hours.
fn of_offset(offset: Offset) -> Option<String> {
    let hours = offset.seconds() / 3600;
    let name = match hours {
        0 => "UTC".to_owned(),
        // Zones of this family count westward.
        hours => format!("Etc/GMT{:+}", -hours),
    };
    (offset.seconds() % 3600 == 0 && find_zone(&name).is_some()).then_some(name)
}
