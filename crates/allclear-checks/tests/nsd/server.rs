//! Real DNS servers with zones of our making, for one test. They need neither root nor fixed ports.

use std::fs;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

/// Others may take a port between looking for a free one and listening there.
const TRIES: usize = 5;

/// A running NSD; gone with the value.
pub(crate) struct Nsd {
    pub(crate) address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Nsd {
    /// Starts one for each of these zones, on addresses of their own and all on one port, as name servers
    /// are: 127.0.0.2, 127.0.0.3, …
    pub(crate) fn start<const N: usize>(zones: [&str; N]) -> [Self; N] {
        for _ in 0..TRIES {
            let port = free_port(N);
            let started = std::array::from_fn(|nth| Self::try_start(place(nth, port), zones[nth]));
            if started.iter().all(Option::is_some) {
                return started.map(Option::unwrap);
            }
        }
        panic!("nsd does not start");
    }

    fn try_start(address: SocketAddr, zone: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("example.com.zone"), zone).unwrap();
        fs::write(folder.path().join("nsd.conf"), configuration(folder.path(), address)).unwrap();
        let mut command = Command::new(installed("ALLCLEAR_TEST_NSD"));
        command.arg("-d").arg("-c").arg(folder.path().join("nsd.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own: all of its processes are stopped together.
        let process = command.process_group(0).spawn().unwrap();
        let mut nsd = Self { address, process, _folder: folder };
        nsd.listens().then_some(nsd)
    }

    /// Waits until it listens; false if it ends instead.
    fn listens(&mut self) -> bool {
        while TcpStream::connect(self.address).is_err() {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// Has it stand still: it takes questions, and says nothing.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Has it go on after this time.
    pub(crate) fn thaw_in(&self, wait: Duration) {
        let group = self.group();
        std::thread::spawn(move || {
            std::thread::sleep(wait);
            kill_process_group(group, Signal::CONT).unwrap();
        });
    }

    fn group(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    fn signal(&self, signal: Signal) {
        kill_process_group(self.group(), signal).ok();
    }
}

impl Drop for Nsd {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        self.process.wait().ok();
    }
}

#[expect(clippy::disallowed_methods, reason = "the test runner says where its programs are")]
fn installed(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`, which installs it"))
}

fn place(nth: usize, port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::from([127, 0, 0, 2 + u8::try_from(nth).unwrap()]), port)
}

/// A port that is free on so many addresses, over UDP and TCP.
fn free_port(count: usize) -> u16 {
    loop {
        let first = TcpListener::bind(place(0, 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        let is_free = |nth: usize| {
            UdpSocket::bind(place(nth, port)).is_ok()
                && (nth == 0 || TcpListener::bind(place(nth, port)).is_ok())
        };
        if (0..count).all(is_free) {
            return port;
        }
    }
}

fn configuration(folder: &Path, address: SocketAddr) -> String {
    let (folder, port) = (folder.to_str().unwrap(), address.port());
    format!(
        "server:
  ip-address: {ip}@{port}
  server-count: 1
  username: \"\"
  zonesdir: \"{folder}\"
  database: \"\"
  pidfile: \"{folder}/nsd.pid\"
  logfile: \"{folder}/nsd.log\"
  xfrdfile: \"{folder}/xfrd.state\"
  zonelistfile: \"{folder}/zone.list\"
  xfrdir: \"{folder}\"
remote-control:
  control-enable: no
zone:
  name: example.com
  zonefile: example.com.zone
",
        ip = address.ip()
    )
}

/// A zone with this serial, and with further lines.
pub(crate) fn zone(serial: u32, more: &str) -> String {
    let many: String = (1..=250).map(|last| format!("many A 198.18.7.{last}\n")).collect();
    format!(
        "$ORIGIN example.com.
$TTL 300
@ SOA ns1 admin {serial} 3600 600 86400 300
@ NS ns1
@ NS ns2
ns1 A 127.0.0.2
ns2 A 127.0.0.3
www A 192.0.2.1
www A 192.0.2.2
www 60 AAAA 2001:db8::1
shop CNAME www
away CNAME www.example.net.
@ MX 10 mail
@ MX 20 MAIL2
@ TXT \"v=spf1 \" \"-all\"
@ CAA 0 issue \"ca.example.net\"
_sip._tcp SRV 0 5 5060 sip
7 PTR host
{many}{more}"
    )
}
