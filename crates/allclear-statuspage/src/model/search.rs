//! Search: records in which all of some words stand. Looked through when somebody asks.

use allclear_domain::OutageRecord;
use allclear_domain::action::ActionState;
use allclear_domain::posted::Posted;

use super::{Model, RecordRef};

impl Model {
    /// The records in which every word stands, latest first, then those without a date.
    pub(crate) fn search(&self, query: &str) -> Vec<RecordRef> {
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let history = self.history();
        history
            .dated
            .iter()
            .map(|dated| dated.record)
            .chain(history.undated.iter().copied())
            .filter(|record| {
                let text = self.text_of(*record).to_lowercase();
                words.iter().all(|word| text.contains(word.as_str()))
            })
            .collect()
    }

    /// Everything that readers can see of a record.
    fn text_of(&self, record: RecordRef) -> String {
        let mut text = String::new();
        match record {
            RecordRef::Incident(place) => {
                let Some(incident) = self.incident_at(place) else {
                    return text;
                };
                add(&mut text, &incident.title);
                add_updates(&mut text, &incident.updates);
                self.add_record(&mut text, &incident.record);
                if let Some(postmortem) = &incident.postmortem
                    && postmortem.publication.is_public()
                {
                    add(&mut text, &postmortem.summary.text);
                    postmortem.timeline.iter().for_each(|entry| add(&mut text, &entry.text));
                    postmortem.contributing_factors.iter().for_each(|f| add(&mut text, f));
                }
            }
            RecordRef::Maintenance(place) => {
                let Some(window) = self.window_at(place) else {
                    return text;
                };
                add(&mut text, &window.title);
                add_updates(&mut text, &window.updates);
                self.add_record(&mut text, &window.record);
                let words = [&window.expected_effect, &window.recovery_plan];
                words.into_iter().flatten().for_each(|words| add(&mut text, words));
            }
            RecordRef::Announcement(place) => {
                if let Some(notice) = self.snapshot.announcements.get(place) {
                    add(&mut text, &notice.title);
                    add(&mut text, &notice.body.text);
                }
            }
        }
        if let Some(source) = self.source_of(record).and_then(|source| source.text.as_ref()) {
            add(&mut text, source);
        }
        text
    }

    fn add_record(&self, text: &mut String, record: &OutageRecord) {
        let targets = record.affected.iter().map(|affected| &affected.target);
        let targets = targets
            .chain(&record.not_affected)
            .chain(record.losses.iter().map(|loss| &loss.target));
        for target in targets {
            add(text, &self.target_name(target, ""));
        }
        let lines = [
            &record.reported_length,
            &record.service_label,
            &record.detected_by,
            &record.security_statement,
            &record.customers_should,
        ];
        lines.into_iter().flatten().for_each(|line| add(text, line));
        record.fault_pages.iter().for_each(|page| add(text, page));
        record.causes.iter().for_each(|cause| add(text, &cause.text));
        record.corrections.iter().for_each(|correction| add(text, &correction.text));
        record.losses.iter().flat_map(|loss| &loss.note).for_each(|note| add(text, note));
        for action in &record.actions {
            add(text, &action.text);
            if let ActionState::Dropped { why: Some(why) } = &action.state {
                add(text, why);
            }
        }
    }

    /// The name of what a statement is about; `all` is the word for all components.
    pub(crate) fn target_name(
        &self,
        target: &allclear_domain::record::Target,
        all: &str,
    ) -> String {
        use allclear_domain::record::Target;
        match target {
            Target::All => all.to_owned(),
            Target::Component(id) => self
                .line(*id)
                .and_then(|(_, line)| self.snapshot.components.get(line.component))
                .map_or_else(String::new, |component| component.name.clone()),
            Target::Words(words) => words.clone(),
        }
    }
}

fn add(text: &mut String, more: &str) {
    text.push_str(more);
    text.push('\n');
}

fn add_updates<S>(text: &mut String, updates: &[Posted<S>]) {
    updates.iter().for_each(|update| add(text, &update.body.text));
}
