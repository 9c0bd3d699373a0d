//! The outage record and its parts, by themselves.

use super::{Validate, Validation};
use crate::action::{ActionItem, ActionState};
use crate::limits;
use crate::postmortem::{Postmortem, TimelineEntry};
use crate::record::{
    Affected, Cause, Contradiction, Correction, Loss, LossCounts, LossOutcome, OutageRecord,
    Publication, Settlement, Source, Target,
};

impl Validate for OutageRecord {
    fn validate(&self, validation: &mut Validation) {
        validation.parts("affected", &self.affected);
        validation.parts("except", &self.except);
        validation.parts("not_affected", &self.not_affected);
        validation.maybe_text("reported_length", self.reported_length.as_ref());
        validation.maybe_text("service_label", self.service_label.as_ref());
        let max = limits::LIST_ENTRIES_MAX;
        validation.each("fault_pages", &self.fault_pages, max, |validation, page| {
            validation.address_here(page);
        });
        validation.parts("losses", &self.losses);
        validation.parts("corrections", &self.corrections);
        validation.parts("causes", &self.causes);
        validation.maybe_text("detected_by", self.detected_by.as_ref());
        if let Some(at) = self.detected_at {
            validation.past("detected_at", at);
        }
        validation.maybe_text("security_statement", self.security_statement.as_ref());
        validation.maybe_text("customers_should", self.customers_should.as_ref());
        validation.parts("contradictions", &self.contradictions);
        validation.parts("actions", &self.actions);
    }
}

impl Validate for Target {
    fn validate(&self, validation: &mut Validation) {
        let Self::Words(words) = self else { return };
        validation.words("words", words);
        if words == "all" {
            validation.within("words", |validation| {
                validation.refuse("`all` as words means every component: name what was meant");
            });
        }
    }
}

impl Validate for Affected {
    fn validate(&self, validation: &mut Validation) {
        validation.part("target", &self.target);
    }
}

impl Validate for Loss {
    fn validate(&self, validation: &mut Validation) {
        validation.part("target", &self.target);
        // Minus zero would come back from a database without its sign.
        let is_share = |share: f64| {
            (0.0..=1.0).contains(&share) && !(share == 0.0 && share.is_sign_negative())
        };
        if self.fraction.is_some_and(|share| !is_share(share)) {
            validation.within("fraction", |validation| {
                validation.refuse("lies outside 0 to 1: 0.05 is 5 %");
            });
        }
        validation.part("counts", &self.counts);
        if self.outcome == LossOutcome::None && self.counts.lost.is_some_and(|lost| lost > 0) {
            validation.within("outcome", |validation| {
                validation.refuse("says that nothing was lost, and the counts say otherwise");
            });
        }
        validation.maybe_text("note", self.note.as_ref());
        if let Some(settled) = &self.settled {
            validation.part("settled", settled);
        }
    }
}

impl Validate for LossCounts {
    fn validate(&self, validation: &mut Validation) {
        let (delivered, lost) = (self.delivered.unwrap_or(0), self.lost.unwrap_or(0));
        if self.accepted.is_some_and(|all| delivered.checked_add(lost).is_none_or(|sum| sum > all))
        {
            validation.within("accepted", |validation| {
                validation.refuse("is less than what was delivered and what was lost together");
            });
        }
        let at_most = self.delivered.or(self.accepted);
        if self.late.zip(at_most).is_some_and(|(late, at_most)| late > at_most) {
            validation.within("late", |validation| {
                validation.refuse("is more than what was delivered: what came late came");
            });
        }
    }
}

impl Validate for Settlement {
    fn validate(&self, validation: &mut Validation) {
        if let Some(on) = self.on {
            validation.past_day("on", on);
        }
        validation.words("text", &self.text);
    }
}

impl Validate for Correction {
    fn validate(&self, validation: &mut Validation) {
        if let Some(on) = self.on {
            validation.past_day("on", on);
        }
        validation.words("text", &self.text);
    }
}

impl Validate for Cause {
    fn validate(&self, validation: &mut Validation) {
        validation.words("text", &self.text);
        validation.parts("corrections", &self.corrections);
    }
}

impl Validate for Contradiction {
    fn validate(&self, validation: &mut Validation) {
        validation.text("field", &self.field);
        validation.text("printed", &self.printed);
        validation.text("against", &self.against);
    }
}

impl Validate for ActionItem {
    fn validate(&self, validation: &mut Validation) {
        validation.words("text", &self.text);
        match &self.state {
            ActionState::Promised => {}
            ActionState::Done { on } => {
                if let Some(on) = on {
                    validation.past_day("state.on", *on);
                }
            }
            ActionState::Dropped { why } => validation.maybe_text("state.why", why.as_ref()),
        }
    }
}

impl Validate for Postmortem {
    fn validate(&self, validation: &mut Validation) {
        validation.part("publication", &self.publication);
        validation.part("summary", &self.summary);
        validation.parts("timeline", &self.timeline);
        let (factors, max) = (&self.contributing_factors, limits::LIST_ENTRIES_MAX);
        validation.each("contributing_factors", factors, max, |validation, factor| {
            validation.words_here(factor);
        });
        if let Some(url) = &self.discussion_url {
            validation.within("discussion_url", |validation| validation.url_here(url));
        }
    }
}

impl Validate for TimelineEntry {
    fn validate(&self, validation: &mut Validation) {
        validation.past_moment("when", self.when);
        validation.words("text", &self.text);
    }
}

impl Validate for Publication {
    fn validate(&self, validation: &mut Validation) {
        if let Self::Published { at } = self {
            validation.past("at", *at);
        }
    }
}

impl Validate for Source {
    fn validate(&self, validation: &mut Validation) {
        validation.title("format", &self.format);
        validation.title("key", &self.key);
        let is_digest = self.digest.len() == 64
            && self.digest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_digest {
            validation.within("digest", |validation| {
                validation.refuse("is not a SHA-256: write 64 hexadecimal digits in lower case");
            });
        }
        if let Some(text) = &self.text {
            validation.bounded("text", text, limits::SOURCE_BYTES_MAX);
        }
    }
}
