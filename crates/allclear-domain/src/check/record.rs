//! The outage record and its parts, by themselves.

use super::{Check, Checking};
use crate::action::{ActionItem, ActionState};
use crate::limits;
use crate::postmortem::{Postmortem, TimelineEntry};
use crate::record::{
    Affected, Cause, Contradiction, Correction, Loss, LossCounts, LossOutcome, OutageRecord,
    Publication, Settlement, Source, Target,
};

impl Check for OutageRecord {
    fn check(&self, checking: &mut Checking) {
        checking.parts("affected", &self.affected);
        checking.parts("except", &self.except);
        checking.parts("not_affected", &self.not_affected);
        checking.maybe_text("reported_length", self.reported_length.as_ref());
        checking.maybe_text("service_label", self.service_label.as_ref());
        let max = limits::LIST_ENTRIES_MAX;
        checking.each("fault_pages", &self.fault_pages, max, |checking, page| {
            checking.address_here(page);
        });
        checking.parts("losses", &self.losses);
        checking.parts("corrections", &self.corrections);
        checking.parts("causes", &self.causes);
        checking.maybe_text("detected_by", self.detected_by.as_ref());
        if let Some(at) = self.detected_at {
            checking.past("detected_at", at);
        }
        checking.maybe_text("security_statement", self.security_statement.as_ref());
        checking.maybe_text("customers_should", self.customers_should.as_ref());
        checking.parts("contradictions", &self.contradictions);
        checking.parts("actions", &self.actions);
    }
}

impl Check for Target {
    fn check(&self, checking: &mut Checking) {
        let Self::Words(words) = self else { return };
        checking.words("words", words);
        if words == "all" {
            checking.within("words", |checking| {
                checking.refuse("`all` as words means every component: name what was meant");
            });
        }
    }
}

impl Check for Affected {
    fn check(&self, checking: &mut Checking) {
        checking.part("target", &self.target);
    }
}

impl Check for Loss {
    fn check(&self, checking: &mut Checking) {
        checking.part("target", &self.target);
        // Minus zero would come back from a database without its sign.
        let is_share = |share: f64| {
            (0.0..=1.0).contains(&share) && !(share == 0.0 && share.is_sign_negative())
        };
        if self.fraction.is_some_and(|share| !is_share(share)) {
            checking.within("fraction", |checking| {
                checking.refuse("lies outside 0 to 1: 0.05 is 5 %");
            });
        }
        checking.part("counts", &self.counts);
        if self.outcome == LossOutcome::None && self.counts.lost.is_some_and(|lost| lost > 0) {
            checking.within("outcome", |checking| {
                checking.refuse("says that nothing was lost, and the counts say otherwise");
            });
        }
        checking.maybe_text("note", self.note.as_ref());
        if let Some(settled) = &self.settled {
            checking.part("settled", settled);
        }
    }
}

impl Check for LossCounts {
    fn check(&self, checking: &mut Checking) {
        let (delivered, lost) = (self.delivered.unwrap_or(0), self.lost.unwrap_or(0));
        if self.accepted.is_some_and(|all| delivered.checked_add(lost).is_none_or(|sum| sum > all))
        {
            checking.within("accepted", |checking| {
                checking.refuse("is less than what was delivered and what was lost together");
            });
        }
        let at_most = self.delivered.or(self.accepted);
        if self.late.zip(at_most).is_some_and(|(late, at_most)| late > at_most) {
            checking.within("late", |checking| {
                checking.refuse("is more than what was delivered: what came late came");
            });
        }
    }
}

impl Check for Settlement {
    fn check(&self, checking: &mut Checking) {
        if let Some(on) = self.on {
            checking.past_day("on", on);
        }
        checking.words("text", &self.text);
    }
}

impl Check for Correction {
    fn check(&self, checking: &mut Checking) {
        if let Some(on) = self.on {
            checking.past_day("on", on);
        }
        checking.words("text", &self.text);
    }
}

impl Check for Cause {
    fn check(&self, checking: &mut Checking) {
        checking.words("text", &self.text);
        checking.parts("corrections", &self.corrections);
    }
}

impl Check for Contradiction {
    fn check(&self, checking: &mut Checking) {
        checking.text("field", &self.field);
        checking.text("printed", &self.printed);
        checking.text("against", &self.against);
    }
}

impl Check for ActionItem {
    fn check(&self, checking: &mut Checking) {
        checking.words("text", &self.text);
        match &self.state {
            ActionState::Promised => {}
            ActionState::Done { on } => {
                if let Some(on) = on {
                    checking.past_day("state.on", *on);
                }
            }
            ActionState::Dropped { why } => checking.maybe_text("state.why", why.as_ref()),
        }
    }
}

impl Check for Postmortem {
    fn check(&self, checking: &mut Checking) {
        checking.part("publication", &self.publication);
        checking.part("summary", &self.summary);
        checking.parts("timeline", &self.timeline);
        let (factors, max) = (&self.contributing_factors, limits::LIST_ENTRIES_MAX);
        checking.each("contributing_factors", factors, max, |checking, factor| {
            checking.words_here(factor);
        });
        if let Some(url) = &self.discussion_url {
            checking.within("discussion_url", |checking| checking.url_here(url));
        }
    }
}

impl Check for TimelineEntry {
    fn check(&self, checking: &mut Checking) {
        checking.past_moment("when", self.when);
        checking.words("text", &self.text);
    }
}

impl Check for Publication {
    fn check(&self, checking: &mut Checking) {
        if let Self::Published { at } = self {
            checking.past("at", *at);
        }
    }
}

impl Check for Source {
    fn check(&self, checking: &mut Checking) {
        checking.title("format", &self.format);
        checking.title("key", &self.key);
        let is_digest = self.digest.len() == 64
            && self.digest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_digest {
            checking.within("digest", |checking| {
                checking.refuse("is not a SHA-256: write 64 hexadecimal digits in lower case");
            });
        }
        if let Some(text) = &self.text {
            checking.bounded("text", text, limits::SOURCE_BYTES_MAX);
        }
    }
}
