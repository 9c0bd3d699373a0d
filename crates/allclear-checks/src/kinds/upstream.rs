//! The kind `upstream`: what a provider says of its own service. A status page or feed that cannot be read
//! says nothing of that, so nothing is known then.

mod feed;
mod statuspage;
mod told;
mod words;

use allclear_domain::check::{Reason, ReasonCode, UpstreamCheck, UpstreamFormat, Verdict};
use tokio::time::Instant;
use url::Url;

use self::told::Told;
use super::http::{Answer, HttpProbe, reading};
use super::record::Record;
use super::unread::{unread, untold};
use super::{NotReady, Way};

/// What is taken in answer, the richest first.
const ACCEPT: &str =
    "application/json, application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5";

/// A check of the kind `upstream` that is read and can be tried.
#[derive(Debug)]
pub struct UpstreamProbe {
    check: UpstreamCheck,
    page: HttpProbe,
    /// What the provider is called where it does not say: the host.
    host: String,
}

impl UpstreamProbe {
    /// Reads the check.
    pub(super) fn new(check: &UpstreamCheck) -> Result<Self, NotReady> {
        let page = HttpProbe::new(&reading(&check.url, ACCEPT))?;
        let url = Url::parse(&check.url).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned();
        Ok(Self { check: check.clone(), page, host })
    }

    /// Asks once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let answer = self.page.ask(way, record, deadline).await;
        let answer = answer.map_err(|why| unread("their status page", why))?;
        let told = self.judge(&answer, record)?;
        let code = match told.verdict {
            Verdict::Ok => {
                record.noted(&told.sentence);
                return Ok(());
            }
            Verdict::Degraded => ReasonCode::Impaired,
            Verdict::Fail => ReasonCode::Reported,
            Verdict::Unknown => ReasonCode::Unread,
        };
        if let Some(page) = &told.fault_page {
            record.noted(&format!("their page: {page}"));
        }
        Err(Reason { code, told: told.sentence, fault_page: told.fault_page })
    }

    /// What the provider says, and what that is to us.
    fn judge(&self, answer: &Answer, record: &mut Record) -> Result<Told, Reason> {
        if !answer.status.is_success() {
            let told = format!("the status is {}, not 200 to 299", answer.status);
            return Err(unread("their status page", untold(told)));
        }
        let text = String::from_utf8_lossy(&answer.body);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let is_feed = match self.check.format {
            UpstreamFormat::Statuspage => false,
            UpstreamFormat::Feed => true,
            UpstreamFormat::Any => text.starts_with('<'),
        };
        let now = record.probed_at;
        match is_feed {
            true => {
                let feed = feed::read(text).map_err(untold)?;
                if let Some(note) = feed.unread_dates() {
                    record.noted(&note);
                }
                words::judge(&self.check, &self.host, &feed, now)
            }
            false => {
                let summary = statuspage::read(text).map_err(untold)?;
                if let Some(note) = summary.staleness(now) {
                    record.noted(&note);
                }
                statuspage::judge(&self.check, &self.host, &summary, now)
            }
        }
    }
}

#[cfg(test)]
mod tests;
