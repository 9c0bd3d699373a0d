//! Templates, by themselves.

use super::{Validate, Validation};
use crate::record::Target;
use crate::template::{Template, TemplateKind};

impl Validate for Template {
    fn validate(&self, validation: &mut Validation) {
        validation.title("name", &self.name);
        validation.title("title", &self.title);
        validation.text("text", &self.text);
        validation.parts("affected", &self.affected);
        for (place, affected) in self.affected.iter().enumerate() {
            if let Target::Words(_) = affected.target {
                validation.within(format_args!("affected[{place}].target"), |validation| {
                    validation.refuse("is words: a template names components, or all of them");
                });
            }
        }
        self.check_window(validation);
        validation.part("begins", &self.begins);
        validation.past("created_at", self.created_at);
    }
}

impl Template {
    /// Forms give everything that a window affects one status.
    fn check_window(&self, validation: &mut Validation) {
        let first = self.affected.first().map(|affected| affected.status);
        let has_one = self.affected.iter().all(|affected| Some(affected.status) == first);
        if !self.begins.is_incident() && !has_one {
            validation.within("affected", |validation| {
                validation.refuse("has several statuses: maintenance has one for all it affects");
            });
        }
    }
}

impl Validate for TemplateKind {
    fn validate(&self, validation: &mut Validation) {
        let Self::Maintenance { expected_effect, recovery_plan } = self else { return };
        validation.within("maintenance", |validation| {
            validation.maybe_text("expected_effect", expected_effect.as_ref());
            validation.maybe_text("recovery_plan", recovery_plan.as_ref());
        });
    }
}
