//! Secrets of checks: sealed when they are written, opened when they are probed.
//!
//! Each is sealed for its place in the check and for the server that it is sent to. Whoever leads a check
//! to another server, here or in the database, does not get its secrets sent there: they have to be
//! entered again.

use allclear_domain::check::{CheckKind, HttpCheck, SecretPlace};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::SecretId;
use allclear_domain::{Change, Check, Secret};
use allclear_store::{NewSecret, SealedSecrets, Store, StoreError, Transaction, WriteError};
use url::Url;

/// Opens the secrets of checks, to be sent. One that does not open says why.
///
/// # Errors
/// Where the database fails.
pub async fn open(store: &Store, checks: &mut [Check]) -> Result<(), StoreError> {
    let mut with_secrets: Vec<&mut Check> =
        checks.iter_mut().filter(|check| !check.kind.secrets().is_empty()).collect();
    let sealed = match with_secrets.as_slice() {
        [] => return Ok(()),
        [one] => store.list_sealed_secrets_of(one.id.uuid()).await?,
        _ => store.list_sealed_secrets().await?,
    };
    with_secrets.iter_mut().for_each(|check| open_one(&sealed, check));
    Ok(())
}

fn open_one(sealed: &SealedSecrets, check: &mut Check) {
    let (owner_id, server) = (check.id.uuid(), server_of(&check.kind));
    for place in check.kind.secrets_mut() {
        let Secret::Sealed(id) = *place.secret else { continue };
        let opened = sealed.open(id, owner_id, &context(&place.name, &server));
        *place.secret = match opened {
            Ok(text) => Secret::Open(text),
            Err(why) => Secret::Shut(why.to_string()),
        };
    }
}

/// Whether a header field says which server is meant.
pub(crate) fn is_host(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("host")
}

/// What a secret is sealed for.
fn context(name: &str, server: &str) -> String {
    format!("{name} for {server}")
}

/// The server that secrets of a kind are sent to: whatever leads elsewhere is part of it.
fn server_of(kind: &CheckKind) -> String {
    match kind {
        CheckKind::Http(http) => server_of_http(http),
        CheckKind::Prometheus(prometheus) => origin(&prometheus.url),
        // How it is spoken with is part of it: what was entered to be sent within TLS goes nowhere else.
        CheckKind::Service(service) => match service.connect_to {
            Some(address) => format!("{} at {address}", service.target()),
            None => service.target(),
        },
        _ => String::new(),
    }
}

fn origin(url: &str) -> String {
    let origin = Url::parse(url).map(|url| url.origin().ascii_serialization());
    origin.unwrap_or_else(|_| url.to_owned())
}

fn server_of_http(http: &HttpCheck) -> String {
    let HttpCheck { url, connect_to, headers, .. } = http;
    let mut server = origin(url);
    if let Some(address) = connect_to {
        server.push_str(&format!(" at {address}"));
    }
    // Of several sites at one address it leads to another one.
    for header in headers.iter().filter(|header| is_host(&header.name)) {
        server.push_str(&format!(" as {}", header.value.trim().to_lowercase()));
    }
    // Who is asked beside it could find out what the check knows: whoever adds such a step has to know the
    // secrets.
    let home = origin(url);
    for elsewhere in http.before.iter().map(|step| origin(&step.url)).filter(|one| *one != home) {
        server.push_str(&format!(" beside {elsewhere}"));
    }
    server
}

/// The certificates that a kind shows, which its key goes with.
fn shown(kind: &CheckKind) -> Option<&str> {
    match kind {
        CheckKind::Http(http) => http.client_certificate.as_ref().map(|one| one.chain_pem.as_str()),
        _ => None,
    }
}

/// Has every secret of which nothing is said be that of before, where it goes to the same server. What is
/// said to be sealed counts as said nothing of: nobody sends the secret of another check. A key goes with
/// the certificates that it was entered with alone: whether it fits others cannot be seen while it is sealed.
pub(crate) fn keep(before: Option<&CheckKind>, after: &mut CheckKind) {
    let is_home = before.is_some_and(|before| server_of(before) == server_of(after));
    let kept = before.filter(|_| is_home).map(CheckKind::secrets).unwrap_or_default();
    let has_its_key = before.and_then(shown) == shown(after);
    for place in after.secrets_mut() {
        if place.secret.open().is_none() {
            let fits = |one: &&SecretPlace<&Secret>| has_its_key || !one.is_client_key();
            let same = kept.iter().find(|one| one.name == place.name).filter(fits);
            *place.secret = same.map(|one| one.secret.clone()).unwrap_or_default();
        }
    }
}

/// The secrets that are missing.
pub(crate) fn problems(before: Option<&CheckKind>, after: &CheckKind) -> Vec<InvalidValue> {
    let mut kind = after.clone();
    keep(before, &mut kind);
    let known = before.map(CheckKind::secrets).unwrap_or_default();
    let missing = kind.secrets().into_iter().filter(|place| !place.secret.is_set());
    let is_home = before.is_some_and(|before| server_of(before) == server_of(after));
    let problem = |name: &str| match known.iter().any(|one| one.name == name) {
        true if is_home => "was entered with another certificate: enter the key of this one",
        true => "was entered for another server, and is not sent to this one: enter it again",
        false => "is missing: enter it",
    };
    let missing = missing
        .map(|place| InvalidValue::new(format!("kind.{}", place.field), problem(&place.name)));
    missing.collect()
}

/// Seals what is open, and removes what is not used any more.
pub(crate) async fn seal(
    transaction: &mut Transaction,
    before: Option<&CheckKind>,
    after: &mut Check,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let (owner_id, server) = (after.id.uuid(), server_of(&after.kind));
    let mut new = Vec::new();
    for place in after.kind.secrets_mut() {
        let Secret::Open(text) = &*place.secret else { continue };
        if let Some(why) = transaction.cannot_seal() {
            let problem = format!("cannot be kept: {why}");
            return Err(InvalidValue::new(format!("kind.{}", place.field), problem).into());
        }
        let id: SecretId = change.entropy.id(change.now);
        let context = context(&place.name, &server);
        new.push(NewSecret { id, context, text: text.clone() });
        *place.secret = Secret::Sealed(id);
    }
    let ids = |kind: &CheckKind| {
        let sealed = |secret: &Secret| match secret {
            Secret::Sealed(id) => Some(*id),
            Secret::Kept | Secret::Open(_) | Secret::Shut(_) => None,
        };
        kind.secrets().iter().filter_map(|place| sealed(place.secret)).collect::<Vec<_>>()
    };
    let used = ids(&after.kind);
    let mut gone = before.map(ids).unwrap_or_default();
    gone.retain(|id| !used.contains(id));
    transaction.remove_secrets(&gone).await?;
    Ok(transaction.insert_secrets(owner_id, &new, change.entropy).await?)
}

#[cfg(test)]
mod tests;
