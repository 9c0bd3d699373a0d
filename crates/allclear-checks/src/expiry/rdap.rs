//! What registries tell of domains, over RDAP: JSON as RFC 9083 has it, from the server that RFC 9224 has IANA
//! name for the end of the domain, or from one that the settings name for all of them.

use std::sync::Arc;
use std::time::Duration;

use allclear_domain::check::{Reason, ReasonCode};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::prober::{Fetch, Prober};

/// Where IANA says which server tells of which domains.
const BOOTSTRAP: &str = "https://data.iana.org/rdap/dns.json";
/// How long that holds.
const BOOTSTRAP_HOLDS: SignedDuration = SignedDuration::from_hours(24);
/// Time for one answer, all in all.
const DEADLINE: Duration = Duration::from_secs(20);
/// Characters of what a registry calls a registrar that are kept.
const REGISTRAR_CHARS_MAX: usize = 200;

/// What a registry told of a domain, or why not.
pub(super) type Asked = Result<Told, Reason>;

/// What a registry told of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// When its registration ends.
    pub(super) ends_at: Timestamp,
    /// Who registered it.
    pub(super) registrar: Option<String>,
}

/// The registries, asked through the guarded way out.
pub struct Registries {
    prober: Arc<dyn Prober>,
    /// The one server for all domains, where the settings name one.
    base: Option<String>,
    /// Which servers tell of which domains.
    known: Mutex<Known>,
}

/// What is known of IANA's list.
#[derive(Debug, Default)]
struct Known {
    /// The list, and when it was read.
    list: Option<(Timestamp, Bootstrap)>,
    /// When it could not be read since, and why.
    failed: Option<(Timestamp, Reason)>,
}

/// RFC 9224: the servers for each end of a domain.
#[derive(Clone, Debug, Deserialize)]
struct Bootstrap {
    services: Vec<(Vec<String>, Vec<String>)>,
}

/// RFC 9083, section 5.3: what is read of a domain.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DomainObject {
    object_class_name: Option<String>,
    ldh_name: Option<String>,
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default)]
    entities: Vec<Entity>,
}

/// Section 4.5.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    event_action: Option<String>,
    event_date: Option<String>,
}

/// Section 5.1.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    #[serde(default)]
    roles: Vec<String>,
    vcard_array: Option<serde_json::Value>,
    handle: Option<String>,
}

impl Registries {
    /// Registries asked through `prober`: all at `base` where there is one, else where IANA says.
    #[must_use]
    pub fn new(prober: Arc<dyn Prober>, base: Option<String>) -> Self {
        Self { prober, base, known: Mutex::default() }
    }

    /// Asks for one domain.
    pub(super) async fn ask(&self, domain: &str, now: Timestamp) -> Asked {
        let base = match &self.base {
            Some(base) => base.clone(),
            None => self.server_of(domain, now).await?,
        };
        let url = format!("{}/domain/{domain}", base.trim_end_matches('/'));
        let answer = self.fetch(&url, "application/rdap+json", now).await?;
        match answer.status {
            200 => told(&answer.body, domain),
            404 => Err(broken(format!(
                "the registry knows no domain {domain}: is it spelled as it is registered?"
            ))),
            429 => Err(broken("the registry is asked too often, and answers tomorrow".to_owned())),
            status => Err(broken(format!("the registry answered {status}, not 200"))),
        }
    }

    async fn fetch(
        &self,
        url: &str,
        accept: &'static str,
        now: Timestamp,
    ) -> Result<crate::prober::Fetched, Reason> {
        let fetch = Fetch {
            url: url.to_owned(),
            accept,
            deadline: DEADLINE,
            bytes_max: crate::limits::ANSWER_BYTES_MAX,
        };
        self.prober.fetch(fetch, now).await
    }

