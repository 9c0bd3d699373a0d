//! Reads the database of Uptime Kuma: what it watches, as plain rows. It may run meanwhile.
//!
//! Nothing in the file is trusted. It is opened to be read alone, in one transaction, so that whoever
//! writes to it is not held up; views are not read; lengths, counts and time have limits. Versions
//! differ in their columns, so rows keep whatever columns are there.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row, TypeInfo, ValueRef, query, query_scalar};

/// Rows of one table; more are refused.
const ROWS_MAX: usize = 20_000;
/// Rows that are read at once.
const ROWS_AT_ONCE: usize = 20;
/// Columns of one table; a table with more is refused.
const COLUMNS_MAX: usize = 300;
/// Bytes of one value; a longer one is left out, and it says so.
const VALUE_BYTES_MAX: usize = 64 * 1024;
/// Bytes of all values of one table; more are refused.
const TABLE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Rows of a table that is only counted; more are not counted.
const COUNTED_MAX: i64 = 100_000;
/// How long reading may take, all in all.
const DEADLINE: Duration = Duration::from_secs(60);
/// How long a writer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// What a database file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Columns without which a table of monitors is none.
const MONITOR_COLUMNS: [&str; 4] = ["id", "name", "type", "interval"];

const HAS_TABLE: &str = "select count(*) from sqlite_schema where type = 'table' and name = $1 and sql like 'create table%'";
const LIST_COLUMNS: &str = "select name from pragma_table_info($1)";

/// What Uptime Kuma watches, and how much else is in its database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KumaDatabase {
    /// Rows of `monitor`.
    pub monitors: Vec<KumaRow>,
    /// Rows of `tag`.
    pub tags: Vec<KumaRow>,
    /// Rows of `monitor_tag`: which monitor has which tag.
    pub monitor_tags: Vec<KumaRow>,
    /// How many rows tables have that are not read.
    pub counts: BTreeMap<&'static str, u64>,
}

/// Tables that are only counted.
const COUNTED: [&str; 8] = [
    "notification",
    "maintenance",
    "status_page",
    "proxy",
    "incident",
    "docker_host",
    "remote_browser",
    "api_key",
];

/// A row: each value as text, without what is null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KumaRow {
    /// The values by their columns.
    pub columns: BTreeMap<String, String>,
    /// Columns whose value is too long, or no text.
    pub unreadable: Vec<String>,
}

impl KumaRow {
    /// The value of a column; an empty one is none.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&str> {
        self.columns.get(column).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
#[error("{place} {problem}")]
pub struct KumaError {
    place: String,
    problem: String,
}

/// Reads the database of Uptime Kuma, version 1 or 2.
///
/// # Errors
/// Where the file cannot be read, is something else, or goes beyond a limit.
pub async fn read_kuma(path: &Path) -> Result<KumaDatabase, KumaError> {
    let fail = |problem: String| KumaError { place: path.display().to_string(), problem };
    look_at(path).map_err(fail)?;
    match tokio::time::timeout(DEADLINE, read(path)).await {
        Ok(read) => read.map_err(fail),
        Err(_) => Err(fail("took longer than a minute to read: copy it and try again".to_owned())),
    }
}

/// Looks at the file itself before anything is made of it.
fn look_at(path: &Path) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    let mut begin = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    if !file.metadata().map_err(cannot)?.is_file() {
        return Err("is no file: name kuma.db itself".to_owned());
    }
    file.take(16).read_to_end(&mut begin).map_err(cannot)?;
    if begin != MAGIC {
        return Err("is no SQLite database: Uptime Kuma keeps one in data/kuma.db".to_owned());
    }
    Ok(())
}

async fn read(path: &Path) -> Result<KumaDatabase, String> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(PATIENCE)
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on");
    match read_with(&options).await {
        Ok(read) => Ok(read),
        // In a folder where nothing may be written a database without a log is read as it lies there.
        Err(problem) if problem.is_of_the_engine && !beside(path, "-wal").exists() => {
            read_with(&options.immutable(true)).await.map_err(|problem| problem.told)
        }
        Err(problem) => Err(problem.told),
    }
}

