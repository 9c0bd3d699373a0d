//! The `facts` shape: an outage as plain facts, one JSON file per publisher.
//!
//! It is what `import facts` reads, what every importer of foreign text produces before anything is
//! written, and what `import --plan --json` prints. Every field of a record that is optional is
//! left out of the JSON when it is empty, so that a file read and written again is equal.

pub use allclear_domain::record::{
    Contradiction as FactsContradiction, Level as FactsLevel, LossKind as FactsLossKind,
    LossOutcome as FactsLossOutcome,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One publisher's history: the file that `import facts` reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsFile {
    /// Who published the history.
    pub publisher: String,
    /// What the publisher runs, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// IANA name of the publisher's time zone; `None` where it is not known.
    pub timezone: Option<String>,
    /// What the publisher calls that zone, such as `SLT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone_label: Option<String>,
    /// Remarks about the source; internal, never shown as the publisher's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The publisher's components.
    #[serde(default)]
    pub components: Vec<FactsComponent>,
    /// Incidents and maintenance windows, newest first.
    #[serde(default)]
    pub records: Vec<FactsRecord>,
}

/// A component as a publisher names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsComponent {
    /// Short name that records use: lower case letters, digits and hyphens.
    pub key: String,
    /// Name as printed.
    pub name: String,
}

/// Whether a record tells of something unplanned or planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactsKind {
    /// Something unplanned.
    Incident,
    /// Planned work.
    Maintenance,
    /// A notice that is neither, such as a change of hours.
    Announcement,
}

/// How exactly a start or an end is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactsPrecision {
    /// To the minute.
    Minute,
    /// The source says "about".
    Approximate,
    /// Only the day.
    Day,
    /// Not at all.
    Unknown,
}

/// How a record stands that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactsState {
    /// An incident whose cause is not known.
    Investigating,
    /// An incident whose cause is known.
    Identified,
    /// An incident that seems over and is being watched.
    Monitoring,
    /// A window that is announced.
    Scheduled,
    /// A window under way.
    InProgress,
    /// A window whose work is done and being checked.
    Verifying,
    /// A window that was called off.
    Cancelled,
}

/// One incident or maintenance window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsRecord {
    /// `{publisher}-{date}`, then `b`, `c` … for more on one day, in the source's order.
    pub id: String,
    /// Unplanned or planned.
    pub kind: FactsKind,
    /// One line that says what happened.
    pub title: String,
    /// RFC 3339 with the offset of the publisher's zone at that time, where known.
    pub started_at: Option<String>,
    /// RFC 3339 with the offset of the publisher's zone at that time, where known.
    pub ended_at: Option<String>,
    /// The date alone, where no time is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// The date it ended, where no time is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// How exactly the start is known.
    pub start_precision: FactsPrecision,
    /// How exactly the end is known.
    pub end_precision: FactsPrecision,
    /// How it stands, where it is not over. An incident without it is over. Of a window without it,
    /// its times say how it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<FactsState>,
    /// Since when it is monitored or verified, or when it was called off; RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The length as the publisher wrote it; stands beside the computed one, never replaces it.
    pub reported_duration: Option<String>,
    /// It came and went within its start and end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub intermittent: bool,
    /// The announced window, where it differs from the real one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<FactsPlanned>,
    /// Component keys, `all`, or words where no component exists.
    pub affected: Vec<String>,
    /// What `all` in `affected` leaves out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// What the publisher says was not affected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_affected: Vec<String>,
    /// The publisher's own label, such as "Severely delayed transactions".
    pub service: Option<String>,
    /// How much of the service was gone, in our reading.
    pub level: Option<FactsLevel>,
    /// Fault pages of providers.
    #[serde(default)]
    pub upstream_status: Vec<String>,
    /// What was lost, per component.
    #[serde(default)]
    pub losses: Vec<FactsLoss>,
    /// What was first published wrongly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<FactsCorrection>,
    /// Causes stated as found.
    #[serde(default)]
    pub causes: Vec<String>,
    /// Causes that were only suspected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspected: Vec<String>,
    /// Causes that were looked into and ruled out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ruled_out: Vec<String>,
    /// How it was noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detected_by: Option<String>,
    /// Public statement on data and attack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<String>,
    /// What readers were asked to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers_should: Option<String>,
    /// Id of an earlier record with the same cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence_of: Option<String>,
    /// What was told meanwhile, in order.
    #[serde(default)]
    pub updates: Vec<FactsUpdate>,
    /// Steps done and promised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<FactsAction>,
    /// Where the source disagrees with itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<FactsContradiction>,
    /// The lesson; internal, never shown as the publisher's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_it_hurt: Option<String>,
    /// Remarks; internal, never shown as the publisher's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The source's prose in full, as the publisher wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// True for text that could not be read as a dated record: it becomes a draft, shown to nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
}

/// A window as it was announced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsPlanned {
    /// Announced start, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// Announced end, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// Announced length, in the publisher's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<String>,
}

/// What was lost for one component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsLoss {
    /// Component key, `all`, or words.
    pub component: String,
    /// What kind of thing, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<FactsLossKind>,
    /// What became of it.
    pub outcome: FactsLossOutcome,
    /// Share that was lost, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraction: Option<f64>,
    /// Remark of the publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Something that was first published wrongly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsCorrection {
    /// When it was corrected, where known.
    pub on: Option<Date>,
    /// What was wrong, and what is right.
    pub text: String,
}

/// One message of the publisher during or after the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsUpdate {
    /// RFC 3339, where the instant is known.
    pub at: Option<String>,
    /// Time of day `HH:MM` where date or zone is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<String>,
    /// The date alone, where no time is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// The message.
    pub text: String,
}

/// A step done or promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsAction {
    /// What is done.
    pub text: String,
    /// Done or promised.
    pub state: FactsActionState,
    /// `YYYY-MM-DD` or `YYYY-MM`, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// Whether a step was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactsActionState {
    /// Taken.
    Done,
    /// Promised.
    Promised,
    /// Given up.
    Dropped,
}
