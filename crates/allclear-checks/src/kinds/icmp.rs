//! The kind `icmp`: whether a machine answers pings, and how many of them.

use allclear_domain::check::{IcmpCheck, Reason, ReasonCode};
use allclear_net::{DialOptions, Host, PingError, PingOptions};
use tokio::time::Instant;

use super::record::{Record, micros};
use super::{NotReady, Way, note_way, reason, undialed};

/// A check of the kind `icmp` that is read and can be tried.
#[derive(Debug)]
pub struct IcmpProbe {
    host: Host<String>,
    options: PingOptions,
}

impl IcmpProbe {
    /// Reads the check.
    pub(super) fn new(check: &IcmpCheck) -> Result<Self, NotReady> {
        let (host, way) = super::way_to(&check.host, check.connect_to)?;
        let family = super::family_of(check.family);
        let options = PingOptions {
            way: DialOptions { family, ..way },
            count: u16::from(check.count),
            enough: u16::from(check.count.saturating_sub(check.lost_max)),
        };
        Ok(Self { host, options })
    }

    /// Tries it once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let pinged = way.net.ping(&self.host, &self.options, deadline).await;
        note_way(record, &pinged.trail);
        for (nth, took) in &pinged.answers {
            record.received(&format!("ping {} came back after {} us", nth + 1, micros(*took)));
        }
        // The slowest one that came says how far it is.
        let slowest = pinged.answers.iter().map(|(_, took)| micros(*took)).max();
        record.phases.first_byte_us = slowest;
        pinged.outcome.map_err(|error| unanswered(&error))
    }
}

/// Why pings are not answered, as a reason.
fn unanswered(error: &PingError) -> Reason {
    let code = match error {
        _ if error.is_ours() => ReasonCode::Ours,
        PingError::Resolve(error) => return undialed(&error.clone().into()),
        PingError::Forbidden(_) => ReasonCode::Forbidden,
        PingError::Undelivered { .. } => ReasonCode::Unreachable,
        PingError::Lost { strays, answered: 0, .. } if *strays > 0 => ReasonCode::Broken,
        PingError::Lost { .. } => ReasonCode::TimedOut,
        PingError::NotPermitted(_) | PingError::Unable { .. } => ReasonCode::Ours,
    };
    reason(code, error.to_string())
}
