//! Certificates in files: what is taken, what is refused in which words, and what a renewal does.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tempfile::TempDir;

use super::{Certificates, Report, Standing, TlsFiles, look_at};

/// A folder with a certificate and its key.
struct Rig {
    _folder: TempDir,
    files: TlsFiles,
}

impl Rig {
    fn of(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles {
            certificate: folder.path().join("chain.pem"),
            key: folder.path().join("key.pem"),
        };
        let rig = Self { _folder: folder, files };
        rig.renew(names);
        rig
    }

    fn renew(&self, names: &[&str]) {
        let (certificate, key) = pair(names);
        write(&self.files.certificate, &certificate);
        write(&self.files.key, &key);
    }

    fn problem(&self) -> String {
        look_at(&self.files).unwrap_err().to_string()
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// A certificate of the year 2026, and its key.
fn pair(names: &[&str]) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_certificate_tells_its_names_and_how_it_stands() {
    let rig = Rig::of(&["status.example.com", "*.example.net", "192.0.2.7"]);
    let certificate = look_at(&rig.files).unwrap();
    assert_eq!(certificate.names, ["status.example.com", "*.example.net", "192.0.2.7"]);
    for (host, is_for) in [
        ("status.example.com", true),
        ("STATUS.example.com", true),
        ("a.example.net", true),
        ("192.0.2.7", true),
        ("example.com", false),
        ("a.b.example.net", false),
        ("192.0.2.8", false),
        ("", false),
    ] {
        assert_eq!(certificate.is_for(host), is_for, "{host}");
    }
    for (now, standing) in [
        ("2025-12-31T23:59:59Z", Standing::NotYet),
        ("2026-01-01T00:00:00Z", Standing::Holds),
        ("2026-12-17T23:59:59Z", Standing::Holds),
        ("2026-12-18T00:00:00Z", Standing::EndsSoon),
        ("2027-01-01T00:00:00Z", Standing::Over),
    ] {
        assert_eq!(certificate.standing(at(now)), standing, "{now}");
    }
}

#[test]
fn what_is_wrong_names_its_file() {
    let rig = Rig::of(&["status.example.com"]);
    let (_, foreign) = pair(&["status.example.com"]);
    let own = std::fs::read_to_string(&rig.files.key).unwrap();
    write(&rig.files.key, &foreign);
    assert!(
        rig.problem().contains("does not belong to the first certificate"),
        "{}",
        rig.problem()
    );
    write(&rig.files.key, &own.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
    assert!(rig.problem().contains("without a passphrase"), "{}", rig.problem());
    write(&rig.files.key, &own);
    look_at(&rig.files).unwrap();

    write(&rig.files.certificate, &own);
    assert!(rig.problem().contains("holds no certificate"), "{}", rig.problem());
    write(&rig.files.certificate, "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n");
    assert!(rig.problem().contains("is not PEM"), "{}", rig.problem());
    write(&rig.files.certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assert!(rig.problem().contains("is broken"), "{}", rig.problem());
    write(&rig.files.certificate, &"x".repeat(300_000));
    assert!(rig.problem().contains("is longer than 256 KB"), "{}", rig.problem());
    std::fs::remove_file(&rig.files.certificate).unwrap();
    assert!(rig.problem().contains("chain.pem cannot be read"), "{}", rig.problem());
}

#[tokio::test]
async fn a_renewed_certificate_is_served_and_a_broken_one_is_not() {
    let now = at("2026-11-21T12:00:00Z");
    let rig = Rig::of(&["first.example.com"]);
    let certificates = Certificates::load(rig.files.clone()).unwrap();
    let served = || certificates.served().names.clone();
    assert_eq!(certificates.run_once(now).await, Report::Same);

    rig.renew(&["second.example.com"]);
    assert_eq!(certificates.run_once(now).await, Report::Renewed);
    assert_eq!(served(), ["second.example.com"]);

    // Half of a renewal: the key is not there yet. That is told once.
    let (certificate, key) = pair(&["third.example.com"]);
    write(&rig.files.certificate, &certificate);
    let kept = certificates.run_once(now).await;
    assert!(matches!(&kept, Report::Kept(why) if why.contains("does not belong")), "{kept:?}");
    assert_eq!(certificates.run_once(now).await, Report::Same);
    assert_eq!(served(), ["second.example.com"]);
    std::fs::remove_file(&rig.files.key).unwrap();
    let kept = certificates.run_once(now).await;
    assert!(matches!(&kept, Report::Kept(why) if why.contains("cannot be read")), "{kept:?}");
    assert_eq!(served(), ["second.example.com"]);
    write(&rig.files.key, &key);
    let later = now + SignedDuration::from_mins(1);
    assert_eq!(certificates.run_once(later).await, Report::Renewed);
    assert_eq!(served(), ["third.example.com"]);
}

#[test]
fn no_key_is_printed() {
    let rig = Rig::of(&["status.example.com"]);
    let certificates = Certificates::load(rig.files.clone()).unwrap();
    let shown = format!("{certificates:?} {:?}", certificates.served());
    let key = std::fs::read_to_string(&rig.files.key).unwrap();
    let secret = key.lines().nth(1).unwrap();
    assert!(!shown.contains(secret), "{shown}");
}
