//! One entry as a record.

use jiff::civil::Date;

use crate::history::facts::{
    FactsContradiction, FactsKind, FactsLevel, FactsLoss, FactsLossKind, FactsPlanned,
    FactsPrecision, FactsRecord,
};

use super::dateline::DateLine;
use super::days::Posting;
use super::labels::{Label, is_nothing};
use super::levels;
use super::names::{ALL, Affected, Components};
use super::parts::{Parts, Told};
use super::points::{Conflict, Context, Point, Timing};
use super::prose;
use super::sections;
use super::spared;
use super::timing;
use super::unique::Unique;
use super::zones::Zones;

/// An entry that is read, before it has its id.
#[derive(Debug)]
pub(super) struct Read {
    /// The record; its id is empty.
    pub(super) record: FactsRecord,
    /// Disagreements inside the entry.
    pub(super) conflicts: Vec<Conflict>,
    /// It is not said on which day it was, only when it was told.
    pub(super) is_unsure: bool,
}

/// What a record is made from.
pub(super) struct Source<'a> {
    /// The page's zone.
    pub(super) zones: &'a Zones,
    /// The entry's date.
    pub(super) date: Option<Date>,
    /// When it was told, where that may be another day.
    pub(super) posting: Option<Posting>,
    /// The line of the date, or of the start and the end.
    pub(super) line: Option<&'a DateLine<'a>>,
    /// The entry's parts.
    pub(super) parts: &'a Parts<'a>,
    /// The entry as it stands in the source.
    pub(super) text: String,
    /// The text could not be read as a dated entry.
    pub(super) is_draft: bool,
}

/// Makes a record of an entry.
pub(super) fn read(source: Source<'_>, components: &mut Components) -> Read {
    let parts = source.parts;
    let sentences = parts.sentences();
    let title = title(parts, &source.text);
    let service = parts.label(Label::Service).filter(|value| !is_nothing(value));
    let is_work = |told: &Told<'_>| told.head.state.is_some_and(|state| state.is_work);
    let is_maintenance = parts.updates.iter().any(is_work)
        || prose::is_maintenance(&title, parts.title, service, &sentences);
    let has_range = source.line.is_some_and(DateLine::is_range);
    let reported = reported_length(parts, &sentences, is_maintenance)
        .or_else(|| announced_length(parts, &sentences, is_maintenance && !has_range));
    let timing = timing::read(&Context {
        zones: source.zones,
        date: source.date,
        told_on: source.posting.map(|posting| posting.day),
        line: source.line,
        parts,
        is_maintenance,
        reported: reported.as_deref(),
    });
    let mut affected = affected(parts, components);
    if parts.label(Label::Affected).is_none() {
        affected.affected = components.named_in(&title, &sentences);
        if affected.affected.is_empty() {
            affected.affected = components.quoted_in(&title, &sentences);
        }
    }
    let level = level(&title, service, &sentences, is_maintenance);
    let mut conflicts = timing.conflicts.clone();
    conflicts.extend(level_conflict(parts, service, level));
    let is_timeless = timing.start.is_none() && timing.end.is_none();
    let on = timing.on.or(source.date).filter(|_| is_timeless);
    let is_unsure = source.posting.is_some_and(|posting| !posting.is_told) && !timing.is_day_told;
    let record = FactsRecord {
        kind: if is_maintenance { FactsKind::Maintenance } else { FactsKind::Incident },
        on,
        ended_on: last_day(&source).filter(|last| on.is_some_and(|on| on <= *last)),
        intermittent: !is_maintenance
            && (levels::is_intermittent(&title)
                || sentences.iter().any(|text| levels::is_intermittent(text))),
        planned: planned(&timing, &sentences, is_maintenance),
        not_affected: not_affected(parts, &sentences, components, &affected.affected),
        affected: affected.affected,
        except: affected.except,
        service: service.map(str::to_owned),
        level,
        upstream_status: fault_pages(parts),
        losses: losses(parts, &sentences, components),
        contradictions: conflicts.iter().map(contradiction).collect(),
        draft: source.is_draft || is_unsure || (source.date.is_none() && is_timeless),
        state: None,
        since: None,
        reported_duration: reported,
        text: Some(source.text),
        ..told(title, timing, parts, source.date.is_some())
    };
    let record = with_last_day(record);
    Read { record, conflicts, is_unsure }
}

/// The last day that the line of the date prints, where it prints no times.
fn last_day(source: &Source<'_>) -> Option<Date> {
    source.line.filter(|line| line.own.start.is_none())?.own.last_day(source.date?)
}

