//! What would be installed, and where programs are looked for.

use super::{Need, TOOLS, Tool, apt_commands, locate, postgresql_folders, program};

fn postgres_tools() -> Vec<&'static Tool> {
    TOOLS.iter().filter(|tool| tool.package == "postgresql").collect()
}

#[test]
fn a_package_is_named_once_and_root_needs_no_sudo() {
    let commands = apt_commands(&postgres_tools(), false);
    assert_eq!(commands[0].join(" "), "env DEBIAN_FRONTEND=noninteractive apt-get update");
    assert_eq!(
        commands[1].join(" "),
        "env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends postgresql"
    );
}

#[test]
fn an_ordinary_user_goes_through_sudo() {
    for command in apt_commands(&postgres_tools(), true) {
        assert_eq!(command[0], "sudo");
    }
}

#[test]
fn the_newest_postgresql_is_looked_at_first() {
    let folder = tempfile::tempdir().unwrap();
    for version in ["9", "15", "17", "common"] {
        std::fs::create_dir_all(folder.path().join(version).join("bin")).unwrap();
    }
    let expected = ["17", "15", "9"].map(|version| folder.path().join(version).join("bin"));
    assert_eq!(postgresql_folders(folder.path()), expected);
}

#[test]
fn a_shell_is_found_and_a_missing_program_says_what_to_do() {
    assert!(locate("sh").is_some());
    let error = program("no-such-program").unwrap_err().to_string();
    assert!(error.contains("put `no-such-program` on PATH"), "{error}");
}

#[test]
fn tests_need_nothing_but_a_compiler_and_servers() {
    let packages: Vec<_> =
        TOOLS.iter().filter(|tool| tool.need == Need::Test).map(|tool| tool.package).collect();
    assert_eq!(
        packages,
        [
            "postgresql",
            "postgresql",
            "gcc",
            "nginx",
            "libnginx-mod-mail",
            "nsd",
            "openssh-server",
            "redis-server",
            "mariadb-server-core",
            "mariadb-server-core",
            "mariadb-client-core",
            "python3",
            "python3-websockets",
            "python3-grpcio",
            "etcd-server",
            "chrony",
            "prometheus",
            "monitoring-plugins-basic",
            "iproute2",
        ]
    );
}
