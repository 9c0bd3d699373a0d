//! One template: a new one, its words, and taking it away.

use allclear_domain::audit::Subject;
use allclear_domain::ids::TemplateId;
use allclear_domain::{Component, StatusPage, Template};
use allclear_incidents::writing::{self, NewTemplate};
use allclear_store::Stored;
use askama::Template as View;

use super::fields::{Said, form_of};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::form::Form;
use crate::console::incidents::picker::{self, PickerView};
use crate::console::maintenance::{Meanwhile, PlanFields, Tick, statuses, ticks};
use crate::console::trouble::{self, NotWritten, Trouble};
use crate::console::which_page::which_page;
use crate::console::words::{self, Choice};

#[derive(View)]
#[template(path = "console/templates/form.html")]
struct FormView {
    chrome: Chrome,
    trouble: Trouble,
    /// The title of the page that it is for.
    page: String,
    slug: String,
    action: String,
    is_incident: bool,
    name: String,
    title: String,
    text: String,
    picker: PickerView,
    statuses: Vec<Choice>,
    impacts: Vec<Choice>,
    plan: PlanFields,
    ticks: Vec<Tick>,
    meanwhile: Vec<Meanwhile>,
    /// The version of one that is there already.
    version: Option<i64>,
    file: Option<String>,
}

/// What a form is about.
struct Place {
    page: StatusPage,
    components: Vec<Component>,
    is_incident: bool,
    template: Option<Stored<Template>>,
}

impl Place {
    async fn of(
        call: &Call,
        page: StatusPage,
        is_incident: bool,
        template: Option<Stored<Template>>,
    ) -> Result<Self, Refusal> {
        let components = picker::components_of(&call.app.store, &page).await?;
        Ok(Self { page, components, is_incident, template })
    }

    async fn new(call: &Call) -> Result<Self, Refusal> {
        let page = which_page(call).await?.ok_or(Refusal::NotFound)?.here;
        Self::of(call, page, call.query.text("begins") != "maintenance", None).await
    }

    async fn there(call: &Call) -> Result<Self, Refusal> {
        let id: TemplateId = call.param("id")?;
        let store = &call.app.store;
        let template = store.find_template(id).await?.ok_or(Refusal::NotFound)?;
        let page = store.find_status_page_by_id(template.page_id).await?;
        let page = page.ok_or(Refusal::NotFound)?.value;
        Self::of(call, page, template.begins.is_incident(), Some(template)).await
    }

    fn read(&self, form: &Form) -> Result<Said, String> {
        match self.is_incident {
            true => Ok(Said::of_incident(form)),
            false => Said::of_maintenance(form, &self.components),
        }
    }
}

async fn show_form(call: &Call, place: &Place, form: &Form, trouble: Trouble) -> Answer {
    let begins = if place.is_incident { "incident" } else { "maintenance" };
    let (heading, action, file) = match &place.template {
        Some(one) => {
            let file = super::file_of(call, Subject::Template(one.id)).await?;
            (one.name.clone(), format!("/console/templates/{}", one.id), file)
        }
        None => {
            let slug = &place.page.slug;
            let action = format!("/console/templates/new?page={slug}&begins={begins}");
            (format!("New template for {begins}"), action, None)
        }
    };
    let plan = PlanFields::untimed(form);
    let view = FormView {
        chrome: Chrome::of(call, &heading, super::done(call.query.text("done"))),
        page: place.page.title.clone(),
        slug: place.page.slug.to_string(),
        action,
        is_incident: place.is_incident,
        name: form.text("name").to_owned(),
        title: form.text("title").to_owned(),
        text: form.lines(if place.is_incident { "text" } else { "message" }),
        picker: picker::for_start(&place.components, form),
        statuses: words::incident_status_choices(form.text("status")),
        impacts: words::impact_choices(form.text("impact")),
        ticks: ticks(&place.components, &plan),
        meanwhile: statuses(&plan.meanwhile),
        plan,
        version: place.template.as_ref().map(|one| one.version),
        file,
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

/// The form for a new one.
pub(super) async fn show_new(call: Call) -> Answer {
    let place = Place::new(&call).await?;
    let fresh = Form::of([("status", "investigating"), ("meanwhile", "under_maintenance")]);
    show_form(&call, &place, &fresh, Trouble::default()).await
}

/// Adds one.
pub(super) async fn add(call: Call) -> Answer {
    let place = Place::new(&call).await?;
    let said = match place.read(&call.form) {
        Ok(said) => said,
        Err(problem) => {
            return show_form(&call, &place, &call.form, Trouble::of(vec![problem])).await;
        }
    };
    let new = NewTemplate {
        page_id: place.page.id,
        key: None,
        name: call.form.text("name").to_owned(),
        begins: said.begins,
        title: said.title,
        text: said.text,
        affected: said.affected,
    };
    let actor = call.actor()?;
    match writing::add_template(&call.app.store, new, call.change(&actor)).await {
        Ok(_) => answer::see(&format!("/console/templates?page={}&done=saved", place.page.slug)),
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                show_form(&call, &place, &call.form, Trouble::of(problems)).await
            }
            NotWritten::Conflict => Err(Refusal::NotFound),
        },
    }
}

