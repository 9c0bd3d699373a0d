//! What an answer has to be, and whether it is.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use allclear_domain::check::{DnsCheck, DnsCode, DnsRecord, DnsTest, ReasonCode};
use allclear_net::{DnsAnswer, DnsName, DnsQuestion, DnsRow};
use regex::Regex;

use super::super::NotReady;
use super::super::assertion::{quoted, regex};
use super::Wrong;
use crate::limits;

/// What is expected, read.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) code: DnsCode,
    records: Test,
    ttl_min: Option<u32>,
    ttl_max: Option<u32>,
}

/// What is expected of all records.
#[derive(Debug)]
enum Test {
    /// That there is one.
    Any,
    Are(BTreeSet<String>),
    Contain(BTreeSet<String>),
    AllMatch(Regex),
}

/// Whether an answer that ends like this says something of the name, and not of the server.
pub(super) const fn is_about_the_name(code: DnsCode) -> bool {
    matches!(code, DnsCode::NoError | DnsCode::NxDomain)
}

impl Expected {
    /// Reads what a check expects.
    pub(super) fn new(check: &DnsCheck) -> Result<Self, NotReady> {
        let read = |records: &[String], word: &str| {
            let read = records.iter().enumerate().map(|(place, text)| {
                written(check.record, text).ok_or_else(|| {
                    let kind = check.record.as_str();
                    let problem =
                        format!("is no {kind} record: write it as in {}", example(check.record));
                    NotReady::new(format!("expect.{word}[{place}]"), problem)
                })
            });
            read.collect::<Result<BTreeSet<_>, _>>()
        };
        let records = match &check.expect {
            None => Test::Any,
            Some(DnsTest::Are(records)) => Test::Are(read(records, "are")?),
            Some(DnsTest::Contain(records)) => Test::Contain(read(records, "contain")?),
            Some(DnsTest::AllMatch(pattern)) => {
                let pattern = regex("all_match", pattern);
                Test::AllMatch(pattern.map_err(|not_ready| not_ready.within("expect"))?)
            }
        };
        Ok(Self { code: check.code, records, ttl_min: check.ttl_min, ttl_max: check.ttl_max })
    }

    /// Whether nothing is said of the records: then servers of a zone have to agree.
    pub(super) const fn is_open(&self) -> bool {
        matches!(self.records, Test::Any)
    }

    /// Whether an answer is as expected. One who serves the zone has to say so.
    pub(super) fn judge(
        &self,
        question: &DnsQuestion,
        answer: &DnsAnswer,
        is_authority: bool,
    ) -> Result<(), Wrong> {
        if answer.code != Some(self.code) {
            let told = format!(
                "{} for {} {}, and {} is expected",
                answer.told,
                question.record.as_str(),
                question.name,
                self.code.as_str()
            );
            return Err(Wrong::new(ReasonCode::Status, told));
        }
        if is_authority && is_about_the_name(self.code) && !answer.is_authoritative {
            let told = "it answers, and not as one that serves the zone";
            return Err(Wrong::new(ReasonCode::Assertion, told));
        }
        if self.code != DnsCode::NoError {
            return Ok(());
        }
        let said = said(question, answer);
        // Whom the name leads to is for others to say.
        if is_authority && self.is_open() && said.rows.is_empty() && said.leads_to.is_some() {
            return Ok(());
        }
        self.judge_rows(question, &said)
    }

    fn judge_rows(&self, question: &DnsQuestion, said: &Said<'_>) -> Result<(), Wrong> {
        let texts = said.texts();
        let holds = match &self.records {
            Test::Any => !texts.is_empty(),
            Test::Are(expected) => texts == refs(expected),
            Test::Contain(expected) => texts.is_superset(&refs(expected)),
            Test::AllMatch(pattern) => {
                !texts.is_empty() && texts.iter().all(|text| pattern.is_match(text))
            }
        };
        if !holds {
            let told = format!("{}, and {}", said.told(question), self.told(question.record));
            return Err(Wrong::new(ReasonCode::Assertion, told));
        }
        let is_early = |row: &&&DnsRow| self.ttl_min.is_some_and(|min| row.ttl < min);
        let is_late = |row: &&&DnsRow| self.ttl_max.is_some_and(|max| row.ttl > max);
        let bound =
            |which, bound: Option<u32>| format!("at {which} {} s", bound.unwrap_or_default());
        let off = said.rows.iter().find(is_early).map(|row| (row, bound("least", self.ttl_min)));
        let off = off.or_else(|| {
            said.rows.iter().find(is_late).map(|row| (row, bound("most", self.ttl_max)))
        });
        let Some((row, bound)) = off else { return Ok(()) };
        let told =
            format!("{} holds for {} s, and {bound} are expected", quoted(&row.text), row.ttl);
        Err(Wrong::new(ReasonCode::Assertion, told))
    }

