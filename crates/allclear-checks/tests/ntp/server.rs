//! chrony for one test, on a free port, with its files in a folder that goes away. It leaves the clock of
//! this machine alone.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Others may take a port between looking for a free one and listening there.
const TRIES: usize = 5;
/// How long one may take to begin.
const START_WAIT: Duration = Duration::from_secs(60);

/// A running server; gone with the value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Server {
    /// Starts one with these further lines in its configuration.
    pub(crate) fn start(lines: &str) -> Self {
        let mut log = String::new();
        for _ in 0..TRIES {
            let folder = tempfile::tempdir().unwrap();
            let address = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let (pid, port) = (folder.path().join("pid"), address.port());
            let settings = format!(
                "port {port}\ncmdport 0\nbindaddress 127.0.0.1\nbindcmdaddress /\nallow 127.0.0.0/8\n\
                 pidfile {}\n{lines}\n",
                pid.display()
            );
            let (file, told) = (folder.path().join("conf"), folder.path().join("told"));
            fs::write(&file, settings).unwrap();
            let output = fs::File::create(&told).unwrap();
            let mut command = Command::new(installed("ALLCLEAR_TEST_CHRONY"));
            command.args(["-x", "-d", "-U", "-u", &user(), "-f"]).arg(file);
            command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
            let process = command.spawn().unwrap();
            let mut server = Self { address, process, _folder: folder };
            if server.answers() {
                return server;
            }
            log = fs::read_to_string(told).unwrap_or_default();
        }
        panic!("the server does not start: {log}");
    }

    /// Waits until it answers; false if it ends instead, or takes too long.
    fn answers(&mut self) -> bool {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(self.address).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut question = [0; 48];
        question[0] = 0x23;
        let until = Instant::now() + START_WAIT;
        while Instant::now() < until {
            socket.send(&question).ok();
            let answers = socket.recv(&mut [0; 64]).is_ok();
            // Who answers may be somebody else, who took its port.
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            if answers {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// Has it stand still: questions come, and it says nothing.
    pub(crate) fn freeze(&self) {
        kill_process(self.pid(), Signal::STOP).unwrap();
    }

    /// Has it go on after this time.
    pub(crate) fn thaw_in(&self, wait: Duration) {
        let pid = self.pid();
        std::thread::spawn(move || {
            std::thread::sleep(wait);
            kill_process(pid, Signal::CONT).unwrap();
        });
    }

    /// Ends it.
    pub(crate) fn end(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.process)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// As whom it runs: who starts it.
fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "the test runner says where its programs are")]
fn installed(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`, which installs it"))
}
