//! Feeds: Atom (RFC 4287) and RSS 2.0, read from front to back. No document type is read, and nothing is put in the
//! place of an entity but what XML itself knows, so that a small feed cannot become a large one.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::limits;

/// Attributes of one element that are looked at.
const ATTRIBUTES_MAX: usize = 16;

/// What a feed tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Feed {
    pub(super) title: String,
    pub(super) entries: Vec<Entry>,
}

/// One entry of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) title: String,
    /// Its text; markup within stands between `<` and `>`.
    pub(super) text: String,
    pub(super) link: Option<String>,
    pub(super) id: Option<String>,
    pub(super) published_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    /// Whether a date of it is there and cannot be read.
    pub(super) has_unread_date: bool,
}

impl Feed {
    /// That dates could not be read, where there are such.
    pub(super) fn unread_dates(&self) -> Option<String> {
        let count = self.entries.iter().filter(|entry| entry.has_unread_date).count();
        (count > 0).then(|| format!("entries with a date that cannot be read: {count}"))
    }
}

/// A part of a feed or of an entry that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Title,
    Text,
    Link,
    Id,
    Published,
    Updated,
}

impl Part {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "title" => Self::Title,
            "summary" | "content" | "description" | "content:encoded" => Self::Text,
            "link" => Self::Link,
            "id" | "guid" => Self::Id,
            "published" | "pubDate" | "dc:date" => Self::Published,
            "updated" => Self::Updated,
            _ => return None,
        })
    }
}

/// Where reading is.
#[derive(Debug, Default)]
struct Place {
    feed: Feed,
    /// How many elements are open.
    depth: usize,
    /// How many elements are around a title of the feed itself.
    top: usize,
    /// The entry that is read, if one is.
    entry: Option<Entry>,
    /// The part that is read, how many elements are around it, and what there is of it.
    part: Option<(Part, usize, String)>,
}

/// Reads a feed.
pub(super) fn read(text: &str) -> Result<Feed, String> {
    let mut reader = Reader::from_str(text);
    // Many write `R&D` as it is.
    reader.config_mut().allow_dangling_amp = true;
    let mut place = Place::default();
    let broken =
        |what: &dyn std::fmt::Display| format!("what comes cannot be read as a feed: {what}");
    loop {
        let event = reader.read_event().map_err(|error| broken(&error))?;
        match event {
            Event::Start(start) => place.open(&start)?,
            Event::Empty(start) => {
                place.open(&start)?;
                place.close();
            }
            Event::End(_) => place.close(),
            Event::Text(text) => place.say(&text.xml10_content()),
            Event::CData(text) => place.say(&text.xml10_content()),
            Event::GeneralRef(entity) => place.say(&resolved(&entity)),
            Event::DocType(kind) => return Err(document_type(&kind)),
            Event::Eof if place.depth > 0 => return Err(broken(&"it breaks off")),
            Event::Eof if place.top == 0 => return Err(broken(&"there is nothing in it")),
            Event::Eof => return Ok(place.feed),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        // Feeds have the newest first.
        if place.feed.entries.len() >= limits::FEED_ENTRIES_MAX {
            return Ok(place.feed);
        }
    }
}

/// What an entity stands for. One that XML does not know is left out.
fn resolved(entity: &BytesRef<'_>) -> String {
    match entity.resolve_char_ref() {
        Ok(Some(letter)) => letter.to_string(),
        Ok(None) => resolve_predefined_entity(entity).unwrap_or(" ").to_owned(),
        Err(_) => " ".to_owned(),
    }
}

fn document_type(kind: &str) -> String {
    let is_web_page =
        kind.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("html"));
    match is_web_page {
        true => "what comes is a web page and no feed: name the address of the feed, or of the \
                 summary, such as https://status.example.com/api/v2/summary.json"
            .to_owned(),
        false => "what comes names a document type, which is not read".to_owned(),
    }
}

