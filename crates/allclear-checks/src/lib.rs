//! Checks: probed when they are due, judged, and kept as measured outages.
//!
//! [`watch`] is the duty. Its [`board`] is pure: which checks are due, what is believed of each, and what
//! of that is not written yet. What it writes goes through [`keeping`], many results in one
//! transaction. People change checks through [`writing`], which refuses what [`fields`] tells of. How
//! each kind is tried is in [`kinds`], what they are sent that is secret in [`secrets`], how many at the
//! same time in [`lanes`], and what comes by itself in [`heartbeat`]. Configurations of other monitors
//! become checks in [`import`], and an address that somebody types in [`proposals`]. What ends on a day
//! that is known beforehand is kept in [`expiry`].
//!
//! [`watchdog`] names what nobody probes, and says elsewhere that probing goes on.
//!
//! A failure waits in [`sight`] until sentinels have answered: it may be our own. [`stall`] notices where
//! this program stood still.

pub mod board;
pub mod expiry;
pub mod fields;
pub mod figures;
pub mod heartbeat;
pub mod import;
pub mod keeping;
pub mod kinds;
pub mod lanes;
pub mod limits;
pub mod prober;
pub mod processors;
pub mod proposals;
pub mod roll_up;
pub mod secrets;
pub mod sight;
pub mod stall;
pub mod times;
pub mod watch;
pub mod watchdog;
pub mod writing;

#[cfg(test)]
mod for_tests;

pub use self::expiry::{ExpiryDuty, Registries};
pub use self::figures::Figures;
pub use self::prober::{Fetch, Fetched, Fetching, Looking, Prober, Probing, Tracing};
pub use self::roll_up::RollUp;
pub use self::watch::Watch;
pub use self::watchdog::{SignOfLife, Unprobed, Watchdog};
