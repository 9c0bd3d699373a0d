//! Questions and answers, and how they go over the wire.

use std::fmt::{self, Display};
use std::net::IpAddr;
use std::time::Duration;

use allclear_domain::check::{DnsCode, DnsRecord};
use hickory_resolver::proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::{DNSClass, Name, RData, Record, RecordType};

/// Bytes of a datagram that reach everywhere in one piece.
const PAYLOAD_BYTES: u16 = 1_232;
/// Bytes before the first question of a message.
const HEAD_BYTES: usize = 12;
/// Where a message says that it is cut off, and how.
const CUT: (usize, u8) = (2, 0x02);

/// A name, in lower case and whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DnsName(Name);

impl DnsName {
    /// Reads a name, with or without the dot at its end.
    ///
    /// # Errors
    /// Where it cannot be one, with the reason.
    pub fn read(text: &str) -> Result<Self, String> {
        let read = if text.is_ascii() { Name::from_ascii(text) } else { Name::from_utf8(text) };
        let name = read.map_err(|error| error.to_string())?;
        match text.is_empty() {
            true => Err("it is empty".to_owned()),
            false => Ok(Self::of(&name)),
        }
    }

    /// The name below which the name of an address stands.
    #[must_use]
    pub fn of_address(address: IpAddr) -> Self {
        Self::of(&Name::from(address))
    }

    fn of(name: &Name) -> Self {
        let mut name = name.to_lowercase();
        name.set_fqdn(true);
        Self(name)
    }

    /// The name above it; nothing above the root of all names.
    #[must_use]
    pub fn above(&self) -> Option<Self> {
        (!self.0.is_root()).then(|| Self(self.0.base_name()))
    }
}

