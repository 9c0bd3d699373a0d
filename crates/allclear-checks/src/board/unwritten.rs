//! What follows from results and is not written yet.

use super::*;

/// Minutes whose samples are not written yet, at most: beyond, the samples of a new one are left out.
pub const MINUTES_UNWRITTEN_MAX: usize = 100_000;

/// What is not written yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unwritten {
    /// How many results it all follows from.
    pub results: u64,
    /// What is believed now: the newest of each check.
    pub judged: HashMap<CheckId, Judged>,
    /// What turned, in order.
    pub turned: Vec<Turned>,
    /// What was found, minute by minute: each as it stood last.
    pub minutes: HashMap<(CheckId, Timestamp), Sampled>,
    /// What is seen.
    pub seen: Seen,
}

/// A threshold that a check crossed, or came back from.
#[derive(Clone, Debug, PartialEq)]
pub struct Turned {
    /// The check, as it was probed.
    pub check: Arc<Check>,
    /// What turned.
    pub turn: Turn,
    /// Why the probe failed by which it was believed.
    pub reason: Option<Reason>,
}

impl Unwritten {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.judged.is_empty()
            && self.turned.is_empty()
            && self.minutes.is_empty()
            && self.seen.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.judged.len() + self.turned.len()
    }

    /// Takes in what was found in a minute, as it stands now. While nothing can be written, minutes
    /// that come once there are too many are left out: what is believed is worth more.
    pub(super) fn put_minute(&mut self, minute: Sampled) {
        let place = (minute.check_id, minute.starts_at);
        if self.minutes.len() < MINUTES_UNWRITTEN_MAX || self.minutes.contains_key(&place) {
            self.minutes.insert(place, minute);
        }
    }
}