/// The precision of an end of which the day is known.
fn with_last_day(record: FactsRecord) -> FactsRecord {
    match record.ended_on {
        Some(_) => FactsRecord { end_precision: FactsPrecision::Day, ..record },
        None => record,
    }
}

/// A record with a title, times, and what labels and headings announce.
fn told(title: String, timing: Timing, parts: &Parts<'_>, has_date: bool) -> FactsRecord {
    let precision = |point: &Option<Point>| point.as_ref().map(Point::precision);
    let unknown = if has_date { FactsPrecision::Day } else { FactsPrecision::Unknown };
    let corrections = sections::corrections(parts, &timing.placed);
    let updates = timing.placed.into_iter().map(|placed| placed.update);
    FactsRecord {
        id: String::new(),
        kind: FactsKind::Incident,
        title,
        start_precision: precision(&timing.start).unwrap_or(unknown),
        end_precision: precision(&timing.end).unwrap_or(FactsPrecision::Unknown),
        started_at: timing.start.map(|point| point.text),
        ended_at: timing.end.map(|point| point.text),
        updates: updates.collect(),
        on: None,
        ended_on: None,
        state: None,
        since: None,
        reported_duration: None,
        intermittent: false,
        planned: None,
        affected: Vec::new(),
        except: Vec::new(),
        not_affected: Vec::new(),
        service: None,
        level: None,
        upstream_status: Vec::new(),
        losses: Vec::new(),
        corrections,
        causes: sections::facts(parts, Label::Cause),
        suspected: sections::facts(parts, Label::Suspected),
        ruled_out: sections::facts(parts, Label::RuledOut),
        detected_by: sections::fact_of(parts, Label::Detected),
        security: sections::fact_of(parts, Label::Security),
        customers_should: sections::fact_of(parts, Label::Advice),
        recurrence_of: None,
        actions: sections::actions(parts),
        contradictions: Vec::new(),
        why_it_hurt: None,
        notes: None,
        text: None,
        draft: false,
    }
}

/// How much was gone, in our reading.
fn level(
    title: &str,
    service: Option<&str>,
    sentences: &[&str],
    is_maintenance: bool,
) -> Option<FactsLevel> {
    if is_maintenance {
        return Some(FactsLevel::Maintenance);
    }
    service.and_then(levels::level_of_label).or_else(|| levels::level_of_words(title, sentences))
}

/// Where no end is printed, the announced length of planned work is the only one there is.
fn announced_length(parts: &Parts<'_>, sentences: &[&str], is_open: bool) -> Option<String> {
    if !is_open || parts.label(Label::Length).is_some() {
        return None;
    }
    sentences.iter().find_map(|sentence| prose::announced_length(sentence))
}

/// A disagreement as the record shows it.
pub(super) fn contradiction(conflict: &Conflict) -> FactsContradiction {
    FactsContradiction {
        field: conflict.field.to_owned(),
        printed: conflict.printed.clone(),
        against: conflict.against.clone(),
    }
}

/// The printed title, or the first sentence.
fn title(parts: &Parts<'_>, text: &str) -> String {
    let labelled = parts.label(Label::Title).map(|title| title.trim_matches('"'));
    let printed = labelled.filter(|title| !title.is_empty()).or(parts.title);
    let printed = printed.and_then(|title| {
        if title.contains(". ") || title.chars().count() > 120 {
            prose::title_of(title)
        } else {
            prose::shortened(title.strip_suffix('.').unwrap_or(title))
        }
    });
    printed
        .or_else(|| {
            let mut telling = parts.lead.iter().filter(|paragraph| !prose::is_opening(paragraph));
            telling.find_map(|paragraph| prose::title_of(paragraph))
        })
        .or_else(|| parts.updates.iter().find_map(|update| prose::title_of(&update.text())))
        .or_else(|| {
            let mut lines = text.lines();
            lines.find_map(|line| prose::shortened(line.trim_start_matches(['#', '=', ' '])))
        })
        .unwrap_or_else(|| "Untitled".to_owned())
}

