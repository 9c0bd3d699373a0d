//! What one probe found.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::sight::Reach;
use crate::limits::{EXCHANGE_BYTES_MAX, EXCHANGE_LINES_MAX};

/// Where probes start from. This one machine is [`VantagePoint::core`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VantagePoint(String);

impl VantagePoint {
    /// The machine that runs `allclear serve`.
    #[must_use]
    pub fn core() -> Self {
        Self("core".to_owned())
    }

    /// A place by its name.
    #[must_use]
    pub const fn new(name: String) -> Self {
        Self(name)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VantagePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a probe says. `Unknown` is no vote: it neither breaks nor confirms anything, and counts
/// neither as up nor as down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is known of the target: mostly the fault is ours.
    Unknown,
    /// It works.
    Ok,
    /// It works, but badly.
    Degraded,
    /// It does not work.
    Fail,
}

impl Verdict {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Fail => "fail",
        }
    }
}

/// Why a probe did not simply work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// For programs.
    pub code: ReasonCode,
    /// For people: what was found, and what was expected.
    pub told: String,
    /// The page on which somebody else tells of it: an address that begins with `https://` or `http://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault_page: Option<String>,
}

impl Reason {
    /// A reason that nobody else tells of.
    #[must_use]
    pub const fn new(code: ReasonCode, told: String) -> Self {
        Self { code, told, fault_page: None }
    }
}

/// Why a probe did not simply work, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// There is no such name, or it has no address of the family.
    NoAddress,
    /// Nobody listens there.
    Refused,
    /// It took longer than the deadline.
    TimedOut,
    /// The network there cannot be reached.
    Unreachable,
    /// The address is one that may not be probed.
    Forbidden,
    /// The TLS handshake failed, or the certificate is not right.
    Tls,
    /// The other side ended, or said what the protocol does not allow.
    Broken,
    /// The answer is longer than what is read.
    TooLong,
    /// It leads on and on.
    Redirects,
    /// Another status than the expected ones.
    Status,
    /// What was to hold of the answer does not.
    Assertion,
    /// It works, and is slow.
    Slow,
    /// It works, and a certificate ends soon.
    Expiring,
    /// It works, and its clock is off.
    ClockOff,
    /// No signal came in time.
    Missed,
    /// A run that began was not over in time.
    Unfinished,
    /// Who knows says that it failed: a job of itself, a provider of its own service, a program that looks.
    Reported,
    /// It works worse than it should, by what somebody says or by bounds.
    Impaired,
    /// Whoever tells of it could not be read, or told nothing: nothing is known of it.
    Unread,
    /// It works, and the program that looks warns.
    Warned,
    /// Not all members of a group work, or it is not known whether they do.
    Members,
    /// No signal ever came, so nothing is known yet.
    Waiting,
    /// It failed while a check is down that it stands behind: nothing is known of it.
    Behind,
    /// Our own side could not ask: no resolver, no route, no file handles.
    Ours,
}

impl ReasonCode {
    /// What a probe says that ends for this reason.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        // Each is named, so that whoever adds one has to say what it means.
        match self {
            Self::Slow | Self::Expiring | Self::ClockOff | Self::Impaired | Self::Warned => {
                Verdict::Degraded
            }
            Self::Ours | Self::Unread | Self::Waiting | Self::Behind => Verdict::Unknown,
            Self::NoAddress
            | Self::Refused
            | Self::TimedOut
            | Self::Unreachable
            | Self::Forbidden
            | Self::Tls
            | Self::Broken
            | Self::TooLong
            | Self::Redirects
            | Self::Status
            | Self::Assertion
            | Self::Missed
            | Self::Unfinished
            | Self::Reported
            | Self::Members => Verdict::Fail,
        }
    }
}

/// How long each part of a probe took, as far as it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Phases {
    /// Name to addresses, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolve_us: Option<u64>,
    /// Until the connection stood, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_us: Option<u64>,
    /// TLS handshake, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_us: Option<u64>,
    /// From the request to the first byte of the answer, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_us: Option<u64>,
    /// From the first byte of the answer to its last, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_us: Option<u64>,
}

/// What was said during a probe, with what is secret taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What was said, in order.
    pub lines: Vec<ExchangeLine>,
    /// Whether there was more than is kept.
    #[serde(default)]
    pub is_cut: bool,
}

impl Exchange {
    /// Adds remarks that were made after so many microseconds, as far as there is room.
    pub fn note(&mut self, remarks: &[String], at_us: u64) {
        let mut room = EXCHANGE_BYTES_MAX;
        for line in &self.lines {
            room = room.saturating_sub(line.text.len());
        }
        for text in remarks {
            if self.lines.len() >= EXCHANGE_LINES_MAX || text.len() > room {
                self.is_cut = true;
                return;
            }
            room -= text.len();
            let (direction, text) = (Direction::Noted, text.clone());
            self.lines.push(ExchangeLine { at_us, direction, text });
        }
    }
}

/// One line of an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeLine {
    /// Since the probe began, in microseconds.
    pub at_us: u64,
    /// Who said it.
    pub direction: Direction,
    /// What.
    pub text: String,
}

/// Who said a line of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// We did.
    Sent,
    /// The other side did.
    Received,
    /// Nobody: a remark on what happened.
    Noted,
}

/// What one probe found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeResult {
    /// Where it started from.
    pub vantage: VantagePoint,
    /// When it began.
    pub probed_at: Timestamp,
    /// How long it took, all in all, in microseconds.
    pub took_us: u64,
    /// What it says.
    pub verdict: Verdict,
    /// Why, where that is not simply that it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// How long each part took.
    #[serde(default)]
    pub phases: Phases,
    /// What was said.
    #[serde(default)]
    pub exchange: Exchange,
    /// When the first certificate ends of those that were served and are needed, where TLS was spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_ends_at: Option<Timestamp>,
    /// How far away the target is, where its addresses were found: the farthest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
    /// The certificate that was served first, where TLS was spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf: Option<Leaf>,
}

/// A certificate of a server, as it was served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// The first name that it is for.
    pub name: String,
    /// Who vouches for it.
    pub issuer: String,
    /// Its serial number, in hexadecimal.
    pub serial: String,
    /// When it ends.
    pub ends_at: Timestamp,
}

impl ProbeResult {
    /// Nothing could be tried: our own fault, which says nothing of the target.
    #[must_use]
    pub fn ours(vantage: VantagePoint, probed_at: Timestamp, told: impl Into<String>) -> Self {
        Self {
            vantage,
            probed_at,
            took_us: 0,
            verdict: Verdict::Unknown,
            reason: Some(Reason::new(ReasonCode::Ours, told.into())),
            phases: Phases::default(),
            exchange: Exchange::default(),
            certificate_ends_at: None,
            reach: None,
            leaf: None,
        }
    }

    /// How long it took.
    #[must_use]
    pub const fn took(&self) -> Duration {
        Duration::from_micros(self.took_us)
    }
}
