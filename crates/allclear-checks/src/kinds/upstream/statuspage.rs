//! The summary of a status page, as version 2 of Statuspage's API has it. What is not understood is left out, as
//! others write the same form with less or more in it.

use allclear_domain::ComponentStatus;
use allclear_domain::check::{Reason, UpstreamCheck, Verdict};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer};

use super::told::{Told, page, sentence, who};
use crate::kinds::unread::{badness, line, untold};
use crate::limits;

/// A page that was not touched for so long may be one that nobody keeps any more: it is told, and not judged.
const OLD: SignedDuration = SignedDuration::from_hours(30 * 24);

/// All that a page tells at once.
#[derive(Debug, Deserialize)]
pub(super) struct Summary {
    page: Page,
    status: Option<Status>,
    #[serde(default, deserialize_with = "known")]
    components: Vec<Component>,
    #[serde(default, deserialize_with = "known")]
    incidents: Vec<Incident>,
    #[serde(default, deserialize_with = "known")]
    scheduled_maintenances: Vec<Incident>,
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(default)]
    name: String,
    url: Option<String>,
    updated_at: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Status {
    #[serde(default)]
    indicator: String,
}

#[derive(Debug, Deserialize)]
struct Component {
    #[serde(default)]
    id: String,
    name: String,
    status: String,
}

#[derive(Debug, Deserialize)]
struct Incident {
    #[serde(default)]
    name: String,
    #[serde(default)]
    status: String,
    impact: Option<String>,
    shortlink: Option<String>,
    started_at: Option<String>,
    created_at: Option<String>,
    #[serde(default, deserialize_with = "known")]
    components: Vec<Named>,
}

#[derive(Debug, Deserialize)]
struct Named {
    #[serde(default)]
    id: String,
}

/// A list, of which `null` and what cannot be read are left out.
fn known<'de, D: Deserializer<'de>, T: Deserialize<'de>>(list: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Entry<T> {
        Known(T),
        Other(serde::de::IgnoredAny),
    }
    let list = Option::<Vec<Entry<T>>>::deserialize(list)?.unwrap_or_default();
    let entries = list.into_iter().filter_map(|entry| match entry {
        Entry::Known(entry) => Some(entry),
        Entry::Other(_) => None,
    });
    Ok(entries.collect())
}

/// Reads a summary.
pub(super) fn read(text: &str) -> Result<Summary, String> {
    if !text.starts_with('{') {
        return Err("what comes is neither a summary of a status page nor a feed: name the address of one, such \
                    as https://status.example.com/api/v2/summary.json"
            .to_owned());
    }
    serde_json::from_str(text)
        .map_err(|error| format!("what comes is no summary of a status page: {error}"))
}

/// The status of a component, by their word.
fn status_of(word: &str) -> Option<ComponentStatus> {
    ComponentStatus::ALL.into_iter().find(|status| status.as_str() == word)
}

/// How all of it is, by their word. It is the worst of the components, in other words.
fn whole(word: &str) -> Option<ComponentStatus> {
    Some(match word {
        "none" => ComponentStatus::Operational,
        "maintenance" => ComponentStatus::UnderMaintenance,
        "minor" => ComponentStatus::DegradedPerformance,
        "major" => ComponentStatus::PartialOutage,
        "critical" => ComponentStatus::MajorOutage,
        _ => return None,
    })
}

/// The words of a status, at the beginning of a sentence.
const fn words_of(status: ComponentStatus) -> &'static str {
    match status {
        ComponentStatus::Operational => "All is well",
        ComponentStatus::UnderMaintenance => "Under maintenance",
        ComponentStatus::DegradedPerformance => "Degraded performance",
        ComponentStatus::PartialOutage => "Partial outage",
        ComponentStatus::MajorOutage => "Major outage",
    }
}

impl Summary {
    /// That the page was not touched for long, where that is so.
    pub(super) fn staleness(&self, now: Timestamp) -> Option<String> {
        let updated_at: Timestamp = self.page.updated_at.as_deref()?.parse().ok()?;
        let age = now.duration_since(updated_at);
        (age >= OLD).then(|| {
            let days = age.as_hours() / 24;
            format!("their page was last changed {days} days ago: it may be one that nobody keeps")
        })
    }

    /// Those of their components that concern us; what is not there is told.
    fn concerning(&self, names: &[String]) -> (Vec<&Component>, Vec<String>) {
        let is_named = |one: &&Component| names.iter().any(|name| name.trim() == one.name.trim());
        let is_there =
            |name: &&String| self.components.iter().any(|one| one.name.trim() == name.trim());
        let missing = names.iter().filter(|name| !is_there(name)).cloned();
        (self.components.iter().filter(is_named).collect(), missing.collect())
    }

