//! Requests that nobody should send: never a panic, never a 500, and everybody else is served.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::chance::{Chance, rounds, seed};
use super::server::{Answer, Server, terminate};
use crate::support::{Engine, Fresh, sample, stdout};

/// Brings history into a database.
pub(super) fn import(fresh: &Fresh) {
    let file = fresh.folder.path().join("x.json");
    std::fs::write(&file, sample("foxycart")).unwrap();
    let mut import = fresh.command();
    stdout(&import.args(["import", "facts"]).arg(file).output().unwrap());
}

/// A server with history, and a short patience for heads.
pub(super) fn serve() -> (Fresh, Server) {
    let fresh = Fresh::on(Engine::Sqlite);
    import(&fresh);
    let mut command = fresh.command();
    command.env("ALLCLEAR_HEADER_TIMEOUT_SECONDS", "2");
    let server = Server::start(&mut command);
    (fresh, server.map_err(|(_, said)| said).unwrap())
}

/// Ends a server, which must have taken everything in its stride.
pub(super) fn is_well(server: Server) {
    assert_eq!(server.get("/").status, 200);
    let (status, said) = server.stop();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(!said.contains("ERROR"), "{said}");
}

#[test]
fn odd_paths_and_queries_find_nothing_and_break_nothing() {
    let (_fresh, server) = serve();
    let long = "a".repeat(6_000);
    for (path, wanted) in [
        ("/%", 404),
        ("/%zz", 404),
        ("/%00", 404),
        ("/%ff%fe", 404),
        ("/history/%ff", 404),
        ("/history/9999999999999-01", 404),
        ("/history/0000-00", 404),
        ("/history/-9999-13", 404),
        ("/history/+2010-3", 404),
        ("/history/search?q=%ff%00%", 200),
        ("/history/search?q=", 200),
        ("/history/search", 200),
        ("/history/search?&&&=&q&q=a&q=b", 200),
        ("/../../etc/passwd", 404),
        ("/..%2f..%2fetc%2fpasswd", 404),
        ("/assets/../../etc/passwd", 404),
        ("/assets/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/p/../", 404),
        ("/p//", 404),
        ("/p/%2e%2e/", 404),
        ("//", 404),
        ("//history", 404),
        ("///", 404),
        ("//localhost/history", 404),
        ("/incidents/", 404),
        ("/incidents/%E2%80%AE", 404),
        ("/?lang=xx&lang=%ff", 200),
        ("/a;b=c/d,e", 404),
        ("/*", 404),
    ] {
        let answer = server.get(path);
        assert!(
            answer.status == wanted || (wanted == 404 && answer.status == 400),
            "{path}: {}",
            answer.status
        );
        assert!(!answer.body.contains("root:"), "{path}");
    }
    for path in [
        format!("/history/search?q={long}"),
        format!("/history/search?q={}", "%F0%9F%9A%A6".repeat(500)),
        format!("/{long}"),
        format!("/?{}", "lang=de&".repeat(700)),
    ] {
        let answer = server.get(&path);
        assert!(answer.status < 500, "{}: {}", &path[..30], answer.status);
    }
    is_well(server);
}

#[test]
fn odd_heads_are_refused_and_old_ones_are_served() {
    let (_fresh, server) = serve();
    let big = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(70_000));
    let many = "X: y\r\n".repeat(200);
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n");
    let target = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "y".repeat(70_000));
    let close = "Connection: close\r\n\r\n";
    for (name, head, wanted) in [
        ("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n".to_owned(), &[200][..]),
        ("no Host", format!("GET / HTTP/1.1\r\n{close}"), &[200, 400]),
        ("empty Host", format!("GET / HTTP/1.1\r\nHost:\r\n{close}"), &[200]),
        ("odd Host", format!("GET / HTTP/1.1\r\nHost: \u{fc}[::%\r\n{close}"), &[200, 400]),
        (
            "absolute form",
            format!("GET http://status.example.com/ HTTP/1.1\r\nHost: x\r\n{close}"),
            &[200],
        ),
        ("asterisk", format!("OPTIONS * HTTP/1.1\r\nHost: x\r\n{close}"), &[200, 204, 400, 405]),
        ("CONNECT", format!("CONNECT a:1 HTTP/1.1\r\nHost: x\r\n{close}"), &[400, 405]),
        ("own method", format!("BREW / HTTP/1.1\r\nHost: x\r\n{close}"), &[405]),
        ("oversized head", big, &[431]),
        ("oversized target", target, &[414, 431]),
        ("many headers", many, &[431]),
        ("HTTP/9", "GET / HTTP/9.9\r\n\r\n".to_owned(), &[400, 505]),
        ("not UTF-8", format!("GET /\u{fc} HTTP/1.1\r\nHost: x\r\n{close}"), &[400, 404]),
        (
            "two lengths",
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
                .to_owned(),
            &[400],
        ),
        ("no words", "\r\n\r\n\r\n \r\n\r\n".to_owned(), &[400]),
    ] {
        let answer = Answer::read(&server.client().send(head.as_bytes()));
        let answer = answer.unwrap_or_else(|| panic!("{name}: no answer"));
        assert!(wanted.contains(&answer.status), "{name}: {}", answer.status);
    }
    is_well(server);
}

