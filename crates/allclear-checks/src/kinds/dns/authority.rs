//! Every server of a zone: who they are, and whether each of them answers, knows the zone, says the same
//! and is up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use allclear_domain::check::{DnsAuthority, DnsCheck, DnsCode, DnsRecord, Reason, ReasonCode};
use allclear_net::{DnsAnswer, DnsError, DnsName, DnsQuestion, Host, NameServer};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::super::record::{Record, spend};
use super::super::{Way, reason};
use super::seat::Seat;
use super::{
    DnsProbe, Wrong, answer, ask_all, ask_first, heard, sign_of_life_at, told, whose_fault,
};
use crate::limits;

/// Whom the servers of a zone are found out from.
struct Start<'a> {
    way: &'a Way,
    servers: Vec<NameServer>,
    /// Whether these are the ones that this machine asks for everything.
    is_own: bool,
    deadline: Instant,
}

/// Finds the servers of the zone that a name is in, asks each, and judges what they say.
pub(super) async fn judge(
    probe: &DnsProbe,
    authority: DnsAuthority,
    seats: &[Seat],
    way: &Way,
    record: &mut Record,
    deadline: Instant,
) -> Result<(), Reason> {
    let is_own = seats.is_empty();
    let servers = match is_own {
        true => way.net.own_name_servers(),
        false => seats.iter().map(|seat| NameServer::at(seat.address)).collect(),
    };
    let start = Start { way, servers, is_own, deadline };
    // Servers of a zone listen where the one does that named them, and at the usual port for all others.
    let port = seats.first().map_or(DnsCheck::PORT, |seat| seat.address.port());
    let began = Instant::now();
    let found = start.find(&probe.question.name, port).await;
    spend(&mut record.phases.resolve_us, began.elapsed());
    let (zone, seats, mut wrongs) = found?;
    record.noted(&format!("the zone {zone} is served by {}", listed(&seats)));
    let asked = DnsQuestion { wants_others_asked: false, ..probe.question.clone() };
    let answers = ask_all(&seats, &asked, way, record, deadline).await;
    let mut said: BTreeMap<BTreeSet<String>, Vec<&Seat>> = BTreeMap::new();
    for (seat, answer) in heard(&seats, answers) {
        let judged = answer
            .map_err(Wrong::from)
            .and_then(|answer| probe.expected.judge(&asked, &answer, true).map(|()| answer));
        match judged {
            Err(wrong) => wrongs.push(wrong.at(seat)),
            Ok(answer) => said.entry(texts(&asked, &answer)).or_default().push(seat),
        }
    }
    if probe.expected.is_open() && said.len() > 1 {
        wrongs.push(disagreeing(&said));
    }
    // Who does not answer is not asked again.
    let silent = wrongs.iter().any(|wrong| wrong.code == ReasonCode::TimedOut);
    if !silent && probe.expected.code != DnsCode::Refused {
        let known: Vec<Seat> = said.into_values().flatten().cloned().collect();
        wrongs.extend(behind(&zone, &known, authority, way, record, deadline).await);
    }
    told(wrongs)
}

/// The records of an answer, and where it leads to; nothing of what may differ between servers.
fn texts(question: &DnsQuestion, answer: &DnsAnswer) -> BTreeSet<String> {
    let said = answer::said(question, answer);
    match said.texts() {
        texts if texts.is_empty() => BTreeSet::from([said.told(question)]),
        texts => texts.into_iter().map(str::to_owned).collect(),
    }
}

/// What is to be told where servers say different things.
fn disagreeing(said: &BTreeMap<BTreeSet<String>, Vec<&Seat>>) -> Wrong {
    let told = said.iter().map(|(texts, seats)| {
        let seats: Vec<String> = seats.iter().map(ToString::to_string).collect();
        let texts = texts.iter().take(limits::TOLD_RECORDS_MAX);
        let texts: Vec<&str> = texts.map(String::as_str).collect();
        format!("{} says {}", seats.join(", "), texts.join(", "))
    });
    let told = told.collect::<Vec<_>>().join("; ");
    Wrong::new(ReasonCode::Assertion, format!("the servers of the zone do not agree: {told}"))
}

/// Those that do not have the newest form of the zone.
async fn behind(
    zone: &DnsName,
    seats: &[Seat],
    authority: DnsAuthority,
    way: &Way,
    record: &mut Record,
    deadline: Instant,
) -> Vec<Wrong> {
    let question =
        DnsQuestion { name: zone.clone(), record: DnsRecord::Soa, wants_others_asked: false };
    let answers = ask_all(seats, &question, way, record, deadline).await;
    let (mut serials, mut wrongs): (Vec<(&Seat, u32)>, Vec<Wrong>) = (Vec::new(), Vec::new());
    for (seat, answer) in heard(seats, answers) {
        match answer.map_err(Wrong::from).map(|answer| serial(&question, &answer)) {
            Ok(Some(serial)) => serials.push((seat, serial)),
            Ok(None) => {
                let told = format!("it has no SOA record of {zone}");
                wrongs.push(Wrong::new(ReasonCode::Assertion, told).at(seat));
            }
            Err(wrong) => wrongs.push(wrong.at(seat)),
        }
    }
    let newest = serials.iter().copied().reduce(|one, other| {
        // Serials go round (RFC 1982).
        if is_newer(other.1, one.1) { other } else { one }
    });
    let Some((ahead, newest)) = newest else { return wrongs };
    for (seat, serial) in serials {
        if newest.wrapping_sub(serial) > authority.serials_apart_max {
            let told = format!(
                "it is behind with {zone}: its serial is {serial}, and that of {ahead} is {newest}"
            );
            wrongs.push(Wrong::new(ReasonCode::Assertion, told).at(seat));
        }
    }
    wrongs
}

