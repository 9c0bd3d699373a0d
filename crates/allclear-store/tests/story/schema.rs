//! The schema: the same on both engines, and never one that this binary does not know.

use allclear_domain::times::Bound;
use allclear_store::{BegunSlice, Location, SCHEMA, Store, StoreError};
use jiff::civil::date;

use crate::harness::{Content, Home};
use crate::samples::Samples;

/// What the two engines call the same thing.
const COLUMNS_OF_SQLITE: &str = "select t.name || '.' || c.name || ' '
        || case c.type when 'BLOB' then 'blob' when 'INTEGER' then 'integer' else 'text' end || ' '
        || case when c.\"notnull\" then 'not null' else 'null' end
    from sqlite_master t, pragma_table_info(t.name) c
    where t.type = 'table' and t.name <> '_sqlx_migrations' and t.name not like 'sqlite%'";
const COLUMNS_OF_POSTGRES: &str = "select table_name || '.' || column_name || ' '
        || case data_type when 'uuid' then 'blob' when 'bytea' then 'blob' when 'bigint' then 'integer'
            when 'boolean' then 'integer' when 'text' then 'text' when 'jsonb' then 'text'
            else data_type end || ' '
        || case is_nullable when 'YES' then 'null' else 'not null' end
    from information_schema.columns
    where table_schema = current_schema() and table_name <> '_sqlx_migrations'";
const INDEXES_OF_SQLITE: &str = "select tbl_name || '.' || name from sqlite_master
    where type = 'index' and name not like 'sqlite%'";
const INDEXES_OF_POSTGRES: &str = "select i.tablename || '.' || i.indexname from pg_indexes i
    where i.schemaname = current_schema() and not exists
        (select 1 from pg_constraint c where c.conname = i.indexname)";

/// The columns and indexes that both engines have to have. A change here is a change of the schema.
const EXPECTED: &str = include_str!("schema.txt");

pub(crate) async fn both_engines_have_the_same_tables(home: Home) {
    let (columns, indexes) = match home.location {
        Location::Folder(_) => (COLUMNS_OF_SQLITE, INDEXES_OF_SQLITE),
        Location::Url(_) => (COLUMNS_OF_POSTGRES, INDEXES_OF_POSTGRES),
    };
    let mut found = home.rows(columns).await;
    for index in home.rows(indexes).await {
        found.push(format!("index {index}"));
    }
    found.sort();
    let expected: Vec<&str> = EXPECTED.lines().collect();
    assert_eq!(found, expected, "the schema of {}:\n{}\n", home.engine, found.join("\n"));
    if home.engine == "sqlite" {
        let lax = "select name from pragma_table_list where schema = 'main' and strict = 0
            and name not like 'sqlite%' and name <> '_sqlx_migrations'";
        assert_eq!(home.rows(lax).await, [""; 0], "tables that are not strict");
    }
}

/// The number of a step that this binary does not know.
const LATER: i64 = SCHEMA + 1;

pub(crate) async fn a_newer_schema_is_refused(home: Home) {
    home.store.clone().close().await;
    let newer = "insert into _sqlx_migrations
        (version, description, installed_on, success, checksum, execution_time)";
    home.run(&format!("{newer} values ({LATER}, 'later', current_timestamp, true, '', 0)")).await;
    for opened in [Store::open(&home.location).await, Store::open_existing(&home.location).await] {
        let error = opened.unwrap_err();
        let StoreError::Newer { found, known } = error else {
            panic!("{error}");
        };
        assert_eq!((found, known), (LATER, SCHEMA));
        assert!(error.to_string().contains("newer Allclear"), "{error}");
        assert!(!error.retry());
    }
    home.run(&format!("delete from _sqlx_migrations where version = {LATER}")).await;
    home.open().await.close().await;
}

