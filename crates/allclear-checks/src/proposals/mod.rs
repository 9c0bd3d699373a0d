//! What to watch of an address that somebody types: several checks, each tried once before it is proposed.
//!
//! Which ones come into question is pure, and follows from the address alone, so that what was ticked can
//! be told by a word. What was seen when they were tried is in a [`Proposal`].

mod looking;

use allclear_domain::check::{
    Affects, Assertion, CheckKind, DnsCheck, DnsRecord, HttpCheck, OnOutage, StatusRange, TcpCheck,
    TextTest, TlsCheck,
};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::ComponentId;
use allclear_domain::{Check, ComponentStatus};
use url::{Host, Url};

use crate::fields;
use crate::writing::NewCheck;

pub use self::looking::{Looker, Proposal};

/// Ports at which TLS begins at once.
const TLS_PORTS: [u16; 8] = [443, 465, 636, 853, 990, 993, 995, 8443];
/// Those of them where a website is looked for.
const HTTPS_PORTS: [u16; 2] = [443, 8443];
/// Ports at which something else than a website answers, and would only be confused by a request.
const OTHER_PORTS: [u16; 16] =
    [21, 22, 25, 53, 110, 143, 465, 587, 636, 853, 990, 993, 995, 3306, 5432, 6379];
/// Seconds between two looks at what seldom changes and readers are not told of.
const SELDOM_SECONDS: u32 = 300;

/// What a proposed check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aspect {
    /// Just what was typed, where that says already what is tried.
    Typed,
    /// The website.
    Website,
    /// The website without TLS, where there is none with it.
    PlainWebsite,
    /// That a port takes connections.
    Port,
    /// The certificates of a port.
    Certificate,
    /// The IPv4 addresses of the name.
    Ipv4,
    /// The IPv6 addresses of the name, where it has no others.
    Ipv6,
    /// That who comes without TLS is led to where there is some.
    Redirect,
}

impl Aspect {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Typed,
        Self::Website,
        Self::PlainWebsite,
        Self::Port,
        Self::Certificate,
        Self::Ipv4,
        Self::Ipv6,
        Self::Redirect,
    ];

    /// The word in forms and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Typed => "typed",
            Self::Website => "website",
            Self::PlainWebsite => "plain_website",
            Self::Port => "port",
            Self::Certificate => "certificate",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Redirect => "redirect",
        }
    }
}

/// When a check is proposed, once it was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// In any case; where it does not hold now, it is not ticked.
    Always,
    /// Where it holds.
    Holds,
    /// Where it holds, and another one does not.
    InPlaceOf(Aspect),
}

/// A check that comes into question.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// What it is about.
    pub aspect: Aspect,
    /// Its name, as the team would see it.
    pub name: String,
    /// What it tries.
    pub kind: CheckKind,
    when: When,
}

impl Candidate {
    fn new(aspect: Aspect, kind: impl Into<CheckKind>, when: When) -> Self {
        let kind = kind.into();
        Self { aspect, name: kind.usual_name(), kind, when }
    }

    /// What readers are told while it fails and while it is degraded; `None` where it is for the team
    /// alone.
    #[must_use]
    pub const fn statuses(&self) -> Option<(ComponentStatus, ComponentStatus)> {
        let degraded = match (self.aspect, &self.kind) {
            (Aspect::Redirect, _) => return None,
            // That a certificate ends in two weeks is for the team.
            (_, CheckKind::Tls(_)) => ComponentStatus::Operational,
            _ => ComponentStatus::DegradedPerformance,
        };
        Some((ComponentStatus::MajorOutage, degraded))
    }

    /// Seconds from one probe to the next.
    #[must_use]
    pub const fn interval_seconds(&self) -> u32 {
        match self.aspect {
            Aspect::Redirect => SELDOM_SECONDS,
            _ => self.kind.usual_interval_seconds(),
        }
    }

    /// The check to add; `component_id` stands or falls with it, where readers are to be told.
    #[must_use]
    pub fn into_check(self, component_id: Option<ComponentId>, on_outage: OnOutage) -> NewCheck {
        let interval_seconds = self.interval_seconds();
        let affects = component_id.zip(self.statuses()).map(
            |(component_id, (when_failing, when_degraded))| Affects {
                component_id,
                when_failing,
                when_degraded,
            },
        );
        NewCheck {
            key: None,
            name: self.name,
            interval_seconds,
            deadline_ms: Check::USUAL_DEADLINE_MS,
            slow_after_ms: None,
            patience: self.kind.usual_patience(),
            kind: self.kind,
            on_outage: if affects.is_some() { on_outage } else { OnOutage::Nothing },
            affects: affects.into_iter().collect(),
            tags: Vec::new(),
            shows_times: false,
            parents: Vec::new(),
        }
    }
}

