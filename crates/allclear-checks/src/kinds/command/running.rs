//! Programs that run: each in a process group of its own, which is ended with it. None outlives its probe,
//! nor the server where that is stopped.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::folder::Program;
use crate::limits::COMMAND_BYTES_MAX;

/// Where programs look for others.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// What they write in.
const LANG: &str = "C.UTF-8";
/// How long is waited for what was said once nobody should say any more.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Bytes that are read at once.
const READ_AT_ONCE: usize = 8 * 1_024;

/// The process groups of programs that run.
#[derive(Clone, Debug, Default)]
pub(super) struct Running(Arc<Mutex<Groups>>);

#[derive(Debug, Default)]
struct Groups {
    /// The first process of each. It is taken out before the system may give its number to another.
    leaders: BTreeSet<i32>,
    /// Whether none begins any more.
    is_over: bool,
}

/// A program that was started. Where this is dropped, it is ended.
#[derive(Debug)]
pub(super) struct Started {
    running: Running,
    leader: i32,
    out: Receiver,
    err: Receiver,
    waiting: JoinHandle<io::Result<ExitStatus>>,
}

/// How a program ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// By itself, or by a signal.
    By(ExitStatus),
    /// It did not in time, and was stopped.
    TooLate,
    /// Nobody knows.
    Lost(io::Error),
}

/// What came of a program.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) ended: Ended,
    pub(super) out: Said,
    pub(super) err: Said,
}

/// What was said on one way.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) bytes: Vec<u8>,
    /// Whether there was more than is kept.
    pub(super) is_cut: bool,
}

impl Running {
    /// Starts a program: nothing comes in, what is in the environment of the server stays there, and it
    /// begins at the root of the file system. Its seat is free once its end was taken note of.
    pub(super) fn start(
        &self,
        program: &Program,
        arguments: &[String],
        seat: Option<OwnedSemaphorePermit>,
    ) -> io::Result<Started> {
        let mut command = Command::new(&program.path);
        command
            .arg0(&program.called)
            .args(arguments)
            .env_clear()
            .env("PATH", PATH)
            .env("LANG", LANG)
            .current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0);
        let mut groups = self.groups();
        if groups.is_over {
            return Err(io::Error::other("the server is being stopped"));
        }
        let mut child = command.spawn()?;
        let pid = Pid::from_child(&child);
        let leader = pid.as_raw_nonzero().get();
        groups.leaders.insert(leader);
        drop(groups);
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let running = self.clone();
        // It waits whatever becomes of the probe: somebody has to take note of the end. What cannot be
        // ended keeps its seat, as it keeps a thread.
        let waiting = tokio::task::spawn_blocking(move || {
            let ended = running.wait(child, pid);
            drop(seat);
            ended
        });
        let started = (pipe(out.map(Into::into)), pipe(err.map(Into::into)));
        let (Ok(out), Ok(err)) = started else {
            self.stop(leader);
            return Err(io::Error::other("what it says cannot be heard"));
        };
        Ok(Started { running: self.clone(), leader, out, err, waiting })
    }

    /// Waits for the end of a program, and ends what it left behind.
    fn wait(&self, mut child: Child, pid: Pid) -> io::Result<ExitStatus> {
        // As long as its end is not taken note of, its number is that of no other.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(pid), options), Err(Errno::INTR)) {}
        let leader = pid.as_raw_nonzero().get();
        let mut groups = self.groups();
        groups.leaders.remove(&leader);
        end(leader);
        let status = child.wait();
        drop(groups);
        status
    }

    /// Stops a program with everything that it began, where it still runs.
    fn stop(&self, leader: i32) {
        if self.groups().leaders.contains(&leader) {
            end(leader);
        }
    }

    /// Stops all of them. None begins any more.
    pub(super) fn stop_all(&self) {
        let mut groups = self.groups();
        groups.is_over = true;
        groups.leaders.iter().copied().for_each(end);
    }

    fn groups(&self) -> MutexGuard<'_, Groups> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a process group. That nothing is left of it is as good.
fn end(leader: i32) {
    if let Some(pid) = Pid::from_raw(leader) {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

fn pipe(end: Option<OwnedFd>) -> io::Result<Receiver> {
    let end = end.ok_or_else(|| io::Error::other("there is no pipe"))?;
    Receiver::from_owned_fd(end)
}

impl Started {
    /// Waits for its end, no longer than until the deadline, and hears what it says.
    pub(super) async fn hear(mut self, deadline: Instant) -> Heard {
        let (mut out, mut err) = (Said::default(), Said::default());
        let ended = {
            let Self { running, leader, out: said, err: complained, waiting } = &mut self;
            let reading = async { tokio::join!(out.read(said), err.read(complained)) };
            tokio::pin!(reading);
            let mut is_read = false;
            let ended = loop {
                tokio::select! {
                    biased;
                    ended = &mut *waiting => break Some(ended),
                    _ = &mut reading, if !is_read => is_read = true,
                    () = sleep_until(deadline) => break None,
                }
            };
            if ended.is_none() {
                running.stop(*leader);
            }
            // What left its group may hold the pipe open for ever.
            if !is_read {
                let _ = timeout(LAST_WORDS, reading).await;
            }
            ended
        };
        let ended = match ended {
            Some(Ok(Ok(status))) => Ended::By(status),
            Some(Ok(Err(error))) => Ended::Lost(error),
            Some(Err(error)) => Ended::Lost(error.into()),
            None => Ended::TooLate,
        };
        Heard { ended, out, err }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.running.stop(self.leader);
    }
}

impl Said {
    /// Reads to the end, and keeps the beginning: what is not read would hold the program up.
    async fn read(&mut self, from: &mut Receiver) {
        let mut buffer = vec![0; READ_AT_ONCE];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let read = buffer.get(..length).unwrap_or_default();
            let room = COMMAND_BYTES_MAX - self.bytes.len();
            self.is_cut |= read.len() > room;
            self.bytes.extend(read.iter().take(room));
        }
    }
}
