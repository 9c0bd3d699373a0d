//! What prose says by its words: titles, kinds, lengths, and what was not affected.

use crate::history::facts::{FactsLoss, FactsLossKind, FactsLossOutcome};

use super::durations::length_at;
use super::names::{ALL, Components};
use super::tokens::{Kind, Token, head, is_space, tokens};

/// How long a title may be, in characters.
const TITLE_CHARS: usize = 120;

/// Cuts a paragraph into sentences.
pub(super) fn sentences(paragraph: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    let mut chars = paragraph.char_indices().peekable();
    while let Some((at, ch)) = chars.next() {
        if !matches!(ch, '.' | '!' | '?') {
            continue;
        }
        let is_end = chars.peek().is_none_or(|(_, next)| is_space(*next));
        let before = paragraph.get(from..at).unwrap_or("");
        if !is_end || is_short_form(before) {
            continue;
        }
        let end = at + ch.len_utf8();
        out.push(paragraph.get(from..end).unwrap_or("").trim_matches(is_space));
        from = end;
    }
    out.push(paragraph.get(from..).unwrap_or("").trim_matches(is_space));
    out.retain(|sentence| !sentence.is_empty());
    out
}

/// Whether the full stop after a text belongs to a short form.
fn is_short_form(before: &str) -> bool {
    let word = before.rsplit(is_space).next().unwrap_or("").to_lowercase();
    matches!(
        word.as_str(),
        "a.m"
            | "p.m"
            | "approx"
            | "e.g"
            | "i.e"
            | "etc"
            | "vs"
            | "mr"
            | "mrs"
            | "dr"
            | "no"
            | "ca"
            | "st"
    )
}

/// Whether a paragraph only opens a text: "Hey folks,", "Incident summary".
pub(super) fn is_opening(paragraph: &str) -> bool {
    if paragraph.len() > 40 {
        return false;
    }
    let all = tokens(paragraph);
    let is_heading = all.iter().all(|token| {
        token.is_any(&[
            "incident",
            "summary",
            "overview",
            "report",
            "postmortem",
            "post",
            "mortem",
            "introduction",
            "outage",
            "timeline",
            "status",
            "what",
            "happened",
            "background",
        ]) || token.kind != Kind::Word
    });
    paragraph.ends_with(',') || is_heading
}

/// The first sentence as a title of limited length.
pub(super) fn title_of(text: &str) -> Option<String> {
    let text = text.trim_matches(is_space);
    let first = sentences(head(text, 2000)).first().copied()?;
    let first = first.strip_suffix('.').unwrap_or(first).trim_matches(is_space);
    let first = first.trim_end_matches(':');
    shortened(first)
}

/// A title of limited length, cut between words.
pub(super) fn shortened(text: &str) -> Option<String> {
    let text = text.replace("**", "");
    let text = text.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return None;
    }
    if text.chars().count() <= TITLE_CHARS {
        return Some(text);
    }
    let cut: String = text.chars().take(TITLE_CHARS - 1).collect();
    let words = cut.rfind(' ').filter(|at| *at > TITLE_CHARS / 2).and_then(|at| cut.get(..at));
    Some(format!("{}…", words.unwrap_or(&cut).trim_end_matches([',', ';', ' '])))
}

/// Whether a sentence in lower case tells of the future.
pub(super) fn is_future(lower: &str) -> bool {
    [
        "will be",
        "will take",
        "will perform",
        "we'll be",
        "we’ll be",
        "we will",
        "we'll",
        "we’ll",
        "going to",
        "is scheduled",
        "are scheduled",
        "have scheduled",
        "has been scheduled",
        "is planned",
        "are planning",
        "have planned",
        "will have",
        "will move",
        "will replace",
    ]
    .iter()
    .any(|phrase| lower.contains(phrase))
}

