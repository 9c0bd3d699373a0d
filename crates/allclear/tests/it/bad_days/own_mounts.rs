//! A small disk of one's own: the story runs again in a process with its own mounts, where it may put
//! a file system of a few megabytes into a folder without anybody else seeing it.
//!
//! That takes root, or a system on which everybody may have namespaces, or `sudo` without a password.
//! Where there is none of these the story fails and says so: a full disk that nobody filled proves
//! nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Set in the process that has its own mounts.
const INSIDE: &str = "ALLCLEAR_TEST_OWN_MOUNTS";

#[expect(
    clippy::disallowed_methods,
    reason = "the process with its own mounts is told so through its environment"
)]
fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// True in the process with its own mounts, which goes on with the story. Anywhere else runs the story
/// (its full name) in such a process, asserts that it passed, and gives false.
pub(crate) fn enter(story: &str) -> bool {
    if is_inside() {
        return true;
    }
    let unshare = ["unshare", "--mount", "--propagation", "private"];
    let as_everybody = ["--user", "--map-root-user"];
    let ways = [
        unshare.to_vec(),
        [unshare.as_slice(), as_everybody.as_slice()].concat(),
        [["sudo", "-n", "-E"].as_slice(), unshare.as_slice()].concat(),
    ];
    let works = |way: &Vec<&str>| {
        let mut trial = words(way);
        trial.args(["sh", "-c", "mount -t tmpfs -o size=4k tmpfs /tmp"]);
        trial.output().is_ok_and(|output| output.status.success())
    };
    let way = ways.iter().find(|way| works(way)).expect(
        "no way to mount a small disk: run the tests as root, or let this user run sudo without a \
         password, or allow user namespaces",
    );
    let output = words(way)
        .arg(std::env::current_exe().unwrap())
        .args([story, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success() && out.contains("1 passed"),
        "{story}, through {way:?}: {}\n{out}\n{err}",
        output.status
    );
    false
}

fn words(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// A disk of a few megabytes. Its end is the end of the process that mounted it.
pub(crate) struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts one; `options` as of tmpfs, such as `size=4m` or `nr_inodes=20`.
    pub(crate) fn mount(options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = Self { folder };
        disk.run(&["-t", "tmpfs", "-o", options, "tmpfs"]);
        disk
    }

    /// Lets nobody write any more, or again. (`bind` makes it the mount's business, which needs less.)
    pub(crate) fn set_read_only(&self, is_read_only: bool) {
        let option = if is_read_only { "remount,bind,ro" } else { "remount,bind,rw" };
        self.run(&["-o", option]);
    }

    fn run(&self, words: &[&str]) {
        let mut mount = Command::new("mount");
        mount.args(words).arg(self.folder.path());
        let output = mount.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    /// Fills it until so many bytes are free, and not one page more.
    pub(crate) fn fill(&self, free: usize) {
        self.free();
        let mut ballast = std::fs::File::create(self.ballast()).unwrap();
        let page = [1_u8; 4096];
        let mut written = 0;
        while std::io::Write::write_all(&mut ballast, &page).is_ok() {
            written += page.len();
        }
        ballast.set_len(u64::try_from(written.saturating_sub(free)).unwrap()).unwrap();
    }

    /// Takes every name that is left, but for a few.
    pub(crate) fn take_names(&self, left: usize) {
        let names = self.path().join("names");
        std::fs::create_dir_all(&names).unwrap();
        let mut count: usize = 0;
        while std::fs::File::create(names.join(count.to_string())).is_ok() {
            count += 1;
        }
        for number in count.saturating_sub(left)..count {
            std::fs::remove_file(names.join(number.to_string())).unwrap();
        }
    }

    /// Frees what was filled or taken.
    pub(crate) fn free(&self) {
        // Neither need be there.
        let _ = std::fs::remove_file(self.ballast());
        let _ = std::fs::remove_dir_all(self.path().join("names"));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The mount goes with the process at the latest.
        let _ = Command::new("umount").arg(self.path()).output();
    }
}
