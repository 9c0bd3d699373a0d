//! How often something has to fail before Gatus says so.

use std::collections::BTreeMap;

use allclear_domain::check::Patience;
use serde_json::Value;

use crate::import::draft::Draft;
use crate::import::fields::{Fields, is_yes};
use crate::import::shape::samples;

/// Failures in a row until an alert, where nothing is said.
const USUAL_FAILURES: u32 = 3;
/// Successes in a row until its end, where nothing is said.
const USUAL_SUCCESSES: u32 = 2;

/// What alerts of each type are like where an endpoint says nothing: failures and successes in a row.
#[derive(Debug, Default)]
pub(super) struct Alerts(BTreeMap<String, (Option<u32>, Option<u32>)>);

impl Alerts {
    /// Takes in `alerting` of one file.
    pub(super) fn add(&mut self, alerting: &Value, draft: &mut Draft<'_>) {
        for (name, value) in alerting.as_object().into_iter().flatten() {
            let mut provider = Fields::of(value);
            let Some(default) = provider.get("default-alert") else { continue };
            let mut default = Fields::of(default);
            let thresholds = thresholds(&mut default, draft);
            let known = self.0.entry(name.clone()).or_default();
            *known = (thresholds.0.or(known.0), thresholds.1.or(known.1));
        }
    }

    /// The patience of an endpoint with these alerts.
    pub(super) fn patience(&self, alerts: &[&Value], draft: &mut Draft<'_>) -> Patience {
        let mut found: Vec<(u32, u32)> = Vec::new();
        for value in alerts {
            let mut fields = Fields::of(value);
            let name = fields.text("type").unwrap_or_default();
            let is_off = fields.text("enabled").is_some_and(|it| !is_yes(&draft.value(&it)));
            let (failures, successes) = thresholds(&mut fields, draft);
            let usual = self.0.get(&name).copied().unwrap_or_default();
            for key in ["description", "send-on-resolved", "minimum-reminder-interval"] {
                fields.get(key);
            }
            fields.get("provider-override");
            draft.unread(&fields, "alerts.");
            draft.leave_out(format!("alert by {name}, but for its thresholds"));
            if !is_off {
                found.push((
                    failures.or(usual.0).unwrap_or(USUAL_FAILURES),
                    successes.or(usual.1).unwrap_or(USUAL_SUCCESSES),
                ));
            }
        }
        if found.iter().any(|one| Some(one) != found.first()) {
            draft.change(
                "its alerts have different thresholds; here the lowest ones are those of the check",
            );
        }
        let lowest = |of: fn(&(u32, u32)) -> u32| found.iter().map(of).min();
        match (lowest(|one| one.0), lowest(|one| one.1)) {
            (Some(failures), Some(successes)) => Patience {
                fail_after: samples(failures, draft),
                recover_after: samples(successes, draft),
                stable_for_seconds: 0,
            },
            _ => Patience::default(),
        }
    }
}

fn thresholds(fields: &mut Fields<'_>, draft: &mut Draft<'_>) -> (Option<u32>, Option<u32>) {
    let mut number = |name: &str| {
        let text = fields.text(name)?;
        draft.value(&text).trim().parse().ok().filter(|number| *number > 0)
    };
    (number("failure-threshold"), number("success-threshold"))
}