/// The form for one that is there.
pub(super) async fn show(call: Call) -> Answer {
    let place = Place::there(&call).await?;
    let form = place.template.as_ref().map(|one| form_of(one)).unwrap_or_default();
    show_form(&call, &place, &form, Trouble::default()).await
}

/// Each value with its label, to be compared.
fn rows(form: &Form, place: &Place) -> Vec<(&'static str, String)> {
    let said = place.read(form).ok();
    let affected = said.map(|said| said.affected).unwrap_or_default();
    let named = |affected: &allclear_domain::record::Affected| {
        let id = affected.target.component();
        let known = place.components.iter().find(|component| Some(component.id) == id);
        let name = known.map_or("All components", |component| component.name.as_str());
        format!("{name}: {}", words::component_status(affected.status))
    };
    let text = if place.is_incident { "text" } else { "message" };
    vec![
        ("Name", form.text("name").to_owned()),
        ("Title", form.text("title").to_owned()),
        ("First message", form.lines(text)),
        ("Status", form.text("status").to_owned()),
        ("Impact", form.text("impact").to_owned()),
        ("Expected effect", form.lines("expected_effect")),
        ("Recovery plan", form.lines("recovery_plan")),
        ("Components", affected.iter().map(named).collect::<Vec<_>>().join("\n")),
    ]
}

/// Saves what was sent.
pub(super) async fn save(call: Call) -> Answer {
    let mut place = Place::there(&call).await?;
    let Some(template) = place.template.take() else { return Err(Refusal::NotFound) };
    let expected = call.form.text("version").parse::<i64>();
    let expected = expected.map_err(|_| Refusal::BadForm("load the page again".to_owned()))?;
    let id = template.id;
    // Sent again, it still names the version that it was made to.
    place.template = Some(Stored { version: expected, ..template });
    let said = match place.read(&call.form) {
        Ok(said) => said,
        Err(problem) => {
            return show_form(&call, &place, &call.form, Trouble::of(vec![problem])).await;
        }
    };
    let name = call.form.text("name").to_owned();
    let apply = |template: Template| {
        let Said { title, text, begins, affected } = said;
        Ok(Template { name, title, text, begins, affected, ..template })
    };
    let actor = call.actor()?;
    let change = call.change(&actor);
    match writing::change(&call.app.store, id, Some(expected), change, apply).await {
        Ok(_) => answer::see(&format!("/console/templates?page={}&done=saved", place.page.slug)),
        Err(error) => match trouble::at_form(error)? {
            NotWritten::Problems(problems) => {
                show_form(&call, &place, &call.form, Trouble::of(problems)).await
            }
            NotWritten::Conflict => {
                let place = Place::there(&call).await?;
                let theirs = place.template.as_ref().map(|one| form_of(one)).unwrap_or_default();
                let trouble = Trouble::conflict(&rows(&theirs, &place), &rows(&call.form, &place));
                show_form(&call, &place, &call.form, trouble).await
            }
        },
    }
}

/// Takes it away.
pub(super) async fn remove(call: Call) -> Answer {
    let place = Place::there(&call).await?;
    let Some(template) = place.template else { return Err(Refusal::NotFound) };
    let actor = call.actor()?;
    writing::remove_template(&call.app.store, template.id, None, call.change(&actor))
        .await
        .map_err(trouble::refusal)?;
    answer::see(&format!("/console/templates?page={}&done=removed", place.page.slug))
}
