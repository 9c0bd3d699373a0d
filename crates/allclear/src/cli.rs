//! The command line: what can be asked for, and the words of its help.

pub mod checks;
pub mod expiry;
pub mod nouns;

use std::net::SocketAddr;
use std::path::PathBuf;

use allclear_domain::ids::TokenId;
use allclear_domain::text::Key;
use allclear_domain::zone::get_zone;
use allclear_domain::{Role, Scope};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// The outage system.
#[derive(Debug, Parser)]
#[command(
    name = "allclear",
    version,
    about = "The outage system: tells customers the truth about outages, from one binary",
    after_help = "Examples:\n  \
        allclear serve                          serve status pages on http://127.0.0.1:8080\n  \
        allclear demo                           the same, filled, in a temporary folder\n  \
        allclear import log outages.txt --plan  show what a hand-kept outage page would become\n\n\
        Exit codes: 0 done, 1 failed, 2 usage, 3 refused by a guard."
)]
pub struct Cli {
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the embedded database
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the status pages
    Serve(ServeArgs),
    /// Serve a filled instance from a temporary folder
    Demo(ListenArgs),
    /// Bring in history: facts, a hand-kept log, or Allclear's own export
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArgs),
    /// Write everything that status pages hold to standard output
    Export(ExportArgs),
    /// Make components, status pages, templates and roles as files declare them
    #[command(after_help = APPLY_HELP)]
    Apply(ApplyArgs),
    /// Copy the embedded database to a file, while the server runs or not
    Backup {
        /// File to write; it must not exist
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Put a backup in place of an empty data folder
    Restore {
        /// File that `backup` wrote
        file: PathBuf,
    },
    /// Incidents: report, update, resolve, reopen, publish, list, show
    #[command(after_help = WAY_HELP)]
    Incident {
        /// What to do
        #[command(subcommand)]
        command: nouns::IncidentCommand,
    },
    /// Maintenance windows: plan, list, publish, begin, complete, cancel, turn into an incident
    #[command(after_help = WAY_HELP)]
    Maintenance {
        /// What to do
        #[command(subcommand)]
        command: nouns::MaintenanceCommand,
    },
    /// Announcements: add, list, show, publish, take off
    #[command(after_help = WAY_HELP)]
    Announcement {
        /// What to do
        #[command(subcommand)]
        command: nouns::AnnouncementCommand,
    },
    /// Components: list, add, set a status by hand
    #[command(after_help = WAY_HELP)]
    Component {
        /// What to do
        #[command(subcommand)]
        command: nouns::ComponentCommand,
    },
    /// Checks: list, show, add, pause, resume, remove
    #[command(after_help = CHECK_HELP)]
    Check {
        /// What to do
        #[command(subcommand)]
        command: checks::CheckCommand,
    },
    /// What ends: certificates that checks see, domains, dates. list, add, renew, remove
    #[command(after_help = WAY_HELP)]
    Expiry {
        /// What to do
        #[command(subcommand)]
        command: expiry::ExpiryCommand,
    },
    /// Say that something was taken down on purpose
    #[command(after_help = WAY_HELP)]
    Shutdown(nouns::ReportArgs),
    /// Status pages: list, add
    #[command(after_help = WAY_HELP)]
    StatusPage {
        /// What to do
        #[command(subcommand)]
        command: nouns::StatusPageCommand,
    },
    /// People who may sign in: list, invite, give a new link, keep out
    Person {
        /// What to do
        #[command(subcommand)]
        command: PersonCommand,
    },
    /// Secrets for programs that call the API: make, list, revoke
    Token {
        /// What to do
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Look at the settings
    Config {
        /// What to do with them
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Check this installation and say what is wrong
    Doctor {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the generated reference pages
    #[command(hide = true)]
    Reference {
        /// Folder to write into
        folder: PathBuf,
    },
}

const WAY_HELP: &str = "It asks the server at ALLCLEAR_URL, with the token in ALLCLEAR_TOKEN. Without them, or \
    with --data, it works on the database itself, which no server may hold meanwhile.";

const CHECK_HELP: &str = "Examples:\n  \
    allclear check add 'Shop front' https://shop.example.com/health --every 30s --affects checkout\n  \
    allclear check add Mail mail.example.com:25 --slow-after 800ms --tag europe\n  \
    allclear check add Backup 'heartbeat:30 2 * * * Europe/Berlin' --grace 1h\n  \
    allclear check show shop-front    what is believed, and what was said when it last failed\n\n\
    It asks the server at ALLCLEAR_URL, with the token in ALLCLEAR_TOKEN. Without them, or with --data, it \
    works on the database itself, which no server may hold meanwhile.";

const IMPORT_HELP: &str = "Examples:\n  \
    allclear import log outages.txt --timezone America/Los_Angeles --page shop --plan\n  \
    allclear import facts shop.json\n  \
    allclear export | allclear import allclear - --data elsewhere\n  \
    allclear import gatus /etc/gatus/ --plan\n  \
    allclear import uptime-kuma data/kuma.db\n  \
    allclear import blackbox blackbox.yml --targets prometheus.yml\n\n\
    An import can be repeated: what is there already is skipped, and nothing is overwritten. History is \
    written to the database of this machine; checks go to the server at ALLCLEAR_URL, where it is set.";

const APPLY_HELP: &str = "Examples:\n  \
    allclear apply status/ --plan    show what would change, and write nothing\n  \
    allclear apply status/           make it so; applying again changes nothing\n  \
    allclear apply status/ --prune   also remove what stands in the files no more\n\n\
    It asks the server at ALLCLEAR_URL, with the token in ALLCLEAR_TOKEN. Without them, or with --data, it \
    works on the database itself, which no server may hold meanwhile. Removing more than 30 % of what comes \
    from files needs --force. `serve --apply DIR` applies a folder at the start and whenever it changes.";

/// What `apply` takes.
#[derive(Clone, Debug, Args)]
pub struct ApplyArgs {
    /// A file, or a folder with files whose names end in .toml
    pub path: PathBuf,
    /// Show what would change and write nothing
    #[arg(long)]
    pub plan: bool,
    /// Also remove what came from the files and stands in them no more; what was made otherwise stays
    #[arg(long)]
    pub prune: bool,
    /// Remove even more than 30 % of what comes from files
    #[arg(long, requires = "prune")]
    pub force: bool,
    /// How it is printed
    #[command(flatten)]
    pub print: nouns::Print,
}

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen
    #[command(flatten)]
    pub on: ListenArgs,
    /// Folder of .toml files to apply at the start and whenever they change; it removes nothing
    #[arg(long, value_name = "DIR")]
    pub apply: Option<PathBuf>,
}

/// Where to listen.
#[derive(Debug, Args)]
pub struct ListenArgs {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listen)]
    pub listen: Option<SocketAddr>,
}

