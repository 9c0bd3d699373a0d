//! What a check is let in by, from the command line: secrets come from files.

use std::io::Read;
use std::path::Path;

use allclear_domain::check::{SecretHeader, SignIn};
use allclear_domain::limits::SECRET_BYTES_MAX;
use allclear_domain::{CheckKind, Secret};
use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::cli::checks::SecretArgs;

/// Bytes that are read of a file or of standard input.
const READ_BYTES_MAX: u64 = SECRET_BYTES_MAX as u64 + 2;

/// Adds what a check is let in by.
pub(super) fn add(kind: &mut CheckKind, args: &SecretArgs) -> Result<()> {
    let SecretArgs { user, password_file, token_file, secret_header } = args;
    let sign_in = match (user, password_file, token_file) {
        (Some(user), Some(file), _) => {
            Some(SignIn::Basic { user: user.clone(), password: read(file)? })
        }
        (_, _, Some(file)) => Some(SignIn::Bearer { token: read(file)? }),
        _ => None,
    };
    let header = |text: &String| {
        let (name, file) = text.split_once('=').ok_or_else(|| {
            anyhow!("--secret-header: write NAME=FILE, with its value in the file")
        })?;
        Ok(SecretHeader { name: name.to_owned(), value: read(Path::new(file))? })
    };
    let headers: Vec<_> = secret_header.iter().map(header).collect::<Result<_>>()?;
    match kind {
        CheckKind::Http(http) => (http.sign_in, http.secret_headers) = (sign_in, headers),
        CheckKind::Prometheus(prometheus) if headers.is_empty() => prometheus.sign_in = sign_in,
        CheckKind::Service(service) if headers.is_empty() => service.sign_in = sign_in,
        _ if sign_in.is_none() && headers.is_empty() => {}
        _ => bail!(
            "passwords are for websites, queries and services, tokens for websites and queries, secret header \
             fields for websites: leave them out"
        ),
    }
    Ok(())
}

/// The first line of a file, or of standard input.
fn read(file: &Path) -> Result<Secret> {
    let mut text = String::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().take(READ_BYTES_MAX).read_to_string(&mut text),
        _ => std::fs::File::open(file)
            .and_then(|file| file.take(READ_BYTES_MAX).read_to_string(&mut text)),
    };
    read.with_context(|| format!("{} cannot be read", file.display()))?;
    let line = text.lines().next().unwrap_or_default();
    ensure!(!line.is_empty(), "the first line of {} is empty", file.display());
    Ok(Secret::typed(line))
}
