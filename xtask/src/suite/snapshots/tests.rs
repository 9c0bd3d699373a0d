//! Which snapshot files are called left over.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::problems;

#[test]
fn only_compared_snapshots_may_stay() {
    let present = ["a/src/lib.rs", "a/snapshots/x.snap", "a/snapshots/y.snap", "a/z.snap.new"]
        .map(PathBuf::from);
    let compared = BTreeSet::from([PathBuf::from("/repo/a/snapshots/x.snap")]);
    assert_eq!(
        problems(Path::new("/repo"), &present, &compared),
        [
            "a/snapshots/y.snap: no test compares this snapshot: remove it",
            "a/z.snap.new: not accepted: `cargo insta review`, or remove it",
        ]
    );
}