/// Takes every step but the first back.
const TAKE_BACK: [&str; 48] = [
    "drop table check_names",
    "drop table name_lists",
    "alter table status_settings drop column ends_at",
    "alter table status_settings drop column overrules",
    "drop index incidents_started",
    "drop index incidents_unfinished",
    // As steps before the seventh wrote it.
    "update incidents set started_at = null",
    "drop index audit_entries_removed",
    "alter table components drop column retired_at",
    "drop table origins",
    "drop table templates",
    "drop table reminders",
    "drop table maintenance_series",
    "drop index maintenance_windows_series",
    "alter table maintenance_windows drop column series_id",
    "alter table maintenance_windows drop column occurs_on",
    "drop index incidents_unsettled",
    "drop index maintenance_windows_unsettled",
    "alter table incidents drop column is_settled",
    "alter table maintenance_windows drop column is_settled",
    "drop index audit_entries_actor",
    "drop index audit_entries_noun",
    "drop table identities",
    "drop table used_trips",
    "drop table pending_identities",
    "drop table reader_passwords",
    "drop table passkeys",
    "drop table heartbeats",
    "drop table signal_tokens",
    "drop table listening",
    "drop table checks",
    "drop table judgments",
    "drop table leases",
    "drop table sights",
    "drop table expiries",
    "drop table expiry_feeds",
    "drop table blind_spells",
    "drop table secrets",
    "drop table outages",
    "drop table samples",
    "drop table recovery_codes",
    "drop table kept_answers",
    "drop table one_time_links",
    "drop table api_tokens",
    "drop table sessions",
    "drop table credentials",
    "drop table people",
    "delete from _sqlx_migrations where version > 1",
];

pub(crate) async fn an_older_schema_is_upgraded_by_open_alone(home: Home) {
    let samples = Samples::new();
    let page = samples.full_page("shop");
    let mut incidents: Vec<_> = (0..4).map(|_| samples.incident(page.id)).collect();
    let days = [date(2024, 2, 29), date(2023, 12, 31), date(1999, 1, 1)];
    for (incident, on) in incidents.iter_mut().zip(days) {
        incident.started = Bound::On { on };
    }
    incidents[3].started = Bound::Unknown;
    let ids: Vec<_> = incidents.iter().map(|incident| incident.id).collect();
    let content = Content { pages: vec![page], incidents, ..Content::default() };
    content.write(&home.store).await.unwrap();
    let before = home.store.changes_since(0).await.unwrap();
    let starts = "select cast(started_at as text) from incidents order by started_at";
    let started = home.rows(starts).await;
    home.store.clone().close().await;
    for statement in TAKE_BACK {
        home.run(statement).await;
    }
    let error = Store::open_existing(&home.location).await.unwrap_err();
    assert!(matches!(error, StoreError::Outdated { found: 1, known: SCHEMA }), "{error}");
    assert!(error.to_string().contains("allclear serve"), "{error}");
    let store = home.open().await;
    assert_eq!(store.changes_since(0).await.unwrap(), before);
    assert_eq!(home.rows(starts).await, started, "days and unknown starts are put in order");
    let slice = BegunSlice { limit: 9, ..BegunSlice::default() };
    let list = store.slice_incidents_begun(&slice).await.unwrap();
    assert_eq!(list.incidents.iter().map(|incident| incident.id).collect::<Vec<_>>(), ids);
    let pages = &before.status_pages;
    assert_eq!(store.list_maintenance_series(pages[0].id).await.unwrap(), []);
    store.close().await;
    Store::open_existing(&home.location).await.unwrap().close().await;
}

pub(crate) async fn a_foreign_database_is_refused(home: Home) {
    home.store.clone().close().await;
    match &home.location {
        Location::Folder(folder) => {
            std::fs::remove_dir_all(folder).unwrap();
            std::fs::create_dir(folder).unwrap();
            home.run("create table orders (id integer primary key)").await;
        }
        Location::Url(_) => {
            home.run("drop schema public cascade; create schema public").await;
            home.run("create table orders (id integer primary key)").await;
        }
    }
    for opened in [Store::open(&home.location).await, Store::open_existing(&home.location).await] {
        let error = opened.unwrap_err();
        assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
        assert!(error.to_string().contains("left as it is"), "{error}");
    }
    home.run("insert into orders (id) values (1)").await;
}

pub(crate) async fn nothing_there_is_missing(home: Home) {
    home.store.clone().close().await;
    match &home.location {
        Location::Folder(folder) => std::fs::remove_dir_all(folder).unwrap(),
        Location::Url(_) => {
            home.run("drop schema public cascade; create schema public").await;
        }
    }
    let error = Store::open_existing(&home.location).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    if let Location::Folder(folder) = &home.location {
        assert!(!folder.exists());
    }
    home.open().await.close().await;
    Store::open_existing(&home.location).await.unwrap().close().await;
}
