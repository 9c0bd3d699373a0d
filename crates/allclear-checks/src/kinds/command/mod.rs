//! The kind `command`: a program of the operator's that says by its exit code how things are, as plugins of
//! Nagios do: 0 works, 1 warns, 2 fails, 3 does not know.
//!
//! What a program says of its target is believed. What happens to the program itself says nothing of it:
//! that it is not there, may not be run, ends with another code or by a signal is our own fault, and
//! the verdict is *unknown*. One that does not end in time fails, as everything does that does not
//! answer: most often it waits for its target.

mod figures;
mod folder;
mod running;

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use allclear_domain::check::{CheckKind, CommandCheck, Reach, Reason, ReasonCode};
use allclear_domain::error::InvalidValue;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

use super::record::Record;
use super::{Way, reason};
use crate::limits::{
    COMMAND_FIGURES_MAX, COMMAND_SAID_CHARS_MAX, COMMANDS_MAX, KEPT_BODY_BYTES_MAX,
    STDERR_LINES_MAX,
};

use self::folder::Program;
pub use self::folder::Programs;
use self::running::{Ended, Heard, Started};

/// How long it may wait for its turn until that is why it was not in time.
const WAITED_LONG: Duration = Duration::from_millis(500);

/// A check of the kind `command` that can be tried.
#[derive(Debug)]
pub struct CommandProbe(CommandCheck);

impl CommandProbe {
    pub(super) const fn new(check: CommandCheck) -> Self {
        Self(check)
    }

    /// Tries it once.
    pub(super) async fn run(
        &self,
        way: &Way,
        record: &mut Record,
        deadline: Instant,
    ) -> Result<(), Reason> {
        // It may try anything, and most likely something elsewhere.
        record.reach = Some(Reach::Far);
        let ours = |told: String| reason(ReasonCode::Ours, told);
        let asked_at = Instant::now();
        let Ok(seat) = timeout_at(deadline, way.programs.seat()).await else {
            return Err(ours(format!(
                "it was not its turn in time: {COMMANDS_MAX} programs ran all the while, and no more do \
                 at the same time"
            )));
        };
        record.waited = asked_at.elapsed();
        let (programs, command) = (way.programs.clone(), self.0.clone());
        let starting = spawn_blocking(move || programs.start(&command, seat));
        let Ok(started) = timeout_at(deadline, starting).await else {
            return Err(ours(
                "it was not started in time: the disk or the machine is slow".to_owned(),
            ));
        };
        let started = started.map_err(|error| ours(format!("it was not started: {error}")))?;
        let (program, started) = started.map_err(ours)?;
        let words = self.0.target();
        let words = words.split_once(' ').map_or("", |(_, arguments)| arguments);
        record.sent(format!("{} {words}", program.called.display()).trim_end());
        let Heard { ended, out, err } = started.hear(deadline).await;
        note(record, &out, &err);
        let said = said(&out.bytes).or_else(|| said(&err.bytes));
        match ended {
            Ended::By(status) => judged(record, status, said),
            Ended::TooLate if record.waited > WAITED_LONG => Err(ours(format!(
                "it did not end in time, and had waited {} ms for its turn: {COMMANDS_MAX} programs ran, and \
                 no more do at the same time",
                record.waited.as_millis()
            ))),
            Ended::TooLate => {
                let said = said.map(|said| format!("; it said: {said}")).unwrap_or_default();
                let told = format!("it did not end in time, and was stopped{said}");
                Err(reason(ReasonCode::TimedOut, told))
            }
            Ended::Lost(error) => Err(ours(format!("what became of it is not known: {error}"))),
        }
    }
}

/// What follows from how it ended.
fn judged(record: &mut Record, status: ExitStatus, said: Option<String>) -> Result<(), Reason> {
    let found = said.unwrap_or_else(|| "it said nothing".to_owned());
    let Some(code) = status.code() else {
        let signal = status.signal().unwrap_or_default();
        let told = format!("the program was ended by signal {signal}: {found}");
        return Err(reason(ReasonCode::Ours, told));
    };
    record.noted(&format!("exit code {code}"));
    match code {
        0 => Ok(()),
        1 => Err(reason(ReasonCode::Warned, found)),
        2 => Err(reason(ReasonCode::Reported, found)),
        3 => Err(reason(ReasonCode::Ours, format!("the program does not know: {found}"))),
        _ => {
            let told = format!(
                "the program ended with code {code}, which is none of 0 (works), 1 (warns), 2 (fails) and \
                 3 (does not know): {found}"
            );
            Err(reason(ReasonCode::Ours, told))
        }
    }
}

/// The first line that says something, without figures.
fn said(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().map(|line| line.split('|').next().unwrap_or_default().trim());
    let line = line.into_iter().find(|line| !line.is_empty())?;
    Some(match line.char_indices().nth(COMMAND_SAID_CHARS_MAX) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    })
}

/// Writes down what was said, and the figures in it.
fn note(record: &mut Record, out: &running::Said, err: &running::Said) {
    record.received_bytes(&out.bytes, KEPT_BODY_BYTES_MAX);
    let errors = String::from_utf8_lossy(&err.bytes);
    for line in errors.lines().take(STDERR_LINES_MAX) {
        record.received(&format!("stderr: {line}"));
    }
    let is_cut = out.is_cut || err.is_cut || errors.lines().count() > STDERR_LINES_MAX;
    if is_cut {
        record.noted("it said more, which is not kept");
    }
    let found = figures::read(&String::from_utf8_lossy(&out.bytes));
    for figure in found.iter().take(COMMAND_FIGURES_MAX) {
        record.noted(&format!("figure {figure}"));
    }
    if let Some(more) = found.len().checked_sub(COMMAND_FIGURES_MAX).filter(|more| *more > 0) {
        record.noted(&format!("and {more} more figures"));
    }
}

impl Programs {
    /// Starts a program, or says why it cannot be run. This blocks: the disk that it is on may take its
    /// time, or not answer at all.
    fn start(
        &self,
        command: &CommandCheck,
        seat: Option<OwnedSemaphorePermit>,
    ) -> Result<(Program, Started), String> {
        let program = self.find(&command.program)?;
        let started = self.running.start(&program, &command.arguments, seat);
        let started = started
            .map_err(|error| format!("{} cannot be run: {error}", program.called.display()))?;
        Ok((program, started))
    }

    /// What is wrong with the program of a kind, where it has one: that it may not be run here.
    #[must_use]
    pub fn refusal(&self, kind: &CheckKind) -> Option<InvalidValue> {
        let CheckKind::Command(command) = kind else { return None };
        let problem = self.find(&command.program).err()?;
        Some(InvalidValue::new("kind.command.program", problem))
    }
}

#[cfg(test)]
mod tests;
