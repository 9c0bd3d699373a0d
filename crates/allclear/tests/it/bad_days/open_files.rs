//! Few open files: the limit is raised where it may be, else fewer connections are served at once,
//! and it is said so. Nobody is turned away.

use std::io::BufReader;
use std::process::Command;

use super::crowds::ask;
use super::requests::import;
use super::server::Server;
use crate::support::{Engine, Fresh, stdout};

/// The same command with limits of its own for open files.
fn limited(command: &Command, soft: u32, hard: u32) -> Command {
    let limits = format!("ulimit -Sn {soft}; ulimit -Hn {hard}; exec \"$0\" \"$@\"");
    let mut limited = Command::new("/bin/sh");
    limited.env_clear().args(["-c", &limits]).arg(command.get_program());
    limited.args(command.get_args());
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited
}

fn start(fresh: &Fresh, connections_max: u32, soft: u32, hard: u32) -> Server {
    let mut command = fresh.command();
    command.env("ALLCLEAR_CONNECTIONS_MAX", connections_max.to_string());
    command.env("ALLCLEAR_HEADER_TIMEOUT_SECONDS", "5");
    let server = Server::start(&mut limited(&command, soft, hard));
    server.map_err(|(_, said)| said).unwrap()
}

#[test]
fn the_limit_is_raised_where_it_may_be() {
    let fresh = Fresh::on(Engine::Sqlite);
    import(&fresh);
    let server = start(&fresh, 500, 100, 1_000);
    // All at once, and far more than the limit was.
    let connect = |_| BufReader::new(server.client().connect());
    let mut readers: Vec<_> = (0..300).map(connect).collect();
    for reader in &mut readers {
        assert_eq!(ask(reader, "/"), Some(200));
    }
    drop(readers);
    let (status, said) = server.stop();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(!said.contains("WARN"), "{said}");
}

#[test]
fn else_fewer_connections_are_served_at_once_and_the_others_wait() {
    let fresh = Fresh::on(Engine::Sqlite);
    import(&fresh);
    let server = start(&fresh, 500, 100, 200);
    let silent: Vec<_> = (0..400).map(|_| server.client().connect()).collect();
    assert_eq!(server.get("/").status, 200);
    assert_eq!(server.get("/history").status, 200);
    drop(silent);
    let (status, said) = server.stop();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("connections_max is lowered"), "{said}");
    assert!(said.contains("raise the limit to 1076"), "{said}");
    assert!(!said.contains("could not be accepted"), "{said}");
}

#[test]
fn doctor_says_whether_the_limit_is_enough() {
    let fresh = Fresh::on(Engine::Sqlite);
    let doctor = |connections_max: &str| {
        let mut command = fresh.command();
        command.env("ALLCLEAR_CONNECTIONS_MAX", connections_max).arg("doctor");
        stdout(&limited(&command, 100, 200).output().unwrap())
    };
    let said = doctor("500");
    assert!(said.contains("warning  files"), "{said}");
    assert!(said.contains("`serve` would lower it to 119"), "{said}");
    assert!(doctor("100").contains("ok       files"), "{}", doctor("100"));
}
