//! Words of the nouns, as the document of the API lists them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Names lists of words. A test reads each word as the noun does.
macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident = $schema:literal [$($word:literal),+ $(,)?];)*) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name;

        impl $name {
            #[cfg(test)]
            pub(crate) const ALL: &[&str] = &[$($word),+];
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $schema.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "description": concat!($($doc),+).trim(),
                    "enum": [$($word),+],
                })
            }
        }
    )*};
}

words! {
    /// The status of a component, from best to worst.
    ComponentStatusWord = "ComponentStatus" [
        "operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage",
    ];
    /// How an incident stands.
    IncidentStatusWord = "IncidentStatus" ["investigating", "identified", "monitoring", "resolved"];
    /// How a maintenance window stands.
    MaintenanceStatusWord = "MaintenanceStatus" [
        "scheduled", "in_progress", "verifying", "completed", "cancelled",
    ];
    /// What ends: a certificate as it is served, the registration of a domain, or something with a date.
    EndingWord = "ExpiryKind" ["certificate", "domain", "dated"];
    /// How it stands with what ends: `over`, `due` once the last time to warn has come, `soon` once the first
    /// one has, `unknown` where nobody told when it ends.
    ExpiryStateWord = "ExpiryState" ["over", "due", "soon", "unknown", "fine"];
    /// Whether windows still come out of a maintenance series.
    SeriesStatusWord = "MaintenanceSeriesStatus" ["running", "ended"];
    /// Something broke, or was taken down on purpose.
    IncidentKindWord = "IncidentKind" ["disruption", "deliberate_shutdown"];
    /// How bad an incident is for users.
    ImpactWord = "Impact" ["none", "minor", "major", "critical"];
    /// How a text is written.
    ProseFormatWord = "TextFormat" ["plain", "markdown"];
    /// How sure the publisher is of a cause.
    CertaintyWord = "Certainty" ["known", "suspected", "ruled_out"];
    /// What was lost.
    LossKindWord = "LossKind" ["transactions", "data", "configuration", "mail"];
    /// What became of what was lost.
    LossOutcomeWord = "LossOutcome" [
        "none", "recovered", "mostly_recovered", "delayed", "minimal", "some_lost", "lost", "not_stated",
    ];
    /// A language of a status page.
    LanguageWord = "Language" ["en", "de"];
    /// What a token may do.
    ScopeWord = "Scope" [
        "read", "incidents", "maintenance", "components", "status_pages", "checks", "people", "audit",
    ];
    /// What a person may do.
    RoleWord = "Role" ["viewer", "responder", "editor", "owner"];
    /// What begins with a template.
    TemplateKindWord = "TemplateKind" ["incident", "maintenance"];
    /// What was done.
    AuditActionWord = "AuditAction" ["create", "change", "remove"];
    /// What maintenance means for uptime.
    MaintenancePolicyWord = "MaintenancePolicy" ["left_out", "counts_as_up", "counts_as_down"];
    /// How an action item stands.
    ActionStateWord = "ActionState" ["promised", "done", "dropped"];
    /// What a probe says. `unknown` is no vote: nothing is known, mostly as the fault is on our side.
    VerdictWord = "Verdict" ["unknown", "ok", "degraded", "fail"];
    /// What is believed of a check, from enough probes that agree.
    BeliefWord = "Belief" ["ok", "degraded", "fail"];
    /// What a proposed check is about: just what was named; a website, or one without TLS; that a port takes
    /// connections; its certificates; the addresses of the name; that who comes without TLS is led to where
    /// there is some.
    AspectWord = "Aspect" [
        "typed", "website", "plain_website", "port", "certificate", "ipv4", "ipv6", "redirect",
    ];
    /// What becomes of an outage in which a check fails: nothing but that it is measured, a draft of an
    /// incident, or an incident that is published with the words of a template.
    OnOutageWord = "OnOutage" ["nothing", "draft", "publish"];
    /// How bad an outage is.
    ThresholdWord = "Threshold" ["degraded", "fail"];
    /// Why a probe did not simply work.
    ReasonCodeWord = "ReasonCode" [
        "no_address", "refused", "timed_out", "unreachable", "forbidden", "tls", "broken",
        "too_long", "redirects", "status", "assertion", "slow",
        "expiring", "clock_off", "missed", "unfinished", "reported", "impaired", "unread",
        "warned", "members", "names", "waiting", "behind", "ours",
    ];
    /// What a job says of itself.
    SignalKindWord = "SignalKind" ["start", "success", "fail", "log"];
    /// What is known of one of many names: it was not asked yet, it answers, its certificate ends soon, it did not
    /// answer once while others did, or twice.
    NameStateWord = "NameState" ["untried", "ok", "degraded", "doubted", "failing"];
    /// How names are asked.
    NameSchemeWord = "NameScheme" ["https", "http"];
    /// What is seen: nobody can tell, as no sentinel ever answered; everything that is looked for; only
    /// the networks here; or nothing.
    ViewWord = "View" ["untold", "clear", "near", "blind"];
    /// How far away something is: on this machine, on a network that is not public, on the Internet.
    ReachWord = "Reach" ["itself", "near", "far"];
    /// What a sentinel is to this machine: its way out, a DNS server that it asks, or neither.
    SentinelRoleWord = "SentinelRole" ["gateway", "resolver", "anchor"];
    /// Why nothing was seen: the machine stood still, nothing of the Internet answered, or nothing at all.
    BlindCauseWord = "BlindCause" ["stood_still", "no_internet", "no_network"];
    /// Who said a line of an exchange: we, the other side, or nobody.
    DirectionWord = "Direction" ["sent", "received", "noted"];
    /// What a request asks.
    MethodWord = "HttpMethod" ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
    /// Which version of HTTP is spoken. `offered` is HTTP/2 where the server offers it, else HTTP/1.1.
    HttpVersionWord = "HttpVersion" ["offered", "http1", "http2"];
    /// A protocol that begins without TLS and is asked to go on with it.
    StartTlsWord = "StartTls" ["smtp", "imap", "pop3", "postgres"];
    /// A protocol of a service.
    ProtocolWord = "Protocol" [
        "ssh", "smtp", "imap", "pop3", "redis", "postgres", "mysql", "websocket",
        "grpc",
    ];
    /// How a protocol is spoken within TLS: not at all, from some word on, or from the beginning.
    SecurityWord = "Security" ["none", "starttls", "tls"];
    /// In which form a provider tells how it is: the summary of a status page as version 2 of Statuspage's API has
    /// it, a feed (Atom or RSS 2.0), or whichever comes.
    UpstreamFormatWord = "UpstreamFormat" ["any", "statuspage", "feed"];
    /// Which addresses of a name are taken.
    IpFamilyWord = "IpFamily" ["any", "ipv4", "ipv6"];
    /// A kind of records of a name.
    DnsRecordWord = "DnsRecord" [
        "A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT",
    ];
    /// How the answer of a name server has to end: `NOERROR` where there is such a name, `NXDOMAIN` where
    /// there is none.
    DnsCodeWord = "DnsCode" ["NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL"];
}

