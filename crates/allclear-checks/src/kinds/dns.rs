//! The kind `dns`: what name servers say of a name, each of those that are asked.

mod answer;
mod authority;
mod seat;

use std::net::IpAddr;
use std::time::Duration;

use allclear_domain::check::{DnsAuthority, DnsCheck, DnsRecord, Reason, ReasonCode};
use allclear_net::{DnsAnswer, DnsError, DnsName, DnsQuestion, NameServer};
use futures_util::future::join_all;
use tokio::time::{Instant, timeout_at};

use self::answer::Expected;
use self::seat::{Seat, Server};
use super::record::{Record, spend};
use super::{NotReady, Way, reason, undialed};

/// How long one of several servers that stand for each other has to answer.
const NEXT_AFTER: Duration = Duration::from_secs(2);
/// Time that is kept for finding out whether this machine has names at all.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// A check of the kind `dns` that is read and can be tried.
#[derive(Debug)]
pub struct DnsProbe {
    question: DnsQuestion,
    servers: Vec<Server>,
    authority: Option<DnsAuthority>,
    expected: Expected,
}

/// Something that is wrong, with whom it was found at.
#[derive(Debug)]
struct Wrong {
    code: ReasonCode,
    told: String,
}

impl Wrong {
    fn new(code: ReasonCode, told: impl Into<String>) -> Self {
        Self { code, told: told.into() }
    }

    fn at(self, seat: &Seat) -> Self {
        // Some errors begin with the address themselves.
        let told = match self.told.strip_prefix(&format!("{} ", seat.address)) {
            Some(rest) => format!("{seat} {rest}"),
            None => format!("{seat}: {}", self.told),
        };
        Self { told, ..self }
    }
}

impl From<DnsError> for Wrong {
    fn from(error: DnsError) -> Self {
        let code = match &error {
            DnsError::Forbidden(_) => ReasonCode::Forbidden,
            DnsError::Way(error) => undialed(error).code,
            DnsError::Garbled { .. } | DnsError::Strays { .. } | DnsError::Cut { .. } => {
                ReasonCode::Broken
            }
            DnsError::TooLong { .. } => ReasonCode::TooLong,
        };
        Self::new(code, error.to_string())
    }
}

impl DnsProbe {
    /// Reads the check.
    pub(super) fn new(check: &DnsCheck) -> Result<Self, NotReady> {
        let name = match (check.record, check.name.parse::<IpAddr>()) {
            (DnsRecord::Ptr, Ok(address)) => Ok(DnsName::of_address(address)),
            _ => DnsName::read(check.name.trim()),
        };
        let name = name.map_err(|problem| {
            NotReady::new("name", format!("is no name ({problem}): write one as in example.com"))
        })?;
        let servers = check.servers.iter().enumerate().map(|(place, text)| {
            Server::read(text)
                .map_err(|problem| NotReady::new(format!("servers[{place}]"), problem))
        });
        Ok(Self {
            question: DnsQuestion { name, record: check.record, wants_others_asked: true },
            servers: servers.collect::<Result<_, _>>()?,
            authority: check.authoritative,
            expected: Expected::new(check)?,
        })
    }

    /// Tries it once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let started = Instant::now();
        let seats = seat::find(way, &self.servers, deadline).await;
        if !self.servers.is_empty() {
            spend(&mut record.phases.resolve_us, started.elapsed());
        }
        let seats = seats?;
        // A server nearby asks others, who are far away: what it answers may be our own line.
        match self.authority {
            Some(authority) => {
                authority::judge(self, authority, &seats, way, record, deadline).await
            }
            None if seats.is_empty() => self.ask_own(way, record, deadline).await,
            None => self.ask_each(&seats, way, record, deadline).await,
        }
    }

    /// Asks the servers of this machine. That they are silent says nothing of the name.
    async fn ask_own(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let until = sign_of_life_at(deadline);
        let right = |answer: &DnsAnswer| answer.code == Some(self.expected.code);
        let asked = ask_first(&way.net.own_name_servers(), &self.question, way, right, until).await;
        let wrong = match asked {
            Ok(answer) => {
                note(record, &self.question, "a DNS server of this machine", &Ok(answer.clone()));
                spend(&mut record.phases.first_byte_us, answer.took);
                match self.expected.judge(&self.question, &answer, false) {
                    Ok(()) => return Ok(()),
                    // That there is no such name, or another record, is known of it.
                    Err(wrong) if answer.code.is_some_and(answer::is_about_the_name) => {
                        return Err(reason(wrong.code, wrong.told));
                    }
                    Err(wrong) => wrong,
                }
            }
            Err(error) => {
                record.noted(&error.to_string());
                Wrong::from(error)
            }
        };
        Err(whose_fault(wrong, way, deadline).await)
    }

    /// Asks each of these, all at once; all have to be right.
    async fn ask_each(
        &self,
        seats: &[Seat],
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let answers = ask_all(seats, &self.question, way, record, deadline).await;
        let mut wrongs = Vec::new();
        for (seat, answer) in heard(seats, answers) {
            let judged = answer.map_err(Wrong::from);
            let judged = judged.and_then(|it| self.expected.judge(&self.question, &it, false));
            wrongs.extend(judged.err().map(|wrong| wrong.at(seat)));
        }
        told(wrongs)
    }
}

