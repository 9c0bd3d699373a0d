//! How much was gone, by the words of labels and prose.

use crate::history::facts::FactsLevel;

use super::names::is_all;
use super::prose::has;
use super::tokens::{head, tokens};

/// How much was gone, by the publisher's label.
pub(super) fn level_of_label(label: &str) -> Option<FactsLevel> {
    let all = tokens(head(label, 200));
    if has(&all, &["maintenance", "planned", "scheduled"]) {
        return Some(FactsLevel::Maintenance);
    }
    let is_web = has(&all, &["web", "website", "websites"]) && has(&all, &["only"]);
    if is_web {
        return Some(FactsLevel::WebOnly);
    }
    if has(&all, &["delayed", "delays", "delay", "late"]) {
        return Some(FactsLevel::Delayed);
    }
    if has(
        &all,
        &["degraded", "degradation", "slow", "intermittent", "sporadic", "unstable", "latency"],
    ) {
        return Some(FactsLevel::Degraded);
    }
    if has(&all, &["partial", "partially", "some", "minor"]) {
        return Some(FactsLevel::Partial);
    }
    let is_full = has(
        &all,
        &["full", "total", "complete", "major", "critical", "down", "offline", "unavailable"],
    );
    is_full.then_some(FactsLevel::Full)
}

/// How much was gone, by the words of the title and the first sentence.
pub(super) fn level_of_words(title: &str, lead: &[&str]) -> Option<FactsLevel> {
    [title].into_iter().chain(lead.iter().take(2).copied()).find_map(level_in)
}

/// How much was gone, by the words of one sentence.
fn level_in(text: &str) -> Option<FactsLevel> {
    let all = tokens(head(text, 600));
    let lower = head(text, 600).to_lowercase();
    if has(
        &all,
        &[
            "slow",
            "slowdown",
            "slowness",
            "slowed",
            "latency",
            "degraded",
            "sluggish",
            "sporadic",
            "intermittent",
            "intermittently",
            "unstable",
            "lag",
        ],
    ) || lower.contains("high load")
        || lower.contains("performance")
    {
        return Some(FactsLevel::Degraded);
    }
    if has(&all, &["partial", "partially"]) {
        return Some(FactsLevel::Partial);
    }
    let is_full = has(
        &all,
        &["outage", "downtime", "down", "unavailable", "unreachable", "offline", "inaccessible"],
    ) || lower.contains("lost connectivity")
        || lower.contains("loss of connectivity");
    is_full.then_some(FactsLevel::Full)
}

/// Whether it came and went.
pub(super) fn is_intermittent(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["intermittent", "on and off", "off and on", "separate outages", "several short outages"]
        .iter()
        .any(|phrase| lower.contains(phrase))
}

/// Whether "all" is among the affected while the label says that only a part was gone.
pub(super) fn all_but_web(affected: &str, level: Option<FactsLevel>) -> bool {
    level == Some(FactsLevel::WebOnly) && is_all(affected)
}
