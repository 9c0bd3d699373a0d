//! The requests before the one that is judged, and what is taken from their answers.

use std::collections::HashSet;
use std::sync::Arc;

use allclear_domain::check::{HttpCheck, Phases, Reason, ReasonCode};
use allclear_domain::limits::SECRET_BYTES_MIN;
use allclear_domain::text::Key;
use hyper::header::HeaderValue;
use serde_json::Value;
use tokio::time::Instant;
use url::Origin;

use super::HttpProbe;
use super::capture::Takes;
use super::judge::{Judge, encoding};
use super::request::{Draft, Written};
use super::template::Values;
use super::wire::Answer;
use crate::kinds::record::Record;
use crate::kinds::{NotReady, Way, reason};

/// A request before the one that is judged, read.
#[derive(Debug)]
pub(super) struct Step {
    /// What it is called in reasons.
    told: String,
    draft: Draft,
    /// Whether it goes to the server of the check.
    is_home: bool,
    judge: Judge,
    takes: Arc<[Takes]>,
}

impl Step {
    /// Reads the steps of a check, whose request goes to the server `home`.
    pub(super) fn all(check: &HttpCheck, home: &Origin) -> Result<Vec<Self>, NotReady> {
        let mut steps: Vec<Self> = Vec::new();
        for (place, step) in check.before.iter().enumerate() {
            let known: Vec<&Key> = check.captured_before(place).collect();
            let read = || {
                let mut draft = Draft::new(Written::of_step(step), &known)?;
                let is_home = draft.origin() == *home;
                if is_home {
                    draft.go_home(check)?;
                } else {
                    stays_home(check, &steps, &draft)?;
                }
                let takes = step.captures.iter().enumerate().map(|(place, capture)| {
                    let within = format!("captures[{place}]");
                    Takes::new(capture).map_err(|not_ready| not_ready.within(within))
                });
                Ok(Self {
                    told: step.told(place),
                    draft,
                    is_home,
                    judge: Judge::new(&step.statuses, &step.assertions)?,
                    takes: takes.collect::<Result<_, _>>()?,
                })
            };
            let read = read();
            let within = format!("before[{place}]");
            steps.push(read.map_err(|not_ready: NotReady| not_ready.within(within))?);
        }
        Ok(steps)
    }
}

/// That nothing of what a server answers that is sent secrets goes to another one: it may repeat them.
fn stays_home(check: &HttpCheck, before: &[Step], draft: &Draft) -> Result<(), NotReady> {
    let HttpCheck { sign_in, secret_headers, client_certificate, .. } = check;
    if sign_in.is_none() && secret_headers.is_empty() && client_certificate.is_none() {
        return Ok(());
    }
    let mut homely = before.iter().filter(|step| step.is_home).flat_map(|step| step.takes.iter());
    let Some(taken) = homely.find(|takes| draft.names().any(|name| *name == takes.name)) else {
        return Ok(());
    };
    let problem = format!(
        "leads to another server, and `{}` comes from the one that the check's secrets are sent to, \
         which may repeat them: use it there alone",
        taken.name
    );
    Err(NotReady::new("url", problem))
}

