//! Checks, by themselves. Whether addresses, patterns and paths can be read is for whoever probes.

use super::http::statuses;
use super::{Validate, Validation};
use crate::check::{
    Assertion, Check, CheckKind, DnsCheck, DnsCode, DnsTest, HeartbeatCheck, IcmpCheck, JsonTest,
    JsonValue, NameScheme, NamesCheck, NtpCheck, OnOutage, Protocol, Schedule, ServiceCheck,
    SignIn, TcpCheck, TextTest, TlsCheck, is_grpc_service, is_path, is_plain,
};
use crate::limits;

impl Validate for Check {
    fn validate(&self, validation: &mut Validation) {
        validation.title("name", &self.name);
        validation.within("kind", |validation| match &self.kind {
            CheckKind::Http(http) => validation.part("http", http),
            CheckKind::Tcp(tcp) => validation.part("tcp", tcp),
            CheckKind::Tls(tls) => validation.part("tls", tls),
            CheckKind::Dns(dns) => validation.part("dns", dns),
            CheckKind::Icmp(icmp) => validation.part("icmp", icmp),
            CheckKind::Ntp(ntp) => validation.part("ntp", ntp),
            CheckKind::Service(service) => validation.part("service", service),
            CheckKind::Upstream(upstream) => validation.part("upstream", upstream),
            CheckKind::Prometheus(prometheus) => validation.part("prometheus", prometheus),
            CheckKind::Heartbeat(heartbeat) => validation.part("heartbeat", heartbeat),
            CheckKind::Group(group) => validation.part("group", group),
            CheckKind::Command(command) => validation.part("command", command),
            CheckKind::Names(names) => validation.part("names", names),
        });
        validation.number(
            "interval_seconds",
            self.interval_seconds,
            1..=limits::CHECK_INTERVAL_SECONDS_MAX,
        );
        let deadlines = limits::CHECK_DEADLINE_MS_MIN..=limits::CHECK_DEADLINE_MS_MAX;
        validation.number("deadline_ms", self.deadline_ms, deadlines);
        if let Some(slow) = self.slow_after_ms {
            validation.number("slow_after_ms", slow, 1..=self.deadline_ms.max(1));
            if !self.kind.is_timed() {
                validation.within("slow_after_ms", |validation| {
                    validation.refuse(
                        "is for what answers itself: how long this takes says nothing of what is \
                         asked for, so leave it out",
                    );
                });
            }
        }
        validation.within("patience", |validation| {
            let patience = self.patience;
            let samples = 1..=limits::CHECK_SAMPLES_MAX;
            validation.number("fail_after", u32::from(patience.fail_after), samples.clone());
            validation.number("recover_after", u32::from(patience.recover_after), samples);
            let stable = 0..=limits::CHECK_STABLE_SECONDS_MAX;
            validation.number("stable_for_seconds", patience.stable_for_seconds, stable);
        });
        validation.each("affects", &self.affects, limits::CHECK_COMPONENTS_MAX, |_, _| {});
        for (place, one) in self.affects.iter().enumerate() {
            let before = self.affects.iter().take(place);
            if before.into_iter().any(|other| other.component_id == one.component_id) {
                validation.within(format_args!("affects[{place}].component_id"), |validation| {
                    validation.refuse("is named twice: name each component once");
                });
            }
        }
        if self.on_outage != OnOutage::Nothing && self.affects.is_empty() {
            validation.within("on_outage", |validation| {
                validation.refuse("needs a component that is affected: name one, or do nothing");
            });
        }
        self.validate_shown_times(validation);
        self.validate_parents(validation);
        self.validate_members(validation);
        validation.each("tags", &self.tags, limits::CHECK_TAGS_MAX, |_, _| {});
        if let Some(paused_at) = self.paused_at {
            validation.past("paused_at", paused_at);
        }
        validation.past("created_at", self.created_at);
    }
}

