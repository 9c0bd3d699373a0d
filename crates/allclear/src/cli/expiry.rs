//! The commands about what ends.

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::nouns::Print;

/// What to do with what ends.
#[derive(Debug, Subcommand)]
pub enum ExpiryCommand {
    /// List what ends, what ends first: certificates that checks see, domains, dates
    List {
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Enter something that ends: a date, or a domain whose registry is asked once a day
    Add(AddExpiryArgs),
    /// Say that it was renewed, until another day
    Renew {
        /// Its id
        id: String,
        /// The last day on which it is in time from now on, in UTC, such as 2027-03-31
        #[arg(long, value_name = "DATE")]
        due: Date,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
    /// Remove something that ends; a certificate goes with its check
    Remove {
        /// Its id
        id: String,
        /// How it is printed
        #[command(flatten)]
        print: Print,
    },
}

/// What to enter.
#[derive(Clone, Debug, Args)]
pub struct AddExpiryArgs {
    /// Name as the team sees it; that of the domain where it is left out
    #[arg(required_unless_present = "domain")]
    pub name: Option<String>,
    /// The last day on which it is in time, in UTC, such as 2027-03-31
    #[arg(
        long,
        value_name = "DATE",
        required_unless_present = "domain",
        conflicts_with = "domain"
    )]
    pub due: Option<Date>,
    /// A domain as it is registered, such as example.com
    #[arg(long, value_name = "DOMAIN")]
    pub domain: Option<String>,
    /// How many days before the end to warn; 30,14,7,1 where it is left out
    #[arg(long, value_name = "DAYS", value_delimiter = ',')]
    pub warn: Option<Vec<u16>>,
    /// Who sees to it
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// What to know about it, for the team alone
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Where it is seen to
    #[arg(long, value_name = "URL")]
    pub link: Option<String>,
    /// How it is printed
    #[command(flatten)]
    pub print: Print,
}
