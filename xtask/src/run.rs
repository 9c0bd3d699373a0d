//! Running other programs, with errors that say which program and what it said.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{ambient, workspace};

/// Cargo, in the root of the checkout.
pub(crate) fn cargo(words: &[&str]) -> Result<Command> {
    let mut command = Command::new(ambient::cargo());
    command.args(words).current_dir(workspace::root()?);
    // Crates that are rebuilt when one of these changes would be rebuilt here, with all above them.
    for variable in ambient::of_this_package() {
        command.env_remove(variable);
    }
    Ok(command)
}

/// Runs to the end with its output shown; true if it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool> {
    let status = command.status().with_context(|| format!("start {}", shown(command)))?;
    Ok(status.success())
}

/// Runs to the end and gives back what it printed; an error carries what it complained of.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("start {}", shown(command)))?;
    if !output.status.success() {
        bail!(
            "{} failed ({}):\n{}{}",
            shown(command),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
