//! From the database's errors to ours: the one place that reads error codes.

use std::io::ErrorKind;

use sqlx::Error;
use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgDatabaseError;

use crate::error::StoreError;

/// What is unique: the name that PostgreSQL gives the rule, the columns that SQLite names, the words.
const UNIQUE: &[(&str, &str, &str)] = &[
    ("status_pages_slug", "status_pages.slug", "a status page with this slug"),
    ("status_pages_default", "status_pages.is_default", "a default status page"),
    ("components_public_id", "components.public_id", "a component with this public id"),
    (
        "components_key",
        "components.page_id, components.key",
        "a component with this key on this page",
    ),
    ("incidents_public_id", "incidents.public_id", "an incident with this public id"),
    (
        "incidents_source",
        "incidents.page_id, incidents.source_key",
        "an incident from this source on this page",
    ),
    (
        "maintenance_windows_public_id",
        "maintenance_windows.public_id",
        "a maintenance window with this public id",
    ),
    (
        "maintenance_windows_source",
        "maintenance_windows.page_id, maintenance_windows.source_key",
        "a maintenance window from this source on this page",
    ),
    (
        "maintenance_windows_series",
        "maintenance_windows.series_id, maintenance_windows.occurs_on",
        "a window of this series on this day",
    ),
    (
        "reminders_kind",
        "reminders.subject_id, reminders.subject_noun, reminders.kind",
        "a reminder of this kind",
    ),
    ("announcements_public_id", "announcements.public_id", "an announcement with this public id"),
    (
        "announcements_source",
        "announcements.page_id, announcements.source_key",
        "an announcement from this source on this page",
    ),
    ("checks_key", "checks.key", "a check with this key"),
    ("expiries_check", "expiries.check_id", "an entry for what this check sees"),
    ("expiries_domain", "expiries.domain", "an entry for this domain"),
    ("signal_tokens_token", "signal_tokens.token", "a check with this token"),
    (
        "outages_open",
        "outages.check_id, outages.threshold",
        "an outage of this check that is not over",
    ),
    ("templates_key", "templates.page_id, templates.key", "a template with this key on this page"),
    ("people_email", "people.email", "a person with this address"),
    ("passkeys_credential", "passkeys.credential_id", "this passkey"),
    ("kept_answers_pkey", "kept_answers.id", "a request under this Idempotency-Key"),
];

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
                Some(postgres) => from_postgres(postgres),
                None => from_sqlite(error.as_ref()),
            },
            Error::Io(error) if error.kind() == ErrorKind::StorageFull => {
                Self::Full { problem: error.to_string() }
            }
            Error::Io(error) => unreachable(&error, true),
            Error::Tls(error) => unreachable(&error, false),
            Error::Configuration(error) => unreachable(&error, false),
            Error::PoolTimedOut => Self::Locked {
                problem:
                    "the database was busy for too long. Try again; where it stays busy, look \
                          for a command or a server that does not end"
                        .to_owned(),
            },
            Error::PoolClosed => unreachable(&"it was closed", false),
            Error::WorkerCrashed => unreachable(&"its connection broke down", true),
            Error::Migrate(error) => from_migration(*error),
            other => Self::Failed { problem: other.to_string() },
        }
    }
}

/// Turns an error of an upgrade into ours.
pub(crate) fn from_migration(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        MigrateError::VersionMissing(found) => {
            StoreError::Newer { found, known: crate::migrations::SCHEMA }
        }
        MigrateError::VersionMismatch(version) => StoreError::refused(format!(
            "schema {version} of the database was made by another text than this Allclear has: it \
             comes from a development version. Restore a backup of a released one"
        )),
        MigrateError::Dirty(version) => StoreError::Corrupt {
            problem: format!("the upgrade to schema {version} did not come to its end"),
        },
        other => StoreError::Failed { problem: other.to_string() },
    }
}

fn unreachable(problem: &dyn std::fmt::Display, is_passing: bool) -> StoreError {
    StoreError::Unreachable { problem: problem.to_string(), is_passing }
}

