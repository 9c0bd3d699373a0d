//! Crowds: many searches at once, and many clients that are slow, silent or deaf. Everybody else is
//! served as before.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::requests::{import, is_well, serve};
use super::server::{Client, Server};
use crate::support::{Engine, Fresh};

/// Asks on a connection that stays open, and reads the answer to its end; gives its status.
pub(super) fn ask(stream: &mut BufReader<TcpStream>, path: &str) -> Option<u16> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.get_mut().write_all(request.as_bytes()).ok()?;
    let (mut status, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        status = status.or_else(|| line.split(' ').nth(1)?.parse().ok());
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    std::io::copy(&mut stream.by_ref().take(length), &mut std::io::sink()).ok()?;
    status
}

/// Addresses of pages that are rendered when they are asked for.
fn permalinks(client: Client) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for month in client.get("/history").body.split("href=\"history/20").skip(1) {
        let path = format!("/history/20{}", &month[..5]);
        let html = client.get(&path).body;
        found.extend(html.split("href=\"../incidents/").skip(1).map(|rest| {
            let (id, _) = rest.split_once('"').unwrap();
            format!("/incidents/{id}")
        }));
        found.insert(format!("{path}?lang=de"));
    }
    found
}

#[test]
fn a_flood_of_searches_shuts_nobody_out() {
    let (_fresh, server) = serve();
    let permalinks = permalinks(server.client());
    assert!(permalinks.len() > 30, "{}", permalinks.len());
    let (is_over, refused) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        // More than may wait for a rendering of any kind.
        for thread in 0..300 {
            let (client, is_over, refused) = (server.client(), &is_over, &refused);
            scope.spawn(move || {
                let mut stream = BufReader::new(client.connect());
                let mut number = 0;
                while !is_over.load(Ordering::Relaxed) {
                    number += 1;
                    let path = format!("/history/search?q=store+{thread}+{number}");
                    let status = ask(&mut stream, &path);
                    assert!(matches!(status, Some(200 | 503)), "{path}: {status:?}");
                    refused.fetch_add(usize::from(status == Some(503)), Ordering::Relaxed);
                }
            });
        }
        let asked = std::panic::catch_unwind(|| {
            while refused.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            for path in &permalinks {
                assert_eq!(server.get(path).status, 200, "{path}");
                assert_eq!(server.get("/history").status, 200);
                assert_eq!(server.get("/nothing").status, 404);
            }
        });
        is_over.store(true, Ordering::Relaxed);
        if let Err(panic) = asked {
            std::panic::resume_unwind(panic);
        }
    });
    is_well(server);
}

/// What a client sends before it stops taking part.
struct Kind {
    name: &'static str,
    said: Vec<u8>,
}

/// HTTP/2, RFC 9113, section 3.4.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A form that is announced and does not come.
const FORM: &[u8] = b"POST /console/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\
    Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=";

fn kinds() -> Vec<Kind> {
    let kind = |name, said: &[u8]| Kind { name, said: said.to_vec() };
    let get = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut preface = PREFACE.to_vec();
    // An empty SETTINGS frame, and no answer to any PING.
    preface.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    vec![
        kind("nothing", b""),
        kind("a byte", b"G"),
        kind("half a head", b"GET / HTTP/1.1\r\nHost: x\r\nX: "),
        kind("a head whose body never comes", FORM),
        kind("10 bytes of the preface", &PREFACE[..10]),
        kind("the preface", PREFACE),
        kind("the preface and settings", &preface),
        // More answers than all buffers between here and there take.
        kind("requests whose answers it never reads", &get.repeat(2_000)),
        kind("a request, and no other", get),
    ]
}

/// A server that holds so many connections and no more.
fn serve_few(connections_max: usize) -> (Fresh, Server) {
    let fresh = Fresh::on(Engine::Sqlite);
    import(&fresh);
    let mut command = fresh.command();
    command.env("ALLCLEAR_HEADER_TIMEOUT_SECONDS", "1");
    command.env("ALLCLEAR_CONNECTIONS_MAX", connections_max.to_string());
    let server = Server::start(&mut command);
    (fresh, server.map_err(|(_, said)| said).unwrap())
}

/// Clients that say something and then do nothing more. They write without waiting: nobody may read.
fn sleepers(client: Client, kind: &Kind, count: usize) -> Vec<TcpStream> {
    let connect = |_| {
        let mut stream = client.connect();
        stream.set_nonblocking(true).unwrap();
        // What does not fit into the buffers is not needed.
        let _ = stream.write(&kind.said);
        stream
    };
    (0..count).map(connect).collect()
}