impl Check {
    fn validate_shown_times(&self, validation: &mut Validation) {
        if !self.shows_times {
            return;
        }
        validation.within("shows_times", |validation| {
            if !self.kind.is_probed() || !self.kind.is_timed() {
                validation.refuse("is for what answers by itself: nothing else takes a time");
            } else if self.affects.is_empty() {
                validation.refuse("needs a component that is affected: its page shows them");
            }
        });
    }

    fn validate_parents(&self, validation: &mut Validation) {
        validation.each("parents", &self.parents, limits::CHECK_PARENTS_MAX, |_, _| {});
        for (place, parent) in self.parents.iter().enumerate() {
            let problem = match self.parents.iter().take(place).any(|other| other == parent) {
                true => "is named twice: name each check once",
                false if *parent == self.id => "is this check itself: name another one",
                false => continue,
            };
            validation
                .within(format_args!("parents[{place}]"), |validation| validation.refuse(problem));
        }
    }
}

impl Validate for NamesCheck {
    fn validate(&self, validation: &mut Validation) {
        if let Some(port) = self.port {
            validation.number("port", u32::from(port), 1..=u32::from(u16::MAX));
        }
        validation.line("path", &self.path, limits::URL_BYTES_MAX);
        if !is_path(&self.path) {
            validation.within("path", |validation| {
                validation.refuse("is no path: write it as in /health, beginning with a slash");
            });
        }
        statuses(&self.statuses, validation);
        if let Some(days) = self.certificate_days {
            let most = limits::CHECK_WARN_DAYS_MAX;
            validation.number("certificate_days", u32::from(days), 1..=most);
            if self.scheme == NameScheme::Http {
                validation.within("certificate_days", |validation| {
                    validation.refuse("is for https alone: leave it out, or ask with TLS");
                });
            }
        }
        let periods = limits::NAMES_PERIOD_SECONDS_MIN..=limits::NAMES_PERIOD_SECONDS_MAX;
        validation.number("period_seconds", self.period_seconds, periods);
        validation.number("fail_at_percent", u32::from(self.fail_at_percent), 1..=100);
        if let Some(url) = &self.list_url {
            validation.line("list_url", url, limits::URL_BYTES_MAX);
        }
    }
}

impl Validate for TcpCheck {
    fn validate(&self, validation: &mut Validation) {
        validation.title("host", &self.host);
        validation.number("port", u32::from(self.port), 1..=u32::from(u16::MAX));
        validation.maybe_text("send", self.send.as_ref());
        if let Some(expect) = &self.expect {
            validation.part("expect", expect);
        }
    }
}

impl Validate for TlsCheck {
    fn validate(&self, validation: &mut Validation) {
        validation.title("host", &self.host);
        validation.number("port", u32::from(self.port), 1..=u32::from(u16::MAX));
        let days = 0..=limits::CHECK_WARN_DAYS_MAX;
        validation.number("warn_days", u32::from(self.warn_days), days);
    }
}

impl Validate for HeartbeatCheck {
    fn validate(&self, validation: &mut Validation) {
        validation.within("schedule", |validation| match &self.schedule {
            Schedule::Every { seconds } => validation.within("every", |validation| {
                validation.number("seconds", *seconds, 1..=limits::HEARTBEAT_SECONDS_MAX);
            }),
            Schedule::Cron { .. } => validation.within("cron", |validation| {
                if let Err(wrong) = self.schedule.look_at(validation.now) {
                    validation.within(&wrong.field, |validation| validation.refuse(wrong.problem));
                }
            }),
        });
        validation.number("grace_seconds", self.grace_seconds, 0..=limits::HEARTBEAT_SECONDS_MAX);
        validation.each("tokens", &self.tokens, limits::SIGNAL_TOKENS_MAX, |_, _| {});
        for (place, token) in self.tokens.iter().enumerate() {
            if self.tokens.iter().take(place).any(|other| other == token) {
                validation.within(format_args!("tokens[{place}]"), |validation| {
                    validation.refuse("is named twice: name each token once");
                });
            }
        }
    }
}

