//! The requests before the one that is judged, and what is taken from their answers.

use std::sync::Arc;

use allclear_domain::SecretText;
use allclear_domain::check::{HttpCheck, Phases, Reason, ReasonCode};
use allclear_domain::text::Key;
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
        let mut taken = take(&step.takes, &answer, &mut json);
        if step.is_home && !step.takes.is_empty() && self.is_repeated_by(&answer) {
            let told = "the answer repeats one of the check's secrets: nothing is taken from it";
            (taken.values, taken.missing) = (Vec::new(), Some(told.to_owned()));
        }
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

    /// Whether an answer repeats a secret that the check sends: piece by piece it could be read there, by
    /// whoever writes what is taken. Only the whole of it counts, so that nobody can guess at a part.
    fn is_repeated_by(&self, answer: &Answer) -> bool {
        let fields = answer.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes()));
        let texts: Vec<_> =
            fields.chain(std::iter::once(String::from_utf8_lossy(&answer.body))).collect();
        let whole = self.secrets.iter().map(SecretText::reveal);
        // What follows `Bearer` is the secret.
        let words = whole.flat_map(|one| one.split_once(' ').map(|(_, rest)| rest).or(Some(one)));
        let mut words = words.filter(|word| !word.is_empty());
        words.any(|word| texts.iter().any(|text| text.contains(word)))
    }
}

/// Takes what there is to take from an answer.
fn take(takes: &[Takes], answer: &Answer, json: &mut Option<Result<Value, String>>) -> Taken {
    let mut taken = Taken::default();
    for one in takes {
        let value = match one.take(&answer.judged(), json) {
            Ok(value) => {
                taken.values.push((one.name.clone(), value.clone()));
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
