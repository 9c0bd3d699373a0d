//! Deciding: a pure function from what is declared and what is there to what is to be written.

use std::collections::HashMap;

use allclear_domain::audit::Subject;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{ComponentId, StatusPageId};
use allclear_domain::record::{Affected, Target};
use allclear_domain::status_page::{ColorTokens, ComponentSelection, UptimePolicy};
use allclear_domain::{
    Change, Component, ComponentStatus, IncidentStatus, Person, StatusPage, Template, TemplateKind,
    Validate, limits,
};
use jiff::civil::Date;

use crate::Wish;
use crate::declared::{
    AffectedToml, ComponentToml, Declarations, Declared, PersonToml, StatusPageToml, TemplateToml,
};
use crate::error::Problem;
use crate::present::Present;
use crate::resolving::Names;
use crate::source::Sources;

/// Something that is declared: how it is, how it is to be, and where that stands.
#[derive(Debug)]
pub(crate) struct Decision<T> {
    pub(crate) before: Option<T>,
    pub(crate) after: T,
    pub(crate) file_before: Option<String>,
    /// The file and the line; the text names it.
    pub(crate) place: Problem,
}

impl<T: PartialEq> Decision<T> {
    /// Whether the document differs.
    pub(crate) fn differs(&self) -> bool {
        self.before.as_ref() != Some(&self.after)
    }

    /// Whether it comes from another file than before, or from none.
    pub(crate) fn moves(&self) -> bool {
        self.file_before.as_ref() != Some(&self.place.file)
    }

    fn is_kept(&self) -> bool {
        !self.differs() && !self.moves()
    }
}

/// Something that stands in the files no more.
#[derive(Debug)]
pub(crate) struct Leaving<T> {
    pub(crate) value: T,
    pub(crate) file: String,
}

/// Declared things of one kind.
#[derive(Debug)]
pub(crate) struct Kin<T> {
    /// Those to write.
    pub(crate) decisions: Vec<Decision<T>>,
    /// Those to remove.
    pub(crate) leaving: Vec<Leaving<T>>,
    /// How many are as the files say.
    pub(crate) kept: usize,
    /// How many came from these files before.
    pub(crate) managed: usize,
}

/// Everything that is to be written.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) pages: Kin<StatusPage>,
    pub(crate) components: Kin<Component>,
    pub(crate) templates: Kin<Template>,
    pub(crate) people: Kin<Person>,
    /// What is left alone, and why.
    pub(crate) notes: Vec<String>,
    pub(crate) names: Names,
}

impl Decided {
    /// Whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        fn is_empty<T>(kin: &Kin<T>) -> bool {
            kin.decisions.is_empty() && kin.leaving.is_empty()
        }
        is_empty(&self.pages)
            && is_empty(&self.components)
            && is_empty(&self.templates)
            && is_empty(&self.people)
    }
}

/// Decides what is to be written.
pub(crate) fn decide(
    all: &Declarations,
    present: &Present,
    sources: &Sources,
    wish: Wish,
    change: Change<'_>,
) -> Result<Decided, Vec<Problem>> {
    let names = Names::of(all, present, change);
    let (problems, notes, places) = (Vec::new(), Vec::new(), HashMap::new());
    let mut deciding = Deciding { present, names, change, problems, notes, places };
    let pages = deciding.each(&all.pages, Deciding::page);
    let components = deciding.each(&all.components, Deciding::component);
    deciding.check_depths(&components);
    deciding.check_counts(&components);
    let templates = deciding.each(&all.templates, Deciding::template);
    let people = deciding.people(&all.people);
    let Deciding { names, mut problems, notes, .. } = deciding;
    if !problems.is_empty() {
        problems.truncate(limits::PROBLEMS_MAX);
        return Err(problems);
    }
    let parting = Parting { present, sources, wish };
    Ok(Decided {
        pages: parting.kin(pages, &present.pages, |one| Subject::StatusPage(one.id)),
        components: parting.kin(components, &present.components, |one| Subject::Component(one.id)),
        templates: parting.kin(templates, &present.templates, |one| Subject::Template(one.id)),
        people: parting.kin(people, &present.people, |one| Subject::Person(one.id)),
        notes,
        names,
    })
}