    fn told(&self, record: DnsRecord) -> String {
        let kind = record.as_str();
        match &self.records {
            Test::Any => format!("one {kind} record at least is expected"),
            Test::Are(expected) if expected.is_empty() => format!("no {kind} record is expected"),
            Test::Are(expected) => format!("exactly {} is expected", listed(&refs(expected))),
            Test::Contain(expected) => {
                format!("{} is expected among them", listed(&refs(expected)))
            }
            Test::AllMatch(pattern) => {
                format!("each is expected to match {}", quoted(pattern.as_str()))
            }
        }
    }
}

/// What an answer says of a question.
pub(super) struct Said<'a> {
    /// The records that were asked for.
    rows: Vec<&'a DnsRow>,
    /// The name that the one that was asked for is another word for, at the end.
    leads_to: Option<&'a str>,
}

/// The records that answer a question: those of the name, or of the one that it leads to. Others may
/// stand beside them, and say nothing.
pub(super) fn said<'a>(question: &DnsQuestion, answer: &'a DnsAnswer) -> Said<'a> {
    let of = |name: &str, record: DnsRecord| {
        let rows = answer.records.iter();
        let name = name.to_owned();
        rows.filter(move |row| row.record == Some(record) && row.name.to_string() == name)
    };
    let (mut name, mut leads_to) = (question.name.to_string(), None);
    if question.record != DnsRecord::Cname {
        for _ in 0..limits::DNS_ALIASES_MAX {
            let Some(alias) = of(&name, DnsRecord::Cname).next() else { break };
            leads_to = Some(alias.text.as_str());
            name.clone_from(&alias.text);
        }
    }
    Said { rows: of(&name, question.record).collect(), leads_to }
}

impl<'a> Said<'a> {
    pub(super) fn texts(&self) -> BTreeSet<&'a str> {
        self.rows.iter().map(|row| row.text.as_str()).collect()
    }

    /// What is said of a name, in words.
    pub(super) fn told(&self, question: &DnsQuestion) -> String {
        let (name, kind) = (&question.name, question.record.as_str());
        let name = match self.leads_to {
            Some(other) => format!("{name} leads to {other}, which"),
            None => name.to_string(),
        };
        match self.rows.is_empty() {
            true => format!("{name} has no {kind} record"),
            false => format!("{name} has the {kind} records {}", listed(&self.texts())),
        }
    }
}

fn refs(set: &BTreeSet<String>) -> BTreeSet<&str> {
    set.iter().map(String::as_str).collect()
}

fn listed(texts: &BTreeSet<&str>) -> String {
    let told = texts.iter().take(limits::TOLD_RECORDS_MAX).map(|text| quoted(text));
    let mut told: Vec<String> = told.collect();
    if let Some(more) = texts.len().checked_sub(told.len()).filter(|more| *more > 0) {
        told.push(format!("and {more} more"));
    }
    told.join(", ")
}

/// A record as answers have it.
fn written(record: DnsRecord, text: &str) -> Option<String> {
    let text = text.trim();
    let name = |text: &str| DnsName::read(text).ok().map(|name| name.to_string());
    // How many names stand in front, how many numbers follow, and how many names then.
    let parts = |names: usize, numbers: usize, last: usize| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let is_number = |place: usize| (names..names + numbers).contains(&place);
        let read = words.iter().enumerate().map(|(place, word)| match is_number(place) {
            true => word.parse::<u32>().ok().map(|number| number.to_string()),
            false => name(word),
        });
        let is_whole = words.len() == names + numbers + last;
        read.collect::<Option<Vec<_>>>().filter(|_| is_whole).map(|words| words.join(" "))
    };
    match record {
        DnsRecord::A => text.parse::<Ipv4Addr>().ok().map(|address| address.to_string()),
        DnsRecord::Aaaa => text.parse::<Ipv6Addr>().ok().map(|address| address.to_string()),
        DnsRecord::Cname | DnsRecord::Ns | DnsRecord::Ptr => name(text),
        DnsRecord::Mx => parts(0, 1, 1),
        DnsRecord::Srv => parts(0, 3, 1),
        DnsRecord::Soa => parts(2, 5, 0),
        DnsRecord::Caa => {
            let mut words = text.split_whitespace();
            let (flags, tag) = (words.next()?.parse::<u8>().ok()?, words.next()?);
            let value = words.collect::<Vec<_>>().join(" ");
            Some(format!("{flags} {} \"{}\"", tag.to_lowercase(), value.trim_matches('"')))
        }
        DnsRecord::Txt => {
            let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            Some(bare.unwrap_or(text).to_owned())
        }
    }
}

const fn example(record: DnsRecord) -> &'static str {
    match record {
        DnsRecord::A => "192.0.2.7",
        DnsRecord::Aaaa => "2001:db8::7",
        DnsRecord::Caa => "0 issue \"ca.example.com\"",
        DnsRecord::Cname | DnsRecord::Ns | DnsRecord::Ptr => "www.example.com",
        DnsRecord::Mx => "10 mail.example.com",
        DnsRecord::Soa => "ns1.example.com admin.example.com 7 3600 600 86400 300",
        DnsRecord::Srv => "0 5 5060 sip.example.com",
        DnsRecord::Txt => "v=spf1 -all",
    }
}
