//! What ends, on the wire.

use allclear_domain::expiry::Ending;
use allclear_domain::limits;
use allclear_store::{ExpiryRow, Stored};
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::wire::{EndingWord, ExpiryStateWord, given};

/// Something that ends on a day that is known beforehand.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Expiry")]
pub(super) struct ExpiryJson {
    id: String,
    /// Name as the team sees it.
    name: String,
    #[schemars(with = "EndingWord")]
    kind: &'static str,
    /// When it ends; `null` where nobody told.
    ends_at: Option<Timestamp>,
    /// Whole days until it ends; negative once it has.
    days_left: Option<i64>,
    #[schemars(with = "ExpiryStateWord")]
    state: &'static str,
    /// How many days before the end to warn; the largest number first.
    warn_days: Vec<u16>,
    /// When somebody is warned next; `null` where nothing is left to warn of.
    next_warning_at: Option<Timestamp>,
    /// When somebody was last warned of the end as it is now.
    warned_at: Option<Timestamp>,
    /// Who sees to it.
    owner: Option<String>,
    /// What to know about it, for the team alone.
    note: Option<String>,
    /// Where it is seen to.
    link: Option<String>,
    /// Of a date: the last day on which it is in time, in UTC.
    due_on: Option<Date>,
    certificate: Option<CertificateJson>,
    domain: Option<DomainJson>,
    created_at: Timestamp,
    /// Counts its changes. The `ETag` says the same.
    version: i64,
}

/// A certificate as a check sees it served.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SeenCertificate")]
struct CertificateJson {
    /// Id of the check.
    check: String,
    /// The first name that it is for.
    name: String,
    /// Who vouches for it.
    issuer: String,
    /// Its serial number, in hexadecimal.
    serial: String,
    /// When this very certificate was first seen there.
    since: Timestamp,
    /// When it was last seen, to an hour.
    seen_at: Option<Timestamp>,
}

/// The registration of a domain.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DomainRegistration")]
struct DomainJson {
    domain: String,
    registrar: Option<String>,
    /// When its registry was last asked; `null` where that is still to come.
    asked_at: Option<Timestamp>,
    /// Why the last question was not answered. What was known before stays.
    problem: Option<String>,
}

impl ExpiryJson {
    pub(super) fn of(stored: &Stored<ExpiryRow>, now: Timestamp) -> Self {
        let one = &stored.expiry;
        let (mut due_on, mut certificate, mut domain) = (None, None, None);
        match &one.what {
            Ending::Dated { due_on: day } => due_on = Some(*day),
            Ending::Certificate(seen) => {
                certificate = Some(CertificateJson {
                    check: seen.check_id.to_string(),
                    name: seen.leaf.name.clone(),
                    issuer: seen.leaf.issuer.clone(),
                    serial: seen.leaf.serial.clone(),
                    since: seen.since,
                    seen_at: stored.seen_at,
                });
            }
            Ending::Domain(told) => {
                domain = Some(DomainJson {
                    domain: told.domain.clone(),
                    registrar: told.registrar.clone(),
                    asked_at: told.asked_at,
                    problem: told.problem.clone(),
                });
            }
        }
        Self {
            id: one.id.to_string(),
            name: one.name.clone(),
            kind: one.what.as_str(),
            ends_at: one.ends_at(),
            days_left: one.days_left(now),
            state: one.state(now).as_str(),
            warn_days: one.warn_days.clone(),
            next_warning_at: one.next_warning_at(),
            warned_at: one.warned_at,
            owner: one.owner.clone(),
            note: one.note.clone(),
            link: one.link.clone(),
            due_on,
            certificate,
            domain,
            created_at: one.created_at,
            version: stored.version,
        }
    }
}

/// Something that ends, to be entered: `due_on` or `domain`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewExpiry")]
#[serde(deny_unknown_fields)]
pub(super) struct NewExpiryJson {
    /// Name as the team sees it; that of the domain where this is left out.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    pub(super) name: Option<String>,
    /// The last day on which it is in time, in UTC.
    pub(super) due_on: Option<Date>,
    /// A domain as it is registered, such as `example.com`.
    pub(super) domain: Option<String>,
    /// How many days before the end to warn; 30, 14, 7 and 1 where this is left out.
    #[schemars(length(max = limits::EXPIRY_WARNINGS_MAX))]
    pub(super) warn_days: Option<Vec<u16>>,
    /// Who sees to it.
    pub(super) owner: Option<String>,
    /// What to know about it, for the team alone.
    pub(super) note: Option<String>,
    /// Where it is seen to.
    pub(super) link: Option<String>,
}

/// What changes of something that ends: what is left out stays, `null` removes it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ExpiryPatch")]
#[serde(deny_unknown_fields, default)]
pub(super) struct ExpiryPatchJson {
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    pub(super) name: Option<String>,
    /// Of a date alone.
    pub(super) due_on: Option<Date>,
    #[schemars(length(max = limits::EXPIRY_WARNINGS_MAX))]
    pub(super) warn_days: Option<Vec<u16>>,
    #[serde(deserialize_with = "given")]
    pub(super) owner: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    pub(super) note: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    pub(super) link: Option<Option<String>>,
}

/// That it was renewed.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Renewal")]
#[serde(deny_unknown_fields)]
pub(super) struct RenewalJson {
    /// The last day on which it is in time from now on, in UTC.
    pub(super) due_on: Date,
}

/// The words of the noun.
#[cfg(test)]
mod tests {
    use allclear_domain::expiry::{Expiry, ExpiryState};

    use super::*;

    #[test]
    fn the_words_are_those_of_the_noun() {
        assert_eq!(EndingWord::ALL, Ending::KINDS);
        assert_eq!(ExpiryStateWord::ALL, ExpiryState::ALL.map(ExpiryState::as_str));
        assert_eq!(Expiry::USUAL_WARN_DAYS, [30, 14, 7, 1], "as the description says");
    }
}
