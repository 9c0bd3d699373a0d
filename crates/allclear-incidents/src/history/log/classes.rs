//! What each line of a page is, as far as the cutting goes.

use std::collections::HashSet;

use super::dateline::{self, DateLine};
use super::dates::PrintedDate;
use super::headings::{demote_timelines, is_marked_section, is_year_alone, section_year};
use super::labels::{self, Label};
use super::lines::Line;
use super::update_head;

/// What a line is, as far as the cutting goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Blank,
    /// Begins an entry.
    Date,
    /// Has a date, a start and an end.
    Range,
    /// A label that is known.
    Label(Label),
    /// A heading between entries, with its year if it prints one.
    Section(Option<i16>),
    /// Anything else.
    Other,
}

/// What each line is.
pub(super) fn classes(lines: &[Line<'_>]) -> Vec<Class> {
    let mut classes: Vec<Class> = lines.iter().map(class_alone).collect();
    demote_timelines(lines, &mut classes);
    // From the last line up, so that each knows what follows it.
    let mut next = Class::Blank;
    for at in (0..lines.len()).rev() {
        let Some(line) = lines.get(at) else { continue };
        let before = at.checked_sub(1).and_then(|before| lines.get(before));
        let after = lines.get(at + 1);
        let is_section = is_marked_section(line, after, next);
        if let Some(class) = classes.get_mut(at) {
            if *class == Class::Date && !begins_entry(line, before, after, next) {
                *class = Class::Other;
            }
            if *class == Class::Other && is_section {
                *class = Class::Section(section_year(line.body));
            }
            if *class != Class::Blank {
                next = *class;
            }
        }
    }
    promote_alike(lines, &mut classes);
    promote_lists(lines, &mut classes);
    promote_days(lines, &mut classes);
    classes
}

/// The date of a line that begins with one and goes on with words, and whether it could be a line
/// of a timeline: it prints one time.
fn day_of(line: &Line<'_>) -> Option<(PrintedDate, bool)> {
    let found = dateline::read(line.body).filter(|_| line.body.len() <= 200)?;
    let is_day = line.heading == 0 && !found.words.is_empty() && !found.is_posted;
    is_day.then(|| (found.own.date, found.own.start.is_some() && !found.is_range()))
}

/// Where lines of several days stand below each other, and some print no time or a window, each
/// begins an entry, whatever parts the date from the words.
fn promote_days(lines: &[Line<'_>], classes: &mut [Class]) {
    let mut at = 0;
    while at < lines.len() {
        let rest = lines.get(at..).unwrap_or(&[]);
        let days: Vec<_> = rest.iter().map_while(day_of).collect();
        let before = at.checked_sub(1).and_then(|before| lines.get(before));
        let is_open =
            before.is_none_or(|line| line.is_blank() || line.is_rule() || line.heading > 0);
        let first = days.first().map(|(day, _)| *day);
        let is_list = days.iter().any(|(day, _)| Some(*day) != first)
            && days.iter().any(|(_, is_time)| !is_time);
        if is_open && is_list {
            for class in classes.iter_mut().skip(at).take(days.len()) {
                *class = if *class == Class::Other { Class::Date } else { *class };
            }
        }
        at += days.len().max(1);
    }
}

/// Whether a line is a day, or a window, with words.
fn is_row(line: &Line<'_>) -> bool {
    line.body.len() <= 200
        && dateline::read(line.body).is_some_and(|found| {
            let is_whole = found.own.start.is_none() || found.is_range();
            found.is_apart && !found.words.is_empty() && is_whole
        })
}

/// Where lines with a day, or a window, and words stand below each other, each begins an entry.
fn promote_lists(lines: &[Line<'_>], classes: &mut [Class]) {
    let mut is_open = true;
    let mut is_list = false;
    for (at, line) in lines.iter().enumerate() {
        let goes_on = is_list || lines.get(at + 1).is_some_and(is_row);
        is_list = (is_open || is_list) && is_row(line) && goes_on;
        if let Some(class) = classes.get_mut(at).filter(|class| is_list && **class == Class::Other)
        {
            *class = Class::Date;
        }
        is_open = line.is_blank() || line.is_rule() || line.heading > 0;
    }
}

/// Where lines such as `Outage on March 2, 2017` begin entries, all lines with these words do.
fn promote_alike(lines: &[Line<'_>], classes: &mut [Class]) {
    let lead = |line: &Line<'_>| {
        let is_tail = line.heading == 0 && line.body.len() <= 120;
        is_tail.then(|| dateline::tail_lead(line.body)).flatten()
    };
    let begins = lines.iter().zip(classes.iter()).filter(|(_, class)| **class == Class::Date);
    let known: HashSet<String> = begins
        .filter(|(line, _)| dateline::read(line.body).is_none())
        .filter_map(|(line, _)| lead(line))
        .collect();
    if known.is_empty() {
        return;
    }
    let mut is_free = true;
    for (line, class) in lines.iter().zip(classes) {
        let is_other = *class == Class::Other && is_free && dated(line).is_some();
        if is_other && lead(line).is_some_and(|lead| known.contains(&lead)) {
            *class = Class::Date;
        }
        is_free = line.is_blank();
    }
}

/// The date that a line begins or ends with.
pub(super) fn dated<'a>(line: &Line<'a>) -> Option<DateLine<'a>> {
    dateline::read(line.body).or_else(|| {
        let label = labels::read(line.body);
        if let Some(found) =
            label.filter(|found| line.heading > 0 && found.label == Some(Label::Date))
        {
            return dateline::read(found.value);
        }
        let is_other = update_head::read(line.body).is_some()
            || labels::read(line.body).is_some_and(|found| found.label.is_some());
        if is_other { None } else { dateline::read_tail(line.body) }
    })
}

/// What a line is, looked at alone.
pub(super) fn class_alone(line: &Line<'_>) -> Class {
    if line.is_blank() || line.body.is_empty() {
        return Class::Blank;
    }
    if let Some(found) = dated(line) {
        let is_leading = line.heading > 0 || dateline::read(line.body).is_some();
        if found.is_range() && !found.is_bracketed && is_leading {
            return Class::Range;
        }
        return Class::Date;
    }
    if update_head::read(line.body).is_some() {
        return Class::Other;
    }
    match labels::read(line.body).and_then(|found| found.label.map(|label| (label, found.value))) {
        // `Service was: …` is prose; so are dates and titles that say nothing.
        Some((Label::Date | Label::Title | Label::Start | Label::End, "")) | None => {
            if is_year_alone(line.body) {
                Class::Section(section_year(line.body))
            } else {
                Class::Other
            }
        }
        Some((label, _)) => Class::Label(label),
    }
}

/// Whether a line with a date begins an entry.
fn begins_entry(
    line: &Line<'_>,
    before: Option<&Line<'_>>,
    after: Option<&Line<'_>>,
    next: Class,
) -> bool {
    let Some(found) = dated(line) else {
        return false;
    };
    if found.is_bracketed && found.own.start.is_some() {
        return false;
    }
    if line.heading > 0 {
        return true;
    }
    if found.own.start.is_some() && is_in_run(before, after) {
        return false;
    }
    let is_open =
        |side: Option<&Line<'_>>| side.is_none_or(|line| line.is_blank() || line.is_rule());
    let after_mark =
        before.is_none_or(|line| line.is_blank() || line.is_rule() || line.heading > 0);
    let is_labelled = matches!(next, Class::Label(_)) && after.is_some_and(|line| !line.is_blank());
    let is_short = line.body.len() <= 120 && !found.words.ends_with(['.', '!', '?', ';', ',']);
    if dateline::read(line.body).is_none() {
        // The date stands at its end: a title only where its form or what follows says so.
        let is_underlined = after.is_some_and(Line::is_rule);
        let is_data = matches!(next, Class::Label(_) | Class::Range);
        let is_title = !line.body.ends_with(['.', ',', ';']) && is_short && !line.is_item;
        return is_title && after_mark && (is_underlined || is_data);
    }
    if found.words.is_empty() && found.own.start.is_none() {
        return true;
    }
    if found.is_apart {
        // The last of some dated lines below a sentence is one of them.
        let is_listed = !after_mark && before.is_some_and(is_row);
        let is_led = is_open(after) && !is_listed;
        return after_mark || is_led || is_labelled || next == Class::Range;
    }
    let is_iso = line.body.starts_with(|ch: char| ch.is_ascii_digit());
    let leads = is_open(after) || matches!(next, Class::Label(_));
    is_short && (is_iso || found.own.start.is_some()) && after_mark && leads
}

/// Whether a dated time stands among other times, as in a timeline.
fn is_in_run(before: Option<&Line<'_>>, after: Option<&Line<'_>>) -> bool {
    [before, after].into_iter().flatten().any(|line| {
        dateline::read(line.body)
            .is_some_and(|found| found.own.start.is_some() && !found.is_range())
            || update_head::read(line.body).is_some_and(|found| found.is_timeline())
    })
}
