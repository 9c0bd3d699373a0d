//! The kind `tls`: the certificates that a server sends, and how long they hold.

pub(super) mod starttls;

use allclear_domain::check::{Reason, ReasonCode, StartTls, TlsCheck};
use allclear_net::{DialOptions, Host};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::record::Record;
use super::{NotReady, Way, certificate, note_session, note_way, reason, undialed, untrusted};
use crate::limits;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A check of the kind `tls` that is read and can be tried.
#[derive(Debug)]
pub struct TlsProbe {
    host: Host<String>,
    port: u16,
    options: DialOptions,
    starttls: Option<StartTls>,
    warn_days: u16,
}

impl TlsProbe {
    /// Reads the check.
    pub(super) fn new(check: &TlsCheck) -> Result<Self, NotReady> {
        let (host, options) = super::way_to(&check.host, check.connect_to)?;
        let TlsCheck { port, starttls, warn_days, .. } = *check;
        Ok(Self { host, port, options, starttls, warn_days })
    }

    /// Tries it once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let dialed = way.net.dial(&self.host, self.port, &self.options, deadline).await;
        note_way(record, &dialed.trail);
        let mut stream = dialed.stream.map_err(|error| undialed(&error))?;
        if let Some(starttls) = self.starttls {
            starttls::ask(&mut stream, starttls, record, deadline).await?;
        }
        let shaken = way.tls.handshake(stream, &self.host, &[], deadline).await;
        note_session(record, &shaken.session);
        shaken.stream.map_err(|error| untrusted(&error))?;
        let chain = &shaken.session.chain;
        for der in chain.iter().take(limits::TOLD_CERTIFICATES_MAX) {
            record.noted(&format!("served {}", certificate::told(der)));
        }
        self.ending(chain, record.probed_at).map_or(Ok(()), Err)
    }

    /// What is to be said of the certificate that ends first, where that is soon.
    fn ending(&self, chain: &[Vec<u8>], now: Timestamp) -> Option<Reason> {
        let (ends_at, nth) = certificate::first_to_end(chain, now)?;
        let left = ends_at.duration_since(now);
        if left >= DAY * i32::from(self.warn_days) {
            return None;
        }
        let which = match nth {
            0 => "the certificate".to_owned(),
            _ => format!("certificate {} of the chain", nth + 1),
        };
        let told = format!(
            "{which} ends at {ends_at}, in {}; less than {} is too soon",
            days(left.as_hours() / 24),
            days(i64::from(self.warn_days)),
        );
        Some(reason(ReasonCode::Expiring, told))
    }
}

fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

#[cfg(test)]
mod tests;
