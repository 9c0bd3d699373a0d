//! A round: some names that were asked beside each other, and what that says of them and of all.
//!
//! Pure: it knows no store and no network. Where nothing answers, it may be that we cannot ask, so no name is
//! said to fail for that. Where something as far away answered, a name that did not is doubted, and fails when
//! it does not answer the second time.

use jiff::Timestamp;

use super::super::probe::{Reason, ReasonCode, Verdict};
use super::super::sight::Reach;
use super::{NameCounts, NameState, NamesCheck, WatchedName};
use crate::limits::{NAME_REASON_CHARS_MAX, NAMES_JUDGED_FROM, NAMES_TOLD_MAX};

/// What one name did when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameLook {
    /// What was known of it before.
    pub before: WatchedName,
    /// What came of it. `Unknown` where the fault is ours: nothing changes then.
    pub verdict: Verdict,
    /// Why, where it does not simply work.
    pub told: Option<String>,
    /// How far away it is, where its addresses were found.
    pub reach: Option<Reach>,
    /// When the first of its certificates ends.
    pub certificate_ends_at: Option<Timestamp>,
}

impl NameLook {
    const fn works(&self) -> bool {
        matches!(self.verdict, Verdict::Ok | Verdict::Degraded)
    }

    /// Whether it was fine, or nobody had asked, before.
    const fn was_fine(&self) -> bool {
        matches!(self.before.state, NameState::Untried | NameState::Ok | NameState::Degraded)
    }

    /// What is known of it now. `proven` is how far away something was that answered in the same round.
    fn heard(&self, check: &NamesCheck, proven: Option<Reach>, now: Timestamp) -> WatchedName {
        let due_at = check.due_after(&self.before.name, now);
        let later = WatchedName { due_at, ..self.before.clone() };
        let state = match (self.verdict, self.before.state) {
            (Verdict::Unknown, _) => return later,
            (Verdict::Ok, _) => NameState::Ok,
            (Verdict::Degraded, _) => NameState::Degraded,
            // One whose addresses nobody knows counts as far away.
            (Verdict::Fail, _) if proven < Some(self.reach.unwrap_or(Reach::Far)) => return later,
            (Verdict::Fail, NameState::Doubted | NameState::Failing) => NameState::Failing,
            (Verdict::Fail, _) => NameState::Doubted,
        };
        let was_silent = matches!(self.before.state, NameState::Doubted | NameState::Failing);
        let is_silent = matches!(state, NameState::Doubted | NameState::Failing);
        let goes_on = state == self.before.state || (was_silent && is_silent);
        WatchedName {
            name: self.before.name.clone(),
            state,
            since: self.before.since.filter(|_| goes_on).or(Some(now)),
            probed_at: Some(now),
            due_at: if state == NameState::Doubted { now } else { due_at },
            reason: (state != NameState::Ok).then(|| self.short()),
            certificate_ends_at: match is_silent {
                true => self.certificate_ends_at.or(self.before.certificate_ends_at),
                false => self.certificate_ends_at,
            },
        }
    }

    /// Why, short enough to stand beside a name.
    fn short(&self) -> String {
        let told = self.told.as_deref().unwrap_or("it does not answer");
        if told.chars().count() <= NAME_REASON_CHARS_MAX {
            return told.to_owned();
        }
        let kept: String = told.chars().take(NAME_REASON_CHARS_MAX - 1).collect();
        format!("{kept}…")
    }
}

/// Names that were asked beside each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamesRound {
    /// What each did.
    pub looks: Vec<NameLook>,
}

impl NamesRound {
    /// How far away the farthest was that answered; `None` where nothing did.
    #[must_use]
    pub fn proven(&self) -> Option<Reach> {
        let worked = self.looks.iter().filter(|look| look.works());
        worked.map(|look| look.reach.unwrap_or(Reach::Itself)).max()
    }

    /// How far away the farthest is of what this round says something of.
    #[must_use]
    pub fn reach(&self, verdict: Verdict) -> Option<Reach> {
        if verdict != Verdict::Fail {
            return self.proven();
        }
        let failed = self.looks.iter().filter(|look| look.verdict == Verdict::Fail);
        failed.map(|look| look.reach.unwrap_or(Reach::Far)).max().or_else(|| self.proven())
    }

