//! The least that a check over HTTPS can be: a connection, a handshake that verifies the whole chain, a
//! request, and the answer read to its end.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address;

/// Checks at the same time.
const AT_ONCE: usize = 64;

/// Checks for so many seconds, and says how many that were.
pub(super) async fn run(port: u16, authority: &Path, seconds: u64) -> Result<Value> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority)?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // Each is a stranger to the server, as it is to that of a check.
    config.resumption = rustls::client::Resumption::disabled();
    let connector = TlsConnector::from(Arc::new(config));
    let start = Instant::now();
    let end = start + Duration::from_secs(seconds);
    let loops: Vec<_> =
        (0..AT_ONCE).map(|nth| tokio::spawn(checks(connector.clone(), nth, port, end))).collect();
    let mut all = 0;
    for one in loops {
        all += one.await??;
    }
    Ok(json!({ "checks": all, "seconds": start.elapsed().as_secs_f64() }))
}

/// Checks one after the other.
async fn checks(connector: TlsConnector, first: usize, port: u16, end: Instant) -> Result<u64> {
    let mut done = 0;
    for nth in first.. {
        if Instant::now() >= end {
            break;
        }
        check(&connector, address(nth).into(), port).await.context("a bare check")?;
        done += 1;
    }
    Ok(done)
}

async fn check(connector: &TlsConnector, address: IpAddr, port: u16) -> Result<()> {
    let stream = TcpStream::connect((address, port)).await?;
    stream.set_nodelay(true)?;
    let mut stream = connector.connect(ServerName::IpAddress(address.into()), stream).await?;
    let request = format!("GET / HTTP/1.1\r\nhost: {address}:{port}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::with_capacity(1_024);
    stream.read_to_end(&mut answer).await?;
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "the server did not answer with 200");
    Ok(())
}
