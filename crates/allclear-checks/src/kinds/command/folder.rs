//! Which programs may be run: those in one folder that the server's settings name, and that nobody but
//! root and the server's own user can change. Whoever may write checks may thereby choose among them, and
//! run nothing else, as long as none of them runs what its arguments say.

use std::collections::HashSet;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use allclear_domain::check::CommandCheck;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::running::Running;
use crate::limits::COMMANDS_MAX;

/// Bits of a mode by which others than the owner may write.
const WRITABLE_BY_OTHERS: u32 = 0o022;
/// The bit of a folder's mode by which nobody but its owner may replace what belongs to others.
const STICKY: u32 = 0o1000;
/// Bits of a mode by which anybody may run it.
const RUNNABLE: u32 = 0o111;
/// Plugins that are there to run another program, which their arguments name.
const RUN_OTHERS: [&str; 2] = ["negate", "urlize"];
/// What runs other programs with some arguments, or is a shell, and should not be in the folder.
const UNFIT: [&str; 9] =
    ["negate", "urlize", "check_by_ssh", "sh", "bash", "dash", "env", "perl", "python3"];
/// Folders and links that lead to the folder. The system follows fewer.
const WAY_MAX: usize = 1_000;

/// The programs that checks may run, and those that run.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: Option<PathBuf>,
    seats: Arc<Semaphore>,
    pub(super) running: Running,
}

/// A program that may be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it is called there: one program may go by many names, and do by each something else.
    pub(super) called: PathBuf,
}

impl Default for Programs {
    /// None.
    fn default() -> Self {
        Self::within(None)
    }
}

impl Programs {
    /// Those in a folder; none where that is `None`.
    #[must_use]
    pub fn within(folder: Option<PathBuf>) -> Self {
        let seats = Arc::new(Semaphore::new(COMMANDS_MAX));
        Self { folder, seats, running: Running::default() }
    }

    /// Stops all that run, with everything that they began. None begins any more.
    pub fn stop(&self) {
        self.running.stop_all();
    }

    /// Waits until one more may run.
    pub(super) async fn seat(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        self.seats.clone().acquire_owned().await.ok()
    }

    /// Where a program is, or why it may not be run.
    pub(super) fn find(&self, program: &str) -> Result<Program, String> {
        let folder = self.folder()?;
        if !CommandCheck::is_below(program) {
            return Err(format!("{program} is no path below {}", folder.display()));
        }
        let named = folder.join(program);
        let path = named.canonicalize().map_err(|error| unseen(&named, &error))?;
        // It may go by another name.
        for one in [&named, &path] {
            if RUN_OTHERS.iter().any(|name| one.file_name().is_some_and(|is| is == *name)) {
                return Err(format!(
                    "{} is not run: it runs whatever program its arguments name",
                    one.display()
                ));
            }
        }
        if !path.starts_with(&folder) {
            return Err(format!(
                "{} leads out of {}: put a copy of the program there",
                named.display(),
                folder.display()
            ));
        }
        let metadata = path.metadata().map_err(|error| unseen(&path, &error))?;
        if !metadata.is_file() || metadata.mode() & RUNNABLE == 0 {
            return Err(format!("{} is no program: it is no file that may be run", path.display()));
        }
        // Whoever may write to a folder puts another program in the place of one.
        for above in path.ancestors().take_while(|above| *above != folder) {
            safe(above)?;
        }
        for above in named.ancestors().skip(1).take_while(|above| *above != folder) {
            safe(above)?;
        }
        Ok(Program { path, called: named })
    }

    /// Where the folder is, or why nothing in it may be run.
    ///
    /// # Errors
    /// Where none is named, it is not there, or others can change it, or put another one in its place.
    pub fn folder(&self) -> Result<PathBuf, String> {
        let Some(folder) = &self.folder else {
            return Err("no program may be run here: name the folder of those that may as \
                        commands_folder in the settings of the server, and start it again"
                .to_owned());
        };
        let canonical = folder.canonicalize().map_err(|error| unseen(folder, &error))?;
        safe(&canonical)?;
        leads_safely(folder)?;
        Ok(canonical)
    }

