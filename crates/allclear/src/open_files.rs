//! The limit of open files: each connection takes one, each probe another, and a server that runs out
//! can neither accept readers nor read its database.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are open beside connections: the database with its log, the listener, the log, and
/// what the runtime keeps.
const OTHERS: u64 = 64;
/// Probes that there is room for beside all connections, where the limit is not too low for both.
const PROBES: u64 = 512;

/// How many connections and probes the limit of open files leaves room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Connections that were asked for.
    pub wanted: usize,
    /// Connections that there is room for, as many as were asked for at the most; at least one.
    pub granted: usize,
    /// Probes at the same time that there is room for beside them; at least one.
    pub probes: usize,
    /// The limit that was reckoned with; `None` where there is none.
    pub limit: Option<u64>,
}

impl Room {
    /// The room that a limit leaves.
    #[must_use]
    pub fn within(limit: Option<u64>, wanted: usize) -> Self {
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let left = limit.map_or(u64::MAX, |limit| limit.saturating_sub(OTHERS));
        let probes = number(PROBES.min(left / 8));
        let granted = number(left).saturating_sub(probes).clamp(1, wanted.max(1));
        // What nobody else asked for is for probes.
        let probes = number(left).saturating_sub(granted).max(1);
        Self { wanted, granted, probes, limit }
    }

    /// Whether there is less room than was asked for.
    #[must_use]
    pub const fn is_short(&self) -> bool {
        self.granted < self.wanted
    }

    /// Files that would be open with all connections that were asked for.
    #[must_use]
    pub fn files(&self) -> u64 {
        u64::try_from(self.wanted).unwrap_or(u64::MAX).saturating_add(OTHERS + PROBES)
    }
}

/// Makes room for connections: where the limit of this process is too low for them, it is raised as
/// far as the system lets it.
#[must_use]
pub fn make_room(wanted: usize) -> Room {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let room = Room::within(current, wanted);
    if !room.is_short() {
        return room;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => Room::within(maximum, wanted),
        Err(error) => {
            tracing::debug!(%error, "the limit of open files could not be raised");
            room
        }
    }
}

/// The room that [`make_room`] would find; changes nothing.
#[must_use]
pub fn look(wanted: usize) -> Room {
    Room::within(getrlimit(Resource::Nofile).maximum, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_leaves_room_for_the_database_and_for_somebody() {
        for (limit, wanted, granted, probes) in [
            (None, 20_000, 20_000, usize::MAX - 20_000),
            (Some(1_000_000), 20_000, 20_000, 979_936),
            (Some(20_576), 20_000, 20_000, 512),
            (Some(20_575), 20_000, 19_999, 512),
            (Some(1_024), 20_000, 840, 120),
            (Some(65), 20_000, 1, 1),
            (Some(0), 20_000, 1, 1),
            (Some(1_024), 7, 7, 953),
        ] {
            let room = Room::within(limit, wanted);
            assert_eq!((room.granted, room.is_short()), (granted, granted < wanted), "{limit:?}");
            assert_eq!(room.probes, probes, "{limit:?}");
            if limit == Some(20_575) {
                assert_eq!(room.files(), 20_576);
            }
        }
    }
}