/// Finds what stands in the files no more.
struct Parting<'a> {
    present: &'a Present,
    sources: &'a Sources,
    wish: Wish,
}

impl Parting<'_> {
    fn kin<T: Clone + PartialEq>(
        &self,
        decisions: Vec<Decision<T>>,
        there: &[T],
        subject: impl Fn(&T) -> Subject,
    ) -> Kin<T> {
        let is_own = |file: &String| {
            self.sources.is_folder || self.sources.files.iter().any(|one| one.name == *file)
        };
        let managed: Vec<(&T, &String)> = there
            .iter()
            .filter_map(|one| Some((one, self.present.origins.get(&subject(one))?)))
            .filter(|(_, file)| is_own(file))
            .collect();
        let is_declared =
            |one: &T| decisions.iter().any(|other| subject(&other.after) == subject(one));
        let leaving = managed.iter().filter(|(one, _)| self.wish.prune && !is_declared(one));
        let leaving = leaving
            .map(|(one, file)| Leaving { value: (*one).clone(), file: (*file).clone() })
            .collect();
        let managed = managed.len();
        let (kept, decisions): (Vec<_>, Vec<_>) =
            decisions.into_iter().partition(Decision::is_kept);
        Kin { decisions, leaving, kept: kept.len(), managed }
    }
}

struct Deciding<'a> {
    present: &'a Present,
    names: Names,
    change: Change<'a>,
    problems: Vec<Problem>,
    notes: Vec<String>,
    /// How many siblings were declared so far.
    places: HashMap<(StatusPageId, Option<ComponentId>), u32>,
}

