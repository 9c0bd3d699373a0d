//! A real nginx with a certificate of our making, for one test. It needs neither root nor fixed ports.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use tempfile::TempDir;

/// Others may take a port between looking for a free one and listening there.
const TRIES: usize = 5;

/// What the server sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Served {
    /// Its certificate and the one above it.
    Chain,
    /// Its certificate alone.
    OwnAlone,
    /// The whole chain of an authority that nobody knows.
    Strange,
}

/// A running nginx; gone with the value.
pub(crate) struct Nginx {
    /// Where it speaks TLS.
    pub(crate) address: SocketAddr,
    /// Where it speaks HTTP/2 without TLS.
    pub(crate) plain: SocketAddr,
    /// Where it speaks SMTP, IMAP and POP3 and goes on with TLS, SMTP without, SMTP within TLS, and SMTP
    /// after a while, if it was started so.
    pub(crate) mail: [SocketAddr; 6],
    root: CertifiedIssuer<'static, KeyPair>,
    between: CertifiedIssuer<'static, KeyPair>,
    name: String,
    folder: TempDir,
    process: Child,
}

impl Nginx {
    /// Starts it with these locations; `FOLDER` in them is where its files are.
    pub(crate) fn start(name: &str, served: Served, locations: &str) -> Self {
        Self::start_as(name, served, locations, false)
    }

    /// Starts it as a server in front of mail servers, too.
    pub(crate) fn start_with_mail(name: &str, served: Served) -> Self {
        Self::start_as(name, served, "", true)
    }

    fn start_as(name: &str, served: Served, locations: &str, has_mail: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (root, between) = authorities("Example");
        let (_, strange) = authorities("Strange");
        let issuer = if served == Served::Strange { &strange } else { &between };
        let above = (served != Served::OwnAlone).then(|| issuer.pem());
        certify(folder.path(), name, 2026, issuer, &above.unwrap_or_default());
        fs::write(folder.path().join("root.pem"), root.pem()).unwrap();
        for _ in 0..TRIES {
            let (address, plain) = (free_address(), free_address());
            let mail: [SocketAddr; 6] = std::array::from_fn(|_| free_address());
            let mut config = configuration(folder.path(), [address, plain], locations);
            if has_mail {
                config = with_mail(&config, folder.path(), mail);
            }
            fs::write(folder.path().join("nginx.conf"), config).unwrap();
            let mut process = nginx(folder.path()).spawn().unwrap();
            if listens(&mut process, folder.path()) {
                let name = name.to_owned();
                return Self { address, plain, mail, root, between, name, folder, process };
            }
        }
        let log = fs::read_to_string(folder.path().join("error.log"));
        panic!("nginx does not start: {log:?}");
    }

    /// Ends it, as somebody would who trips over a cable.
    pub(crate) fn stop(&mut self) {
        let stopped = nginx(self.folder.path()).args(["-s", "stop"]).status();
        if !stopped.is_ok_and(|status| status.success()) {
            self.process.kill().ok();
        }
        self.process.wait().ok();
    }

    /// Starts it again, where it was.
    pub(crate) fn start_again(&mut self) {
        self.process = nginx(self.folder.path()).spawn().unwrap();
        assert!(listens(&mut self.process, self.folder.path()), "nginx does not start again");
    }

    pub(crate) fn root_pem(&self) -> String {
        self.root.pem()
    }

    /// A certificate for a client that holds from one year to another, with the one above it, and its key. Of an
    /// authority that the server knows, or of one that nobody does.
    pub(crate) fn client(&self, years: [i32; 2], is_known: bool) -> (String, String) {
        let (_, strange) = authorities("Strange");
        let issuer = if is_known { &self.between } else { &strange };
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["probe.example.com".to_owned()]).unwrap();
        params.not_before = date_time_ymd(years[0], 1, 1);
        params.not_after = date_time_ymd(years[1], 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let own = params.signed_by(&key, issuer).unwrap();
        (own.pem() + &issuer.pem(), key.serialize_pem())
    }

