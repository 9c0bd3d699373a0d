//! A server with nothing to do, and nobody who gets an answer: clients whose requests never end hold all
//! who could answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use super::*;

/// A program behind the server that answers one request after the other, each once it is whole.
fn one_worker() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                let told = line.to_lowercase();
                let told =
                    told.strip_prefix("content-length: ").and_then(|it| it.trim().parse().ok());
                length = told.unwrap_or(length);
                line.clear();
            }
            std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).ok();
            reader.get_mut().write_all(b"HTTP/1.0 200 OK\r\n\r\nwelcome").ok();
        }
    });
    port
}

#[tokio::test]
async fn a_server_whose_workers_are_all_held_fails() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let worker = one_worker();
    let rig = Rig::new(
        Served::Chain,
        &format!(
            "listen 127.0.0.1:{port};
             location / {{ proxy_pass http://127.0.0.1:{worker}; proxy_request_buffering off; }}"
        ),
    );
    rig.works(rig.check("/")).await;
    let mut slow = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = "POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 1000000\r\n\r\nslow";
    slow.write_all(head.as_bytes()).unwrap();
    let mut result = rig.probe_within(rig.check("/"), 1_000).await;
    // It may not have been reached yet.
    for _ in 0..20 {
        if result.verdict != Verdict::Ok {
            break;
        }
        result = rig.probe_within(rig.check("/"), 1_000).await;
    }
    let reason = result.reason.clone().unwrap();
    assert_eq!((result.verdict, reason.code), (Verdict::Fail, ReasonCode::TimedOut), "{reason:?}");
    assert!(result.phases.tls_us.is_some(), "the server itself is there: {result:?}");
    drop(slow);
    rig.works(rig.check("/")).await;
}
