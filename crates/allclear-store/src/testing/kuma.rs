//! Databases as Uptime Kuma makes them, with its complete tables.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{AssertSqlSafe, Connection, query, raw_sql};

/// Its tables, version 2.
const TABLES: &str = include_str!("kuma-2.sql");

/// Columns of monitors that version 1.23 does not have.
const NOT_IN_VERSION_1: [&str; 37] = [
    "mqtt_check_type",
    "remote_browser",
    "snmp_oid",
    "snmp_version",
    "json_path_operator",
    "cache_bust",
    "conditions",
    "rabbitmq_nodes",
    "rabbitmq_username",
    "rabbitmq_password",
    "smtp_security",
    "ws_ignore_sec_websocket_accept_header",
    "ws_subprotocol",
    "ping_count",
    "ping_numeric",
    "ping_per_request_timeout",
    "ip_family",
    "manual_status",
    "oauth_audience",
    "mqtt_websocket_path",
    "domain_expiry_notification",
    "save_response",
    "save_error_response",
    "response_max_length",
    "system_service_name",
    "subtype",
    "location",
    "protocol",
    "snmp_v3_username",
    "expected_tls_alert",
    "retry_only_on_status_code_failure",
    "screenshot_delay",
    "ntp_stratum_threshold",
    "ntp_time_offset_threshold",
    "ntp_root_dispersion_threshold",
    "bearer_token",
    "gamedig_token",
];

/// A row: the table, and its columns with their values.
pub type Row<'a> = (&'a str, &'a [(&'a str, &'a str)]);

/// Makes a database of Uptime Kuma 2 at `path`, or of version 1. The connection that comes back holds it
/// open, as the running program would.
///
/// # Errors
/// Where it cannot be made, in words.
pub async fn make(path: &Path, is_version_1: bool, rows: &[Row<'_>]) -> Result<Open, String> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let told = |error: sqlx::Error| error.to_string();
    let mut link = SqliteConnection::connect_with(&options).await.map_err(told)?;
    raw_sql(TABLES).execute(&mut link).await.map_err(told)?;
    if is_version_1 {
        for column in NOT_IN_VERSION_1 {
            let text = format!("alter table monitor drop column \"{column}\"");
            query(AssertSqlSafe(text)).execute(&mut link).await.map_err(told)?;
        }
    }
    for (table, columns) in rows {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let binds: Vec<String> = (1..=columns.len()).map(|nth| format!("${nth}")).collect();
        let text =
            format!("insert into \"{table}\" ({}) values ({})", names.join(", "), binds.join(", "));
        let mut statement = query(AssertSqlSafe(text));
        for (_, value) in *columns {
            statement = statement.bind((*value).to_owned());
        }
        statement.execute(&mut link).await.map_err(told)?;
    }
    Ok(Open(link))
}

/// A database that is held open.
#[derive(Debug)]
pub struct Open(SqliteConnection);

impl Open {
    /// Changes something.
    ///
    /// # Errors
    /// Where that fails, in words.
    pub async fn change(&mut self, text: &str) -> Result<(), String> {
        let done = raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut self.0).await;
        done.map(|_| ()).map_err(|error| error.to_string())
    }

    /// Closes it.
    ///
    /// # Errors
    /// Where that fails, in words.
    pub async fn close(self) -> Result<(), String> {
        self.0.close().await.map_err(|error| error.to_string())
    }
}