impl Place {
    /// An element begins.
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        let name = start.name().into_inner();
        if self.depth == 0 {
            self.begin(name)?;
        }
        self.depth += 1;
        if self.depth > limits::FEED_DEPTH_MAX {
            let max = limits::FEED_DEPTH_MAX;
            return Err(format!("what comes has more than {max} elements within each other"));
        }
        if self.part.is_some() {
            // What stands in different elements is not one word.
            self.say("\n");
            return Ok(());
        }
        let around = self.depth - 1;
        match (&mut self.entry, Part::of(name)) {
            (None, _) if around == self.top && matches!(name, "entry" | "item") => {
                self.entry = Some(Entry::default());
            }
            (Some(entry), Some(Part::Link)) if around == self.top + 1 => match href(start) {
                Some(href) => entry.link = entry.link.take().or(Some(href)),
                None => self.part = Some((Part::Link, self.depth, String::new())),
            },
            (Some(_), Some(part)) if around == self.top + 1 => {
                self.part = Some((part, self.depth, String::new()));
            }
            (None, Some(Part::Title)) if around == self.top => {
                self.part = Some((Part::Title, self.depth, String::new()));
            }
            _ => {}
        }
        Ok(())
    }

    /// The first element says what it is.
    fn begin(&mut self, name: &str) -> Result<(), String> {
        self.top = match name {
            _ if self.top > 0 => return Err("what comes is more than one document".to_owned()),
            "feed" => 1,
            // What matters is in its channel.
            "rss" => 2,
            "html" => return Err(document_type("html")),
            _ => return Err("what comes is neither Atom nor RSS 2.0".to_owned()),
        };
        Ok(())
    }

    /// An element ends.
    fn close(&mut self) {
        if let Some((part, at, text)) = self.part.take() {
            match at == self.depth {
                true => self.keep(part, text),
                false => {
                    self.part = Some((part, at, text));
                    self.say("\n");
                }
            }
        } else if self.depth == self.top + 1
            && let Some(entry) = self.entry.take()
        {
            self.feed.entries.push(entry);
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn say(&mut self, text: &str) {
        let Some((_, _, said)) = &mut self.part else { return };
        let room = limits::FEED_TEXT_BYTES_MAX.saturating_sub(said.len());
        said.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
    }

    /// A part is whole. Of several the first counts, of texts the longest.
    fn keep(&mut self, part: Part, text: String) {
        let Some(entry) = &mut self.entry else {
            if self.feed.title.is_empty() {
                self.feed.title = text;
            }
            return;
        };
        let word = || Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match part {
            Part::Title if entry.title.is_empty() => entry.title = text,
            Part::Text if text.len() > entry.text.len() => entry.text = text,
            Part::Link => entry.link = entry.link.take().or_else(word),
            Part::Id => entry.id = entry.id.take().or_else(word),
            Part::Published => entry.published_at = entry.published_at.or(entry.date(&text)),
            Part::Updated => entry.updated_at = entry.updated_at.or(entry.date(&text)),
            Part::Title | Part::Text => {}
        }
    }
}

impl Entry {
    /// A date of it, as far as it can be read. One without anything in it is none.
    fn date(&mut self, text: &str) -> Option<Timestamp> {
        let at = instant(text);
        self.has_unread_date |= at.is_none() && !text.trim().is_empty();
        at
    }
}

/// Where a link of Atom leads, where it is that of the entry itself.
fn href(start: &BytesStart<'_>) -> Option<String> {
    let mut attributes = start.attributes();
    // Each would be compared with all before it.
    let attributes = attributes.with_checks(false).take(ATTRIBUTES_MAX).flatten();
    let (mut href, mut is_other) = (None, false);
    for attribute in attributes {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok();
        match attribute.key.into_inner() {
            "href" => href = value.map(Cow::into_owned),
            "rel" => is_other = value.is_some_and(|value| value != "alternate"),
            _ => {}
        }
    }
    href.filter(|_| !is_other)
}

/// An instant, as Atom or as RSS writes it.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let mail = || {
        // RFC 2822 has no such name, and feeds do.
        let named = text.strip_suffix("UTC").map(|rest| format!("{rest}+0000"));
        rfc2822::parse(named.as_deref().unwrap_or(text)).ok()
    };
    text.parse().ok().or_else(|| mail().map(|zoned| zoned.timestamp()))
}

#[cfg(test)]
mod tests;
