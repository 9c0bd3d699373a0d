//! `log`: plain text of an outage page as people keep it, read as facts.
//!
//! A page is cut into entries at the lines that begin with a date (`entries`), each entry into its
//! title, labels, prose and updates (`parts`), and times are read from whichever of them prints
//! any (`timing`, `told`). A text without such lines becomes one draft with its prose whole.
//! Nothing is dropped: each line stands in the `text` of a record or in the report.
//!
//! The module is pure: no reading of files, no clock.

mod below;
mod classes;
mod clocks;
mod closed;
mod conflicts;
mod dateline;
mod dates;
mod days;
mod durations;
mod encoding;
mod entries;
mod headings;
mod hidden;
mod html;
mod ids;
mod known_labels;
mod labelled;
mod labels;
mod levels;
mod lines;
mod losses;
mod mail;
mod moments;
mod names;
mod offsets;
mod parts;
mod points;
mod prose;
mod record;
mod sections;
mod settled;
mod spared;
mod stated;
mod steps;
mod tables;
#[cfg(test)]
mod tests;
mod texts;
mod timing;
mod titles;
mod tokens;
mod told;
mod unique;
mod update_head;
mod years;
mod zones;

use jiff::civil::Date;

use crate::history::facts::{FactsComponent, FactsRecord};
use crate::history::report::{ImportReport, NotUnderstood, ReportedContradiction, Understood};

use dateline::DateLine;
use dates::PrintedDate;
use entries::{Entry, Page, Times};
use ids::Ids;
use lines::Line;
use names::Components;
use parts::Parts;
use zones::Zones;

pub use encoding::{Decoded, decode};
pub use settled::settle_ids;

/// The largest text that is read.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;

/// How many records one text may hold.
pub const RECORDS_MAX: usize = 100_000;

/// What is known of a page beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// Short name of the publisher, used in the ids of records.
    pub publisher: String,
    /// IANA name of the page's zone; local time in it wins over what the page prints.
    pub timezone: Option<String>,
    /// The year to assume where the text prints none.
    pub year: Option<i16>,
    /// Components that exist already; names in the text are matched with them.
    pub known_components: Vec<FactsComponent>,
}

/// A page as facts.
#[derive(Clone, Debug, PartialEq)]
pub struct LogImport {
    /// Components in order of first appearance, then the known ones that never appeared.
    pub components: Vec<FactsComponent>,
    /// Records in the source's order.
    pub records: Vec<FactsRecord>,
    /// IANA name of the zone that the page says its times are in.
    pub timezone: Option<String>,
    /// What became of each line, and where the source disagrees with itself.
    pub report: ImportReport,
}

/// Why a page could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The zone's name is not in the time zone database.
    #[error("unknown time zone {name:?}: give an IANA name such as America/Los_Angeles")]
    UnknownTimeZone {
        /// As given.
        name: String,
    },
    /// The text is too large.
    #[error(
        "the text has {bytes} bytes, more than {max}: split it and import the parts one after the other"
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The text holds too many entries.
    #[error(
        "the text has {records} entries, more than {max}: split it and import the parts one after the other"
    )]
    TooManyRecords {
        /// How many.
        records: usize,
        /// The limit.
        max: usize,
    },
}

