//! A component: a piece of the product that users depend on and whose status a page publishes.
//!
//! Its status is never stored: it is the worst of what open incidents, maintenance in progress and
//! people's settings say at an instant. What is stored are those intervals, so that history and
//! present can never disagree.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::InvalidValue;
use crate::forest::Forest;
use crate::ids::{ComponentId, PublicId, StatusPageId, StatusSettingId};
use crate::limits;
use crate::text::{InternalText, Key};

/// A piece of the product that users depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Id inside.
    pub id: ComponentId,
    /// Id in addresses.
    pub public_id: PublicId,
    /// The page it belongs to; other pages may show it as well.
    pub page_id: StatusPageId,
    /// Short name, unique on its page.
    pub key: Key,
    /// Name as readers see it.
    pub name: String,
    /// A sentence on what it does for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The component it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<ComponentId>,
    /// Place among its siblings, ascending.
    pub position: u32,
    /// The day uptime counts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Date>,
    /// When it was made known to Allclear.
    pub created_at: Timestamp,
    /// From when on it belongs to the history alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
}

impl Component {
    /// Makes it a part of another component, or of none. `forest` is that of its page.
    ///
    /// # Errors
    /// Where the other is not on its page, is the component itself or a part of it, or where the
    /// tree would be too deep.
    pub fn move_under(
        self,
        parent: Option<ComponentId>,
        forest: &Forest,
    ) -> Result<Self, InvalidValue> {
        let refuse = |problem: String| Err(InvalidValue::new("parent", problem));
        if let Some(parent) = parent {
            if forest.page_of(parent) != Some(self.page_id) {
                return refuse("is not a component of the same page: choose one that is".into());
            }
            if forest.is_within(parent, self.id) {
                return refuse("is the component itself, or a part of it: choose another".into());
            }
            let own = forest.above(self.id).count();
            let below = forest.parts(self.id).map(|part| forest.above(part).count() - own).max();
            let levels = forest.above(parent).count() + 2 + below.unwrap_or(0);
            if levels > limits::COMPONENT_DEPTH_MAX {
                let max = limits::COMPONENT_DEPTH_MAX;
                return refuse(format!("lies too deep: {levels} levels, {max} at most"));
            }
        }
        Ok(Self { parent_id: parent, ..self })
    }
}

/// What a page says of a component. The order is that of the roll-up: a group is as bad as its
/// worst part, and maintenance never hides anything worse than itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentStatus {
    /// It works.
    Operational,
    /// Planned work is under way.
    UnderMaintenance,
    /// It works badly or late.
    DegradedPerformance,
    /// It works for some.
    PartialOutage,
    /// It works for nobody.
    MajorOutage,
}

impl ComponentStatus {
    /// All of them, best first.
    pub const ALL: [Self; 5] = [
        Self::Operational,
        Self::UnderMaintenance,
        Self::DegradedPerformance,
        Self::PartialOutage,
        Self::MajorOutage,
    ];

    /// The word in files and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::UnderMaintenance => "under_maintenance",
            Self::DegradedPerformance => "degraded_performance",
            Self::PartialOutage => "partial_outage",
            Self::MajorOutage => "major_outage",
        }
    }

    /// Place in [`ComponentStatus::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A status that a person gave a component, from an instant until the next setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusSetting {
    /// Id inside.
    pub id: StatusSettingId,
    /// The component.
    pub component_id: ComponentId,
    /// The status from then on.
    pub status: ComponentStatus,
    /// When it began.
    pub set_at: Timestamp,
    /// When it ends by itself; `None` where it holds until the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// Why it holds in place of what checks measure, of the component and its parts; `None` where it
    /// does not, and the worst is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrules: Option<InternalText>,
}

impl StatusSetting {
    /// When it stops to hold, be it by itself or with the next one of its component.
    #[must_use]
    pub fn until(&self, next: Option<&Self>) -> Option<Timestamp> {
        let next = next.map(|next| next.set_at);
        [self.ends_at, next].into_iter().flatten().min()
    }

    /// Whether it holds at an instant, as the latest of its component.
    #[must_use]
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.ends_at.is_none_or(|ends_at| ends_at > at)
    }
}

#[cfg(test)]
mod tests;
