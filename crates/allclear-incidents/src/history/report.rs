//! What an import says about itself: nothing is dropped in silence.

use serde::{Deserialize, Serialize};

/// The report of one import, planned or done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Records written, or that would be.
    pub created: usize,
    /// Records that are there already, equal.
    pub skipped: usize,
    /// Records that are there already but differ from the source, and what the source says
    /// otherwise of the page (`page: timezone …`) and of components; what is there was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differing: Vec<String>,
    /// Lines that belong to no record and were understood, such as "All times are UTC".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub understood: Vec<Understood>,
    /// Lines that were kept in a record's prose, or nowhere, without being understood.
    pub not_understood: Vec<NotUnderstood>,
    /// Where the source disagrees with itself.
    pub contradictions: Vec<ReportedContradiction>,
}

/// A line that tells of the whole source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Understood {
    /// 1-based line in the source.
    pub line: usize,
    /// The line as it stands there.
    pub text: String,
    /// What it was taken to mean.
    pub meaning: String,
}

/// A line that the importer could not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotUnderstood {
    /// 1-based line in the source.
    pub line: usize,
    /// The line as it stands there.
    pub text: String,
}

/// A disagreement inside the source, and which side was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedContradiction {
    /// Id of the record.
    pub record: String,
    /// Field of the record.
    pub field: String,
    /// What the source prints.
    pub printed: String,
    /// What was kept.
    pub kept: String,
    /// Why that side was kept.
    pub why: String,
}
