//! What has to hold of an answer over HTTP.

use allclear_domain::check::{Assertion, HttpCheck, Reason, ReasonCode, StatusRange};
use hyper::header::CONTENT_ENCODING;
use serde_json::Value;

use super::wire::Answer;
use crate::kinds::assertion::{Holds, Judged};
use crate::kinds::{NotReady, reason};

/// What has to hold of an answer, with patterns and paths read.
#[derive(Debug)]
pub(super) struct Judge {
    /// Statuses that are right, as they are named; none where nobody says anything.
    named: Vec<StatusRange>,
    assertions: Vec<Holds>,
}

impl Judge {
    /// Reads it.
    pub(super) fn new(
        statuses: &[StatusRange],
        assertions: &[Assertion],
    ) -> Result<Self, NotReady> {
        let assertions = assertions.iter().enumerate().map(|(place, assertion)| {
            Holds::new(assertion)
                .map_err(|not_ready| not_ready.within(format_args!("assertions[{place}]")))
        });
        Ok(Self { named: statuses.to_vec(), assertions: assertions.collect::<Result<_, _>>()? })
    }

    /// Whether a status is named as right.
    pub(super) fn names(&self, status: u16) -> bool {
        self.named.iter().any(|range| range.holds(status))
    }

    /// Judges an answer. `json` is its body, read once for all.
    pub(super) fn judge(
        &self,
        answer: &Answer,
        json: &mut Option<Result<Value, String>>,
    ) -> Result<(), Reason> {
        let status = answer.status.as_u16();
        let ranges = self.ranges();
        if !ranges.iter().any(|range| range.holds(status)) {
            let told = format!("the status is {}, not {}", answer.status, told(ranges));
            return Err(reason(ReasonCode::Status, told));
        }
        for assertion in &self.assertions {
            if let Some(told) = assertion.broken_by(&answer.judged(), json) {
                return Err(reason(ReasonCode::Assertion, told + &encoding(answer)));
            }
        }
        Ok(())
    }

    fn ranges(&self) -> &[StatusRange] {
        const USUAL: [StatusRange; 1] = [HttpCheck::SUCCESS];
        if self.named.is_empty() { &USUAL } else { &self.named }
    }
}

fn told(ranges: &[StatusRange]) -> String {
    let told = ranges.iter().map(|range| match range.from == range.to {
        true => range.from.to_string(),
        false => format!("{} to {}", range.from, range.to),
    });
    told.collect::<Vec<_>>().join(" or ")
}

impl Answer {
    /// The answer as far as assertions look at it.
    pub(super) fn judged(&self) -> Judged<'_> {
        Judged { headers: &self.headers, body: &self.body }
    }
}

/// A remark on a body that was sent encoded although it was asked for as it is.
pub(super) fn encoding(answer: &Answer) -> String {
    let encoding = answer.headers.get(CONTENT_ENCODING).filter(|value| *value != "identity");
    encoding.map(|value| format!(" (the server sends it encoded: {value:?})")).unwrap_or_default()
}
