//! What is wrong with the certificate: for `config check` and `doctor`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use allclear_domain::{Clock, StatusPage, SystemClock};
use allclear_web::tls::{Certificate, Standing, TlsFiles, look_at};
use jiff::Timestamp;

use super::doctor::{Finding, Verdict};
use crate::settings::Settings;

/// Names of a certificate that are printed; more are counted.
const NAMES_SHOWN_MAX: usize = 10;

fn finding(verdict: Verdict, text: String) -> Finding {
    Finding { check: "tls", verdict, text }
}

/// What there is to say of the settings and the files that they name.
pub(super) fn judge(settings: &Settings) -> Vec<Finding> {
    let Some(files) = &settings.tls else {
        return vec![finding(Verdict::Ok, "off: `listen` takes plain HTTP".to_owned())];
    };
    let certificate = match look_at(files) {
        Ok(certificate) => certificate,
        Err(error) => return vec![finding(Verdict::Failed, error.to_string())],
    };
    let mut findings = vec![standing(&certificate, files, SystemClock.now())];
    findings.extend(readable_by_others(&files.key));
    if let Some(host) = settings.entrance.public_url.as_deref().and_then(host_of)
        && !certificate.is_for(host)
    {
        let text = format!("the certificate is not for {host}, which public_url names");
        findings.push(finding(Verdict::Warning, text));
    }
    findings
}

/// The host names of status pages that the certificate is not for.
pub(super) fn judge_host_names(settings: &Settings, pages: &[StatusPage]) -> Vec<Finding> {
    let Some(certificate) = settings.tls.as_ref().and_then(|files| look_at(files).ok()) else {
        return Vec::new();
    };
    let all = pages.iter().flat_map(|page| page.host_names.iter().map(move |host| (page, host)));
    let foreign = all.filter(|(_, host)| !certificate.is_for(host));
    let told = foreign.map(|(page, host)| {
        let text = format!(
            "the certificate is not for {host}, a host name of the status page `{}`",
            page.slug
        );
        finding(Verdict::Warning, text)
    });
    told.collect()
}

fn standing(certificate: &Certificate, files: &TlsFiles, now: Timestamp) -> Finding {
    let file = files.certificate.display();
    let (begins_at, ends_at) = (certificate.begins_at, certificate.ends_at);
    match certificate.standing(now) {
        Standing::Holds => {
            let text = format!("for {}, holds until {ends_at}", names(certificate));
            finding(Verdict::Ok, text)
        }
        Standing::EndsSoon => {
            let text = format!("{file}: the certificate ends soon, at {ends_at}: renew it");
            finding(Verdict::Warning, text)
        }
        Standing::Over => {
            let text = format!("{file}: the certificate ended at {ends_at}: renew it");
            finding(Verdict::Failed, text)
        }
        Standing::NotYet => {
            let text = format!(
                "{file}: the certificate holds from {begins_at} on: look at the clock of this machine"
            );
            finding(Verdict::Failed, text)
        }
    }
}

fn names(certificate: &Certificate) -> String {
    let names = &certificate.names;
    if names.is_empty() {
        return "no name at all".to_owned();
    }
    let shown: Vec<&str> = names.iter().take(NAMES_SHOWN_MAX).map(String::as_str).collect();
    let more = names.len() - shown.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", shown.join(", "))
}

/// A key that everybody on the machine may read is no secret.
fn readable_by_others(key: &Path) -> Option<Finding> {
    let mode = std::fs::metadata(key).ok()?.permissions().mode();
    (mode & 0o007 != 0).then(|| {
        let key = key.display();
        let text = format!("everybody on this machine may read the key: `chmod o-rwx {key}`");
        finding(Verdict::Warning, text)
    })
}

/// The host of an address, without its port.
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    match rest.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => rest.split(':').next(),
    }
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn hosts_of_addresses() {
        assert_eq!(host_of("https://status.example.com:8443"), Some("status.example.com"));
        assert_eq!(host_of("https://[2001:db8::1]:8443"), Some("2001:db8::1"));
        assert_eq!(host_of("status.example.com"), None);
    }
}
