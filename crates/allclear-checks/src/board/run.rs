//! Failures in a row, and who was on the way to the target when they began.

use allclear_domain::check::ReasonCode;

use super::*;

/// Failures in a row. What says nothing of the target does not end them.
#[derive(Debug)]
pub(super) struct Run {
    /// When the first of the probes began.
    began_at: Timestamp,
    /// Whether something worked since.
    is_over: bool,
    /// Who was on the way, line by line; nothing where nobody looked, or not yet.
    way: Vec<String>,
}

impl Watched {
    /// Takes in a result: what failed is told with who was on the way when the run began. Where nobody looked
    /// although it matters, this says when the run began.
    pub(super) fn go_on(&mut self, result: &mut ProbeResult) -> Option<Timestamp> {
        match (result.verdict, &mut self.run) {
            (Verdict::Unknown, _) | (_, None) if result.verdict != Verdict::Fail => return None,
            (Verdict::Ok | Verdict::Degraded, Some(run)) => {
                run.is_over = true;
                return None;
            }
            (_, Some(run)) if !run.is_over => {}
            (_, run) => {
                let began_at = result.probed_at;
                *run = Some(Run { began_at, is_over: false, way: Vec::new() });
            }
        }
        let run = self.run.as_ref()?;
        result.exchange.note(&run.way, result.took_us);
        let is_far = result.reason.as_ref().is_some_and(|reason| {
            matches!(reason.code, ReasonCode::TimedOut | ReasonCode::Unreachable)
        });
        (is_far && run.way.is_empty()).then_some(run.began_at)
    }
}

impl Board {
    /// Takes out the checks that did not get to their targets, and when their runs of failures began.
    pub fn take_unreached(&mut self) -> Vec<(CheckId, Timestamp)> {
        std::mem::take(&mut self.unreached)
    }

    /// Takes in who was on the way to the target of a check, in the run of failures that began then: it is told
    /// with the last of them, and with each that follows.
    pub fn note_way(&mut self, traced: Option<(CheckId, Timestamp, Vec<String>)>) {
        let Some((id, began_at, way)) = traced.filter(|(_, _, way)| !way.is_empty()) else {
            return;
        };
        let Some(watched) = self.checks.get_mut(&id) else { return };
        let Some(run) = watched.run.as_mut().filter(|run| run.began_at == began_at) else { return };
        run.way = way;
        let bad = watched.last_bad.as_mut().filter(|bad| bad.verdict == Verdict::Fail);
        let Some(bad) = bad else { return };
        bad.exchange.note(&run.way, bad.took_us);
        match self.unwritten.judged.get_mut(&id) {
            Some(judged) => {
                if judged.last.probed_at == bad.probed_at {
                    judged.last = bad.clone();
                }
                judged.last_bad = Some(bad.clone());
            }
            None if !run.is_over => {
                let (judgment, last) = (watched.judgment, bad.clone());
                let last_bad = Some(bad.clone());
                let judged = Judged { check_id: id, judgment, last, last_bad };
                self.unwritten.judged.insert(id, judged);
            }
            // The next probe is written with it.
            None => {}
        }
    }
}