/// Reads a page.
///
/// # Errors
///
/// When the zone is unknown, or the text is larger than [`BYTES_MAX`] or holds more than
/// [`RECORDS_MAX`] entries.
pub fn read_log(text: &str, options: &LogOptions) -> Result<LogImport, LogError> {
    if text.len() > BYTES_MAX {
        return Err(LogError::TooLarge { bytes: text.len(), max: BYTES_MAX });
    }
    let unknown =
        || LogError::UnknownTimeZone { name: options.timezone.clone().unwrap_or_default() };
    let given = Zones::new(options.timezone.as_deref()).ok_or_else(unknown)?;
    let mut lines = lines::lines(text);
    texts::join_windows(text, &mut lines);
    let mut page = entries::cut(&lines);
    let records = page.entries.len();
    if records > RECORDS_MAX {
        return Err(LogError::TooManyRecords { records, max: RECORDS_MAX });
    }
    let is_draft = page.entries.is_empty() || texts::is_one_text(&lines, &page);
    if is_draft {
        page = draft(&lines);
    }
    let stated = page_zone(&lines, &mut page);
    let named = stated.as_ref().map(|(_, name)| name.as_str());
    let of_page = if given.has_page() { None } else { Zones::new(named) };
    let zones = of_page.as_ref().unwrap_or(&given);
    let mut import = Reader::new(&lines, zones, options, is_draft).read(&page);
    let printed = |at: usize| NotUnderstood {
        line: at + 1,
        text: lines.get(at).map_or("", |line| line.raw).to_owned(),
    };
    if let Some((at, name)) = stated {
        tell_zone(&mut import.report, printed(at), &name, options.timezone.as_deref());
        import.timezone = Some(name);
    }
    import.report.understood.extend(page.understood.iter().map(|(at, meaning)| {
        let NotUnderstood { line, text } = printed(*at);
        Understood { line, text, meaning: meaning.clone().into_owned() }
    }));
    Ok(import)
}

/// The line outside of all entries that says which zone the page's times are in.
fn page_zone(lines: &[Line<'_>], page: &mut Page) -> Option<(usize, String)> {
    let (place, at, name) = page
        .strays
        .iter()
        .enumerate()
        .find_map(|(place, at)| Some((place, *at, stated::read(lines.get(*at)?.body)?)))?;
    page.strays.remove(place);
    Some((at, name))
}

/// Says what became of such a line: it was used, or another zone was given.
fn tell_zone(report: &mut ImportReport, line: NotUnderstood, name: &str, given: Option<&str>) {
    let differs = given.filter(|given| !zones::are_alike(given, name));
    if let Some(given) = differs {
        report.contradictions.push(ReportedContradiction {
            record: String::new(),
            field: "timezone".to_owned(),
            printed: line.text.trim().to_owned(),
            kept: given.to_owned(),
            why: "the zone of the import, or of the page, wins".to_owned(),
        });
    }
    let meaning = match differs {
        Some(given) => format!("the page says that its times are in {name}; {given} is used"),
        None => format!("the page's times are in {name}"),
    };
    report.understood.push(Understood { line: line.line, text: line.text, meaning });
}

/// A page whose whole text is one entry.
fn draft(lines: &[Line<'_>]) -> Page {
    let Some(first) = lines.iter().position(|line| !line.is_blank()) else {
        return Page::default();
    };
    let entry = Entry::of(first, lines.len());
    Page { entries: vec![entry], ..Page::default() }
}

/// Reads the entries of a page one after the other.
struct Reader<'a> {
    lines: &'a [Line<'a>],
    zones: &'a Zones,
    options: &'a LogOptions,
    is_draft: bool,
    components: Components,
    ids: Ids,
    not_understood: Vec<usize>,
    contradictions: Vec<ReportedContradiction>,
}

