//! TLS from certificate files, as real clients see it: curl, openssl and rustls.

use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use allclear::instance::Instance;
use allclear_domain::TurnedClock;
use allclear_web::server::ListenerLimits;
use allclear_web::tls::{Certificates, Report, TlsFiles};
use jiff::SignedDuration;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::reader::{clock_now, filled};
use crate::support::{Engine, Fresh, LIMITS, conditions, stdout};

/// Writes a certificate for `name` and its key.
fn certify(files: &TlsFiles, name: &str, last_year: i32) {
    let key = KeyPair::generate().unwrap();
    let names = vec![name.to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).unwrap();
    params.not_after = date_time_ymd(last_year, 1, 1);
    std::fs::write(&files.certificate, params.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
}

fn files_in(folder: &TempDir) -> TlsFiles {
    TlsFiles { certificate: folder.path().join("chain.pem"), key: folder.path().join("key.pem") }
}

/// An instance with the demo's contents behind TLS.
struct Safe {
    fresh: Fresh,
    clock: TurnedClock,
    instance: Instance,
    certificates: Certificates,
    files: TlsFiles,
}

impl Safe {
    async fn open(allowed: ListenerLimits) -> Self {
        let (fresh, clock) = filled(Engine::Sqlite).await;
        let files = files_in(&fresh.folder);
        certify(&files, "status.example.com", 2100);
        let certificates = Certificates::load(files.clone()).unwrap();
        let mut conditions = conditions(&clock);
        conditions.allowed = allowed;
        conditions.entrance.certificates = Some(certificates.clone());
        let instance = Instance::start(fresh.store().await, conditions).await.unwrap();
        Self { fresh, clock, instance, certificates, files }
    }

    /// A client that trusts the certificate as it is on disk.
    async fn connect(&self, alpn: &str) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(self.instance.address()).await.unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&self.files.certificate).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        let name = ServerName::try_from("127.0.0.1").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }

    /// Asks for a path and gives everything that came back.
    async fn get(&self, path: &str) -> String {
        let mut stream = self.connect("http/1.1").await;
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut text = Vec::new();
        stream.read_to_end(&mut text).await.unwrap();
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Runs a program to its end, which must be a good one; `ADDRESS` and `CERTIFICATE` stand for
    /// ours.
    async fn run(&self, program: &'static str, arguments: &str) -> String {
        let address = self.instance.address().to_string();
        let text = arguments.replace("ADDRESS", &address);
        let text = text.replace("CERTIFICATE", self.files.certificate.to_str().unwrap());
        let output: Output = tokio::task::spawn_blocking(move || {
            Command::new(program).args(text.split(' ')).stdin(Stdio::null()).output().unwrap()
        })
        .await
        .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {stderr}");
        format!("{}{stderr}", String::from_utf8_lossy(&output.stdout))
    }
}

/// What has come of a stream so far, once it holds `wanted`.
async fn read_until(stream: &mut TlsStream<TcpStream>, wanted: &str) -> String {
    let mut text = String::new();
    while !text.contains(wanted) {
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "it ended: {text}");
        text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    text
}

#[tokio::test]
async fn curl_and_openssl_are_served_in_both_versions_of_http() {
    let safe = Safe::open(LIMITS).await;
    for (option, version) in [("--http1.1", "HTTP/1.1 200"), ("--http2", "HTTP/2 200")] {
        for path in ["", "p/tiger/history", "healthz"] {
            let arguments = format!("-sSi {option} --cacert CERTIFICATE https://ADDRESS/{path}");
            let said = safe.run("curl", &arguments).await;
            assert!(said.starts_with(version), "{path}: {said}");
            assert!(said.contains("strict-transport-security: max-age=31536000"), "{path}: {said}");
        }
    }
    for version in ["-tls1_2", "-tls1_3"] {
        let arguments = format!(
            "s_client {version} -connect ADDRESS -CAfile CERTIFICATE -verify_return_error -alpn h2"
        );
        let said = safe.run("openssl", &arguments).await;
        assert!(said.contains("ALPN protocol: h2"), "{said}");
        assert!(said.contains("Verify return code: 0 (ok)"), "{said}");
    }
    safe.instance.stop().await;
}

#[tokio::test]
async fn cookies_are_kept_to_tls_and_links_lead_there() {
    let safe = Safe::open(LIMITS).await;
    let text = safe.get("/console/sign-in").await;
    let cookie = text.lines().find(|line| line.starts_with("set-cookie: ")).unwrap();
    assert!(cookie.contains("__Host-allclear_visitor=") && cookie.contains("; Secure"), "{cookie}");
    safe.instance.stop().await;
}

