//! What a condition of Gatus asks, in our words.

use std::collections::BTreeSet;

use allclear_domain::check::Assertion;

use super::body;
use super::compare::{self, Operator};
use crate::import::shape::STATUSES;
use crate::import::span;
use crate::import::variables::shown;

/// What one condition asks, and what changes by that.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) asks: Asks,
    pub(super) changes: Vec<String>,
    /// Whether it would have held where nothing could be connected to.
    pub(super) holds_unconnected: bool,
}

/// What a condition asks of.
#[derive(Debug, PartialEq)]
pub(super) enum Asks {
    /// That the status is one of these.
    Statuses(BTreeSet<u16>),
    /// That it takes no longer, in milliseconds.
    Deadline(f64),
    /// That the certificate holds so long, in milliseconds.
    CertificateLasts(f64),
    /// That all of this holds of the answer.
    Assertions(Vec<Assertion>),
    /// Nothing that is not asked for anyway.
    Nothing,
    /// Something that cannot be asked here; the rest of the entry can.
    Unknown,
    /// That it does not work: the entry cannot be taken.
    Failure,
}

impl Read {
    pub(super) fn of(asks: Asks) -> Self {
        Self { asks, changes: Vec::new(), holds_unconnected: false }
    }

    pub(super) fn with(mut self, change: impl Into<String>) -> Self {
        self.changes.push(change.into());
        self
    }

    /// Nothing that can be asked here, with why.
    pub(super) fn unknown(why: &str) -> Self {
        Self::of(Asks::Unknown).with(format!("{why}: this is not asked here"))
    }
}

/// A condition, its two sides and what stands between them.
pub(super) struct Condition {
    pub(super) left: String,
    pub(super) operator: Operator,
    pub(super) right: String,
}

impl Condition {
    /// Takes a condition apart. What is looked at stands on the left afterwards.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (operator, word) = Operator::ALL.into_iter().find(|(_, word)| text.contains(word))?;
        let mut sides = text.split(word).map(|side| side.trim().to_owned());
        let (left, right) = (sides.next()?, sides.next()?);
        // More than two sides: Gatus looks at the first two.
        if is_placeholder(&right) && !is_placeholder(&left) {
            return Some(Self { left: right, operator: operator.mirrored(), right: left });
        }
        Some(Self { left, operator, right })
    }

    /// What it asks.
    pub(super) fn read(&self) -> Read {
        let subject = self.left.to_ascii_uppercase();
        if is_placeholder(&self.right) {
            return Read::unknown("compares two things that are looked at");
        }
        match subject.as_str() {
            "[STATUS]" => self.of_status(),
            "[RESPONSE_TIME]" => self.of_time(),
            "[CONNECTED]" => self.of_connection(),
            "[CERTIFICATE_EXPIRATION]" => self.of_certificate(),
            "[DOMAIN_EXPIRATION]" => Read::unknown("asks until when a domain is registered"),
            "[IP]" => Read::unknown("asks which address a name has"),
            "[DNS_RCODE]" => Read::unknown("asks what a name server answers"),
            _ if subject.starts_with("[CONTEXT]") => {
                Read::unknown("asks for what an earlier step of a suite found")
            }
            _ if subject.contains("[BODY]") => body::read(self),
            _ => Read::unknown("looks at nothing that is known here"),
        }
    }

    fn of_status(&self) -> Read {
        let holds = |status: u16| self.operator.holds(&status.to_string(), &self.right);
        let right: Option<BTreeSet<u16>> = STATUSES
            .filter_map(|status| match holds(status) {
                Some(true) => Some(Some(status)),
                Some(false) => None,
                None => Some(None),
            })
            .collect();
        let Some(right) = right else {
            return Read::unknown("has a pattern with classes or escapes");
        };
        let holds_unconnected = holds(0) == Some(true);
        let asks = match (right.is_empty(), holds_unconnected) {
            (true, true) => Asks::Failure,
            (true, false) => {
                return Read::of(Asks::Failure).with("holds of no status that there is");
            }
            (false, _) => Asks::Statuses(right),
        };
        Read { holds_unconnected, ..Read::of(asks) }
    }

    fn of_time(&self) -> Read {
        let most = compare::number(&self.right);
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a deadline")]
        let most = match self.operator {
            Operator::LessThan => most as f64,
            Operator::AtMost => most.saturating_add(1) as f64,
            _ => return Read::unknown("asks for an answer that takes long"),
        };
        if most <= 0.0 {
            return Read::of(Asks::Failure).with("holds of no answer: no time is that short");
        }
        let change = format!(
            "there it fails from {} on, and the connection of the probe before is used again; here \
             that is the deadline of the whole probe, with looking up the name, connecting and TLS: \
             give it more where that is too short",
            span::told(most)
        );
        Read { holds_unconnected: true, ..Read::of(Asks::Deadline(most)).with(change) }
    }

    fn of_connection(&self) -> Read {
        match self.operator.holds("true", &self.right) {
            Some(true) => match self.operator.holds("false", &self.right) {
                Some(false) => Read::of(Asks::Nothing),
                _ => Read { holds_unconnected: true, ..Read::of(Asks::Nothing) },
            },
            _ => Read::of(Asks::Failure),
        }
    }

    fn of_certificate(&self) -> Read {
        let lasts = compare::number(&self.right);
        let holds_unconnected = self.operator.holds_of(0, lasts);
        if !matches!(self.operator, Operator::MoreThan | Operator::AtLeast) {
            return Read::unknown("asks for a certificate that ends soon");
        }
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of days")]
        let asks = Asks::CertificateLasts(lasts.max(0) as f64);
        Read { holds_unconnected, ..Read::of(asks) }
    }
}

/// Whether a side is something that is looked at.
fn is_placeholder(side: &str) -> bool {
    let side = side.to_ascii_uppercase();
    let inside = ["LEN(", "HAS("].iter().find_map(|name| side.strip_prefix(name));
    let side = inside.unwrap_or(&side);
    let names = ["STATUS", "RESPONSE_TIME", "CONNECTED", "CERTIFICATE_EXPIRATION"];
    let more = ["DOMAIN_EXPIRATION", "IP", "DNS_RCODE", "CONTEXT", "BODY"];
    side.strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .is_some_and(|(name, _)| names.contains(&name) || more.contains(&name))
}

/// A condition as a sentence begins with it.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", crate::import::draft::cut(&shown(text)))
}
