//! Where the key comes from that secrets are sealed with: from the settings, or from a file in the data
//! folder that is made at the first start.
//!
//! A key that is missing or wrong stops nothing: what needs it says so, and everything else goes on. No new
//! one is made where secrets are sealed already, as they would seem lost.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use allclear_domain::Entropy;
use allclear_store::{Keyring, SealedBy, Store, StoreError};
use anyhow::{Context, Result};

use crate::settings::Settings;

/// The file in the data folder.
pub const FILE_NAME: &str = "secret.key";

/// Where the key is.
#[derive(Clone, Debug)]
pub enum SecretKeys {
    /// In the settings themselves.
    Given(Keyring),
    /// In a file that the settings name.
    Named(PathBuf),
    /// In the data folder, where nothing is said.
    Usual(PathBuf),
}

impl SecretKeys {
    /// The file, where there is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Given(_) => None,
            Self::Named(path) | Self::Usual(path) => Some(path),
        }
    }
}

/// The same store with its keys. None is made.
pub fn with_keys(store: Store, settings: &Settings) -> Store {
    let keyring = match &settings.secret_keys {
        SecretKeys::Given(keyring) => keyring.clone(),
        SecretKeys::Named(path) | SecretKeys::Usual(path) => read(path),
    };
    store.with_keyring(keyring)
}

/// The same store with its keys. Where there is no key and nothing is sealed yet, one is made.
///
/// # Errors
/// Where the database fails.
pub async fn with_keys_made(
    store: Store,
    settings: &Settings,
    entropy: &Entropy,
) -> Result<Store, StoreError> {
    if let SecretKeys::Usual(path) = &settings.secret_keys
        && !path.exists()
        && store.list_keys_of_secrets().await?.is_empty()
        && let Err(error) = make(path, entropy)
    {
        let told = format!("the key file {} cannot be made: {error:#}", path.display());
        return Ok(store.with_keyring(Keyring::absent(told)));
    }
    Ok(with_keys(store, settings))
}

fn read(path: &Path) -> Keyring {
    let file = path.display();
    match std::fs::read_to_string(path) {
        Ok(text) => Keyring::read(&text).unwrap_or_else(|problem| {
            Keyring::absent(format!("the key file {file} cannot be used: {problem}"))
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Keyring::absent(format!(
            "the key file {file} is missing: put it back and start again. If it is lost, write a new \
             key there, as `openssl rand -hex 32` prints one, and enter the secrets anew"
        )),
        Err(error) => Keyring::absent(format!("the key file {file} cannot be read: {error}")),
    }
}

/// Makes a key file that its owner alone may read. Another process may be as quick: then its key counts.
fn make(path: &Path, entropy: &Entropy) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = folder.join(format!(".{FILE_NAME}.{}", std::process::id()));
    let written = (|| {
        // One that a process with the same number left behind is nobody's.
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&unfinished)?;
        file.write_all(format!("{}\n", Keyring::new_key(entropy)).as_bytes())?;
        file.sync_all()?;
        // Never over one that is there.
        match std::fs::hard_link(&unfinished, path) {
            Err(_) if path.exists() => Ok(()),
            linked => linked,
        }
    })();
    let removed = std::fs::remove_file(&unfinished);
    written.context("it cannot be written")?;
    removed.context("what was written at first cannot be removed")?;
    File::open(folder).and_then(|folder| folder.sync_all()).context("it cannot be made safe")?;
    Ok(())
}

/// What there is to say of the keys of a store; empty where all is well.
pub async fn problems(store: &Store, settings: &Settings) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    let keys = store.list_keys_of_secrets().await?;
    match store.keyring().absence() {
        Some(absence) if !keys.is_empty() => {
            problems.push(format!("secrets cannot be opened: {absence}"));
        }
        // It is made at the next start.
        Some(_) if matches!(&settings.secret_keys, SecretKeys::Usual(path) if !path.exists()) => {}
        Some(absence) => problems.push(format!("no secret can be kept: {absence}")),
        None => problems.extend(keys.iter().filter(|key| !key.is_there).map(without_key)),
    }
    let others = settings.secret_keys.file().and_then(|path| Some((path, mode_of(path)?)));
    if let Some((path, mode)) = others.filter(|(_, mode)| mode & 0o077 != 0) {
        problems.push(format!(
            "others may read the key file {} (mode {mode:03o}): `chmod 600` it",
            path.display()
        ));
    }
    Ok(problems)
}

fn without_key(SealedBy { key_id, secrets, .. }: &SealedBy) -> String {
    format!(
        "{secrets} secrets were sealed with the key {key_id}, which is not here: give it as well \
         (`secret_key_file`), or enter them anew"
    )
}

fn mode_of(path: &Path) -> Option<u32> {
    path.metadata().ok().map(|found| Permissions::mode(&found.permissions()) & 0o777)
}

/// Says at the start what is wrong with the keys, and seals with the first one what former ones sealed.
pub async fn look_after(store: &Store, settings: &Settings, entropy: &Entropy) {
    match problems(store, settings).await {
        Ok(problems) => {
            problems.iter().for_each(|problem| tracing::error!(%problem, "keys of secrets"));
        }
        Err(error) => tracing::error!(%error, "the keys of secrets cannot be looked at"),
    }
    match store.reseal_secrets(entropy).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(
            "{count} secrets were sealed anew with the first key: the former ones can go"
        ),
        Err(error) => tracing::error!(%error, "secrets stay sealed with a former key"),
    }
}