    /// Whether something was asked, and nothing of it answered.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.proven().is_none() && self.looks.iter().any(|look| look.verdict == Verdict::Fail)
    }

    /// What is known of each name now.
    #[must_use]
    pub fn heard(&self, check: &NamesCheck, now: Timestamp) -> Vec<WatchedName> {
        let proven = self.proven();
        self.looks.iter().map(|look| look.heard(check, proven, now)).collect()
    }

    /// What follows, and why. `counts` are those of all names once this round was heard, `worst` some of those
    /// that fail, or else of those that are degraded.
    #[must_use]
    pub fn verdict(
        &self,
        check: &NamesCheck,
        counts: NameCounts,
        worst: &[WatchedName],
    ) -> (Verdict, Option<Reason>) {
        let because = |verdict, told| (verdict, Some(Reason::new(ReasonCode::Names, told)));
        if counts.total() == 0 {
            let told = "there are no names to ask: set the list, as with `allclear check names`";
            return because(Verdict::Unknown, told.to_owned());
        }
        if self.is_dark() {
            return because(Verdict::Fail, self.told_dark());
        }
        if self.proven().is_none() {
            let why = self.looks.iter().find_map(|look| look.told.as_deref());
            let told = why.unwrap_or("no name was reached in time: give a round more time");
            return because(Verdict::Unknown, format!("nothing could be asked: {told}"));
        }
        let percent = u64::from(check.fail_at_percent);
        let reaches =
            |some: u32, all: u32| some > 0 && u64::from(some) * 100 >= percent * u64::from(all);
        if counts.failing > 0 && reaches(counts.failing, counts.tried()) {
            return because(Verdict::Fail, told_of(counts.failing, "fail", counts, worst));
        }
        let (failed, fine) = self.fresh();
        if fine >= NAMES_JUDGED_FROM && reaches(failed, fine) {
            return because(Verdict::Fail, self.told_fresh(failed, fine));
        }
        if counts.failing > 0 {
            return because(Verdict::Degraded, told_of(counts.failing, "fail", counts, worst));
        }
        if counts.degraded > 0 {
            return because(
                Verdict::Degraded,
                told_of(counts.degraded, "are degraded", counts, worst),
            );
        }
        (Verdict::Ok, None)
    }

    /// Of those asked that were fine before, or of which nothing was known: how many failed, and how many there
    /// are.
    fn fresh(&self) -> (u32, u32) {
        let asked = self.looks.iter().filter(|look| look.verdict != Verdict::Unknown);
        let (mut failed, mut fine) = (0, 0);
        for look in asked.filter(|look| look.was_fine()) {
            fine += 1;
            failed += u32::from(look.verdict == Verdict::Fail);
        }
        (failed, fine)
    }

    /// Those that failed, the first ones of the alphabet.
    fn failed(&self) -> Vec<(&str, String)> {
        let failed = self.looks.iter().filter(|look| look.verdict == Verdict::Fail);
        let mut failed: Vec<_> =
            failed.map(|look| (look.before.name.as_str(), look.short())).collect();
        failed.sort_unstable();
        failed
    }

    fn told_dark(&self) -> String {
        let failed = self.failed();
        let first = failed.first().map(|(name, why)| format!("{name}: {why}")).unwrap_or_default();
        match failed.len() {
            1 => format!("the one name asked just now did not answer; {first}"),
            many => format!("none of the {many} names asked just now answered; {first}"),
        }
    }

    fn told_fresh(&self, failed: u32, fine: u32) -> String {
        let which = list(self.failed().into_iter(), failed);
        format!("{failed} of {fine} names that had not failed before failed just now: {which}")
    }
}

/// How many of all, and which.
fn told_of(some: u32, what: &str, counts: NameCounts, worst: &[WatchedName]) -> String {
    let what =
        if some == 1 { what.replace("fail", "fails").replace("are ", "is ") } else { what.into() };
    let of = |one: &WatchedName| (one.name.clone(), one.reason.clone().unwrap_or_default());
    let mut worst: Vec<_> = worst.iter().map(of).collect();
    worst.sort_unstable();
    let which = list(worst.iter().map(|(name, why)| (name.as_str(), why.clone())), some);
    format!("{} of {} names {what}: {which}", grouped(some), grouped(counts.total()))
}

/// The first ones by name, and how many more there are.
fn list<'a>(worst: impl Iterator<Item = (&'a str, String)>, all: u32) -> String {
    let told: Vec<String> =
        worst.take(NAMES_TOLD_MAX).map(|(name, why)| format!("{name} ({why})")).collect();
    let more = all.saturating_sub(u32::try_from(told.len()).unwrap_or(u32::MAX));
    let rest = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
    format!("{}{rest}", told.join(", "))
}

/// A number as people read it: 1,312.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
