//! The duty that keeps the expiry ledger true.
//!
//! It takes no input: each run asks which certificates checks saw served, which domains are to be asked for and
//! which warnings are due, and writes what differs. Whoever was away finds everything as it is now.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::audit::Actor;
use allclear_domain::check::{Leaf, ReasonCode};
use allclear_domain::expiry::{Ending, Expiry, Registration, SeenCertificate};
use allclear_domain::ids::{CheckId, ExpiryId};
use allclear_domain::{Change, Clock, Entropy};
use allclear_store::{ExpiryRow, Served, Store, StoreError, WriteError};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::rdap::{Asked, Registries};
use super::writing;
use crate::limits;

/// What audit entries call it.
pub const NAME: &str = "expiry";

/// How often it looks, where nobody tells it.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How often it is written down when a certificate was last seen.
const SEEN_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// How often a registry is asked for a domain.
const ASK_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How soon it is asked again where it was our own fault that it was not.
const ASK_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// How soon it is asked again where who was about to ask was stopped.
const TAKEN_FOR: SignedDuration = SignedDuration::from_mins(10);

/// What one run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Certificates that were seen for the first time, or are others than before.
    pub seen: usize,
    /// Certificates that went with their checks.
    pub gone: usize,
    /// Domains that were asked for.
    pub asked: usize,
    /// Entries that somebody was warned of.
    pub warned: usize,
}

/// Keeps the expiry ledger true.
pub struct ExpiryDuty {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<Entropy>,
    registries: Registries,
    nudge: Arc<Notify>,
}

impl ExpiryDuty {
    /// A duty that asks these registries.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<Entropy>,
        registries: Registries,
    ) -> Self {
        Self { store, clock, entropy, registries, nudge: Arc::default() }
    }

    /// What wakes the next run at once.
    #[must_use]
    pub fn nudge(&self) -> Arc<Notify> {
        self.nudge.clone()
    }

    /// Runs until it is dropped.
    pub async fn run(&self) {
        let mut is_told = false;
        loop {
            match self.run_once(self.clock.now()).await {
                Ok(_) => is_told = false,
                Err(error) if !is_told => {
                    tracing::error!(%error, "the expiry ledger cannot be kept");
                    is_told = true;
                }
                Err(_) => {}
            }
            // Either is reason enough to look.
            let _ = tokio::time::timeout(LOOK_EVERY, self.nudge.notified()).await;
        }
    }

    /// One run.
    ///
    /// # Errors
    /// Where the store fails. The next run goes on.
    pub async fn run_once(&self, now: Timestamp) -> Result<Report, StoreError> {
        let mut report = Report::default();
        self.look_at_certificates(now, &mut report).await?;
        // Registries may be slow, and no warning waits for them.
        self.warn(now, &mut report).await?;
        self.ask_registries(now, &mut report).await?;
        Ok(report)
    }

    /// Compares what is served with what is known.
    async fn look_at_certificates(
        &self,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        // Of several vantage points the one that looked last counts.
        let served: BTreeMap<CheckId, Served> =
            self.store.list_served().await?.into_iter().map(|one| (one.check_id, one)).collect();
        let known = self.store.list_seen_certificates().await?;
        let known: BTreeMap<CheckId, ExpiryRow> = known
            .expiries
            .into_iter()
            .filter_map(|row| Some((row.expiry.check_id()?, row)))
            .collect();
        let (mut seen, mut is_time) = (Vec::new(), false);
        for (check_id, served) in &served {
            let at = served.probed_at.min(now);
            let is_seen = match known.get(check_id) {
                Some(row) if row.expiry.is_of(&served.leaf) => {
                    let is_late = |was: Timestamp| at.duration_since(was).abs() >= SEEN_EVERY;
                    is_time |= row.seen_at.is_none_or(is_late);
                    true
                }
                other => {
                    let is_written = match other {
                        None => self.enter(*check_id, &served.leaf, at, now).await?,
                        Some(row) => self.replace(row, &served.leaf, at, now).await?,
                    };
                    report.seen += usize::from(is_written);
                    is_time |= is_written;
                    is_written
                }
            };
            if is_seen {
                seen.push((*check_id, at));
            }
        }
        // Where it is time for one, all are written: that is one revision an hour, and not one for each.
        if is_time {
            let mut transaction = self.store.begin().await?;
            transaction.set_certificates_seen(&seen).await?;
            transaction.commit().await?;
        }
        for orphan in self.store.list_orphaned_certificates().await?.expiries {
            report.gone += usize::from(self.remove(orphan.expiry.id, now).await?);
        }
        Ok(())
    }

    /// Puts a certificate in the place of the one that is known, where that is to be.
    async fn replace(
        &self,
        known: &ExpiryRow,
        leaf: &Leaf,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // To begin a transaction takes a revision: what changes nothing begins none.
        if known.expiry.clone().seen(leaf, known.seen_at, at).is_none() {
            return Ok(false);
        }
        self.change(known.expiry.id, now, |one| one.seen(leaf, known.seen_at, at)).await
    }

    /// Enters what a check saw for the first time.
    async fn enter(
        &self,
        check_id: CheckId,
        leaf: &Leaf,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.store.begin().await?;
        let Some(check) = transaction.find_check(check_id).await? else { return Ok(false) };
        let actor = Actor::Duty(NAME.to_owned());
        let change = Change { actor: &actor, entropy: &self.entropy, now };
        let seen = SeenCertificate { check_id, leaf: leaf.clone(), since };
        let expiry = Expiry {
            id: self.entropy.id(now),
            name: check.name.clone(),
            what: Ending::Certificate(seen),
            warn_days: Expiry::USUAL_WARN_DAYS.to_vec(),
            owner: None,
            note: None,
            link: None,
            warned_at: None,
            created_at: now,
        };
        match writing::insert(&mut transaction, &expiry, change).await {
            // Another node was faster.
            Err(StoreError::Duplicate { .. }) => Ok(false),
            Err(error) => Err(error),
            Ok(()) => transaction.commit().await.map(|_| true),
        }
    }

    /// Asks registries for the domains that are due.
    async fn ask_registries(&self, now: Timestamp, report: &mut Report) -> Result<(), StoreError> {
        let due = self.store.list_domains_to_ask(now, limits::DOMAINS_AT_ONCE_MAX).await?;
        for row in due.expiries {
            let Ending::Domain(domain) = &row.expiry.what else { continue };
            // Of several nodes one asks: the others find that it is not due any more.
            if !self.change(row.expiry.id, now, |one| taken(one, now)).await? {
                continue;
            }
            let asked = self.registries.ask(&domain.domain, now).await;
            let decide = |one: Expiry| Some(with_answer(one, &asked, now));
            report.asked += usize::from(self.change(row.expiry.id, now, decide).await?);
        }
        Ok(())
    }

    /// Warns of what is due: the console shows it, the log says it, the audit log keeps when.
    async fn warn(&self, now: Timestamp, report: &mut Report) -> Result<(), StoreError> {
        let due = self.store.list_expiries_to_warn(now, limits::WARNINGS_AT_ONCE_MAX).await?;
        for row in due.expiries {
            let (name, state) = (&row.expiry.name, row.expiry.state(now).as_str());
            if self.change(row.expiry.id, now, |one| one.warn(now)).await? {
                let days = row.expiry.days_left(now).unwrap_or_default();
                tracing::warn!(entry = %name, state, days_left = days, "something ends");
                report.warned += 1;
            }
        }
        Ok(())
    }

    /// Changes an entry as it is now, where there is something to change.
    async fn change(
        &self,
        id: ExpiryId,
        now: Timestamp,
        decide: impl FnOnce(Expiry) -> Option<Expiry>,
    ) -> Result<bool, StoreError> {
        let actor = Actor::Duty(NAME.to_owned());
        let change = Change { actor: &actor, entropy: &self.entropy, now };
        let mut transaction = self.store.begin().await?;
        let before = match writing::find(&mut transaction, id, None).await {
            Ok(before) => before,
            Err(WriteError::Store(error)) => return Err(error),
            // Somebody removed it in this moment.
            Err(_) => return Ok(false),
        };
        let Some(after) = decide(before.expiry.clone()) else { return Ok(false) };
        if is_only_asked(&before.expiry, &after) {
            // An answer that says what is known is nothing to keep in the audit log every day.
            transaction.update_expiry(&after, before.version).await?;
        } else {
            writing::update(&mut transaction, &before, &after, change).await?;
        }
        transaction.commit().await.map(|_| true)
    }

    async fn remove(&self, id: ExpiryId, now: Timestamp) -> Result<bool, StoreError> {
        let actor = Actor::Duty(NAME.to_owned());
        let change = Change { actor: &actor, entropy: &self.entropy, now };
        let mut transaction = self.store.begin().await?;
        match writing::find(&mut transaction, id, None).await {
            Ok(stored) => writing::remove(&mut transaction, &stored, change).await?,
            Err(WriteError::Store(error)) => return Err(error),
            Err(_) => return Ok(false),
        }
        transaction.commit().await.map(|_| true)
    }
}