impl Validate for DnsCheck {
    fn validate(&self, validation: &mut Validation) {
        validation.title("name", &self.name);
        let max = limits::CHECK_SERVERS_MAX;
        validation.each("servers", &self.servers, max, |validation, one| {
            validation.title("host", one);
        });
        let is_open = self.expect.is_none() && self.ttl_min.is_none() && self.ttl_max.is_none();
        if self.code != DnsCode::NoError && !is_open {
            validation.within("code", |validation| {
                validation.refuse("is for answers without records: leave out what is said of them");
            });
        }
        if let Some(expect) = &self.expect {
            validation.part("expect", expect);
        }
        if self.ttl_min.zip(self.ttl_max).is_some_and(|(min, max)| min > max) {
            validation.within("ttl_min", |validation| {
                validation.refuse("is above `ttl_max`: correct one of them");
            });
        }
    }
}

impl Validate for IcmpCheck {
    fn validate(&self, validation: &mut Validation) {
        validation.title("host", &self.host);
        validation.number("count", u32::from(self.count), 1..=limits::CHECK_PINGS_MAX);
        let lost = 0..=u32::from(self.count).saturating_sub(1);
        validation.number("lost_max", u32::from(self.lost_max), lost);
    }
}

impl Validate for NtpCheck {
    fn validate(&self, validation: &mut Validation) {
        validation.title("host", &self.host);
        validation.number("port", u32::from(self.port), 1..=u32::from(u16::MAX));
        let max = limits::CHECK_OFFSET_MS_MAX;
        validation.number("offset_max_ms", self.offset_max_ms, 1..=max);
        // It is degraded before it fails, or never.
        let warn = 1..=self.offset_max_ms.clamp(1, max);
        validation.number("offset_warn_ms", self.offset_warn_ms, warn);
        let strata = 1..=u32::from(Self::STRATUM_MAX);
        validation.number("stratum_max", u32::from(self.stratum_max), strata);
    }
}

impl Validate for ServiceCheck {
    fn validate(&self, validation: &mut Validation) {
        validation.title("host", &self.host);
        validation.number("port", u32::from(self.port), 1..=u32::from(u16::MAX));
        let (name, ways) = (self.protocol.name(), self.protocol.securities());
        if !ways.contains(&self.security) {
            let ways: Vec<&str> = ways.iter().map(|one| one.as_str()).collect();
            validation.within("security", |validation| {
                validation.refuse(format!("is no way to speak {name}: use {}", ways.join(", ")));
            });
        }
        if let Some(expect) = &self.expect {
            validation.part("expect", expect);
        }
        for (field, value) in [("user", &self.user), ("database", &self.database)] {
            let Some(value) = value else { continue };
            if !self.protocol.has_databases() {
                validation.within(field, |validation| {
                    validation
                        .refuse(format!("is for databases, and {name} is none: leave it out"));
                });
            } else if !is_plain(value) {
                validation.within(field, |validation| {
                    validation.refuse("has a space or one of / @ : ? # % in it: use another one");
                });
            }
            validation.title(field, value);
        }
        sign_in_of_service(self, validation);
        path(self, validation);
        grpc_service(self, validation);
    }
}

/// Who signs in at a service.
fn sign_in_of_service(service: &ServiceCheck, validation: &mut Validation) {
    let Some(sign_in) = &service.sign_in else { return };
    let name = service.protocol.name();
    let problem = if !service.protocol.has_sign_in() {
        Some(format!("is for Redis, SMTP, IMAP and POP3, and not for {name}: leave it out"))
    } else if matches!(sign_in, SignIn::Bearer { .. }) {
        Some(format!("is a token, which {name} does not take: enter a user and a password"))
    } else if !service.is_private() {
        Some("would be heard by others: have it go within TLS, or to this machine".to_owned())
    } else {
        None
    };
    if let Some(problem) = problem {
        validation.within("sign_in", |validation| validation.refuse(problem));
    }
    validation.part("sign_in", sign_in);
}

