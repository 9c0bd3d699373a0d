//! Mails: above each stand lines with its sender, its subject and its date, which is when it was
//! told.

use super::dateline;
use super::labels::{self, Label};
use super::lines::Line;
use super::tokens::{head, is_space};

/// How many lines the head of a mail may have.
const LINES_MAX: usize = 60;

/// The lines that the heads of mails are made of.
const FIELDS: [&str; 22] = [
    "from",
    "to",
    "cc",
    "bcc",
    "date",
    "sent",
    "subject",
    "reply-to",
    "sender",
    "message-id",
    "in-reply-to",
    "references",
    "list-id",
    "received",
    "return-path",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "delivered-to",
    "organization",
    "user-agent",
    "precedence",
];

/// A field of the head of a mail, in lower case, and its value.
fn field<'a>(line: &Line<'a>) -> Option<(String, &'a str)> {
    let (name, value) = head(line.raw, 400).split_once(':')?;
    let name = name.to_ascii_lowercase();
    FIELDS.contains(&name.as_str()).then(|| (name, value.trim_matches(is_space)))
}

/// The line after the head of the mail that begins at a line, if one does: it has a date with a
/// time, and an address, or a day of the week and a subject.
pub(super) fn head_end(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let is_open = at.checked_sub(1).and_then(|before| lines.get(before));
    let is_open = is_open.is_none_or(|line| line.is_blank() || line.raw.starts_with("From "));
    if !is_open || field(lines.get(at)?).is_none() {
        return None;
    }
    let mut end = at;
    let (mut has_date, mut has_address, mut is_weekday, mut has_subject) = Default::default();
    for line in lines.get(at..)?.iter().take(LINES_MAX) {
        let is_more = end > at && line.raw.starts_with([' ', '\t']) && !line.is_blank();
        match field(line) {
            Some((name, value)) if name == "date" || name == "sent" => {
                has_date = dateline::read(value).is_some_and(|found| found.own.start.is_some());
                is_weekday = value.starts_with(|ch: char| ch.is_alphabetic());
            }
            Some((name, value)) => {
                has_address |= matches!(name.as_str(), "from" | "to") && value.contains('@');
                has_subject |= name == "subject";
            }
            None if is_more => {}
            None => break,
        }
        end += 1;
    }
    (has_date && (has_address || (is_weekday && has_subject))).then_some(end)
}

/// The line of the head of the mail at a line that prints the date.
pub(super) fn date_line(lines: &[Line<'_>], first: usize) -> Option<usize> {
    let end = head_end(lines, first)?;
    (first..end).find(|at| {
        let found = lines.get(*at).and_then(field);
        found.is_some_and(|(name, _)| matches!(name.as_str(), "date" | "sent"))
    })
}

/// The date that the head of a mail prints, as its line has it.
pub(super) fn value<'a>(line: &Line<'a>) -> &'a str {
    field(line).map_or("", |(_, value)| value)
}

/// The subject, of a line of the head of a mail.
pub(super) fn subject<'a>(line: &Line<'a>) -> Option<&'a str> {
    let found = labels::read(line.body)?;
    (found.label == Some(Label::Title)).then_some(found.value)
}