/// An entry of a domain that somebody asks for from now on, where it is still due.
fn taken(one: Expiry, now: Timestamp) -> Option<Expiry> {
    let Ending::Domain(domain) = &one.what else { return None };
    let taken = Registration { asks_at: now + TAKEN_FOR, ..domain.clone() };
    let days = one.warn_days.clone();
    (domain.asks_at <= now).then(|| one.with(Ending::Domain(taken), days))
}

/// An entry of a domain with what its registry said. Where it said nothing, what was known stays.
fn with_answer(one: Expiry, asked: &Asked, now: Timestamp) -> Expiry {
    let Ending::Domain(domain) = &one.what else { return one };
    let mut domain = domain.clone();
    domain.asked_at = Some(now);
    domain.asks_at = now + ASK_EVERY;
    match asked {
        Ok(told) => {
            domain.problem = None;
            domain.ends_at = Some(told.ends_at);
            domain.registrar.clone_from(&told.registrar);
        }
        Err(reason) => {
            domain.problem = Some(reason.told.clone());
            if reason.code == ReasonCode::Ours {
                domain.asks_at = now + ASK_AGAIN_AFTER;
            }
        }
    }
    let days = one.warn_days.clone();
    one.with(Ending::Domain(domain), days)
}

/// Whether nothing differs but when a registry was asked, and is asked again.
fn is_only_asked(before: &Expiry, after: &Expiry) -> bool {
    let (Ending::Domain(was), Ending::Domain(is)) = (&before.what, &after.what) else {
        return false;
    };
    let asked = Registration { asked_at: is.asked_at, asks_at: is.asks_at, ..was.clone() };
    Expiry { what: Ending::Domain(asked), ..before.clone() } == *after
}

#[cfg(test)]
mod tests;