impl Deciding<'_> {
    /// Decides everything of one kind, and notes what is wrong with it.
    fn each<D, T: Validate + PartialEq>(
        &mut self,
        all: &[Declared<D>],
        decide: impl Fn(&mut Self, &Declared<D>) -> Result<Decision<T>, Problem>,
    ) -> Vec<Decision<T>> {
        let mut decisions = Vec::with_capacity(all.len());
        for one in all {
            match decide(self, one) {
                Ok(decision) => {
                    if decision.differs() {
                        self.validate(one, &decision);
                    }
                    decisions.push(decision);
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        decisions
    }

    fn validate<D, T: Validate>(&mut self, one: &Declared<D>, decision: &Decision<T>) {
        let now = self.change.now;
        let known: Vec<InvalidValue> =
            decision.before.as_ref().map(|before| before.problems(now)).unwrap_or_default();
        for problem in decision.after.problems(now) {
            if !known.contains(&problem) {
                let field = field_in_file(&problem.field);
                let text = format!("{}: {field}: {}", decision.place.text, problem.problem);
                self.problems.push(one.problem_of(&field, text));
            }
        }
    }

    fn file_of(&self, subject: Subject) -> Option<String> {
        self.present.origins.get(&subject).cloned()
    }

    fn page(&mut self, one: &Declared<StatusPageToml>) -> Result<Decision<StatusPage>, Problem> {
        let toml = &one.value;
        let before = self.present.pages.iter().find(|page| page.slug == toml.key).cloned();
        let id = self.names.page(&toml.key).ok_or_else(|| one.problem("has no id"))?;
        let components = match &toml.components {
            None => ComponentSelection::Own,
            Some(keys) => {
                let ids = keys.iter().map(|key| self.names.component_anywhere(one, id, key));
                ComponentSelection::Chosen(ids.collect::<Result<_, Problem>>()?)
            }
        };
        let after = StatusPage {
            id,
            slug: toml.key.clone(),
            title: toml.title.clone(),
            description: toml.description.clone(),
            is_default: self.names.default == Some(id),
            host_names: toml.host_names.clone(),
            timezone: toml.timezone.clone(),
            timezone_label: toml.timezone_label.clone(),
            language: toml.language,
            // Files have no pictures.
            logo: before.as_ref().and_then(|page| page.logo.clone()),
            colors: ColorTokens {
                accent_light: toml.accent_light.clone(),
                accent_dark: toml.accent_dark.clone(),
            },
            components,
            uptime: toml.uptime.as_ref().map(UptimePolicy::from).unwrap_or_default(),
            // Nor secrets: a password is set in the console or over the API.
            password_set_at: before.as_ref().and_then(|page| page.password_set_at),
        };
        let file_before = self.file_of(Subject::StatusPage(id));
        let place = one.problem(format!("status page `{}`", toml.key));
        Ok(Decision { before, after, file_before, place })
    }

    fn component(&mut self, one: &Declared<ComponentToml>) -> Result<Decision<Component>, Problem> {
        let toml = &one.value;
        let page_id = self.names.page_of(one, toml.status_page.as_ref())?;
        let id = self.names.component(one, "key", page_id, &toml.key)?;
        let before = self.present.components.iter().find(|other| other.id == id).cloned();
        let parent_id = match &toml.parent {
            Some(parent) => Some(self.names.component(one, "parent", page_id, parent)?),
            None => None,
        };
        let place = self.places.entry((page_id, parent_id)).or_default();
        let position = *place;
        *place += 1;
        let (entropy, now) = (self.change.entropy, self.change.now);
        let known = before.as_ref();
        let after = Component {
            id,
            public_id: known.map_or_else(|| entropy.public_id(), |known| known.public_id),
            page_id,
            key: toml.key.clone(),
            name: toml.name.clone(),
            description: toml.description.clone(),
            parent_id,
            position,
            start_date: day_of(one)?,
            created_at: known.map_or(now, |known| known.created_at),
            retired_at: None,
        };
        let file_before = self.file_of(Subject::Component(id));
        let place = one.problem(format!("component `{}`", toml.key));
        Ok(Decision { before, after, file_before, place })
    }

    fn template(&mut self, one: &Declared<TemplateToml>) -> Result<Decision<Template>, Problem> {
        let page_id = self.names.page_of(one, one.value.status_page())?;
        let (name, title, text, begins, affected, usual) = match &one.value {
            TemplateToml::Incident(toml) => {
                let status = toml.status.unwrap_or(IncidentStatus::Investigating);
                let begins = TemplateKind::Incident { status, impact: toml.impact };
                let usual = ComponentStatus::MajorOutage;
                (&toml.name, &toml.title, &toml.text, begins, &toml.affected, usual)
            }
            TemplateToml::Maintenance(toml) => {
                let begins = TemplateKind::Maintenance {
                    expected_effect: toml.expected_effect.clone(),
                    recovery_plan: toml.recovery_plan.clone(),
                };
                let usual = ComponentStatus::UnderMaintenance;
                (&toml.name, &toml.title, &toml.text, begins, &toml.affected, usual)
            }
        };
        let key = one.value.key();
        let is_it = |other: &&Template| other.page_id == page_id && other.key == *key;
        let before = self.present.templates.iter().find(is_it).cloned();
        let (entropy, now) = (self.change.entropy, self.change.now);
        let known = before.as_ref();
        let after = Template {
            id: known.map_or_else(|| entropy.id(now), |known| known.id),
            page_id,
            key: key.clone(),
            name: name.as_ref().unwrap_or(title).clone(),
            begins,
            title: title.clone(),
            text: text.clone(),
            affected: self.affected(one, page_id, affected, usual)?,
            created_at: known.map_or(now, |known| known.created_at),
        };
        let file_before = self.file_of(Subject::Template(after.id));
        let place = one.problem(format!("template `{key}`"));
        Ok(Decision { before, after, file_before, place })
    }

    fn affected<T>(
        &self,
        one: &Declared<T>,
        page_id: StatusPageId,
        list: &[AffectedToml],
        usual: ComponentStatus,
    ) -> Result<Vec<Affected>, Problem> {
        let read = |toml: &AffectedToml| {
            let target = match (&toml.component, toml.all) {
                (Some(key), false) => {
                    Target::Component(self.names.component(one, "affected", page_id, key)?)
                }
                (None, true) => Target::All,
                _ => {
                    let text = "write either component = \"…\" or all = true";
                    return Err(one.problem_of("affected", text));
                }
            };
            Ok(Affected { target, status: toml.status.unwrap_or(usual) })
        };
        list.iter().map(read).collect()
    }

    /// Roles of people who are there. Files make nobody.
    fn people(&mut self, all: &[Declared<PersonToml>]) -> Vec<Decision<Person>> {
        let mut decisions = Vec::new();
        for one in all {
            let email = &one.value.email;
            let Some(before) = self.present.people.iter().find(|other| other.email == *email)
            else {
                self.notes.push(
                    one.problem(format!(
                        "nobody signs in with {email}, and files invite nobody: invite them, and \
                         apply again"
                    ))
                    .to_string(),
                );
                continue;
            };
            let after = Person { role: one.value.role, ..before.clone() };
            let file_before = self.file_of(Subject::Person(before.id));
            let place = one.problem(format!("the role of {email}"));
            decisions.push(Decision { before: Some(before.clone()), after, file_before, place });
        }
        decisions
    }

    /// Refuses circles and trees that are too deep.
    fn check_depths(&mut self, new: &[Decision<Component>]) {
        let there = self.present.components.iter();
        let mut parents: HashMap<ComponentId, Option<ComponentId>> =
            there.map(|one| (one.id, one.parent_id)).collect();
        parents.extend(new.iter().map(|one| (one.after.id, one.after.parent_id)));
        for decision in new {
            let mut above = decision.after.parent_id;
            let mut levels = 1;
            while let Some(parent) = above.filter(|_| levels <= limits::COMPONENT_DEPTH_MAX) {
                levels += 1;
                above = parents.get(&parent).copied().flatten();
            }
            if levels > limits::COMPONENT_DEPTH_MAX {
                let max = limits::COMPONENT_DEPTH_MAX;
                let text = format!(
                    "{} is its own ancestor, or lies deeper than {max} levels: choose another \
                     parent",
                    decision.place.text
                );
                self.problems.push(Problem { text, ..decision.place.clone() });
            }
        }
    }

    /// Refuses more components of a page than are kept.
    fn check_counts(&mut self, new: &[Decision<Component>]) {
        let mut counts: HashMap<StatusPageId, usize> = HashMap::new();
        for one in &self.present.components {
            *counts.entry(one.page_id).or_default() += 1;
        }
        for one in new.iter().filter(|one| one.before.is_none()) {
            let count = counts.entry(one.after.page_id).or_default();
            *count += 1;
            if *count == limits::COMPONENTS_PER_PAGE_MAX + 1 {
                let max = limits::COMPONENTS_PER_PAGE_MAX;
                let text = format!("{}: a page has {max} components at most", one.place.text);
                self.problems.push(Problem { text, ..one.place.clone() });
            }
        }
    }
}

fn day_of(one: &Declared<ComponentToml>) -> Result<Option<Date>, Problem> {
    let Some(written) = &one.value.start_date else { return Ok(None) };
    let day = written.date.filter(|_| written.time.is_none() && written.offset.is_none());
    let day = day.and_then(|day| {
        let (year, month, day) = (day.year, day.month, day.day);
        Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
    });
    let bad = || one.problem_of("start_date", "start_date: is no day: write 2026-11-21, unquoted");
    day.map(Some).ok_or_else(bad)
}

/// A field as files spell it.
fn field_in_file(field: &str) -> String {
    let mut parts = field.split('.');
    let first = parts.next().unwrap_or_default();
    let name = match first {
        "colors" | "begins" => field.rsplit('.').next().unwrap_or(first),
        "slug" => "key",
        other => other,
    };
    name.split('[').next().unwrap_or(name).to_owned()
}
