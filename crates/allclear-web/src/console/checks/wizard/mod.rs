//! Watching what answers at an address: it is looked at once, several checks are proposed with what was
//! seen, and those that are ticked are added in one step, with a component and what becomes of an outage.

mod making;
mod offers;

use allclear_checks::proposals::{Candidate, candidates};
use allclear_domain::Scope;
use allclear_domain::error::InvalidValue;
use allclear_domain::limits;
use allclear_incidents::outages::usual_words;
use askama::Template;
use axum::http::StatusCode;

use self::offers::Offer;
use super::pickers::{Group, Known, NEW};
use super::{fields, path_of, tell, telling};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::form::Form;
use crate::console::trouble::Trouble;
use crate::console::words::Choice;

/// Where it is.
pub(super) const PATH: &str = "/console/checks/look";
/// The form of one check by hand.
const BY_HAND: &str = "/console/checks/new";

#[derive(Template)]
#[template(path = "console/checks/look.html")]
struct LookView {
    chrome: Chrome,
    trouble: Trouble,
    target: String,
    /// The form of one check, with what was typed.
    by_hand: String,
    found: Option<FoundView>,
}

/// What begins targets that nobody looks at before they are added.
const BY_HAND_ALONE: [&str; 3] = ["heartbeat:", "group:", "command:"];

/// What was found at an address, and what is to become of it.
struct FoundView {
    offers: Vec<Offer>,
    /// What is to be said of all of them.
    summary: &'static str,
    is_doubtful: bool,
    form: Form,
    components: Vec<Choice>,
    groups: Vec<Group>,
    may_add: bool,
    has_pages: bool,
    telling: Vec<Choice>,
    has_words: bool,
}

/// The form for an address; with one, what was found there.
pub(super) async fn show(call: Call) -> Answer {
    let target = call.query.text("target").to_owned();
    if BY_HAND_ALONE.iter().any(|begins| target.starts_with(begins)) {
        return answer::see(&by_hand(&target));
    }
    // What another site links to is not looked at before somebody here says so.
    if target.is_empty() || call.is_from_elsewhere {
        return blank(&call, &target, Trouble::default());
    }
    match candidates(&target) {
        Ok(candidates) => look(&call, &target, candidates, Trouble::default()).await,
        Err(problems) => blank(&call, &target, Trouble::of(told(&problems))),
    }
}

/// Adds what is ticked.
pub(super) async fn add(call: Call) -> Answer {
    let target = call.form.text("target").to_owned();
    let candidates = match candidates(&target) {
        Ok(candidates) => candidates,
        Err(problems) => return blank(&call, &target, Trouble::of(told(&problems))),
    };
    match making::make(&call, candidates.clone()).await? {
        Ok(added) => {
            tell(&call);
            match added.as_slice() {
                [only] => answer::see(&format!("{}?done=added", path_of(*only))),
                _ => answer::see(&format!(
                    "{}&done=several",
                    super::list::address_of(&host(&candidates))
                )),
            }
        }
        Err(problems) => look(&call, &target, candidates, Trouble::of(problems)).await,
    }
}

fn told(problems: &[InvalidValue]) -> Vec<String> {
    let at_target = |one: &InvalidValue| match one.field.as_str() {
        "target" => format!("address: {}", one.problem),
        _ => fields::told(std::slice::from_ref(one)).concat(),
    };
    problems.iter().map(at_target).collect()
}

fn by_hand(target: &str) -> String {
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair("target", target).finish();
    format!("{BY_HAND}?{query}")
}

/// The host that all of it is about.
fn host(candidates: &[Candidate]) -> String {
    let name = candidates.first().map(|one| one.kind.usual_name()).unwrap_or_default();
    name.split_whitespace().last().unwrap_or_default().to_owned()
}

fn blank(call: &Call, target: &str, trouble: Trouble) -> Answer {
    let view = LookView {
        chrome: Chrome::of(call, "Watch something", ""),
        target: target.to_owned(),
        by_hand: if target.is_empty() { BY_HAND.to_owned() } else { by_hand(target) },
        found: None,
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

/// Looks at the address, and shows what is proposed.
async fn look(call: &Call, target: &str, candidates: Vec<Candidate>, trouble: Trouble) -> Answer {
    let host = host(&candidates);
    let looked = call.app.looker.look(candidates, &call.app.entropy, call.now).await;
    let Some(proposals) = looked else {
        let text = "others are having addresses looked at right now: try again in a few seconds";
        return Err(Refusal::Refused(StatusCode::SERVICE_UNAVAILABLE, text.to_owned()));
    };
    let store = &call.app.store;
    let there = store.list_readable_checks().await?.checks;
    let ticked = (!call.is_get).then_some(&call.form);
    let offers: Vec<Offer> =
        proposals.iter().map(|one| Offer::of(one, &there, ticked, call.now)).collect();
    let known = Known::load(store).await?;
    let form = match call.is_get {
        true => proposed(call, &known, &host)?,
        false => call.form.clone(),
    };
    let access = call.access()?;
    let may_add = access.may(Scope::Components) && known.has_pages();
    let has_words = access.may(Scope::StatusPages) && known.has_pages();
    let (components, groups) = known.choices(form.text("component"), may_add);
    let mut telling = telling::choices(store, &form).await?;
    if has_words {
        let (value, name) = making::WORDS;
        telling.push(Choice::of(value, name, form.text("on_outage")));
    }
    let is_doubtful = !proposals.iter().any(allclear_checks::proposals::Proposal::holds);
    let view = LookView {
        chrome: Chrome::of(call, &format!("Watch {}", short(&host)), ""),
        target: target.to_owned(),
        by_hand: by_hand(target),
        found: Some(FoundView {
            summary: summary(is_doubtful, &offers),
            is_doubtful,
            offers,
            form,
            components,
            groups,
            may_add,
            has_pages: known.has_pages(),
            telling,
            has_words,
        }),
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

/// What is proposed where nobody said anything yet.
fn proposed(call: &Call, known: &Known, host: &str) -> Result<Form, Refusal> {
    let form = Form::of([("name", short(host))]).with("on_outage", &telling::value(telling::USUAL));
    let Some(page) = known.first_page() else { return Ok(form) };
    let (title, text) = usual_words(page.language, short(host));
    let form = form.with("title", &title).with("text", text);
    Ok(match call.access()?.may(Scope::Components) {
        true => form.with("component", &format!("{NEW}{}", page.slug)),
        false => form,
    })
}

/// A host, as far as a title has room for it.
fn short(host: &str) -> &str {
    let end = host.char_indices().nth(limits::TITLE_CHARS_MAX / 2).map_or(host.len(), |(at, _)| at);
    host.get(..end).unwrap_or(host)
}

fn summary(is_doubtful: bool, offers: &[Offer]) -> &'static str {
    let all_hold = offers.iter().all(|one| one.holds);
    match (is_doubtful, all_hold) {
        (true, _) => {
            "Nothing answers there as it should. Look whether the address is right. What you tick \
             nevertheless is watched, and will be found to be down."
        }
        (_, true) => "It was looked at just now. Untick what you do not want to have watched.",
        _ => {
            "It was looked at just now. What does not hold is not ticked: it would be found to be \
             down."
        }
    }
}