#[test]
fn clients_that_stop_taking_part_are_cut_off_and_others_served_meanwhile() {
    let (_fresh, server) = serve_few(1_000);
    let kinds = kinds();
    let sleepers: Vec<_> = kinds.iter().map(|kind| sleepers(server.client(), kind, 100)).collect();
    for _ in 0..20 {
        for path in ["/", "/history", "/uptime"] {
            assert_eq!(server.get(path).status, 200, "{path}");
        }
    }
    drop(sleepers);
    is_well(server);
}

/// The clients hold every place that there is: whoever comes next is served only where they are cut
/// off.
#[test]
fn clients_that_stop_taking_part_keep_no_place() {
    const PLACES: usize = 30;
    let (_fresh, server) = serve_few(PLACES);
    for kind in kinds() {
        let sleepers = sleepers(server.client(), &kind, PLACES);
        assert_eq!(server.get("/").status, 200, "{}", kind.name);
        drop(sleepers);
    }
    is_well(server);
}

/// A frame of HTTP/2: RFC 9113, section 4.1.
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    [&[0, 0, length, kind, flags, 0, 0, 0, stream], payload].concat()
}

/// Answers every PING until the other side hangs up, and gives what ended it.
fn answer_pings(mut stream: TcpStream) -> ErrorKind {
    let mut head = [0; 9];
    loop {
        if let Err(error) = stream.read_exact(&mut head) {
            return error.kind();
        }
        let length = u64::from(u32::from_be_bytes([0, head[0], head[1], head[2]]));
        let mut payload = Vec::new();
        (&mut stream).take(length).read_to_end(&mut payload).unwrap_or_default();
        let is_ping = head[3] == 6 && head[4] == 0;
        if is_ping && let Err(error) = stream.write_all(&frame(6, 1, 0, &payload)) {
            return error.kind();
        }
    }
}

/// Opens its window a little at a time, and answers every PING, until it has the whole answer; gives
/// how many bytes that was.
fn read_slowly(mut stream: TcpStream) -> usize {
    let (mut head, mut body) = ([0; 9], 0);
    loop {
        stream.read_exact(&mut head).unwrap();
        let length = u64::from(u32::from_be_bytes([0, head[0], head[1], head[2]]));
        let mut payload = Vec::new();
        (&mut stream).take(length).read_to_end(&mut payload).unwrap();
        match (head[3], head[4]) {
            (0, flags) => {
                body += payload.len();
                if flags & 1 == 1 {
                    return body;
                }
                std::thread::sleep(std::time::Duration::from_millis(250));
                let more = u32::try_from(payload.len()).unwrap().to_be_bytes();
                let windows = [frame(8, 0, 0, &more), frame(8, 0, 1, &more)].concat();
                stream.write_all(&windows).unwrap();
            }
            (6, 0) => stream.write_all(&frame(6, 1, 0, &payload)).unwrap(),
            (3, _) => panic!("the stream was reset"),
            _ => {}
        }
    }
}

#[test]
fn a_slow_reader_of_http2_gets_the_whole_answer() {
    let (_fresh, server) = serve_few(30);
    let path = "/history";
    let whole = server.get(path).body.len();
    // So much of it at a time that it takes longer than a connection may ask for nothing.
    let window = u32::try_from(whole / 20).unwrap().to_be_bytes();
    let settings = frame(4, 0, 0, &[&[0, 4][..], &window].concat());
    let named = [&[0x82, 0x86, 0x44, u8::try_from(path.len()).unwrap()][..], path.as_bytes()];
    let request = frame(1, 5, 1, &[&named.concat()[..], &[0x41, 1, b'x']].concat());
    let mut stream = server.client().connect();
    stream.write_all(&[PREFACE, &settings, &request].concat()).unwrap();
    assert_eq!(read_slowly(stream), whole);
}

/// They answer every PING, so the HTTP library takes them for well; and so they are, but for asking
/// nothing, or taking no answer.
#[test]
fn clients_of_http2_that_only_answer_pings_keep_no_place() {
    const PLACES: usize = 30;
    let (_fresh, server) = serve_few(PLACES);
    // No window at all for answers (section 6.9.2), and a request for `/` (RFC 7541, appendix A).
    let no_window = frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let request = frame(1, 5, 1, &[0x82, 0x84, 0x86, 0x41, 1, b'x']);
    for said in [frame(4, 0, 0, &[]), [no_window, request].concat()] {
        let said = [PREFACE, &said].concat();
        let clients: Vec<_> = (0..PLACES)
            .map(|_| {
                let mut stream = server.client().connect();
                stream.write_all(&said).unwrap();
                std::thread::spawn(move || answer_pings(stream))
            })
            .collect();
        assert_eq!(server.get("/").status, 200);
        for client in clients {
            let ended = client.join().unwrap();
            assert!(!matches!(ended, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{ended}");
        }
    }
    is_well(server);
}
