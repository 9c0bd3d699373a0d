//! Who is on the way to what could not be reached, told line by line.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use allclear_domain::check::Reach;
use allclear_domain::ids::CheckId;
use allclear_domain::limits::CHECKS_MAX;
use allclear_net::{Hop, HopsError};
use jiff::Timestamp;

use super::Way;
use super::record::Record;

/// Where checks did not get to when they were tried last.
#[derive(Debug, Default)]
pub(super) struct Unreached {
    addresses: Mutex<HashMap<CheckId, IpAddr>>,
    /// Whether somebody was told that it cannot be known who is on the way.
    is_told: AtomicBool,
}

impl Unreached {
    /// Takes in what a probe learned. What is on this machine is on no way.
    pub(super) fn note(&self, id: CheckId, record: &Record, has_failed: bool) {
        let is_elsewhere = has_failed && record.reach != Some(Reach::Itself);
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        match record.unreached.filter(|_| is_elsewhere) {
            None => {
                addresses.remove(&id);
            }
            Some(address) => {
                // Those of checks that are gone go at once when there are too many.
                if addresses.len() >= CHECKS_MAX {
                    addresses.clear();
                }
                addresses.insert(id, address);
            }
        }
    }

    pub(super) fn of(&self, id: CheckId) -> Option<IpAddr> {
        let addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.get(&id).copied()
    }
}

impl Way {
    /// Who is on the way to an address now. That this machine cannot tell is said once: it is so of each.
    pub(super) async fn trace(&self, address: IpAddr, now: Timestamp) -> Vec<String> {
        let unknown =
            |why: &str| format!("who is on the way to {address} was not looked for: {why}");
        match self.net.hops_to(address).await {
            Ok(hops) => {
                let head = format!("on the way to {address}, as of {now:.0}:");
                std::iter::once(head).chain(told(address, &hops)).collect()
            }
            Err(HopsError::NotPermitted)
                if self.unreached.is_told.swap(true, Ordering::Relaxed) =>
            {
                Vec::new()
            }
            Err(error @ HopsError::NotPermitted) => {
                tracing::info!(
                    "where a target cannot be reached, nobody looks on the way: {error}"
                );
                vec![unknown(&format!("{error}; this is said once"))]
            }
            Err(HopsError::Forbidden(_)) => Vec::new(),
            Err(error @ HopsError::Unable { .. }) => vec![unknown(&error.to_string())],
        }
    }
}

/// Each machine in a line. Several in a row that keep silent share one.
fn told(address: IpAddr, hops: &[Hop]) -> Vec<String> {
    let (mut lines, mut place) = (Vec::new(), 0);
    while let Some(hop) = hops.get(place) {
        let rest = hops.get(place..).unwrap_or_default();
        let silent = rest.iter().take_while(|hop| hop.answers.is_empty()).count();
        match silent {
            0 => lines.push(format!("{}: {}", place + 1, answered(address, hop))),
            1 => lines.push(format!("{}: no answer", place + 1)),
            more => lines.push(format!("{} to {}: no answer", place + 1, place + more)),
        }
        place += silent.max(1);
    }
    lines
}

/// Who answered from there, after which times, and what they said.
fn answered(address: IpAddr, hop: &Hop) -> String {
    let mut by: Vec<IpAddr> = Vec::new();
    for answer in &hop.answers {
        if !by.contains(&answer.by) {
            by.push(answer.by);
        }
    }
    let told = by.iter().map(|by| {
        let answers = hop.answers.iter().filter(|answer| answer.by == *by);
        let why = answers.clone().find_map(|answer| answer.why);
        let times: Vec<_> = answers.map(|answer| milliseconds(answer.took)).collect();
        let says = match why {
            Some(why) => format!(", says that {why}"),
            None if *by == address => ", answers pings".to_owned(),
            None => String::new(),
        };
        format!("{by} after {} ms{says}", times.join(", "))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// With one digit behind the point, so that those on the same wire can be told apart.
fn milliseconds(took: Duration) -> String {
    format!("{:.1}", took.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use allclear_net::HopAnswer;

    use super::*;

    #[test]
    fn every_machine_has_a_line_and_silent_ones_share_it() {
        let address: IpAddr = "192.0.2.7".parse().unwrap();
        let answer = |by: &str, micros: u64, why| HopAnswer {
            by: by.parse().unwrap(),
            took: Duration::from_micros(micros),
            why,
        };
        let hop = |answers: &[HopAnswer]| Hop { answers: answers.to_vec() };
        let (one, other) = ("198.51.100.1", "198.51.100.9");
        let forbidden = Some("the way to it is forbidden");
        let hops = [
            hop(&[answer(one, 240, None), answer(one, 1_960, None)]),
            hop(&[]),
            hop(&[answer(one, 3_000, None), answer(other, 4_000, forbidden)]),
            hop(&[]),
            hop(&[]),
            hop(&[]),
            hop(&[answer("192.0.2.7", 25_000, None)]),
        ];
        assert_eq!(
            told(address, &hops),
            [
                "1: 198.51.100.1 after 0.2, 2.0 ms",
                "2: no answer",
                "3: 198.51.100.1 after 3.0 ms; 198.51.100.9 after 4.0 ms, says that the way to it is \
                 forbidden",
                "4 to 6: no answer",
                "7: 192.0.2.7 after 25.0 ms, answers pings",
            ]
        );
        assert_eq!(told(address, &[]), Vec::<String>::new());
        assert_eq!(told(address, &vec![hop(&[]); 30]), ["1 to 30: no answer"]);
    }
}
