//! Time zones by name, from the database inside this program: the same on every machine.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::error::InvalidValue;
use crate::status_page::StatusPage;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A zone by its IANA name; `None` where the database does not have it.
#[must_use]
pub fn find_zone(name: &str) -> Option<TimeZone> {
    ZONES.get(name).ok()
}

/// The names of the zones of places, and UTC, in the order of the alphabet.
#[must_use]
pub fn list_zones() -> Vec<String> {
    let names = ZONES.available().map(|name| name.as_str().to_owned());
    let mut names: Vec<String> = names
        .filter(|name| name == "UTC" || name.contains('/') && !name.starts_with("Etc/"))
        .collect();
    names.sort();
    names
}

/// A zone by its IANA name.
///
/// # Errors
/// Where the database does not have it.
pub fn get_zone(name: &str) -> Result<TimeZone, InvalidValue> {
    find_zone(name).ok_or_else(|| {
        let name: String = name.chars().take(80).collect();
        InvalidValue::new(
            "timezone",
            format!("`{name}` is not in the time zone database: use a name like Europe/Berlin"),
        )
    })
}

impl StatusPage {
    /// The zone of the page, UTC where it names none.
    ///
    /// # Errors
    /// Where it names one that the database does not have.
    pub fn zone(&self) -> Result<TimeZone, InvalidValue> {
        self.timezone.as_deref().map_or(Ok(TimeZone::UTC), get_zone)
    }
}
