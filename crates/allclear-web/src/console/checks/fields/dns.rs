//! The fields of a check of the kind `dns`.

use allclear_domain::check::{CheckKind, DnsAuthority, DnsCheck, DnsCode, DnsTest};

use super::is_same;
use crate::console::form::Form;
use crate::console::words::Choice;

/// The servers that are named are asked, or those of this machine.
const ASKED_SERVERS: &str = "servers";
/// Each server of the zone is asked.
const ASKED_ZONE: &str = "zone";

/// Who may be asked.
pub(in super::super) fn asked(form: &Form) -> Vec<Choice> {
    let named = [
        (ASKED_SERVERS, "The name servers beside, or those of this machine"),
        (ASKED_ZONE, "Each name server of the zone"),
    ];
    named.map(|(word, label)| Choice::of(word, label, form.text("asked"))).into()
}

/// How an answer may end.
pub(in super::super) fn codes(form: &Form) -> Vec<Choice> {
    let label = |code| match code {
        DnsCode::NoError => "There is such a name (NOERROR)",
        DnsCode::NxDomain => "There is no such name (NXDOMAIN)",
        DnsCode::Refused => "It will not say (REFUSED)",
        DnsCode::ServFail => "It cannot say (SERVFAIL)",
    };
    DnsCode::ALL.map(|code| Choice::of(code.as_str(), label(code), form.text("code"))).into()
}

/// The fields as they are where nobody says anything.
pub(super) fn with_usual(form: Form) -> Form {
    form.with("asked", ASKED_SERVERS).with("code", DnsCode::default().as_str())
}

/// The fields of one that is there.
pub(super) fn show(form: Form, dns: &DnsCheck) -> Form {
    let asked = if dns.authoritative.is_some() { ASKED_ZONE } else { ASKED_SERVERS };
    form.with("servers", &dns.servers.join(", "))
        .with("asked", asked)
        .with("code", dns.code.as_str())
        .with("contains", &contained(dns))
}

/// What it has beside the fields.
pub(super) fn kept(dns: &DnsCheck) -> Vec<String> {
    let is_shown = matches!(dns.expect, None | Some(DnsTest::Contain(_)));
    let apart = dns.authoritative.is_some_and(|it| it != DnsAuthority::default());
    let all = [
        (!is_shown, "a condition"),
        (apart, "a difference of serials"),
        (dns.ttl_min.or(dns.ttl_max).is_some(), "bounds of how long records hold"),
    ];
    all.into_iter().filter(|(is_there, _)| *is_there).map(|(_, what)| what.to_owned()).collect()
}

/// Reads the fields, over what was there before.
pub(super) fn read(form: &Form, new: DnsCheck, before: Option<&CheckKind>) -> DnsCheck {
    let before = match before {
        Some(CheckKind::Dns(dns)) => dns.clone(),
        _ => DnsCheck::of(new.name.clone(), new.record),
    };
    let typed = form.text("servers").split([',', ' ']).filter(|word| !word.is_empty());
    let mut servers = new.servers;
    for server in typed {
        if servers.iter().all(|one| one != server) {
            servers.push(server.to_owned());
        }
    }
    let authoritative = match form.text("asked") {
        ASKED_ZONE => Some(before.authoritative.unwrap_or_default()),
        _ => None,
    };
    let code = DnsCode::ALL.into_iter().find(|one| one.as_str() == form.text("code"));
    let contains = form.lines("contains");
    let expect = match &before.expect {
        other @ Some(DnsTest::Are(_) | DnsTest::AllMatch(_)) if contains.is_empty() => {
            other.clone()
        }
        Some(DnsTest::Contain(_)) if is_same(&contained(&before), &contains) => {
            before.expect.clone()
        }
        _ => {
            let lines = contains.lines().map(str::trim).filter(|line| !line.is_empty());
            let lines: Vec<String> = lines.map(str::to_owned).collect();
            Some(lines).filter(|lines| !lines.is_empty()).map(DnsTest::Contain)
        }
    };
    let (name, record, code) = (new.name, new.record, code.unwrap_or_default());
    DnsCheck { name, record, servers, authoritative, code, expect, ..before }
}

/// The records that have to be among them, each on a line of its own.
fn contained(dns: &DnsCheck) -> String {
    match &dns.expect {
        Some(DnsTest::Contain(records)) => records.join("\n"),
        _ => String::new(),
    }
}
