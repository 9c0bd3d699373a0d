//! What a check of the kind `dns` asks for: what a name means, and who says so.

use serde::{Deserialize, Serialize};

/// A question to name servers, and what all of the answer has to be. Nothing is looked up in a memory:
/// every probe asks anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsCheck {
    /// The name that is asked for; of `PTR` an address will do.
    pub name: String,
    /// The kind of records that is asked for.
    pub record: DnsRecord,
    /// Name servers that are asked, all of them: addresses or names, with a port where it is not 53. Those
    /// of the machine that probes where there is none, one after another until one answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<String>,
    /// Asks each server that the zone names in place of those above, which only tell which they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authoritative: Option<DnsAuthority>,
    /// How the answer has to end.
    #[serde(default)]
    pub code: DnsCode,
    /// What has to hold of the records; that there is one at all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<DnsTest>,
    /// Seconds that every record has to hold at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_min: Option<u32>,
    /// Seconds that every record may hold at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_max: Option<u32>,
}

/// What has to hold of the servers of a zone, beside that each answers, knows the zone and says the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsAuthority {
    /// How far the serial of one may be behind that of another.
    #[serde(default)]
    pub serials_apart_max: u32,
}

/// A kind of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DnsRecord {
    /// An IPv4 address.
    #[default]
    A,
    /// An IPv6 address.
    Aaaa,
    /// Who may make certificates.
    Caa,
    /// The name that it is another word for.
    Cname,
    /// Where mail goes.
    Mx,
    /// Who serves the zone.
    Ns,
    /// The name of an address.
    Ptr,
    /// Who keeps the zone, and how new it is.
    Soa,
    /// Where a service is.
    Srv,
    /// A text.
    Txt,
}

impl DnsRecord {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::A,
        Self::Aaaa,
        Self::Caa,
        Self::Cname,
        Self::Mx,
        Self::Ns,
        Self::Ptr,
        Self::Soa,
        Self::Srv,
        Self::Txt,
    ];

    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Ptr => "PTR",
            Self::Soa => "SOA",
            Self::Srv => "SRV",
            Self::Txt => "TXT",
        }
    }
}

/// How an answer ends (RFC 1035, section 4.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DnsCode {
    /// There is such a name.
    #[default]
    NoError,
    /// There is no such name.
    NxDomain,
    /// The server will not say.
    Refused,
    /// The server cannot say.
    ServFail,
}

impl DnsCode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NoError, Self::NxDomain, Self::Refused, Self::ServFail];

    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoError => "NOERROR",
            Self::NxDomain => "NXDOMAIN",
            Self::Refused => "REFUSED",
            Self::ServFail => "SERVFAIL",
        }
    }
}

/// What has to hold of all records of an answer. They are written as in a zone file, without the dot at
/// the end of names: `10 mail.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DnsTest {
    /// They are these and no others, in any order. With none: there is no record.
    Are(Vec<String>),
    /// Each of these is among them.
    Contain(Vec<String>),
    /// This regular expression finds something in each, and there is one.
    AllMatch(String),
}

impl DnsTest {
    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Are(_) => "are",
            Self::Contain(_) => "contain",
            Self::AllMatch(_) => "all_match",
        }
    }
}

impl DnsCheck {
    /// The port of name servers.
    pub const PORT: u16 = 53;

    /// As one writes it: `dns:example.com?type=MX`, `dns://ns1.example.com/example.com?type=MX` (RFC
    /// 4501). Of several servers none is told.
    #[must_use]
    pub fn target(&self) -> String {
        match self.servers.as_slice() {
            [server] => format!("dns://{server}/{}?type={}", self.name, self.record.as_str()),
            _ => self.question(),
        }
    }

    /// What is asked for, whoever is asked: `dns:example.com?type=MX`.
    #[must_use]
    pub fn question(&self) -> String {
        format!("dns:{}?type={}", self.name, self.record.as_str())
    }
}
