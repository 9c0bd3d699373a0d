//! Names that are asked one by one: some of them in each round, all of them within a period.
//!
//! A round reads whose turn it is, asks them beside each other, and writes what came of it in one transaction.
//! What that says of each name and of all is decided in `allclear_domain::check::NamesRound`, which knows no
//! store and no network.

mod list;
mod writing;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::audit::Actor;
use allclear_domain::check::{
    Direction, Exchange, ExchangeLine, NameList, NameLook, NameState, NamesCheck, NamesRound,
    Phases, ProbeResult, Reason, ReasonCode, VantagePoint, Verdict, WatchedName,
};
use allclear_domain::ids::CheckId;
use allclear_domain::limits::NAMES_TOLD_MAX;
use allclear_domain::{Check, Entropy};
use allclear_store::{NameListRow, Store, StoreError, Transaction};
use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::prober::{Ask, Prober, Probing};
use crate::{keeping, limits};

pub use self::list::read as read_list;
pub(crate) use self::writing::follow;
pub use self::writing::{SetNames, set_names};

/// The longest that one name may take.
const NAME_MAX: Duration = Duration::from_secs(10);
/// The shortest that one name gets: none is begun with less, but that half of the whole round is enough.
const NAME_MIN: Duration = Duration::from_secs(5);
/// What is left to write what came, at most.
const MARGIN_MAX: Duration = Duration::from_secs(1);
/// Names that worked the last time and are the first ones of each round, so that it shows whether we can ask at all,
/// however many others never answer.
const WITNESSES: usize = 2;
/// How much later than due a name may be beside its period: as much earlier new ones are due.
const LATE_FROM: SignedDuration = SignedDuration::from_secs(60);

/// Who has names asked.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The node that probes for all: where another one does by now, nothing is written. `None` where somebody
    /// has them asked once.
    pub holder: Option<String>,
    /// Who changes a list that is read anew.
    pub actor: Actor,
    /// Where ids come from.
    pub entropy: Arc<Entropy>,
}

impl Asker {
    /// How names of a check are asked, where it is still one of names and this asker may write what comes.
    async fn stands(
        &self,
        transaction: &mut Transaction,
        id: CheckId,
    ) -> Result<Option<NamesCheck>, StoreError> {
        if let Some(holder) = &self.holder
            && !transaction.holds_lease(keeping::LEASE, holder).await?
        {
            return Ok(None);
        }
        let found = transaction.find_check(id).await?;
        Ok(found.and_then(|stored| stored.value.kind.as_names().cloned()))
    }
}