/// The length as printed, in a label or in prose.
fn reported_length(parts: &Parts<'_>, sentences: &[&str], is_maintenance: bool) -> Option<String> {
    if let Some(value) = parts.label(Label::Length) {
        return Some(value.to_owned()).filter(|value| !is_nothing(value));
    }
    let is_forecast = |sentence: &str| {
        let lower = sentence.to_lowercase();
        is_maintenance
            && (prose::is_future(&lower)
                || ["anticipate", "expect", "should", "estimate", "may ", "might "]
                    .iter()
                    .any(|word| lower.contains(word)))
    };
    sentences
        .iter()
        .filter(|sentence| !is_forecast(sentence))
        .find_map(|sentence| prose::length_in(sentence))
}

/// What the labels say was affected.
fn affected(parts: &Parts<'_>, components: &mut Components) -> Affected {
    let (mut affected, mut except) = (Unique::default(), Unique::default());
    for value in parts.values(Label::Affected) {
        let found = components.read_affected(value);
        found.affected.iter().for_each(|key| affected.push(key));
        found.except.iter().for_each(|key| except.push(key));
    }
    Affected { affected: affected.into_list(), except: except.into_list() }
}

/// What labels and prose say was not affected.
fn not_affected(
    parts: &Parts<'_>,
    sentences: &[&str],
    components: &mut Components,
    affected: &[String],
) -> Vec<String> {
    let mut out = Unique::default();
    for value in parts.values(Label::NotAffected) {
        components.read_list(value).iter().for_each(|key| out.push(key));
    }
    for sentence in sentences.iter().take(200) {
        let keys = spared::not_affected(sentence, components, affected);
        keys.iter().for_each(|key| out.push(key));
    }
    out.into_list()
}

/// What the labels, or else the prose, say was lost.
fn losses(parts: &Parts<'_>, sentences: &[&str], components: &mut Components) -> Vec<FactsLoss> {
    let mut out = Vec::new();
    let mut is_labelled = false;
    for (label, value) in &parts.labels {
        let what = match label {
            Label::LostTransactions => FactsLossKind::Transactions,
            Label::LostData => FactsLossKind::Data,
            Label::LostMail => FactsLossKind::Mail,
            _ => continue,
        };
        is_labelled = true;
        out.extend(super::losses::read(value, what, components));
    }
    if !is_labelled {
        out.extend(sentences.iter().find_map(|sentence| prose::loss_in(sentence, components)));
    }
    out
}

/// The announced window, where it differs from the real one.
fn planned(timing: &Timing, sentences: &[&str], is_maintenance: bool) -> Option<FactsPlanned> {
    if !is_maintenance {
        return None;
    }
    if let Some((from, to)) = &timing.planned {
        let (started_at, ended_at) = (Some(from.text.clone()), Some(to.text.clone()));
        return Some(FactsPlanned { started_at, ended_at, length: None });
    }
    let (start, end) = (timing.start.as_ref()?, timing.end.as_ref()?);
    let length = sentences.iter().take(6).find_map(|sentence| {
        let lower = sentence.to_lowercase();
        let is_forecast =
            prose::is_future(&lower) || lower.contains("should") || lower.contains("expect");
        is_forecast.then(|| prose::window_length(sentence)).flatten()
    })?;
    let seconds = super::durations::length_of(&length)?.most;
    let differs = seconds != end.at.as_second() - start.at.as_second();
    differs.then(|| FactsPlanned {
        started_at: Some(start.text.clone()),
        ended_at: None,
        length: Some(length),
    })
}

/// Fault pages of providers.
fn fault_pages(parts: &Parts<'_>) -> Vec<String> {
    let mut out = Unique::default();
    for value in parts.values(Label::FaultPage) {
        if is_nothing(value) {
            continue;
        }
        for word in super::tokens::head(value, 8000).split(|ch: char| {
            ch.is_whitespace() || matches!(ch, ',' | '<' | '>' | '"' | '|' | '[' | ']')
        }) {
            let word = word.trim_matches(|ch: char| matches!(ch, '(' | ')' | '.' | ';' | '*'));
            let is_address = word.contains("://")
                || (word.contains('.')
                    && word.starts_with(char::is_alphanumeric)
                    && !word.ends_with('.'));
            if is_address {
                out.push(word);
            }
        }
    }
    out.into_list()
}

/// "All services" beside "Web only".
fn level_conflict(
    parts: &Parts<'_>,
    service: Option<&str>,
    level: Option<FactsLevel>,
) -> Option<Conflict> {
    let affected = parts.label(Label::Affected)?;
    let service = service?;
    levels::all_but_web(affected, level).then(|| Conflict {
        field: "affected",
        printed: affected.to_owned(),
        against: service.to_owned(),
        kept: ALL.to_owned(),
    })
}
