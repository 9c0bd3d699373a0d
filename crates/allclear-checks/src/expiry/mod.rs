//! The expiry ledger: what people write in it, what is asked of registries, and the duty that keeps it true.

mod duty;
mod rdap;
mod writing;

pub use self::duty::{ExpiryDuty, NAME, Report};
pub use self::rdap::Registries;
pub use self::writing::{
    NewExpiry, NewWhat, add_expiry, add_feed, change_expiry, domain_of, remove_expiry, remove_feed,
};
