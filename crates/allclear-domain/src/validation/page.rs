//! Status pages and components, by themselves.

use super::{Validate, Validation};
use crate::component::{Component, StatusSetting};
use crate::limits;
use crate::status_page::{
    ColorTokens, ComponentSelection, Logo, StatusPage, UptimePolicy, is_color,
};

/// The word that stands for every component, so that no component may have it as its key.
const ALL: &str = "all";

impl Validate for StatusPage {
    fn validate(&self, validation: &mut Validation) {
        validation.title("title", &self.title);
        validation.text("description", &self.description);
        validation.each(
            "host_names",
            &self.host_names,
            limits::HOST_NAMES_MAX,
            |validation, name| {
                check_host_name(validation, name);
            },
        );
        if let Err(problem) = self.zone() {
            validation.within("timezone", |validation| validation.refuse(problem.problem));
        }
        validation.maybe_line("timezone_label", self.timezone_label.as_ref());
        if let Some(logo) = &self.logo {
            validation.part("logo", logo);
        }
        validation.part("colors", &self.colors);
        if let ComponentSelection::Chosen(chosen) = &self.components {
            let max = limits::COMPONENTS_PER_PAGE_MAX;
            validation.within("components", |validation| {
                validation.each("chosen", chosen, max, |_, _| {});
            });
        }
        validation.part("uptime", &self.uptime);
    }
}

/// By RFC 1123: labels of letters, digits and hyphens. Browsers send other letters in their ASCII
/// form, so that form is the one to write.
fn check_host_name(validation: &mut Validation, name: &str) {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    validation.bytes += name.len();
    if name.len() > limits::HOST_NAME_CHARS_MAX || !name.split('.').all(is_label) {
        let name: String = name.chars().take(80).collect();
        validation.refuse(format!(
            "`{}` is not a host name: write it in lower case and without a port, as in \
             status.example.com, and other letters than a to z in their xn-- form",
            name.escape_debug()
        ));
    }
}

impl Validate for Logo {
    fn validate(&self, validation: &mut Validation) {
        validation.line("alt", &self.alt, limits::TITLE_CHARS_MAX);
        if let Err(problem) = self.decode() {
            validation.within(problem.field, |validation| validation.refuse(problem.problem));
        }
    }
}

impl Validate for ColorTokens {
    fn validate(&self, validation: &mut Validation) {
        let colors = [("accent_light", &self.accent_light), ("accent_dark", &self.accent_dark)];
        for (name, color) in colors {
            if color.as_ref().is_some_and(|color| !is_color(color)) {
                validation.within(name, |validation| {
                    validation.refuse("is not a color: write it as #1a2b3c");
                });
            }
        }
    }
}

impl Validate for UptimePolicy {
    fn validate(&self, validation: &mut Validation) {
        let weights = [
            ("partial_permille", self.partial_permille),
            ("degraded_permille", self.degraded_permille),
        ];
        for (name, permille) in weights {
            if permille > 1000 {
                validation.within(name, |validation| {
                    validation.refuse(format!("{permille} is more than 1000, which is all of it"));
                });
            }
        }
    }
}

impl Validate for Component {
    fn validate(&self, validation: &mut Validation) {
        if self.key.as_str() == ALL {
            validation.within("key", |validation| {
                validation.refuse("`all` stands for every component: choose another key");
            });
        }
        validation.title("name", &self.name);
        validation.maybe_text("description", self.description.as_ref());
        validation.past("created_at", self.created_at);
        if let Some(at) = self.retired_at {
            validation.past("retired_at", at);
        }
    }
}

impl Validate for StatusSetting {
    fn validate(&self, validation: &mut Validation) {
        validation.past("set_at", self.set_at);
        if self.ends_at.is_some_and(|ends_at| ends_at <= self.set_at) {
            validation.within("ends_at", |validation| {
                validation.refuse("is not after its beginning: name a later time");
            });
        }
        let Some(why) = &self.overrules else { return };
        validation.title("overrules", why.reveal_to_team());
        let length = self.ends_at.map(|ends_at| ends_at.duration_since(self.set_at));
        if length.is_none_or(|length| length > limits::OVERRULED_FOR_MAX) {
            validation.within("ends_at", |validation| {
                validation
                    .refuse("is needed where checks are overruled: name a time within 31 days");
            });
        }
    }
}
