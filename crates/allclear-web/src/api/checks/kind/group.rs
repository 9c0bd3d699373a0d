//! What checks of the kinds `group` and `command` ask for, on the wire.

use allclear_domain::check::{CommandCheck, GroupCheck};
use allclear_domain::error::InvalidValue;
use allclear_domain::limits;
use allclear_domain::text::Key;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::KindJson;
use crate::api::call::Call;
use crate::api::checks::parents;
use crate::api::problem::Problem;

/// That enough of other checks work. Nothing is tried: it follows from what is believed of them. With exactly as
/// many as have to work while others are down it is degraded. Members that are paused or gone do not count.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "GroupCheck")]
#[serde(deny_unknown_fields)]
pub(in super::super) struct GroupJson {
    /// Ids or keys of the checks that it stands for, which may be groups themselves. An import takes keys
    /// alone, of what is there or comes before it.
    #[schemars(length(min = 1, max = limits::GROUP_MEMBERS_MAX))]
    members: Vec<String>,
    /// How many of them have to work; all where this is left out: then it is as bad as the worst of them.
    #[serde(default)]
    #[schemars(range(min = 1, max = limits::GROUP_MEMBERS_MAX))]
    up_min: Option<u16>,
}

/// A program of the operator's, which says by its exit code how things are: 0 works, 1 warns, 2 fails, 3 does
/// not know. Only those in the folder that the server's settings name as `commands_folder` are run.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CommandCheck")]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CommandJson {
    /// Where it is below that folder, as in `check_disk`.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    program: String,
    /// Its arguments, handed over as they are: there is no shell. Everybody who sees the check reads them.
    #[serde(default)]
    #[schemars(length(max = limits::COMMAND_ARGUMENTS_MAX))]
    arguments: Vec<String>,
}

impl KindJson {
    /// Looks up the members of a group: they are named by their ids from here on.
    pub(in super::super) async fn look_up(&mut self, call: &Call) -> Result<(), Problem> {
        if let Self::Group(group) = self {
            let named = std::mem::take(&mut group.members);
            let most = limits::GROUP_MEMBERS_MAX;
            let found = parents::find(call, "kind.group.members", most, named).await?;
            group.members = found.iter().map(ToString::to_string).collect();
        }
        Ok(())
    }

    /// Takes out the members of a group, which are named by their keys.
    pub(in super::super) fn take_members(&mut self) -> Result<Vec<Key>, InvalidValue> {
        let Self::Group(group) = self else { return Ok(Vec::new()) };
        let named = std::mem::take(&mut group.members).into_iter().enumerate();
        let read = named.map(|(place, key)| {
            Key::new(key.as_str()).map_err(|_| {
                let field = format!("kind.group.members[{place}]");
                InvalidValue::new(field, "is no key: name the checks by their keys here")
            })
        });
        read.collect()
    }
}

impl From<GroupCheck> for GroupJson {
    fn from(GroupCheck { members, up_min }: GroupCheck) -> Self {
        Self { members: members.iter().map(ToString::to_string).collect(), up_min }
    }
}

impl From<GroupJson> for GroupCheck {
    /// Those that are named by something else than their ids were refused when they were looked up.
    fn from(GroupJson { members, up_min }: GroupJson) -> Self {
        Self { members: members.iter().filter_map(|id| id.parse().ok()).collect(), up_min }
    }
}

same! {
    struct CommandJson = CommandCheck { program, arguments };
}
