//! The provider that people may sign in through, from the settings.

use std::path::PathBuf;
use std::sync::Arc;

use allclear_web::oidc::{DEADLINE, Provider, Registration};
use anyhow::{Context, Result};

use crate::settings::{OidcSettings, Settings};

/// The provider, where one is named. Nothing is asked of it before somebody signs in.
pub(super) fn of(settings: &Settings) -> Result<Option<Arc<Provider>>> {
    let Some(oidc) = &settings.oidc else { return Ok(None) };
    let OidcSettings { issuer_url, client_id, client_secret, name, public_url, authority } =
        oidc.clone();
    let read = |file: PathBuf| {
        let pem = std::fs::read(&file);
        pem.with_context(|| format!("oidc_authority_file: {} cannot be read", file.display()))
    };
    let registration = Registration {
        issuer_url,
        client_id,
        client_secret,
        name,
        public_url,
        authority: authority.map(read).transpose()?,
        deadline: DEADLINE,
    };
    let provider = Provider::new(registration).context("sign-in through a provider")?;
    Ok(Some(Arc::new(provider)))
}
