//! Status pages and components, by themselves.

use super::{Check, Checking};
use crate::component::{Component, StatusSetting};
use crate::limits;
use crate::status_page::{
    ColorTokens, ComponentSelection, Logo, StatusPage, UptimePolicy, is_color,
};

/// The word that stands for every component, so that no component may have it as its key.
const ALL: &str = "all";

impl Check for StatusPage {
    fn check(&self, checking: &mut Checking) {
        checking.title("title", &self.title);
        checking.text("description", &self.description);
        checking.each("host_names", &self.host_names, limits::HOST_NAMES_MAX, |checking, name| {
            check_host_name(checking, name);
        });
        if let Err(problem) = self.zone() {
            checking.within("timezone", |checking| checking.refuse(problem.problem));
        }
        checking.maybe_line("timezone_label", self.timezone_label.as_ref());
        if let Some(logo) = &self.logo {
            checking.part("logo", logo);
        }
        checking.part("colors", &self.colors);
        if let ComponentSelection::Chosen(chosen) = &self.components {
            let max = limits::COMPONENTS_PER_PAGE_MAX;
            checking.within("components", |checking| {
                checking.each("chosen", chosen, max, |_, _| {});
            });
        }
        checking.part("uptime", &self.uptime);
    }
}

/// By RFC 1123: labels of letters, digits and hyphens. Browsers send other letters in their ASCII
/// form, so that form is the one to write.
fn check_host_name(checking: &mut Checking, name: &str) {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    checking.bytes += name.len();
    if name.len() > limits::HOST_NAME_CHARS_MAX || !name.split('.').all(is_label) {
        let name: String = name.chars().take(80).collect();
        checking.refuse(format!(
            "`{}` is not a host name: write it in lower case and without a port, as in \
             status.example.com, and other letters than a to z in their xn-- form",
            name.escape_debug()
        ));
    }
}

impl Check for Logo {
    fn check(&self, checking: &mut Checking) {
        checking.line("alt", &self.alt, limits::TITLE_CHARS_MAX);
        if let Err(problem) = self.decode() {
            checking.within(problem.field, |checking| checking.refuse(problem.problem));
        }
    }
}

impl Check for ColorTokens {
    fn check(&self, checking: &mut Checking) {
        let colors = [("accent_light", &self.accent_light), ("accent_dark", &self.accent_dark)];
        for (name, color) in colors {
            if color.as_ref().is_some_and(|color| !is_color(color)) {
                checking.within(name, |checking| {
                    checking.refuse("is not a color: write it as #1a2b3c");
                });
            }
        }
    }
}

impl Check for UptimePolicy {
    fn check(&self, checking: &mut Checking) {
        let weights = [
            ("partial_permille", self.partial_permille),
            ("degraded_permille", self.degraded_permille),
        ];
        for (name, permille) in weights {
            if permille > 1000 {
                checking.within(name, |checking| {
                    checking.refuse(format!("{permille} is more than 1000, which is all of it"));
                });
            }
        }
    }
}

impl Check for Component {
    fn check(&self, checking: &mut Checking) {
        if self.key.as_str() == ALL {
            checking.within("key", |checking| {
                checking.refuse("`all` stands for every component: choose another key");
            });
        }
        checking.title("name", &self.name);
        checking.maybe_text("description", self.description.as_ref());
        checking.past("created_at", self.created_at);
    }
}

impl Check for StatusSetting {
    fn check(&self, checking: &mut Checking) {
        checking.past("set_at", self.set_at);
    }
}
