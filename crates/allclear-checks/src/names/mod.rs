//! Names that are asked one by one: some of them in each round, all of them within a period.
//!
//! A round reads whose turn it is, asks them beside each other, and writes what came of it in one transaction.
//! What that says of each name and of all is decided in `allclear_domain::check::NamesRound`, which knows no
//! store and no network.

mod list;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use allclear_domain::Check;
use allclear_domain::check::{
    Direction, Exchange, ExchangeLine, NameLook, NameState, NamesCheck, NamesRound, Phases,
    ProbeResult, Reason, ReasonCode, VantagePoint, Verdict, WatchedName,
};
use allclear_domain::ids::CheckId;
use allclear_domain::limits::NAMES_TOLD_MAX;
use allclear_store::{NameListRow, Store, StoreError};
use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::limits;
use crate::prober::{Ask, Prober, Probing};

pub use self::list::read as read_list;
pub(crate) use self::writing::change_of_kind;
pub use self::writing::{SetNames, set_names};

/// The longest that one name may take.
const NAME_MAX: Duration = Duration::from_secs(10);
/// The shortest that one name gets: none is begun with less, but that half of the whole round is enough.
const NAME_MIN: Duration = Duration::from_secs(5);
/// What is left to write what came, at most.
const MARGIN_MAX: Duration = Duration::from_secs(1);
/// Names that worked the last time and are asked in each round, so that it shows whether we can ask at all.
const WITNESSES: usize = 2;

/// Asks some names of a check, those whose turn it is, and writes what came of them.
#[must_use]
pub fn look(store: Store, prober: Arc<dyn Prober>, check: Arc<Check>, now: Timestamp) -> Probing {
    Box::pin(async move {
        let began = Instant::now();
        let mut result = match Look::begin(&store, prober.as_ref(), &check, now).await {
            Ok(Some(look)) => look.run(&store, prober.as_ref(), began).await,
            Ok(None) => Ok(ours(now, "it is no check of names any more")),
            Err(error) => Err(error),
        };
        if let Ok(result) = &mut result {
            result.took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        }
        result.unwrap_or_else(|error| ours(now, &format!("its names cannot be read: {error}")))
    })
}

fn ours(now: Timestamp, told: &str) -> ProbeResult {
    ProbeResult::ours(VantagePoint::core(), now, told)
}

/// One round.
struct Look {
    id: CheckId,
    /// How names are asked, as the store has it.
    check: NamesCheck,
    /// What was known of the list when it began.
    row: NameListRow,
    interval_seconds: u32,
    deadline: Duration,
    now: Timestamp,
}

impl Look {
    /// Reads how names are asked now, and the list anew where it is time for that.
    async fn begin(
        store: &Store,
        prober: &dyn Prober,
        check: &Check,
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        let stored = store.find_check(check.id).await?;
        let Some(names) = stored.as_ref().and_then(|stored| stored.kind.as_names()) else {
            return Ok(None);
        };
        let row = store.find_name_list(check.id).await?;
        let (id, deadline) = (check.id, check.deadline());
        let row = match list::is_time(names, &row.list, now) {
            Some(url) => {
                list::renew(store, prober, id, url, row, deadline / 4, now).await?;
                store.find_name_list(id).await?
            }
            None => row,
        };
        let interval_seconds = check.interval_seconds;
        Ok(Some(Self { id, check: names.clone(), row, interval_seconds, deadline, now }))
    }

    async fn run(
        self,
        store: &Store,
        prober: &dyn Prober,
        began: Instant,
    ) -> Result<ProbeResult, StoreError> {
        let total = store.count_names(self.id).await?.total();
        let size = self.check.round_size(total, self.interval_seconds);
        let turns = self.pick(store, size).await?;
        let round = self.ask(prober, turns, began).await;
        self.write(store, round).await
    }

    /// Whose turn it is: those that are doubted, for up to half of the round, and others beside them. Where few
    /// of them worked the last time, some that did come on top.
    async fn pick(&self, store: &Store, size: u32) -> Result<Vec<WatchedName>, StoreError> {
        let doubted = store.list_names_due_in(self.id, NameState::Doubted, size / 2).await?;
        let rest = size.saturating_sub(u32::try_from(doubted.len()).unwrap_or(size));
        let others = store.list_names_due_beside(self.id, NameState::Doubted, rest).await?;
        let is_fine = |one: &&WatchedName| one.state == NameState::Ok;
        let missing = WITNESSES.saturating_sub(others.iter().filter(is_fine).count());
        let mut picked = Vec::new();
        if missing > 0 {
            let many = u32::try_from(WITNESSES).unwrap_or(u32::MAX);
            let fine = store.list_names_due_in(self.id, NameState::Ok, many).await?;
            picked.extend(fine.into_iter().filter(|one| !others.contains(one)).take(missing));
        }
        // One beside the other: those that never answer must not keep all others from being asked.
        let (mut doubted, mut others) = (doubted.into_iter(), others.into_iter());
        loop {
            let (other, doubt) = (others.next(), doubted.next());
            if other.is_none() && doubt.is_none() {
                return Ok(picked);
            }
            picked.extend(other.into_iter().chain(doubt));
        }
    }

