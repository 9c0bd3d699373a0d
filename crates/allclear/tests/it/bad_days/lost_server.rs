//! PostgreSQL out of reach: at the start `serve` says what is wrong; later pages go on being served,
//! and changes show again when it is back, without a restart.
//!
//! The story puts a relay of its own between Allclear and the server of the tests, and breaks that.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use allclear_store::Location;

use super::facts;
use super::server::{PATIENCE, Server};
use super::words::Complaints;
use crate::support::{Engine, Fresh, stdout};

/// What the relay does with connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relaying {
    /// Passes them on.
    On,
    /// Takes them and closes them at once, as a relay before a dead server does.
    Off,
    /// Takes them and never says anything.
    Silent,
}

/// A relay to the server.
struct Relay {
    address: SocketAddr,
    state: Arc<Mutex<(Relaying, Vec<TcpStream>)>>,
}

impl Relay {
    /// Starts one to the server that a location names; gives the location through it.
    fn before(location: &Location) -> (Self, Location) {
        let Location::Url(url) = location else {
            panic!("only a server can be relayed to");
        };
        let (user, rest) = url.split_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new((Relaying::On, Vec::new())));
        let (shared, server) = (state.clone(), server.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut state = shared.lock().unwrap();
                if state.0 != Relaying::Off {
                    state.1.push(stream.try_clone().unwrap());
                }
                if state.0 == Relaying::On {
                    let other = TcpStream::connect(&server).unwrap();
                    state.1.push(other.try_clone().unwrap());
                    pass_on(stream.try_clone().unwrap(), other.try_clone().unwrap());
                    pass_on(other, stream);
                }
            }
        });
        let through = Location::Url(format!("{user}@{address}/{database}"));
        (Self { address, state }, through)
    }

    /// Does something else from now on; open connections end.
    fn turn(&self, relaying: Relaying) {
        let mut state = self.state.lock().unwrap();
        state.0 = relaying;
        for stream in state.1.drain(..) {
            // It may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });
}

/// A filled database, and the same through a relay.
fn relayed() -> (Fresh, Fresh, Relay) {
    let fresh = Fresh::on(Engine::Postgres);
    import(&fresh, 0);
    let (relay, location) = Relay::before(&fresh.location);
    let folder = tempfile::tempdir().unwrap();
    (fresh, Fresh { location, folder }, relay)
}

fn import(fresh: &Fresh, number: usize) {
    let file = facts::write(fresh.folder.path(), number, 0);
    let mut import = fresh.command();
    import.args(["import", "facts", "--page", facts::PAGE]).arg(file);
    stdout(&import.output().unwrap());
}

/// Incidents that the history of the month shows.
fn shown(server: &Server) -> usize {
    let answer = server.get("/history/2009-08");
    assert_eq!(answer.status, 200);
    let links: std::collections::BTreeSet<&str> =
        answer.body.split("/incidents/").skip(1).filter_map(|rest| rest.get(..12)).collect();
    links.len()
}

#[test]
fn pages_outlive_the_database_and_changes_show_when_it_is_back() {
    let (fresh, through, relay) = relayed();
    let server = Server::start(&mut through.command());
    let mut server = server.map_err(|(_, said)| said).unwrap();
    let before = shown(&server);
    assert!(before > 0);
    for relaying in [Relaying::Off, Relaying::Silent] {
        relay.turn(relaying);
        for path in ["/", "/history", "/uptime", "/history/search?q=reload", "/?lang=de"] {
            assert_eq!(server.get(path).status, 200, "{relaying:?}: {path}");
        }
        assert_eq!(server.get("/healthz").status, 200);
    }
    relay.turn(Relaying::On);
    import(&fresh, 1);
    // The next run that gets through shows it; the one under way may first have to give up.
    for _ in 0..PATIENCE.as_secs() * 4 {
        if shown(&server) > before {
            break;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    let said = server.said();
    assert!(shown(&server) > before, "{said}");
    let (status, said) = server.stop();
    assert!(status.success() && !said.contains("panicked"), "{said}");
}

#[test]
fn a_database_out_of_reach_is_named_by_every_command() {
    let (_fresh, through, relay) = relayed();
    let mut complaints = Complaints::default();
    for relaying in [Relaying::Off, Relaying::Silent] {
        relay.turn(relaying);
        let name = format!("{relaying:?}");
        assert_all_name(&relay.address, &through, &name, &mut complaints);
    }
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let refused = Fresh {
        location: Location::Url(format!("postgres://postgres@{address}/x")),
        folder: tempfile::tempdir().unwrap(),
    };
    assert_all_name(&address, &refused, "nobody listens", &mut complaints);
    complaints.assert_none();
}

/// Runs every command at once; each has to say that the server at this address cannot be reached.
fn assert_all_name(address: &SocketAddr, fresh: &Fresh, name: &str, complaints: &mut Complaints) {
    let place = address.to_string();
    let file = facts::write(fresh.folder.path(), 2, 0);
    let file = file.to_str().unwrap();
    let commands: [&[&str]; 4] = [&["serve"], &["doctor"], &["export"], &["import", "facts", file]];
    let outputs = std::thread::scope(|scope| {
        let running =
            commands.map(|words| scope.spawn(move || fresh.command().args(words).output()));
        running.map(|command| command.join().unwrap().unwrap())
    });
    for (words, output) in commands.iter().zip(outputs) {
        let name = format!("{}, {name}", words[0]);
        if output.status.success() {
            complaints.add(&format!("{name}: not refused"), || stdout(&output));
        }
        complaints.judge(&output, &name, &[&["cannot be reached"], &[&place]]);
    }
}

#[test]
fn a_password_is_never_told() {
    let fresh = Fresh::on(Engine::Postgres);
    let Location::Url(url) = &fresh.location else { unreachable!() };
    let at = url.split_once('@').unwrap().1;
    for url in [
        format!("postgres://nobody:verysecret@{at}"),
        format!("postgres://postgres:verysecret@{at}_missing"),
        "postgres://postgres:verysecret@127.0.0.1:1/x".to_owned(),
        "postgres://postgres:verysecret@127.0.0.1:notaport/x".to_owned(),
        format!("mysql://postgres:verysecret@{at}"),
    ] {
        for words in [["doctor"], ["export"], ["serve"]] {
            let mut command = fresh.command();
            command.env("ALLCLEAR_DATABASE_URL", &url).args(words);
            let output = command.env("ALLCLEAR_LISTEN", "127.0.0.1:0").output().unwrap();
            assert!(!output.status.success(), "{url} {words:?}");
            for said in [output.stdout, output.stderr] {
                let said = String::from_utf8(said).unwrap();
                assert!(!said.contains("verysecret"), "{url} {words:?}: {said}");
                assert!(!said.contains("panicked"), "{url} {words:?}: {said}");
            }
        }
    }
}
