//! The outage record: the facts of an incident or a window, as a definition list and tables.

use allclear_domain::OutageRecord;
use allclear_domain::action::{ActionItem, ActionState};
use allclear_domain::posted::Posted;
use allclear_domain::record::{Cause, Certainty, Correction, Level, Loss, LossKind, LossOutcome};
use allclear_domain::times::Bound;
use jiff::Timestamp;
use jiff::civil::Date;

use super::Context;
use super::changes::worst_of_all;
use crate::format::{Html, inline, is_web_address};

/// A term and what is said of it.
pub(crate) struct RowView {
    pub(crate) label: &'static str,
    pub(crate) values: Vec<Html>,
}

/// One line of the loss ledger.
pub(crate) struct LossView {
    pub(crate) of: Html,
    pub(crate) what: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) details: Vec<Html>,
}

/// One step that was taken or promised.
pub(crate) struct StepView {
    pub(crate) text: Html,
    pub(crate) state: &'static str,
    pub(crate) detail: String,
    pub(crate) is_overdue: bool,
}

/// The record.
pub(crate) struct RecordView {
    pub(crate) rows: Vec<RowView>,
    pub(crate) losses: Vec<LossView>,
    pub(crate) has_loss_details: bool,
    pub(crate) steps: Vec<StepView>,
    pub(crate) contradictions: Vec<Html>,
}

