//! The schema, step by step. Both engines have the same steps under the same numbers.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// One step: its number, its name, its text for SQLite and its text for PostgreSQL.
type Step = (i64, &'static str, &'static str, &'static str);

/// Every step, oldest first. A step that was released never changes again.
pub(crate) const STEPS: &[Step] = &[
    (
        1,
        "first",
        include_str!("../migrations/sqlite/0001_first.sql"),
        include_str!("../migrations/postgres/0001_first.sql"),
    ),
    (
        2,
        "people",
        include_str!("../migrations/sqlite/0002_people.sql"),
        include_str!("../migrations/postgres/0002_people.sql"),
    ),
    (
        3,
        "settled",
        include_str!("../migrations/sqlite/0003_settled.sql"),
        include_str!("../migrations/postgres/0003_settled.sql"),
    ),
    (
        4,
        "recurrence",
        include_str!("../migrations/sqlite/0004_recurrence.sql"),
        include_str!("../migrations/postgres/0004_recurrence.sql"),
    ),
    (
        5,
        "templates",
        include_str!("../migrations/sqlite/0005_templates.sql"),
        include_str!("../migrations/postgres/0005_templates.sql"),
    ),
    (
        6,
        "reader_passwords",
        include_str!("../migrations/sqlite/0006_reader_passwords.sql"),
        include_str!("../migrations/postgres/0006_reader_passwords.sql"),
    ),
    (
        7,
        "started",
        include_str!("../migrations/sqlite/0007_started.sql"),
        include_str!("../migrations/postgres/0007_started.sql"),
    ),
    (
        8,
        "identities",
        include_str!("../migrations/sqlite/0008_identities.sql"),
        include_str!("../migrations/postgres/0008_identities.sql"),
    ),
    (
        9,
        "passkeys",
        include_str!("../migrations/sqlite/0009_passkeys.sql"),
        include_str!("../migrations/postgres/0009_passkeys.sql"),
    ),
    (
        10,
        "checks",
        include_str!("../migrations/sqlite/0010_checks.sql"),
        include_str!("../migrations/postgres/0010_checks.sql"),
    ),
    (
        11,
        "samples",
        include_str!("../migrations/sqlite/0011_samples.sql"),
        include_str!("../migrations/postgres/0011_samples.sql"),
    ),
    (
        12,
        "heartbeats",
        include_str!("../migrations/sqlite/0012_heartbeats.sql"),
        include_str!("../migrations/postgres/0012_heartbeats.sql"),
    ),
    (
        13,
        "sights",
        include_str!("../migrations/sqlite/0013_sights.sql"),
        include_str!("../migrations/postgres/0013_sights.sql"),
    ),
    (
        14,
        "leases",
        include_str!("../migrations/sqlite/0014_leases.sql"),
        include_str!("../migrations/postgres/0014_leases.sql"),
    ),
    (
        15,
        "expiries",
        include_str!("../migrations/sqlite/0015_expiries.sql"),
        include_str!("../migrations/postgres/0015_expiries.sql"),
    ),
    (
        16,
        "secrets",
        include_str!("../migrations/sqlite/0016_secrets.sql"),
        include_str!("../migrations/postgres/0016_secrets.sql"),
    ),
    (
        17,
        "overruled",
        include_str!("../migrations/sqlite/0017_overruled.sql"),
        include_str!("../migrations/postgres/0017_overruled.sql"),
    ),
    (
        18,
        "names",
        include_str!("../migrations/sqlite/0018_names.sql"),
        include_str!("../migrations/postgres/0018_names.sql"),
    ),
];

/// The schema that this binary reads and writes: the number of the last step.
pub(crate) const SCHEMA: i64 = 18;

/// The steps for SQLite.
pub(crate) fn for_sqlite() -> Migrator {
    migrator(|(_, _, sqlite, _)| sqlite)
}

/// The steps for PostgreSQL.
pub(crate) fn for_postgres() -> Migrator {
    migrator(|(_, _, _, postgres)| postgres)
}

fn migrator(text: impl Fn(Step) -> &'static str) -> Migrator {
    let steps = STEPS.iter().map(|step| {
        let (number, name, _, _) = *step;
        Migration::new(
            number,
            Cow::Borrowed(name),
            MigrationType::Simple,
            text(*step).into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(steps.collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// A file that nobody embedded would never run; a step without its twin would split the engines.
    #[test]
    fn every_file_is_embedded_on_both_engines() {
        let embedded: BTreeSet<String> =
            STEPS.iter().map(|(number, name, _, _)| format!("{number:04}_{name}.sql")).collect();
        for engine in ["sqlite", "postgres"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
            let files: BTreeSet<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            assert_eq!(files, embedded, "{engine}");
        }
        let numbers: Vec<i64> = STEPS.iter().map(|step| step.0).collect();
        assert_eq!(numbers, (1..=SCHEMA).collect::<Vec<_>>());
    }
}
