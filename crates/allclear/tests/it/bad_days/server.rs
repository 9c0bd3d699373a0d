//! `allclear serve` as a process, and the plainest of clients: bytes out, bytes in.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long anything may take before it counts as hanging. Nothing here measures time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A server process. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
    said: String,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// What a server answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its body.
    pub(crate) body: String,
}

impl Server {
    /// Starts `serve` on a free port and waits until it says where it listens. Where it ends instead,
    /// gives its exit code and what it said.
    pub(crate) fn start(command: &mut Command) -> Result<Self, (Option<i32>, String)> {
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        Self::start_as_told(command)
    }

    /// The same, with the arguments as they are.
    pub(crate) fn start_as_told(command: &mut Command) -> Result<Self, (Option<i32>, String)> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (line, lines) = channel();
        std::thread::spawn(move || {
            for text in stderr.lines().map_while(Result::ok) {
                if line.send(text).is_err() {
                    return;
                }
            }
        });
        let mut server =
            Self { child, lines, said: String::new(), address: "127.0.0.1:1".parse().unwrap() };
        loop {
            let Ok(text) = server.lines.recv_timeout(PATIENCE) else {
                let status = server.wait();
                return Err((status.code(), server.said()));
            };
            server.said.push_str(&text);
            server.said.push('\n');
            let rest = text.split_once("http://").and_then(|(_, rest)| rest.split_once('/'));
            if let Some(Ok(address)) = rest.map(|(address, _)| address.parse::<SocketAddr>()) {
                server.address.set_port(address.port());
                return Ok(server);
            }
        }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything that it said so far.
    pub(crate) fn said(&mut self) -> String {
        while let Ok(text) = self.lines.try_recv() {
            self.said.push_str(&text);
            self.said.push('\n');
        }
        self.said.clone()
    }

    /// Waits until it ends; kills it where it never does.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        for _ in 0..PATIENCE.as_millis() / 10 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.child.kill().unwrap();
        self.child.wait().unwrap()
    }

    /// Tells it to end, and gives how it did and what it said.
    pub(crate) fn stop(mut self) -> (ExitStatus, String) {
        terminate(self.id());
        let status = self.wait();
        while let Ok(text) = self.lines.recv_timeout(PATIENCE) {
            self.said.push_str(&text);
            self.said.push('\n');
        }
        (status, self.said.clone())
    }

    /// A client of it.
    pub(crate) const fn client(&self) -> Client {
        Client(self.address)
    }

    /// Asks it for a path.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.client().get(path)
    }
}

/// A client of whatever listens at an address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client(pub(crate) SocketAddr);

impl Client {
    /// Opens a connection.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.0).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes and gives whatever comes back until the other side closes. What is sent has to end
    /// in an answer or in a closed connection.
    pub(crate) fn send(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        // A server that has seen enough may hang up before it read everything.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    /// The same, with its own side closed after the last byte.
    pub(crate) fn send_and_hang_up(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    /// Asks for a path.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let answer = self.send(
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        );
        Answer::read(&answer).unwrap_or_else(|| panic!("{path}: no answer"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    /// Reads an answer; `None` where there is none.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
        Some(Self { status, body: body.to_owned() })
    }
}

/// Sends SIGTERM to a process.
pub(crate) fn terminate(process: u32) {
    signal("-TERM", process);
}

/// Sends a signal to a process.
pub(crate) fn signal(signal: &str, process: u32) {
    let told = Command::new("kill").args([signal, &process.to_string()]).status();
    assert!(told.unwrap().success());
}
