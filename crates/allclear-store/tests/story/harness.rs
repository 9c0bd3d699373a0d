//! A database of its own for every story, and the record of which stories were told.

use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};

use allclear_domain::{
    Announcement, AuditEntry, Component, Entropy, Incident, InternalNote, Maintenance, StatusPage,
    StatusSetting, Template,
};
use allclear_store::{FILE_NAME, Location, Store, StoreError, Transaction};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// What a story writes in one transaction before it begins.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) pages: Vec<StatusPage>,
    pub(crate) components: Vec<Component>,
    pub(crate) settings: Vec<StatusSetting>,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) maintenance: Vec<Maintenance>,
    pub(crate) announcements: Vec<Announcement>,
    pub(crate) templates: Vec<Template>,
    pub(crate) notes: Vec<InternalNote>,
    pub(crate) entries: Vec<AuditEntry>,
}

impl Content {
    /// Writes it without committing.
    pub(crate) async fn insert(&self, transaction: &mut Transaction) -> Result<(), StoreError> {
        for page in &self.pages {
            transaction.insert_status_page(page).await?;
        }
        transaction.insert_components(&self.components).await?;
        transaction.insert_status_settings(&self.settings).await?;
        transaction.insert_incidents(&self.incidents).await?;
        transaction.insert_maintenance(&self.maintenance).await?;
        transaction.insert_announcements(&self.announcements).await?;
        transaction.insert_templates(&self.templates).await?;
        transaction.insert_internal_notes(&self.notes).await?;
        transaction.insert_audit_entries(&self.entries).await
    }

    /// Writes it; gives the revision.
    pub(crate) async fn write(&self, store: &Store) -> Result<i64, StoreError> {
        let mut transaction = store.begin().await?;
        self.insert(&mut transaction).await?;
        transaction.commit().await
    }
}

/// A database of its own, open and empty.
#[derive(Clone)]
pub(crate) struct Home {
    pub(crate) engine: &'static str,
    pub(crate) location: Location,
    pub(crate) store: Store,
    /// The folder of a SQLite file, or one for whatever a story needs.
    pub(crate) folder: PathBuf,
    cleanup: Cleanup,
}

#[derive(Clone)]
enum Cleanup {
    Folder,
    Database { server: String, name: String },
}

impl Home {
    pub(crate) async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap().keep();
        let location = Location::Folder(folder.join("data"));
        Self {
            engine: "sqlite",
            store: Store::open(&location).await.unwrap(),
            location,
            folder,
            cleanup: Cleanup::Folder,
        }
    }

    pub(crate) async fn postgres() -> Self {
        let server = setting("ALLCLEAR_TEST_POSTGRES").unwrap_or_else(|| {
            panic!(
                "ALLCLEAR_TEST_POSTGRES is not set: run `cargo xtask test`, which starts PostgreSQL"
            )
        });
        let suffix: [u8; 8] = Entropy::from_system().bytes();
        let name = format!("allclear_test_{:016x}", u64::from_be_bytes(suffix));
        run_on_server(&server, &format!("create database {name}")).await;
        let options: PgConnectOptions = server.parse().unwrap();
        let location = Location::Url(options.database(&name).to_url_lossy().to_string());
        Self {
            engine: "postgres",
            store: Store::open(&location).await.unwrap(),
            location,
            folder: TempDir::new().unwrap().keep(),
            cleanup: Cleanup::Database { server, name },
        }
    }

    /// Another store on the same database.
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.location).await.unwrap()
    }

    /// Runs SQL behind the store's back.
    pub(crate) async fn run(&self, text: &str) {
        match &self.location {
            Location::Folder(folder) => run_on_file(&folder.join(FILE_NAME), text).await,
            Location::Url(url) => run_on_server(url, text).await,
        }
    }

    /// Reads text columns behind the store's back.
    pub(crate) async fn rows(&self, text: &str) -> Vec<String> {
        let text = AssertSqlSafe(text.to_owned());
        match &self.location {
            Location::Folder(folder) => {
                let options = SqliteConnectOptions::new().filename(folder.join(FILE_NAME));
                let mut link = SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::query_scalar(text).fetch_all(&mut link).await.unwrap()
            }
            Location::Url(url) => {
                let mut link = PgConnection::connect(url).await.unwrap();
                sqlx::query_scalar(text).fetch_all(&mut link).await.unwrap()
            }
        }
    }
}

pub(crate) async fn run_on_file(path: &Path, text: &str) {
    let options =
        SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(false);
    let mut link = SqliteConnection::connect_with(&options).await.unwrap();
    link.execute(AssertSqlSafe(text.to_owned())).await.unwrap();
    link.close().await.unwrap();
}

pub(crate) async fn run_on_server(url: &str, text: &str) {
    let mut link = PgConnection::connect(url).await.unwrap();
    link.execute(AssertSqlSafe(text.to_owned())).await.unwrap();
    link.close().await.unwrap();
}

/// Tells a story, and cleans up also where it fails.
pub(crate) async fn tell<F, Told>(home: Home, told: F)
where
    F: FnOnce(Home) -> Told,
    Told: Future<Output = ()> + Send + 'static,
{
    let Home { store, folder, cleanup, .. } = home.clone();
    let outcome = tokio::spawn(told(home)).await;
    store.close().await;
    std::fs::remove_dir_all(folder).unwrap();
    if let Cleanup::Database { server, name } = cleanup {
        run_on_server(&server, &format!("drop database {name} with (force)")).await;
    }
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// Writes a story that was told into the ledger, where there is one.
pub(crate) fn enter(engine: &str, story: &str) {
    if let Some(ledger) = setting("ALLCLEAR_TEST_LEDGER") {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.create(true).append(true).open(ledger).unwrap();
        file.write_all(format!("{engine}\t{story}\n").as_bytes()).unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "the test runner says where its services are")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
