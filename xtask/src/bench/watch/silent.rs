//! A target that takes every connection and never says a word.

use std::collections::VecDeque;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use anyhow::Result;

/// How long a connection is held: longer than any probe waits.
const HELD_FOR: Duration = Duration::from_secs(12);

/// It listens for as long as this process runs.
pub(super) struct Silent {
    pub(super) port: u16,
}

impl Silent {
    pub(super) fn listen() -> Result<Self> {
        let listener = TcpListener::bind(("0.0.0.0", 0))?;
        let port = listener.local_addr()?.port();
        std::thread::spawn(move || hold(&listener));
        Ok(Self { port })
    }
}

fn hold(listener: &TcpListener) {
    let mut held: VecDeque<(Instant, TcpStream)> = VecDeque::new();
    while let Ok((stream, _)) = listener.accept() {
        held.push_back((Instant::now(), stream));
        while held.front().is_some_and(|(since, _)| since.elapsed() > HELD_FOR) {
            held.pop_front();
        }
    }
}
