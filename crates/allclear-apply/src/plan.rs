//! The plan: what applying would change, or has changed, for people and programs.

use allclear_domain::ids::StatusPageId;
use allclear_domain::{Component, Person, StatusPage, Template};
use serde::{Deserialize, Serialize};

use crate::Wish;
use crate::deciding::{Decided, Decision, Kin, Leaving};
use crate::fields::{Fields, differing};
use crate::resolving::Names;

/// Of what comes from files, more than this is removed by force alone, in percent.
const REMOVED_PERCENT_MAX: usize = 30;

/// What kind of thing a file declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A status page.
    StatusPage,
    /// A component.
    Component,
    /// A template of either kind.
    Template,
    /// The role of a person.
    Person,
}

impl Kind {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StatusPage => "status page",
            Self::Component => "component",
            Self::Template => "template",
            Self::Person => "person",
        }
    }
}

/// What is done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is new.
    Create,
    /// It is there and differs.
    Change,
    /// It stands in the files no more.
    Remove,
}

impl Action {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Remove => "remove",
        }
    }
}

/// A field, before and after; `None` where it has no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name, as files spell it; `file` for the file that it comes from.
    pub name: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is then.
    pub after: Option<String>,
}

/// One thing that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// To what kind of thing.
    pub kind: Kind,
    /// Its key; of a person, the address.
    pub key: String,
    /// The key of its status page, where it belongs to one.
    pub status_page: Option<String>,
    /// The file that says so; of what is removed, the one that it came from.
    pub file: String,
    /// What differs.
    pub fields: Vec<FieldChange>,
}

/// What applying would change, or has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What changes, in the order in which it is told.
    pub steps: Vec<Step>,
    /// How many things are as the files say.
    pub unchanged: usize,
    /// What is left alone, and why.
    pub notes: Vec<String>,
    /// Why it is not applied, where a guard refuses.
    pub refused: Option<String>,
    /// Whether it was written.
    pub is_applied: bool,
}

impl Plan {
    pub(crate) fn of(decided: &Decided, wish: Wish) -> Self {
        let mut steps = Vec::new();
        let mut refusals = Vec::new();
        let mut unchanged = 0;
        let names = &decided.names;
        let mut add = |(new, kept, refused): (Vec<Step>, usize, Option<String>)| {
            steps.extend(new);
            unchanged += kept;
            refusals.extend(refused);
        };
        add(steps_of(&decided.pages, Kind::StatusPage, names));
        add(steps_of(&decided.components, Kind::Component, names));
        add(steps_of(&decided.templates, Kind::Template, names));
        add(steps_of(&decided.people, Kind::Person, names));
        let refused = Some(refusals.join("; ")).filter(|text| !text.is_empty() && !wish.force);
        let refused = refused.map(|text| format!("{text}. Look at the plan; --force removes them"));
        Self { steps, unchanged, notes: decided.notes.clone(), refused, is_applied: false }
    }

    /// How many steps do something.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|step| step.action == action).count()
    }

    /// The plan in lines, for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for step in &self.steps {
            let page = step.status_page.as_ref().map(|page| format!(" of `{page}`"));
            let (action, kind) = (step.action.as_str(), step.kind.name());
            let (key, page) = (&step.key, page.unwrap_or_default());
            if (step.action, step.kind) == (Action::Remove, Kind::Person) {
                lines.push(format!(
                    "let go of the role of `{key}` ({}); it stays as it is",
                    step.file
                ));
                continue;
            }
            lines.push(format!("{action} {kind} `{key}`{page} ({})", step.file));
            let shown = |value: &Option<String>| match value {
                Some(text) => format!("“{}”", shortened(text)),
                None => "nothing".to_owned(),
            };
            for field in &step.fields {
                let (before, after) = (shown(&field.before), shown(&field.after));
                lines.push(match step.action {
                    Action::Create => format!("    {}: {after}", field.name),
                    Action::Change => format!("    {}: {before} becomes {after}", field.name),
                    Action::Remove => format!("    {}: {before}", field.name),
                });
            }
        }
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        let counts = [Action::Create, Action::Change, Action::Remove].map(|one| self.count(one));
        let [created, changed, removed] = counts;
        let unchanged = self.unchanged;
        lines.push(match self.is_applied {
            true => format!(
                "{created} created, {changed} changed, {removed} removed; {unchanged} were as declared"
            ),
            false if self.steps.is_empty() => {
                format!("nothing to change; {unchanged} are as declared")
            }
            false => format!(
                "{created} to create, {changed} to change, {removed} to remove; {unchanged} are as \
                 declared"
            ),
        });
        lines.extend(self.refused.iter().map(|text| format!("a guard would refuse this: {text}")));
        lines
    }
}

/// A text on one line that is not too long.
fn shortened(text: &str) -> String {
    let line: String =
        text.chars().take(100).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.len() < text.len() { format!("{line}…") } else { line }
}

/// Something that a step is about.
trait Told: Fields + PartialEq {
    fn key(&self) -> String;
    fn page(&self) -> Option<StatusPageId>;
}

impl Told for StatusPage {
    fn key(&self) -> String {
        self.slug.to_string()
    }

    fn page(&self) -> Option<StatusPageId> {
        None
    }
}

impl Told for Component {
    fn key(&self) -> String {
        self.key.to_string()
    }

    fn page(&self) -> Option<StatusPageId> {
        Some(self.page_id)
    }
}

impl Told for Template {
    fn key(&self) -> String {
        self.key.to_string()
    }

    fn page(&self) -> Option<StatusPageId> {
        Some(self.page_id)
    }
}

impl Told for Person {
    fn key(&self) -> String {
        self.email.to_string()
    }

    fn page(&self) -> Option<StatusPageId> {
        None
    }
}

fn steps_of<T: Told>(
    kin: &Kin<T>,
    kind: Kind,
    names: &Names,
) -> (Vec<Step>, usize, Option<String>) {
    let mut steps: Vec<Step> = kin.decisions.iter().map(|one| decided(one, kind, names)).collect();
    steps.extend(kin.leaving.iter().map(|one| leaving(one, kind, names)));
    let (gone, managed) = (kin.leaving.len(), kin.managed);
    let is_much = gone * 100 > managed * REMOVED_PERCENT_MAX;
    let refused = is_much.then(|| {
        let name = kind.name();
        format!(
            "{gone} of {managed} that came from files would be removed (kind: {name}), which is more \
             than {REMOVED_PERCENT_MAX} %"
        )
    });
    (steps, kin.kept, refused)
}

fn decided<T: Told>(one: &Decision<T>, kind: Kind, names: &Names) -> Step {
    let before = one.before.as_ref().map(|before| before.fields(names));
    let mut fields = differing(before, Some(one.after.fields(names)));
    if one.before.is_some() && one.moves() {
        fields.push(FieldChange {
            name: "file".to_owned(),
            before: one.file_before.clone(),
            after: Some(one.place.file.clone()),
        });
    }
    Step {
        action: if one.before.is_some() { Action::Change } else { Action::Create },
        kind,
        key: one.after.key(),
        status_page: one.after.page().map(|id| names.slug(id)),
        file: one.place.file.clone(),
        fields,
    }
}

fn leaving<T: Told>(one: &Leaving<T>, kind: Kind, names: &Names) -> Step {
    Step {
        action: Action::Remove,
        kind,
        key: one.value.key(),
        status_page: one.value.page().map(|id| names.slug(id)),
        file: one.file.clone(),
        fields: differing(Some(one.value.fields(names)), None),
    }
}
