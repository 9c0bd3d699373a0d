//! What ends, by itself.

use super::{Validate, Validation};
use crate::expiry::{Ending, Expiry, ExpiryFeed, Registration};
use crate::limits;

impl Validate for Expiry {
    fn validate(&self, validation: &mut Validation) {
        validation.title("name", &self.name);
        validation.within("what", |validation| match &self.what {
            Ending::Certificate(seen) => validation.within("certificate", |validation| {
                validation.line("leaf.name", &seen.leaf.name, limits::LEAF_CHARS_MAX);
                validation.line("leaf.issuer", &seen.leaf.issuer, limits::LEAF_CHARS_MAX);
                validation.line("leaf.serial", &seen.leaf.serial, limits::LEAF_CHARS_MAX);
            }),
            Ending::Domain(domain) => validation.part("domain", domain),
            Ending::Dated { .. } => {}
        });
        let max = limits::EXPIRY_WARNINGS_MAX;
        validation.each("warn_days", &self.warn_days, max, |validation, days| {
            if *days > limits::EXPIRY_WARN_DAYS_MAX {
                let most = limits::EXPIRY_WARN_DAYS_MAX;
                validation.refuse(format!("is {days}: use a number from 0 to {most}"));
            }
        });
        validation.maybe_line("owner", self.owner.as_ref());
        validation.maybe_text("note", self.note.as_ref());
        if let Some(link) = &self.link {
            validation.within("link", |validation| validation.url_here(link));
        }
        validation.past("created_at", self.created_at);
    }
}

impl Validate for Registration {
    fn validate(&self, validation: &mut Validation) {
        validation.within("domain", |validation| {
            if !is_domain(&self.domain) {
                validation.refuse("is no domain: write one such as example.com");
            }
        });
        validation.maybe_line("registrar", self.registrar.as_ref());
        validation.maybe_text("problem", self.problem.as_ref());
    }
}

impl Validate for ExpiryFeed {
    fn validate(&self, validation: &mut Validation) {
        validation.title("name", &self.name);
        validation.past("created_at", self.created_at);
    }
}

/// Letters, digits and hyphens with at least one dot between them, as registries have them.
fn is_domain(text: &str) -> bool {
    let is_letter = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(is_letter)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_number = text.rsplit('.').next().is_some_and(|last| last.parse::<u64>().is_ok());
    text.len() <= 253 && text.contains('.') && !is_number && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_told_from_what_is_none() {
        for right in ["example.com", "xn--bcher-kva.example", "a.b.example", "1.example"] {
            assert!(is_domain(right), "{right}");
        }
        for wrong in ["", "example", ".example.com", "example.com.", "Example.com", "a_b.example"] {
            assert!(!is_domain(wrong), "{wrong}");
        }
        for wrong in ["-a.example", "a-.example", "192.0.2.1", "a..example", "a b.example"] {
            assert!(!is_domain(wrong), "{wrong}");
        }
    }
}