fn is_newer(one: u32, other: u32) -> bool {
    one != other && one.wrapping_sub(other) < 1 << 31
}

fn serial(question: &DnsQuestion, answer: &DnsAnswer) -> Option<u32> {
    let said = answer::said(question, answer);
    let texts = said.texts();
    texts.first()?.split(' ').nth(2)?.parse().ok()
}

fn listed(seats: &[Seat]) -> String {
    seats.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Start<'_> {
    /// The zone that a name is in and where its servers sit, with what is wrong with that already.
    async fn find(
        &self,
        name: &DnsName,
        port: u16,
    ) -> Result<(DnsName, Vec<Seat>, Vec<Wrong>), Reason> {
        let (zone, servers) = self.zone(name).await?;
        let asked = servers.iter().map(|server| self.addresses(server));
        let found = join_all(asked.collect::<Vec<_>>()).await;
        let (mut seats, mut wrongs) = (Vec::new(), Vec::new());
        for (server, found) in servers.iter().zip(found) {
            match found {
                Ok(addresses) => seats.extend(addresses.into_iter().map(|address| Seat {
                    server: Some(server.to_string()),
                    address: SocketAddr::new(address, port),
                })),
                Err(wrong) => wrongs.push(wrong),
            }
        }
        seats.truncate(limits::DNS_SEATS_MAX);
        if seats.is_empty() {
            told(wrongs)?;
            let nobody = format!("the zone {zone} is served by nobody");
            return Err(reason(ReasonCode::NoAddress, nobody));
        }
        Ok((zone, seats, wrongs))
    }

    /// The zone that a name is in, which is the first one above it that has servers, and their names.
    async fn zone(&self, name: &DnsName) -> Result<(DnsName, Vec<DnsName>), Reason> {
        let mut zone = name.clone();
        loop {
            let question =
                DnsQuestion { name: zone.clone(), record: DnsRecord::Ns, wants_others_asked: true };
            let asked = self.ask(&question).await;
            let trouble = match asked {
                Ok(answer) if answer.code.is_some_and(answer::is_about_the_name) => {
                    let rows = answer.records.iter();
                    let named =
                        rows.filter(|row| row.name == zone && row.record == Some(DnsRecord::Ns));
                    let names = named.filter_map(|row| DnsName::read(&row.text).ok());
                    let names: BTreeSet<DnsName> = names.take(limits::DNS_SEATS_MAX).collect();
                    if !names.is_empty() {
                        return Ok((zone, names.into_iter().collect()));
                    }
                    None
                }
                Ok(answer) => {
                    let told = format!("{} for NS {zone}", answer.told);
                    Some(Wrong::new(ReasonCode::Status, told))
                }
                Err(error) => Some(error.into()),
            };
            if let Some(wrong) = trouble {
                return Err(self.lost(name, wrong).await);
            }
            let Some(above) = zone.above() else {
                let told = format!("no zone is found that {name} is in");
                return Err(reason(ReasonCode::NoAddress, told));
            };
            zone = above;
        }
    }

    async fn lost(&self, name: &DnsName, wrong: Wrong) -> Reason {
        let told = format!("who serves {name} is not found out: {}", wrong.told);
        let wrong = Wrong { told, ..wrong };
        match self.is_own {
            true => whose_fault(wrong, self.way, self.deadline).await,
            false => reason(wrong.code, wrong.told),
        }
    }

    async fn ask(&self, question: &DnsQuestion) -> Result<DnsAnswer, DnsError> {
        let is_wanted = |answer: &DnsAnswer| answer.code.is_some_and(answer::is_about_the_name);
        let until = sign_of_life_at(self.deadline);
        ask_first(&self.servers, question, self.way, is_wanted, until).await
    }

    /// The addresses of a server, as those say who named it, or else those that this machine asks.
    async fn addresses(&self, server: &DnsName) -> Result<Vec<IpAddr>, Wrong> {
        let question =
            |record| DnsQuestion { name: server.clone(), record, wants_others_asked: true };
        let (four, six) = (question(DnsRecord::A), question(DnsRecord::Aaaa));
        let (four_said, six_said) = tokio::join!(self.ask(&four), self.ask(&six));
        let mut found: Vec<IpAddr> = Vec::new();
        for (question, said) in [(four, &four_said), (six, &six_said)] {
            if let Ok(answer) = said {
                let said = answer::said(&question, answer);
                found.extend(said.texts().iter().filter_map(|text| text.parse::<IpAddr>().ok()));
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
        if let (true, Err(error)) = (self.is_own, four_said) {
            return Err(Wrong::new(ReasonCode::Ours, error.to_string()));
        }
        let host = Host::Domain(server.to_string());
        match self.way.net.resolve(&host, sign_of_life_at(self.deadline)).await {
            Ok(found) => Ok(found.addresses),
            // It was found out already that the zone names somebody whom nobody finds.
            Err(error) => {
                let told = format!("{server}, which the zone names, is not found: {error}");
                let code = if self.is_own && error.is_ours() {
                    ReasonCode::Ours
                } else {
                    ReasonCode::NoAddress
                };
                Err(Wrong::new(code, told))
            }
        }
    }
}
