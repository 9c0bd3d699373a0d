//! One proposed check, ready to print.

use allclear_checks::proposals::{Aspect, Candidate, Proposal};
use allclear_domain::Check;
use allclear_domain::check::{CheckKind, Verdict};
use jiff::Timestamp;

use super::super::state::{plain, tell_reason, tell_us};
use super::super::{path_of, pickers};
use crate::console::answer::sentence;
use crate::console::form::Form;

/// One proposed check.
pub(super) struct Offer {
    /// What its box sends.
    pub(super) word: &'static str,
    /// What would be watched.
    pub(super) what: String,
    pub(super) target: String,
    pub(super) is_ticked: bool,
    pub(super) holds: bool,
    /// Whether it holds: its color, its shape and its word.
    pub(super) found: (&'static str, &'static str, &'static str),
    /// What was seen, as sentences.
    pub(super) seen: String,
    /// How often, and what readers are told.
    pub(super) pace: String,
    /// One that is there already: its name, and its page.
    pub(super) there: Option<(String, String)>,
}

impl Offer {
    /// As it is shown; `ticked` is what somebody sent, where they did.
    pub(super) fn of(
        proposal: &Proposal,
        there: &[Check],
        ticked: Option<&Form>,
        now: Timestamp,
    ) -> Self {
        let candidate = &proposal.candidate;
        let word = candidate.aspect.as_str();
        let there = there.iter().find(|check| check.kind.target() == candidate.kind.target());
        Self {
            word,
            what: what(candidate),
            target: plain(&candidate.kind.target()),
            is_ticked: match ticked {
                Some(form) => form.all("take").any(|one| one == word),
                None => proposal.holds() && there.is_none(),
            },
            holds: proposal.holds(),
            found: match proposal.result.verdict {
                Verdict::Ok => ("op", "●", "Holds"),
                Verdict::Degraded => ("dg", "▲", "Holds, badly"),
                Verdict::Fail => ("mj", "■", "Does not hold"),
                Verdict::Unknown => ("quiet", "○", "Unknown"),
            },
            seen: seen(proposal, now),
            pace: pace(candidate),
            there: there.map(|check| (check.name.clone(), path_of(check.id))),
        }
    }
}

fn what(candidate: &Candidate) -> String {
    let known = match candidate.aspect {
        Aspect::Website => "The website answers",
        Aspect::PlainWebsite => "The website answers, without TLS",
        Aspect::Port => "The port takes connections",
        Aspect::Certificate => "The certificate is valid",
        Aspect::Ipv4 => "The name has an IPv4 address",
        Aspect::Ipv6 => "The name has an IPv6 address",
        Aspect::Redirect => "Whoever comes over http:// is led to https://",
        Aspect::Typed => return candidate.name.clone(),
    };
    known.to_owned()
}

fn pace(candidate: &Candidate) -> String {
    let readers = match candidate.statuses() {
        Some((failing, _)) => {
            format!("readers see “{}” while it fails", pickers::status_name(failing))
        }
        None => "for the team alone".to_owned(),
    };
    format!("Every {} s; {readers}.", candidate.interval_seconds())
}

fn seen(proposal: &Proposal, now: Timestamp) -> String {
    let result = &proposal.result;
    let reason = tell_reason(result.reason.as_ref());
    if !proposal.holds() {
        return reason;
    }
    let took = tell_us(result.took_us);
    let seen = match (result.certificate_ends_at, &proposal.candidate.kind) {
        (Some(ends_at), CheckKind::Tls(_)) => certificate(ends_at, now),
        _ => match plain(&proposal.seen()) {
            seen if seen.is_empty() => format!("after {took}"),
            seen => format!("{seen}, after {took}"),
        },
    };
    format!("{} {reason}", sentence(&seen)).trim_end().to_owned()
}

/// How long the certificates hold that are served: the first of them to end says so.
fn certificate(ends_at: Timestamp, now: Timestamp) -> String {
    let days = ends_at.duration_since(now).as_hours() / 24;
    let left = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    format!("valid for {left} more, until {}", ends_at.strftime("%-d %b %Y"))
}
