//! The kind `http`: a request on a fresh connection, redirects as far as the check says, and what has
//! to hold of the answer. Others may come before it, from whose answers values are taken.

mod capture;
mod identity;
mod judge;
mod request;
mod steps;
mod template;
mod wire;

use allclear_domain::check::{Header, HttpCheck, HttpVersion, Reason, ReasonCode, SignIn};
use allclear_domain::text::Key;
use allclear_domain::{Secret, SecretText};
use allclear_net::DialOptions;
use hyper::StatusCode;
use hyper::header::LOCATION;
use tokio::time::Instant;
use url::Url;

use self::identity::Shown;
use self::judge::Judge;
use self::request::{Ask, Draft, Written};
use self::steps::Step;
#[cfg(test)]
use self::template::Values;
pub(super) use self::wire::{Answer, broken, field};
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
    version: HttpVersion,
    redirects_max: u8,
    /// What comes before the request that is judged.
    steps: Vec<Step>,
    draft: Draft,
    options: DialOptions,
    judge: Judge,
    /// The client certificate, for the server of the check alone.
    shown: Option<Shown>,
    /// What is sent that nobody may be told.
    secrets: Vec<SecretText>,
    /// The key of the client certificate, which is not sent at all.
    key: Option<SecretText>,
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
        let known: Vec<&Key> = check.captured_before(check.before.len()).collect();
        let mut draft = Draft::new(Written::of_check(check), &known)?;
        draft.go_home(check)?;
        // Only the host of the check is looked for elsewhere: a redirect says where it leads to.
        let known = check.connect_to.map(|address| (draft.host().to_owned(), address));
        let options =
            DialOptions { family: family_of(check.family), known: known.into_iter().collect() };
        let (secrets, key, shut) = take_secrets(&mut check.clone());
        Ok(Self {
            version: check.version,
            redirects_max: check.redirects_max,
            steps: Step::all(check, &draft.origin())?,
            draft,
            options,
            judge: Judge::new(&check.statuses, &check.assertions)?,
            shown: check.client_certificate.as_ref().map(Shown::new).transpose()?,
            secrets,
            key,
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

    /// Where its request goes, where nothing stands in that.
    #[cfg(test)]
    pub(super) fn address(&self) -> String {
        self.draft.fill(&Values::new()).map(|ask| String::from(ask.url)).unwrap_or_default()
    }

    /// Tries it once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let answer = self.ask(way, record, deadline).await;
        let judged = answer.and_then(|answer| self.judge.judge(&answer, &mut None));
        judged.map_err(|reason| match &self.shown {
            Some(shown) => shown.remark(reason, record.probed_at),
            None => reason,
        })
    }

    /// Asks, after everything that comes before, and follows redirects as far as the check says.
    pub(super) async fn ask(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<Answer, Reason> {
        if let Some(why) = &self.shut {
            return Err(reason(ReasonCode::Ours, why.as_str()));
        }
        self.secrets
            .iter()
            .chain(&self.key)
            .for_each(|secret| record.hide_everywhere(secret.reveal()));
        let values = self.run_before(way, record, deadline).await?;
        let ask = self.draft.fill(&values)?;
        self.follow(way, ask, |_| false, record, deadline).await
    }

    /// Asks, and follows redirects as far as the check says, up to one whose status `ends` it.
    async fn follow(
        &self,
        way: &Way,
        mut ask: Ask,
        ends: impl Fn(u16) -> bool,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<Answer, Reason> {
        ask.secrets().for_each(|secret| record.hide_everywhere(&secret));
        let mut followed = 0;
        loop {
            let answer = wire::ask(way, self, &ask, record, deadline).await?;
            let is_last = self.redirects_max == 0 || ends(answer.status.as_u16());
            if is_last || !leads_on(&answer) {
                return Ok(answer);
            }
            if followed == self.redirects_max {
                let told = format!("it leads on after {followed} redirects");
                return Err(reason(ReasonCode::Redirects, told));
            }
            followed += 1;
            if ask.takes_body() {
                record.noted(&steps::not_kept(&answer));
            }
            ask = ask.redirected(answer.status, &target(&ask.url, &answer)?)?;
            record.noted("following the redirect");
        }
    }
}

/// Takes the secrets out of a check: those that are open and sent, the key of its client certificate, and why one
/// is not open.
fn take_secrets(check: &mut HttpCheck) -> (Vec<SecretText>, Option<SecretText>, Option<String>) {
    let mut shut = None;
    let mut open = |secret: &mut Secret| match std::mem::take(secret) {
        Secret::Open(text) => Some(text),
        Secret::Shut(why) => {
            shut = Some(why);
            None
        }
        Secret::Kept | Secret::Sealed(_) => {
            shut = Some("its secrets are not known here".to_owned());
            None
        }
    };
    let pair = request::basic(check).map(SecretText::new);
    let sign_in = check.sign_in.iter_mut().map(|sign_in| match sign_in {
        SignIn::Basic { password, .. } => password,
        SignIn::Bearer { token } => token,
    });
    let headers = check.secret_headers.iter_mut().map(|header| &mut header.value);
    let key = check.client_certificate.iter_mut().map(|certificate| &mut certificate.key);
    let sent: Vec<SecretText> = sign_in.chain(headers).filter_map(&mut open).chain(pair).collect();
    let key = key.filter_map(&mut open).next();
    (sent, key, shut)
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