// What the command line cannot mean is refused as usage, before any setting is read.

fn listen(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write an address and a port, as in 127.0.0.1:8080")
}

fn slug(text: &str) -> Result<Key, String> {
    Key::new(text).map_err(|problem| problem.problem)
}

fn timezone(text: &str) -> Result<String, String> {
    get_zone(text).map(|_| text.to_owned()).map_err(|problem| problem.problem)
}

/// Formats that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImportFormat {
    /// Allclear's own export, without loss
    Allclear,
    /// Outages as plain facts, JSON
    Facts,
    /// Plain text as people keep it
    Log,
    /// Checks out of a configuration of Gatus: a file, or a folder of them
    Gatus,
    /// Checks out of the database of Uptime Kuma: kuma.db, or the folder that holds it
    UptimeKuma,
    /// Checks out of the blackbox exporter's modules and Prometheus' targets; needs --targets
    Blackbox,
}

impl ImportFormat {
    /// Whether it holds checks, and no history.
    #[must_use]
    pub const fn is_of_checks(self) -> bool {
        match self {
            Self::Allclear | Self::Facts | Self::Log => false,
            Self::Gatus | Self::UptimeKuma | Self::Blackbox => true,
        }
    }
}

/// What `import` takes.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Format of the source
    pub format: ImportFormat,
    /// File to read; `-` reads standard input
    pub source: PathBuf,
    /// Show what would happen and write nothing; needs neither server nor database
    #[arg(long)]
    pub plan: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Slug of the status page; made from the publisher or the file name where it is left out
    #[arg(long, value_name = "SLUG", value_parser = slug)]
    pub page: Option<Key>,
    /// Time zone of the times in the source, such as Europe/Berlin
    #[arg(long, value_name = "TZ", value_parser = timezone)]
    pub timezone: Option<String>,
    /// The prometheus.yml with the targets of a blackbox exporter
    #[arg(long, value_name = "FILE", required_if_eq("format", "blackbox"))]
    pub targets: Option<PathBuf>,
    /// Year to assume where a log prints none
    #[arg(long, value_parser = clap::value_parser!(i16).range(1970..=2100))]
    pub year: Option<i16>,
}

/// Formats that can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Everything, without loss
    #[default]
    Allclear,
    /// Outages as plain facts; needs one page
    Facts,
}

/// What `export` takes.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Slug of the status page; all pages where it is left out
    #[arg(long, value_name = "SLUG", value_parser = slug)]
    pub page: Option<Key>,
    /// Format to write
    #[arg(long, value_enum, default_value_t)]
    pub format: ExportFormat,
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Read all settings and show which value is in force and where it came from
    Check {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// What to do with people.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// List everybody
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Invite somebody: prints a link with which they choose their password
    Invite {
        /// The address they will sign in with
        email: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// What they may do: viewer, responder, editor or owner
        #[arg(long, default_value = "responder")]
        role: Role,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a new link: to accept an invitation, or to choose another password
    Link {
        /// The address they sign in with
        email: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give somebody another role
    Role {
        /// The address they sign in with
        email: String,
        /// viewer, responder, editor or owner
        role: Role,
    },
    /// Keep somebody out; what they wrote stays
    Disable {
        /// The address they sign in with
        email: String,
    },
    /// Let somebody in again, with a new link
    Enable {
        /// The address they sign in with
        email: String,
    },
    /// Take the authenticator of somebody who lost it away: the password alone opens then
    RemoveAuthenticator {
        /// The address they sign in with
        email: String,
    },
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// List all tokens, never their secrets
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a token; its secret is printed once
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// What it may do: read, incidents, maintenance, components, `status_pages`, checks, people, audit;
        /// several with commas
        #[arg(long, value_delimiter = ',', required = true)]
        scopes: Vec<Scope>,
        /// Days until it ends; never, where this is left out
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
        expires_in_days: Option<u16>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token: it opens nothing from then on
    Revoke {
        /// Its id, as the list has it
        id: TokenId,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}
