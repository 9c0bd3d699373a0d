//! The guard's own part; the whole is exercised by every `cargo xtask test`.

use super::{free_port, guard};

#[test]
fn the_guard_is_not_for_people() {
    let error = guard(&[]).unwrap_err().to_string();
    assert!(error.contains("started by xtask itself"), "{error}");
}

#[test]
fn a_free_port_can_be_bound() {
    let port = free_port().unwrap();
    assert_ne!(port, 0);
}
