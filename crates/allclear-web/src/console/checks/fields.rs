//! A check as a form has it, and a form as a check.

mod dns;
mod feeds;
mod labels;
mod ntp;
mod secret;
mod service;
mod texts;

use allclear_domain::check::{
    Affects, Assertion, HttpCheck, HttpVersion, IcmpCheck, IpFamily, Method, OnOutage, Patience,
    StartTls, StatusRange, TcpCheck, TextTest, TlsCheck,
};
use allclear_domain::error::InvalidValue;
use allclear_domain::text::Key;
use allclear_domain::{Check, CheckKind};

pub(super) use self::dns::{asked, codes};
pub(super) use self::feeds::{FeedFields, fields as feeds};
pub(super) use self::labels::{rows, told};
pub(super) use self::secret::{SecretFields, fields as secrets};
pub(super) use self::texts::seconds;
use self::texts::{escaped, read_seconds, unescaped};
use super::{groups, heartbeats, pickers, telling};
use crate::console::form::Form;

/// What is spoken before TLS is what is usual at the port.
pub(super) const STARTTLS_USUAL: &str = "usual";
/// TLS begins at once.
pub(super) const STARTTLS_NONE: &str = "none";

/// What a form says.
pub(super) struct Said {
    name: String,
    pub(super) kind: CheckKind,
    interval_seconds: u32,
    deadline_ms: u32,
    slow_after_ms: Option<u32>,
    patience: Patience,
    /// The components that are there.
    pub(super) affects: Vec<Affects>,
    /// A component that is to be added with it.
    pub(super) new_component: Option<pickers::NewOn>,
    on_outage: OnOutage,
    tags: Vec<Key>,
    shows_times: bool,
}

impl Said {
    /// The check, as this form wants it.
    pub(super) fn onto(&self, check: Check) -> Check {
        Check {
            name: self.name.clone(),
            kind: self.kind.clone(),
            interval_seconds: self.interval_seconds,
            deadline_ms: self.deadline_ms,
            slow_after_ms: self.slow_after_ms,
            patience: self.patience,
            affects: self.affects.clone(),
            // Where nothing is affected, there is nothing to tell of.
            on_outage: match self.affects.is_empty() {
                true => OnOutage::Nothing,
                false => self.on_outage,
            },
            tags: self.tags.clone(),
            shows_times: self.shows_times && !self.affects.is_empty(),
            ..check
        }
    }

