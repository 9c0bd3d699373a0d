//! What a certificate says of itself, in a line.

use allclear_domain::check::Leaf;
use allclear_domain::limits::LEAF_CHARS_MAX;
use jiff::Timestamp;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// Names of one certificate that are told; the rest are counted.
const NAMES_TOLD: usize = 5;

/// Who a certificate is for, who vouches for it and how long it holds.
pub(super) fn told(der: &[u8]) -> String {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return "a certificate that cannot be read".to_owned();
    };
    let named = certificate.subject_alternative_name().ok().flatten();
    let names: Vec<&str> = named
        .map(|named| named.value.general_names.iter().filter_map(dns_name).collect())
        .unwrap_or_default();
    let mut told = certificate.subject().to_string();
    if !names.is_empty() {
        let first: Vec<&str> = names.iter().take(NAMES_TOLD).copied().collect();
        told.push_str(&format!(" for {}", first.join(", ")));
    }
    if names.len() > NAMES_TOLD {
        told.push_str(&format!(" and {} more", names.len() - NAMES_TOLD));
    }
    let validity = certificate.validity();
    let (begins, ends) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    format!(
        "{told}, issued by {}, from {} to {}",
        certificate.issuer(),
        instant(begins),
        instant(ends)
    )
}

/// The first certificate of a chain to end, and its place. A root at the end of it needs nobody, and
/// one that is over already was not needed, or the handshake would have failed: old servers send such.
pub(super) fn first_to_end(chain: &[Vec<u8>], now: Timestamp) -> Option<(Timestamp, usize)> {
    let ends = chain.iter().enumerate().filter_map(|(nth, der)| {
        let is_needed = nth == 0 || !is_root(der);
        ends_at(der).filter(|at| is_needed && *at > now).map(|at| (at, nth))
    });
    ends.min()
}

/// What the expiry ledger keeps of a certificate, where it can be read.
pub(super) fn leaf(der: &[u8]) -> Option<Leaf> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let named = certificate.subject_alternative_name().ok().flatten();
    let first = named.and_then(|named| named.value.general_names.iter().find_map(dns_name));
    let name = first.map_or_else(|| certificate.subject().to_string(), str::to_owned);
    Some(Leaf {
        name: cut(&name),
        issuer: cut(&certificate.issuer().to_string()),
        serial: cut(&certificate.raw_serial_as_string()),
        ends_at: ends_at(der)?,
    })
}

/// A text of a stranger on one line, no longer than it is kept.
fn cut(text: &str) -> String {
    let kept = text.chars().filter(|letter| !letter.is_control());
    kept.take(LEAF_CHARS_MAX).collect()
}

/// Whether it is of an authority that vouches for itself, which nobody has to be sent.
fn is_root(der: &[u8]) -> bool {
    X509Certificate::from_der(der)
        .is_ok_and(|(_, one)| one.is_ca() && one.subject() == one.issuer())
}

/// How long a certificate holds, where it can be read.
pub(super) fn holds(der: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let (from, to) = (certificate.validity().not_before, certificate.validity().not_after);
    let read = |second: i64| Timestamp::from_second(second).ok();
    read(from.timestamp()).zip(read(to.timestamp()))
}

/// When a certificate ends, where it can be read.
fn ends_at(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()
}

fn dns_name<'a>(name: &GeneralName<'a>) -> Option<&'a str> {
    match name {
        GeneralName::DNSName(name) => Some(name),
        _ => None,
    }
}

fn instant(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| "ever".to_owned(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn a_certificate_is_told_in_a_line() {
        let names: Vec<String> = (1..=7).map(|n| format!("{n}.example.com")).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "Shop");
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        let own = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let line = told(own.der());
        assert!(line.contains("CN=Shop for 1.example.com, 2.example.com, "), "{line}");
        assert!(line.contains("5.example.com and 2 more, issued by "), "{line}");
        assert!(line.ends_with("from 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z"), "{line}");
        assert_eq!(told(b"no certificate"), "a certificate that cannot be read");
        let leaf = leaf(own.der()).unwrap();
        assert_eq!((leaf.name.as_str(), leaf.issuer.as_str()), ("1.example.com", "CN=Shop"));
        assert_eq!(leaf.ends_at.to_string(), "2027-01-01T00:00:00Z");
        assert!(!leaf.serial.is_empty());
        assert_eq!(super::leaf(b"no certificate"), None);
    }
}
