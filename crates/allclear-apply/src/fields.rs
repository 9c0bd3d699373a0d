//! What people compare: the fields of a thing, in words, with keys in the place of ids.

use allclear_domain::record::{Affected, Target};
use allclear_domain::status_page::ComponentSelection;
use allclear_domain::{Component, Person, StatusPage, Template, TemplateKind};

use crate::plan::FieldChange;
use crate::resolving::Names;

/// A field and its value; `None` where it has none.
pub(crate) type Field = (&'static str, Option<String>);

/// Something with fields.
pub(crate) trait Fields {
    /// All of them, always in the same order.
    fn fields(&self, names: &Names) -> Vec<Field>;
}

/// The fields that differ.
pub(crate) fn differing(before: Option<Vec<Field>>, after: Option<Vec<Field>>) -> Vec<FieldChange> {
    let none = |fields: &[Field]| fields.iter().map(|(name, _)| (*name, None)).collect::<Vec<_>>();
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (before, after),
        (None, Some(after)) => (none(&after), after),
        (Some(before), None) => (before.clone(), none(&before)),
        (None, None) => return Vec::new(),
    };
    let pairs = before.into_iter().zip(after);
    pairs
        .filter(|(before, after)| before.1 != after.1)
        .map(|((name, before), (_, after))| FieldChange { name: name.to_owned(), before, after })
        .collect()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

impl Fields for StatusPage {
    fn fields(&self, names: &Names) -> Vec<Field> {
        let chosen = match &self.components {
            ComponentSelection::Own => None,
            ComponentSelection::Chosen(ids) => {
                let keys: Vec<String> = ids.iter().map(|id| names.full_key(*id)).collect();
                Some(if keys.is_empty() { "none".to_owned() } else { keys.join(", ") })
            }
        };
        let uptime = format!(
            "partial {} ‰, degraded {} ‰, maintenance {}",
            self.uptime.partial_permille,
            self.uptime.degraded_permille,
            word(&self.uptime.maintenance)
        );
        vec![
            ("title", text(&self.title)),
            ("description", text(&self.description)),
            ("default", self.is_default.then(|| "true".to_owned())),
            ("host_names", text(&self.host_names.join(", "))),
            ("timezone", self.timezone.clone()),
            ("timezone_label", self.timezone_label.clone()),
            ("language", Some(self.language.tag().to_owned())),
            ("accent_light", self.colors.accent_light.clone()),
            ("accent_dark", self.colors.accent_dark.clone()),
            ("components", chosen),
            ("uptime", Some(uptime)),
        ]
    }
}

impl Fields for Component {
    fn fields(&self, names: &Names) -> Vec<Field> {
        vec![
            ("name", text(&self.name)),
            ("description", self.description.clone()),
            ("parent", self.parent_id.map(|id| names.key(id))),
            ("position", Some(self.position.to_string())),
            ("start_date", self.start_date.map(|day| day.to_string())),
            ("retired_at", self.retired_at.map(|at| at.to_string())),
        ]
    }
}

impl Fields for Template {
    fn fields(&self, names: &Names) -> Vec<Field> {
        let affected = |affected: &Affected| {
            let target = match &affected.target {
                Target::All => "all".to_owned(),
                Target::Component(id) => names.key(*id),
                Target::Words(words) => words.clone(),
            };
            format!("{target} {}", affected.status.as_str())
        };
        let affected: Vec<String> = self.affected.iter().map(affected).collect();
        let (mut status, mut impact, mut effect, mut plan) = (None, None, None, None);
        match &self.begins {
            TemplateKind::Incident { status: is, impact: how } => {
                status = Some(is.as_str().to_owned());
                impact = how.as_ref().map(word);
            }
            TemplateKind::Maintenance { expected_effect, recovery_plan } => {
                (effect, plan) = (expected_effect.clone(), recovery_plan.clone());
            }
        }
        vec![
            ("begins", Some(self.begins.as_str().to_owned())),
            ("name", text(&self.name)),
            ("title", text(&self.title)),
            ("text", text(&self.text)),
            ("status", status),
            ("impact", impact),
            ("expected_effect", effect),
            ("recovery_plan", plan),
            ("affected", text(&affected.join(", "))),
        ]
    }
}

impl Fields for Person {
    fn fields(&self, _: &Names) -> Vec<Field> {
        vec![("role", Some(self.role.to_string()))]
    }
}

/// The word of an enum, as files spell it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
