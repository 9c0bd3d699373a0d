//! The kind `http`: a request on a fresh connection, redirects as far as the check says, and what has
//! to hold of the answer.

mod request;
mod wire;

use allclear_domain::check::{Header, HttpCheck, Reason, ReasonCode, SignIn};
use allclear_domain::{Secret, SecretText};
use allclear_net::DialOptions;
use hyper::StatusCode;
use hyper::header::{CONTENT_ENCODING, LOCATION};
use tokio::time::Instant;
use url::Url;

use self::request::Ask;
pub(super) use self::wire::{Answer, broken, field};
use super::assertion::{Holds, Judged};
use super::record::Record;
use super::{NotReady, Way, family_of, reason};
use crate::limits;

/// A request that reads what others tell, in a form that is named.
pub(super) fn reading(url: &str, accept: &str) -> HttpCheck {
    let accept = Header { name: "accept".to_owned(), value: accept.to_owned() };
    HttpCheck { headers: vec![accept], ..HttpCheck::of(url) }
}

/// A check of the kind `http` that is read and can be tried.
#[derive(Debug)]
pub struct HttpProbe {
    check: HttpCheck,
    first: Ask,
    options: DialOptions,
    assertions: Vec<Holds>,
    /// What it is sent that nobody may be told.
    secrets: Vec<SecretText>,
    /// Why it cannot be sent what is secret.
    shut: Option<String>,
    /// Bytes of the body that are taken; a longer one is refused.
    bytes_max: usize,
    /// How much of the body is read, where the rest of it is of no use.
    reads_max: Option<usize>,
}

impl HttpProbe {
    /// Reads the check.
    pub(super) fn new(check: &HttpCheck) -> Result<Self, NotReady> {
        let first = Ask::new(check)?;
        // Only the host of the check is looked for elsewhere: a redirect says where it leads to.
        let host = first.url.host_str().unwrap_or_default();
        let known = check.connect_to.map(|address| (host.to_owned(), address));
        let options =
            DialOptions { family: family_of(check.family), known: known.into_iter().collect() };
        let assertions = check.assertions.iter().enumerate().map(|(place, assertion)| {
            Holds::new(assertion)
                .map_err(|not_ready| not_ready.within(format_args!("assertions[{place}]")))
        });
        let assertions = assertions.collect::<Result<_, _>>()?;
        let mut check = check.clone();
        let (secrets, shut) = take_secrets(&mut check);
        Ok(Self {
            check,
            first,
            options,
            assertions,
            secrets,
            shut,
            bytes_max: limits::ANSWER_BYTES_MAX,
            reads_max: None,
        })
    }

    /// The same where so many bytes of the body are taken.
    pub(super) fn taking(self, bytes_max: usize) -> Self {
        Self { bytes_max, ..self }
    }

    /// The same where the beginning of the body is enough.
    pub(super) fn briefly(self) -> Self {
        Self { reads_max: Some(limits::NAME_ANSWER_BYTES_MAX), ..self }
    }

    /// Tries it once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let answer = self.ask(way, record, deadline).await?;
        self.judge(&answer)
    }

    /// Asks, and follows redirects as far as the check says.
    pub(super) async fn ask(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<Answer, Reason> {
        if let Some(why) = &self.shut {
            return Err(reason(ReasonCode::Ours, why.as_str()));
        }
        self.secrets.iter().for_each(|secret| record.hide_everywhere(secret.reveal()));
        self.first.secrets().for_each(|secret| record.hide_everywhere(&secret));
        let mut ask = self.first.clone();
        let mut followed = 0;
        loop {
            let answer = wire::ask(way, self, &ask, record, deadline).await?;
            if self.check.redirects_max == 0 || !leads_on(&answer) {
                return Ok(answer);
            }
            if followed == self.check.redirects_max {
                let told = format!("it leads on after {followed} redirects");
                return Err(reason(ReasonCode::Redirects, told));
            }
            followed += 1;
            ask = ask.redirected(answer.status, &target(&ask.url, &answer)?)?;
            record.noted("following the redirect");
        }
    }

    fn judge(&self, answer: &Answer) -> Result<(), Reason> {
        let status = answer.status.as_u16();
        if !self.check.is_right(status) {
            let told = format!("the status is {}, not {}", answer.status, self.right_statuses());
            return Err(reason(ReasonCode::Status, told));
        }
        let judged = Judged { headers: &answer.headers, body: &answer.body };
        let mut json = None;
        for assertion in &self.assertions {
            if let Some(told) = assertion.broken_by(&judged, &mut json) {
                return Err(reason(ReasonCode::Assertion, told + &encoding(answer)));
            }
        }
        Ok(())
    }

    fn right_statuses(&self) -> String {
        let success = [HttpCheck::SUCCESS];
        let ranges = match self.check.statuses.as_slice() {
            [] => success.as_slice(),
            ranges => ranges,
        };
        let told: Vec<String> = ranges
            .iter()
            .map(|range| {
                if range.from == range.to {
                    range.from.to_string()
                } else {
                    format!("{} to {}", range.from, range.to)
                }
            })
            .collect();
        told.join(" or ")
    }
}

/// Takes the secrets out of a check: those that are open, and why one is not.
fn take_secrets(check: &mut HttpCheck) -> (Vec<SecretText>, Option<String>) {
    let (mut open, mut shut) = (Vec::new(), None);
    let sign_in = check.sign_in.iter_mut().map(|sign_in| match sign_in {
        SignIn::Basic { password, .. } => password,
        SignIn::Bearer { token } => token,
    });
    let headers = check.secret_headers.iter_mut().map(|header| &mut header.value);
    for secret in sign_in.chain(headers) {
        match std::mem::take(secret) {
            Secret::Open(text) => open.push(text),
            Secret::Shut(why) => shut = Some(why),
            Secret::Kept | Secret::Sealed(_) => {
                shut = Some("its secrets are not known here".to_owned());
            }
        }
    }
    (open, shut)
}

/// A remark on a body that was sent encoded although it was asked for as it is.
fn encoding(answer: &Answer) -> String {
    let encoding = answer.headers.get(CONTENT_ENCODING).filter(|value| *value != "identity");
    encoding.map(|value| format!(" (the server sends it encoded: {value:?})")).unwrap_or_default()
}

/// Whether an answer is a redirect; one that is and does not say where to is judged as it is.
fn leads_on(answer: &Answer) -> bool {
    let redirects = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    redirects.contains(&answer.status) && answer.headers.contains_key(LOCATION)
}

fn target(from: &Url, answer: &Answer) -> Result<Url, Reason> {
    let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|location| from.join(location).ok());
    let Some(target) = target else {
        let told = "the header field location is no address";
        return Err(reason(ReasonCode::Redirects, told));
    };
    if !matches!(target.scheme(), "http" | "https") {
        let told = format!("it leads to an address of the kind {}:", target.scheme());
        return Err(reason(ReasonCode::Redirects, told));
    }
    Ok(target)
}

#[cfg(test)]
mod tests;
