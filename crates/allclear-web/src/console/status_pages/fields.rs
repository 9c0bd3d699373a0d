//! What can be set of a status page, as a form has it.

use allclear_domain::StatusPage;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::ComponentId;
use allclear_domain::status_page::{
    ColorTokens, ComponentSelection, Language, MaintenancePolicy, UptimePolicy,
};

use crate::console::form::Form;

/// One choice of a list.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) is_chosen: bool,
}

fn choices(known: &[(&'static str, &'static str)], chosen: &str) -> Vec<Choice> {
    let choice = |known: &(&'static str, &'static str)| Choice {
        value: known.0,
        label: known.1,
        is_chosen: chosen == known.0,
    };
    known.iter().map(choice).collect()
}

/// The languages of a first view.
pub(super) fn languages(chosen: &str) -> Vec<Choice> {
    choices(&[("en", "English"), ("de", "Deutsch")], chosen)
}

/// What maintenance means for uptime.
pub(super) fn policies(chosen: &str) -> Vec<Choice> {
    let known = [
        ("left_out", "Its time does not count at all"),
        ("counts_as_up", "Its time counts as up"),
        ("counts_as_down", "Its time counts as down"),
    ];
    choices(&known, chosen)
}

/// The fields, as they stand in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PageFields {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) host_names: String,
    pub(super) timezone: String,
    pub(super) timezone_label: String,
    pub(super) language: String,
    pub(super) accent_light: String,
    pub(super) accent_dark: String,
    pub(super) partial: String,
    pub(super) degraded: String,
    pub(super) maintenance: String,
    pub(super) is_chosen: bool,
    pub(super) chosen: Vec<String>,
}

impl PageFields {
    /// Those of a page.
    pub(super) fn of(page: &StatusPage) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let chosen = match &page.components {
            ComponentSelection::Own => Vec::new(),
            ComponentSelection::Chosen(ids) => ids.iter().map(ToString::to_string).collect(),
        };
        Self {
            title: page.title.clone(),
            description: page.description.clone(),
            host_names: page.host_names.join("\n"),
            timezone: text(&page.timezone),
            timezone_label: text(&page.timezone_label),
            language: page.language.tag().to_owned(),
            accent_light: text(&page.colors.accent_light),
            accent_dark: text(&page.colors.accent_dark),
            partial: percent(page.uptime.partial_permille),
            degraded: percent(page.uptime.degraded_permille),
            maintenance: word(page.uptime.maintenance).to_owned(),
            is_chosen: !page.components.is_own(),
            chosen,
        }
    }

    /// Those that were sent.
    pub(super) fn sent(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            title: text("title"),
            description: form.lines("description"),
            host_names: form.lines("host_names"),
            timezone: text("timezone"),
            timezone_label: text("timezone_label"),
            language: text("language"),
            accent_light: text("accent_light"),
            accent_dark: text("accent_dark"),
            partial: text("partial"),
            degraded: text("degraded"),
            maintenance: text("maintenance"),
            is_chosen: form.text("components") == "chosen",
            chosen: form.all("component").map(str::to_owned).collect(),
        }
    }

    /// Each with its label, to be compared. Components count as they are named in `names`.
    pub(super) fn rows(&self, name: impl Fn(&str) -> String) -> Vec<(&'static str, String)> {
        let components = match self.is_chosen {
            false => "its own".to_owned(),
            true => self.chosen.iter().map(|id| name(id)).collect::<Vec<_>>().join("\n"),
        };
        vec![
            ("Title", self.title.clone()),
            ("Description", self.description.clone()),
            ("Host names", self.host_names.clone()),
            ("Time zone", self.timezone.clone()),
            ("Name of the zone", self.timezone_label.clone()),
            ("Language", self.language.clone()),
            ("Color on light", self.accent_light.clone()),
            ("Color on dark", self.accent_dark.clone()),
            ("Partial outage", self.partial.clone()),
            ("Degraded performance", self.degraded.clone()),
            ("Maintenance", self.maintenance.clone()),
            ("Components", components),
        ]
    }

    /// A page with these values.
    pub(super) fn apply(&self, page: StatusPage) -> Result<StatusPage, Vec<InvalidValue>> {
        let mut problems = Vec::new();
        let mut weight = |field: &str, text: &str| {
            permille(field, text).unwrap_or_else(|problem| {
                problems.push(problem);
                0
            })
        };
        let uptime = UptimePolicy {
            partial_permille: weight("partial outage", &self.partial),
            degraded_permille: weight("degraded performance", &self.degraded),
            maintenance: policy(&self.maintenance),
        };
        let mut chosen: Vec<ComponentId> = Vec::new();
        for id in &self.chosen {
            match id.parse() {
                Ok(id) if !chosen.contains(&id) => chosen.push(id),
                Ok(_) => {}
                Err(error) => {
                    problems.push(InvalidValue::new("components", format!("{error}")));
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let maybe = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let hosts = self.host_names.split([' ', ',', '\n', '\t']).filter(|name| !name.is_empty());
        Ok(StatusPage {
            title: self.title.clone(),
            description: self.description.clone(),
            host_names: hosts.map(str::to_lowercase).collect(),
            timezone: maybe(&self.timezone),
            timezone_label: maybe(&self.timezone_label),
            language: Language::from_tag(&self.language).unwrap_or(page.language),
            colors: ColorTokens {
                accent_light: maybe(&self.accent_light),
                accent_dark: maybe(&self.accent_dark),
            },
            components: match self.is_chosen {
                true => ComponentSelection::Chosen(chosen),
                false => ComponentSelection::Own,
            },
            uptime,
            ..page
        })
    }
}

fn word(policy: MaintenancePolicy) -> &'static str {
    match policy {
        MaintenancePolicy::LeftOut => "left_out",
        MaintenancePolicy::CountsAsUp => "counts_as_up",
        MaintenancePolicy::CountsAsDown => "counts_as_down",
    }
}

fn policy(word: &str) -> MaintenancePolicy {
    match word {
        "counts_as_up" => MaintenancePolicy::CountsAsUp,
        "counts_as_down" => MaintenancePolicy::CountsAsDown,
        _ => MaintenancePolicy::LeftOut,
    }
}

/// Thousandths as a percentage: 125 is 12.5.
fn percent(permille: u16) -> String {
    match (permille / 10, permille % 10) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

/// A percentage as thousandths, digit by digit.
fn permille(field: &str, text: &str) -> Result<u16, InvalidValue> {
    let refuse = || {
        InvalidValue::new(field, "is no share: give a percentage from 0 to 100, such as 30 or 12.5")
    };
    let text = text.trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, tenth) = text.split_once('.').unwrap_or((text.as_str(), "0"));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || tenth.len() != 1 || !digits(whole) || !digits(tenth) {
        return Err(refuse());
    }
    let share = format!("{whole}{tenth}").parse::<u16>().map_err(|_| refuse())?;
    if share > 1000 { Err(refuse()) } else { Ok(share) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_read_back_and_others_are_refused() {
        for share in 0..=1000 {
            assert_eq!(permille("x", &percent(share)), Ok(share));
        }
        assert_eq!(permille("x", "12,5 %"), Ok(125));
        for text in ["", "-1", "101", "100.1", "1.25", "x", "1e2", "99999", "."] {
            assert!(permille("x", text).is_err(), "{text}");
        }
    }
}
