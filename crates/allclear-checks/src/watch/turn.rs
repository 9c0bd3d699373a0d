//! Whose turn it is to probe. Of several nodes on one database one does; it says so every second, and
//! where it does not for a few, another one goes on from what it wrote. What the former one finds from
//! then on is not written any more.
//!
//! A node finds another one silent by what it saw itself: that one said nothing new while this one looked
//! again and again. Clocks of nodes are not compared, and a time in which nobody could look, as the
//! database was away, is nobody's silence.

use allclear_store::{Lease, Tenure};
use jiff::{SignedDuration, Timestamp};

use super::*;

/// What cannot be done while the store is away.
const WHOSE_TURN: &str = "whose turn it is to probe cannot be asked; it stays as it was";
/// How often a node says that it probes, or asks whether nobody does.
const SAY_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// How long others see it say nothing new before one of them goes on. With what passes between two looks,
/// that is within six seconds after its death.
const SILENT_FOR: Duration = Duration::from_secs(4);
/// How far apart two looks may be: after more, the other node may have been kept from saying so as well.
const LOOKS_APART: Duration = Duration::from_secs(2);
/// Until when it says that it probes. Others only see that it is another time than before.
const HELD_FOR: SignedDuration = SignedDuration::from_secs(5);

/// What another node said last.
#[derive(Debug)]
struct Heard {
    lease: Lease,
    /// When this was seen first, and when last.
    first_at: Instant,
    last_at: Instant,
}

/// Whether it is this node's turn.
#[derive(Debug, Default)]
pub(super) struct Turn {
    is_ours: bool,
    asked_at: Option<Timestamp>,
    /// Of the node whose turn it is, where it is another one.
    heard: Option<Heard>,
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

    /// What another node said last, where it was silent since then for long enough.
    pub(super) fn silent(&self, now: Instant) -> Option<Lease> {
        let heard = self.heard.as_ref()?;
        let is_silent = now.duration_since(heard.first_at) >= SILENT_FOR
            && now.duration_since(heard.last_at) <= LOOKS_APART;
        is_silent.then(|| heard.lease.clone())
    }

    /// Sees what another node said last.
    fn see(&mut self, lease: Lease, now: Instant) {
        let goes_on = |heard: &Heard| {
            heard.lease == lease && now.duration_since(heard.last_at) <= LOOKS_APART
        };
        let first_at = self.heard.as_ref().filter(|heard| goes_on(heard)).map(|one| one.first_at);
        self.heard = Some(Heard { lease, first_at: first_at.unwrap_or(now), last_at: now });
    }

    /// It could not be seen who probes: how long somebody was silent is seen anew.
    pub(super) fn looked_away(&mut self) {
        self.heard = None;
    }
}

impl Watch {
    /// Asks whose turn it is. Nobody can be asked while the store is away: then it stays as it was.
    pub(super) fn ask_for_turn(
        &self,
        now: Timestamp,
        silent: Option<Lease>,
    ) -> impl Future<Output = Result<Tenure, StoreError>> + Send + 'static {
        let (store, holder) = (self.store.clone(), self.holder.clone());
        async move {
            let until = now.checked_add(HELD_FOR).unwrap_or(Timestamp::MAX);
            store.take_lease(keeping::LEASE, &holder, until, silent.as_ref()).await
        }
    }

    /// Takes in what came of asking. Tells whether what is known here is forgotten.
    pub(super) fn hear_turn(
        &self,
        state: &mut State,
        asked: Result<Result<Tenure, StoreError>, JoinError>,
        trouble: &mut Trouble,
    ) -> bool {
        match asked {
            Ok(Ok(tenure)) => {
                trouble.note(WHOSE_TURN, None);
                return self.take_turn(state, tenure, Instant::now());
            }
            Ok(Err(error)) => trouble.note(WHOSE_TURN, Some(error)),
            Err(error) => tracing::error!(%error, "asking who probes broke off"),
        }
        state.turn.looked_away();
        false
    }

    /// Takes in whose turn it is. Where somebody else may have probed meanwhile, what is known here is
    /// forgotten, and asked for anew. Tells whether that is so.
    pub(super) fn take_turn(&self, state: &mut State, tenure: Tenure, at: Instant) -> bool {
        let (was, is) = (state.turn.is_ours, !matches!(tenure, Tenure::Elsewhere(_)));
        state.turn.is_ours = is;
        self.figures.probes_here(is);
        match (was, &tenure) {
            (true, Tenure::Elsewhere(_)) => {
                tracing::warn!("another node probes from now on: this one was silent for too long");
            }
            (_, Tenure::Taken) => tracing::info!("this node probes from now on"),
            // As it was, or as after a restart that was quick.
            (false, Tenure::Elsewhere(_)) | (_, Tenure::Kept) => {}
        }
        let is_as_before = was == is && tenure != Tenure::Taken;
        match tenure {
            Tenure::Elsewhere(lease) => state.turn.see(lease, at),
            Tenure::Taken | Tenure::Kept => state.turn.heard = None,
        }
        if is_as_before {
            return false;
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
