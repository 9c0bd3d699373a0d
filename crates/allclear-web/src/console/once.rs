//! A form that is sent twice is done once: every form carries an id of its own, made when it was
//! shown. Sent again, by a second tap or a proxy, it leads where it led first.

use std::time::Duration;

use allclear_domain::Entropy;
use allclear_store::StoreError;
use axum::body::Body;
use axum::http::header::LOCATION;
use axum::http::{Response, StatusCode};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::answer::{self, Answer, Refusal};
use super::call::Call;
use crate::app::App;
use crate::kept::{self, Known};

/// The field that holds the id.
const FIELD: &str = "once";
/// Characters of an id; a longer one is none of ours.
const ID_CHARS_MAX: usize = 64;
/// Names of buttons that say what a form is to do.
const BUTTONS: [&str; 3] = ["do", "step", "direction"];
/// How often it is asked again what the first sending led to, which is being done at the same time.
const LOOKS_MAX: usize = 40;
/// How long is waited before each time.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A new id for the forms of a page.
pub(super) fn new_id(entropy: &Entropy) -> String {
    BASE64URL_NOPAD.encode(&entropy.bytes::<16>())
}

/// In the extensions of an answer that is not shown again: what is said instead.
#[derive(Clone, Copy, Debug)]
struct ShownOnce(&'static str);

/// An answer that holds a secret: where its form is sent again, `instead` is said.
pub(super) fn shown(answer: Answer, instead: &'static str) -> Answer {
    answer.map(|mut response| {
        response.extensions_mut().insert(ShownOnce(instead));
        response
    })
}

/// What the first sending of a form led to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// To this address.
    SeenAt(String),
    /// To something that is not shown again; what is said instead.
    Told(String),
}

/// The first sending of a form.
pub(super) struct Once {
    app: App,
    id: Uuid,
}

impl Once {
    /// Looks whether a form was sent before: then the answer is there. Otherwise what its handler
    /// writes is written with the id.
    pub(super) async fn begin(call: &mut Call) -> Result<Option<Self>, Answer> {
        let Some(kept) = look_up(call).await? else { return Ok(None) };
        let id = kept.id;
        call.app.store = call.app.store.keeping(kept);
        Ok(Some(Self { app: call.app.clone(), id }))
    }

    /// Keeps where it led. Where nothing was written, because the same was being done at the same
    /// time, the answer is that one's.
    pub(super) async fn settle(self, answered: Answer) -> Answer {
        if !self.app.store.has_kept() {
            let is_done = kept::is_done(&self.app, self.id).await;
            return if is_done { as_before(&self.app, self.id).await } else { answered };
        }
        let outcome = answered.as_ref().ok().and_then(outcome_of);
        if let Some(text) = outcome.and_then(|outcome| serde_json::to_string(&outcome).ok()) {
            kept::keep(&self.app, self.id, &text).await;
        }
        answered
    }
}

/// What the next write is to be kept with; `None` where the form has no id, or needs none.
async fn look_up(call: &Call) -> Result<Option<allclear_store::KeptAnswer>, Answer> {
    let Some(once) = call.form.maybe(FIELD) else { return Ok(None) };
    let Some(signed_in) = call.signed_in.as_ref() else { return Ok(None) };
    if once.len() > ID_CHARS_MAX {
        return Err(Err(Refusal::ForeignForm));
    }
    // Several forms of a page have one id, and different addresses, or different buttons.
    let pressed = BUTTONS.map(|name| call.form.text(name)).join(" ");
    let key = format!("form {once} {} {pressed}", call.path);
    let actor = signed_in.access().actor;
    let known = kept::look_up(&call.app, (&actor, &key), digest_of(call), call.now).await;
    match known.map_err(|error: StoreError| Err(error.into()))? {
        Known::Nothing(kept) => Ok(Some(kept)),
        Known::Done(kept) => Err(as_before(&call.app, kept.id).await),
        // Its version tells whether it may still be written, and its handler says so at the form.
        Known::Other if call.form.maybe("version").is_some() => Ok(None),
        Known::Other => Err(refused(
            StatusCode::CONFLICT,
            "this form was sent before, and what it said then was done. What you changed since was \
             not sent: open the page again in another tab, and copy it over",
        )),
        // Whoever sits at the console in an outage is not kept from writing.
        Known::TooMany => Ok(None),
    }
}

fn refused(status: StatusCode, text: &str) -> Answer {
    Err(Refusal::Refused(status, text.to_owned()))
}

/// What tells a form from another one. The form's token is part of it, which no database holds: so
/// nobody can find out from a digest what a password was.
fn digest_of(call: &Call) -> String {
    let mut digest = Sha256::new();
    let mut add = |part: &[u8]| {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    };
    for (name, value) in call.form.with_prefix("") {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    add(call.query_text.as_bytes());
    add(call.file.as_deref().unwrap_or_default());
    data_encoding::HEXLOWER.encode(&digest.finalize())
}

/// What an answer is to be kept as; `None` where it says that nothing was done.
fn outcome_of(response: &Response<Body>) -> Option<Outcome> {
    if let Some(to) = response.headers().get(LOCATION) {
        return to.to_str().ok().map(|to| Outcome::SeenAt(to.to_owned()));
    }
    let shown = response.extensions().get::<ShownOnce>();
    let told = shown.map_or(TOLD_USUALLY, |shown| shown.0).to_owned();
    response.status().is_success().then_some(Outcome::Told(told))
}

/// What is said where nothing more is known of the first sending.
const TOLD_USUALLY: &str = "this form was sent before, and was done then. Nothing was done again: \
     look at what is there";

/// What the first sending led to. It may not have been answered yet.
async fn as_before(app: &App, id: Uuid) -> Answer {
    for look in 0..LOOKS_MAX {
        if look > 0 {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let Some(kept) = app.store.find_kept_answer(id).await? else { break };
        match kept.answer.map(|answer| serde_json::from_str(&answer)) {
            Some(Ok(Outcome::SeenAt(path))) => return answer::see(&path),
            Some(Ok(Outcome::Told(text))) => return refused(StatusCode::CONFLICT, &text),
            Some(Err(_)) => break,
            None => {}
        }
    }
    refused(StatusCode::CONFLICT, TOLD_USUALLY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");

    /// Every template below a folder.
    fn templates(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                templates(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    #[test]
    fn no_form_forgets_what_every_form_carries() {
        let mut found = Vec::new();
        templates(TEMPLATES.as_ref(), &mut found);
        let mut forms = 0;
        for path in found {
            let text = std::fs::read_to_string(&path).unwrap();
            for form in text.split("<form method=\"post\"").skip(1) {
                let (_, inside) = form.split_once('>').unwrap();
                let carries = inside.trim_start().starts_with("{% call post::fields(chrome) %}");
                assert!(carries, "{}: {inside:.60}", path.display());
                forms += 1;
            }
        }
        assert!(forms > 40, "{forms}");
    }

    #[test]
    fn every_page_has_other_ids() {
        let entropy = Entropy::from_seed(1);
        let (one, other) = (new_id(&entropy), new_id(&entropy));
        assert_ne!(one, other);
        assert_eq!(one.len(), 22);
    }
}
