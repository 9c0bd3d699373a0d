//! The commands that write what status pages tell.

use std::str::FromStr;

use allclear_domain::error::InvalidValue;
use allclear_domain::status_page::Language;
use allclear_domain::{ComponentStatus, IncidentStatus};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::checks::Length;

/// A component and its status, written `KEY=STATUS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affects {
    /// Key or id of the component.
    pub component: String,
    /// Its status; the worst one where none is written.
    pub status: Option<ComponentStatus>,
}

fn word<T>(text: &str, words: impl IntoIterator<Item = (&'static str, T)>) -> Result<T, String> {
    let words: Vec<_> = words.into_iter().collect();
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let problem = format!("`{text}` is unknown: use one of {}", known.join(", "));
    words.into_iter().find(|(word, _)| *word == text).map(|(_, value)| value).ok_or(problem)
}

fn component_status(text: &str) -> Result<ComponentStatus, String> {
    word(text, ComponentStatus::ALL.map(|status| (status.as_str(), status)))
}

fn incident_status(text: &str) -> Result<IncidentStatus, String> {
    let all =
        [IncidentStatus::Investigating, IncidentStatus::Identified, IncidentStatus::Monitoring];
    word(text, all.map(|status| (status.as_str(), status)))
}

fn language(text: &str) -> Result<Language, String> {
    word(text, Language::ALL.map(|language| (language.tag(), language)))
}

impl FromStr for Affects {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let (component, status) = match text.split_once('=') {
            Some((component, status)) => {
                let status = component_status(status);
                (component, Some(status.map_err(|it| InvalidValue::new("status", it))?))
            }
            None => (text, None),
        };
        Ok(Self { component: component.to_owned(), status })
    }
}

/// What every one of these commands takes.
#[derive(Clone, Copy, Debug, Args)]
pub struct Print {
    /// Print JSON, as the API gives it
    #[arg(long)]
    pub json: bool,
}

/// What tells a status page.
#[derive(Clone, Debug, Args)]
pub struct OnPage {
    /// Slug of the status page; the default one where it is left out
    #[arg(long, value_name = "SLUG")]
    pub page: Option<String>,
}

/// What is said to readers.
#[derive(Clone, Debug, Args)]
pub struct Said {
    /// What readers are told, in Markdown
    #[arg(long, short, value_name = "TEXT")]
    pub message: Option<String>,
}

/// What to report.
#[derive(Clone, Debug, Args)]
pub struct ReportArgs {
    /// One line that says what happened
    pub title: String,
    /// A component and its status, such as `checkout=major_outage`; several times where needed.
    /// Without a status it counts as a major outage
    #[arg(long, value_name = "KEY=STATUS")]
    pub affects: Vec<Affects>,
    /// What it is told with
    #[command(flatten)]
    pub said: Said,
    /// When it began, such as 2026-11-21T09:00:00Z; now, where it is left out
    #[arg(long, value_name = "TIME")]
    pub started: Option<Timestamp>,
    /// The team alone may read it for now
    #[arg(long)]
    pub draft: bool,
    /// Where
    #[command(flatten)]
    pub on: OnPage,
    /// How it is printed
    #[command(flatten)]
    pub print: Print,
}