#[tokio::test]
async fn an_open_page_is_told_of_changes_over_tls() {
    let safe = Safe::open(LIMITS).await;
    let mut stream = safe.connect("http/1.1").await;
    stream.write_all(b"GET /p/tiger/events HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let first = read_until(&mut stream, "\n\n").await;
    assert!(first.starts_with("HTTP/1.1 200 OK\r\nconnection: close"), "handed over: {first}");
    assert!(first.contains("strict-transport-security"), "{first}");
    let store = safe.instance.store();
    let stored = store.find_status_page("tiger").await.unwrap().unwrap();
    let mut page = stored.value.clone();
    page.title = "Another title".to_owned();
    let mut transaction = store.begin().await.unwrap();
    transaction.update_status_page(&page, stored.version).await.unwrap();
    transaction.commit().await.unwrap();
    safe.clock.turn(SignedDuration::from_secs(20));
    safe.instance.publisher().run_once(clock_now(&safe.clock)).await.unwrap();
    let told = read_until(&mut stream, "12:00:20Z").await;
    assert!(told.contains(r#""page":"tiger""#), "{told}");
    let mut rest = [0; 64];
    let (stopped, end) = tokio::join!(safe.instance.stop(), stream.read(&mut rest));
    assert_eq!(((), 0), (stopped, end.unwrap()));
}

#[tokio::test]
async fn silent_clients_keep_nobody_waiting_and_are_cut_off() {
    let allowed = ListenerLimits { header_timeout: std::time::Duration::from_secs(2), ..LIMITS };
    let safe = Safe::open(allowed).await;
    let mut silent = Vec::new();
    for said in [&b""[..], b"\x16\x03\x01"].repeat(10) {
        let mut stream = TcpStream::connect(safe.instance.address()).await.unwrap();
        stream.write_all(said).await.unwrap();
        silent.push(stream);
    }
    assert!(safe.get("/").await.starts_with("HTTP/1.1 200"));
    for mut stream in silent {
        let mut rest = Vec::new();
        // Ended or reset: it is over either way.
        let _ = stream.read_to_end(&mut rest).await;
        assert_eq!(rest, b"");
    }
    safe.instance.stop().await;
}

#[tokio::test]
async fn a_handshake_counts_as_a_connection_until_it_is_cut_off() {
    let allowed =
        ListenerLimits { connections_max: 2, header_timeout: std::time::Duration::from_secs(1) };
    let safe = Safe::open(allowed).await;
    let first = TcpStream::connect(safe.instance.address()).await.unwrap();
    let second = TcpStream::connect(safe.instance.address()).await.unwrap();
    // There is room once they are cut off, and no sooner.
    assert!(safe.get("/").await.starts_with("HTTP/1.1 200"));
    for mut stream in [first, second] {
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap_or(0), 0);
    }
    safe.instance.stop().await;
}

#[tokio::test]
async fn who_speaks_plainly_is_told_so() {
    let safe = Safe::open(LIMITS).await;
    let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(50_000));
    for said in ["GET / HTTP/1.1\r\nhost: x\r\n\r\n", &long] {
        let mut stream = TcpStream::connect(safe.instance.address()).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert!(text.starts_with("HTTP/1.1 400"), "{text}");
        assert!(text.ends_with("use an address that begins with https:// there.\n"), "{text}");
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    }
    let mut stream = TcpStream::connect(safe.instance.address()).await.unwrap();
    stream.write_all(b"nonsense").await.unwrap();
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text).await;
    assert!(!text.starts_with(b"HTTP"), "neither HTTP nor TLS");
    safe.instance.stop().await;
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_to_the_next_client() {
    let safe = Safe::open(LIMITS).await;
    let mut open = safe.connect("http/1.1").await;
    certify(&safe.files, "renewed.example.com", 2100);
    let now = clock_now(&safe.clock);
    assert_eq!(safe.certificates.run_once(now).await, Report::Renewed);
    // This client trusts the new one alone.
    assert!(safe.get("/").await.starts_with("HTTP/1.1 200"));
    std::fs::write(&safe.files.key, "half").unwrap();
    assert!(matches!(safe.certificates.run_once(now).await, Report::Kept(_)));
    assert!(safe.get("/").await.starts_with("HTTP/1.1 200"));
    // Who was there before is not cut off.
    open.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    read_until(&mut open, "ok\n").await;
    safe.instance.stop().await;
    assert!(safe.fresh.folder.path().exists());
}

#[test]
fn commands_say_what_is_wrong_with_the_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let files = files_in(&folder);
    let run = |arguments: &[&str]| {
        let mut command = crate::support::allclear();
        command
            .arg("--data")
            .arg(folder.path().join("data"))
            .env("ALLCLEAR_TLS_CERTIFICATE_FILE", &files.certificate)
            .env("ALLCLEAR_TLS_KEY_FILE", &files.key)
            .env("ALLCLEAR_PUBLIC_URL", "https://www.example.com")
            .args(arguments);
        command.output().unwrap()
    };
    for command in [&["config", "check"][..], &["doctor"], &["serve", "--listen", "127.0.0.1:0"]] {
        let output = run(command);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("chain.pem cannot be read"), "{said}");
    }
    certify(&files, "status.example.com", 2020);
    let output = run(&["config", "check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("FAILED: tls: ") && said.contains("ended at 2020-01-01"), "{said}");
    assert!(said.contains("not for www.example.com, which public_url names"), "{said}");
    certify(&files, "www.example.com", 2100);
    let said = stdout(&run(&["doctor"]));
    assert!(said.contains("for www.example.com, 127.0.0.1, holds until 2100-01-01"), "{said}");
    assert!(said.contains("everybody on this machine may read the key"), "{said}");
}