    /// The server that tells of a domain, as IANA says.
    async fn server_of(&self, domain: &str, now: Timestamp) -> Result<String, Reason> {
        let mut known = self.known.lock().await;
        let holds = |at: Timestamp| now.duration_since(at).abs() < BOOTSTRAP_HOLDS;
        let is_fresh = known.list.as_ref().is_some_and(|(at, _)| holds(*at));
        // All domains of one run are asked for at the same instant: what failed for one is not tried for each.
        let has_failed = known.failed.as_ref().is_some_and(|(at, _)| *at == now);
        if !is_fresh && !has_failed {
            match self.bootstrap(now).await {
                Ok(list) => *known = Known { list: Some((now, list)), failed: None },
                Err(reason) => known.failed = Some((now, reason)),
            }
        }
        // Servers seldom move: an old list is better than none.
        let server = match (&known.list, &known.failed) {
            (Some((_, bootstrap)), _) => bootstrap.server_of(domain),
            (None, Some((_, reason))) => return Err(reason.clone()),
            (None, None) => None,
        };
        server.ok_or_else(|| {
            let end = domain.rsplit('.').next().unwrap_or_default();
            broken(format!("no registry of .{end} answers over RDAP: enter the date by hand"))
        })
    }

    /// IANA's list, as it is now.
    async fn bootstrap(&self, now: Timestamp) -> Result<Bootstrap, Reason> {
        let answer = self.fetch(BOOTSTRAP, "application/json", now).await?;
        let read = serde_json::from_slice(&answer.body).ok().filter(|_| answer.status == 200);
        read.ok_or_else(|| broken("IANA's list of registries cannot be read".to_owned()))
    }
}

impl Bootstrap {
    /// The server of the longest end that a domain has; one over TLS where there is one.
    fn server_of(&self, domain: &str) -> Option<String> {
        let mut end = domain;
        loop {
            let is_of = |ends: &[String]| ends.iter().any(|one| one.eq_ignore_ascii_case(end));
            if let Some((_, urls)) = self.services.iter().find(|(ends, _)| is_of(ends)) {
                let safe = urls.iter().find(|url| url.starts_with("https://"));
                return safe.or(urls.first()).cloned();
            }
            end = end.split_once('.')?.1;
        }
    }
}

/// What an answer tells of the domain that was asked for.
fn told(body: &[u8], domain: &str) -> Asked {
    let unread = |_| broken("what the registry answered is not the JSON of RDAP".to_owned());
    let read: DomainObject = serde_json::from_slice(body).map_err(unread)?;
    if read.object_class_name.as_deref() != Some("domain") {
        return Err(broken("the registry answered with something that is no domain".to_owned()));
    }
    let is_other = |name: &str| !name.trim().trim_end_matches('.').eq_ignore_ascii_case(domain);
    if read.ldh_name.as_deref().is_some_and(is_other) {
        return Err(broken(format!("the registry answered with another domain than {domain}")));
    }
    let ends = read.events.iter().filter(|event| {
        event.event_action.as_deref().is_some_and(|action| action.trim() == "expiration")
    });
    let ends_at = ends.filter_map(|event| instant(event.event_date.as_deref()?)).max();
    let ends_at = ends_at.ok_or_else(|| {
        broken(
            "the registry does not tell when the registration ends: enter the date by hand"
                .to_owned(),
        )
    })?;
    let is_registrar = |entity: &&Entity| entity.roles.iter().any(|role| role == "registrar");
    let registrar = read.entities.iter().find(is_registrar);
    let registrar = registrar.and_then(|entity| name(entity).or(entity.handle.clone()));
    let registrar = registrar.map(|name| {
        let kept = name.chars().filter(|letter| !letter.is_control());
        kept.take(REGISTRAR_CHARS_MAX).collect()
    });
    Ok(Told { ends_at, registrar })
}

/// What an entity is called: the property `fn` of its jCard (RFC 7095).
fn name(entity: &Entity) -> Option<String> {
    let properties = entity.vcard_array.as_ref()?.get(1)?.as_array()?;
    let named =
        properties.iter().find(|one| one.get(0).and_then(|it| it.as_str()) == Some("fn"))?;
    named.get(3)?.as_str().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// An instant as RFC 3339 has it. Some registries leave the zone out, and mean UTC.
fn instant(text: &str) -> Option<Timestamp> {
    let zoned = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| zoned().map(|zoned| zoned.timestamp()))
}

const fn broken(told: String) -> Reason {
    Reason::new(ReasonCode::Broken, told)
}

#[cfg(test)]
mod tests;