/// What to do with incidents.
#[derive(Debug, Subcommand)]
pub enum IncidentCommand {
    /// Report an incident
    Report(ReportArgs),
    /// Post a message
    Update {
        /// Its id or its public id
        id: String,
        /// What is said
        #[command(flatten)]
        said: Said,
        /// How it stands now: investigating, identified or monitoring
        #[arg(long, value_parser = incident_status)]
        status: Option<IncidentStatus>,
        /// A component and its status from now on, such as checkout=operational
        #[arg(long, value_name = "KEY=STATUS")]
        component: Vec<Affects>,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Say that it is over
    Resolve {
        /// Its id or its public id
        id: String,
        /// What is said
        #[command(flatten)]
        said: Said,
        /// When it ended; now, where it is left out
        #[arg(long, value_name = "TIME")]
        ended: Option<Timestamp>,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Say that it was not over
    Reopen(OneArgs),
    /// Show a draft to everybody
    Publish(OneArgs),
    /// List incidents, newest first
    List {
        /// Only those that are not over
        #[arg(long)]
        open: bool,
        /// Where
        #[command(flatten)]
        on: OnPage,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Show an incident
    Show(OneArgs),
}

/// What to do with maintenance windows.
#[derive(Debug, Subcommand)]
pub enum MaintenanceCommand {
    /// Plan a maintenance window
    Plan {
        /// One line that says what is done
        title: String,
        /// When it begins, such as 2026-11-21T09:00:00Z
        #[arg(long, value_name = "TIME")]
        from: Timestamp,
        /// When it ends
        #[arg(long, value_name = "TIME")]
        to: Timestamp,
        /// A component, and its status where it is not `under_maintenance`
        #[arg(long, value_name = "KEY[=STATUS]")]
        affects: Vec<Affects>,
        /// What is said
        #[command(flatten)]
        said: Said,
        /// It begins and ends only when somebody says so
        #[arg(long)]
        by_hand: bool,
        /// The team alone may read it for now
        #[arg(long)]
        draft: bool,
        /// Where
        #[command(flatten)]
        on: OnPage,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Plan maintenance that repeats
    Repeat(RepeatArgs),
    /// List maintenance that repeats, newest first
    Repeating {
        /// Where
        #[command(flatten)]
        on: OnPage,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// End maintenance that repeats: windows that have not begun are called off
    EndRepeating {
        /// Id of the series
        id: String,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// List maintenance windows, newest first
    List {
        /// Only those that are not over
        #[arg(long)]
        open: bool,
        /// Where
        #[command(flatten)]
        on: OnPage,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Show a draft to everybody
    Publish(OneArgs),
    /// Say that work began
    Begin(StepArgs),
    /// Say that it is over
    Complete(StepArgs),
    /// Call it off
    Cancel(StepArgs),
    /// Turn work that failed into an incident
    Convert(ConvertArgs),
}

/// Work that failed, and the incident that goes on from it.
#[derive(Clone, Debug, Args)]
pub struct ConvertArgs {
    /// Id or public id of the maintenance window
    pub id: String,
    /// Title of the incident: one line that says what happened
    pub title: String,
    /// The status that what was under maintenance has now
    #[arg(long, value_parser = component_status, default_value = "major_outage")]
    pub status: ComponentStatus,
    /// What is said
    #[command(flatten)]
    pub said: Said,
    /// How it is printed
    #[command(flatten)]
    pub print: Print,
}

/// What to do with announcements.
#[derive(Debug, Subcommand)]
pub enum AnnouncementCommand {
    /// Announce something
    Add {
        /// One line
        title: String,
        /// What readers are told, in Markdown
        #[arg(long, short, value_name = "TEXT")]
        message: String,
        /// Until when it stands on the first view, such as 2026-11-21T09:00:00Z
        #[arg(long, value_name = "TIME")]
        until: Option<Timestamp>,
        /// The team alone may read it for now
        #[arg(long)]
        draft: bool,
        /// Where
        #[command(flatten)]
        on: OnPage,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// List announcements, newest first
    List {
        /// Where
        #[command(flatten)]
        on: OnPage,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Show an announcement
    Show(OneArgs),
    /// Show a draft to everybody
    Publish(OneArgs),
    /// Take it off the first view
    TakeOff(OneArgs),
}

/// One thing.
#[derive(Clone, Debug, Args)]
pub struct OneArgs {
    /// Its id or its public id
    pub id: String,
    /// How it is printed
    #[command(flatten)]
    pub print: Print,
}

/// What to plan again and again.
#[derive(Clone, Debug, Args)]
pub struct RepeatArgs {
    /// One line that says what is done
    pub title: String,
    /// When it repeats: an RRULE (RFC 5545), such as `FREQ=MONTHLY;BYDAY=1SU`
    #[arg(long, value_name = "RRULE")]
    pub rule: String,
    /// When it first begins, on the zone's clock, such as 2026-12-06T02:30
    #[arg(long, value_name = "LOCAL TIME")]
    pub first: DateTime,
    /// Time zone, such as Europe/Berlin; that of the status page where it is left out
    #[arg(long, value_name = "TZ")]
    pub timezone: Option<String>,
    /// Minutes of each window
    #[arg(long, value_name = "MINUTES")]
    pub minutes: u32,
    /// A day that is left out; several times where needed
    #[arg(long, value_name = "DAY")]
    pub except: Vec<Date>,
    /// A component, and its status where it is not `under_maintenance`
    #[arg(long, value_name = "KEY[=STATUS]")]
    pub affects: Vec<Affects>,
    /// Windows begin and end only when somebody says so
    #[arg(long)]
    pub by_hand: bool,
    /// Where
    #[command(flatten)]
    pub on: OnPage,
    /// How it is printed
    #[command(flatten)]
    pub print: Print,
}

/// A step of a maintenance window.
#[derive(Clone, Debug, Args)]
pub struct StepArgs {
    /// Its id or its public id
    pub id: String,
    /// What is said
    #[command(flatten)]
    pub said: Said,
    /// How it is printed
    #[command(flatten)]
    pub print: Print,
}

/// What to do with components.
#[derive(Debug, Subcommand)]
pub enum ComponentCommand {
    /// List components with their status
    List {
        /// Where
        #[command(flatten)]
        on: OnPage,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Add a component
    Add {
        /// Name as readers see it
        name: String,
        /// Short name; made from the name where it is left out
        #[arg(long)]
        key: Option<String>,
        /// Key of the component that it is a part of
        #[arg(long, value_name = "KEY")]
        parent: Option<String>,
        /// A sentence on what it does for readers
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// Where
        #[command(flatten)]
        on: OnPage,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Set the status of a component by hand, from now on
    Status {
        /// Its key or its id
        component: String,
        /// `operational`, `under_maintenance`, `degraded_performance`, `partial_outage` or `major_outage`
        #[arg(value_parser = component_status)]
        status: ComponentStatus,
        /// How long it holds, such as 90m or 8h; until the next one where this is left out
        #[arg(long = "for", value_name = "TIME")]
        length: Option<Length>,
        /// Have it hold in place of what checks measure, and say why, for the team; it needs --for
        #[arg(long, value_name = "WHY", requires = "length")]
        overrules: Option<String>,
        /// Where
        #[command(flatten)]
        on: OnPage,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
}

/// What to do with status pages.
#[derive(Debug, Subcommand)]
pub enum StatusPageCommand {
    /// List status pages
    List {
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Add a status page
    Add {
        /// Name of the publisher or the product
        title: String,
        /// Short name in addresses; made from the title where it is left out
        #[arg(long)]
        slug: Option<String>,
        /// Time zone of the publisher, such as Europe/Berlin
        #[arg(long, value_name = "TZ")]
        timezone: Option<String>,
        /// Language of the first view: en or de
        #[arg(long, value_parser = language)]
        language: Option<Language>,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
}
