//! The commands about checks.

use std::path::PathBuf;
use std::str::FromStr;

use allclear_domain::CheckKind;
use allclear_domain::check::{NameState, SignalToken};
use allclear_domain::error::InvalidValue;
use clap::{Args, Subcommand};
use jiff::SignedDuration;

use super::nouns::{Affects, Print};

/// What to do with checks.
#[derive(Debug, Subcommand)]
pub enum CheckCommand {
    /// List checks with what is believed of them, oldest first
    List {
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Show a check, and the last exchange that did not simply work
    Show(CheckArgs),
    /// Add a check; a running server probes it at once
    Add(Box<AddCheckArgs>),
    /// Stop probing a check; an outage that goes on ends here
    Pause(CheckArgs),
    /// Probe a paused check again, and judge it anew
    Resume(CheckArgs),
    /// Remove a check; the outages that it measured stay
    Remove(CheckArgs),
    /// Show the names that a check asks one by one, those that fail above all, or set which ones there are
    Names(NamesArgs),
    /// Try a check or an address once, from this machine, and print everything that was said; nothing is
    /// written but what came of names that are asked one by one
    Run(RunArgs),
    /// Say what could be watched of an address: try several checks once, and print them as they can be added;
    /// nothing is written
    Propose(ProposeArgs),
}

/// One check.
#[derive(Clone, Debug, Args)]
pub struct CheckArgs {
    /// Its key or its id
    pub check: String,
    /// How it is printed
    #[command(flatten)]
    pub print: Print,
}

/// The names of a check.
#[derive(Clone, Debug, Args)]
pub struct NamesArgs {
    /// Its key or its id
    pub check: String,
    /// Names in this state in place of those that fail
    #[arg(long, value_name = "untried|ok|degraded|doubted|failing", conflicts_with = "set")]
    pub state: Option<NameState>,
    /// File with the whole list as it is to be, one name a line with remarks behind #, or an array of JSON; - for
    /// standard input. Names that stay keep what is known of them
    #[arg(long, value_name = "FILE")]
    pub set: Option<PathBuf>,
    /// More than half of the former names may go
    #[arg(long, requires = "set")]
    pub shrink: bool,
    /// How it is printed
    #[command(flatten)]
    pub print: Print,
}

/// What to add.
#[derive(Clone, Debug, Args)]
pub struct AddCheckArgs {
    /// Name as the team sees it
    pub name: String,
    /// What is tried: an address such as `https://shop.example.com/health`, a host and a port such as
    /// mail.example.com:25, the same within TLS, as in `tcps://mail.example.com:465`, the certificates
    /// there, as in `tls://mail.example.com:25`, what a name means, as in `dns:example.com?type=MX` or `dns://ns1.example.com/example.com?type=MX`, a machine
    /// that is pinged, as in `icmp://router.example.com`, the time that a server tells, as in
    /// `ntp://time.example.com`, or a service that speaks its protocol, as in
    /// `ssh://host.example.com`, `smtp+starttls://mail.example.com`, `imaps://mail.example.com`,
    /// `redis://cache.example.com`, `postgres://monitor@db.example.com/shop`,
    /// `mysql://db.example.com`, `wss://shop.example.com/live` or
    /// `grpcs://api.example.com/shop.v1.Orders`. What a provider says of itself is
    /// `upstream:https://status.example.com`, a query 'prometheus:`https://metrics.example.com` up'. Or when a job is to say that it ran:
    /// heartbeat:1d, 'heartbeat:30 2 * * 1-5 Europe/Berlin'. Or how many of the checks that `--member` names
    /// have to work: group:2, or group:all. Or many host names that are asked one by one, and set with
    /// `check names`: names:https. Or a program in the folder that the server's setting
    /// `commands_folder` names, with its arguments: 'command:disk -w 10%'
    #[arg(value_name = "URL|HOST:PORT|heartbeat:WHEN|group:COUNT|names:https|command:PROGRAM")]
    pub target: Target,
    /// Short name; made from the name where it is left out
    #[arg(long)]
    pub key: Option<String>,
    /// Time from the start of one probe to the start of the next, in whole seconds; 30s where it is left out,
    /// 64s of ntp and 10s of names
    #[arg(long, value_name = "TIME")]
    pub every: Option<Length>,
    /// How much later than due a signal of a heartbeat may come, and how long a run that says that it starts
    /// may take, in whole seconds; 5m where it is left out
    #[arg(long, value_name = "TIME")]
    pub grace: Option<Length>,
    /// The secret in the addresses of a heartbeat's signals, as the device has it: from Healthchecks or Uptime
    /// Kuma. Several times where needed; made where it is left out
    #[arg(long, value_name = "TOKEN")]
    pub token: Vec<SignalToken>,
    /// Key or id of a check that a group stands for; several times
    #[arg(long, value_name = "CHECK")]
    pub member: Vec<String>,
    /// Time for one probe, all in all; a longer one fails
    #[arg(long, value_name = "TIME", default_value = "10s")]
    pub deadline: Length,
    /// A probe that works and takes longer than this is degraded
    #[arg(long, value_name = "TIME")]
    pub slow_after: Option<Length>,
    /// A component that stands or falls with it: its id, its key, or that of another status page as in
    /// shop/checkout; with its status while the check fails where that is not `major_outage`. Several
    /// times where needed
    #[arg(long, value_name = "COMPONENT[=STATUS]")]
    pub affects: Vec<Affects>,
    /// What becomes of an outage in which it fails: `nothing`, `draft` (of an incident), or the id of a
    /// template whose words are published at once
    #[arg(long, value_name = "nothing|draft|TEMPLATE", default_value = "nothing")]
    pub on_outage: String,
    /// A word to find it by; several times where needed
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Show readers how long its probes take, on the pages of its components
    #[arg(long)]
    pub shows_times: bool,
    /// Key or id of a check that it stands behind: while that one is down, its own failures say nothing.
    /// Several times where needed
    #[arg(long, value_name = "CHECK")]
    pub parent: Vec<String>,
    /// What it is let in by
    #[command(flatten)]
    pub secrets: SecretArgs,
    /// What is asked of those who tell of others
    #[command(flatten)]
    pub feeds: FeedArgs,
    /// How it is printed
    #[command(flatten)]
    pub print: Print,
}

/// What a check of a website is let in by. Secrets come from files, of which the first line counts: a list of
/// processes would show them.
#[derive(Clone, Debug, Default, Args)]
pub struct SecretArgs {
    /// User that it signs in as
    #[arg(long, requires = "password_file")]
    pub user: Option<String>,
    /// File with the password, on its first line; - for standard input
    #[arg(long, value_name = "FILE", requires = "user", conflicts_with = "token_file")]
    pub password_file: Option<PathBuf>,
    /// File with a bearer token that it signs in with; - for standard input
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// A header field with a file that holds its value, which is a secret; several times where needed
    #[arg(long, value_name = "NAME=FILE")]
    pub secret_header: Vec<String>,
}

impl SecretArgs {
    /// Whether there are some.
    #[must_use]
    pub fn are_some(&self) -> bool {
        let files = [&self.password_file, &self.token_file];
        !self.secret_header.is_empty() || files.into_iter().any(Option::is_some)
    }
}

/// What is asked of those who tell of others: providers, Prometheus.
#[derive(Clone, Debug, Default, Args)]
pub struct FeedArgs {
    /// What a provider calls a component that concerns us, exactly; all of it where it is left out. Several times
    /// where needed
    #[arg(long, value_name = "NAME")]
    pub their_component: Vec<String>,
    /// The least number that a query may give
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub at_least: Option<f64>,
    /// The greatest number that a query may give
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub at_most: Option<f64>,
    /// Between this number and that of --at-least it is degraded
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub degraded_at_least: Option<f64>,
    /// Between that of --at-most and this number it is degraded
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub degraded_at_most: Option<f64>,
}

/// What to try once.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// Key or id of a check, an address such as `https://shop.example.com/health`, a host and a port, the
    /// same within TLS, as in `tcps://mail.example.com:465`, the certificates there, as in `tls://mail.example.com:25`, what a name means, as in
    /// `dns:example.com?type=MX`, a machine that is pinged, as in `icmp://router.example.com`, a service,
    /// as in `ssh://host.example.com`, what a provider says of itself, as in
    /// `upstream:https://status.example.com`, a query, as in 'prometheus:`https://metrics.example.com` up', or a
    /// program of this machine's `commands_folder`, as in 'command:disk -w 10%'
    #[arg(value_name = "CHECK|URL|HOST:PORT")]
    pub what: String,
    /// Time for it, all in all; that of the check where it is left out, else 10s
    #[arg(long, value_name = "TIME")]
    pub deadline: Option<Length>,
    /// What an address is let in by
    #[command(flatten)]
    pub secrets: SecretArgs,
    /// What is asked of those who tell of others
    #[command(flatten)]
    pub feeds: FeedArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What to look at.
#[derive(Clone, Debug, Args)]
pub struct ProposeArgs {
    /// The address of a website such as www.example.com, or a host and a port such as mail.example.com:25
    #[arg(value_name = "URL|HOST:PORT")]
    pub target: String,
    /// A component that is to stand or fall with what is proposed: its id, its key, or that of another status page
    /// as in shop/checkout
    #[arg(long, value_name = "COMPONENT")]
    pub affects: Option<String>,
    /// How it is printed
    #[command(flatten)]
    pub print: Print,
}

/// What a check tries, written as an address. A host alone is none here: it may be the key of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct Target(pub CheckKind);

impl FromStr for Target {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if !text.contains(':') {
            let problem = "write an address such as https://shop.example.com/health, or a host and a \
                           port such as mail.example.com:25";
            return Err(InvalidValue::new("target", problem));
        }
        text.parse().map(Self)
    }
}

/// A length of time, written `30s`, `800ms` or `5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    ms: u32,
}

impl FromStr for Length {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let length: Option<SignedDuration> = text.parse().ok();
        let ms = length.filter(|length| length.subsec_nanos() % 1_000_000 == 0);
        let ms = ms.and_then(|length| u32::try_from(length.as_millis()).ok());
        let problem = "write a length of time such as 30s, 800ms or 5m";
        Ok(Self { ms: ms.ok_or_else(|| InvalidValue::new("time", problem))? })
    }
}

impl Length {
    /// In milliseconds.
    #[must_use]
    pub const fn ms(self) -> u32 {
        self.ms
    }

    /// In seconds, where it is some number of whole ones.
    #[must_use]
    pub const fn seconds(self) -> Option<u32> {
        if self.ms.is_multiple_of(1_000) { Some(self.ms / 1_000) } else { None }
    }
}

#[cfg(test)]
mod tests;
