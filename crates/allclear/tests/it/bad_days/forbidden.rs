//! Folders and files that may not be written or read: refused, with the place and what to do.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use allclear_store::FILE_NAME;

use super::facts;
use super::own_mounts::{self, SmallDisk};
use super::server::Server;
use super::words::Complaints;
use crate::support::{allclear, stdout};

/// The binary without any right that root has beyond its files' modes.
fn allclear_as_anybody() -> Command {
    let binary = allclear();
    let mut command = Command::new("setpriv");
    command
        .env_clear()
        .env("HOME", "/nonexistent")
        .args(["--bounding-set=-all", "--inh-caps=-all", "--"])
        .arg(binary.get_program());
    command
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs commands, with whether each has to be refused here; none may panic, and each refusal names the place and the reason.
fn assert_clear(
    name: &str,
    data: &Path,
    command: impl Fn() -> Command,
    expected: &[(&str, bool)],
    complaints: &mut Complaints,
) {
    let files = tempfile::tempdir().unwrap();
    let file = facts::write(files.path(), 1, 0);
    let place = data.to_str().unwrap();
    let reasons = ["ermission denied", "read-only", "Read-only", "owner and mode"];
    let wanted: [&[&str]; 2] = [&[place], &reasons];
    for &(word, is_refused) in expected {
        let name = format!("{word}, {name}");
        let mut command = command();
        command.arg("--data").arg(data).arg(word);
        if word == "serve" {
            command.args(["--listen", "127.0.0.1:0"]);
            match Server::start_as_told(&mut command) {
                Ok(_) if is_refused => complaints.add(&format!("{name}: not refused"), String::new),
                Ok(server) => assert_eq!(server.get("/").status, 200),
                Err((code, said)) => {
                    complaints.judge_words(code, false, &said, &name, &wanted);
                }
            }
            continue;
        }
        if word == "import" {
            command.arg("facts").arg(&file);
        }
        let output = command.output().unwrap();
        if is_refused && output.status.success() {
            complaints.add(&format!("{name}: not refused"), || stdout(&output));
        }
        complaints.judge(&output, &name, &wanted);
    }
}

fn filled(data: &Path) {
    let files = tempfile::tempdir().unwrap();
    let file = facts::write(files.path(), 0, 0);
    let mut import = allclear();
    import.arg("--data").arg(data).args(["import", "facts"]).arg(file);
    stdout(&import.output().unwrap());
}

#[test]
fn what_may_not_be_written_is_refused_with_its_place() {
    if !own_mounts::enter("bad_days::forbidden::what_may_not_be_written_is_refused_with_its_place")
    {
        return;
    }
    let mut complaints = Complaints::default();
    let folder = tempfile::tempdir().unwrap();
    let writers = [("import", true), ("serve", true), ("export", false), ("doctor", false)];
    let all = writers.map(|(word, _)| (word, true));
    // Pages that can be read are served; that nothing can be written is what doctor tells.
    let importers = writers.map(|(word, _)| (word, matches!(word, "import" | "doctor")));
    for (name, folder_mode, file_mode, expected) in [
        ("a read-only folder", 0o500, 0o600, writers),
        ("a read-only file", 0o700, 0o400, importers),
        ("a file that may not be read", 0o700, 0o000, all),
        ("a folder that may not be entered", 0o000, 0o600, all),
    ] {
        let data = folder.path().join(name.replace(' ', "-"));
        filled(&data);
        set_mode(&data.join(FILE_NAME), file_mode);
        set_mode(&data, folder_mode);
        assert_clear(name, &data, allclear_as_anybody, &expected, &mut complaints);
        set_mode(&data, 0o700);
        set_mode(&data.join(FILE_NAME), 0o600);
        let export = allclear().arg("--data").arg(&data).arg("export").output();
        assert!(stdout(&export.unwrap()).contains("n0-2009"), "{name}");
    }
    let above = folder.path().join("above");
    std::fs::create_dir(&above).unwrap();
    set_mode(&above, 0o500);
    for word in ["import", "serve"] {
        let name = "a folder that cannot be made";
        let only = [(word, true)];
        assert_clear(name, &above.join("data"), allclear_as_anybody, &only, &mut complaints);
    }
    complaints.assert_none();
}

#[test]
fn a_read_only_file_system_is_refused_with_its_place_and_read() {
    if !own_mounts::enter(
        "bad_days::forbidden::a_read_only_file_system_is_refused_with_its_place_and_read",
    ) {
        return;
    }
    let mut complaints = Complaints::default();
    let disk = SmallDisk::mount("size=4m");
    let data = disk.path().join("data");
    filled(&data);
    disk.set_read_only(true);
    let expected = [("import", true), ("serve", true), ("export", false), ("doctor", false)];
    assert_clear("a read-only file system", &data, allclear, &expected, &mut complaints);
    disk.set_read_only(false);
    filled(&data);
    complaints.assert_none();
}