    /// What is tried.
    pub(super) fn kind(&self) -> CheckKind {
        self.kind.clone()
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// The form for a new check of a target, as it is shown first.
pub(super) fn fresh(target: &str) -> Form {
    let name = match read_kind(target) {
        // A job and a group have names of their own, which nobody can guess.
        Ok(CheckKind::Heartbeat(_) | CheckKind::Group(_)) | Err(_) => String::new(),
        Ok(kind) => kind.usual_name(),
    };
    let kind = read_kind(target).ok();
    let target = kind.as_ref().map_or_else(|| target.to_owned(), |kind| shown(kind, target));
    let form = Form::of([("target", target.as_str()), ("name", &name), ("slow", "")]);
    let (interval, patience) = kind.as_ref().map_or_else(
        || (Check::USUAL_INTERVAL_SECONDS, Patience::default()),
        |kind| (kind.usual_interval_seconds(), kind.usual_patience()),
    );
    let form = with_pace(form, interval, Check::USUAL_DEADLINE_MS, patience);
    let form = match &kind {
        Some(CheckKind::Heartbeat(heartbeat)) => heartbeats::with_fields(form, heartbeat),
        Some(CheckKind::Group(group)) => groups::with_fields(form, group),
        Some(kind) => with_feeds(form, kind),
        None => form,
    };
    with_usual(form).with("on_outage", &telling::value(telling::USUAL))
}

/// What stands in the field of the address: the query of Prometheus has a field of its own.
fn shown(kind: &CheckKind, target: &str) -> String {
    match kind {
        CheckKind::Prometheus(prometheus) => prometheus.server(),
        _ => target.to_owned(),
    }
}

/// The fields of those who tell of others, where a form does not have them yet.
pub(super) fn with_feeds(form: Form, kind: &CheckKind) -> Form {
    match kind {
        CheckKind::Upstream(upstream) => feeds::show_upstream(form, upstream),
        CheckKind::Prometheus(prometheus) => feeds::show_prometheus(form, prometheus),
        _ => form,
    }
}

/// What is spoken before TLS. Where it is what is usual at the port, it goes on being that at another.
fn tell_starttls(tls: &TlsCheck) -> &'static str {
    match tls.starttls {
        starttls if starttls == StartTls::usual_at(tls.port) => STARTTLS_USUAL,
        Some(starttls) => starttls.as_str(),
        None => STARTTLS_NONE,
    }
}

/// The fields of every kind, as they are where nobody says anything.
fn with_usual(form: Form) -> Form {
    ntp::with_usual(dns::with_usual(form))
        .with("method", Method::default().as_str())
        .with("redirects", &HttpCheck::USUAL_REDIRECTS_MAX.to_string())
        .with("starttls", STARTTLS_USUAL)
        .with("pings", &IcmpCheck::USUAL_COUNT.to_string())
        .with("lost", &IcmpCheck::USUAL_LOST_MAX.to_string())
        .with("warn_days", &TlsCheck::USUAL_WARN_DAYS.to_string())
}

fn with_pace(form: Form, interval_seconds: u32, deadline_ms: u32, patience: Patience) -> Form {
    form.with("interval", &interval_seconds.to_string())
        .with("deadline", &seconds(deadline_ms))
        .with("fail_after", &patience.fail_after.to_string())
        .with("recover_after", &patience.recover_after.to_string())
        .with("stable_for", &patience.stable_for_seconds.to_string())
}

/// The form of a check that is there.
pub(super) fn form_of(check: &Check) -> Form {
    let tags: Vec<&str> = check.tags.iter().map(Key::as_str).collect();
    let target = match &check.kind {
        // Its servers have a field of their own.
        CheckKind::Dns(dns) => dns.question(),
        kind => shown(kind, &kind.target()),
    };
    let form = Form::of([("target", &target), ("name", &check.name), ("tags", &tags.join(", "))]);
    let form = with_pace(form, check.interval_seconds, check.deadline_ms, check.patience);
    let form = form.with("slow", &check.slow_after_ms.map(seconds).unwrap_or_default());
    let form = match &check.kind {
        CheckKind::Http(http) => secret::show(form, http.sign_in.as_ref(), &http.secret_headers)
            .with("method", http.method.as_str())
            .with("statuses", &tell_statuses(&http.statuses))
            .with("redirects", &http.redirects_max.to_string())
            .with("contains", contained(&http.assertions).unwrap_or_default()),
        CheckKind::Tcp(tcp) => {
            let contains = match &tcp.expect {
                Some(TextTest::Contains(text)) => text,
                _ => "",
            };
            let send = tcp.send.as_deref().map(escaped).unwrap_or_default();
            form.with("contains", contains).with("send", &send)
        }
        CheckKind::Tls(tls) => {
            form.with("starttls", tell_starttls(tls)).with("warn_days", &tls.warn_days.to_string())
        }
        CheckKind::Dns(dns) => dns::show(form, dns),
        CheckKind::Icmp(icmp) => {
            form.with("pings", &icmp.count.to_string()).with("lost", &icmp.lost_max.to_string())
        }
        CheckKind::Ntp(check) => ntp::show(form, check),
        CheckKind::Service(check) => service::show(form, check),
        kind @ (CheckKind::Upstream(_) | CheckKind::Prometheus(_)) => with_feeds(form, kind),
        CheckKind::Heartbeat(heartbeat) => heartbeats::with_fields(form, heartbeat),
        CheckKind::Group(group) => groups::with_fields(form, group),
        // Its target says all of it.
        CheckKind::Command(_) => form,
    };
    // Of two fields of a name the first counts.
    let form = with_usual(form).with("on_outage", &telling::value(check.on_outage));
    let form = if check.shows_times { form.with("shows_times", "on") } else { form };
    check.affects.iter().fold(form, |form, one| {
        form.with("component", &one.component_id.to_string())
            .with("failing", one.when_failing.as_str())
            .with("degraded", one.when_degraded.as_str())
    })
}

/// What a check has beside what the form shows; empty where that is all.
pub(super) fn kept(kind: &CheckKind) -> String {
    let mut kept = Vec::new();
    match kind {
        CheckKind::Http(http) => {
            let shown = usize::from(contained(&http.assertions).is_some());
            let others = http.assertions.len().saturating_sub(shown);
            for (count, what) in [(http.headers.len(), "header fields"), (others, "conditions")] {
                if count > 0 {
                    kept.push(format!("{what} ({count})"));
                }
            }
            if http.body.is_some() {
                kept.push("a body".to_owned());
            }
            if http.version != HttpVersion::Offered {
                kept.push("the version of HTTP".to_owned());
            }
            if http.family != IpFamily::default() {
                kept.push("the family of its address".to_owned());
            }
            kept.extend(http.connect_to.map(|address| format!("the address {address}")));
        }
        CheckKind::Tcp(tcp) => {
            if !matches!(tcp.expect, None | Some(TextTest::Contains(_))) {
                kept.push("a condition".to_owned());
            }
            kept.extend(tcp.connect_to.map(|address| format!("the address {address}")));
        }
        CheckKind::Heartbeat(_)
        | CheckKind::Upstream(_)
        | CheckKind::Prometheus(_)
        | CheckKind::Group(_)
        | CheckKind::Command(_) => {}
        CheckKind::Tls(tls) => {
            kept.extend(tls.connect_to.map(|address| format!("the address {address}")));
        }
        CheckKind::Dns(dns) => kept.extend(dns::kept(dns)),
        CheckKind::Ntp(check) => kept.extend(ntp::kept(check)),
        CheckKind::Service(check) => kept.extend(service::kept(check)),
        CheckKind::Icmp(icmp) => {
            if icmp.family != IpFamily::default() {
                kept.push("the family of its address".to_owned());
            }
            kept.extend(icmp.connect_to.map(|address| format!("the address {address}")));
        }
    }
    kept.join(", ")
}

/// Reads a form. What a check of the same kind has beside it stays.
pub(super) fn read(form: &Form, before: Option<&CheckKind>) -> Result<Said, Vec<String>> {
    let mut reader = Reader { form, problems: Vec::new() };
    let kind = read_kind(&heartbeats::target(form));
    let kind = match kind {
        Ok(kind) => reader.fill(kind, before),
        Err(problem) => {
            reader.problems.push(problem);
            None
        }
    };
    let interval_seconds = reader.number("interval", "every");
    let deadline_ms = reader.milliseconds("deadline", "gives up after").unwrap_or_default();
    let slow_after_ms = reader.milliseconds("slow", "slow from");
    let patience = Patience {
        fail_after: reader.number("fail_after", "down after"),
        recover_after: reader.number("recover_after", "up after"),
        stable_for_seconds: reader.number("stable_for", "and for at least"),
    };
    let tags = reader.tags();
    let picked = pickers::read(form).map_err(|problem| reader.problems.push(problem));
    let on_outage = telling::read(form).map_err(|problem| reader.problems.push(problem));
    match (kind, picked, on_outage, reader.problems) {
        (Some(kind), Ok(picked), Ok(on_outage), problems) if problems.is_empty() => Ok(Said {
            name: form.maybe("name").map_or_else(|| kind.usual_name(), str::to_owned),
            kind,
            interval_seconds,
            deadline_ms,
            slow_after_ms,
            patience,
            affects: picked.there,
            new_component: picked.new,
            on_outage,
            tags,
            shows_times: form.maybe("shows_times").is_some(),
        }),
        (_, _, _, problems) => Err(problems),
    }
}

/// Reads fields, and keeps what is wrong with them.
struct Reader<'a> {
    form: &'a Form,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn number<T: std::str::FromStr + Default>(&mut self, name: &str, label: &str) -> T {
        self.form.text(name).parse().unwrap_or_else(|_| {
            self.problems.push(format!("{label}: is no number that is taken: write digits alone"));
            T::default()
        })
    }

    fn milliseconds(&mut self, name: &str, label: &str) -> Option<u32> {
        let text = self.form.maybe(name)?;
        let read = read_seconds(text);
        if read.is_none() {
            self.problems.push(format!("{label}: is no number of seconds: write 2 or 0.5"));
        }
        read
    }

    fn tags(&mut self) -> Vec<Key> {
        let words = self.form.text("tags").split([',', ' ']).filter(|word| !word.is_empty());
        let mut tags: Vec<Key> = Vec::new();
        for word in words {
            match Key::new(word.to_lowercase()) {
                Ok(tag) if tags.contains(&tag) => {}
                Ok(tag) => tags.push(tag),
                Err(error) => self.problems.push(format!("tags: {}", error.problem)),
            }
        }
        tags
    }

    fn starttls(&mut self, word: &str) -> Option<StartTls> {
        let read = StartTls::ALL.into_iter().find(|one| one.as_str() == word);
        if read.is_none() {
            self.problems.push("before TLS is spoken: choose one of the list".to_owned());
        }
        read
    }

    /// The fields of a request, over what was there before.
    fn fill_http(&mut self, http: HttpCheck, contains: String) -> Option<CheckKind> {
        let statuses = read_statuses(self.form.text("statuses"));
        let statuses = statuses.map_err(|problem| self.problems.push(problem)).ok()?;
        let http = secret::read(self.form, http);
        let http = http.map_err(|problem| self.problems.push(problem)).ok()?;
        let method = self.form.text("method");
        let method = Method::ALL.into_iter().find(|one| one.as_str() == method);
        Some(CheckKind::Http(HttpCheck {
            method: method.unwrap_or_default(),
            redirects_max: self.number("redirects", "redirects"),
            statuses,
            assertions: with_contained(http.assertions, contains),
            ..http
        }))
    }

    /// The fields of a kind, over what was there before.
    fn fill(&mut self, kind: CheckKind, before: Option<&CheckKind>) -> Option<CheckKind> {
        let contains = self.form.lines("contains");
        match (kind, before) {
            (CheckKind::Http(new), before) => {
                let http = match before {
                    Some(CheckKind::Http(http)) => HttpCheck { url: new.url, ..http.clone() },
                    _ => new,
                };
                self.fill_http(http, contains)
            }
            (CheckKind::Tcp(new), before) => {
                let tcp = match before {
                    Some(CheckKind::Tcp(tcp)) => {
                        TcpCheck { host: new.host, port: new.port, tls: new.tls, ..tcp.clone() }
                    }
                    _ => new,
                };
                let send = unescaped(self.form.exact("send"));
                let send = send.map_err(|problem| self.problems.push(problem)).ok()?;
                let expect = expected(tcp.expect, contains);
                let send = Some(send).filter(|text| !text.is_empty());
                Some(CheckKind::Tcp(TcpCheck { send, expect, ..tcp }))
            }
            (CheckKind::Icmp(new), before) => {
                let icmp = match before {
                    Some(CheckKind::Icmp(icmp)) => IcmpCheck { host: new.host, ..icmp.clone() },
                    _ => new,
                };
                let count = self.number("pings", "pings");
                let lost_max = self.number("lost", "may be lost");
                Some(IcmpCheck { count, lost_max, ..icmp }.into())
            }
            (CheckKind::Ntp(new), before) => Some(ntp::read(self, new, before).into()),
            (CheckKind::Service(new), before) => Some(service::read(self.form, new, before).into()),
            (CheckKind::Upstream(new), before) => {
                let read = feeds::read_upstream(self.form, new, before);
                read.map_err(|problems| self.problems.extend(problems)).ok().map(Into::into)
            }
            (CheckKind::Prometheus(new), before) => {
                let read = feeds::read_prometheus(self.form, new, before);
                read.map_err(|problems| self.problems.extend(problems)).ok().map(Into::into)
            }
            (CheckKind::Dns(new), before) => Some(dns::read(self.form, new, before).into()),
            (CheckKind::Heartbeat(new), before) => {
                let before = before.and_then(CheckKind::as_heartbeat);
                let read = heartbeats::read(self.form, new, before);
                read.map_err(|problem| self.problems.push(problem)).ok().map(CheckKind::Heartbeat)
            }
            (CheckKind::Group(_), _) => {
                let read = groups::read(self.form);
                read.map_err(|problem| self.problems.push(problem)).ok().map(Into::into)
            }
            (command @ CheckKind::Command(_), _) => Some(command),
            (CheckKind::Tls(new), before) => {
                let connect_to = match before {
                    Some(CheckKind::Tls(tls)) => tls.connect_to,
                    _ => None,
                };
                let starttls = match self.form.text("starttls") {
                    "" | STARTTLS_USUAL => new.starttls,
                    STARTTLS_NONE => None,
                    word => Some(self.starttls(word)?),
                };
                let warn_days = self.number("warn_days", "warns before a certificate ends");
                Some(CheckKind::Tls(TlsCheck { connect_to, starttls, warn_days, ..new }))
            }
        }
    }
}