impl HttpProbe {
    /// Makes the requests that come before; what was captured then.
    pub(super) async fn run_before(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<Values, Reason> {
        let mut values = Values::new();
        for step in &self.steps {
            record.hold_back(true);
            record.phases = Phases::default();
            record.noted(&step.told);
            let done = self.run_step(step, &mut values, way, record, deadline).await;
            if !step.is_home {
                // What is written down of certificates is what the server of the check shows.
                (record.leaf, record.certificate_ends_at) = (None, None);
            }
            done.map_err(|reason| {
                let told = format!("{}: {}", step.told, reason.told);
                Reason { told, ..reason }
            })?;
        }
        if !self.steps.is_empty() {
            record.hold_back(false);
            record.phases = Phases::default();
            record.noted("the request that is judged");
        }
        Ok(values)
    }

    async fn run_step(
        &self,
        step: &Step,
        values: &mut Values,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        let mut ask = step.draft.fill(values)?;
        ask.takes = Arc::clone(&step.takes);
        // A redirect that is named is what is looked for, such as the one after a form was sent.
        let ends = |status| step.judge.names(status);
        let answer = self.follow(way, ask, ends, record, deadline).await?;
        let mut json = None;
        let taken = self.take(&step.takes, &answer, &mut json);
        // Whatever becomes of the step: what could be taken is not kept.
        record.hide_captured(taken.found.iter().map(String::as_str));
        let judged = step.judge.judge(&answer, &mut json).and_then(|()| match &taken.missing {
            None => Ok(()),
            Some(told) => Err(reason(ReasonCode::Assertion, told.clone() + &encoding(&answer))),
        });
        if step.takes.iter().any(Takes::is_of_body) {
            if judged.is_err() && !taken.is_of_body {
                record.received_bytes(&answer.body, record.body_bytes_max());
            } else {
                record.noted(&not_kept(&answer));
            }
        }
        values.extend(taken.values);
        judged
    }

    /// Takes what there is to take from an answer.
    fn take(
        &self,
        takes: &[Takes],
        answer: &Answer,
        json: &mut Option<Result<Value, String>>,
    ) -> Taken {
        let mut taken = Taken::default();
        for one in takes {
            let value = match one.take(&answer.judged(), json) {
                Ok(value) => {
                    match self.why_not(&one.name, &value, answer) {
                        None => taken.values.push((one.name.clone(), value.clone())),
                        Some(told) => taken.missing = taken.missing.or(Some(told)),
                    }
                    Some(value)
                }
                Err(untaken) => {
                    taken.missing = taken.missing.or(Some(untaken.told));
                    untaken.value
                }
            };
            taken.is_of_body |= value.is_some() && one.is_of_body();
            taken.found.extend(value);
        }
        taken
    }

    /// Why a value may not be put into other requests: a server may repeat what it is sent, and piece by piece it
    /// could be read there.
    fn why_not(&self, name: &Key, value: &str, answer: &Answer) -> Option<String> {
        if value.len() >= SECRET_BYTES_MIN {
            let is_part = self.secrets.iter().any(|secret| secret.reveal().contains(value));
            return is_part.then(|| {
                format!("what is captured as `{name}` is a part of one of the check's secrets")
            });
        }
        // It could be taken out of nothing that is kept.
        self.is_repeated_by(answer).then(|| {
            format!(
                "the answer repeats one of the check's secrets, and what is captured as `{name}` has \
                 less than {SECRET_BYTES_MIN} bytes: it may be a part of that, which nobody could hide"
            )
        })
    }

    /// Whether an answer repeats one of the secrets that the check sends, or a piece of it.
    fn is_repeated_by(&self, answer: &Answer) -> bool {
        let secrets = self.secrets.iter().map(|secret| secret.reveal().as_bytes());
        let pieces: HashSet<&[u8]> =
            secrets.flat_map(|secret| secret.windows(SECRET_BYTES_MIN)).collect();
        let fields = answer.headers.values().map(HeaderValue::as_bytes);
        let mut texts = fields.chain(std::iter::once(answer.body.as_slice()));
        !pieces.is_empty()
            && texts.any(|text| text.windows(SECRET_BYTES_MIN).any(|piece| pieces.contains(piece)))
    }
}

/// What was taken from an answer.
#[derive(Debug, Default)]
struct Taken {
    values: Vec<(Key, String)>,
    /// All that was there to be taken, which is not kept.
    found: Vec<String>,
    /// Whether some of that was in the body.
    is_of_body: bool,
    /// Why the first value that is missing was not taken.
    missing: Option<String>,
}

/// What is said in place of a body.
pub(super) fn not_kept(answer: &Answer) -> String {
    let count = answer.body.len();
    format!("{count} bytes of the body came, and are not kept: values are captured from it")
}

#[cfg(test)]
mod tests;