/// Asks some names of a check, those whose turn it is, and writes what came of them.
#[must_use]
pub fn look(
    store: Store,
    prober: Arc<dyn Prober>,
    by: Asker,
    check: Arc<Check>,
    now: Timestamp,
) -> Probing {
    Box::pin(async move {
        let began = Instant::now();
        let mut result = match Look::begin(&store, &prober, by, &check, now).await {
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
    by: Asker,
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
        prober: &Arc<dyn Prober>,
        by: Asker,
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
                let renewal = list::Renewal {
                    store: store.clone(),
                    prober: prober.clone(),
                    by: by.clone(),
                    id,
                    url: url.to_owned(),
                    version: row.version,
                    now,
                };
                renewal.run(deadline / 4).await?;
                store.find_name_list(id).await?
            }
            None => row,
        };
        let interval_seconds = check.interval_seconds;
        Ok(Some(Self { by, id, check: names.clone(), row, interval_seconds, deadline, now }))
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
        let due_at = turns.iter().map(|one| one.due_at).min().unwrap_or(self.now);
        let late = self.now.duration_since(due_at) - LATE_FROM;
        let round = self.ask(prober, turns, began).await;
        self.write(store, round, late).await
    }

    /// Whose turn it is: some that worked the last time, then as many as a round asks, and beside them those that
    /// are doubted, up to as many again.
    async fn pick(&self, store: &Store, size: u32) -> Result<Vec<WatchedName>, StoreError> {
        let doubted = store.list_names_due_in(self.id, NameState::Doubted, size).await?;
        let mut others = store.list_names_due_beside(self.id, NameState::Doubted, size).await?;
        let mut picked = Vec::new();
        for state in [NameState::Ok, NameState::Degraded] {
            while picked.len() < WITNESSES
                && let Some(place) = others.iter().position(|one| one.state == state)
            {
                picked.push(others.remove(place));
            }
        }
        for state in [NameState::Ok, NameState::Degraded] {
            let missing = WITNESSES.saturating_sub(picked.len());
            if missing > 0 {
                let many = u32::try_from(WITNESSES).unwrap_or(u32::MAX);
                let fine = store.list_names_due_in(self.id, state, many).await?;
                let fine: Vec<_> =
                    fine.into_iter().filter(|one| !picked.contains(one)).take(missing).collect();
                picked.extend(fine);
            }
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

    /// Whether the last round that told anything is so long ago that nothing is known of any name.
    fn is_long_ago(&self, asked_at: Option<Timestamp>) -> bool {
        let most = (self.check.period_seconds * 2).max(self.interval_seconds.saturating_mul(3));
        let most = SignedDuration::from_secs(most.into());
        asked_at.is_some_and(|at| self.now.duration_since(at) > most)
    }

    /// Writes what came, where nobody changed the list or the way to ask meanwhile, and says what follows. `late`
    /// is how long ago the first of them was due.
    async fn write(
        &self,
        store: &Store,
        mut round: NamesRound,
        late: SignedDuration,
    ) -> Result<ProbeResult, StoreError> {
        let mut transaction = store.begin().await?;
        let check = self.by.stands(&mut transaction, self.id).await?;
        let row = transaction.find_name_list(self.id).await?;
        let is_void = check.is_none_or(|check| !check.asks_as(&self.check));
        if is_void || row.version != self.row.version {
            transaction.rollback().await?;
            let told = "its names, how they are asked, or who asks them changed meanwhile: they \
                        are asked anew";
            return Ok(ours(self.now, told));
        }
        let is_stale = round.proven().is_some() && self.is_long_ago(row.list.asked_at);
        let heard = self.hear(&mut transaction, &mut round, is_stale).await?;
        transaction.put_names(self.id, &heard).await?;
        let counts = transaction.count_names(self.id).await?;
        // Anew, as it may be forgotten by now.
        let row = transaction.find_name_list(self.id).await?;
        let was_shared = row.list.shared_since.is_some();
        let list = self.list_after(&round, row.list.clone(), |was_shared| {
            round.is_shared(&self.check, counts, was_shared)
        });
        if list != row.list {
            transaction.put_name_list(self.id, &NameListRow { list, ..row.clone() }).await?;
        }
        let state = if counts.failing > 0 { NameState::Failing } else { NameState::Degraded };
        let worst = transaction.slice_names(self.id, Some(state), "", NAMES_TOLD_MAX).await?;
        transaction.commit().await?;
        let said = round.verdict(&self.check, counts, &worst, was_shared);
        let said = match row.list.problem.filter(|_| self.check.list_url.is_some()) {
            Some(problem) => with(said, &format!("the list stays as it was: {problem}")),
            None => said,
        };
        let late = self.late(late).filter(|_| round.proven().is_some() && !is_stale);
        let (verdict, reason) = match &late {
            Some((told, true)) => with(said, told),
            _ => said,
        };
        Ok(ProbeResult {
            vantage: VantagePoint::core(),
            probed_at: self.now,
            took_us: 0,
            verdict,
            reason,
            phases: Phases::default(),
            exchange: exchange(&round, late.map(|(told, _)| told)),
            certificate_ends_at: None,
            leaf: None,
            reach: round.reach(verdict),
        })
    }

    /// What is known of names now, of those that nobody else asked meanwhile. After a long time without a round,
    /// what was known before is forgotten.
    async fn hear(
        &self,
        transaction: &mut Transaction,
        round: &mut NamesRound,
        is_stale: bool,
    ) -> Result<Vec<WatchedName>, StoreError> {
        let asked: Vec<_> = round.looks.iter().map(|look| look.before.name.as_str()).collect();
        let there = transaction.list_named(self.id, &asked).await?;
        let there: HashMap<_, _> =
            there.iter().map(|one| (one.name.as_str(), one.probed_at)).collect();
        let is_mine =
            |one: &WatchedName| there.get(one.name.as_str()).is_some_and(|at| *at == one.probed_at);
        let mine: Vec<_> = round.looks.iter().map(|look| is_mine(&look.before)).collect();
        if is_stale {
            tracing::info!(check.id = %self.id, "names were not asked for long: none is known");
            transaction.reset_names(self.id, self.now).await?;
            for look in &mut round.looks {
                let name = std::mem::take(&mut look.before.name);
                look.before = WatchedName::new(name, self.now);
            }
        }
        let heard = round.heard(&self.check, self.now).into_iter().zip(mine);
        Ok(heard.filter(|(_, is_mine)| *is_mine).map(|(one, _)| one).collect())
    }

    /// What is known of the list after a round.
    fn list_after(
        &self,
        round: &NamesRound,
        list: NameList,
        is_shared: impl FnOnce(bool) -> bool,
    ) -> NameList {
        let is_shared = is_shared(list.shared_since.is_some());
        let has_answers = round.proven().is_some();
        NameList {
            dark_since: match (round.is_dark(), has_answers) {
                (true, _) => list.dark_since.or(Some(self.now)),
                (false, true) => None,
                (false, false) => list.dark_since,
            },
            shared_since: is_shared.then(|| list.shared_since.unwrap_or(self.now)),
            asked_at: if has_answers { Some(self.now) } else { list.asked_at },
            ..list
        }
    }

    /// That names wait for longer than a period, where they do by more than a tenth of it, and whether that is so
    /// long that the check is degraded.
    fn late(&self, late: SignedDuration) -> Option<(String, bool)> {
        let period = SignedDuration::from_secs(self.check.period_seconds.into());
        let told = || {
            format!(
                "not all names are asked within the period: one was due {} s ago; a longer period \
                 or a shorter interval helps",
                late.as_secs()
            )
        };
        // By then it is as much later than its period.
        (late > period / 10).then(|| (told(), late > period + period / 10))
    }
}

/// The same with something else that is not as it is to be.
fn with((verdict, reason): (Verdict, Option<Reason>), problem: &str) -> (Verdict, Option<Reason>) {
    let told = match &reason {
        Some(reason) => format!("{}; {problem}", reason.told),
        None => problem.to_owned(),
    };
    let verdict = if verdict == Verdict::Ok { Verdict::Degraded } else { verdict };
    (verdict, Some(Reason::new(ReasonCode::Names, told)))
}

/// What did not simply work, name by name.
fn exchange(round: &NamesRound, late: Option<String>) -> Exchange {
    let line = |look: &NameLook| {
        let told = look.told.as_deref()?;
        Some(format!("{}: {told}", look.before.name))
    };
    let mut lines: Vec<_> = round.looks.iter().filter_map(line).collect();
    lines.sort_unstable();
    let noted = |text| ExchangeLine { at_us: 0, direction: Direction::Noted, text };
    let mut lines: Vec<_> = late.into_iter().chain(lines).map(noted).collect();
    let is_cut = lines.len() > limits::NAMES_NOTED_MAX;
    lines.truncate(limits::NAMES_NOTED_MAX);
    Exchange { lines, is_cut }
}

#[cfg(test)]
mod tests;