/// The reason that several wrong things are. What is ours counts where there is nothing else.
fn told(mut wrongs: Vec<Wrong>) -> Result<(), Reason> {
    if wrongs.iter().any(|wrong| wrong.code != ReasonCode::Ours) {
        wrongs.retain(|wrong| wrong.code != ReasonCode::Ours);
    }
    let Some(first) = wrongs.first() else { return Ok(()) };
    let code = first.code;
    let told: Vec<&str> = wrongs.iter().map(|wrong| wrong.told.as_str()).collect();
    Err(reason(code, told.join("; ")))
}

/// When to stop asking, so that some time is left for finding out whose fault it is.
fn sign_of_life_at(deadline: Instant) -> Instant {
    let rest = deadline.saturating_duration_since(Instant::now());
    deadline.checked_sub((rest / 4).min(SIGN_OF_LIFE)).unwrap_or(deadline)
}

/// What went wrong at the servers of this machine is ours, unless they find their way to anybody.
async fn whose_fault(wrong: Wrong, way: &Way, deadline: Instant) -> Reason {
    if wrong.code != ReasonCode::Ours && way.net.has_names(deadline).await {
        let told = format!(
            "the DNS servers of this machine answer other questions, and not this one: {}",
            wrong.told
        );
        return reason(wrong.code, told);
    }
    let told = format!("no DNS server of this machine is of use: {}", wrong.told);
    reason(ReasonCode::Ours, told)
}

/// Asks one server after another until one answers as wanted; of other answers the last one counts, and
/// an error where there is none.
async fn ask_first(
    servers: &[NameServer],
    question: &DnsQuestion,
    way: &Way,
    is_wanted: impl Fn(&DnsAnswer) -> bool,
    deadline: Instant,
) -> Result<DnsAnswer, DnsError> {
    let nowhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let problem = "it is set up to ask none".to_owned();
    let none = allclear_net::DialError::Unable { address: nowhere, problem };
    let mut found = Err(DnsError::Way(none));
    for (place, server) in servers.iter().enumerate() {
        let is_last = place + 1 == servers.len();
        let until = if is_last { deadline } else { deadline.min(Instant::now() + NEXT_AFTER) };
        match way.net.ask_dns(*server, question, until).await {
            Ok(answer) if is_wanted(&answer) => return Ok(answer),
            Ok(answer) => found = Ok(answer),
            Err(error) if found.is_err() => found = Err(error),
            Err(_) => {}
        }
        if Instant::now() >= deadline {
            break;
        }
    }
    found
}

/// Asks all at once, and writes down what they said.
async fn ask_all(
    seats: &[Seat],
    question: &DnsQuestion,
    way: &Way,
    record: &mut Record,
    deadline: Instant,
) -> Vec<Result<DnsAnswer, DnsError>> {
    let asked = seats.iter().map(|seat| {
        record.sent(&format!("{} {} to {seat}", question.record.as_str(), question.name));
        way.net.ask_dns(NameServer::at(seat.address), question, deadline)
    });
    // Servers that keep the deadline make this end; the rest is for one that stood still.
    let answers = join_all(asked.collect::<Vec<_>>());
    let answers = timeout_at(deadline + SIGN_OF_LIFE, answers).await.unwrap_or_default();
    let took = answers.iter().filter_map(|one| one.as_ref().ok()).map(|answer| answer.took).max();
    if let Some(took) = took {
        spend(&mut record.phases.first_byte_us, took);
    }
    for (seat, answer) in seats.iter().zip(&answers) {
        note(record, question, &seat.to_string(), answer);
    }
    answers
}

/// Each seat with what came of it. Where a server has several addresses, those that this machine has no
/// way to are left out, as long as another one was asked.
fn heard(
    seats: &[Seat],
    answers: Vec<Result<DnsAnswer, DnsError>>,
) -> Vec<(&Seat, Result<DnsAnswer, DnsError>)> {
    let is_ours =
        |answer: &Result<DnsAnswer, DnsError>| answer.as_ref().is_err_and(DnsError::is_ours);
    let asked: Vec<&Seat> =
        seats.iter().zip(&answers).filter(|(_, it)| !is_ours(it)).map(|(seat, _)| seat).collect();
    let is_asked = |seat: &Seat| {
        seat.server.is_some() && asked.iter().any(|other| other.server == seat.server)
    };
    let all = seats.iter().zip(answers);
    all.filter(|(seat, answer)| !(is_ours(answer) && is_asked(seat))).collect()
}

/// Writes down what somebody said.
fn note(
    record: &mut Record,
    question: &DnsQuestion,
    who: &str,
    answer: &Result<DnsAnswer, DnsError>,
) {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            if let (None, DnsError::Way(error)) = (record.unreached, error) {
                record.unreached = error.unreached();
            }
            return record.noted(&format!("{who}: {error}"));
        }
    };
    let authoritative = if answer.is_authoritative { ", authoritative" } else { "" };
    let over = if answer.is_over_tcp { ", over TCP" } else { "" };
    let asked = question.record.as_str();
    record.received(&format!("{who}: {}{authoritative}{over}", answer.told));
    for row in &answer.records {
        let kind = row.record.map_or("another kind", DnsRecord::as_str);
        record.received(&format!("{who}: {} {} {kind} {}", row.name, row.ttl, row.text));
    }
    if answer.records.is_empty() {
        record.noted(&format!("{who}: no {asked} record"));
    }
}

#[cfg(test)]
mod tests;
