//! The provider that people may sign in through, from the settings.

use std::sync::Arc;

use allclear_web::oidc::{DEADLINE, Provider, Registration};
use anyhow::{Context, Result};

use crate::settings::{OidcSettings, Settings};

/// The provider, where one is named. Nothing is asked of it before somebody signs in.
pub(super) fn of(settings: &Settings) -> Result<Option<Arc<Provider>>> {
    let Some(oidc) = &settings.oidc else { return Ok(None) };
    let OidcSettings { issuer_url, client_id, client_secret, name, public_url } = oidc.clone();
    let registration =
        Registration { issuer_url, client_id, client_secret, name, public_url, deadline: DEADLINE };
    let provider = Provider::new(registration).context("sign-in through a provider")?;
    Ok(Some(Arc::new(provider)))
}
