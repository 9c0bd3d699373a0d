//! Settings: flags over environment variables over one TOML file over defaults.
//!
//! Nothing else in Allclear reads the environment. Every error says which setting, where its value
//! came from and what would be right.

mod environment;
mod oidc;
mod reference;
pub mod table;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use allclear_checks::SignOfLife;
use allclear_domain::check::{CheckKind, HttpCheck};
use allclear_domain::limits::SENTINELS_MAX;
use allclear_store::{Keyring, Location};
use allclear_web::Entrance;
use allclear_web::tls::TlsFiles;
use anyhow::{Context, Result, anyhow, bail, ensure};
use ipnet::IpNet;
use jiff::SignedDuration;

use crate::secret_keys::{self, SecretKeys};

pub use self::environment::Environment;
pub use self::oidc::OidcSettings;
pub use self::reference::{reference_markdown, sample_file};

/// What the command line says over everything else.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<String>,
    /// `--data`
    pub data: Option<PathBuf>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// All settings, read and checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address that the server listens on.
    pub listen: SocketAddr,
    /// Folder of the embedded database; also of the instance lock.
    pub data: PathBuf,
    /// Where the database is.
    pub location: Location,
    /// Where the key is that secrets are sealed with.
    pub secret_keys: SecretKeys,
    /// How requests get here. Its certificate is read by whoever serves.
    pub entrance: Entrance,
    /// Where the certificate is; `None` where the listener speaks plainly.
    pub tls: Option<TlsFiles>,
    /// The provider that people may sign in through, where one is named.
    pub oidc: Option<OidcSettings>,
    /// What checks may reach and trust.
    pub probes: ProbeSettings,
    /// Bytes that samples of checks may take.
    pub samples_bytes_max: u64,
    /// Who is told elsewhere that probing goes on, where anybody is.
    pub sign_of_life: Option<SignOfLife>,
    /// Who is asked about registrations of all domains; whom IANA names where it is `None`.
    pub rdap_url: Option<String>,
    /// The server that commands ask, where one is named.
    pub remote: Option<Remote>,
    /// Connections served at the same time.
    pub connections_max: usize,
    /// Time for the head of a request.
    pub header_timeout: Duration,
    /// Filter of the log.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Where each value came from, in the order of the table.
    pub origins: Vec<Origin>,
}

/// What checks may reach and trust beside what is public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeSettings {
    /// Networks that are not public and may be reached.
    pub networks: Vec<IpNet>,
    /// File with authorities that are trusted, too.
    pub authority: Option<PathBuf>,
    /// Addresses elsewhere whose silence says that we see nothing.
    pub anchors: Vec<SocketAddr>,
    /// Folder with the programs that may be run.
    pub commands: Option<PathBuf>,
}

/// A server that commands ask.
#[derive(Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its address, without a slash at the end.
    pub url: String,
    /// What opens it.
    pub token: String,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({})", self.url)
    }
}

/// Where a value came from, for `config check`.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Key of the setting.
    pub key: &'static str,
    /// The value, or `(hidden)`.
    pub shown: String,
    /// Flag, variable, file or default.
    pub from: String,
}

/// A value before it is checked.
struct Raw {
    text: String,
    from: String,
}

impl Settings {
    /// Reads everything.
    ///
    /// # Errors
    /// Where the file is not there or not TOML, a key or variable is unknown, or a value is wrong.
    pub fn read(flags: &Flags, environment: &Environment) -> Result<Self> {
        let mut values = BTreeMap::new();
        let config = flags.config.clone().or_else(|| environment.path("ALLCLEAR_CONFIG"));
        if let Some(path) = &config {
            read_file(path, &mut values)?;
        }
        read_environment(environment, &mut values)?;
        let mut flag = |key, value: Option<String>| {
            if let Some(text) = value {
                values.insert(key, Raw { text, from: format!("--{key}") });
            }
        };
        flag("listen", flags.listen.clone());
        flag("data", flags.data.as_ref().map(|path| path.to_string_lossy().into_owned()));
        Self::check(&values, environment)
    }

    fn check(values: &BTreeMap<&'static str, Raw>, environment: &Environment) -> Result<Self> {
        let data = match values.get("data") {
            Some(raw) => PathBuf::from(&raw.text),
            None => environment.data_folder()?,
        };
        let log_format = match get(values, "log_format").0 {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => bail!(wrong(values, "log_format", other, "write `text` or `json`")),
        };
        let seconds = number(values, "header_timeout_seconds", 1, 300)?;
        Ok(Self {
            listen: parse(values, "listen", "write an address and a port, as in 127.0.0.1:8080")?,
            location: location(values, &data)?,
            secret_keys: secret_keys(values, &data)?,
            data,
            entrance: entrance(values)?,
            tls: tls(values)?,
            oidc: oidc::read(values)?,
            probes: probes(values)?,
            samples_bytes_max: number(values, "samples_max_mb", 10, 1_000_000)? * 1_000_000,
            sign_of_life: sign_of_life(values)?,
            rdap_url: rdap_url(values)?,
            remote: remote(values)?,
            connections_max: usize::try_from(number(values, "connections_max", 1, 1_000_000)?)?,
            header_timeout: Duration::from_secs(seconds),
            log: get(values, "log").0.to_owned(),
            log_format,
            origins: origins(values),
        })
    }
}