    /// Programs in the folder that may run anything, so that whoever may write checks could, too. Only
    /// such as are known by their names are found.
    #[must_use]
    pub fn unfit(&self) -> Vec<&'static str> {
        let Ok(folder) = self.folder() else { return Vec::new() };
        let is_there = |name: &&str| folder.join(name).symlink_metadata().is_ok();
        UNFIT.into_iter().filter(is_there).collect()
    }
}

fn unseen(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no {}", path.display()),
        _ => format!("{} cannot be looked at: {error}", path.display()),
    }
}

/// That nobody but root and the server's user can put something else where a path leads: each folder and
/// each link on its way is looked at.
fn leads_safely(path: &Path) -> Result<(), String> {
    let (mut ways, mut seen) = (vec![path.to_owned()], HashSet::new());
    while let Some(way) = ways.pop() {
        for above in way.ancestors() {
            if above.as_os_str().is_empty() || !seen.insert(above.to_owned()) {
                continue;
            }
            if seen.len() > WAY_MAX {
                return Err(format!("{} leads through too many links", path.display()));
            }
            let metadata = above.symlink_metadata().map_err(|error| unseen(above, &error))?;
            if metadata.is_symlink() {
                // The mode of a link says nothing: who may replace it follows from the folder it is in.
                belongs_to_us(above, metadata.uid())?;
                let to = above.read_link().map_err(|error| unseen(above, &error))?;
                ways.push(above.parent().unwrap_or(above).join(to));
            } else {
                keeps_its_own(above, metadata.uid(), metadata.mode())?;
            }
        }
    }
    Ok(())
}

/// That nobody but root and the server's user can replace what belongs to these in a folder.
fn keeps_its_own(path: &Path, owner: u32, mode: u32) -> Result<(), String> {
    match mode & STICKY {
        0 => is_ours(path, owner, mode),
        _ => belongs_to_us(path, owner),
    }
}

/// That nobody but root and the server's user can change what is there.
fn safe(path: &Path) -> Result<(), String> {
    let metadata = path.metadata().map_err(|error| unseen(path, &error))?;
    is_ours(path, metadata.uid(), metadata.mode())
}

fn belongs_to_us(path: &Path, owner: u32) -> Result<(), String> {
    let own = rustix::process::geteuid().as_raw();
    if owner != 0 && owner != own {
        return Err(format!(
            "{} belongs to another user than root and the one that the server runs as: chown it to root",
            path.display()
        ));
    }
    Ok(())
}

