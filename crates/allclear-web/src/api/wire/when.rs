//! Times as records know them.

use allclear_domain::error::InvalidValue;
use allclear_domain::times::{Bound, Moment, Precision};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When something began or ended: an instant, a day of the status page's zone, or, with neither, not
/// known.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "When")]
#[serde(deny_unknown_fields)]
pub(crate) struct WhenJson {
    /// The instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// The day, where no more than that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<Date>,
    /// The instant is only about right.
    #[serde(default)]
    is_approximate: bool,
}

impl WhenJson {
    /// The same as a bound.
    pub(crate) fn bound(self, field: &str) -> Result<Bound, InvalidValue> {
        Ok(match (self.at, self.on) {
            (Some(_), Some(_)) => {
                return Err(InvalidValue::new(field, "has `at` and `on`: send one of them"));
            }
            (Some(at), None) if self.is_approximate => {
                Bound::At { at, precision: Precision::Approximate }
            }
            (Some(at), None) => Bound::exactly(at),
            (None, Some(on)) => Bound::On { on },
            (None, None) => Bound::Unknown,
        })
    }
}

impl From<Bound> for WhenJson {
    fn from(bound: Bound) -> Self {
        let is_approximate = bound.is_approximate();
        match bound {
            Bound::At { at, .. } => Self { at: Some(at), on: None, is_approximate },
            Bound::On { on } => Self { at: None, on: Some(on), is_approximate },
            Bound::Unknown => Self::default(),
        }
    }
}

/// When something was said, as far as that is known.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Moment")]
#[serde(deny_unknown_fields)]
pub(crate) struct MomentJson {
    /// The instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// The day, where the instant is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<Date>,
    /// The time of day, in a zone that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_of_day: Option<Time>,
}

impl MomentJson {
    /// The same as a moment.
    pub(crate) fn moment(self, field: &str) -> Result<Moment, InvalidValue> {
        Ok(match (self.at, self.on, self.time_of_day) {
            (Some(at), None, None) => Moment::At { at },
            (None, Some(on), local) => Moment::On { on, local },
            (None, None, Some(local)) => Moment::Local { local },
            (None, None, None) => Moment::Unknown,
            (Some(_), ..) => {
                let problem = "has `at` and more: an instant says it all, so send that alone";
                return Err(InvalidValue::new(field, problem));
            }
        })
    }
}

impl From<Moment> for MomentJson {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::At { at } => Self { at: Some(at), ..Self::default() },
            Moment::On { on, local } => {
                Self { on: Some(on), time_of_day: local, ..Self::default() }
            }
            Moment::Local { local } => Self { time_of_day: Some(local), ..Self::default() },
            Moment::Unknown => Self::default(),
        }
    }
}