/// Whether one of the words stands in the tokens.
pub(super) fn has(all: &[Token<'_>], words: &[&str]) -> bool {
    all.iter().any(|token| token.is_any(words))
}

const WORK: [&str; 26] = [
    "maintenance",
    "upgrade",
    "upgrading",
    "upgraded",
    "upgrades",
    "replace",
    "replacing",
    "replacement",
    "migrate",
    "migrating",
    "migration",
    "move",
    "moving",
    "moved",
    "install",
    "installing",
    "adding",
    "reboot",
    "rebooted",
    "rebooting",
    "restart",
    "restarted",
    "restarting",
    "downgrade",
    "downgrading",
    "patching",
];

const TROUBLE: [&str; 25] = [
    "outage",
    "outages",
    "experienced",
    "experiencing",
    "unavailable",
    "failed",
    "failure",
    "issue",
    "issues",
    "problem",
    "problems",
    "crash",
    "crashed",
    "unexpected",
    "unplanned",
    "unscheduled",
    "attack",
    "slow",
    "slowdown",
    "latency",
    "interrupted",
    "errors",
    "error",
    "lost",
    "suffered",
];

/// Whether a title says that the work was planned.
fn is_planned_title(title: &str) -> bool {
    let all = tokens(head(title, 400));
    if has(&all, &["unscheduled", "unplanned", "unexpected"]) {
        return false;
    }
    if has(&all, &["maintenance"]) {
        // "Outage after maintenance" is an outage.
        let is_cause = all.windows(2).any(|pair| {
            matches!(pair, [a, b] if a.is_any(&["after", "following", "during", "to", "by", "from"]) && b.is_any(&["maintenance", "scheduled", "planned"]))
        });
        return !(is_cause && has(&all, &TROUBLE));
    }
    let is_planned = has(&all, &["scheduled", "planned", "upcoming"]);
    let is_work = has(&all, &WORK)
        || has(&all, &["downtime", "outage", "window", "work", "update", "updates", "patch"]);
    is_planned
        && is_work
        && !has(&all, &["issue", "issues", "problem", "problems", "slow", "due", "failed"])
}

/// Whether the first sentences of a text announce planned work.
fn announces(title: &str, lead: &[&str]) -> bool {
    let is_title = |sentence: &str| sentence.trim_end_matches('.') == title;
    let mut telling = lead.iter().filter(|sentence| !is_title(sentence) || lead.len() == 1);
    let Some(first) = telling.next() else {
        return false;
    };
    let lower = first.to_lowercase();
    let all = tokens(head(first, 1000));
    let is_work = has(&all, &WORK) || lower.contains("maintenance window");
    let planned = is_scheduled(&all) && is_work;
    let trouble = has(&all, &TROUBLE) || lower.contains("went down") || lower.contains("was down");
    if trouble && !(planned && has(&all, &["maintenance"])) {
        return false;
    }
    planned || is_future(&lower) && is_work
}

/// Whether "scheduled", "planned" or "announced" stands before work in a sentence.
fn is_scheduled(all: &[Token<'_>]) -> bool {
    has(all, &["scheduled", "planned", "announced", "routine"])
}

/// Whether an entry tells of planned work.
pub(super) fn is_maintenance(
    title: &str,
    printed: Option<&str>,
    service: Option<&str>,
    lead: &[&str],
) -> bool {
    if service.is_some_and(|service| {
        let all = tokens(head(service, 200));
        has(&all, &["maintenance", "planned", "scheduled"])
            && !has(&all, &["unplanned", "unscheduled"])
    }) {
        return true;
    }
    if service.is_some_and(|service| super::levels::level_of_label(service).is_some()) {
        // Work that the publisher calls an outage is one, unless its heading says otherwise.
        return printed.is_some_and(is_planned_title);
    }
    let all = tokens(head(title, 400));
    let is_trouble = has(&all, &TROUBLE) || has(&all, &["disruption", "disruptions", "degraded"]);
    is_planned_title(title) || (!is_trouble && announces(title, lead))
}

/// The length of the outage as a sentence prints it.
pub(super) fn length_in(sentence: &str) -> Option<String> {
    let all = tokens(head(sentence, 2000));
    let mut at = 0;
    while at < all.len() {
        let Some((_, end)) = length_at(&all, at) else {
            at += 1;
            continue;
        };
        let is_edge = |token: &Token<'_>| token.is_mark(',') || token.is_any(&["a", "an"]);
        let is_led = all.get(at).is_some_and(is_edge) && length_at(&all, at + 1).is_some();
        let from = if is_led { at + 1 } else { at };
        if is_outage_length(&all, from, end) {
            let (start, stop) = (all.get(from)?.start, all.get(end.checked_sub(1)?)?.end);
            return sentence.get(start..stop).map(str::to_owned);
        }
        at = end.max(at + 1);
    }
    None
}

/// Whether the words around a length say that it is the outage's.
fn is_outage_length(all: &[Token<'_>], from: usize, end: usize) -> bool {
    const GONE: [&str; 9] = [
        "downtime",
        "outage",
        "unavailability",
        "interruption",
        "disruption",
        "down",
        "offline",
        "unavailable",
        "unreachable",
    ];
    let after = |at: usize| all.get(end + at);
    let noun = after(0).is_some_and(|t| t.is_word("of"))
        && (1..=3).any(|at| after(at).is_some_and(|t| t.is_any(&GONE)));
    let adjective = after(0).is_some_and(|t| t.is_any(&GONE[..5]));
    let lead = all.get(from.saturating_sub(5)..from).unwrap_or(&[]);
    let last = lead.last();
    let lasted = last.is_some_and(|t| t.is_any(&["lasted", "lasting", "took"]));
    let joined = last.is_some_and(|t| {
        t.is_any(&["of", "for", "was", "is", "totalling", "totaling"]) || t.is_mark_of(&[':', '('])
    });
    let gone = lead.iter().any(|t| t.is_any(&GONE) || t.is_word("without"));
    noun || adjective || lasted || (joined && gone) || is_beside_times(all, from, end)
}

/// Whether a length stands in brackets behind the times that it is counted from.
fn is_beside_times(all: &[Token<'_>], from: usize, end: usize) -> bool {
    let is_open = from.checked_sub(1).and_then(|at| all.get(at)).is_some_and(|t| t.is_mark('('));
    let is_closed = all.get(end).is_some_and(|token| token.is_mark(')'));
    let lead = from.saturating_sub(9)..from;
    let mut clocks = lead.filter(|at| super::clocks::clock_at(all, *at, true).is_some());
    is_open && is_closed && clocks.next().is_some()
}

/// The length that work was announced to take, with its "approximately".
pub(super) fn announced_length(sentence: &str) -> Option<String> {
    let all = tokens(head(sentence, 2000));
    (1..all.len()).find_map(|at| {
        let (_, end) = length_at(&all, at)?;
        let word = |back: usize| at.checked_sub(back).and_then(|at| all.get(at));
        let is_taken = word(1)?.is_any(&["take", "takes", "last", "lasts"]);
        let is_gone = word(1)?.is_word("for")
            && word(2).is_some_and(|word| word.is_any(&["down", "offline", "unavailable"]));
        if !is_taken && !is_gone {
            return None;
        }
        let (start, stop) = (all.get(at)?.start, all.get(end.checked_sub(1)?)?.end);
        sentence.get(start..stop).map(str::to_owned)
    })
}

/// The announced length of a window.
pub(super) fn window_length(sentence: &str) -> Option<String> {
    let lower = sentence.to_lowercase();
    if !lower.contains("window") && !lower.contains("take") && !lower.contains("last") {
        return None;
    }
    let all = tokens(head(sentence, 2000));
    (0..all.len()).find_map(|at| {
        let (length, end) = length_at(&all, at)?;
        if length.most < 600 {
            return None;
        }
        let near = all.get(at.saturating_sub(4)..(end + 2).min(all.len()))?;
        if !has(near, &["window", "take", "takes", "last", "lasts"]) {
            return None;
        }
        let is_about = |token: &Token<'_>| token.is_any(&["about", "approximately", "around"]);
        let from = if all.get(at).is_some_and(is_about) { at + 1 } else { at };
        let (start, stop) = (all.get(from)?.start, all.get(end.checked_sub(1)?)?.end);
        sentence.get(start..stop).map(str::to_owned)
    })
}

/// What a sentence says was lost, where no label does.
pub(super) fn loss_in(sentence: &str, components: &Components) -> Option<FactsLoss> {
    let all = tokens(head(sentence, 2000));
    let at = all.windows(4).position(|window| {
        matches!(window, [no, ..] if no.is_any(&["no", "No"]))
            && window.iter().skip(1).any(|token| {
                token.is_any(&["data", "transactions", "orders", "mail", "email", "messages"])
            })
    })?;
    let rest = all.get(at..(at + 9).min(all.len()))?;
    if !has(rest, &["lost", "loss"]) {
        return None;
    }
    let (what, word) = if has(rest, &["data"]) {
        (FactsLossKind::Data, "data")
    } else if has(rest, &["transactions", "orders"]) {
        (FactsLossKind::Transactions, "transactions")
    } else {
        (FactsLossKind::Mail, "mail")
    };
    let is_late = has(&all, &["delayed", "queued", "deferred"]);
    let (outcome, note) = if is_late {
        (FactsLossOutcome::Delayed, Some("none lost".to_owned()))
    } else {
        (FactsLossOutcome::None, None)
    };
    let component = components.key_of(word).unwrap_or(ALL).to_owned();
    Some(FactsLoss { component, what: Some(what), outcome, fraction: None, note })
}
