//! A real server for one test, on a free port, with its files in a folder that goes away.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// What the servers are called.
pub(crate) const NAME: &str = "service.example.com";
/// Others may take a port between looking for a free one and listening there.
const TRIES: usize = 5;

/// A running server; gone with the value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Child,
    folder: TempDir,
}

impl Server {
    /// Starts one in a folder that `prepare` fills, by the command that `command` makes for a port of it.
    pub(crate) fn start(
        prepare: impl Fn(&Path),
        command: impl Fn(&Path, SocketAddr) -> Command,
    ) -> Self {
        let mut log = String::new();
        for _ in 0..TRIES {
            let folder = tempfile::tempdir().unwrap();
            prepare(folder.path());
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let told = fs::File::create(folder.path().join("told")).unwrap();
            let mut command = command(folder.path(), address);
            command.stdin(Stdio::null()).stdout(told.try_clone().unwrap()).stderr(told);
            let process = command.spawn().unwrap();
            let mut server = Self { address, process, folder };
            if server.listens() {
                return server;
            }
            log = server.told();
        }
        panic!("the server does not start: {log}");
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

    /// What it printed.
    pub(crate) fn told(&self) -> String {
        fs::read_to_string(self.folder.path().join("told")).unwrap_or_default()
    }

    /// Has it stand still: connections are made, and it says nothing.
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

    fn pid(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    /// Ends it. PostgreSQL takes its processes with it when it is asked to quit, and not when it is killed.
    pub(crate) fn end(&mut self) {
        for signal in [Signal::CONT, Signal::QUIT] {
            kill_process(self.pid(), signal).ok();
        }
        for _ in 0..300 {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

#[expect(clippy::disallowed_methods, reason = "the test runner says where its programs are")]
pub(crate) fn installed(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`, which installs it"))
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The user as whom PostgreSQL runs where we are root, which it refuses to be.
pub(crate) fn as_postgres(command: &mut Command, folder: &Path) {
    if !is_root() {
        return;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let user = users.lines().find(|line| line.starts_with("postgres:")).unwrap();
    let ids: Vec<u32> = user.split(':').skip(2).take(2).map(|id| id.parse().unwrap()).collect();
    command.uid(ids[0]).gid(ids[1]).current_dir(folder);
    chown(folder, Some(ids[0]), Some(ids[1])).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        chown(path, Some(ids[0]), Some(ids[1])).unwrap();
    }
}

/// Who vouches for certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (params.not_before, params.not_after) =
            (date_time_ymd(2020, 1, 1), date_time_ymd(2040, 1, 1));
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// Writes a certificate for the servers, and its key.
    pub(crate) fn certify(&self, folder: &Path) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
        (params.not_before, params.not_after) =
            (date_time_ymd(2026, 1, 1), date_time_ymd(2027, 1, 1));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let own = params.signed_by(&key, &self.0).unwrap();
        fs::write(folder.join("chain.pem"), own.pem()).unwrap();
        fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
        let secret = fs::Permissions::from_mode(0o600);
        fs::set_permissions(folder.join("key.pem"), secret).unwrap();
    }
}