fn read_file(path: &Path, values: &mut BTreeMap<&'static str, Raw>) -> Result<()> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the configuration file {} cannot be read", path.display()))?;
    let table: toml::Table = text
        .parse()
        .with_context(|| format!("the configuration file {} is not TOML", path.display()))?;
    for (key, value) in table {
        let Some(setting) = table::find(&key) else {
            bail!(
                "{}: there is no setting `{key}`; there are: {}",
                path.display(),
                table::SETTINGS.iter().map(|s| s.key).collect::<Vec<_>>().join(", ")
            );
        };
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(flag) => flag.to_string(),
            _ => bail!("{}: `{key}` must be a text or a number", path.display()),
        };
        values.insert(setting.key, Raw { text, from: path.display().to_string() });
    }
    Ok(())
}

fn read_environment(
    environment: &Environment,
    values: &mut BTreeMap<&'static str, Raw>,
) -> Result<()> {
    for setting in table::SETTINGS {
        if let Some(text) = environment.text(setting.variable)? {
            values.insert(setting.key, Raw { text, from: setting.variable.to_owned() });
        }
    }
    Ok(())
}

/// The value of a setting and where it came from.
fn get<'a>(values: &'a BTreeMap<&'static str, Raw>, key: &'static str) -> (&'a str, &'a str) {
    let default = table::find(key).map_or("", |setting| setting.default);
    values.get(key).map_or((default, "default"), |raw| (&raw.text, &raw.from))
}

fn wrong(
    values: &BTreeMap<&'static str, Raw>,
    key: &'static str,
    text: &str,
    hint: &str,
) -> String {
    format!("{key} ({}): `{text}` is wrong: {hint}", get(values, key).1)
}

fn parse<T: std::str::FromStr>(
    values: &BTreeMap<&'static str, Raw>,
    key: &'static str,
    hint: &str,
) -> Result<T> {
    let (text, _) = get(values, key);
    text.parse().map_err(|_| anyhow!(wrong(values, key, text, hint)))
}

fn number(
    values: &BTreeMap<&'static str, Raw>,
    key: &'static str,
    least: u64,
    most: u64,
) -> Result<u64> {
    let hint = format!("write a number from {least} to {most}");
    let number = parse(values, key, &hint)?;
    ensure!((least..=most).contains(&number), wrong(values, key, &number.to_string(), &hint));
    Ok(number)
}

fn entrance(values: &BTreeMap<&'static str, Raw>) -> Result<Entrance> {
    let (url, _) = get(values, "public_url");
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_base = host.is_some_and(|host| {
        !host.is_empty()
            && !host.contains(['/', '?', '#', '@'])
            && !host.contains(char::is_whitespace)
    });
    ensure!(
        url.is_empty() || is_base,
        wrong(values, "public_url", url, "write an address such as https://status.example.com")
    );
    Ok(Entrance {
        public_url: Some(url.to_owned()).filter(|url| !url.is_empty()),
        trusted_proxies: networks(values, "trusted_proxies")?,
        ..Entrance::default()
    })
}

/// Networks with commas between them.
fn networks(values: &BTreeMap<&'static str, Raw>, key: &'static str) -> Result<Vec<IpNet>> {
    let (text, _) = get(values, key);
    let named = text.split(',').map(str::trim).filter(|text| !text.is_empty());
    let hint = "write networks such as 127.0.0.1/32, with commas between them";
    let read = named.map(|text| {
        let network =
            text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
        network.map_err(|_| anyhow!(wrong(values, key, text, hint)))
    });
    read.collect()
}

fn probes(values: &BTreeMap<&'static str, Raw>) -> Result<ProbeSettings> {
    let (authority, _) = get(values, "probe_authority_file");
    let (commands, from) = get(values, "commands_folder");
    let is_whole = commands.is_empty() || commands.starts_with('/');
    ensure!(is_whole, "commands_folder (from {from}): write a path that begins with /");
    Ok(ProbeSettings {
        networks: networks(values, "probe_networks")?,
        authority: Some(authority).filter(|path| !path.is_empty()).map(PathBuf::from),
        anchors: anchors(values)?,
        commands: Some(commands).filter(|path| !path.is_empty()).map(PathBuf::from),
    })
}