    /// Writes a file to serve.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// A file of its folder, such as `chain.pem`.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap()
    }

    /// Puts a certificate of the next year on the disk, and tells nobody.
    pub(crate) fn renew(&self) {
        certify(self.folder.path(), &self.name, 2027, &self.between, &self.between.pem());
    }

    /// Has the server read its files anew.
    pub(crate) fn reload(&self) {
        assert!(nginx(self.folder.path()).args(["-s", "reload"]).status().unwrap().success());
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Killing the master alone would leave its worker behind.
        self.stop();
    }
}

/// Waits until nginx listens, which is when it says who it is; false if it ends instead.
fn listens(process: &mut Child, folder: &Path) -> bool {
    while !folder.join("nginx.pid").exists() {
        if process.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

#[expect(clippy::disallowed_methods, reason = "the test runner says where its programs are")]
pub(crate) fn installed(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`, which installs it"))
}

fn nginx(folder: &Path) -> Command {
    let mut command = Command::new(installed("ALLCLEAR_TEST_NGINX"));
    command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn configuration(folder: &Path, listeners: [SocketAddr; 2], locations: &str) -> String {
    let [address, plain] = listeners;
    let folder = folder.to_str().unwrap();
    let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("  {name}_temp_path {folder}/{name};\n"))
        .concat();
    // The worker must be able to read our temporary folder.
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let user = if is_root { "user root;\n" } else { "" };
    format!(
        "{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
{places}  access_log off;
  server {{
    listen {address} ssl http2;
    listen {plain} http2;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate {folder}/chain.pem;
    ssl_certificate_key {folder}/key.pem;
    {locations}
  }}
}}
",
        locations = locations.replace("FOLDER", folder)
    )
}

/// The same, with its mail module: it greets, agrees to TLS or not, and would ask for a password next.
fn with_mail(config: &str, folder: &Path, mail: [SocketAddr; 6]) -> String {
    let [smtp, imap, pop3, open, within, slow] = mail;
    let (module, folder) = (installed("ALLCLEAR_TEST_NGINX_MAIL"), folder.to_str().unwrap());
    format!(
        "load_module {module};
{config}mail {{
  server_name mail.example.com;
  auth_http 127.0.0.1:9/none;
  ssl_certificate {folder}/chain.pem;
  ssl_certificate_key {folder}/key.pem;
  server {{ listen {smtp}; protocol smtp; starttls on; }}
  server {{ listen {imap}; protocol imap; starttls on; }}
  server {{ listen {pop3}; protocol pop3; starttls on; }}
  server {{ listen {open}; protocol smtp; starttls off; }}
  server {{ listen {within} ssl; protocol smtp; }}
  server {{ listen {slow}; protocol smtp; smtp_greeting_delay 1s; }}
}}
"
    )
}

fn authorities(
    name: &str,
) -> (CertifiedIssuer<'static, KeyPair>, CertifiedIssuer<'static, KeyPair>) {
    let params = |rank: &str| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, format!("{name} {rank}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        params
    };
    let key = || KeyPair::generate().unwrap();
    let root = CertifiedIssuer::self_signed(params("Root"), key()).unwrap();
    let between = CertifiedIssuer::signed_by(params("Between"), key(), &root).unwrap();
    (root, between)
}

/// Writes a certificate that holds for one year, with what stands above it, and its key.
fn certify(
    folder: &Path,
    name: &str,
    year: i32,
    issuer: &CertifiedIssuer<'static, KeyPair>,
    above: &str,
) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(year, 1, 1);
    params.not_after = date_time_ymd(year + 1, 1, 1);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let own = params.signed_by(&key, issuer).unwrap();
    fs::write(folder.join("chain.pem"), own.pem() + above).unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A backend that answers with these bytes and ends.
pub(crate) fn backend(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut question = [0; 4_096];
            if stream.read(&mut question).is_ok() {
                stream.write_all(answer.as_bytes()).ok();
            }
        }
    });
    port
}
