//! One probe, as a page shows it: how long its parts took, and what was said.

use allclear_domain::check::{Direction, ExchangeLine, Phases, ProbeResult, ReasonCode, Verdict};
use jiff::Timestamp;

use super::state::{plain, tell_reason, tell_us};
use crate::console::answer::sentence;
use crate::console::when::{When, tell_length};

/// The width of a bar.
const WIDTH: u64 = 1_000;

/// One part of a probe.
pub(super) struct Phase {
    pub(super) name: &'static str,
    /// The class of its color.
    pub(super) style: &'static str,
    pub(super) took: String,
    /// Where it begins in the bar.
    pub(super) x: u64,
    pub(super) width: u64,
}

/// One line of what was said.
pub(super) struct Line {
    pub(super) at: String,
    pub(super) who: &'static str,
    pub(super) style: &'static str,
    pub(super) text: String,
}

/// One probe, ready to print.
pub(super) struct ProbeView {
    pub(super) at: When,
    pub(super) ago: String,
    pub(super) took: String,
    pub(super) found: &'static str,
    pub(super) has_failed: bool,
    pub(super) reason: String,
    /// Where somebody else tells of it.
    pub(super) fault_page: Option<String>,
    pub(super) phases: Vec<Phase>,
    pub(super) lines: Vec<Line>,
    pub(super) is_cut: bool,
    /// When the first certificate ends, and how long that is from now on.
    pub(super) certificate: Option<(When, String)>,
}

impl ProbeView {
    pub(super) fn of(result: &ProbeResult, now: Timestamp) -> Self {
        Self {
            at: When::exactly(result.probed_at),
            ago: sentence(&When::ago(result.probed_at, now).text).trim_end_matches('.').to_owned(),
            took: tell_us(result.took_us),
            found: found(result),
            has_failed: result.verdict == Verdict::Fail,
            reason: tell_reason(result.reason.as_ref()),
            fault_page: result.reason.as_ref().and_then(|reason| reason.fault_page.clone()),
            phases: phases(&result.phases, result.took_us),
            lines: result.exchange.lines.iter().map(line).collect(),
            is_cut: result.exchange.is_cut,
            certificate: result
                .certificate_ends_at
                .map(|at| (When::exactly(at), tell_length(at.duration_since(now)))),
        }
    }
}

/// What a probe found, in a few words.
fn found(result: &ProbeResult) -> &'static str {
    let is_unread = result.reason.as_ref().is_some_and(|why| why.code == ReasonCode::Unread);
    match result.verdict {
        Verdict::Ok => "it worked",
        Verdict::Degraded => "it worked badly",
        Verdict::Fail => "it failed",
        Verdict::Unknown if is_unread => "nothing can be said of it, as nobody tells",
        Verdict::Unknown => "nothing can be said of it, as the fault was on our side",
    }
}

/// The parts that there were, beside each other in the order in which they happened.
fn phases(phases: &Phases, took_us: u64) -> Vec<Phase> {
    let known = [
        ("Name to address", "p1", phases.resolve_us),
        ("Connection", "p2", phases.connect_us),
        ("TLS", "p3", phases.tls_us),
        ("First byte", "p4", phases.first_byte_us),
        ("Rest of the answer", "p5", phases.transfer_us),
    ];
    let total: u64 = known.iter().filter_map(|(_, _, us)| *us).fold(0, u64::saturating_add);
    let total = total.max(took_us).max(1);
    let share = |us: u64| u128::from(us) * u128::from(WIDTH) / u128::from(total);
    let mut before: u64 = 0;
    let mut shown = Vec::new();
    for (name, style, us) in known {
        let Some(us) = us else { continue };
        let after = before.saturating_add(us);
        let x = u64::try_from(share(before)).unwrap_or(WIDTH);
        let end = u64::try_from(share(after)).unwrap_or(WIDTH);
        // What took no time to speak of is seen all the same.
        let width = end.saturating_sub(x).max(2);
        shown.push(Phase { name, style, took: tell_us(us), x, width });
        before = after;
    }
    shown
}

fn line(line: &ExchangeLine) -> Line {
    let (who, style) = match line.direction {
        Direction::Sent => ("sent", "sent"),
        Direction::Received => ("received", "received"),
        Direction::Noted => ("noted", "noted"),
    };
    Line { at: tell_us(line.at_us), who, style, text: plain(&line.text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_as_long_as_the_probe() {
        let some = Phases { resolve_us: Some(1), tls_us: Some(600), ..Phases::default() };
        let shown = phases(&some, 1_000);
        let drawn: Vec<_> = shown.iter().map(|one| (one.x, one.width)).collect();
        assert_eq!(drawn, [(0, 2), (1, 600)]);
        let odd = Phases { connect_us: Some(u64::MAX), tls_us: Some(u64::MAX), ..some };
        assert!(phases(&odd, 0).iter().all(|one| one.x + one.width <= WIDTH + 2));
        assert!(phases(&Phases::default(), 0).is_empty());
    }
}
