//! Whose turn it is to probe. Of several nodes on one database one does; it says so every second, and
//! where it does not for a few, another one goes on from what it wrote. What the former one finds from
//! then on is not written any more.

use allclear_store::Tenure;
use jiff::{SignedDuration, Timestamp};

use super::*;

/// How often a node says that it probes, or asks whether nobody does.
const SAY_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// How long others wait for it to say so.
const SILENT_FOR: SignedDuration = SignedDuration::from_secs(5);

/// Whether it is this node's turn.
#[derive(Debug, Default)]
pub(super) struct Turn {
    is_ours: bool,
    asked_at: Option<Timestamp>,
}

impl Turn {
    pub(super) const fn is_ours(&self) -> bool {
        self.is_ours
    }

    /// Whether it is time to say so, or to ask. Where there is nothing to probe, nothing is written.
    pub(super) fn wants_asking(&mut self, now: Timestamp, is_idle: bool) -> bool {
        let is_time = |asked: Timestamp| now.duration_since(asked).abs() >= SAY_EVERY;
        let wants = self.asked_at.is_none_or(is_time) && !(is_idle && self.is_ours);
        if wants {
            self.asked_at = Some(now);
        }
        wants
    }
}

impl Watch {
    /// Asks whose turn it is. Nobody can be asked while the store is away: then it stays as it was.
    pub(super) fn ask_for_turn(
        &self,
        now: Timestamp,
    ) -> impl Future<Output = Result<Tenure, StoreError>> + Send + 'static {
        let (store, holder) = (self.store.clone(), self.holder.clone());
        async move {
            let until = now.checked_add(SILENT_FOR).unwrap_or(Timestamp::MAX);
            store.take_lease(keeping::LEASE, &holder, now, until).await
        }
    }

    /// Takes in whose turn it is. Where somebody else may have probed meanwhile, what is known here is
    /// forgotten, and asked for anew. Tells whether that is so.
    pub(super) fn take_turn(&self, state: &mut State, tenure: Tenure) -> bool {
        let (was, is) = (state.turn.is_ours, tenure != Tenure::Elsewhere);
        state.turn.is_ours = is;
        self.figures.probes_here(is);
        match (was, tenure) {
            (false, Tenure::Elsewhere) | (true, Tenure::Kept) => return false,
            (true, Tenure::Elsewhere) => {
                tracing::warn!("another node probes from now on: this one was silent for too long");
            }
            (_, Tenure::Taken) => tracing::info!("this node probes from now on"),
            // As after a restart that was quick.
            (false, Tenure::Kept) => {}
        }
        state.board = Board::default();
        state.lanes.clear();
        (state.revision, state.asks) = (None, AskTimes::default());
        true
    }

    /// Has another node probe from now on, where it was this one.
    pub async fn lay_down(&self) {
        if let Err(error) = self.store.release_lease(keeping::LEASE, &self.holder).await {
            tracing::warn!(%error, "other nodes wait until this one was silent for long enough");
        }
    }
}
