//! The kind `ntp`: which time a server tells (RFC 5905), beside that of this machine.
//!
//! Who is right of the two, nobody can tell from one of them: it is said how far they are apart.

mod packet;

use std::time::Duration;

use allclear_domain::check::{NtpCheck, Reason, ReasonCode};
use allclear_net::{Datagrams, DialError, DialOptions, Host};
use jiff::Timestamp;
use tokio::time::Instant;

use self::packet::{Answer, Difference, State};
use super::assertion::quoted;
use super::record::{Record, spend};
use super::{NotReady, Way, family_of, note_way, reason, undialed};
use crate::limits;

/// How long the first question waits for its answer; each further one waits twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(2);

/// A check of the kind `ntp` that is read and can be tried.
#[derive(Debug)]
pub struct NtpProbe {
    host: Host<String>,
    options: DialOptions,
    check: NtpCheck,
}

/// A question that was sent.
struct Asked {
    name: [u8; 8],
    /// When that was, by the clock that the server's is compared with.
    at: Timestamp,
    since: Instant,
}

impl NtpProbe {
    /// Reads the check.
    pub(super) fn new(check: &NtpCheck) -> Result<Self, NotReady> {
        let (host, way) = super::way_to(&check.host, check.connect_to)?;
        let options = DialOptions { family: family_of(check.family), ..way };
        Ok(Self { host, options, check: check.clone() })
    }

    /// Tries it once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let found =
            way.net.datagrams_to(&self.host, self.check.port, &self.options, deadline).await;
        note_way(record, &found.trail);
        let mut datagrams = found.datagrams.map_err(|error| undialed(&error))?;
        let (answer, asked, took) = ask(way, &mut datagrams, record, deadline).await?;
        record.received(&answer.told());
        match answer.state() {
            State::Set => {}
            State::Unset => {
                let told = "the server answers, and says that its own clock is not synchronized";
                return Err(reason(ReasonCode::Status, told));
            }
            State::Kiss(word) => {
                let told = format!("the server tells no time, and says {}", meaning(&word));
                // It is there, and we ask too much of it: that says nothing of its clock.
                let code = if word == "RATE" { ReasonCode::Ours } else { ReasonCode::Status };
                return Err(reason(code, told));
            }
        }
        if !answer.has_time() {
            return Err(reason(ReasonCode::Broken, "the server answers without saying the time"));
        }
        let difference = answer.compare(asked.at, took);
        record.noted(&told(&difference));
        self.judge(answer.stratum, &difference)
    }

    fn judge(&self, stratum: u8, difference: &Difference) -> Result<(), Reason> {
        let NtpCheck { offset_warn_ms, offset_max_ms, stratum_max, .. } = self.check;
        let is_beyond = |ms: u32| difference.least_us() > i64::from(ms) * 1_000;
        if stratum > stratum_max {
            let told = format!("its stratum is {stratum}, and {stratum_max} at most is expected");
            return Err(reason(ReasonCode::Assertion, told));
        }
        let (code, ms) = match (is_beyond(offset_max_ms), is_beyond(offset_warn_ms)) {
            (true, _) => (ReasonCode::Assertion, offset_max_ms),
            (false, true) => (ReasonCode::ClockOff, offset_warn_ms),
            (false, false) => return Ok(()),
        };
        let told = format!(
            "{}; {ms} ms at most are expected: one of the two is wrong; if other servers say the same, \
             it is this machine",
            told(difference)
        );
        Err(reason(code, told))
    }
}

/// Asks until there is an answer. What is none is not heard: anybody can send some, in the name of the
/// server, but who did not see the question does not know its name.
async fn ask(
    way: &Way,
    datagrams: &mut Datagrams,
    record: &mut Record,
    deadline: Instant,
) -> Result<(Answer, Asked, Duration), Reason> {
    let address = datagrams.address();
    let (mut all, mut strays, mut wait) = (Vec::new(), 0_usize, FIRST_WAIT);
    loop {
        let name = way.net.nonce();
        let packet = packet::question(name);
        record.sent(&format!("a question for the time to {address} (NTP version 4)"));
        all.push(Asked { name, at: way.clock.now(), since: Instant::now() });
        datagrams.send(&packet, deadline).await.map_err(|error| unanswered(&error))?;
        let until = deadline.min(Instant::now() + wait);
        loop {
            let came = datagrams.receive(until).await.map_err(|error| unanswered(&error))?;
            let came_at = Instant::now();
            let Some(packet) = came else { break };
            let answer = Answer::read(packet);
            let asked = |answer: &Answer| all.iter().position(|one| one.name == answer.question);
            if let Some((answer, place)) = answer.and_then(|answer| Some((answer, asked(&answer)?)))
            {
                let asked = all.swap_remove(place);
                let took = came_at.saturating_duration_since(asked.since);
                spend(&mut record.phases.first_byte_us, took);
                return Ok((answer, asked, took));
            }
            strays += 1;
            if strays >= limits::NTP_STRAYS_MAX {
                return Err(only_strays(address, strays));
            }
        }
        if Instant::now() >= deadline {
            record.unreached = Some(address.ip()).filter(|_| strays == 0);
            return Err(match strays {
                0 => undialed(&DialError::TimedOut { address }),
                count => only_strays(address, count),
            });
        }
        wait *= 2;
    }
}

fn only_strays(address: std::net::SocketAddr, count: usize) -> Reason {
    let packets = if count == 1 { "packet" } else { "packets" };
    let told = format!(
        "{count} {packets} came from {address}, none of which answers what it was asked: it may not be \
         NTP, or somebody else sends in its name"
    );
    reason(ReasonCode::Broken, told)
}

/// Why there is no answer, as a reason.
fn unanswered(error: &DialError) -> Reason {
    match error {
        DialError::Refused { address } => {
            let told =
                format!("nobody serves at {address}: its machine says that the port is closed");
            reason(ReasonCode::Refused, told)
        }
        other => undialed(other),
    }
}

/// How far its clock is from ours.
fn told(difference: &Difference) -> String {
    let ahead = if difference.offset_us < 0 { "behind" } else { "ahead of" };
    let offset = length(difference.offset_us.saturating_abs());
    let error = length(difference.error_us());
    format!("its clock is {offset} {ahead} that of this machine, give or take {error}")
}

/// A length of time, as exactly as somebody wants to read it.
fn length(us: i64) -> String {
    const SECOND: i64 = 1_000_000;
    const HOUR: i64 = 3_600 * SECOND;
    let rounded = |unit: i64| us.saturating_add(unit / 2) / unit;
    match us {
        _ if us < SECOND / 10 => format!("{}.{:02} ms", us / 1_000, us % 1_000 / 10),
        _ if us < 10 * SECOND => format!("{} ms", rounded(1_000)),
        _ if us < 3 * HOUR => format!("{} s", rounded(SECOND)),
        _ if us < 72 * HOUR => format!("{} h", rounded(HOUR)),
        _ => format!("{} days", rounded(24 * HOUR)),
    }
}

/// What a server means that tells no time.
fn meaning(word: &str) -> String {
    let means = match word {
        "RATE" => ": it is asked too often, so ask it less often",
        "DENY" | "RSTR" => ": it refuses to serve this machine",
        "INIT" | "STEP" | "LOCL" => ": its own clock is not synchronized yet",
        _ => "",
    };
    format!("{}{means}", quoted(word))
}

#[cfg(test)]
mod tests;