fn beside(path: &Path, end: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// What went wrong while reading.
struct Problem {
    told: String,
    is_of_the_engine: bool,
}

impl Problem {
    fn of(told: impl Into<String>) -> Self {
        Self { told: told.into(), is_of_the_engine: false }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        let told = format!(
            "cannot be read as a database: {error}. Copy it with what is beside it (kuma.db-wal, \
             kuma.db-shm) to a folder of your own, and name that copy"
        );
        Self { told, is_of_the_engine: true }
    }
}

async fn read_with(options: &SqliteConnectOptions) -> Result<KumaDatabase, Problem> {
    let mut link = SqliteConnection::connect_with(options).await?;
    let mut transaction = link.begin().await?;
    let read = read_tables(&mut transaction).await;
    let rolled_back = transaction.rollback().await;
    link.close().await?;
    let read = read?;
    rolled_back?;
    Ok(read)
}

async fn read_tables(link: &mut SqliteConnection) -> Result<KumaDatabase, Problem> {
    let columns = columns_of(link, "monitor").await?;
    if !MONITOR_COLUMNS.iter().all(|wanted| columns.iter().any(|column| column == wanted)) {
        return Err(Problem::of("is a database, but not one of Uptime Kuma: it has no monitors"));
    }
    let mut database = KumaDatabase {
        monitors: rows(link, "monitor", &columns).await?,
        ..KumaDatabase::default()
    };
    let columns = columns_of(link, "tag").await?;
    database.tags = rows(link, "tag", &columns).await?;
    let columns = columns_of(link, "monitor_tag").await?;
    database.monitor_tags = rows(link, "monitor_tag", &columns).await?;
    for table in COUNTED {
        if columns_of(link, table).await?.is_empty() {
            continue;
        }
        let text = format!("select count(*) from (select 1 from \"{table}\" limit {COUNTED_MAX})");
        let count: i64 = query_scalar(AssertSqlSafe(text)).fetch_one(&mut *link).await?;
        database.counts.insert(table, u64::try_from(count).unwrap_or(0));
    }
    Ok(database)
}

/// The columns of a table; none where there is no such table. A name that could be anything but a name
/// is refused, as statements are made of them.
async fn columns_of(
    link: &mut SqliteConnection,
    table: &'static str,
) -> Result<Vec<String>, Problem> {
    let tables: i64 = query_scalar(HAS_TABLE).bind(table).fetch_one(&mut *link).await?;
    if tables != 1 {
        return Ok(Vec::new());
    }
    let columns: Vec<String> = query_scalar(LIST_COLUMNS).bind(table).fetch_all(link).await?;
    if columns.len() > COLUMNS_MAX {
        return Err(Problem::of(format!("has a table with more than {COLUMNS_MAX} columns")));
    }
    let is_name =
        |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match columns.iter().find(|name| name.is_empty() || !is_name(name)) {
        Some(_) => Err(Problem::of(format!("has a column in `{table}` with a name that is none"))),
        None => Ok(columns),
    }
}

/// All rows of a table, some at a time.
async fn rows(
    link: &mut SqliteConnection,
    table: &'static str,
    columns: &[String],
) -> Result<Vec<KumaRow>, Problem> {
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let selected: Vec<String> = columns.iter().map(|name| value_of(name)).collect();
    let text = format!(
        "select rowid, {} from \"{table}\" where rowid > $1 order by rowid limit {ROWS_AT_ONCE}",
        selected.join(", ")
    );
    let (mut found, mut bytes, mut last) = (Vec::new(), 0, i64::MIN);
    loop {
        let slice = query(AssertSqlSafe(text.clone())).bind(last).fetch_all(&mut *link).await?;
        for row in &slice {
            last = row.try_get(0)?;
            let row = row_of(row, columns)?;
            bytes += row.columns.values().map(String::len).sum::<usize>();
            found.push(row);
        }
        if found.len() > ROWS_MAX || bytes > TABLE_BYTES_MAX {
            return Err(Problem::of(format!(
                "has more in `{table}` than is read: {ROWS_MAX} rows and {TABLE_BYTES_MAX} bytes"
            )));
        }
        if slice.len() < ROWS_AT_ONCE {
            return Ok(found);
        }
    }
}

/// A column as text; what is too long or no text comes as no text.
fn value_of(column: &str) -> String {
    format!(
        "case when typeof(\"{column}\") = 'blob' or octet_length(\"{column}\") > {VALUE_BYTES_MAX} \
         then x'' else cast(\"{column}\" as text) end"
    )
}

fn row_of(row: &SqliteRow, columns: &[String]) -> Result<KumaRow, Problem> {
    let mut read = KumaRow::default();
    for (place, name) in columns.iter().enumerate() {
        let raw = row.try_get_raw(place + 1)?;
        if raw.is_null() {
            continue;
        }
        let is_text = raw.type_info().name() == "TEXT";
        match row.try_get::<String, _>(place + 1) {
            Ok(value) if is_text => {
                read.columns.insert(name.clone(), value);
            }
            _ => read.unreadable.push(name.clone()),
        }
    }
    Ok(read)
}
