//! What is pinned, and when it is fetched again.

use std::fs;

use super::{FILES, Pinned};
use crate::{pages, provider, workspace};

#[test]
fn lock_files_name_checksums_and_no_addresses() {
    for (pinned, packages) in [(&pages::PINNED, 2), (&provider::PINNED, 102)] {
        let lock = workspace::root().unwrap().join(pinned.at).join("package-lock.json");
        let lock = fs::read_to_string(lock).unwrap();
        assert_eq!(lock.matches("\"integrity\": \"sha512-").count(), packages, "{}", pinned.at);
        let hint = "write it with omit-lockfile-registry-resolved, and leave `funding` out";
        assert!(!lock.contains("://"), "{}: {hint}", pinned.at);
    }
}

#[test]
fn what_is_pinned_is_fetched_once() {
    let all = Pinned { at: "", into: "", purpose: "", files: &["one/index.js"] };
    let (pinned, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(!all.is_fetched(pinned.path(), folder.path()));
    for name in FILES {
        fs::write(pinned.path().join(name), name).unwrap();
        fs::write(folder.path().join(format!("fetched-{name}")), name).unwrap();
    }
    assert!(!all.is_fetched(pinned.path(), folder.path()), "the files are gone");
    fs::create_dir_all(folder.path().join("one")).unwrap();
    fs::write(folder.path().join("one/index.js"), "").unwrap();
    assert!(all.is_fetched(pinned.path(), folder.path()));
    fs::write(pinned.path().join("package.json"), "a newer version").unwrap();
    assert!(!all.is_fetched(pinned.path(), folder.path()));
}
