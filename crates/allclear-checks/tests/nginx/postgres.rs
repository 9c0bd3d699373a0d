//! The kind `tls` against PostgreSQL, which is asked to go on with TLS.
//!
//! It refuses to run as root; then it runs as the user that its package brings.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use allclear_domain::check::{StartTls, TlsCheck};
use tempfile::TempDir;

use super::server::installed;
use super::*;

/// How often a server is tried that finds its port taken.
const TRIES: usize = 5;

/// A running PostgreSQL; gone with the value.
struct Postgres {
    address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl Postgres {
    /// Starts one with what nginx serves as its certificate, and whether it uses it.
    fn start(rig: &Rig, ssl: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let initdb = ["-D", "data", "-U", "monitor", "-A", "trust", "--no-sync"];
        let mut made = command("initdb", folder.path());
        made.args(initdb).args(["-E", "UTF8", "--locale", "C.UTF-8"]).stdout(Stdio::null());
        assert!(made.status().unwrap().success());
        for name in ["chain.pem", "key.pem"] {
            let path = folder.path().join("data").join(name);
            fs::write(&path, rig.nginx.read(name)).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            let data = fs::metadata(folder.path().join("data")).unwrap();
            chown(&path, Some(data.uid()), Some(data.gid())).unwrap();
        }
        for _ in 0..TRIES {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let mut started = command("postgres", folder.path());
            started.args(["-D", "data", "-h", "127.0.0.1", "-p", &address.port().to_string()]);
            started.arg("-k").arg(folder.path()).args(["-c", &format!("ssl={ssl}")]);
            for setting in ["fsync=off", "ssl_cert_file=chain.pem", "ssl_key_file=key.pem"] {
                started.args(["-c", setting]);
            }
            let mut process = started.stderr(Stdio::null()).spawn().unwrap();
            while process.try_wait().unwrap().is_none() {
                if std::net::TcpStream::connect(address).is_ok() {
                    return Self { address, process, _folder: folder };
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        panic!("PostgreSQL does not start");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Asked to quit it takes its processes with it.
        let pid = self.process.id().to_string();
        let asked = Command::new("kill").args(["-QUIT", &pid]).status();
        if !asked.is_ok_and(|status| status.success()) {
            self.process.kill().ok();
        }
        self.process.wait().ok();
    }
}

/// A program that lies beside `initdb`, as the user who may run it, in a folder that is theirs.
fn command(name: &str, folder: &Path) -> Command {
    let program = PathBuf::from(installed("ALLCLEAR_TEST_INITDB")).with_file_name(name);
    let mut command = Command::new(program);
    command.current_dir(folder);
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        let users = fs::read_to_string("/etc/passwd").unwrap();
        let user = users.lines().find(|line| line.starts_with("postgres:")).unwrap();
        let ids: Vec<u32> = user.split(':').skip(2).take(2).map(|id| id.parse().unwrap()).collect();
        command.uid(ids[0]).gid(ids[1]);
        chown(folder, Some(ids[0]), Some(ids[1])).unwrap();
    }
    command
}

#[tokio::test]
async fn a_database_server_is_asked_to_go_on_with_tls() {
    let rig = Rig::new(Served::Chain, "");
    let probe = async |rig: &Rig, address: SocketAddr, starttls| {
        let connect_to = Some(address.ip());
        let tls = TlsCheck { connect_to, starttls, ..TlsCheck::of(NAME, address.port()) };
        rig.prober.probe(Arc::new(check_of(&tls.into(), 10_000)), rig.clock.now()).await
    };
    let server = Postgres::start(&rig, "on");
    let result = probe(&rig, server.address, Some(StartTls::Postgres)).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(said(&result).contains("TLS 1.3, 2 certificates served"), "{result:?}");
    let ends_at: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(result.certificate_ends_at, Some(ends_at));
    let result = probe(&rig, server.address, None).await;
    let code = result.reason.as_ref().map(|reason| reason.code);
    assert_eq!(result.verdict, Verdict::Fail, "it speaks first in its own words: {result:?}");
    assert!(code.is_some_and(|code| code != ReasonCode::TimedOut), "{result:?}");

    // One that has none says so, and one whose certificate is over is known by its date.
    let open = Postgres::start(&rig, "off");
    let result = probe(&rig, open.address, Some(StartTls::Postgres)).await;
    let reason = result.reason.clone().unwrap();
    assert_eq!((result.verdict, reason.code), (Verdict::Fail, ReasonCode::Tls), "{reason:?}");
    assert!(reason.told.contains("does not offer"), "{reason:?}");
    rig.clock.turn(SignedDuration::from_hours(24 * 365));
    let result = probe(&rig, server.address, Some(StartTls::Postgres)).await;
    let told = result.reason.map(|reason| reason.told).unwrap_or_default();
    assert!(told.contains("ended at 2027-01-01T00:00:00Z"), "{told}");
}
