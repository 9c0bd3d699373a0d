//! Who probes.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use allclear_domain::Check;
use allclear_domain::check::{CheckKind, ProbeResult, Reason, ReasonCode, Round};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use jiff::Timestamp;

/// What one probe will have found.
pub type Probing = Pin<Box<dyn Future<Output = ProbeResult> + Send>>;

/// What sentinels will have done.
pub type Looking = Pin<Box<dyn Future<Output = Round> + Send>>;

/// Something to be read over HTTP, by the rules that probes keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Its address.
    pub url: String,
    /// What kind of answer is wanted.
    pub accept: &'static str,
    /// Time for it, all in all.
    pub deadline: Duration,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The status.
    pub status: u16,
    /// The body, no longer than a probe reads.
    pub body: Vec<u8>,
}

/// What will have been read.
pub type Fetching = Pin<Box<dyn Future<Output = Result<Fetched, Reason>> + Send>>;

/// What will be told of the machines on the way to a target, line by line.
pub type Tracing = Pin<Box<dyn Future<Output = Vec<String>> + Send>>;

/// Whoever tries what a check says. It keeps the check's deadline, and always ends in a result.
pub trait Prober: Send + Sync {
    /// Tries it once; `probed_at` is the present.
    fn probe(&self, check: Arc<Check>, probed_at: Timestamp) -> Probing;

    /// Looks for who is on the way to where a check did not get when it was tried last; `None` where it got
    /// there. It takes seconds.
    fn trace(&self, _: CheckId, _: Timestamp) -> Option<Tracing> {
        None
    }

    /// Why it would not try a kind, however often it was asked, where that is so.
    fn refusal(&self, _: &CheckKind) -> Option<InvalidValue> {
        None
    }

    /// Ends what it began elsewhere in the system, and begins nothing there any more.
    fn stop(&self) {}

    /// Asks the sentinels of the place that it probes from. Where there are none, nobody can tell
    /// whether a failure is our own, and each is heard as it is.
    fn look(&self) -> Looking {
        Box::pin(std::future::ready(Round::default()))
    }

    /// Reads something over HTTP. Where nobody can, that is our own fault.
    fn fetch(&self, _: Fetch, _: Timestamp) -> Fetching {
        let told = "nothing is read over HTTP from here".to_owned();
        Box::pin(std::future::ready(Err(Reason::new(ReasonCode::Ours, told))))
    }
}