/// The RDAP server for all domains.
fn rdap_url(values: &BTreeMap<&'static str, Raw>) -> Result<Option<String>> {
    let (text, _) = get(values, "rdap_url");
    let after = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_address =
        after.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
    let hint = "write an address such as https://rdap.example.com/";
    ensure!(text.is_empty() || is_address, wrong(values, "rdap_url", text, hint));
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// Addresses with ports, with commas between them.
fn anchors(values: &BTreeMap<&'static str, Raw>) -> Result<Vec<SocketAddr>> {
    let (text, _) = get(values, "sentinels");
    if text.trim() == "none" {
        return Ok(Vec::new());
    }
    // A name would have to be looked up, and says nothing while that fails.
    let hint = "write addresses with ports such as 192.0.2.1:53, [2001:db8::1]:443, with commas \
                between them, or none";
    let named = text.split(',').map(str::trim).filter(|text| !text.is_empty());
    let read =
        named.map(|text| text.parse().map_err(|_| anyhow!(wrong(values, "sentinels", text, hint))));
    let anchors: Vec<SocketAddr> = read.collect::<Result<_>>()?;
    let most = SENTINELS_MAX / 2;
    ensure!(anchors.len() <= most, "sentinels: name at most {most} addresses");
    Ok(anchors)
}

fn sign_of_life(values: &BTreeMap<&'static str, Raw>) -> Result<Option<SignOfLife>> {
    let every = number(values, "sign_of_life_every_seconds", 10, 86_400)?;
    let (url, from) = get(values, "sign_of_life_url");
    if url.is_empty() {
        return Ok(None);
    }
    let check = CheckKind::Http(HttpCheck::of(url));
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    // The address is a secret, and so is what is wrong with it.
    ensure!(
        is_web && allclear_checks::kinds::Ready::new(&check).is_ok(),
        "sign_of_life_url ({from}): is none: write an address such as https://deadman.example.com/…"
    );
    let every = SignedDuration::from_secs(i64::try_from(every)?);
    Ok(Some(SignOfLife { url: url.to_owned(), every }))
}

fn tls(values: &BTreeMap<&'static str, Raw>) -> Result<Option<TlsFiles>> {
    let (certificate, _) = get(values, "tls_certificate_file");
    let (key, _) = get(values, "tls_key_file");
    match (certificate.is_empty(), key.is_empty()) {
        (true, true) => return Ok(None),
        (false, false) => {}
        _ => bail!("tls_certificate_file and tls_key_file belong together: set both or none"),
    }
    let (url, _) = get(values, "public_url");
    let hint = "with tls_certificate_file, write an address that begins with https://";
    ensure!(!url.starts_with("http://"), wrong(values, "public_url", url, hint));
    Ok(Some(TlsFiles { certificate: certificate.into(), key: key.into() }))
}

fn remote(values: &BTreeMap<&'static str, Raw>) -> Result<Option<Remote>> {
    let (url, _) = get(values, "url");
    let (token, _) = get(values, "token");
    if url.is_empty() {
        return Ok(None);
    }
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    ensure!(
        host.is_some_and(|host| !host.is_empty()),
        wrong(values, "url", url, "write an address such as https://status.example.com")
    );
    let token = token.trim().to_owned();
    let url = url.trim_end_matches('/').to_owned();
    Ok(Some(Remote { url, token }))
}

fn location(values: &BTreeMap<&'static str, Raw>, data: &Path) -> Result<Location> {
    let (url, _) = get(values, "database_url");
    let (file, _) = get(values, "database_url_file");
    ensure!(
        url.is_empty() || file.is_empty(),
        "database_url and database_url_file are both set: keep one of them"
    );
    let url =
        if file.is_empty() { url.to_owned() } else { first_line(values, "database_url_file")? };
    if url.is_empty() {
        return Ok(Location::Folder(data.to_owned()));
    }
    ensure!(
        url.starts_with("postgres://") || url.starts_with("postgresql://"),
        "database_url: write an address that begins with postgres://, or leave it out for the \
         embedded database"
    );
    Ok(Location::Url(url))
}

fn secret_keys(values: &BTreeMap<&'static str, Raw>, data: &Path) -> Result<SecretKeys> {
    let (text, from) = get(values, "secret_key");
    let (file, _) = get(values, "secret_key_file");
    ensure!(
        text.is_empty() || file.is_empty(),
        "secret_key and secret_key_file are both set: keep one of them"
    );
    if !text.is_empty() {
        let keyring = Keyring::read(text).with_context(|| format!("secret_key ({from})"))?;
        return Ok(SecretKeys::Given(keyring));
    }
    Ok(match file {
        "" => SecretKeys::Usual(data.join(secret_keys::FILE_NAME)),
        file => SecretKeys::Named(file.into()),
    })
}

/// What stands on the first line of the file that a setting names: where secrets are kept.
fn first_line(values: &BTreeMap<&'static str, Raw>, key: &'static str) -> Result<String> {
    let (file, from) = get(values, key);
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{key} ({from}): {file} cannot be read"))?;
    let line = text.lines().next().unwrap_or_default().trim();
    ensure!(!line.is_empty(), "{key} ({from}): the first line of {file} is empty");
    Ok(line.to_owned())
}

fn origins(values: &BTreeMap<&'static str, Raw>) -> Vec<Origin> {
    let origin = |setting: &table::Setting| {
        let (text, from) = get(values, setting.key);
        let shown = match text {
            "" => setting.default_shown.to_owned(),
            _ if setting.is_secret => "(hidden)".to_owned(),
            text => text.to_owned(),
        };
        Origin { key: setting.key, shown, from: from.to_owned() }
    };
    table::SETTINGS.iter().map(origin).collect()
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {} ({})", self.key, self.shown, self.from)
    }
}

#[cfg(test)]
mod tests;