impl<'a> Reader<'a> {
    /// Begins a page.
    fn new(
        lines: &'a [Line<'a>],
        zones: &'a Zones,
        options: &'a LogOptions,
        is_draft: bool,
    ) -> Self {
        Self {
            lines,
            zones,
            options,
            is_draft,
            components: Components::new(&options.known_components),
            ids: Ids::new(&options.publisher),
            not_understood: Vec::new(),
            contradictions: Vec::new(),
        }
    }

    /// Reads all entries.
    fn read(mut self, page: &Page) -> LogImport {
        let dated = days::dated(self.lines, page);
        let assumed = self.options.year.filter(|year| (1970..=2100).contains(year));
        let dates = years::resolve(&dated, assumed);
        let is_told = |at: &&usize| self.lines.get(**at).is_some_and(|line| !line.is_rule());
        let strays: Vec<usize> = page.strays.iter().filter(is_told).copied().collect();
        self.not_understood.extend(strays);
        let mut records = Vec::with_capacity(page.entries.len());
        for ((entry, dated), date) in page.entries.iter().zip(&dated).zip(dates) {
            records.push(self.entry(entry, dated.printed, date));
        }
        self.not_understood.sort_unstable();
        self.not_understood.dedup();
        let not_understood = self.not_understood.iter().filter_map(|at| {
            let line = self.lines.get(*at)?;
            Some(NotUnderstood { line: at + 1, text: line.raw.to_owned() })
        });
        let report = ImportReport {
            created: records.len(),
            skipped: 0,
            differing: Vec::new(),
            understood: Vec::new(),
            not_understood: not_understood.collect(),
            contradictions: self.contradictions,
        };
        LogImport { components: self.components.into_list(), records, timezone: None, report }
    }

    /// Reads one entry.
    fn entry(
        &mut self,
        entry: &Entry,
        printed: Option<PrintedDate>,
        date: Option<Date>,
    ) -> FactsRecord {
        let is_unread = match printed {
            Some(printed) => date.is_none() || !entries::is_readable(printed),
            None => entry.date_line.is_some(),
        };
        if is_unread {
            self.not_understood.extend(entry.date_line);
        }
        let parts: Parts<'_> = match entry.head_line {
            Some(head) => tables::parts(self.lines, entry, head),
            None => parts::cut(self.lines, entry, self.is_draft),
        };
        self.not_understood.extend(&parts.not_understood);
        let line: Option<DateLine<'_>> = match entry.times {
            Times::Above => {
                entries::range(self.lines, entry).or_else(|| entries::printed(self.lines, entry))
            }
            // One time below a text is that of the telling.
            Times::Below => entries::range(self.lines, entry).or_else(|| {
                let told = entries::printed(self.lines, entry);
                told.map(|line| DateLine { is_posted: true, ..line })
            }),
            Times::BelowUpdates => None,
        };
        let posting = days::posting(self.lines, entry);
        let source = record::Source {
            zones: self.zones,
            date,
            posting,
            line: line.as_ref(),
            parts: &parts,
            text: self.text(entry),
            is_draft: self.is_draft,
        };
        let mut read = record::read(source, &mut self.components);
        if let Some(conflict) = conflicts::of_days(self.lines, entry, date, &read.record) {
            read.record.contradictions.push(record::contradiction(&conflict));
            read.conflicts.push(conflict);
        }
        let mut record = read.record;
        record.id = self.ids.next(date, printed, &record.title);
        if let Some(posting) = posting.filter(|_| read.is_unsure) {
            self.contradictions.push(self.unsure(&record.id, posting));
        }
        for conflict in read.conflicts {
            self.contradictions.push(ReportedContradiction {
                record: record.id.clone(),
                field: conflict.field.to_owned(),
                printed: conflict.printed,
                kept: conflict.kept,
                why: conflict.against,
            });
        }
        record
    }

    /// Says why a record is a draft of which only the day of its telling is known.
    fn unsure(&self, id: &str, posting: days::Posting) -> ReportedContradiction {
        let line = self.lines.get(posting.line).map_or("", |line| line.raw);
        ReportedContradiction {
            record: id.to_owned(),
            field: "draft".to_owned(),
            printed: line.trim().to_owned(),
            kept: posting.day.to_string(),
            why: "the text says when it was told, and not on which day it happened".to_owned(),
        }
    }

    /// The lines of an entry as they stand in the source, without blank ones at its end.
    fn text(&self, entry: &Entry) -> String {
        let lines = self.lines.get(entry.first..entry.end).unwrap_or(&[]);
        let count = lines.iter().rposition(|line| !line.is_blank()).map_or(0, |last| last + 1);
        let lines: Vec<&str> = lines.iter().take(count).map(|line| line.raw).collect();
        lines.join("\n")
    }
}
