//! The requests before the one that is judged, and what is taken from their answers.

use allclear_domain::check::{HttpCheck, Phases, Reason, ReasonCode};
use allclear_domain::text::Key;
use tokio::time::Instant;
use url::Origin;

use super::HttpProbe;
use super::capture::Takes;
use super::judge::{Judge, encoding};
use super::request::{Draft, Written};
use super::template::Values;
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
    takes: Vec<Takes>,
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
    let mut homely = before.iter().filter(|step| step.is_home).flat_map(|step| &step.takes);
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
        let ask = step.draft.fill(values)?;
        // A redirect that is named is what is looked for, such as the one after a form was sent.
        let ends = |status| step.judge.names(status);
        let answer = self.follow(way, ask, ends, record, deadline).await?;
        let mut json = None;
        let mut taken = Vec::new();
        let mut missing = None;
        for takes in &step.takes {
            match takes.take(&answer.judged(), &mut json) {
                Ok(value) => taken.push((takes.name.clone(), value)),
                Err(told) => missing = missing.or(Some(told)),
            }
        }
        // Whatever becomes of the step: what could be taken is not kept.
        record.hide_captured(taken.iter().map(|(_, value)| value.as_str()));
        values.extend(taken);
        step.judge.judge(&answer, &mut json)?;
        match missing {
            None => Ok(()),
            Some(told) => Err(reason(ReasonCode::Assertion, told + &encoding(&answer))),
        }
    }
}

#[cfg(test)]
mod tests;
