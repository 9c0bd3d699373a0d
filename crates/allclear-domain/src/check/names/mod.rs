//! What a check of the kind `names` asks for: that many host names answer, each for itself.
//!
//! A hosted shop serves its customers at their own names. One address of it may work while a hundred of
//! theirs are dark. The names themselves are rows beside the check: [`WatchedName`]. Some of them are asked
//! in each [`NamesRound`], all of them within a period.

mod round;
mod state;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::target::refused;
use super::{CheckKind, StatusRange};
use crate::error::{InvalidTransition, InvalidValue};
use crate::limits;

pub use self::round::{NameLook, NamesRound};
pub use self::state::{NameCounts, NameList, NameState, WatchedName};

/// What stands in front of how names are asked.
const NAMES: &str = "names:";

/// A set of host names, and how each of them is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamesCheck {
    /// With TLS or without.
    #[serde(default)]
    pub scheme: NameScheme,
    /// The port; the usual one of the scheme where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What each is asked for: a path, with a query where there is one.
    #[serde(default = "NamesCheck::usual_path")]
    pub path: String,
    /// Statuses that are right; all below 500 where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<StatusRange>,
    /// Days before the end of a certificate from which on its name is degraded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_days: Option<u16>,
    /// Within so many seconds every name is asked once.
    #[serde(default = "NamesCheck::usual_period")]
    pub period_seconds: u32,
    /// The check fails from so many in a hundred names on; while fewer fail, it is degraded.
    #[serde(default = "NamesCheck::usual_percent")]
    pub fail_at_percent: u8,
    /// Where the list is read from, once in each period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_url: Option<String>,
}

/// How names are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameScheme {
    /// With TLS; the certificate has to be right.
    #[default]
    Https,
    /// Without.
    Http,
}

impl NameScheme {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Https, Self::Http];

    /// The word in files, addresses and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

impl NamesCheck {
    /// Seconds from one round to the next where nobody says otherwise.
    pub const USUAL_INTERVAL_SECONDS: u32 = 10;
    /// Seconds within which every name is asked where nobody says otherwise.
    pub const USUAL_PERIOD_SECONDS: u32 = 600;
    /// In a hundred names, how many have to fail where nobody says otherwise.
    pub const USUAL_FAIL_AT_PERCENT: u8 = 50;
    /// Statuses that are right where a check names none.
    pub const ANSWERS: StatusRange = StatusRange { from: 100, to: 499 };

    fn usual_path() -> String {
        "/".to_owned()
    }

    const fn usual_period() -> u32 {
        Self::USUAL_PERIOD_SECONDS
    }

    const fn usual_percent() -> u8 {
        Self::USUAL_FAIL_AT_PERCENT
    }

    /// Names that are asked in this way for their first page.
    #[must_use]
    pub fn of(scheme: NameScheme) -> Self {
        Self {
            scheme,
            port: None,
            path: Self::usual_path(),
            statuses: Vec::new(),
            certificate_days: None,
            period_seconds: Self::usual_period(),
            fail_at_percent: Self::usual_percent(),
            list_url: None,
        }
    }

    /// As one writes it: `names:https`, `names:https:8443/health`.
    #[must_use]
    pub fn target(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let path = if self.path == "/" { "" } else { &self.path };
        format!("{NAMES}{}{port}{path}", self.scheme.as_str())
    }

    /// Reads what follows `names:`; `None` where that does not stand there.
    pub(super) fn read(text: &str) -> Option<Result<CheckKind, InvalidValue>> {
        let (before, rest) = text.split_at_checked(NAMES.len())?;
        if !before.eq_ignore_ascii_case(NAMES) {
            return None;
        }
        let (server, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let (scheme, port) = match server.split_once(':') {
            Some((scheme, port)) => (scheme, Some(port)),
            None => (server, None),
        };
        let scheme = match scheme.trim().to_ascii_lowercase().as_str() {
            "" | "https" => NameScheme::Https,
            "http" => NameScheme::Http,
            _ => {
                let problem = "says neither https nor http: write names:https, or as in \
                               names:https:8443/health, and set the names themselves afterwards";
                return Some(refused(problem));
            }
        };
        let is_number = |port: &&str| port.bytes().all(|byte| byte.is_ascii_digit());
        let port = match port {
            None => None,
            Some(port) => match Some(port).filter(is_number).and_then(|port| port.parse().ok()) {
                Some(port) if port > 0 => Some(port),
                _ => return Some(refused("has a port that is none: write one from 1 to 65535")),
            },
        };
        if path.contains(char::is_whitespace) {
            return Some(refused("has a space in it: leave it out, or write %20 in its place"));
        }
        let path = path.to_owned();
        Some(Ok(CheckKind::Names(Self { port, path, ..Self::of(scheme) })))
    }

    /// What it is called where nobody says.
    pub(super) fn usual_name(&self) -> String {
        format!("Names over {}", self.scheme.as_str())
    }

    /// Where a name is asked.
    #[must_use]
    pub fn url_of(&self, name: &str) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{name}{port}{}", self.scheme.as_str(), self.path)
    }

