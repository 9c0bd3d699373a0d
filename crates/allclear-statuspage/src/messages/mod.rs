//! Every text that a page prints, in every language.
//!
//! A language is one static [`Messages`]: a text that is missing in one of them does not compile.

mod de;
mod en;

use allclear_domain::status_page::{Language, UptimePolicy};

/// The texts of one language. Arrays follow the order of the enum that they name.
pub(crate) struct Messages {
    pub(crate) tag: &'static str,
    /// The link to this language, in this language.
    pub(crate) read_in: &'static str,

    // Dates, times and numbers.
    pub(crate) months: [&'static str; 12],
    pub(crate) months_short: [&'static str; 12],
    pub(crate) weekdays_short: [&'static str; 7],
    /// Day of the month as it stands before the month's name: `24` or `24.`
    pub(crate) day_dot: &'static str,
    /// What follows a weekday before a date.
    pub(crate) weekday_gap: &'static str,
    /// Seconds, minutes, hours, days.
    pub(crate) units: [&'static str; 4],
    pub(crate) under_a_minute: &'static str,
    pub(crate) decimal: &'static str,
    pub(crate) thousands: &'static str,
    pub(crate) about: &'static str,
    pub(crate) on_day: &'static str,
    pub(crate) time_not_known: &'static str,
    pub(crate) date_not_known: &'static str,
    pub(crate) length_not_known: &'static str,
    pub(crate) since: &'static str,
    /// `{}` is an age, such as `12 s`.
    pub(crate) ago: &'static str,
    pub(crate) so_far: fn(&str) -> String,
    pub(crate) local_time: &'static str,
    pub(crate) your_time: &'static str,
    pub(crate) times_in: fn(&str) -> String,
    pub(crate) times_in_utc: &'static str,

    // States.
    /// By `ComponentStatus`.
    pub(crate) statuses: [&'static str; 5],
    /// The same within a sentence.
    pub(crate) statuses_inline: [&'static str; 5],
    pub(crate) no_data: &'static str,
    /// By `IncidentStatus`.
    pub(crate) incident_statuses: [&'static str; 4],
    /// By `MaintenanceStatus`.
    pub(crate) maintenance_statuses: [&'static str; 5],

    pub(crate) chrome: Chrome,
    pub(crate) absence: AbsenceTexts,
    pub(crate) closed: ClosedTexts,
    pub(crate) now: Now,
    pub(crate) past: Past,
    pub(crate) incident: IncidentTexts,
    pub(crate) record: RecordTexts,
    pub(crate) maintenance: MaintenanceTexts,
    pub(crate) component: ComponentTexts,
}

/// What stands around every page.
pub(crate) struct Chrome {
    pub(crate) skip: &'static str,
    pub(crate) pages: &'static str,
    pub(crate) now: &'static str,
    pub(crate) upcoming: &'static str,
    pub(crate) history: &'static str,
    pub(crate) uptime: &'static str,
    pub(crate) served_by: &'static str,
    pub(crate) not_found: &'static str,
    pub(crate) not_found_text: &'static str,
    pub(crate) to_now: &'static str,
}

/// Where there is no status page: for those who look for one, and for the operator.
pub(crate) struct AbsenceTexts {
    pub(crate) nothing_yet: &'static str,
    pub(crate) nothing_yet_text: &'static str,
    pub(crate) cannot_be_shown: &'static str,
    pub(crate) cannot_be_shown_text: &'static str,
    pub(crate) operator: &'static str,
    pub(crate) to_begin: &'static str,
    pub(crate) to_write: &'static str,
    pub(crate) to_set_up: &'static str,
    pub(crate) to_import: &'static str,
    pub(crate) to_look: &'static str,
    pub(crate) to_examine: &'static str,
}

/// The form before a protected status page.
pub(crate) struct ClosedTexts {
    pub(crate) brand: &'static str,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
    pub(crate) password: &'static str,
    pub(crate) open: &'static str,
    pub(crate) wrong_password: &'static str,
    pub(crate) too_many_attempts: &'static str,
    pub(crate) not_now: &'static str,
}

/// The first view.
pub(crate) struct Now {
    pub(crate) all_operational: &'static str,
    pub(crate) no_open_incident: &'static str,
    pub(crate) hero_one: fn(&str, &str) -> String,
    pub(crate) hero_some: fn(&str, &str) -> String,
    pub(crate) hero_all: fn(&str) -> String,
    pub(crate) hero_incidents: fn(usize) -> String,
    pub(crate) hero_shutdown: &'static str,
    pub(crate) hero_maintenance_one: fn(&str) -> String,
    pub(crate) hero_maintenance: &'static str,
    pub(crate) as_of: &'static str,
    pub(crate) checked_since: fn(&str) -> String,
    pub(crate) unchecked_since: fn(&str) -> String,
    pub(crate) announcements: &'static str,
    pub(crate) active_incidents: &'static str,
    pub(crate) maintenance_in_progress: &'static str,
    pub(crate) components: &'static str,
    pub(crate) filter: &'static str,
    pub(crate) affected_of: fn(&str, &str) -> String,
    pub(crate) parts: fn(usize) -> String,
    pub(crate) about_group: fn(&str) -> String,
    pub(crate) days_ago_90: &'static str,
    pub(crate) days_ago_30: &'static str,
    pub(crate) today: &'static str,
    pub(crate) uptime_of: fn(&str) -> String,
    pub(crate) formula: fn(UptimePolicy) -> String,
    pub(crate) bars_all_good: fn(&str) -> String,
    pub(crate) bars_problems: fn(&str, usize) -> String,
    pub(crate) bars_no_data: fn(usize) -> String,
    pub(crate) next_14_days: &'static str,
    pub(crate) later: &'static str,
    pub(crate) nothing_planned: &'static str,
    pub(crate) nothing_in_14_days: &'static str,
    pub(crate) not_begun: &'static str,
    pub(crate) past_7_days: &'static str,
    pub(crate) most_recent: &'static str,
    pub(crate) all_history: &'static str,
    pub(crate) promised: &'static str,
    pub(crate) due_by: fn(&str) -> String,
    pub(crate) overdue_since: fn(&str) -> String,
    pub(crate) no_due_date: &'static str,
    pub(crate) more: fn(usize) -> String,
}

/// History, search and uptime.
pub(crate) struct Past {
    pub(crate) no_incidents: &'static str,
    pub(crate) continued: &'static str,
    pub(crate) ongoing: &'static str,
    pub(crate) announcement: &'static str,
    pub(crate) history_text: &'static str,
    pub(crate) month: &'static str,
    pub(crate) incidents: &'static str,
    pub(crate) maintenance: &'static str,
    pub(crate) announcements: &'static str,
    pub(crate) downtime: &'static str,
    pub(crate) downtime_note: &'static str,
    pub(crate) downtime_by_component: &'static str,
    pub(crate) no_downtime: &'static str,
    pub(crate) no_records: &'static str,
    pub(crate) nothing_in_month: &'static str,
    pub(crate) undated: &'static str,
    pub(crate) undated_text: &'static str,
    pub(crate) undated_count: fn(usize) -> String,
    pub(crate) search: &'static str,
    pub(crate) search_label: &'static str,
    pub(crate) search_for: fn(&str) -> String,
    pub(crate) found: fn(usize) -> String,
    pub(crate) found_more: fn(&str, &str) -> String,
    pub(crate) no_words: &'static str,
    pub(crate) earlier: &'static str,
    pub(crate) later: &'static str,
    pub(crate) months: &'static str,
    pub(crate) month_text: &'static str,
    pub(crate) uptime_text: &'static str,
    pub(crate) last_12_months: &'static str,
    pub(crate) day: &'static str,
    pub(crate) component: &'static str,
}

/// Incidents and what was posted.
pub(crate) struct IncidentTexts {
    pub(crate) incident: &'static str,
    pub(crate) started: &'static str,
    pub(crate) all_components: &'static str,
    pub(crate) not_affected: &'static str,
    pub(crate) you_should: &'static str,
    pub(crate) next_due: &'static str,
    pub(crate) next_was_due: &'static str,
    pub(crate) earlier_updates: fn(usize) -> String,
    pub(crate) deliberate: &'static str,
    pub(crate) deliberate_text: &'static str,
    pub(crate) intermittent: &'static str,
    pub(crate) reported_length: fn(&str) -> String,
    pub(crate) entered_afterwards: &'static str,
    pub(crate) impact: &'static str,
    pub(crate) otherwise: fn(&str) -> String,
    pub(crate) updates: &'static str,
    pub(crate) no_updates: &'static str,
    pub(crate) update: &'static str,
    pub(crate) link_to_update: &'static str,
    pub(crate) edited: &'static str,
    pub(crate) earlier_versions: fn(usize) -> String,
    pub(crate) until_edit: &'static str,
    pub(crate) time_shown: &'static str,
    pub(crate) backfilled: &'static str,
    pub(crate) reopened: &'static str,
    pub(crate) had_ended: &'static str,
    pub(crate) postmortem: &'static str,
    pub(crate) timeline: &'static str,
    pub(crate) factors: &'static str,
    pub(crate) discussion: &'static str,
    pub(crate) same_cause: &'static str,
    pub(crate) later_same_cause: &'static str,
    pub(crate) converted_from: &'static str,
    pub(crate) source_text: &'static str,
    pub(crate) earlier: &'static str,
    pub(crate) later: &'static str,
    pub(crate) neighbours: &'static str,
}

/// The outage record.
pub(crate) struct RecordTexts {
    pub(crate) record: &'static str,
    pub(crate) affected: &'static str,
    pub(crate) except: &'static str,
    pub(crate) at_worst: fn(&str) -> String,
    pub(crate) began: &'static str,
    pub(crate) ended: &'static str,
    pub(crate) length: &'static str,
    pub(crate) reported: &'static str,
    pub(crate) service: &'static str,
    pub(crate) level: &'static str,
    /// By `Level`.
    pub(crate) levels: [&'static str; 6],
    pub(crate) fault_pages: &'static str,
    pub(crate) losses: &'static str,
    pub(crate) loss_of: &'static str,
    pub(crate) loss_what: &'static str,
    pub(crate) loss_outcome: &'static str,
    pub(crate) loss_detail: &'static str,
    /// By `LossKind`.
    pub(crate) loss_kinds: [&'static str; 4],
    pub(crate) loss_any: &'static str,
    /// By `LossOutcome`.
    pub(crate) loss_outcomes: [&'static str; 8],
    pub(crate) loss_share: fn(&str) -> String,
    pub(crate) accepted: fn(&str) -> String,
    pub(crate) delivered: fn(&str) -> String,
    pub(crate) late: fn(&str) -> String,
    pub(crate) lost: fn(&str) -> String,
    pub(crate) settled: &'static str,
    pub(crate) corrections: &'static str,
    /// By `Certainty`.
    pub(crate) causes: [&'static str; 3],
    pub(crate) corrected: &'static str,
    pub(crate) detected_by: &'static str,
    pub(crate) detected_at: &'static str,
    pub(crate) security: &'static str,
    pub(crate) customers_should: &'static str,
    pub(crate) contradictions: &'static str,
    pub(crate) contradiction: fn(&str, &str, &str) -> String,
    pub(crate) steps: &'static str,
    pub(crate) step_promised: &'static str,
    pub(crate) step_done: &'static str,
    pub(crate) step_dropped: &'static str,
    pub(crate) overdue: &'static str,
}

/// Maintenance.
pub(crate) struct MaintenanceTexts {
    pub(crate) maintenance: &'static str,
    pub(crate) ends_in: fn(&str) -> String,
    pub(crate) overrun_by: fn(&str) -> String,
    pub(crate) past_abort: &'static str,
    pub(crate) progress: fn(&str, &str) -> String,
    pub(crate) recovery_plan: &'static str,
    pub(crate) abort_at: &'static str,
    pub(crate) expected_effect: &'static str,
    pub(crate) window: &'static str,
    pub(crate) former_window: &'static str,
    pub(crate) changed: &'static str,
    pub(crate) steps: &'static str,
    pub(crate) cancelled_at: &'static str,
    pub(crate) became: &'static str,
    pub(crate) work_began: &'static str,
    pub(crate) date_to_come: &'static str,
}

/// Component permalinks.
pub(crate) struct ComponentTexts {
    pub(crate) part_of: &'static str,
    pub(crate) parts: &'static str,
    pub(crate) last_90_days: &'static str,
    pub(crate) all_time: fn(&str) -> String,
    pub(crate) uptime: &'static str,
    pub(crate) mean_of_parts: &'static str,
    pub(crate) days: &'static str,
    pub(crate) days_caption: &'static str,
    pub(crate) worst: &'static str,
    pub(crate) how_long: &'static str,
    pub(crate) records: &'static str,
    pub(crate) no_days: &'static str,
    pub(crate) no_records: &'static str,
    pub(crate) no_data_before: fn(&str) -> String,
    /// It is history.
    pub(crate) retired_on: fn(&str) -> String,
    pub(crate) older_records: fn(usize) -> String,
    pub(crate) times: &'static str,
    /// Half of them, 95 of 100.
    pub(crate) took: [&'static str; 2],
    pub(crate) of_those: &'static str,
    pub(crate) at_most: fn(&str, &str) -> String,
    pub(crate) as_table: &'static str,
    pub(crate) times_note: &'static str,
}

impl Messages {
    /// The texts of a language.
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &en::MESSAGES,
            Language::De => &de::MESSAGES,
        }
    }
}

/// A weight in thousandths as a percentage, for the formula.
fn percent(permille: u16, decimal: &str) -> String {
    let (whole, tenth) = (permille / 10, permille % 10);
    if tenth == 0 { format!("{whole}\u{a0}%") } else { format!("{whole}{decimal}{tenth}\u{a0}%") }
}
