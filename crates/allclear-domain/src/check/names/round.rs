//! A round: some names that were asked beside each other, and what that says of them and of all.
//!
//! Pure: it knows no store and no network. Where nothing answers, it may be that we cannot ask, so no name is
//! said to fail for that. Where something answered, a name that did not is doubted, and fails when it does not
//! answer the second time beside something as far away.

use jiff::Timestamp;

use super::super::probe::{Reason, ReasonCode, Verdict};
use super::super::sight::Reach;
use super::{NameCounts, NameState, NamesCheck, WatchedName};
use crate::limits::{NAME_REASON_CHARS_MAX, NAMES_JUDGED_FROM, NAMES_SHARED_FROM, NAMES_TOLD_MAX};

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

    /// Whether it worked the last time.
    const fn was_fine(&self) -> bool {
        matches!(self.before.state, NameState::Ok | NameState::Degraded)
    }

    /// Whether it failed, and what answered is nearer: we may have no way out. One whose addresses were not
    /// found counts as far away: who is asked for them may have no way out.
    fn is_beyond(&self, proven: Option<Reach>) -> bool {
        self.verdict == Verdict::Fail && proven < Some(self.reach.unwrap_or(Reach::Far))
    }

    /// What is known of it now. `proven` is how far away something was that answered in the same round.
    fn heard(&self, check: &NamesCheck, proven: Option<Reach>, now: Timestamp) -> WatchedName {
        let due_at = check.due_after(&self.before.name, now);
        let later = WatchedName { due_at, ..self.before.clone() };
        let state = match (self.verdict, self.before.state) {
            (Verdict::Unknown, _) => return later,
            (Verdict::Ok, _) => NameState::Ok,
            (Verdict::Degraded, _) => NameState::Degraded,
            // Nothing answered.
            (Verdict::Fail, _) if proven.is_none() => return later,
            (Verdict::Fail, NameState::Failing) => NameState::Failing,
            // It is asked again and again, and said to fail by nobody.
            (Verdict::Fail, _) if self.is_beyond(proven) => NameState::Doubted,
            (Verdict::Fail, NameState::Doubted) => NameState::Failing,
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

    /// Whether something was asked, and nothing of it answered. Where most of it could not be asked, names that
    /// are known to fail say nothing of the others.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        let failed = || self.looks.iter().filter(|look| look.verdict == Verdict::Fail);
        let is_news = failed().any(|look| look.before.state != NameState::Failing);
        let has_all = self.asked().count() == self.looks.len();
        self.proven().is_none() && failed().next().is_some() && (is_news || has_all)
    }

    /// What is known of each name now.
    #[must_use]
    pub fn heard(&self, check: &NamesCheck, now: Timestamp) -> Vec<WatchedName> {
        let proven = self.proven();
        self.looks.iter().map(|look| look.heard(check, proven, now)).collect()
    }

    /// What follows, and why. `counts` are those of all names once this round was heard, `worst` some of those
    /// that fail, or else of those that are degraded. `was_shared` is what [`Self::is_shared`] said of the round
    /// before.
    #[must_use]
    pub fn verdict(
        &self,
        check: &NamesCheck,
        counts: NameCounts,
        worst: &[WatchedName],
        was_shared: bool,
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
        // Of the first ones that are asked a single one is many percent.
        let is_enough =
            counts.untried == 0 || counts.failing >= NAMES_SHARED_FROM.min(counts.total());
        if is_enough && reaches(check, counts.failing, counts.tried()) {
            return because(Verdict::Fail, told_of(counts.failing, "fail", counts, worst));
        }
        if self.begins_to_share(check, counts) {
            return because(Verdict::Fail, self.told_fresh(counts));
        }
        if was_shared && self.goes_on_sharing(check, counts) {
            return because(Verdict::Fail, self.told_shared());
        }
        let beyond = self.beyond();
        let is_second = beyond.iter().any(|look| !look.was_fine() && look.before.state.is_tried());
        if is_second && reaches(check, counts.failing + counts.doubted, counts.tried()) {
            return because(Verdict::Fail, told_beyond(&beyond));
        }
        if counts.failing > 0 {
            return because(Verdict::Degraded, told_of(counts.failing, "fail", counts, worst));
        }
        // It may be that we have no way out, which is nobody's fault but ours; that all is well is not said.
        if !beyond.is_empty() {
            return because(Verdict::Unknown, told_beyond(&beyond));
        }
        if counts.degraded > 0 {
            return because(
                Verdict::Degraded,
                told_of(counts.degraded, "are degraded", counts, worst),
            );
        }
        (Verdict::Ok, None)
    }

    /// Whether many names fail that worked before, so that what they share is down. Once that is so, it is over
    /// when a round that asked enough finds that fewer fail; `was_shared` says what it was before this round.
    #[must_use]
    pub fn is_shared(&self, check: &NamesCheck, counts: NameCounts, was_shared: bool) -> bool {
        match self.proven() {
            // Nothing answered, or nothing could be asked.
            None => was_shared,
            Some(_) => {
                self.begins_to_share(check, counts)
                    || (was_shared && self.goes_on_sharing(check, counts))
            }
        }
    }

    fn begins_to_share(&self, check: &NamesCheck, counts: NameCounts) -> bool {
        let fresh = self.fresh(counts);
        let failed = number(fresh.iter().filter(|look| look.verdict == Verdict::Fail).count());
        let fresh = number(fresh.len());
        fresh >= NAMES_JUDGED_FROM && failed >= NAMES_SHARED_FROM && reaches(check, failed, fresh)
    }

    /// Judged by all that were asked: those that failed first are doubted by now.
    fn goes_on_sharing(&self, check: &NamesCheck, counts: NameCounts) -> bool {
        let asked = number(self.asked().count());
        let failed = number(self.asked().filter(|look| look.verdict == Verdict::Fail).count());
        // What cannot be asked at all is not waited for.
        let tried = number(self.looks.len());
        tried < NAMES_JUDGED_FROM.min(counts.total()) || reaches(check, failed, asked)
    }

    fn asked(&self) -> impl Iterator<Item = &NameLook> {
        self.looks.iter().filter(|look| look.verdict != Verdict::Unknown)
    }

    /// Those asked that were fine before. Where nothing was known of any, those that were asked the first time:
    /// later on, what is new on a list may not be there yet.
    fn fresh(&self, counts: NameCounts) -> Vec<&NameLook> {
        let is_new = |look: &&NameLook| look.before.state == NameState::Untried;
        if number(self.asked().filter(is_new).count()) == counts.tried() {
            return self.asked().filter(is_new).collect();
        }
        self.asked().filter(|look| look.was_fine()).collect()
    }

    /// Those that failed, while what answered is nearer.
    fn beyond(&self) -> Vec<&NameLook> {
        let proven = self.proven();
        self.looks.iter().filter(|look| look.is_beyond(proven)).collect()
    }

    fn told_dark(&self) -> String {
        let failed = failed(self.looks.iter());
        let first = failed.first().map(|(name, why)| format!("{name}: {why}")).unwrap_or_default();
        match failed.len() {
            1 => format!("the one name asked just now did not answer; {first}"),
            many => format!("none of the {many} names asked just now answered; {first}"),
        }
    }

    fn told_fresh(&self, counts: NameCounts) -> String {
        let fresh = self.fresh(counts);
        let failed = failed(fresh.iter().copied());
        let (fine, count) = (fresh.len(), failed.len());
        let which = list(failed.into_iter(), number(count));
        format!("{count} of {fine} names that had not failed before failed just now: {which}")
    }

    fn told_shared(&self) -> String {
        let failed = failed(self.looks.iter());
        let (asked, count) = (self.asked().count(), failed.len());
        if count == 0 {
            return "many names failed at once, and too few were asked since to say that this is over"
                .to_owned();
        }
        let which = list(failed.into_iter(), number(count));
        format!("many names failed at once, and {count} of {asked} asked just now do: {which}")
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Whether so many of all are as many as a check takes to fail.
fn reaches(check: &NamesCheck, some: u32, all: u32) -> bool {
    let percent = u64::from(check.fail_at_percent);
    some > 0 && u64::from(some) * 100 >= percent * u64::from(all)
}

/// Those that failed, and why, in the order of the alphabet.
fn failed<'a>(looks: impl Iterator<Item = &'a NameLook>) -> Vec<(&'a str, String)> {
    let failed = looks.filter(|look| look.verdict == Verdict::Fail);
    let mut failed: Vec<_> = failed.map(|look| (look.before.name.as_str(), look.short())).collect();
    failed.sort_unstable();
    failed
}

fn told_beyond(beyond: &[&NameLook]) -> String {
    let failed = failed(beyond.iter().copied());
    let count = number(failed.len());
    let verb = if count == 1 { "does" } else { "do" };
    let which = list(failed.into_iter(), count);
    format!(
        "{count} of the names asked just now {verb} not answer, and only nearer ones did: {which}"
    )
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