impl Context<'_> {
    pub(crate) fn record<S>(
        &self,
        record: &OutageRecord,
        updates: &[Posted<S>],
        times: Option<(Bound, Option<Bound>)>,
    ) -> RecordView {
        let m = &self.m.record;
        let mut rows = Rows(Vec::new());
        rows.add(m.affected, self.affected(record, updates));
        let not_affected = self.targets(&record.not_affected);
        if !not_affected.as_str().is_empty() {
            rows.add(self.m.incident.not_affected.trim_end_matches(':'), vec![not_affected]);
        }
        if let Some((started, ended)) = times {
            self.add_times(&mut rows, started, ended);
        }
        rows.add_text(m.reported, record.reported_length.as_deref());
        rows.add_text(m.service, record.service_label.as_deref());
        rows.add_text(m.level, record.level.map(|level| self.level(level)));
        let pages = record.fault_pages.iter().map(|page| fault_page(page));
        rows.add(m.fault_pages, pages.collect());
        for certainty in [Certainty::Known, Certainty::Suspected, Certainty::RuledOut] {
            self.add_causes(&mut rows, &record.causes, certainty);
        }
        rows.add_text(m.detected_by, record.detected_by.as_deref());
        if let Some(at) = record.detected_at {
            let started = times.map_or(Bound::Unknown, |(started, _)| started);
            let day = self.reference_day(started);
            rows.add(m.detected_at, vec![self.locale.instant(at, day)]);
        }
        rows.add_text(m.security, record.security_statement.as_deref());
        rows.add_text(m.customers_should, record.customers_should.as_deref());
        rows.add(m.corrections, self.corrections(&record.corrections));
        let losses: Vec<LossView> = record.losses.iter().map(|loss| self.loss(loss)).collect();
        RecordView {
            rows: rows.0,
            has_loss_details: losses.iter().any(|loss| !loss.details.is_empty()),
            losses,
            steps: record.actions.iter().map(|action| self.step(action)).collect(),
            contradictions: record
                .contradictions
                .iter()
                .map(|c| Html::text(&(m.contradiction)(&c.field, &c.printed, &c.against)))
                .collect(),
        }
    }

    /// The day beside which times of a record stand without a date.
    pub(crate) fn reference_day(&self, started: Bound) -> Date {
        started.day(&self.model.zone).unwrap_or(super::NO_DAY)
    }

    /// What the record names and what its updates changed, each with the worst status it had.
    fn affected<S>(&self, record: &OutageRecord, updates: &[Posted<S>]) -> Vec<Html> {
        worst_of_all(record, updates, &self.model.forest)
            .into_iter()
            .map(|worst| (self.affected_name(&worst.target, record), worst))
            .filter(|(name, _)| !name.as_str().is_empty())
            .map(|(name, worst)| {
                let status = self.mark(worst.status).inline;
                if worst.is_worst_of_several {
                    name.remarked(&(self.m.record.at_worst)(status))
                } else {
                    name.remarked(status)
                }
            })
            .collect()
    }

    fn add_times(&self, rows: &mut Rows, started: Bound, ended: Option<Bound>) {
        let m = &self.m.record;
        let began = match started {
            Bound::Unknown => Html::text(self.m.date_not_known),
            known => self.locale.bound(known, super::NO_DAY),
        };
        rows.add(m.began, vec![began]);
        if let Some(ended) = ended {
            let day = self.reference_day(started);
            rows.add(m.ended, vec![self.locale.bound(ended, day)]);
            let length = self.locale.length_between(started, ended);
            rows.add_text(m.length, Some(length.as_deref().unwrap_or(self.m.length_not_known)));
        }
    }

    fn level(&self, level: Level) -> &'static str {
        let [full, partial, degraded, delayed, web_only, maintenance] = self.m.record.levels;
        match level {
            Level::Full => full,
            Level::Partial => partial,
            Level::Degraded => degraded,
            Level::Delayed => delayed,
            Level::WebOnly => web_only,
            Level::Maintenance => maintenance,
        }
    }

    fn add_causes(&self, rows: &mut Rows, causes: &[Cause], certainty: Certainty) {
        let [known, suspected, ruled_out] = self.m.record.causes;
        let label = match certainty {
            Certainty::Known => known,
            Certainty::Suspected => suspected,
            Certainty::RuledOut => ruled_out,
        };
        let mut values = Vec::new();
        for cause in causes.iter().filter(|cause| cause.certainty == certainty) {
            values.push(inline(&cause.text));
            for correction in self.corrections(&cause.corrections) {
                values.push(Html::labelled(self.m.record.corrected, &correction));
            }
        }
        rows.add(label, values);
    }

    fn corrections(&self, corrections: &[Correction]) -> Vec<Html> {
        corrections
            .iter()
            .map(|correction| {
                let text = inline(&correction.text);
                match correction.on {
                    Some(on) => Html::join(&[self.locale.day(on), text], ": "),
                    None => text,
                }
            })
            .collect()
    }

    fn loss(&self, loss: &Loss) -> LossView {
        let m = &self.m.record;
        let [transactions, data, configuration, mail] = m.loss_kinds;
        let mut details = Vec::new();
        if let Some(fraction) = loss.fraction {
            let share = self.locale.stated_percent(fraction);
            details.push(Html::text(&(m.loss_share)(&share)));
        }
        let counts = [
            (m.accepted, loss.counts.accepted),
            (m.delivered, loss.counts.delivered),
            (m.late, loss.counts.late),
            (m.lost, loss.counts.lost),
        ];
        for (words, count) in counts {
            if let Some(count) = count {
                details.push(Html::text(&words(&self.locale.count(count))));
            }
        }
        details.extend(loss.note.as_deref().map(inline));
        if let Some(settled) = &loss.settled {
            let mut pieces: Vec<Html> =
                settled.on.map(|on| self.locale.day(on)).into_iter().collect();
            pieces.push(inline(&settled.text));
            details.push(Html::labelled(m.settled, &Html::join(&pieces, ": ")));
        }
        LossView {
            of: self.target(&loss.target),
            what: loss.kind.map_or(m.loss_any, |kind| match kind {
                LossKind::Transactions => transactions,
                LossKind::Data => data,
                LossKind::Configuration => configuration,
                LossKind::Mail => mail,
            }),
            outcome: self.outcome(loss.outcome),
            details,
        }
    }

    fn outcome(&self, outcome: LossOutcome) -> &'static str {
        let [none, recovered, mostly, delayed, minimal, some, lost, not_stated] =
            self.m.record.loss_outcomes;
        match outcome {
            LossOutcome::None => none,
            LossOutcome::Recovered => recovered,
            LossOutcome::MostlyRecovered => mostly,
            LossOutcome::Delayed => delayed,
            LossOutcome::Minimal => minimal,
            LossOutcome::SomeLost => some,
            LossOutcome::Lost => lost,
            LossOutcome::NotStated => not_stated,
        }
    }

    fn step(&self, action: &ActionItem) -> StepView {
        let m = &self.m.record;
        let is_overdue = action.is_overdue(self.locale.today);
        let due = action.due.map(|due| self.due(due));
        let (state, detail) = match &action.state {
            ActionState::Promised => {
                let due = due.map(|day| (self.m.now.due_by)(&day));
                (if is_overdue { m.overdue } else { m.step_promised }, due)
            }
            ActionState::Done { on } => (m.step_done, on.map(|on| self.locale.date(on))),
            ActionState::Dropped { why } => (m.step_dropped, why.clone()),
        };
        StepView {
            text: inline(&action.text),
            state,
            detail: detail.unwrap_or_default(),
            is_overdue,
        }
    }

    /// An instant on a record's page.
    pub(crate) fn dated(&self, at: Timestamp) -> Html {
        self.locale.instant(at, super::NO_DAY)
    }
}

struct Rows(Vec<RowView>);

impl Rows {
    fn add(&mut self, label: &'static str, values: Vec<Html>) {
        if !values.is_empty() {
            self.0.push(RowView { label, values });
        }
    }

    fn add_text(&mut self, label: &'static str, text: Option<&str>) {
        self.add(label, text.map(inline).into_iter().collect());
    }
}

/// A provider's page, linked where it is an address and nothing else.
fn fault_page(page: &str) -> Html {
    if is_web_address(page) { inline(page) } else { Html::text(page) }
}
