//! How checks reach what they try, as the settings say.

use std::sync::Arc;

use allclear_checks::Prober;
use allclear_checks::kinds::NetProber;
use allclear_domain::Clock;
use allclear_domain::check::VantagePoint;
use allclear_net::{AddressRules, Net, Resolver, TlsClient, Trust};
use anyhow::{Context, Result};

use crate::settings::ProbeSettings;

/// What tries checks from this machine.
///
/// # Errors
/// Where the file with authorities cannot be read, or this machine does not say whom it asks for names.
pub fn prober(settings: &ProbeSettings, clock: Arc<dyn Clock>) -> Result<Arc<dyn Prober>> {
    let authorities = match &settings.authority {
        None => Vec::new(),
        Some(path) => std::fs::read(path)
            .with_context(|| format!("probe_authority_file: {} cannot be read", path.display()))?,
    };
    let trust = Trust::public_and(&authorities).context("probe_authority_file")?;
    let tls = TlsClient::new(&trust, None, clock).context("TLS for checks")?;
    let resolver = Resolver::of_this_machine().context("names cannot be looked up")?;
    let net = Net::new(AddressRules::allowing(settings.networks.clone()), resolver);
    Ok(Arc::new(NetProber::new(net, tls, VantagePoint::core())))
}
