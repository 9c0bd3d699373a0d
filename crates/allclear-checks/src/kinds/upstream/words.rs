//! What the entries of a feed say: which of them are open, by their words.
//!
//! A word counts where it stands by itself: between the beginning or the end of a line or an element and a mark
//! such as `-`, `:` or `[`. A title that says that it is over counts; else the first word of the text does, as the
//! newest stands on top. Where there is none, the entry is open.

use std::collections::HashMap;

use allclear_domain::check::{Reason, UpstreamCheck, Verdict};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::feed::{Entry, Feed};
use super::told::{Told, page, sentence, who};
use crate::kinds::unread::untold;

/// Words by which an entry tells that it is not over.
const OPEN: [&str; 8] = [
    "investigating",
    "identified",
    "monitoring",
    "update",
    "in progress",
    "verifying",
    "ongoing",
    "open",
];
/// What others write in front of a title to say how bad it is.
const HEADS: [&str; 6] = [
    "informational message",
    "performance issues",
    "service degradation",
    "service disruption",
    "service impact",
    "service is operating normally",
];
/// Marks beside which a word stands by itself.
const MARKS: [char; 14] = ['-', '–', '—', ':', '|', '[', ']', '(', ')', '.', ',', ';', '!', '*'];
/// Clocks of others may be ahead of ours by this much; what lies further ahead has not begun.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// What a feed says, and what that is to us.
pub(super) fn judge(
    check: &UpstreamCheck,
    host: &str,
    feed: &Feed,
    now: Timestamp,
) -> Result<Told, Reason> {
    let who = who(&feed.title, host);
    let ended: Vec<String> = check.ended.iter().map(|word| word.trim().to_lowercase()).collect();
    let oldest = SignedDuration::from_hours(24 * i64::from(check.entry_days_max));
    let is_now = |entry: &Entry| match entry.at() {
        None => true,
        Some(at) => now.duration_since(at) <= oldest && at.duration_since(now) <= AHEAD,
    };
    // What does not concern us says nothing of what does, so it goes first.
    let ours = feed.entries.iter().filter(|one| is_now(one) && one.concerns(&check.components));
    let open = newest(ours, &ended).into_iter().filter(|entry| entry.is_open(&ended));
    // Nobody knows whether it is of these days: it would count for as long as it stands there.
    let (unknown, open): (Vec<&Entry>, Vec<&Entry>) = open.partition(|entry| entry.is_undatable());
    let Some(first) = open.iter().max_by_key(|entry| entry.at()) else {
        if let Some(first) = unknown.first() {
            let told = sentence(
                &who,
                "Not over, with a date that cannot be read",
                None,
                &first.title,
                now,
            );
            return Err(untold(told));
        }
        let sentence = sentence(&who, "No open entry", None, "", now);
        return Ok(Told { verdict: Verdict::Ok, sentence, fault_page: None });
    };
    let what = match open.len() {
        1 => "Not over".to_owned(),
        more => format!("{more} entries are not over, the newest"),
    };
    Ok(Told {
        verdict: check.counts.open_entry,
        sentence: sentence(&who, &what, first.began_at(), &first.title, now),
        fault_page: page(first.link.as_deref()),
    })
}

/// By what entries are known to tell of the same.
#[derive(PartialEq, Eq, Hash)]
enum Mark<'a> {
    Id(&'a str),
    /// Its link, its title without words for how it stands, and its id without the number at its end.
    Title(&'a str, String, &'a str),
}

/// The newest of those that tell of the same: some write a new entry for each thing that they say.
fn newest<'a>(entries: impl Iterator<Item = &'a Entry>, ended: &[String]) -> Vec<&'a Entry> {
    let mut places: HashMap<Mark<'a>, usize> = HashMap::new();
    let mut kept: Vec<&'a Entry> = Vec::new();
    for entry in entries {
        let marks = entry.marks(ended);
        let known = marks.iter().find_map(|mark| places.get(mark).copied());
        let place = known.unwrap_or(kept.len());
        match kept.get_mut(place) {
            Some(known) if entry.at() > known.at() => *known = entry,
            Some(_) => {}
            None => kept.push(entry),
        }
        for mark in marks {
            places.entry(mark).or_insert(place);
        }
    }
    kept
}

