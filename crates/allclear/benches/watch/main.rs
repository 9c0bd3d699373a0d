//! What `cargo xtask bench watch` needs beside a server: certificates, installations full of checks, the
//! bare loop that probing is compared with, and ninety days of samples.
//!
//! `watch WHAT …` does one of these and prints one line of JSON.

mod bare;
mod fill;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, SanType,
};
use serde_json::{Value, json};

/// Addresses of this machine that are probed in turn: each has ports of its own for connections.
const ADDRESSES: u8 = 8;

fn main() -> Result<()> {
    // What `cargo bench` adds says nothing to us.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let told = runtime()?.block_on(run(&words))?;
    writeln!(std::io::stdout(), "{told}")?;
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

async fn run(words: &[&str]) -> Result<Value> {
    match words {
        ["certificates", folder] => certificates(Path::new(folder)),
        ["bare", port, authority, seconds] => {
            bare::run(port.parse()?, Path::new(authority), seconds.parse()?).await
        }
        ["fill", data, interval, ports @ ..] => {
            let ports: Result<Vec<(usize, u16)>> = ports.iter().map(|one| count_at(one)).collect();
            fill::checks(&PathBuf::from(data), interval.parse()?, &ports?).await
        }
        ["count", data] => fill::count(&PathBuf::from(data)).await,
        ["days", data] => fill::days(&PathBuf::from(data)).await,
        _ => bail!("`cargo xtask bench watch` knows what to ask for"),
    }
}

/// Reads `COUNT@PORT`.
fn count_at(text: &str) -> Result<(usize, u16)> {
    let (count, port) = text.split_once('@').context("COUNT@PORT is missing")?;
    Ok((count.parse()?, port.parse()?))
}

/// An address that is probed.
fn address(nth: usize) -> std::net::Ipv4Addr {
    let last = u8::try_from(nth % usize::from(ADDRESSES)).unwrap_or(0) + 1;
    std::net::Ipv4Addr::new(127, 0, 0, last)
}

/// Writes a chain of three: an authority, one that it vouches for, and what the server sends.
fn certificates(folder: &Path) -> Result<Value> {
    let authority = |name: &str| -> Result<CertificateParams> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(params)
    };
    let root = CertifiedIssuer::self_signed(authority("Example Root")?, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let between = CertifiedIssuer::signed_by(authority("Example Between")?, key, &root)?;
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    for nth in 0..usize::from(ADDRESSES) {
        params.subject_alt_names.push(SanType::IpAddress(address(nth).into()));
    }
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let own = params.signed_by(&key, &between)?;
    std::fs::write(folder.join("authority.pem"), root.pem())?;
    std::fs::write(folder.join("server.pem"), [own.pem(), between.pem()].concat())?;
    std::fs::write(folder.join("server.key"), key.serialize_pem())?;
    Ok(json!({}))
}
