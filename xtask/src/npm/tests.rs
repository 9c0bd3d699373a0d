//! What is pinned, and when it is fetched again.

use std::fs;

use super::{AXE, FILES, PINNED, is_fetched};
use crate::workspace;

#[test]
fn the_lock_file_names_checksums_and_no_addresses() {
    let lock = workspace::root().unwrap().join(PINNED).join("package-lock.json");
    let lock = fs::read_to_string(lock).unwrap();
    assert_eq!(lock.matches("\"integrity\": \"sha512-").count(), 2);
    assert!(!lock.contains("://"), "write it with omit-lockfile-registry-resolved");
}

#[test]
fn what_is_pinned_is_fetched_once() {
    let (pinned, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(!is_fetched(pinned.path(), folder.path()));
    for name in FILES {
        fs::write(pinned.path().join(name), name).unwrap();
        fs::write(folder.path().join(format!("fetched-{name}")), name).unwrap();
    }
    assert!(!is_fetched(pinned.path(), folder.path()), "the files are gone");
    let axe = folder.path().join(AXE);
    fs::create_dir_all(axe.parent().unwrap()).unwrap();
    fs::write(axe, "").unwrap();
    assert!(is_fetched(pinned.path(), folder.path()));
    fs::write(pinned.path().join("package.json"), "a newer version").unwrap();
    assert!(!is_fetched(pinned.path(), folder.path()));
}