/// The checks that come into question for an address, in the order in which they are proposed.
///
/// # Errors
/// Where it is no address, holds a secret, or tells of signals, which nobody can look at.
pub fn candidates(typed: &str) -> Result<Vec<Candidate>, Vec<InvalidValue>> {
    let kind: CheckKind = typed.parse().map_err(|problem| vec![problem])?;
    let problems = fields::problems(&kind);
    if !problems.is_empty() {
        return Err(problems);
    }
    match &kind {
        CheckKind::Heartbeat(_) => {
            let problem = "is a schedule of signals, and nothing to look at: write an address";
            Err(vec![InvalidValue::new("target", problem)])
        }
        // Looking has no effect, and nobody knows what a program does.
        // Names are set once the check is there.
        CheckKind::Group(_) | CheckKind::Command(_) | CheckKind::Names(_) => {
            let problem = "is nothing to look at: add it as a check, as it is";
            Err(vec![InvalidValue::new("target", problem)])
        }
        CheckKind::Http(http) => of_website(http, !typed.contains("://")),
        CheckKind::Tcp(tcp) => Ok(of_port(tcp)),
        _ => {
            let host = host_of(&kind).to_owned();
            Ok(with_names(vec![Candidate::new(Aspect::Typed, kind, When::Always)], &host))
        }
    }
}

/// The host that something is tried at, where what its name means can be watched, too.
fn host_of(kind: &CheckKind) -> &str {
    match kind {
        CheckKind::Tls(tls) => &tls.host,
        CheckKind::Icmp(icmp) => &icmp.host,
        CheckKind::Ntp(ntp) => &ntp.host,
        _ => "",
    }
}

fn of_website(http: &HttpCheck, is_bare: bool) -> Result<Vec<Candidate>, Vec<InvalidValue>> {
    let refused = |problem: String| vec![InvalidValue::new("target", problem)];
    let url = Url::parse(&http.url).map_err(|error| refused(format!("is no address: {error}")))?;
    let host = url.host_str().unwrap_or_default();
    // Brackets are of addresses in URLs alone.
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let is_tls = url.scheme() == "https";
    let mut all = vec![Candidate::new(Aspect::Website, http.clone(), When::Always)];
    if is_bare && let Some(plain) = with_scheme(&url, "http") {
        let mut plain =
            Candidate::new(Aspect::PlainWebsite, plain, When::InPlaceOf(Aspect::Website));
        plain.name = format!("{} without TLS", plain.name);
        all.push(plain);
    }
    match (is_tls, port) {
        (true, port) => {
            let tls = TlsCheck::of(host.as_str(), port);
            all.push(Candidate::new(Aspect::Certificate, tls, When::Always));
        }
        (false, 80) => {
            let tls = TlsCheck::of(host.as_str(), 443);
            all.push(Candidate::new(Aspect::Certificate, tls, When::Holds));
        }
        (false, _) => {}
    }
    all = with_names(all, &host);
    if matches!((is_tls, port), (true, 443) | (false, 80)) {
        all.extend(with_scheme(&url, "http").map(|plain| redirect(plain, &host)));
    }
    Ok(all)
}

fn of_port(tcp: &TcpCheck) -> Vec<Candidate> {
    let (host, port) = (tcp.host.as_str(), tcp.port);
    let mut all = vec![Candidate::new(Aspect::Port, tcp.clone(), When::Always)];
    // Who says that TLS is spoken there says what is.
    if !OTHER_PORTS.contains(&port) && !tcp.tls {
        let scheme = if HTTPS_PORTS.contains(&port) { "https" } else { "http" };
        let mut website = HttpCheck::of(format!("{scheme}://{}/", tcp.host_and_port()));
        website.redirects_max = HttpCheck::USUAL_REDIRECTS_MAX;
        let mut website = Candidate::new(Aspect::Website, website, When::Holds);
        website.name = format!("Website at {}", website.name);
        all.push(website);
    }
    let when = if tcp.tls || TLS_PORTS.contains(&port) { When::Always } else { When::Holds };
    all.push(Candidate::new(Aspect::Certificate, TlsCheck::of(host, port), when));
    with_names(all, host)
}

/// What the name means, where it is one that DNS may know.
fn with_names(mut all: Vec<Candidate>, host: &str) -> Vec<Candidate> {
    let name = match Host::parse(host) {
        Ok(Host::Domain(name)) if name.trim_end_matches('.').contains('.') => name,
        _ => return all,
    };
    let asked = |record| DnsCheck::of(name.as_str(), record);
    all.push(Candidate::new(Aspect::Ipv4, asked(DnsRecord::A), When::Always));
    let instead = When::InPlaceOf(Aspect::Ipv4);
    all.push(Candidate::new(Aspect::Ipv6, asked(DnsRecord::Aaaa), instead));
    all
}

/// The same address with another scheme, at its usual port.
fn with_scheme(url: &Url, scheme: &str) -> Option<HttpCheck> {
    let rest = url.as_str().split_once("://").map(|(_, rest)| rest)?;
    let changed = Url::parse(&format!("{scheme}://{rest}")).ok()?;
    Some(HttpCheck::of(changed))
}

/// That who comes without TLS is led to where there is some: one step, and no further.
fn redirect(plain: HttpCheck, host: &str) -> Candidate {
    let led = [(301, 303), (307, 308)].map(|(from, to)| StatusRange { from, to });
    let test = TextTest::Matches("(?i)^https://".to_owned());
    let location = Assertion::Header { name: "location".to_owned(), test };
    let plain =
        HttpCheck { redirects_max: 0, statuses: led.into(), assertions: vec![location], ..plain };
    let mut redirect = Candidate::new(Aspect::Redirect, plain, When::Holds);
    redirect.name = format!("Redirect of {host} to https");
    redirect
}

#[cfg(test)]
mod tests;
