//! Who the audit log names: for what a command or a duty applies, with the file.

use allclear_domain::audit::Actor;

/// The actor of what stands in a file. A token or a person stays: who it was counts for more.
pub(crate) fn of_file(by: &Actor, file: &str) -> Actor {
    match by {
        Actor::Command(_) => Actor::Command(format!("apply {file}")),
        Actor::Duty(_) => Actor::Duty(format!("apply {file}")),
        Actor::Person(_) | Actor::Token(_) => by.clone(),
    }
}