impl Display for DnsName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = self.0.to_ascii();
        match written.strip_suffix('.') {
            Some(bare) if !bare.is_empty() => formatter.write_str(bare),
            _ => formatter.write_str(&written),
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsQuestion {
    /// The name.
    pub name: DnsName,
    /// The kind of records.
    pub record: DnsRecord,
    /// Whether the server shall ask others where it does not know.
    pub wants_others_asked: bool,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsRow {
    /// Whose it is.
    pub name: DnsName,
    /// What it is, where it is one of the kinds that can be asked for.
    pub record: Option<DnsRecord>,
    /// Seconds for which it holds.
    pub ttl: u32,
    /// What it says, as in a zone file, with names in lower case and without their last dot.
    pub text: String,
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsAnswer {
    /// How it ended, where that is a way that one can expect.
    pub code: Option<DnsCode>,
    /// How it ended, as one writes it.
    pub told: String,
    /// Whether the server says that the zone is its own.
    pub is_authoritative: bool,
    /// The records that answer.
    pub records: Vec<DnsRow>,
    /// Whether it is cut off: it fits into no datagram.
    pub(super) is_cut: bool,
    /// Whether it came over TCP.
    pub is_over_tcp: bool,
    /// From the question to the whole answer.
    pub took: Duration,
}

/// A question as it goes out.
pub(super) struct Wire {
    id: u16,
    query: Query,
    pub(super) bytes: Vec<u8>,
}

/// What some bytes are.
#[derive(Debug)]
pub(super) enum Read {
    /// The answer.
    Answer(DnsAnswer),
    /// The answer, cut off in a way that the rest cannot be read.
    Cut,
    /// Something that does not answer this question.
    Stray,
}

impl DnsQuestion {
    /// The question under a new random id.
    pub(super) fn to_wire(&self) -> Result<Wire, String> {
        let query = Query::query(self.name.0.clone(), kind_of(self.record));
        let mut message = Message::query();
        message.metadata.recursion_desired = self.wants_others_asked;
        message.add_query(query.clone());
        let mut edns = Edns::new();
        edns.set_max_payload(PAYLOAD_BYTES);
        message.set_edns(edns);
        let bytes = message.to_vec().map_err(|error| error.to_string())?;
        Ok(Wire { id: message.metadata.id, query, bytes })
    }
}

impl Wire {
    /// Reads what came.
    pub(super) fn read(&self, bytes: &[u8]) -> Result<Read, String> {
        let id = bytes.first_chunk::<2>().map(|id| u16::from_be_bytes(*id));
        let Some(id) = id.filter(|_| bytes.len() >= HEAD_BYTES) else {
            return Err(format!("it has {} bytes, and {HEAD_BYTES} at least are one", bytes.len()));
        };
        if id != self.id {
            return Ok(Read::Stray);
        }
        let message = match Message::from_vec(bytes) {
            Ok(message) => message,
            Err(_) if bytes.get(CUT.0).is_some_and(|flags| flags & CUT.1 != 0) => {
                return Ok(Read::Cut);
            }
            Err(error) => return Err(error.to_string()),
        };
        if !self.is_answered_by(&message) {
            return Ok(Read::Stray);
        }
        let code = message.metadata.response_code;
        let rows = message.answers.iter().filter(|record| record.dns_class == DNSClass::IN);
        Ok(Read::Answer(DnsAnswer {
            code: code_of(code),
            told: told(code),
            is_authoritative: message.metadata.authoritative,
            records: rows.map(row).collect(),
            is_cut: message.metadata.truncation,
            is_over_tcp: false,
            took: Duration::ZERO,
        }))
    }

    /// Whether it repeats the question. One that will not hear of it need not.
    fn is_answered_by(&self, message: &Message) -> bool {
        let head = &message.metadata;
        let is_same = |asked: &Query| {
            asked.query_type() == self.query.query_type()
                && asked.query_class() == self.query.query_class()
                && asked.name().to_lowercase() == *self.query.name()
        };
        let is_asked = match message.queries.as_slice() {
            [] => head.response_code != ResponseCode::NoError,
            [asked] => is_same(asked),
            _ => false,
        };
        head.message_type == MessageType::Response && head.op_code == OpCode::Query && is_asked
    }
}

const KINDS: [(DnsRecord, RecordType); 10] = [
    (DnsRecord::A, RecordType::A),
    (DnsRecord::Aaaa, RecordType::AAAA),
    (DnsRecord::Caa, RecordType::CAA),
    (DnsRecord::Cname, RecordType::CNAME),
    (DnsRecord::Mx, RecordType::MX),
    (DnsRecord::Ns, RecordType::NS),
    (DnsRecord::Ptr, RecordType::PTR),
    (DnsRecord::Soa, RecordType::SOA),
    (DnsRecord::Srv, RecordType::SRV),
    (DnsRecord::Txt, RecordType::TXT),
];

fn kind_of(record: DnsRecord) -> RecordType {
    let known = KINDS.iter().find(|(one, _)| *one == record);
    known.map_or(RecordType::A, |(_, kind)| *kind)
}

fn code_of(code: ResponseCode) -> Option<DnsCode> {
    match code {
        ResponseCode::NoError => Some(DnsCode::NoError),
        ResponseCode::NXDomain => Some(DnsCode::NxDomain),
        ResponseCode::Refused => Some(DnsCode::Refused),
        ResponseCode::ServFail => Some(DnsCode::ServFail),
        _ => None,
    }
}

fn told(code: ResponseCode) -> String {
    match code_of(code) {
        Some(code) => code.as_str().to_owned(),
        None => format!("{code} (code {})", u16::from(code)),
    }
}

fn row(record: &Record) -> DnsRow {
    let kind = record.record_type();
    let known = KINDS.iter().find(|(_, one)| *one == kind).map(|(record, _)| *record);
    DnsRow {
        name: DnsName::of(&record.name),
        record: known,
        ttl: record.ttl,
        text: text(&record.data),
    }
}

fn text(data: &RData) -> String {
    let name = |name: &Name| DnsName::of(name).to_string();
    match data {
        RData::CNAME(target) => name(target),
        RData::NS(target) => name(target),
        RData::PTR(target) => name(target),
        RData::MX(mx) => format!("{} {}", mx.preference, name(&mx.exchange)),
        RData::SRV(srv) => {
            format!("{} {} {} {}", srv.priority, srv.weight, srv.port, name(&srv.target))
        }
        RData::SOA(soa) => {
            let numbers =
                [soa.refresh.into(), soa.retry.into(), soa.expire.into(), i64::from(soa.minimum)];
            let numbers = numbers.map(|number: i64| number.to_string()).join(" ");
            format!("{} {} {} {numbers}", name(&soa.mname), name(&soa.rname), soa.serial)
        }
        RData::TXT(txt) => {
            let parts = txt.txt_data.iter().map(|part| String::from_utf8_lossy(part).into_owned());
            parts.collect()
        }
        other => other.to_string(),
    }
}
