//! Zone labels and printed offsets, and the instants that they make of local times.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::offsets::offset_at;
use super::tokens::{Kind, Token};
use crate::history::find_zone;

/// How a text names a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ZoneName {
    /// A label in capitals, such as `PST` or `PACIFIC`.
    Label(String),
    /// An offset, such as `-07:00`.
    Offset(Offset),
}

impl ZoneName {
    /// As printed.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Label(label) => label.clone(),
            Self::Offset(offset) => offset_text(*offset),
        }
    }

    /// Whether it is UTC.
    pub(super) fn is_utc(&self) -> bool {
        match self {
            Self::Label(label) => matches!(label.as_str(), "UTC" | "GMT" | "Z" | "UT"),
            Self::Offset(offset) => *offset == Offset::UTC,
        }
    }
}

/// What an entry says about its own zone.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnZone {
    /// The printed offset.
    pub(super) offset: Option<Offset>,
    /// The printed label.
    pub(super) label: Option<String>,
    /// The zone that a sentence of the entry says its times are in.
    pub(super) stated: Option<TimeZone>,
}

/// Labels of a fixed offset, in minutes.
const FIXED: [(&str, i32); 62] = [
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("WET", 0),
    ("AZOST", 0),
    ("BST", 60),
    ("IST", 330),
    ("WEST", 60),
    ("CET", 60),
    ("MEZ", 60),
    ("WAT", 60),
    ("CEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("SAST", 120),
    ("CAT", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("TRT", 180),
    ("EAT", 180),
    ("AST", -240),
    ("GST", 240),
    ("PKT", 300),
    ("NPT", 345),
    ("WIB", 420),
    ("ICT", 420),
    ("HKT", 480),
    ("SGT", 480),
    ("AWST", 480),
    ("PHT", 480),
    ("WITA", 480),
    ("MYT", 480),
    ("JST", 540),
    ("KST", 540),
    ("WIT", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("ACDT", 630),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("NST", -210),
    ("NDT", -150),
    ("ADT", -180),
    ("BRT", -180),
    ("ART", -180),
    ("BRST", -120),
    ("CLT", -240),
    ("CLST", -180),
    ("COT", -300),
    ("PET", -300),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
];

/// Labels of civil time somewhere.
const CIVIL: [(&str, &str); 14] = [
    ("SLT", "America/Los_Angeles"),
    ("PT", "America/Los_Angeles"),
    ("PACIFIC", "America/Los_Angeles"),
    ("MT", "America/Denver"),
    ("MOUNTAIN", "America/Denver"),
    ("CT", "America/Chicago"),
    ("CENTRAL", "America/Chicago"),
    ("ET", "America/New_York"),
    ("EASTERN", "America/New_York"),
    ("AKT", "America/Anchorage"),
    ("HST", "Pacific/Honolulu"),
    ("AET", "Australia/Sydney"),
    ("NZT", "Pacific/Auckland"),
    ("UK", "Europe/London"),
];

/// Whether a word in capitals is a label of a zone.
pub(super) fn is_label(word: &str) -> bool {
    FIXED.iter().any(|(label, _)| *label == word) || CIVIL.iter().any(|(label, _)| *label == word)
}

/// The zone that a label means by itself.
fn zone_of_label(label: &str) -> Option<TimeZone> {
    if let Some((_, minutes)) = FIXED.iter().find(|(known, _)| *known == label) {
        return Some(Offset::from_seconds(minutes * 60).ok()?.to_time_zone());
    }
    if label.contains('/') {
        return find_zone(label);
    }
    let (_, name) = CIVIL.iter().find(|(known, _)| *known == label)?;
    find_zone(name)
}

/// Whether an offset is that of a label, or of the same place in the other season.
pub(super) fn is_offset_of(label: &str, offset: Offset) -> bool {
    let fixed = FIXED.iter().find(|(known, _)| *known == label);
    let is_near = |minutes: i32| (offset.seconds() / 60 - minutes).abs() <= 60;
    let near_year = DateTime::constant(2020, 1, 1, 0, 0, 0, 0);
    fixed.is_some_and(|(_, minutes)| is_near(*minutes))
        || CIVIL.iter().find(|(known, _)| *known == label).is_some_and(|(_, name)| {
            find_zone(name).is_some_and(|zone| seasons(&zone, near_year).contains(&offset))
        })
}

/// Reads a zone that begins at token `at`: `PST`, `(Pacific time)`, `UTC+2`, `-07:00`.
pub(super) fn zone_at(tokens: &[Token<'_>], at: usize) -> Option<(ZoneName, usize)> {
    let first = tokens.get(at)?;
    if first.is_mark('(') {
        let (name, next) = zone_at(tokens, at + 1)?;
        return tokens.get(next)?.is_mark(')').then_some((name, next + 1));
    }
    if let Some(found) = offset_at(tokens, at) {
        return Some((ZoneName::Offset(found.0), found.1));
    }
    if first.kind != Kind::Word {
        return None;
    }
    if let Some(found) = named_at(tokens, at) {
        return Some(found);
    }
    if first.is_any(&["Pacific", "Mountain", "Central", "Eastern"]) {
        return region_at(tokens, at);
    }
    if !first.text.chars().all(|ch| ch.is_ascii_uppercase()) || !is_label(first.text) {
        return None;
    }
    if matches!(first.text, "UTC" | "GMT")
        && tokens.get(at + 1).is_some_and(|token| token.is_glued)
        && let Some((offset, end)) = offset_at(tokens, at + 1)
    {
        return Some((ZoneName::Offset(offset), end));
    }
    let is_time = tokens.get(at + 1).is_some_and(|token| token.is_word("time"));
    let end = if is_time { at + 2 } else { at + 1 };
    Some((ZoneName::Label(first.text.to_owned()), end))
}

/// `Europe/Berlin`: the name of a zone, in full.
fn named_at(tokens: &[Token<'_>], at: usize) -> Option<(ZoneName, usize)> {
    tokens.get(at + 1).filter(|token| token.is_glued && token.is_mark('/'))?;
    let is_part = |token: &&Token<'_>| {
        token.is_glued && (token.kind == Kind::Word || token.is_mark_of(&['/', '_', '-']))
    };
    let rest = tokens.get(at + 1..)?.iter().take(6).take_while(is_part);
    let end = at + 1 + rest.clone().count();
    let name: String = tokens.get(at).into_iter().chain(rest).map(|token| token.text).collect();
    find_zone(&name).map(|_| (ZoneName::Label(name), end))
}

/// `Pacific`, `Pacific time`, `Eastern Daylight Time`.
fn region_at(tokens: &[Token<'_>], at: usize) -> Option<(ZoneName, usize)> {
    let first = tokens.get(at)?;
    let is_name = first.text.starts_with(|ch: char| ch.is_ascii_uppercase());
    let mut end = at + 1;
    if first.is_word("Central") && tokens.get(end).is_some_and(|next| next.is_word("European")) {
        let is_summer = tokens.get(end + 1).is_some_and(|next| next.is_word("summer"));
        let words = if is_summer { 2 } else { 1 };
        let is_time = tokens.get(end + words).is_some_and(|next| next.is_word("time"));
        let label = if is_summer { "CEST" } else { "CET" };
        return is_time.then(|| (ZoneName::Label(label.to_owned()), end + words + 1));
    }
    if tokens.get(end).is_some_and(|token| token.is_any(&["standard", "daylight", "savings"])) {
        end += 1;
    }
    let is_time = tokens.get(end).is_some_and(|token| token.is_word("time"));
    if is_time {
        end += 1;
    }
    // "pacific" alone is a word, "pacific time" is a zone.
    let label = ZoneName::Label(first.text.to_ascii_uppercase());
    (is_name || is_time).then_some((label, end))
}

/// The page's zone, as given with the import.
#[derive(Clone, Debug)]
pub(super) struct Zones {
    page: Option<TimeZone>,
}

impl Zones {
    /// Looks a zone up by its IANA name.
    pub(super) fn new(name: Option<&str>) -> Option<Self> {
        let page = match name {
            Some(name) => Some(find_zone(name)?),
            None => None,
        };
        Some(Self { page })
    }

    /// Whether the page's zone is given.
    pub(super) fn has_page(&self) -> bool {
        self.page.is_some()
    }

    /// Whether a label names the page's zone.
    pub(super) fn is_own_label(&self, label: &str, date: jiff::civil::Date) -> bool {
        let noon = date.at(12, 0, 0, 0);
        self.page.as_ref().is_some_and(|page| is_of_family(page, label, noon))
    }

    /// The zone that an entry's bare local times are in.
    fn own(&self, own: &OwnZone) -> Option<TimeZone> {
        own.stated
            .clone()
            .or_else(|| self.page.clone())
            .or_else(|| own.offset.map(Offset::to_time_zone))
            .or_else(|| own.label.as_deref().and_then(zone_of_label))
    }

    /// The instant of a local time with the zone printed beside it.
    pub(super) fn instant(
        &self,
        local: DateTime,
        name: Option<&ZoneName>,
        own: &OwnZone,
    ) -> Option<Timestamp> {
        let zone = self.zone_for(local, name, own)?;
        let ambiguous = zone.to_ambiguous_zoned(local);
        if let AmbiguousOffset::Fold { before, after } = ambiguous.offset() {
            // The clock shows this time twice: which one it is stands beside it, or nowhere.
            for offset in [before, after] {
                let instant = offset.to_timestamp(local).ok()?;
                if is_printed(&zone, instant, name, own) {
                    return Some(instant);
                }
            }
        }
        ambiguous.compatible().ok().map(|zoned| zoned.timestamp())
    }

    /// The zone that a local time is in.
    fn zone_for(
        &self,
        local: DateTime,
        name: Option<&ZoneName>,
        own: &OwnZone,
    ) -> Option<TimeZone> {
        match name {
            None => self.own(own),
            Some(ZoneName::Label(label)) if own.label.as_deref() == Some(label) => self.own(own),
            Some(ZoneName::Label(label)) => match own.stated.as_ref().or(self.page.as_ref()) {
                Some(page) if is_of_family(page, label, local) => Some(page.clone()),
                _ => zone_of_label(label).or_else(|| self.own(own)),
            },
            Some(ZoneName::Offset(offset)) => match &self.page {
                Some(page) if *offset != Offset::UTC && seasons(page, local).contains(offset) => {
                    Some(page.clone())
                }
                _ => Some(offset.to_time_zone()),
            },
        }
    }

    /// An instant as local time, in the zone in which the entry is shown.
    pub(super) fn local(
        &self,
        instant: Timestamp,
        name: Option<&ZoneName>,
        own: &OwnZone,
    ) -> Zoned {
        let fallback = match name {
            Some(ZoneName::Label(label)) => zone_of_label(label),
            Some(ZoneName::Offset(offset)) => Some(offset.to_time_zone()),
            None => None,
        };
        instant.to_zoned(self.own(own).or(fallback).unwrap_or(TimeZone::UTC))
    }

    /// An instant as local time in the zone that a printed clock is in.
    pub(super) fn local_as_printed(
        &self,
        instant: Timestamp,
        name: Option<&ZoneName>,
        own: &OwnZone,
    ) -> Option<DateTime> {
        let near = instant.to_zoned(TimeZone::UTC).datetime();
        Some(instant.to_zoned(self.zone_for(near, name, own)?).datetime())
    }

    /// RFC 3339 with the offset of the page's zone at that time, or else of the entry's own.
    pub(super) fn text(
        &self,
        instant: Timestamp,
        name: Option<&ZoneName>,
        own: &OwnZone,
    ) -> String {
        let local = match &self.page {
            Some(page) => instant.to_zoned(page.clone()),
            None => self.local(instant, name, own),
        };
        local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// What speaks against a printed offset, if the page's zone has another one at that time.
    pub(super) fn against(&self, instant: Timestamp, printed: Offset) -> Option<String> {
        let page = self.page.as_ref()?;
        let real = page.to_offset(instant);
        if real == printed {
            return None;
        }
        let local = instant.to_zoned(page.clone()).datetime();
        let [first, second] = seasons(page, local);
        let season = match real.cmp(&first.max(second)) {
            _ if first == second => "",
            std::cmp::Ordering::Less => " in winter",
            _ => " in summer",
        };
        Some(format!("{}{season} is {}", spoken(page), offset_text(real)))
    }
}

/// Whether two zones have the same offsets, as far as seasons tell.
pub(super) fn are_alike(one: &str, other: &str) -> bool {
    let local = DateTime::constant(2020, 1, 1, 0, 0, 0, 0);
    one == other
        || find_zone(one)
            .zip(find_zone(other))
            .is_some_and(|(one, other)| seasons(&one, local) == seasons(&other, local))
}

/// Whether the offset of a zone at an instant is the one that is printed, beside the time or else
/// for the whole entry.
fn is_printed(zone: &TimeZone, instant: Timestamp, name: Option<&ZoneName>, own: &OwnZone) -> bool {
    let info = zone.to_offset_info(instant);
    let is_label = |label: &str| {
        let fixed = FIXED.iter().find(|(known, _)| *known == label);
        info.abbreviation() == label
            || fixed.is_some_and(|(_, minutes)| minutes * 60 == info.offset().seconds())
    };
    match name {
        Some(ZoneName::Offset(offset)) => *offset == info.offset(),
        Some(ZoneName::Label(label)) => is_label(label),
        None => own.label.as_deref().is_some_and(is_label) || own.offset == Some(info.offset()),
    }
}

/// An offset as `-07:00`.
pub(super) fn offset_text(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// A zone's name as people say it.
fn spoken(zone: &TimeZone) -> String {
    let name = zone.iana_name().unwrap_or("local time");
    let spoken = match name {
        "America/Los_Angeles" | "US/Pacific" => "Pacific time",
        "America/Denver" | "US/Mountain" => "Mountain time",
        "America/Chicago" | "US/Central" => "Central time",
        "America/New_York" | "US/Eastern" => "Eastern time",
        "Europe/London" => "British time",
        "Europe/Berlin" | "Europe/Paris" | "Europe/Amsterdam" => "Central European time",
        other => other,
    };
    spoken.to_owned()
}

/// The middle of January and of July of a local time's year.
fn season_instants(local: DateTime) -> [Timestamp; 2] {
    [1, 7].map(|month| {
        DateTime::new(local.year(), month, 15, 12, 0, 0, 0)
            .and_then(|noon| noon.to_zoned(TimeZone::UTC))
            .map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
    })
}

/// A zone's offsets in January and July.
fn seasons(zone: &TimeZone, local: DateTime) -> [Offset; 2] {
    season_instants(local).map(|instant| zone.to_offset(instant))
}

/// Whether a label belongs to a zone, in summer or winter.
fn is_of_family(zone: &TimeZone, label: &str, local: DateTime) -> bool {
    let named = season_instants(local)
        .iter()
        .any(|instant| zone.to_offset_info(*instant).abbreviation() == label);
    named
        || CIVIL.iter().find(|(known, _)| *known == label).is_some_and(|(_, name)| {
            find_zone(name).is_some_and(|other| seasons(&other, local) == seasons(zone, local))
        })
}
