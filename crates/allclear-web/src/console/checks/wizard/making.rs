//! Everything that the form asks for, in one transaction: a component, the words for readers, the checks.

use allclear_checks::proposals::Candidate;
use allclear_checks::writing::add_check_in;
use allclear_domain::check::OnOutage;
use allclear_domain::ids::{CheckId, ComponentId, StatusPageId};
use allclear_domain::{Change, IncidentStatus, Scope, TemplateKind};
use allclear_incidents::writing::{
    NewComponent, NewTemplate, WriteError, add_component_in, add_new_template_in,
};

use super::super::{at_form, pickers, telling};
use crate::console::answer::Refusal;
use crate::console::call::Call;
use crate::console::trouble::NotWritten;

/// An outage is published at once, with words that are written here.
pub(super) const WORDS: (&str, &str) = ("words", "Published at once, with the words below");

/// Problems, in words for the form.
type Problems = Vec<String>;

/// What stands or falls with the checks.
enum Stands {
    Nothing,
    There(ComponentId),
    New(StatusPageId),
}

/// What becomes of an outage.
enum Policy {
    Known(OnOutage),
    /// It is told with the words of the form.
    Words,
}

/// Adds what is ticked, all of it or nothing.
pub(super) async fn make(
    call: &Call,
    candidates: Vec<Candidate>,
) -> Result<Result<Vec<CheckId>, Problems>, Refusal> {
    let is_ticked = |one: &Candidate| call.form.all("take").any(|word| word == one.aspect.as_str());
    let taken: Vec<Candidate> = candidates.into_iter().filter(is_ticked).collect();
    if taken.is_empty() {
        return Ok(Err(vec!["nothing is ticked: tick what is to be watched".to_owned()]));
    }
    let stands = match stands(call).await? {
        Ok(stands) => stands,
        Err(problem) => return Ok(Err(vec![problem])),
    };
    if matches!(stands, Stands::New(_)) && !call.access()?.may(Scope::Components) {
        return Err(Refusal::Needs(Scope::Components));
    }
    let policy = match call.form.text("on_outage") {
        word if word == WORDS.0 => Policy::Words,
        _ => match telling::read(&call.form) {
            Ok(on_outage) => Policy::Known(on_outage),
            Err(problem) => return Ok(Err(vec![problem])),
        },
    };
    if matches!(policy, Policy::Words) && !call.access()?.may(Scope::StatusPages) {
        return Err(Refusal::Needs(Scope::StatusPages));
    }
    let actor = call.actor()?;
    match write(call, call.change(&actor), taken, (stands, policy)).await {
        Ok(ids) => Ok(Ok(ids)),
        Err(error) => match at_form(error)? {
            NotWritten::Problems(problems) => Ok(Err(problems)),
            NotWritten::Conflict => Err(Refusal::NotFound),
        },
    }
}

/// What was chosen of components.
async fn stands(call: &Call) -> Result<Result<Stands, String>, Refusal> {
    let chosen = call.form.text("component");
    if chosen.is_empty() {
        return Ok(Ok(Stands::Nothing));
    }
    let Some(slug) = chosen.strip_prefix(pickers::NEW) else {
        let there = chosen.parse().map(Stands::There);
        return Ok(there.map_err(|_| "component: choose one of the list".to_owned()));
    };
    let Some(page) = call.app.store.find_status_page(slug).await? else {
        return Ok(Err("component: there is no such status page any more".to_owned()));
    };
    let name = call.form.text("name");
    let there = call.app.store.list_components_of(page.value.id).await?;
    if there.iter().any(|one| one.name == name && one.retired_at.is_none()) {
        return Ok(Err(format!(
            "name of the component: there is “{name}” on {} already: choose it from the list, or \
             write another name",
            page.value.title
        )));
    }
    Ok(Ok(Stands::New(page.value.id)))
}

async fn write(
    call: &Call,
    change: Change<'_>,
    taken: Vec<Candidate>,
    (stands, policy): (Stands, Policy),
) -> Result<Vec<CheckId>, WriteError> {
    let mut transaction = call.app.store.begin().await?;
    let (component_id, page_id) = match stands {
        Stands::Nothing => (None, None),
        Stands::There(id) => {
            let component = transaction.find_component(id).await?;
            (Some(id), component.map(|component| component.page_id))
        }
        Stands::New(page_id) => {
            let new = NewComponent {
                page_id,
                name: call.form.text("name").to_owned(),
                key: None,
                description: None,
                parent_id: None,
                start_date: None,
            };
            let added = add_component_in(&mut transaction, new, change).await?;
            (Some(added.id), Some(page_id))
        }
    };
    let on_outage = match (policy, page_id) {
        (Policy::Words, Some(page_id)) => {
            let new = template(call, page_id);
            let added = add_new_template_in(&mut transaction, new, change).await?;
            OnOutage::Publish { template_id: added.id }
        }
        (Policy::Known(on_outage), _) => on_outage,
        // Where nothing is affected, there is nothing to tell of.
        (Policy::Words, None) => OnOutage::Nothing,
    };
    let mut added = Vec::new();
    for candidate in taken {
        let new = candidate.into_check(component_id, on_outage);
        added.push(add_check_in(&mut transaction, new, change).await?.id);
    }
    transaction.commit().await?;
    Ok(added)
}

/// The words that readers will see.
fn template(call: &Call, page_id: StatusPageId) -> NewTemplate {
    let title = call.form.text("title").to_owned();
    NewTemplate {
        page_id,
        key: None,
        name: title.clone(),
        begins: TemplateKind::Incident { status: IncidentStatus::Investigating, impact: None },
        title,
        text: call.form.lines("text"),
        affected: Vec::new(),
    }
}
