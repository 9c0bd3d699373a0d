//! What a check of the kind `group` asks for: that enough of other checks work.
//!
//! Nobody probes it. Its verdict follows from what is believed of its members, and from that alone: one
//! whose samples are only suspicious so far changes nothing. A member that is not watched does not
//! count. One of which nothing is known may work or not: only what holds either way is said.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::heartbeat::shown;
use super::probe::{Reason, ReasonCode, Verdict};
use super::target::refused;
use super::{CheckId, CheckKind};
use crate::error::InvalidValue;
use crate::limits::MEMBERS_TOLD_MAX;

/// What stands in front of how many members have to work.
const GROUP: &str = "group:";
/// That all of them have to.
const ALL: &str = "all";

/// Other checks, and how many of them have to work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupCheck {
    /// The checks that it stands for.
    pub members: Vec<CheckId>,
    /// How many of them have to work; all, where nobody says: it is as bad as the worst of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_min: Option<u16>,
}

/// A member that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is called.
    pub name: String,
    /// What is believed of it.
    pub believed: Verdict,
    /// Since when that is so, where it is not well.
    pub since: Option<Timestamp>,
}

/// How many members are what.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    ok: usize,
    degraded: usize,
    fail: usize,
    unknown: usize,
}

impl Tally {
    fn of(members: &[Member]) -> Self {
        let mut tally = Self::default();
        for member in members {
            match member.believed {
                Verdict::Ok => tally.ok += 1,
                Verdict::Degraded => tally.degraded += 1,
                Verdict::Fail => tally.fail += 1,
                Verdict::Unknown => tally.unknown += 1,
            }
        }
        tally
    }

    const fn up(self) -> usize {
        self.ok + self.degraded
    }

    /// What follows where so many have to work, and nothing is unknown. With exactly as many as have to
    /// work while others are down it is degraded: the next one to go takes it down.
    const fn follows(self, up_min: usize) -> Verdict {
        if self.up() < up_min {
            Verdict::Fail
        } else if self.ok < up_min || (self.up() == up_min && self.fail > 0) {
            Verdict::Degraded
        } else {
            Verdict::Ok
        }
    }

    /// What follows whatever the unknown ones are.
    fn verdict(self, up_min: usize) -> Verdict {
        let (unknown, known) = (self.unknown, Self { unknown: 0, ..self });
        let best = Self { ok: self.ok + unknown, ..known }.follows(up_min);
        let worst = Self { fail: self.fail + unknown, ..known }.follows(up_min);
        // What lies between is no better than the best and no worse than the worst.
        if best == worst { best } else { Verdict::Unknown }
    }
}

impl GroupCheck {
    /// A group of which so many have to work; all, where that is `None`.
    #[must_use]
    pub const fn of(members: Vec<CheckId>, up_min: Option<u16>) -> Self {
        Self { members, up_min }
    }

    /// As one writes it: `group:all`, `group:2`. Its members are named beside it.
    #[must_use]
    pub fn target(&self) -> String {
        match self.up_min {
            Some(up_min) => format!("{GROUP}{up_min}"),
            None => format!("{GROUP}{ALL}"),
        }
    }

    /// Reads what follows `group:`; `None` where that does not stand there.
    pub(super) fn read(text: &str) -> Option<Result<CheckKind, InvalidValue>> {
        let (before, rest) = text.split_at_checked(GROUP.len())?;
        if !before.eq_ignore_ascii_case(GROUP) {
            return None;
        }
        let up_min = match rest.trim() {
            all if all.is_empty() || all.eq_ignore_ascii_case(ALL) => None,
            number => match number.parse() {
                Ok(up_min) if number.bytes().all(|byte| byte.is_ascii_digit()) => Some(up_min),
                _ => {
                    let problem = "says no number of members: write group:all where all of them have \
                                   to work, or group:2 where two have to";
                    return Some(refused(problem));
                }
            },
        };
        Some(Ok(CheckKind::Group(Self::of(Vec::new(), up_min))))
    }

    /// What it is called where nobody says.
    pub(super) fn usual_name(&self) -> String {
        match self.up_min {
            Some(up_min) => format!("Group of which {up_min} have to work"),
            None => "Group".to_owned(),
        }
    }

    /// What follows from those of its members that are watched, and why. Where fewer are watched than
    /// have to work, all that are have to.
    #[must_use]
    pub fn verdict(&self, watched: &[Member]) -> (Verdict, Option<Reason>) {
        let tally = Tally::of(watched);
        let up_min = self.up_min.map_or(watched.len(), |up_min| watched.len().min(up_min.into()));
        let verdict = match watched.is_empty() {
            true => Verdict::Unknown,
            false => tally.verdict(up_min),
        };
        let reason = (verdict != Verdict::Ok).then(|| Reason {
            code: ReasonCode::Members,
            told: self.told(watched, tally),
            fault_page: None,
        });
        (verdict, reason)
    }

    /// How many work, how many have to, and which do not.
    fn told(&self, watched: &[Member], tally: Tally) -> String {
        let paused = self.members.len().saturating_sub(watched.len());
        if watched.is_empty() {
            return "none of its members is watched: resume one, or name others".to_owned();
        }
        let have_to = match self.up_min {
            Some(up_min) => format!("at least {up_min} must"),
            None => "all must".to_owned(),
        };
        let mut parts: Vec<String> = Vec::new();
        for verdict in [Verdict::Fail, Verdict::Degraded, Verdict::Unknown] {
            parts.extend(watched.iter().filter(|one| one.believed == verdict).map(Member::told));
        }
        let more = parts.len().saturating_sub(MEMBERS_TOLD_MAX);
        parts.truncate(MEMBERS_TOLD_MAX);
        if more > 0 {
            parts.push(format!("and {more} more"));
        }
        let paused = match paused {
            0 => String::new(),
            1 => "; 1 is paused or gone, and does not count".to_owned(),
            many => format!("; {many} are paused or gone, and do not count"),
        };
        let works = if watched.len() == 1 { "works" } else { "work" };
        let (up, all, which) = (tally.up(), watched.len(), parts.join(", "));
        format!("{up} of {all} {works}, {have_to}: {which}{paused}")
    }
}

impl Member {
    /// What is wrong with it.
    fn told(&self) -> String {
        let since = self.since.map(|at| format!(" since {}", shown(at))).unwrap_or_default();
        match self.believed {
            Verdict::Fail => format!("{} is down{since}", self.name),
            Verdict::Degraded => format!("{} is degraded{since}", self.name),
            Verdict::Unknown => format!("nothing is known of {}", self.name),
            Verdict::Ok => format!("{} works", self.name),
        }
    }
}

impl From<GroupCheck> for CheckKind {
    fn from(check: GroupCheck) -> Self {
        Self::Group(check)
    }
}

impl CheckKind {
    /// The members, where it is a group.
    #[must_use]
    pub const fn as_group(&self) -> Option<&GroupCheck> {
        match self {
            Self::Group(group) => Some(group),
            _ => None,
        }
    }

    /// Whether something is tried. Signals come by themselves, and what a group says follows from others.
    #[must_use]
    pub const fn is_probed(&self) -> bool {
        !matches!(self, Self::Heartbeat(_) | Self::Group(_))
    }
}

#[cfg(test)]
mod tests;
