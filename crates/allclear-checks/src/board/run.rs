//! Failures in a row, and who was on the way to the target when they began.

use allclear_domain::check::ReasonCode;

use super::*;
use crate::limits::FAILURE_KEPT_FOR;
use crate::prober::Trace;

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
    /// Takes in a result: what did not get to the target is told with who was on the way when the run began.
    /// Where nobody looked although it matters, this says when the run began.
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
        // Who answered, and wrongly, is on no way that matters.
        let run = self.run.as_ref().filter(|_| is_far(result))?;
        result.exchange.note(&run.way, result.took_us);
        run.way.is_empty().then_some(run.began_at)
    }

    /// Keeps what was said where it did not simply work. What failed is the evidence of an outage: as long as
    /// that goes on, and for a while, nothing else takes its place.
    pub(super) fn keep_bad(&mut self, result: &ProbeResult) {
        let is_down = self.judgment.crossed_at(Threshold::Fail).is_some();
        let is_recent = |bad: &ProbeResult| {
            result.probed_at.duration_since(bad.probed_at).unsigned_abs() < FAILURE_KEPT_FOR
        };
        let is_kept = result.verdict != Verdict::Fail
            && self
                .last_bad
                .as_ref()
                .is_some_and(|bad| bad.verdict == Verdict::Fail && (is_down || is_recent(bad)));
        if !is_kept {
            self.last_bad = Some(result.clone());
        }
    }
}

/// Whether a probe did not get to the target, or heard nothing from there.
fn is_far(result: &ProbeResult) -> bool {
    let code = result.reason.as_ref().map(|reason| reason.code);
    result.verdict == Verdict::Fail
        && matches!(code, Some(ReasonCode::TimedOut | ReasonCode::Unreachable))
}

impl Board {
    /// Takes out the checks that did not get to their targets, and when their runs of failures began.
    pub fn take_unreached(&mut self) -> Vec<(CheckId, Timestamp)> {
        std::mem::take(&mut self.unreached)
    }

    /// Takes in who was on the way to the target of a check, in the run of failures that began then: it is told
    /// with the last of them, and with each that follows and did not get there either. Why it is not known is
    /// told once, and asked for again.
    pub fn note_way(&mut self, id: CheckId, began_at: Timestamp, trace: Trace) {
        let (lines, is_way) = match trace {
            Trace::Way(lines) => (lines, true),
            Trace::Unknown(told) => (told.into_iter().collect(), false),
        };
        if lines.is_empty() {
            return;
        }
        let Some(watched) = self.checks.get_mut(&id) else { return };
        let Some(run) = watched.run.as_mut().filter(|run| run.began_at == began_at) else { return };
        if is_way {
            run.way.clone_from(&lines);
        }
        let Some(bad) = watched.last_bad.as_mut().filter(|bad| is_far(bad)) else { return };
        bad.exchange.note(&lines, bad.took_us);
        match self.unwritten.judged.get_mut(&id) {
            Some(judged) => {
                if judged.last.probed_at == bad.probed_at {
                    judged.last = bad.clone();
                }
                judged.last_bad = Some(bad.clone());
            }
            None if watched.heard_at == Some(bad.probed_at) => {
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