/// What is tried at an address that somebody typed.
fn read_kind(text: &str) -> Result<CheckKind, String> {
    text.parse().map_err(|error: InvalidValue| format!("what to watch: {}", error.problem))
}

/// The text that a body has to contain, of the first condition of that kind.
fn contained(assertions: &[Assertion]) -> Option<&str> {
    assertions.iter().find_map(|one| match one {
        Assertion::Body { test: TextTest::Contains(text) } => Some(text.as_str()),
        _ => None,
    })
}

fn with_contained(mut assertions: Vec<Assertion>, text: String) -> Vec<Assertion> {
    let place = assertions.iter().position(|one| contained(std::slice::from_ref(one)).is_some());
    let is_as_before = contained(&assertions).is_some_and(|before| is_same(before, &text));
    if is_as_before {
        return assertions;
    }
    if let Some(place) = place {
        assertions.remove(place);
    }
    if !text.is_empty() {
        let place = place.unwrap_or(assertions.len());
        assertions.insert(place, Assertion::Body { test: TextTest::Contains(text) });
    }
    assertions
}

/// What has to hold of a text, by the field that says what it contains. Another condition stays as long as
/// that is empty.
fn expected(before: Option<TextTest>, contains: String) -> Option<TextTest> {
    match before {
        Some(TextTest::Contains(text)) if is_same(&text, &contains) => {
            Some(TextTest::Contains(text))
        }
        None | Some(TextTest::Contains(_)) => {
            Some(contains).filter(|text| !text.is_empty()).map(TextTest::Contains)
        }
        other if contains.is_empty() => other,
        _ => Some(TextTest::Contains(contains)),
    }
}

/// Whether a field still says what it showed: browsers change line ends, and forms lose white space
/// at both ends.
fn is_same(before: &str, sent: &str) -> bool {
    before.replace("\r\n", "\n").replace('\r', "\n").trim() == sent
}

/// Reads `200-299, 301`.
fn read_statuses(text: &str) -> Result<Vec<StatusRange>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let range = |part: &str| {
        let (from, to) = part.split_once(['-', '–']).unwrap_or((part, part));
        match (from.trim().parse(), to.trim().parse()) {
            (Ok(from), Ok(to)) => Ok(StatusRange { from, to }),
            _ => Err(format!("statuses: “{part}” is none: write 200-299, 301")),
        }
    };
    parts.map(range).collect()
}

fn tell_statuses(statuses: &[StatusRange]) -> String {
    let tell = |range: &StatusRange| match range.from == range.to {
        true => range.from.to_string(),
        false => format!("{}-{}", range.from, range.to),
    };
    statuses.iter().map(tell).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
