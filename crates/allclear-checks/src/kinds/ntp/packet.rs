//! Packets of NTP (RFC 5905, section 7.3), as far as a client that asks once needs them.

use std::time::Duration;

use jiff::Timestamp;

/// Bytes of a packet without anything behind it.
pub(super) const PACKET_BYTES: usize = 48;
/// Version 4, from a client; nothing is said of leap seconds.
const FROM_CLIENT: u8 = 0b00_100_011;
/// From a server.
const MODE_SERVER: u8 = 4;
/// The clock is not synchronized.
const LEAP_UNKNOWN: u8 = 3;
/// From here on a stratum says that the clock is not synchronized.
const STRATUM_UNSYNCHRONIZED: u8 = 16;
/// Seconds from 1900, where the time of NTP begins, to 1970.
const SECONDS_TO_1970: i64 = 2_208_988_800;

/// A question. What it says of our time is random: it names the question, and tells nobody anything.
pub(super) fn question(name: [u8; 8]) -> [u8; PACKET_BYTES] {
    let mut packet = [0; PACKET_BYTES];
    if let Some(first) = packet.first_mut() {
        *first = FROM_CLIENT;
    }
    if let Some(last) = packet.last_chunk_mut() {
        *last = name;
    }
    packet
}

/// An answer of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    leap: u8,
    pub(super) stratum: u8,
    reference: [u8; 4],
    /// How far away its reference is, in units of 2⁻¹⁶ seconds.
    root_delay: u32,
    /// How wrong that may be, in the same.
    root_dispersion: u32,
    /// The question that it is for.
    pub(super) question: [u8; 8],
    /// When the question came, and when the answer went, in units of 2⁻³² seconds.
    came_at: u64,
    went_at: u64,
}

/// What an answer says of the clock of its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is set by something.
    Set,
    /// It is not set by anything.
    Unset,
    /// The server does not tell the time, with its word for why (RFC 5905, section 7.4).
    Kiss(String),
}

impl Answer {
    /// Reads a packet; nothing where it is no answer of a server.
    pub(super) fn read(packet: &[u8]) -> Option<Self> {
        let (packet, _) = packet.split_first_chunk::<PACKET_BYTES>()?;
        let [first, stratum, _, _, rest @ ..] = packet;
        if first & 0b111 != MODE_SERVER {
            return None;
        }
        let (root_delay, rest) = rest.split_first_chunk::<4>()?;
        let (root_dispersion, rest) = rest.split_first_chunk::<4>()?;
        let (reference, rest) = rest.split_first_chunk::<4>()?;
        let (_, rest) = rest.split_first_chunk::<8>()?;
        let (question, rest) = rest.split_first_chunk::<8>()?;
        let (came_at, rest) = rest.split_first_chunk::<8>()?;
        let went_at = rest.first_chunk::<8>()?;
        Some(Self {
            leap: first >> 6,
            stratum: *stratum,
            reference: *reference,
            root_delay: u32::from_be_bytes(*root_delay),
            root_dispersion: u32::from_be_bytes(*root_dispersion),
            question: *question,
            came_at: u64::from_be_bytes(*came_at),
            went_at: u64::from_be_bytes(*went_at),
        })
    }

    /// What it says of the clock of its server.
    pub(super) fn state(&self) -> State {
        let word = self.reference.iter().take_while(|byte| **byte != 0);
        let word: String = word.map(|byte| char::from(*byte)).collect();
        let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
        match self.stratum {
            0 if is_word => State::Kiss(word),
            0 | STRATUM_UNSYNCHRONIZED.. => State::Unset,
            _ if self.leap == LEAP_UNKNOWN => State::Unset,
            _ => State::Set,
        }
    }

    /// Whether it says which time it is.
    pub(super) const fn has_time(&self) -> bool {
        self.came_at != 0 && self.went_at != 0
    }

    /// It, as it is written down.
    pub(super) fn told(&self) -> String {
        let [a, b, c, d] = self.reference;
        let (delay, dispersion) = (short_ms(self.root_delay), short_ms(self.root_dispersion));
        let reference = match self.state() {
            State::Kiss(word) => word,
            State::Set if self.stratum == 1 => {
                String::from_utf8_lossy(&self.reference).trim_end_matches('\0').to_owned()
            }
            _ => format!("{a}.{b}.{c}.{d}"),
        };
        format!(
            "stratum {}, leap {}, reference {reference}, root delay {delay:.1} ms, root dispersion \
             {dispersion:.1} ms",
            self.stratum, self.leap
        )
    }

    /// What follows from it, where it came so long after the question went.
    pub(super) fn compare(&self, asked_at: Timestamp, took: Duration) -> Difference {
        let there = i128::from(apart(self.went_at, self.came_at).max(0));
        let all = to_units(took);
        let here = of(asked_at);
        let forth = i128::from(apart(self.came_at, here));
        let back = i128::from(apart(self.went_at, here)) - all;
        // Its clock is as far off ours as it would be were the way back as long as the way there.
        let offset = (forth + back) / 2;
        Difference { offset_us: to_micros(offset), delay_us: to_micros((all - there).max(0)) }
    }
}

/// The clock of a server beside ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// How far its clock is ahead of ours, in microseconds.
    pub(super) offset_us: i64,
    /// How long packets were on their way, there and back.
    pub(super) delay_us: i64,
}

impl Difference {
    /// How wrong the offset may be: all of the way may have been one way.
    pub(super) const fn error_us(&self) -> i64 {
        self.delay_us / 2
    }

    /// How far the clocks are apart for sure.
    pub(super) const fn least_us(&self) -> i64 {
        self.offset_us.saturating_abs().saturating_sub(self.error_us())
    }
}

/// From one instant to another, in units of 2⁻³² seconds. Their seconds begin anew in 2036: two that are
/// less than 68 years apart are taken as they are meant.
const fn apart(later: u64, earlier: u64) -> i64 {
    later.wrapping_sub(earlier).cast_signed()
}

/// An instant in the time of NTP.
fn of(at: Timestamp) -> u64 {
    let whole = at.as_nanosecond().div_euclid(NANOS) + i128::from(SECONDS_TO_1970);
    let rest = at.as_nanosecond().rem_euclid(NANOS);
    let units = (whole << 32) + (rest << 32) / NANOS;
    u64::try_from(units.rem_euclid(1 << 64)).unwrap_or_default()
}

/// Nanoseconds of a second.
const NANOS: i128 = 1_000_000_000;

fn to_units(duration: Duration) -> i128 {
    let nanos = i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX >> 32);
    nanos.saturating_mul(1 << 32) / NANOS
}

fn to_micros(units: i128) -> i64 {
    i64::try_from(units.saturating_mul(1_000_000) >> 32).unwrap_or(i64::MAX)
}

/// Milliseconds of a length in units of 2⁻¹⁶ seconds.
fn short_ms(units: u32) -> f64 {
    f64::from(units) * 1e3 / 65_536.0
}

#[cfg(test)]
pub(super) mod tests;
