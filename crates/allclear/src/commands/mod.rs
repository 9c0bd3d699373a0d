//! One file per command.

mod backup;
mod config;
mod doctor;
mod export;
mod import;
mod nouns;
mod person;
#[cfg(feature = "oidc")]
mod provider;
mod reference;
mod serve;
mod tls;
mod token;

use allclear_domain::Entropy;
use allclear_store::{InstanceLock, Location, Store, StoreError};
use anyhow::{Error, Result};

use crate::cli::{Cli, Command, ConfigCommand, ServeArgs};
use crate::secret_keys;
use crate::settings::{Environment, Flags, Settings};

/// Done.
const DONE: u8 = 0;
/// Failed.
const FAILED: u8 = 1;
/// Refused by a guard.
const REFUSED: u8 = 3;

/// Runs a command; gives its exit code.
///
/// # Errors
/// Whatever the command could not do.
pub async fn run(cli: Cli, environment: &Environment) -> Result<u8> {
    let mut flags = Flags { config: cli.config, data: cli.data, listen: None };
    if let Command::Serve(ServeArgs { on, .. }) | Command::Demo(on) = &cli.command {
        flags.listen = on.listen.map(|address| address.to_string());
    }
    if let Command::Reference { folder } = &cli.command {
        return reference::run(folder);
    }
    if let Command::Import(args) = &cli.command
        && args.plan
    {
        if args.format.is_of_checks() {
            return nouns::plan_checks(args, environment).await;
        }
        return import::plan(args);
    }
    let mut settings = Settings::read(&flags, environment)?;
    if flags.data.is_some() {
        // Whoever names a folder means it.
        settings.remote = None;
    }
    let location = settings.location.to_string();
    let done = run_with(cli.command, settings, environment).await;
    // With several installations on a machine, a refusal must say which database it is about.
    done.map_err(|error| {
        let is_of_the_store = error.chain().any(<dyn std::error::Error>::is::<StoreError>);
        if is_of_the_store { error.context(format!("the database in {location}")) } else { error }
    })
}

async fn run_with(command: Command, settings: Settings, environment: &Environment) -> Result<u8> {
    if let (Some(remote), Some(command)) = (&settings.remote, only_here(&command)) {
        return Err(Elsewhere { command, url: remote.url.clone() }.into());
    }
    match command {
        Command::Serve(args) => serve::serve(settings, args.apply).await,
        Command::Apply(args) => nouns::apply(args, &settings).await,
        Command::Demo(_) => serve::demo(settings).await,
        Command::Import(args) if args.format.is_of_checks() => {
            nouns::import_checks(&args, &settings, environment).await
        }
        Command::Import(args) => import::run(&args, &settings).await,
        Command::Export(args) => export::run(&args, &settings).await,
        Command::Backup { file, json } => backup::backup(&file, json, &settings).await,
        Command::Restore { file } => backup::restore(&file, &settings).await,
        Command::Incident { command } => nouns::incident(command, &settings).await,
        Command::Maintenance { command } => nouns::maintenance(command, &settings).await,
        Command::Announcement { command } => nouns::announcement(command, &settings).await,
        Command::Component { command } => nouns::component(command, &settings).await,
        Command::Check { command } => nouns::check(command, &settings).await,
        Command::Expiry { command } => nouns::expiry(command, &settings).await,
        Command::Shutdown(args) => nouns::shutdown(args, &settings).await,
        Command::StatusPage { command } => nouns::status_page(command, &settings).await,
        Command::Person { command } => person::run(command, &settings).await,
        Command::Token { command } => token::run(command, &settings).await,
        Command::Config { command: ConfigCommand::Check { json } } => {
            config::check(&settings, json)
        }
        Command::Doctor { json } => doctor::run(&settings, json).await,
        Command::Reference { folder } => reference::run(&folder),
    }
}

/// Commands that speak to the database of this machine alone, and could be taken to speak to a server.
const fn only_here(command: &Command) -> Option<&'static str> {
    match command {
        Command::Import(args) if !args.format.is_of_checks() => Some("import"),
        Command::Export(_) => Some("export"),
        Command::Person { .. } => Some("person"),
        Command::Token { .. } => Some("token"),
        _ => None,
    }
}

/// A server is named, and the command would not reach it.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{command}` works on the database of this machine, not on {url}: run it where that server \
     runs, or name a folder with --data"
)]
struct Elsewhere {
    command: &'static str,
    url: String,
}

/// The exit code of an error: refusals by a guard are told from failures.
#[must_use]
pub fn exit_code(error: &Error) -> u8 {
    let is_refused = error.chain().any(|cause| {
        matches!(cause.downcast_ref(), Some(StoreError::Locked { .. } | StoreError::Refused { .. }))
            || cause.downcast_ref().is_some_and(nouns::Refusal::is_of_a_guard)
            || cause.is::<Elsewhere>()
    });
    if is_refused { REFUSED } else { FAILED }
}

/// Opens the store to write, alone: a server and a command never write to one folder at once.
async fn open_to_write(settings: &Settings) -> Result<(Store, Option<InstanceLock>)> {
    let lock = lock(settings)?;
    let store = Store::open(&settings.location).await?;
    Ok((secret_keys::with_keys_made(store, settings, &Entropy::from_system()).await?, lock))
}

/// The lock of the data folder; there is none where the database stands elsewhere.
fn lock(settings: &Settings) -> Result<Option<InstanceLock>> {
    Ok(match &settings.location {
        Location::Folder(folder) => Some(InstanceLock::acquire(folder)?),
        Location::Url(_) => None,
    })
}