/// A value to compare with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JsonValueShape;

impl JsonSchema for JsonValueShape {
    fn schema_name() -> Cow<'static, str> {
        "JsonValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["boolean", "number", "string", "null"],
            "description": "A value to compare with.",
        })
    }
}

#[cfg(test)]
mod tests {
    use allclear_checks::proposals::Aspect;
    use allclear_domain::Role;
    use allclear_domain::audit::AuditAction;
    use allclear_domain::check::{
        BlindCause, Direction, DnsCode, DnsRecord, HttpVersion, IpFamily, Method, NameScheme,
        NameState, OnOutage, Protocol, Reach, ReasonCode, Security, SentinelRole, SignalKind,
        StartTls, Threshold, UpstreamFormat, Verdict, View,
    };
    use allclear_domain::incident::{Impact, IncidentKind};
    use allclear_domain::maintenance::SeriesState;
    use allclear_domain::record::{Certainty, LossKind, LossOutcome};
    use allclear_domain::status_page::{Language, MaintenancePolicy};
    use allclear_domain::text::ProseFormat;
    use allclear_domain::{ComponentStatus, IncidentStatus, MaintenanceStatus, Scope};
    use serde::de::DeserializeOwned;

    use super::*;

    fn reads<T: DeserializeOwned + PartialEq>(words: &[&str]) {
        let mut values = Vec::new();
        for word in words {
            let value: T = serde_json::from_value((*word).into()).unwrap();
            assert!(!values.contains(&value), "{word}");
            values.push(value);
        }
    }