/// What is asked for at a WebSocket.
fn path(service: &ServiceCheck, validation: &mut Validation) {
    let Some(path) = &service.path else { return };
    if service.protocol != Protocol::Websocket {
        let problem =
            format!("is for a WebSocket, and {} is none: leave it out", service.protocol.name());
        validation.within("path", |validation| validation.refuse(problem));
    } else if !is_path(path) {
        validation.within("path", |validation| {
            validation.refuse("is no path: write one as in /live?since=1, with %20 for a space");
        });
    }
    validation.line("path", path, limits::URL_BYTES_MAX);
}

/// What is asked after at a server of gRPC.
fn grpc_service(service: &ServiceCheck, validation: &mut Validation) {
    let Some(name) = &service.grpc_service else { return };
    if service.protocol != Protocol::Grpc {
        let problem = format!("is for gRPC, and {} is not: leave it out", service.protocol.name());
        validation.within("grpc_service", |validation| validation.refuse(problem));
    } else if !is_grpc_service(name) {
        validation.within("grpc_service", |validation| {
            validation.refuse("has a space in it, or nothing: name one as in shop.v1.Orders");
        });
    }
    validation.title("grpc_service", name);
}

impl Validate for DnsTest {
    fn validate(&self, validation: &mut Validation) {
        match self {
            Self::Are(records) | Self::Contain(records) => {
                let max = limits::CHECK_RECORDS_MAX;
                validation.each(self.as_str(), records, max, |validation, one| {
                    validation.text("record", one);
                });
            }
            Self::AllMatch(pattern) => validation.text(self.as_str(), pattern),
        }
        if matches!(self, Self::Contain(records) if records.is_empty()) {
            validation.within(self.as_str(), |validation| {
                validation.refuse("is empty: name a record, or leave it out");
            });
        }
    }
}

impl Validate for Assertion {
    fn validate(&self, validation: &mut Validation) {
        match self {
            Self::Header { name, test } => validation.within("header", |validation| {
                validation.title("name", name);
                validation.part("test", test);
            }),
            Self::Body { test } => {
                validation.within("body", |validation| validation.part("test", test));
            }
            Self::Json { path, test } => validation.within("json", |validation| {
                validation.title("path", path);
                validation.part("test", test);
            }),
            Self::Size { min, max } => validation.within("size", |validation| {
                if min.zip(*max).is_some_and(|(min, max)| min > max) {
                    validation.refuse("has a least length above the greatest: correct one of them");
                }
            }),
        }
    }
}

impl Validate for TextTest {
    fn validate(&self, validation: &mut Validation) {
        let (Self::Is(text)
        | Self::IsNot(text)
        | Self::Contains(text)
        | Self::ContainsNot(text)
        | Self::Matches(text)
        | Self::MatchesNot(text)) = self;
        validation.text(self.as_str(), text);
    }
}

impl Validate for JsonTest {
    fn validate(&self, validation: &mut Validation) {
        match self {
            Self::Is(JsonValue::Text(text))
            | Self::IsNot(JsonValue::Text(text))
            | Self::Matches(text) => validation.text(self.as_str(), text),
            Self::Is(JsonValue::Number(number))
            | Self::IsNot(JsonValue::Number(number))
            | Self::LessThan(number)
            | Self::AtMost(number)
            | Self::MoreThan(number)
            | Self::AtLeast(number) => {
                if !number.is_finite() {
                    validation
                        .within(self.as_str(), |validation| validation.refuse("is no number"));
                }
            }
            Self::Exists(_) | Self::Is(_) | Self::IsNot(_) => {}
        }
    }
}
