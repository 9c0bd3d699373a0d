//! Live pages: how long until every open reader is told of an update, and what a reader costs.
//!
//! The server is `crates/allclear/benches/tell.rs`. Its readers are played here, each over a
//! connection of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{Report, Row, least, make_room, process};
use crate::run;
use crate::say::tell;

/// Readers with the page open.
const READERS: u32 = 12_000;
/// Updates; each is told to all of them.
const ROUNDS: usize = 5;
/// A server that takes longer is broken.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Measures everything about live pages. `binary` is the built bench `tell`.
pub(super) fn measure(binary: Option<&Path>, report: &mut Report) -> Result<()> {
    report.add("live pages", rows(binary))
}

fn rows(binary: Option<&Path>) -> Result<Vec<Row>> {
    make_room(u64::from(READERS))?;
    let mut server = TellingServer::start(binary)?;
    let mut first = server.open_reader()?;
    first.next_event()?;
    let before = process::resident_bytes_of(server.pid)?;
    tell(&format!("opening {READERS} readers"))?;
    let mut readers = Vec::new();
    for _ in 0..READERS {
        readers.push(server.open_reader()?);
    }
    for reader in &mut readers {
        reader.next_event()?;
    }
    let waiting = process::resident_bytes_of(server.pid)?;
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let start = Instant::now();
        writeln!(server.input, "Update {round}")?;
        // They are read one after the other, so the last one is at least as late as the latest.
        for reader in &mut readers {
            reader.next_event()?;
        }
        rounds.push(start.elapsed().as_secs_f64());
    }
    let told = process::resident_bytes_of(server.pid)?;
    tell(&format!(
        "until all were told: {rounds:.3?} s; memory: {:.1} MB with one reader, {:.1} MB with \
         {READERS} who wait, {:.1} MB after {ROUNDS} updates",
        before / 1e6,
        waiting / 1e6,
        told / 1e6
    ))?;
    let latest = rounds.iter().copied().fold(0.0, f64::max);
    let each = (told.max(waiting) - before) / f64::from(READERS) / 1e3;
    Ok(vec![
        Row::below_limit("12,000 readers told of an update, least", "s", least(rounds), 2.0)?,
        Row::below_limit("12,000 readers told of an update, most", "s", latest, 2.0)?,
        Row::below_limit("memory of a reader", "KB", each, 15.0)?,
    ])
}

/// The server, which reports an incident for each line that it reads.
struct TellingServer {
    child: Child,
    input: ChildStdin,
    port: u16,
    pid: u32,
}

impl TellingServer {
    fn start(binary: Option<&Path>) -> Result<Self> {
        let mut command = match binary {
            Some(file) => Command::new(file),
            None => run::cargo(&["bench", "--quiet", "--package", "allclear", "--bench", "tell"])?,
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {}", run::shown(&command)))?;
        let input = child.stdin.take().context("no input")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        let said: serde_json::Value =
            serde_json::from_str(&line).with_context(|| format!("it said: {line}"))?;
        let number = |name: &str| said.get(name).and_then(serde_json::Value::as_u64);
        Ok(Self {
            child,
            input,
            port: u16::try_from(number("port").context("no port")?)?,
            pid: u32::try_from(number("pid").context("no pid")?)?,
        })
    }

    fn open_reader(&self) -> Result<EventReader> {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        // What a browser sends, so that a head is not smaller here than elsewhere.
        let request = format!(
            "GET /events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAccept: text/event-stream\r\n\
             User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
             Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\
             Cache-Control: no-cache\r\nPragma: no-cache\r\nConnection: keep-alive\r\n\
             Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n\r\n",
            self.port
        );
        stream.write_all(request.as_bytes())?;
        Ok(EventReader { stream, seen: Vec::new() })
    }
}

impl Drop for TellingServer {
    fn drop(&mut self) {
        // Both fail only if it is gone already.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// One open page.
struct EventReader {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl EventReader {
    /// Waits for the next event; comments are none.
    fn next_event(&mut self) -> Result<()> {
        let mut buffer = [0; 2048];
        loop {
            if let Some(start) = find(&self.seen, b"data:")
                && let Some(end) = find(&self.seen[start..], b"\n\n")
            {
                self.seen.drain(..start + end + 2);
                return Ok(());
            }
            let count = self.stream.read(&mut buffer).context("a reader was not told")?;
            if count == 0 {
                let seen = String::from_utf8_lossy(&self.seen);
                bail!("the server ended the stream of a reader after: {seen}");
            }
            self.seen.extend_from_slice(&buffer[..count]);
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