/// What a title, in lower case, tells of: without words for how it stands, and without marks.
fn subject(title: &str, ended: &[String]) -> String {
    let parts = title.split(MARKS).map(str::trim).filter(|part| !is_state(part, ended));
    parts.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

fn is_state(words: &str, ended: &[String]) -> bool {
    OPEN.contains(&words) || HEADS.contains(&words) || ended.iter().any(|word| word == words)
}

/// Whether an address is that of a whole site, which says nothing of one entry.
fn is_site(address: &str) -> bool {
    let url = Url::parse(address).ok();
    url.is_some_and(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
}

impl Entry {
    /// A link alone is no mark: some lead everything to the same page. A title is none without its link, and
    /// only where the ids are alike: some number what they say of one thing.
    fn marks(&self, ended: &[String]) -> Vec<Mark<'_>> {
        let id = self.id.as_deref().filter(|id| !is_site(id));
        let stem = id.unwrap_or_default().trim_end_matches(|letter: char| letter.is_ascii_digit());
        let subject = subject(&self.title.to_lowercase(), ended);
        let link = self.link.as_deref().filter(|_| !subject.is_empty());
        let title = link.map(|link| Mark::Title(link, subject, stem));
        id.map(Mark::Id).into_iter().chain(title).collect()
    }

    /// Whether it has a date, and none that can be read.
    fn is_undatable(&self) -> bool {
        self.has_unread_date && self.at().is_none()
    }

    /// When it was last said.
    fn at(&self) -> Option<Timestamp> {
        self.updated_at.or(self.published_at)
    }

    fn began_at(&self) -> Option<Timestamp> {
        self.published_at.or(self.updated_at)
    }

    /// Whether it names one of these, or there is none.
    fn concerns(&self, names: &[String]) -> bool {
        if names.is_empty() {
            return true;
        }
        // Titles shout, and texts begin with a capital.
        let texts = [self.title.to_lowercase(), self.text.to_lowercase()];
        names.iter().any(|name| {
            let name = name.trim().to_lowercase();
            texts.iter().any(|text| is_named(text, &name))
        })
    }

    /// Whether it goes on, by the first word that says so or not; where there is none, it does.
    fn is_open(&self, ended: &[String]) -> bool {
        // Titles stay as they were at first: those that say that it goes on say nothing.
        let title = self.title.to_lowercase();
        if title.lines().any(|line| first_word(line, ended, &[]) == Some(false)) {
            return false;
        }
        let text = without_markup(&self.text).to_lowercase();
        text.lines().find_map(|line| first_word(line, ended, &OPEN)).unwrap_or(true)
    }
}

/// Whether the first word of a line that says either says that it is open.
fn first_word(line: &str, ended: &[String], open: &[&str]) -> Option<bool> {
    let over = ended.iter().filter_map(|word| Some((by_itself(line, word)?, word.len(), false)));
    let open = open.iter().filter_map(|word| Some((by_itself(line, word)?, word.len(), true)));
    // Of two at one place the longer one says more.
    let first = over.chain(open).min_by_key(|(at, length, _)| (*at, usize::MAX - length));
    first.map(|(_, _, is_open)| is_open)
}

/// Where a word stands by itself in a line; both are in lower case.
fn by_itself(line: &str, word: &str) -> Option<usize> {
    let at_mark = |text: Option<char>| text.is_none_or(|letter| MARKS.contains(&letter));
    let mut places = line.match_indices(word).map(|(at, _)| at);
    places.find(|at| {
        let before = line.get(..*at).unwrap_or_default().trim_end();
        let after = line.get(at + word.len()..).unwrap_or_default();
        at_mark(before.chars().next_back()) && at_mark(after.trim_start().chars().next())
    })
}

/// Whether a name stands in a text as a word, or as several; both are in lower case.
fn is_named(text: &str, name: &str) -> bool {
    let is_edge = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|text| text.chars().next());
        is_edge(before) && is_edge(after)
    })
}

/// A text with the end of a line in the place of each piece of markup.
fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (place, part) in text.split('<').enumerate() {
        let rest = match (place, part.split_once('>')) {
            (0, _) | (_, None) => part,
            (_, Some((_, rest))) => {
                plain.push('\n');
                rest
            }
        };
        plain.push_str(rest);
    }
    plain.replace("&nbsp;", " ").replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests;
