//! A real nginx that speaks TLS at an address of its own, for one test: killed, and started again.

use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use tempfile::TempDir;

/// How often it is asked whether it listens by now.
const LOOKS: usize = 3_000;
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A running nginx; gone with the value.
pub(crate) struct Nginx {
    /// Where it speaks TLS. Nobody else listens there while it is dead: each test has one of this
    /// machine's many addresses for itself.
    pub(crate) address: SocketAddr,
    /// Who signed its certificate, which ends with the year 2026.
    pub(crate) authority: String,
    folder: TempDir,
    process: Child,
}

impl Nginx {
    /// Starts one at 127.77.8.`place`, with one page.
    pub(crate) fn start(place: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ip = Ipv4Addr::new(127, 77, 8, place);
        let address = TcpListener::bind((ip, 0)).unwrap().local_addr().unwrap();
        let authority = certify(&folder, address.ip());
        fs::write(folder.path().join("index.html"), "<p>The shop is open.</p>").unwrap();
        fs::write(folder.path().join("nginx.conf"), configuration(&folder, address)).unwrap();
        let process = spawn(&folder);
        let mut nginx = Self { address, authority, folder, process };
        nginx.wait_until_it_listens();
        nginx
    }

    /// Kills it: it has no time to say anything to anybody.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again, where it was.
    pub(crate) fn start_again(&mut self) {
        self.process = spawn(&self.folder);
        self.wait_until_it_listens();
    }

    fn wait_until_it_listens(&mut self) {
        for _ in 0..LOOKS {
            match TcpStream::connect(self.address) {
                Ok(_) => return,
                Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}"),
            }
            if let Some(status) = self.process.try_wait().unwrap() {
                let log = fs::read_to_string(self.folder.path().join("error.log"));
                panic!("nginx ended with {status}: {log:?}");
            }
            std::thread::sleep(LOOK_EVERY);
        }
        panic!("nginx does not listen");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It fails only if it is gone already.
        let _gone = self.process.kill();
        let _ended = self.process.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "the test runner says where its programs are")]
fn installed() -> PathBuf {
    let name = "ALLCLEAR_TEST_NGINX";
    std::env::var_os(name)
        .map(PathBuf::from)
        .unwrap_or_else(|| panic!("{name} is not set: run `cargo xtask test`, which installs it"))
}

fn spawn(folder: &TempDir) -> Child {
    let mut command = Command::new(installed());
    command.arg("-p").arg(folder.path()).arg("-c").arg(folder.path().join("nginx.conf"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// One process alone, so that killing it leaves nobody behind.
fn configuration(folder: &TempDir, address: SocketAddr) -> String {
    let folder = folder.path().to_str().unwrap();
    let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("  {name}_temp_path {folder}/{name};\n"))
        .concat();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let user = if is_root { "user root;\n" } else { "" };
    format!(
        "{user}daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
{places}  access_log off;
  server {{
    listen {address} ssl;
    ssl_certificate {folder}/chain.pem;
    ssl_certificate_key {folder}/key.pem;
    root {folder};
    default_type text/html;
  }}
}}
"
    )
}

/// Writes a certificate for an address; gives who signed it.
fn certify(folder: &TempDir, ip: IpAddr) -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    let root = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![ip.to_string()]).unwrap();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let own = params.signed_by(&key, &root).unwrap();
    fs::write(folder.path().join("chain.pem"), own.pem()).unwrap();
    fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
    root.pem()
}
