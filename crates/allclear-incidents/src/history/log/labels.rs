//! `Label: value` lines.

use super::tokens::is_space;

/// What a label means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// What was affected.
    Affected,
    /// What was not.
    NotAffected,
    /// How long it lasted.
    Length,
    /// The publisher's own word for how bad it was.
    Service,
    /// Fault pages of providers.
    FaultPage,
    /// Lost transactions.
    LostTransactions,
    /// Lost data.
    LostData,
    /// Lost mail.
    LostMail,
    /// When it started.
    Start,
    /// When it ended.
    End,
    /// When it was.
    Date,
    /// What it is called.
    Title,
    /// A heading over what follows, such as `Timeline:`.
    Part,
}

/// Labels and what they mean; the longest that fits is taken, letters only.
const KNOWN: [(&str, Label); 74] = [
    ("affected", Label::Affected),
    ("affects", Label::Affected),
    ("affected systems", Label::Affected),
    ("affected services", Label::Affected),
    ("affected service", Label::Affected),
    ("affected servers", Label::Affected),
    ("affected components", Label::Affected),
    ("concerned servers", Label::Affected),
    ("services affected", Label::Affected),
    ("systems affected", Label::Affected),
    ("components affected", Label::Affected),
    ("impacted", Label::Affected),
    ("impacted systems", Label::Affected),
    ("impacted system", Label::Affected),
    ("impacted services", Label::Affected),
    ("impacted components", Label::Affected),
    ("systems impacted", Label::Affected),
    ("services impacted", Label::Affected),
    ("systems", Label::Affected),
    ("components", Label::Affected),
    ("not affected", Label::NotAffected),
    ("unaffected", Label::NotAffected),
    ("not impacted", Label::NotAffected),
    ("disruption length", Label::Length),
    ("disruption", Label::Length),
    ("length", Label::Length),
    ("length of disruption", Label::Length),
    ("length of outage", Label::Length),
    ("outage length", Label::Length),
    ("outage duration", Label::Length),
    ("duration", Label::Length),
    ("duration of outage", Label::Length),
    ("downtime", Label::Length),
    ("total downtime", Label::Length),
    ("time to resolve", Label::Length),
    ("service", Label::Service),
    ("outage", Label::Service),
    ("outage type", Label::Service),
    ("type of outage", Label::Service),
    ("service level", Label::Service),
    ("service status", Label::Service),
    ("severity", Label::Service),
    ("impact level", Label::Service),
    ("fault status page", Label::FaultPage),
    ("fault status pages", Label::FaultPage),
    ("fault page", Label::FaultPage),
    ("provider status", Label::FaultPage),
    ("provider status page", Label::FaultPage),
    ("upstream status", Label::FaultPage),
    ("upstream status page", Label::FaultPage),
    ("lost transactions", Label::LostTransactions),
    ("transactions lost", Label::LostTransactions),
    ("lost orders", Label::LostTransactions),
    ("lost payments", Label::LostTransactions),
    ("losses", Label::LostTransactions),
    ("lost data", Label::LostData),
    ("data lost", Label::LostData),
    ("data loss", Label::LostData),
    ("lost mail", Label::LostMail),
    ("mail lost", Label::LostMail),
    ("lost email", Label::LostMail),
    ("start", Label::Start),
    ("started", Label::Start),
    ("start time", Label::Start),
    ("end", Label::End),
    ("ended", Label::End),
    ("end time", Label::End),
    ("resolved at", Label::End),
    ("date", Label::Date),
    ("when", Label::Date),
    ("title", Label::Title),
    ("subject", Label::Title),
    ("timeline", Label::Part),
    ("timeline of events", Label::Part),
];

/// Words before a colon that belong to prose, not to data.
const PROSE: [&str; 26] = [
    "note",
    "notes",
    "ps",
    "edit",
    "summary",
    "example",
    "warning",
    "important",
    "tldr",
    "nb",
    "reason",
    "question",
    "answer",
    "q",
    "a",
    "hint",
    "tip",
    "disclaimer",
    "conclusion",
    "http",
    "https",
    "ftp",
    "re",
    "also",
    "background",
    "resolution",
];

/// A line that reads `Label: value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Labelled<'a> {
    /// What the label means; `None` for one that is not known.
    pub(super) label: Option<Label>,
    /// What follows the colon.
    pub(super) value: &'a str,
}

/// Reads a `Label: value` line.
pub(super) fn read(body: &str) -> Option<Labelled<'_>> {
    let colon = super::tokens::head(body, 60).find([':', '：'])?;
    let name = body.get(..colon)?;
    let value = body.get(colon..)?.trim_start_matches([':', '：']);
    let is_apart = value.is_empty() || value.starts_with(is_space) || value.starts_with('*');
    let name = name.trim_matches(|ch: char| is_space(ch) || matches!(ch, '*' | '_' | '\''));
    let is_name = name.starts_with(char::is_alphabetic)
        && name
            .chars()
            .all(|ch| ch.is_alphanumeric() || matches!(ch, ' ' | '\u{a0}' | '-' | '/' | '\''));
    if !is_name {
        return None;
    }
    let spoken = plain(name);
    let value = value.trim_matches(|ch: char| is_space(ch) || ch == '*');
    if let Some((_, label)) = KNOWN.iter().find(|(known, _)| *known == spoken) {
        return Some(Labelled { label: Some(*label), value });
    }
    let words = spoken.split(' ').count();
    let begins = name.starts_with(|ch: char| ch.is_uppercase());
    let is_data = words <= 3 && begins && is_apart && !PROSE.contains(&spoken.as_str());
    is_data.then_some(Labelled { label: None, value })
}

/// A name in lower case with single spaces and letters only.
fn plain(name: &str) -> String {
    let spaced: String = name
        .chars()
        .map(|ch| if ch.is_alphanumeric() { ch } else { ' ' })
        .flat_map(char::to_lowercase)
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a value says that there is nothing to say.
pub(super) fn is_nothing(value: &str) -> bool {
    let spoken = value.trim_matches(|ch: char| is_space(ch) || ch == '.').to_lowercase();
    matches!(
        spoken.as_str(),
        "" | "n/a"
            | "na"
            | "n.a"
            | "none"
            | "-"
            | "–"
            | "—"
            | "nil"
            | "not applicable"
            | "none yet"
            | "unknown"
            | "tbc"
            | "tbd"
            | "tba"
            | "?"
    )
}