    /// What they write about it: of what goes on, the worst and oldest that names one of these components, or
    /// none at all.
    fn incident(&self, status: ComponentStatus, affected: &[&Component]) -> Option<&Incident> {
        let is_planned = status == ComponentStatus::UnderMaintenance;
        let all = if is_planned { &self.scheduled_maintenances } else { &self.incidents };
        let goes_on = all.iter().filter(|one| one.goes_on(is_planned));
        let concerns = |one: &&Incident| {
            let names = |id: &str| affected.iter().any(|component| component.id == id);
            affected.is_empty()
                || one.components.is_empty()
                || one.components.iter().any(|component| names(&component.id))
        };
        // What names one of them says more than what names nothing.
        let is_wide = |one: &Incident| !affected.is_empty() && one.components.is_empty();
        let rank = |one: &&Incident| (is_wide(one), one.mildness(), one.since());
        goes_on.filter(concerns).min_by_key(rank)
    }
}

impl Incident {
    fn goes_on(&self, is_planned: bool) -> bool {
        match self.status.as_str() {
            "in_progress" | "verifying" => true,
            "scheduled" | "completed" | "resolved" | "postmortem" => false,
            _ => !is_planned,
        }
    }

    /// The less, the worse.
    fn mildness(&self) -> u8 {
        match self.impact.as_deref() {
            Some("critical") => 0,
            Some("major") => 1,
            Some("minor") => 2,
            _ => 3,
        }
    }

    fn since(&self) -> Option<Timestamp> {
        let at = self.started_at.as_deref().or(self.created_at.as_deref());
        at?.parse().ok()
    }
}

/// What the page says, and what that is to us.
pub(super) fn judge(
    check: &UpstreamCheck,
    host: &str,
    summary: &Summary,
    now: Timestamp,
) -> Result<Told, Reason> {
    let who = who(&summary.page.name, host);
    let (found, missing) = summary.concerning(&check.components);
    let of = |component: &&Component| status_of(component.status.trim());
    let unknown = |word: &str| {
        untold(format!("{who} says “{}”, which is no status that is known", line(word)))
    };
    let status = match check.components.is_empty() {
        true => {
            let word = summary.status.as_ref().map_or("", |status| status.indicator.trim());
            Some(whole(word).ok_or_else(|| unknown(word))?)
        }
        false => {
            found.iter().filter_map(of).max_by_key(|one| (badness(check.counts.of(*one)), *one))
        }
    };
    let told = status.map(|status| {
        let affected: Vec<&Component> =
            found.iter().copied().filter(|one| of(one) == Some(status)).collect();
        tell(check, (&who, summary), status, &affected, now)
    });
    // One of them that is down is told, whatever is wrong with the others.
    if let Some(told) = &told
        && badness(told.verdict) > badness(Verdict::Unknown)
    {
        return Ok(told.clone());
    }
    if !missing.is_empty() {
        return Err(untold(absent(&who, &missing, &summary.components)));
    }
    if let Some(odd) = found.iter().find(|one| of(one).is_none()) {
        return Err(unknown(&odd.status));
    }
    told.ok_or_else(|| untold(format!("{who} tells of no component")))
}

/// That they have no such components, and which they have.
fn absent(who: &str, missing: &[String], there: &[Component]) -> String {
    let listed = |names: &mut dyn Iterator<Item = &str>| {
        let names: Vec<String> =
            names.take(limits::TOLD_RECORDS_MAX).map(|name| format!("“{}”", line(name))).collect();
        names.join(", ")
    };
    let missing = listed(&mut missing.iter().map(String::as_str));
    let more = there.len().saturating_sub(limits::TOLD_RECORDS_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let there = listed(&mut there.iter().map(|one| one.name.as_str()));
    let there = if there.is_empty() { "none".to_owned() } else { there };
    format!("{who} tells of no component {missing}: it has {there}{more}")
}

fn tell(
    check: &UpstreamCheck,
    (who, summary): (&str, &Summary),
    status: ComponentStatus,
    affected: &[&Component],
    now: Timestamp,
) -> Told {
    let names: Vec<String> =
        affected.iter().take(limits::TOLD_RECORDS_MAX).map(|one| line(&one.name)).collect();
    let what = match names.is_empty() {
        true => words_of(status).to_owned(),
        false => format!("{} of {}", words_of(status), names.join(", ")),
    };
    let verdict = check.counts.of(status);
    if status == ComponentStatus::Operational {
        return Told { verdict, sentence: sentence(who, &what, None, "", now), fault_page: None };
    }
    let incident = summary.incident(status, affected);
    let (since, title) = incident.map_or((None, ""), |one| (one.since(), one.name.as_str()));
    let link = incident.and_then(|one| page(one.shortlink.as_deref()));
    Told {
        verdict,
        sentence: sentence(who, &what, since, title, now),
        fault_page: link.or_else(|| page(summary.page.url.as_deref())),
    }
}

#[cfg(test)]
mod tests;
