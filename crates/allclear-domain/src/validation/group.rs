//! Groups of checks and programs of the operator's, by themselves. Whether members are there is for
//! whoever writes, and whether a program may be run for whoever runs it.

use super::{Validate, Validation};
use crate::check::{Check, CommandCheck, GroupCheck};
use crate::limits;

impl Check {
    /// That a group is no member of itself.
    pub(super) fn validate_members(&self, validation: &mut Validation) {
        let members = self.kind.as_group().map(|group| group.members.as_slice());
        let place = members.unwrap_or_default().iter().position(|member| *member == self.id);
        if let Some(place) = place {
            validation.within(format_args!("kind.group.members[{place}]"), |validation| {
                validation.refuse("is this check itself: name another one");
            });
        }
    }
}

impl Validate for GroupCheck {
    fn validate(&self, validation: &mut Validation) {
        let members = &self.members;
        validation.each("members", members, limits::GROUP_MEMBERS_MAX, |_, _| {});
        if members.is_empty() {
            validation.within("members", |validation| {
                validation.refuse("is empty: name the checks that it stands for");
            });
        }
        for (place, member) in members.iter().enumerate() {
            if members.iter().take(place).any(|other| other == member) {
                validation.within(format_args!("members[{place}]"), |validation| {
                    validation.refuse("is named twice: name each check once");
                });
            }
        }
        if let Some(up_min) = self.up_min.filter(|_| !members.is_empty()) {
            let most = u32::try_from(members.len()).unwrap_or(u32::MAX);
            validation.number("up_min", u32::from(up_min), 1..=most);
        }
    }
}

impl Validate for CommandCheck {
    fn validate(&self, validation: &mut Validation) {
        validation.title("program", &self.program);
        if !self.program.is_empty() && !Self::is_below(&self.program) {
            validation.within("program", |validation| {
                validation.refuse(
                    "is no path below the folder of programs: write its name there, as in check_disk or \
                     disks/check_disk",
                );
            });
        }
        let max = limits::COMMAND_ARGUMENTS_MAX;
        validation.each("arguments", &self.arguments, max, |_, _| {});
        for (place, argument) in self.arguments.iter().take(max).enumerate() {
            let name = format_args!("arguments[{place}]");
            validation.line(name, argument, limits::URL_BYTES_MAX);
        }
    }
}