/// The same as [`safe`], by its owner and its mode.
fn is_ours(path: &Path, owner: u32, mode: u32) -> Result<(), String> {
    belongs_to_us(path, owner)?;
    if mode & WRITABLE_BY_OTHERS != 0 {
        return Err(format!(
            "others than its owner may write to {}: chmod go-w it",
            path.display()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use tempfile::TempDir;

    use super::*;

    fn put(path: &Path, mode: u32) {
        fs::write(path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn only_programs_in_the_folder_are_found() {
        let home = TempDir::new().unwrap();
        let folder = home.path().join("commands");
        fs::create_dir_all(folder.join("disks")).unwrap();
        for (name, mode) in [
            ("right", 0o755),
            ("disks/right", 0o700),
            ("no-program", 0o644),
            ("group-writes", 0o775),
            ("all-write", 0o757),
        ] {
            put(&folder.join(name), mode);
        }
        put(&home.path().join("outside"), 0o755);
        symlink(home.path().join("outside"), folder.join("way-out")).unwrap();
        symlink(home.path(), folder.join("folder-out")).unwrap();
        symlink(folder.join("right"), folder.join("other-name")).unwrap();
        let programs = Programs::within(Some(folder.clone()));
        for right in ["right", "disks/right", "other-name"] {
            assert!(programs.find(right).is_ok(), "{right}: {:?}", programs.find(right));
        }
        for (wrong, why) in [
            ("gone", "there is no "),
            ("disks", "is no program"),
            ("no-program", "is no program"),
            ("group-writes", "chmod go-w"),
            ("all-write", "chmod go-w"),
            ("way-out", "leads out of"),
            ("folder-out/outside", "leads out of"),
            ("../outside", "is no path below"),
            ("/bin/sh", "is no path below"),
            ("", "is no path below"),
        ] {
            let told = programs.find(wrong).unwrap_err();
            assert!(told.contains(why), "{wrong}: {told}");
        }
        // Others could put another program there, or another link.
        symlink(folder.join("right"), folder.join("disks/link")).unwrap();
        assert!(programs.find("disks/link").is_ok());
        fs::set_permissions(folder.join("disks"), Permissions::from_mode(0o777)).unwrap();
        for one in ["disks/right", "disks/link"] {
            assert!(programs.find(one).unwrap_err().contains("chmod go-w"), "{one}");
        }
        fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
        assert!(programs.find("right").unwrap_err().contains("chmod go-w"));
        let told = Programs::default().find("right").unwrap_err();
        assert!(told.contains("commands_folder"), "{told}");
    }

    #[test]
    fn whoever_may_write_to_a_folder_above_could_replace_it() {
        let home = TempDir::new().unwrap();
        let above = home.path().join("above");
        let folder = above.join("commands");
        fs::create_dir_all(&folder).unwrap();
        put(&folder.join("right"), 0o755);
        let link = home.path().join("link");
        symlink(&folder, &link).unwrap();
        let elsewhere = home.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        symlink(&link, elsewhere.join("link")).unwrap();
        let ways = [folder, link, elsewhere.join("link")];
        let told = |nth: usize| Programs::within(Some(ways[nth].clone())).find("right");
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        };
        for nth in 0..3 {
            assert!(told(nth).is_ok(), "{nth}: {:?}", told(nth));
        }
        for writable in [0o777, 0o775] {
            mode(&above, writable);
            for nth in 0..3 {
                let told = told(nth).unwrap_err();
                assert!(told.contains("/above: chmod go-w"), "{nth}: {told}");
            }
        }
        // In a folder such as /tmp, nobody replaces what belongs to others.
        mode(&above, 0o1777);
        assert!(told(0).is_ok(), "{:?}", told(0));
        // A link could lead elsewhere.
        mode(&elsewhere, 0o777);
        assert!(told(1).is_ok(), "{:?}", told(1));
        assert!(told(2).unwrap_err().contains("/elsewhere: chmod go-w"), "{:?}", told(2));
    }

    #[test]
    fn what_runs_whatever_its_arguments_name_is_refused_and_found() {
        let home = TempDir::new().unwrap();
        fs::create_dir(home.path().join("more")).unwrap();
        let names = ["negate", "more/urlize", "check_by_ssh", "check_tcp"];
        for name in names {
            put(&home.path().join(name), 0o755);
        }
        symlink(home.path().join("negate"), home.path().join("check_not")).unwrap();
        let programs = Programs::within(Some(home.path().to_owned()));
        for name in ["negate", "more/urlize", "check_not"] {
            let told = programs.find(name).unwrap_err();
            assert!(told.contains("whatever program its arguments name"), "{name}: {told}");
        }
        assert!(programs.find("check_tcp").is_ok());
        assert_eq!(programs.unfit(), ["negate", "check_by_ssh"]);
        assert!(Programs::default().unfit().is_empty());
    }

    #[test]
    fn what_belongs_to_others_is_refused() {
        let (own, path) = (rustix::process::geteuid().as_raw(), Path::new("/a"));
        assert_eq!(is_ours(path, 0, 0o755), Ok(()));
        assert_eq!(is_ours(path, own, 0o700), Ok(()));
        assert!(
            is_ours(path, own.wrapping_add(7), 0o755).unwrap_err().contains("chown it to root")
        );
        // Whoever owns a folder may replace what is in it, whatever its mode says.
        let told = keeps_its_own(path, own.wrapping_add(7), 0o1777).unwrap_err();
        assert!(told.contains("chown it to root"), "{told}");
        assert_eq!(keeps_its_own(path, 0, 0o1777), Ok(()));
        assert!(keeps_its_own(path, 0, 0o777).unwrap_err().contains("chmod go-w"));
    }
}
