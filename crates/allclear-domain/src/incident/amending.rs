//! What a person changes of an incident beside its messages: title, facts, postmortem.
//!
//! These say what may follow what; whether a text or a list is too long is checked for every way in
//! alike, before anything is written.

use jiff::Timestamp;

use super::{Impact, Incident};
use crate::error::InvalidTransition;
use crate::ids::IncidentId;
use crate::postmortem::Postmortem;
use crate::record::{OutageRecord, Publication};

impl Incident {
    /// Shows a draft to everybody.
    ///
    /// # Errors
    /// Where it is published already.
    pub fn publish(mut self, now: Timestamp) -> Result<Self, InvalidTransition> {
        if self.publication.is_public() {
            return Err(self.refuse("published", "it is published already"));
        }
        self.publication = Publication::Published { at: now };
        Ok(self)
    }

    /// Gives it another title.
    #[must_use]
    pub fn retitle(self, title: String) -> Self {
        Self { title, ..self }
    }

    /// Sets how bad it is over what follows from its components, or takes that back.
    #[must_use]
    pub fn override_impact(self, impact: Option<Impact>) -> Self {
        Self { impact_override: impact, ..self }
    }

    /// Replaces its facts.
    #[must_use]
    pub fn set_record(self, record: OutageRecord) -> Self {
        Self { record, ..self }
    }

    /// Says that it has the cause of an earlier incident, or that it has not.
    ///
    /// # Errors
    /// Where that is the incident itself.
    pub fn set_same_cause(self, earlier: Option<IncidentId>) -> Result<Self, InvalidTransition> {
        if earlier == Some(self.id) {
            let hint = "that is the incident itself: name an earlier one";
            return Err(self.refuse("given that cause", hint));
        }
        Ok(Self { same_cause_as: earlier, ..self })
    }

    /// Writes its postmortem, or writes it anew. Who may read it stays as it is; a new one is a
    /// draft.
    #[must_use]
    pub fn write_postmortem(self, postmortem: Postmortem) -> Self {
        let known = self.postmortem.as_ref().map(|known| known.publication);
        let publication = known.unwrap_or(Publication::Draft);
        Self { postmortem: Some(Postmortem { publication, ..postmortem }), ..self }
    }

    /// Shows its postmortem to everybody.
    ///
    /// # Errors
    /// Where there is none, where it is published already, or where the incident is open or a draft.
    pub fn publish_postmortem(mut self, now: Timestamp) -> Result<Self, InvalidTransition> {
        const WANTED: &str = "given a public postmortem";
        if self.is_open() {
            return Err(self.refuse(WANTED, "resolve it first"));
        }
        if !self.publication.is_public() {
            return Err(self.refuse(WANTED, "publish the incident first"));
        }
        let Some(postmortem) = &mut self.postmortem else {
            return Err(self.refuse(WANTED, "write the postmortem first"));
        };
        if postmortem.publication.is_public() {
            return Err(self.refuse(WANTED, "it has one already"));
        }
        postmortem.publication = Publication::Published { at: now };
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