    /// Whether `other` asks each name for the same, so that what is known of it holds there, too.
    #[must_use]
    pub fn asks_as(&self, other: &Self) -> bool {
        self.scheme == other.scheme
            && self.port == other.port
            && self.path == other.path
            && self.statuses == other.statuses
            && self.certificate_days == other.certificate_days
    }

    /// How many of `total` names one round asks, where a round begins every `interval_seconds`.
    #[must_use]
    pub fn round_size(&self, total: u32, interval_seconds: u32) -> u32 {
        let asked = u64::from(total) * u64::from(interval_seconds);
        let share = asked.div_ceil(u64::from(self.period_seconds.max(1)));
        let share = u32::try_from(share).unwrap_or(u32::MAX);
        share.clamp(limits::NAMES_PER_ROUND_MIN, limits::NAMES_PER_ROUND_MAX)
    }

    /// When a name is due again that was asked now: after a period less up to a tenth, so that names that were
    /// asked together spread.
    #[must_use]
    pub fn due_after(&self, name: &str, now: Timestamp) -> Timestamp {
        let period_ms = i64::from(self.period_seconds) * 1_000;
        let less = i64::from(spread(name) % 1_000) * period_ms / 10_000;
        now.checked_add(SignedDuration::from_millis(period_ms - less)).unwrap_or(now)
    }
}

/// A number of a name that is always the same, and is as if by chance from one name to the next (FNV-1a).
fn spread(name: &str) -> u32 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
    // The upper half alone is spread well where names are alike.
    u32::try_from((hash ^ (hash >> 32)) >> 32).unwrap_or_default()
}

/// What is to be watched from now on, looked through: each once, in the order of the alphabet.
///
/// # Errors
/// Where one is no host name, or there are too many of them.
pub fn set_of_names(names: impl IntoIterator<Item = String>) -> Result<Vec<String>, InvalidValue> {
    let mut set: Vec<String> = Vec::new();
    for (place, name) in names.into_iter().enumerate() {
        if !is_host_name(&name) {
            let name: String = name.chars().take(80).collect();
            let problem = format!(
                "`{}` is not a host name: write it in lower case and without a port or `*`, as in \
                 shop.example.com, and other letters than a to z in their xn-- form",
                name.escape_debug()
            );
            return Err(InvalidValue::new(format!("names[{place}]"), problem));
        }
        set.push(name);
    }
    set.sort_unstable();
    set.dedup();
    let most = limits::NAMES_PER_CHECK_MAX;
    if set.len() > most {
        let problem = format!("are {} names, {most} at most: use a second check", set.len());
        return Err(InvalidValue::new("names", problem));
    }
    Ok(set)
}

/// By RFC 1123, in the form that is sent: no address of numbers, and nothing before or after it.
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_number = |label: &str| label.bytes().all(|b| b.is_ascii_digit());
    name.len() <= limits::HOST_NAME_CHARS_MAX
        && name.split('.').all(is_label)
        && !name.rsplit('.').next().is_some_and(is_number)
}

/// Whether a list may take the place of one of `before` names of which it leaves out `removed`. A broken export is
/// short more often than half of all customers leave.
///
/// # Errors
/// Where it leaves out so many that somebody has to say that this is meant.
pub const fn may_replace(
    before: usize,
    removed: usize,
    after: usize,
) -> Result<(), InvalidTransition> {
    let (state, hint) = if after == 0 {
        ("asked to become empty", "send at least one name, or say that it is to shrink (`shrink`)")
    } else if before >= limits::NAMES_SHRINK_FROM && removed * 2 > before {
        (
            "asked to lose more than half of its names",
            "send the whole list, or say that it is to shrink (`shrink`)",
        )
    } else {
        return Ok(());
    };
    Err(InvalidTransition { noun: "the list of names", state, wanted: "replaced", hint })
}

impl From<NamesCheck> for CheckKind {
    fn from(check: NamesCheck) -> Self {
        Self::Names(check)
    }
}

impl CheckKind {
    /// How names are asked, where it is a set of them.
    #[must_use]
    pub const fn as_names(&self) -> Option<&NamesCheck> {
        match self {
            Self::Names(names) => Some(names),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