#[test]
fn garbage_is_answered_with_a_refusal_or_a_closed_connection() {
    let (_fresh, server) = serve();
    let mut chance = Chance::from_seed(seed());
    for round in 0..rounds(100) {
        let length = 1 + chance.below(3_000);
        let mut bytes: Vec<u8> = match round % 3 {
            0 => Vec::new(),
            1 => b"GET / HTTP/1.1\r\nHost: x\r\n".to_vec(),
            _ => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        };
        bytes.extend((0..length).map(|_| chance.byte()));
        if let Some(answer) = Answer::read(&server.client().send_and_hang_up(&bytes)) {
            assert!(answer.status < 500, "seed {}, round {round}", seed());
        }
    }
    is_well(server);
}

#[test]
fn slow_clients_are_cut_off_and_others_served_meanwhile() {
    let (_fresh, server) = serve();
    let mut slow: Vec<_> = (0..50).map(|_| server.client().connect()).collect();
    for stream in &mut slow {
        // One that was too slow even with this is cut off already.
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX: ");
    }
    for _ in 0..20 {
        assert_eq!(server.get("/").status, 200);
    }
    // Each is told to go, or just cut off; a hanging one would run into the time limit of the read.
    for mut stream in slow {
        let mut rest = Vec::new();
        if let Err(error) = stream.read_to_end(&mut rest) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
        }
        if let Some(answer) = Answer::read(&rest) {
            assert_eq!(answer.status, 408);
        }
    }
    is_well(server);
}

#[test]
fn many_searches_at_once_are_answered() {
    let (_fresh, server) = serve();
    let asked = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..24 {
            let (server, asked) = (server.client(), &asked);
            scope.spawn(move || {
                for number in 0..8 {
                    let path = format!("/history/search?q=store+{thread}+{number}");
                    let status = server.get(&path).status;
                    // Too many at once are told to come back.
                    assert!(matches!(status, 200 | 503), "{path}: {status}");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(asked.load(Ordering::Relaxed), 24 * 8);
    is_well(server);
}

#[test]
fn a_port_that_is_taken_is_named_and_nothing_is_left_locked() {
    let (fresh, server) = serve();
    let other = Fresh::on(Engine::Sqlite);
    let mut command = other.command();
    command.args(["serve", "--listen", &server.address.to_string()]);
    let (code, said) = Server::start_as_told(&mut command).map(|_| ()).unwrap_err();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&server.address.to_string()) && said.contains("--listen"), "{said}");
    assert!(said.contains("in use"), "{said}");
    let second = Server::start(&mut fresh.command()).map(|_| ()).unwrap_err();
    assert_eq!(second.0, Some(3), "{}", second.1);
    assert!(second.1.contains(&format!("(process {})", server.id())), "{}", second.1);
    is_well(server);
    // Both folders are free again.
    for fresh in [&fresh, &other] {
        let server = Server::start(&mut fresh.command());
        drop(server.map_err(|(_, said)| said).unwrap());
    }
}

#[test]
fn sigterm_ends_a_server_with_open_connections() {
    let (_fresh, mut server) = serve();
    let mut idle: Vec<_> = (0..20).map(|_| server.client().connect()).collect();
    let mut answer = [0; 64];
    for stream in idle.iter_mut().take(10) {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        stream.read_exact(&mut answer).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"));
    }
    for stream in idle.iter_mut().skip(15) {
        stream.write_all(b"GET / HT").unwrap();
    }
    terminate(server.id());
    let status = server.wait();
    assert_eq!(status.code(), Some(0), "{}", server.said());
}
