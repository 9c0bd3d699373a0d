//! The settings of sign-in through a provider. They are read in every build, so that one that cannot
//! follow them says so.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use allclear_domain::person::check_name;
use anyhow::{Result, ensure};

use super::{Raw, first_line, get, wrong};

/// Whether this build can ask a provider.
const IS_BUILT_IN: bool = cfg!(feature = "oidc");

/// A provider that people may sign in through.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcSettings {
    /// Its address.
    pub issuer_url: String,
    /// What it calls us.
    pub client_id: String,
    /// What proves to it that we are we.
    pub client_secret: String,
    /// What people call it.
    pub name: String,
    /// The address that people use.
    pub public_url: String,
    /// Where the certificates of its authority are; `None` for those that browsers know.
    pub authority: Option<PathBuf>,
}

impl fmt::Debug for OidcSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OidcSettings({})", self.issuer_url)
    }
}

/// The provider, where one is named.
pub(super) fn read(values: &BTreeMap<&'static str, Raw>) -> Result<Option<OidcSettings>> {
    read_in(IS_BUILT_IN, values)
}

fn read_in(
    is_built_in: bool,
    values: &BTreeMap<&'static str, Raw>,
) -> Result<Option<OidcSettings>> {
    let text = |key| get(values, key).0;
    let needed = ["oidc_issuer_url", "oidc_client_id", "oidc_client_secret_file"];
    let set = needed.iter().filter(|key| !text(key).is_empty()).count();
    if set == 0 && text("oidc_name").is_empty() && text("oidc_authority_file").is_empty() {
        return Ok(None);
    }
    ensure!(
        is_built_in,
        "settings that begin with oidc_ are there, and this build of Allclear signs nobody in through \
         a provider: build one with `cargo build --release --features oidc`, or take them out"
    );
    ensure!(
        set == needed.len(),
        "oidc_issuer_url, oidc_client_id and oidc_client_secret_file belong together: set all of them \
         or none"
    );
    let (issuer_url, public_url) = (text("oidc_issuer_url"), text("public_url"));
    let hint = "write an address such as https://id.example.com";
    let host = host_of(issuer_url);
    ensure!(host.is_some(), wrong(values, "oidc_issuer_url", issuer_url, hint));
    ensure!(
        !public_url.is_empty(),
        "oidc_issuer_url needs public_url, the address that the provider sends people back to"
    );
    let name = Some(text("oidc_name")).filter(|name| !name.is_empty()).or(host);
    Ok(Some(OidcSettings {
        issuer_url: issuer_url.to_owned(),
        client_id: text("oidc_client_id").to_owned(),
        client_secret: first_line(values, "oidc_client_secret_file")?,
        name: check_name("oidc_name", name.unwrap_or_default())?,
        public_url: public_url.to_owned(),
        authority: Some(text("oidc_authority_file"))
            .filter(|file| !file.is_empty())
            .map(PathBuf::from),
    }))
}

/// The host of an address of a provider: with TLS, or on this machine.
fn host_of(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None => authority.split(':').next()?,
    };
    let is_here =
        host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let is_clean = !url.contains(['?', '#', '@']) && !url.contains(char::is_whitespace);
    let is_right = scheme == "https" || (scheme == "http" && is_here);
    (is_right && is_clean && !host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: (&str, &str) = ("oidc_client_id", "allclear");
    const SECRET: (&str, &str) = ("oidc_client_secret_file", "FILE");
    const PUBLIC: (&str, &str) = ("public_url", "https://status.example.com");
    const ISSUER: (&str, &str) = ("oidc_issuer_url", "https://id.example.com/realm");

    /// What these settings give, with a secret in a file where `FILE` is named.
    fn read_with(settings: &[(&'static str, &str)]) -> Result<Option<OidcSettings>> {
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), "hunter2\n").unwrap();
        let file = secret.path().to_str().unwrap();
        read_in(true, &raw(settings, file))
    }

    fn raw(settings: &[(&'static str, &str)], file: &str) -> BTreeMap<&'static str, Raw> {
        let value = |text: &str| if text == "FILE" { file.to_owned() } else { text.to_owned() };
        let raw = |text: &str| Raw { text: value(text), from: "a test".to_owned() };
        settings.iter().map(|(key, text)| (*key, raw(text))).collect()
    }

    #[test]
    fn hosts() {
        assert_eq!(host_of("https://id.example.com:8443/realm"), Some("id.example.com"));
        assert_eq!(host_of("http://127.0.0.1:9"), Some("127.0.0.1"));
        assert_eq!(host_of("http://[::1]:9"), Some("::1"));
        for bad in
            ["http://id.example.com", "https://", "id.example.com", "https://a?b", "https://u@a"]
        {
            assert_eq!(host_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn nothing_is_asked_for_where_nothing_is_set() {
        assert_eq!(read_with(&[PUBLIC]).unwrap(), None);
        assert_eq!(read_in(false, &raw(&[PUBLIC], "")).unwrap(), None);
    }

    #[test]
    fn a_build_that_cannot_follow_them_says_so() {
        for settings in [vec![ISSUER, ID, SECRET, PUBLIC], vec![ID], vec![("oidc_name", "Example")]]
        {
            let error = read_in(false, &raw(&settings, "")).unwrap_err().to_string();
            assert!(error.contains("--features oidc"), "{error}");
        }
    }

    #[test]
    fn everything_that_is_needed_is_asked_for() {
        let error = |settings: &[_]| read_with(settings).unwrap_err().to_string();
        assert!(error(&[ISSUER, ID, PUBLIC]).contains("belong together"));
        assert!(error(&[("oidc_name", "Example")]).contains("belong together"));
        assert!(error(&[ISSUER, ID, SECRET]).contains("public_url"));
        let plain = ("oidc_issuer_url", "http://id.example.com");
        assert!(error(&[plain, ID, SECRET, PUBLIC]).contains("https://id.example.com"));
        let nowhere = ("oidc_client_secret_file", "/nonexistent/secret");
        assert!(error(&[ISSUER, ID, nowhere, PUBLIC]).contains("cannot be read"));
    }

    #[test]
    fn the_secret_is_never_shown() {
        let settings = read_with(&[ISSUER, ID, SECRET, PUBLIC]).unwrap().unwrap();
        assert_eq!(
            (settings.client_secret.as_str(), settings.name.as_str()),
            ("hunter2", "id.example.com")
        );
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
