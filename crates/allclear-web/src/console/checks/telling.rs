//! What becomes of an outage, in the form of a check.

use allclear_domain::check::OnOutage;
use allclear_store::{Store, StoreError};

use crate::console::form::Form;
use crate::console::words::Choice;

/// What is proposed for a new check.
pub(super) const USUAL: OnOutage = OnOutage::Draft;

const NOTHING: (&str, &str) = ("nothing", "It is measured, and that is all");
const DRAFT: (&str, &str) = ("draft", "A draft of an incident, for the team");

/// How a form names it: a word, or the id of a template.
pub(super) fn value(on_outage: OnOutage) -> String {
    match on_outage {
        OnOutage::Nothing => NOTHING.0.to_owned(),
        OnOutage::Draft => DRAFT.0.to_owned(),
        OnOutage::Publish { template_id } => template_id.to_string(),
    }
}

/// Reads it.
pub(super) fn read(form: &Form) -> Result<OnOutage, String> {
    match form.text("on_outage") {
        "" | "nothing" => Ok(OnOutage::Nothing),
        "draft" => Ok(OnOutage::Draft),
        template => match template.parse() {
            Ok(template_id) => Ok(OnOutage::Publish { template_id }),
            Err(_) => Err("when it is down: choose one of the list".to_owned()),
        },
    }
}

/// In words, to be compared.
pub(super) fn told(form: &Form) -> String {
    match form.text("on_outage") {
        "" | "nothing" => NOTHING.1.to_owned(),
        "draft" => DRAFT.1.to_owned(),
        template => format!("An incident is published at once, with the template {template}"),
    }
}

/// What can be chosen: also every template with which an incident begins.
pub(super) async fn choices(store: &Store, form: &Form) -> Result<Vec<Choice>, StoreError> {
    let chosen = form.text("on_outage");
    let mut choices =
        vec![Choice::of(NOTHING.0, NOTHING.1, chosen), Choice::of(DRAFT.0, DRAFT.1, chosen)];
    for page in store.list_status_pages().await? {
        for template in store.list_templates_of(page.id).await? {
            if template.begins.is_incident() {
                let name = format!("Published at once: “{}” ({})", template.name, page.title);
                choices.push(Choice::of(&template.id.to_string(), &name, chosen));
            }
        }
    }
    Ok(choices)
}
