//! Has the linker pack the relocations of the binary where the C library of this machine can read
//! them: unpacked they are over 2 MB that every start reads and keeps resident.

#![expect(clippy::disallowed_methods, reason = "cargo tells build scripts in this way alone")]

use std::env;
use std::process::Command;

/// The first glibc whose loader reads packed relocations (`DT_RELR`), by its release notes.
const GLIBC_MIN: (u32, u32) = (2, 36);

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = env::var("TARGET").unwrap_or_default();
    // For another machine nothing is known of its C library.
    let is_here = env::var("HOST").is_ok_and(|host| host == target);
    if is_here && target == "x86_64-unknown-linux-gnu" && glibc().is_some_and(|it| it >= GLIBC_MIN)
    {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of the C library, as in `glibc 2.36`.
fn glibc() -> Option<(u32, u32)> {
    let output = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