/// Codes: <https://www.sqlite.org/rescode.html>. The low byte is the primary code.
fn from_sqlite(error: &dyn DatabaseError) -> StoreError {
    const IOERR_SHMSIZE: i32 = 4874;
    const CONSTRAINT_FOREIGNKEY: i32 = 787;
    const CONSTRAINT_PRIMARYKEY: i32 = 1555;
    const CONSTRAINT_UNIQUE: i32 = 2067;
    let code: i32 = error.code().and_then(|code| code.parse().ok()).unwrap_or(0);
    let problem = error.message().to_owned();
    match (code, code & 0xff) {
        (IOERR_SHMSIZE, _) | (_, 13) => StoreError::Full { problem },
        (CONSTRAINT_UNIQUE | CONSTRAINT_PRIMARYKEY, _) => duplicate_in_sqlite(&problem),
        (CONSTRAINT_FOREIGNKEY, _) => names_nothing(),
        (_, 5 | 6) => StoreError::Locked {
            problem: "another process is writing to the database and did not finish in time. Try \
                      again; where it stays so, look for a command that does not end"
                .to_owned(),
        },
        (_, 11 | 26) => StoreError::Corrupt { problem },
        (_, 8) => StoreError::refused(format!(
            "the database is read-only for this user ({problem}): give the user of Allclear write \
             access to the folder and its files"
        )),
        (_, 14) => unreachable(&format!("{problem}: look at the folder's owner and mode"), false),
        (_, 18) => StoreError::refused(format!("it is too large for the database ({problem})")),
        (_, 19 | 20) => StoreError::refused(format!("the database does not take it: {problem}")),
        _ => StoreError::Failed { problem: format!("{problem} (SQLite code {code})") },
    }
}

/// Codes: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn from_postgres(error: &PgDatabaseError) -> StoreError {
    let code = error.code();
    let problem = error.message().to_owned();
    let class = code.get(..2).unwrap_or_default();
    match (code, class) {
        ("53100", _) => StoreError::Full { problem },
        ("23505", _) => duplicate_in_postgres(error),
        ("23503", _) => names_nothing(),
        ("55P03" | "40001" | "40P01", _) => StoreError::Locked {
            problem: format!(
                "another process is writing to the database and did not finish in time ({problem}). \
                 Try again; where it stays so, look for a command that does not end"
            ),
        },
        ("25006", _) => StoreError::refused(format!(
            "the database is read-only ({problem}): name the primary server, not a standby"
        )),
        ("3D000", _) => unreachable(&format!("{problem}: create it with `createdb`"), false),
        ("42501", _) => StoreError::refused(format!(
            "{problem}: make the user of Allclear the owner of the database"
        )),
        (_, "28") => unreachable(&format!("{problem}: look at user and password"), false),
        (_, "08" | "53" | "57") => unreachable(&problem, true),
        (_, "XX" | "58") => StoreError::Corrupt { problem },
        (_, "22" | "23" | "54") => {
            StoreError::refused(format!("the database does not take it: {problem}"))
        }
        _ => StoreError::Failed { problem: format!("{problem} (PostgreSQL code {code})") },
    }
}

fn names_nothing() -> StoreError {
    StoreError::refused(
        "it names a status page, a component or a person that is not there: enter that one first",
    )
}

fn duplicate_in_sqlite(message: &str) -> StoreError {
    let columns = message.rsplit_once("failed: ").map_or(message, |(_, columns)| columns);
    let known = UNIQUE.iter().find(|(_, rule, _)| *rule == columns);
    StoreError::Duplicate {
        what: known.map_or_else(
            || format!("a row with this {columns}"),
            |(_, _, words)| (*words).to_owned(),
        ),
    }
}

fn duplicate_in_postgres(error: &PgDatabaseError) -> StoreError {
    let rule = error.constraint().unwrap_or_default();
    let known = UNIQUE.iter().find(|(name, _, _)| *name == rule);
    StoreError::Duplicate {
        what: known.map_or_else(
            || match rule.strip_suffix("_pkey") {
                Some(table) => format!("a row with this {table}.id"),
                None => format!("a row with this {rule}"),
            },
            |(_, _, words)| (*words).to_owned(),
        ),
    }
}