    #[test]
    fn the_nouns_know_every_word() {
        reads::<ComponentStatus>(ComponentStatusWord::ALL);
        assert_eq!(ComponentStatusWord::ALL, ComponentStatus::ALL.map(ComponentStatus::as_str));
        reads::<IncidentStatus>(IncidentStatusWord::ALL);
        reads::<MaintenanceStatus>(MaintenanceStatusWord::ALL);
        let ended = SeriesState::Ended { at: jiff::Timestamp::MIN };
        assert_eq!(SeriesStatusWord::ALL, [SeriesState::Running, ended].map(SeriesState::as_str));
        reads::<IncidentKind>(IncidentKindWord::ALL);
        reads::<Impact>(ImpactWord::ALL);
        reads::<ProseFormat>(ProseFormatWord::ALL);
        reads::<Certainty>(CertaintyWord::ALL);
        reads::<LossKind>(LossKindWord::ALL);
        reads::<LossOutcome>(LossOutcomeWord::ALL);
        reads::<Language>(LanguageWord::ALL);
        assert_eq!(ScopeWord::ALL, Scope::ALL.map(Scope::as_str));
        assert_eq!(RoleWord::ALL, Role::ALL.map(Role::as_str));
        reads::<crate::api::templates::Begins>(TemplateKindWord::ALL);
        reads::<AuditAction>(AuditActionWord::ALL);
        reads::<MaintenancePolicy>(MaintenancePolicyWord::ALL);
        reads::<super::super::record::ActionWord>(ActionStateWord::ALL);
        reads::<Verdict>(VerdictWord::ALL);
        assert_eq!(BeliefWord::ALL, &VerdictWord::ALL[1..]);
        assert_eq!(AspectWord::ALL, Aspect::ALL.map(Aspect::as_str));
        assert_eq!(ThresholdWord::ALL, Threshold::ALL.map(Threshold::as_str));
        reads::<ReasonCode>(ReasonCodeWord::ALL);
        reads::<SignalKind>(SignalKindWord::ALL);
        assert!(OnOutageWord::ALL.iter().all(|word| {
            let template = (*word == "publish").then(|| uuid::Uuid::nil().into());
            OnOutage::Nothing.changed(Some(word), template).is_ok()
        }));
        assert_eq!(NameStateWord::ALL, NameState::ALL.map(NameState::as_str));
        reads::<NameState>(NameStateWord::ALL);
        assert_eq!(NameSchemeWord::ALL, NameScheme::ALL.map(NameScheme::as_str));
        reads::<NameScheme>(NameSchemeWord::ALL);
        reads::<View>(ViewWord::ALL);
        reads::<Reach>(ReachWord::ALL);
        reads::<SentinelRole>(SentinelRoleWord::ALL);
        reads::<BlindCause>(BlindCauseWord::ALL);
        reads::<Direction>(DirectionWord::ALL);
        reads::<Method>(MethodWord::ALL);
        reads::<HttpVersion>(HttpVersionWord::ALL);
        assert_eq!(StartTlsWord::ALL, StartTls::ALL.map(StartTls::as_str));
        reads::<StartTls>(StartTlsWord::ALL);
        assert_eq!(ProtocolWord::ALL, Protocol::ALL.map(Protocol::as_str));
        reads::<Protocol>(ProtocolWord::ALL);
        assert_eq!(UpstreamFormatWord::ALL, UpstreamFormat::ALL.map(UpstreamFormat::as_str));
        reads::<UpstreamFormat>(UpstreamFormatWord::ALL);
        assert_eq!(SecurityWord::ALL, Security::ALL.map(Security::as_str));
        reads::<Security>(SecurityWord::ALL);
        assert_eq!(IpFamilyWord::ALL, IpFamily::ALL.map(IpFamily::as_str));
        reads::<IpFamily>(IpFamilyWord::ALL);
        assert_eq!(DnsRecordWord::ALL, DnsRecord::ALL.map(DnsRecord::as_str));
        reads::<DnsRecord>(DnsRecordWord::ALL);
        assert_eq!(DnsCodeWord::ALL, DnsCode::ALL.map(DnsCode::as_str));
        reads::<DnsCode>(DnsCodeWord::ALL);
    }
}
