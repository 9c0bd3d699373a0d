//! What a check of the kind `upstream` asks for: what a provider says of its own service.

use serde::{Deserialize, Serialize};

use super::probe::Verdict;
use super::target::{host_of, refused};
use crate::component::ComponentStatus;
use crate::error::InvalidValue;

/// What such an address stands behind.
const PREFIX: &str = "upstream:";
/// Where status pages that follow Statuspage tell all of it at once.
const SUMMARY: &str = "/api/v2/summary.json";

/// What a provider says of its own service, on its status page or in its feed. One that cannot be read says
/// nothing: that a provider's status page is down is no failure of its service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamCheck {
    /// Where it says so: `https://…`.
    pub url: String,
    /// In which form.
    #[serde(default)]
    pub format: UpstreamFormat,
    /// Their names for what concerns us; all of it where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<String>,
    /// What their words are to us.
    #[serde(default)]
    pub counts: UpstreamCounts,
    /// Of a feed: words by which an entry tells that it is over, or that it lies ahead.
    #[serde(default = "UpstreamCheck::usual_ended")]
    pub ended: Vec<String>,
    /// Of a feed: days after which an entry is not looked at any more.
    #[serde(default = "UpstreamCheck::usual_days")]
    pub entry_days_max: u16,
}

/// The form in which a provider tells how it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamFormat {
    /// What comes shows which one it is.
    #[default]
    Any,
    /// The summary of a status page, as version 2 of Statuspage's API has it.
    Statuspage,
    /// A feed: Atom, or RSS 2.0.
    Feed,
}

impl UpstreamFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Any, Self::Statuspage, Self::Feed];

    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Statuspage => "statuspage",
            Self::Feed => "feed",
        }
    }
}

/// What a provider's words are to us: each is a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpstreamCounts {
    /// Planned work is under way there.
    pub under_maintenance: Verdict,
    /// It works badly or late.
    pub degraded_performance: Verdict,
    /// It works for some.
    pub partial_outage: Verdict,
    /// It works for nobody.
    pub major_outage: Verdict,
    /// There is an open entry in a feed, which does not say how bad it is.
    pub open_entry: Verdict,
}

impl Default for UpstreamCounts {
    fn default() -> Self {
        Self {
            under_maintenance: Verdict::Ok,
            degraded_performance: Verdict::Degraded,
            partial_outage: Verdict::Fail,
            major_outage: Verdict::Fail,
            open_entry: Verdict::Degraded,
        }
    }
}

impl UpstreamCounts {
    /// What a status there is to us.
    #[must_use]
    pub const fn of(&self, status: ComponentStatus) -> Verdict {
        match status {
            ComponentStatus::Operational => Verdict::Ok,
            ComponentStatus::UnderMaintenance => self.under_maintenance,
            ComponentStatus::DegradedPerformance => self.degraded_performance,
            ComponentStatus::PartialOutage => self.partial_outage,
            ComponentStatus::MajorOutage => self.major_outage,
        }
    }
}

impl UpstreamCheck {
    /// Days after which an entry of a feed is not looked at any more, where nobody says otherwise.
    pub const USUAL_ENTRY_DAYS_MAX: u16 = 7;
    /// Words by which an entry of a feed tells that it is over or lies ahead, where nobody says otherwise.
    pub const USUAL_ENDED: [&str; 9] = [
        "resolved",
        "completed",
        "closed",
        "fixed",
        "postmortem",
        "scheduled",
        "canceled",
        "cancelled",
        "operating normally",
    ];
    /// Seconds from one probe to the next where nobody says otherwise.
    pub(super) const USUAL_INTERVAL_SECONDS: u32 = 60;

    /// What a status page or a feed says, all of it.
    #[must_use]
    pub fn of(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            format: UpstreamFormat::default(),
            components: Vec::new(),
            counts: UpstreamCounts::default(),
            ended: Self::usual_ended(),
            entry_days_max: Self::USUAL_ENTRY_DAYS_MAX,
        }
    }

    /// Words by which an entry of a feed tells that it is over or lies ahead.
    #[must_use]
    pub fn usual_ended() -> Vec<String> {
        Self::USUAL_ENDED.map(str::to_owned).into()
    }

    const fn usual_days() -> u16 {
        Self::USUAL_ENTRY_DAYS_MAX
    }

    /// As one writes it: `upstream:https://status.example.com/api/v2/summary.json`.
    #[must_use]
    pub fn target(&self) -> String {
        format!("{PREFIX}{}", self.url)
    }

    /// What a check of it is called where nobody says.
    pub(super) fn usual_name(&self) -> String {
        format!("Status told by {}", host_of(&self.url))
    }

    /// Reads an address that begins with `upstream:`. Of a host alone the summary is asked for.
    pub(super) fn read(text: &str) -> Option<Result<Self, InvalidValue>> {
        let (prefix, url) = text.split_at_checked(PREFIX.len())?;
        if !prefix.eq_ignore_ascii_case(PREFIX) {
            return None;
        }
        Some(web_address(url).map(|url| {
            let rest = url.split_once("://").map_or("", |(_, rest)| rest);
            match rest.split_once(['/', '?', '#']) {
                None => Self::of(format!("{url}{SUMMARY}")),
                Some((_, "")) => {
                    Self::of(format!("{}{SUMMARY}", url.trim_end_matches(['/', '?', '#'])))
                }
                Some(_) => Self::of(url),
            }
        }))
    }
}

/// The address of something on the Web, with what it begins with.
pub(super) fn web_address(text: &str) -> Result<String, InvalidValue> {
    let url = match text.split_once("://") {
        Some((scheme, _))
            if !["http", "https"].iter().any(|it| scheme.eq_ignore_ascii_case(it)) =>
        {
            return refused("has to be an address that begins with https:// or http://");
        }
        Some(_) => text.to_owned(),
        None => format!("https://{text}"),
    };
    if url.contains(char::is_whitespace) {
        return refused("has a space in it: write one address");
    }
    if host_of(&url).is_empty() {
        return refused("names no host: write it as in https://status.example.com");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::CheckKind;

    #[test]
    fn what_is_left_out_is_as_usual() {
        let short = r#"{"upstream": {"url": "https://status.example.com/history.atom"}}"#;
        let read: CheckKind = serde_json::from_str(short).unwrap();
        assert_eq!(read, "upstream:https://status.example.com/history.atom".parse().unwrap());
        let CheckKind::Upstream(check) = &read else { panic!("{read:?}") };
        let told = ComponentStatus::ALL.map(|status| check.counts.of(status));
        let [ok, fail] = [Verdict::Ok, Verdict::Fail];
        assert_eq!(told, [ok, ok, Verdict::Degraded, fail, fail]);
        let text = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<CheckKind>(&text).unwrap(), read, "{text}");
        assert!(!read.is_timed());
    }
}