    /// Asks names beside each other. One that there is no time left for is not asked.
    async fn ask(
        &self,
        prober: &dyn Prober,
        turns: Vec<WatchedName>,
        began: Instant,
    ) -> NamesRound {
        let whole = self.deadline.saturating_sub(MARGIN_MAX.min(self.deadline / 5));
        let (ends, least) = (began + whole, NAME_MIN.min(whole / 2));
        let looks = turns.into_iter().map(|one| async move {
            let left = ends.saturating_duration_since(Instant::now());
            if left < least {
                return None;
            }
            let ask = Ask {
                url: self.check.url_of(&one.name),
                statuses: match self.check.statuses.as_slice() {
                    [] => vec![NamesCheck::ANSWERS],
                    some => some.to_vec(),
                },
                deadline: left.min(NAME_MAX),
            };
            let result = prober.ask(ask, self.now).await;
            Some(self.look_of(one, result))
        });
        let looks = stream::iter(looks).buffer_unordered(limits::NAMES_BESIDE_MAX);
        NamesRound { looks: looks.filter_map(std::future::ready).collect().await }
    }

    /// What came of one name.
    fn look_of(&self, before: WatchedName, result: ProbeResult) -> NameLook {
        let code = result.reason.as_ref().map(|reason| reason.code);
        let told = result.reason.map(|reason| reason.told);
        let ends_at = result.certificate_ends_at;
        let (verdict, told) = match result.verdict {
            // What may not be asked from here says nothing of it.
            Verdict::Fail if code == Some(ReasonCode::Forbidden) => (Verdict::Unknown, told),
            Verdict::Ok => match ends_at.and_then(|at| self.ends_soon(at)) {
                Some(told) => (Verdict::Degraded, Some(told)),
                None => (Verdict::Ok, None),
            },
            verdict => (verdict, told),
        };
        NameLook { before, verdict, told, reach: result.reach, certificate_ends_at: ends_at }
    }

    /// That a certificate ends soon, where it does.
    fn ends_soon(&self, ends_at: Timestamp) -> Option<String> {
        let days = self.check.certificate_days?;
        let left = ends_at.duration_since(self.now);
        let is_soon = left < SignedDuration::from_hours(24 * i64::from(days));
        is_soon.then(|| format!("its certificate ends on {}", ends_at.strftime("%Y-%m-%d")))
    }

    /// Writes what came, where nobody changed the list or the way to ask meanwhile, and says what follows.
    async fn write(&self, store: &Store, round: NamesRound) -> Result<ProbeResult, StoreError> {
        let mut transaction = store.begin().await?;
        let row = transaction.find_name_list(self.id).await?;
        if row.version != self.row.version {
            transaction.rollback().await?;
            let told = "its names, or how they are asked, changed meanwhile: they are asked anew";
            return Ok(ours(self.now, told));
        }
        transaction.put_names(self.id, &round.heard(&self.check, self.now)).await?;
        let dark_since = match (round.is_dark(), round.proven()) {
            (true, _) => row.list.dark_since.or(Some(self.now)),
            (false, Some(_)) => None,
            (false, None) => row.list.dark_since,
        };
        let problem = row.list.problem.clone();
        if dark_since != row.list.dark_since {
            let list = allclear_domain::check::NameList { dark_since, ..row.list };
            transaction.put_name_list(self.id, &NameListRow { list, ..row }).await?;
        }
        let counts = transaction.count_names(self.id).await?;
        let state = if counts.failing > 0 { NameState::Failing } else { NameState::Degraded };
        let worst = transaction.slice_names(self.id, Some(state), "", NAMES_TOLD_MAX).await?;
        transaction.commit().await?;
        let (verdict, reason) = round.verdict(&self.check, counts, &worst);
        let (verdict, reason) = match problem.filter(|_| self.check.list_url.is_some()) {
            Some(problem) => with_problem(verdict, reason, &problem),
            None => (verdict, reason),
        };
        Ok(ProbeResult {
            vantage: VantagePoint::core(),
            probed_at: self.now,
            took_us: 0,
            verdict,
            reason,
            phases: Phases::default(),
            exchange: exchange(&round),
            certificate_ends_at: None,
            leaf: None,
            reach: round.reach(verdict),
        })
    }
}

/// The same where the list could not be read: whoever is new on it is watched by nobody.
fn with_problem(
    verdict: Verdict,
    reason: Option<Reason>,
    problem: &str,
) -> (Verdict, Option<Reason>) {
    let told = match &reason {
        Some(reason) => format!("{}; the list stays as it was: {problem}", reason.told),
        None => format!("the list stays as it was: {problem}"),
    };
    let verdict = if verdict == Verdict::Ok { Verdict::Degraded } else { verdict };
    (verdict, Some(Reason::new(ReasonCode::Names, told)))
}

/// What did not simply work, name by name.
fn exchange(round: &NamesRound) -> Exchange {
    let line = |look: &NameLook| {
        let told = look.told.as_deref()?;
        let text = format!("{}: {told}", look.before.name);
        Some(ExchangeLine { at_us: 0, direction: Direction::Noted, text })
    };
    let mut lines: Vec<_> = round.looks.iter().filter_map(line).collect();
    lines.sort_by(|one, other| one.text.cmp(&other.text));
    let is_cut = lines.len() > limits::NAMES_NOTED_MAX;
    lines.truncate(limits::NAMES_NOTED_MAX);
    Exchange { lines, is_cut }
}

#[cfg(test)]
mod tests;
