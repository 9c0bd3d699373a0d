//! The record that `rigs/powercut/trace.c` makes of everything done to the files of a folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// One call, as far as it matters to a disk. Files are named by their open handle.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// Another process starts: it has no handles yet.
    Process,
    /// A file or folder was opened that was there before.
    Open { handle: i64, path: PathBuf },
    /// A file was made and opened.
    Create { handle: i64, path: PathBuf },
    /// Bytes were written.
    Write { handle: i64, at: usize, bytes: Vec<u8> },
    /// The length was set.
    Length { handle: i64, length: usize },
    /// The length was raised, unless it was greater.
    LengthMin { handle: i64, length: usize },
    /// The disk was told to make a file or the entries of a folder safe, and did.
    Sync { handle: i64 },
    /// A folder was made.
    MakeFolder { path: PathBuf },
    /// A name was removed.
    Remove { path: PathBuf },
    /// A name was changed.
    Rename { from: PathBuf, to: PathBuf },
    /// A file got another name beside its own.
    Link { from: PathBuf, to: PathBuf },
    /// Something was printed: who reads it may believe it.
    Say { text: String },
}

/// The library that makes the record, built once for each run of the tests.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let library = folder.join("powercut.so");
    // Another run may be using the one that is there: it is replaced as a whole.
    let built_as = folder.join(format!("powercut-{}.so", std::process::id()));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rigs/powercut/trace.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
        .args([&built_as, &source])
        .args(["-ldl", "-lpthread"])
        .output()
        .expect("the C compiler `cc` builds the rig for power cuts: install gcc");
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
    std::fs::rename(built_as, &library).unwrap();
    library
});

/// Lets a command write down what it does to the files in `root`.
pub(crate) fn record(command: &mut Command, root: &Path, trace: &Path) {
    command.env("LD_PRELOAD", &*LIBRARY).env("POWERCUT_ROOT", root).env("POWERCUT_TRACE", trace);
}

/// Reads a record. One that was cut off in the middle of a call ends before it.
pub(crate) fn read(trace: &Path) -> Vec<Call> {
    let bytes = std::fs::read(trace).unwrap();
    let mut calls = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some((call, after)) = read_one(rest) {
        calls.push(call);
        rest = after;
    }
    calls
}

fn read_one(bytes: &[u8]) -> Option<(Call, &[u8])> {
    let (head, rest) = bytes.split_at_checked(33)?;
    let number = |index: usize| {
        let at = 1 + index * 8;
        i64::from_le_bytes(head[at..at + 8].try_into().unwrap())
    };
    let length = |index| usize::try_from(number(index)).unwrap();
    let (first, rest) = rest.split_at_checked(length(2))?;
    let (second, rest) = rest.split_at_checked(length(3))?;
    let path = |bytes: &[u8]| PathBuf::from(String::from_utf8(bytes.to_vec()).unwrap());
    let handle = number(0);
    let call = match head[0] {
        b'P' => Call::Process,
        b'o' => Call::Open { handle, path: path(first) },
        b'c' => Call::Create { handle, path: path(first) },
        b'w' => Call::Write { handle, at: length(1), bytes: first.to_vec() },
        b't' => Call::Length { handle, length: length(1) },
        b'e' => Call::LengthMin { handle, length: length(1) },
        b's' => Call::Sync { handle },
        b'm' => Call::MakeFolder { path: path(first) },
        b'u' => Call::Remove { path: path(first) },
        b'r' => Call::Rename { from: path(first), to: path(second) },
        b'l' => Call::Link { from: path(first), to: path(second) },
        b'A' => Call::Say { text: String::from_utf8_lossy(first).into_owned() },
        other => panic!("the rig does not model the call `{}`", char::from(other)),
    };
    Some((call, rest))
}

/// How often each kind of call occurs: a rig that saw none of a kind that must occur is broken.
pub(crate) fn tally(calls: &[Call]) -> HashMap<&'static str, usize> {
    let mut tally = HashMap::new();
    for call in calls {
        let kind = match call {
            Call::Process => "process",
            Call::Open { .. } => "open",
            Call::Create { .. } => "create",
            Call::Write { .. } => "write",
            Call::Length { .. } | Call::LengthMin { .. } => "length",
            Call::Sync { .. } => "sync",
            Call::MakeFolder { .. } => "folder",
            Call::Remove { .. } => "remove",
            Call::Rename { .. } | Call::Link { .. } => "name",
            Call::Say { .. } => "say",
        };
        *tally.entry(kind).or_default() += 1;
    }
    tally
}
