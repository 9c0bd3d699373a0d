//! What a check of the kind `dns` asks for, on the wire.

use allclear_domain::check::{DnsAuthority, DnsCheck, DnsCode, DnsRecord, DnsTest};
use allclear_domain::limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::wire::{DnsCodeWord, DnsRecordWord};

/// A question to name servers, and what all of the answer has to be.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DnsCheck")]
#[serde(deny_unknown_fields)]
pub(in super::super) struct DnsJson {
    /// The name that is asked for; with `PTR` an address will do.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    name: String,
    #[serde(default)]
    #[schemars(with = "DnsRecordWord")]
    record: DnsRecord,
    /// Name servers that are asked, all of them: addresses or names, with a port where it is not 53. Where
    /// none is named, those of the machine that probes, until one answers.
    #[serde(default)]
    #[schemars(length(max = limits::CHECK_SERVERS_MAX))]
    servers: Vec<String>,
    /// Asks each server that the zone names, without recursion. `servers` then only tell which they are;
    /// where one is named, they have to listen at its port.
    #[serde(default)]
    authoritative: Option<AuthorityJson>,
    #[serde(default)]
    #[schemars(with = "DnsCodeWord")]
    code: DnsCode,
    /// What has to hold of the records; that there is one at all where this is left out.
    #[serde(default)]
    expect: Option<DnsTestJson>,
    /// Seconds that every record has to hold at least.
    #[serde(default)]
    ttl_min: Option<u32>,
    /// Seconds that every record may hold at most.
    #[serde(default)]
    ttl_max: Option<u32>,
}

/// What has to hold of the servers of a zone, beside that each answers, knows the zone and says the same
/// or what is expected.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DnsAuthority")]
#[serde(deny_unknown_fields)]
struct AuthorityJson {
    /// How far the serial of one may be behind that of another; not at all where this is left out.
    #[serde(default)]
    serials_apart_max: u32,
}

/// What has to hold of all records. They are written as in a zone file: `10 mail.example.com`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DnsTest")]
#[serde(rename_all = "snake_case")]
enum DnsTestJson {
    /// They are these and no others, in any order. With none: there is no record.
    Are(Vec<String>),
    /// Each of these is among them.
    Contain(Vec<String>),
    /// A regular expression finds something in each, and there is one.
    AllMatch(String),
}

same! {
    struct AuthorityJson = DnsAuthority { serials_apart_max };
    enum DnsTestJson = DnsTest { Are, Contain, AllMatch };
}

impl From<DnsCheck> for DnsJson {
    fn from(check: DnsCheck) -> Self {
        let DnsCheck { name, record, servers, authoritative, code, expect, ttl_min, ttl_max } =
            check;
        let (authoritative, expect) = (authoritative.map(Into::into), expect.map(Into::into));
        Self { name, record, servers, authoritative, code, expect, ttl_min, ttl_max }
    }
}

impl From<DnsJson> for DnsCheck {
    fn from(shape: DnsJson) -> Self {
        let DnsJson { name, record, servers, authoritative, code, expect, ttl_min, ttl_max } =
            shape;
        let (authoritative, expect) = (authoritative.map(Into::into), expect.map(Into::into));
        Self { name, record, servers, authoritative, code, expect, ttl_min, ttl_max }
    }
}
