//! What only a file can do: be damaged, foreign, full, copied, locked.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use allclear_domain::audit::Subject;
use allclear_store::testing::{Weakness, open_weakened};
use allclear_store::{
    FILE_NAME, InstanceLock, Location, SCHEMA, Store, StoreError, backup, restore,
};

use crate::harness::{Home, run_on_file, tell};
use crate::samples::Samples;

macro_rules! on_a_file {
    ($($story:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    let home = crate::harness::Home::sqlite().await;
                    super::tell(home, super::$story).await;
                }
            )*
        }
    };
}

on_a_file! {
    a_damaged_file_is_refused,
    a_file_that_is_no_database_is_refused,
    damage_in_the_middle_is_found,
    an_unfinished_first_start_goes_on,
    the_owner_alone_may_read,
    a_full_disk,
    a_backup_is_complete_while_others_write,
    a_backup_overwrites_nothing,
    a_backup_comes_back,
    a_restore_overwrites_nothing,
    a_damaged_backup_is_refused,
    a_foreign_or_newer_backup_is_refused,
    a_database_in_use_is_no_backup,
    another_process_writes,
    one_instance_at_a_time,
}

fn data(home: &Home) -> PathBuf {
    match &home.location {
        Location::Folder(folder) => folder.clone(),
        Location::Url(_) => panic!("a file is needed"),
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// Writes a page and some incidents.
async fn fill(store: &Store, slug: &str, incidents: usize) {
    let seed = slug.bytes().map(u64::from).sum();
    let samples = Samples(allclear_domain::Entropy::from_seed(seed));
    let page = samples.page(slug);
    let component = samples.component(page.id, "c");
    let incidents: Vec<_> =
        (0..incidents).map(|n| samples.full_incident(&component, &n.to_string())).collect();
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.insert_components(&[component]).await.unwrap();
    transaction.insert_incidents(&incidents).await.unwrap();
    let note = samples.note(Subject::StatusPage(page.id), "internal");
    transaction.insert_internal_notes(&[note]).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Overwrites part of a file with rubbish.
fn damage(path: &Path, from: usize, length: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[from..from + length].fill(0x5a);
    std::fs::write(path, bytes).unwrap();
}

async fn a_damaged_file_is_refused(home: Home) {
    fill(&home.store, "p", 200).await;
    home.store.clone().close().await;
    let path = data(&home).join(FILE_NAME);
    damage(&path, 0, 4096);
    let before = std::fs::read(&path).unwrap();
    for opened in [Store::open(&home.location).await, Store::open_existing(&home.location).await] {
        let error = opened.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        assert!(error.to_string().contains("allclear restore FILE"), "{error}");
        assert!(!error.public_message().contains("database"));
    }
    assert_eq!(std::fs::read(&path).unwrap(), before, "the evidence was changed");
}

async fn a_file_that_is_no_database_is_refused(home: Home) {
    home.store.clone().close().await;
    std::fs::write(data(&home).join(FILE_NAME), "shopping list: milk").unwrap();
    let error = Store::open(&home.location).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

async fn damage_in_the_middle_is_found(home: Home) {
    fill(&home.store, "p", 500).await;
    home.store.clone().close().await;
    let path = data(&home).join(FILE_NAME);
    let length = std::fs::metadata(&path).unwrap().len();
    damage(&path, usize::try_from(length / 2).unwrap(), 8192);
    let store = Store::open(&home.location).await.unwrap();
    match store.check().await {
        Ok(health) => assert!(!health.problems.is_empty()),
        Err(error) => assert!(matches!(error, StoreError::Corrupt { .. }), "{error}"),
    }
    let error = backup(&home.location, &home.folder.join("b")).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    let left: Vec<_> =
        std::fs::read_dir(&home.folder).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(left, [data(&home)], "a failed backup leaves nothing");
    store.close().await;
}

/// The power went after the file was made, or before the first step of the schema.
async fn an_unfinished_first_start_goes_on(home: Home) {
    home.store.clone().close().await;
    let folder = data(&home);
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join(FILE_NAME), "").unwrap();
    home.open().await.close().await;
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
    home.run(
        "create table _sqlx_migrations (version bigint primary key, description text not null,
        installed_on timestamp not null default current_timestamp, success boolean not null,
        checksum blob not null, execution_time bigint not null)",
    )
    .await;
    let store = home.open().await;
    fill(&store, "p", 1).await;
    store.close().await;
}

async fn the_owner_alone_may_read(home: Home) {
    fill(&home.store, "p", 1).await;
    let folder = data(&home);
    assert_eq!(mode(&folder), 0o700);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    let file = home.folder.join("backup");
    backup(&home.location, &file).await.unwrap();
    assert_eq!(mode(&file), 0o600);
    let elsewhere = home.folder.join("deep").join("down");
    restore(&file, &Location::Folder(elsewhere.clone())).await.unwrap();
    assert_eq!(mode(&elsewhere), 0o700);
    assert_eq!(mode(&elsewhere.join(FILE_NAME)), 0o600);
    drop(InstanceLock::acquire(&elsewhere).unwrap());
    assert_eq!(mode(&elsewhere.join("allclear.lock")), 0o600);
}

/// Writing fails and says why, reading goes on, and writing does as soon as there is room.
async fn a_full_disk(home: Home) {
    fill(&home.store, "p", 100).await;
    home.store.clone().close().await;
    let pages = std::fs::metadata(data(&home).join(FILE_NAME)).unwrap().len() / 4096;
    let limit = Weakness::PagesMax(u32::try_from(pages).unwrap() + 8);
    let store = open_weakened(&home.location, limit).await.unwrap();
    let before = store.changes_since(0).await.unwrap();
    let samples = Samples(allclear_domain::Entropy::from_seed(99));
    let page = before.status_pages[0].id;
    for _ in 0..3 {
        let incidents: Vec<_> = (0..2_000).map(|_| samples.incident(page)).collect();
        let mut transaction = store.begin().await.unwrap();
        let error = transaction.insert_incidents(&incidents).await.unwrap_err();
        assert!(matches!(error, StoreError::Full { .. }), "{error}");
        assert!(error.retry());
        assert!(error.to_string().contains("nothing was written"), "{error}");
        // What comes after must not be written on its own.
        let more = transaction.insert_incidents(&[samples.incident(page)]).await;
        assert!(matches!(more, Err(StoreError::Refused { .. })), "{more:?}");
        assert!(transaction.commit().await.is_err());
        assert_eq!(store.changes_since(0).await.unwrap(), before);
    }
    // A small write still fits, through the same store.
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_incidents(&[samples.incident(page)]).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.list_incidents(page).await.unwrap().len(), before.incidents.len() + 1);
    assert_eq!(store.check().await.unwrap().problems, [""; 0]);
    store.close().await;
}

async fn a_backup_is_complete_while_others_write(home: Home) {
    fill(&home.store, "p", 200).await;
    let page = home.store.list_status_pages().await.unwrap()[0].id;
    let store = home.store.clone();
    let writer = tokio::spawn(async move {
        let samples = Samples(allclear_domain::Entropy::from_seed(5));
        for _ in 0..200 {
            let batch: Vec<_> = (0..10).map(|_| samples.incident(page)).collect();
            let mut transaction = store.begin().await.unwrap();
            transaction.insert_incidents(&batch).await.unwrap();
            transaction.commit().await.unwrap();
        }
    });
    for number in 0..5 {
        let report = backup(&home.location, &home.folder.join(format!("b{number}"))).await.unwrap();
        // The first revision wrote 200 incidents, each later one ten.
        assert_eq!(report.counts.incidents, 200 + (report.revision - 1) * 10);
        assert_eq!(report.schema, SCHEMA);
        assert_eq!(report.bytes, report.file.metadata().unwrap().len());
    }
    writer.await.unwrap();
}

async fn a_backup_overwrites_nothing(home: Home) {
    let file = home.folder.join("b");
    std::fs::write(&file, "holiday pictures").unwrap();
    let error = backup(&home.location, &file).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), b"holiday pictures");
    let nowhere = Location::Folder(home.folder.join("nowhere"));
    let error = backup(&nowhere, &home.folder.join("c")).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    let error = backup(&home.location, &home.folder.join("no/such/folder/b")).await.unwrap_err();
    assert!(matches!(error, StoreError::File { .. }), "{error}");
    let server = Location::Url("postgres://kim:hunter2@db.example/allclear".to_owned());
    let error = backup(&server, &home.folder.join("d")).await.unwrap_err().to_string();
    assert!(error.contains("pg_dump") && error.contains("--host=db.example"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    let error = restore(&file, &server).await.unwrap_err().to_string();
    assert!(error.contains("pg_restore"), "{error}");
}

async fn a_backup_comes_back(home: Home) {
    fill(&home.store, "p", 300).await;
    let file = home.folder.join("b");
    let made = backup(&home.location, &file).await.unwrap();
    let expected = home.store.changes_since(0).await.unwrap();
    // What comes later is not in it.
    fill(&home.store, "q", 0).await;
    let elsewhere = Location::Folder(home.folder.join("elsewhere"));
    let report = restore(&file, &elsewhere).await.unwrap();
    assert_eq!((report.counts, report.revision), (made.counts, made.revision));
    let store = Store::open_existing(&elsewhere).await.unwrap();
    assert_eq!(store.changes_since(0).await.unwrap(), expected);
    let page = expected.status_pages[0].id;
    assert_eq!(store.list_notes_of_page(page).await.unwrap().len(), 1);
    assert_eq!(store.check().await.unwrap().problems, [""; 0]);
    fill(&store, "r", 0).await;
    store.close().await;
}

async fn a_restore_overwrites_nothing(home: Home) {
    fill(&home.store, "p", 3).await;
    let file = home.folder.join("b");
    backup(&home.location, &file).await.unwrap();
    fill(&home.store, "q", 0).await;
    let error = restore(&file, &home.location).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("move"), "{error}");
    assert_eq!(home.store.list_status_pages().await.unwrap().len(), 2);
    // A log without its database would be played into the restored one.
    let stray = home.folder.join("stray");
    std::fs::create_dir(&stray).unwrap();
    std::fs::write(stray.join(format!("{FILE_NAME}-wal")), "old").unwrap();
    let error = restore(&file, &Location::Folder(stray)).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
}

async fn a_damaged_backup_is_refused(home: Home) {
    fill(&home.store, "p", 500).await;
    let good = home.folder.join("good");
    let report = backup(&home.location, &good).await.unwrap();
    let length = usize::try_from(report.bytes).unwrap();
    let bad = home.folder.join("bad");
    let elsewhere = home.folder.join("elsewhere");
    let target = Location::Folder(elsewhere.clone());
    for from in [0, 4096, length / 2, length - 4096] {
        std::fs::copy(&good, &bad).unwrap();
        damage(&bad, from, 4096);
        let error = restore(&bad, &target).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "damage at {from}: {error}");
        assert!(!elsewhere.exists());
    }
    for shorter in [0, 1, 100, 4096, length / 2, length - 1] {
        std::fs::copy(&good, &bad).unwrap();
        std::fs::File::options()
            .write(true)
            .open(&bad)
            .unwrap()
            .set_len(u64::try_from(shorter).unwrap())
            .unwrap();
        let error = restore(&bad, &target).await.unwrap_err();
        let is_refused = matches!(error, StoreError::Corrupt { .. } | StoreError::Foreign { .. });
        assert!(is_refused, "cut to {shorter}: {error}");
        assert!(!elsewhere.exists());
    }
    let error = restore(&home.folder.join("none"), &target).await.unwrap_err();
    assert!(matches!(error, StoreError::File { .. }), "{error}");
}

async fn a_foreign_or_newer_backup_is_refused(home: Home) {
    let elsewhere = home.folder.join("elsewhere");
    let target = Location::Folder(elsewhere.clone());
    let foreign = home.folder.join("foreign");
    run_on_file(&foreign, "create table orders (id integer primary key)").await;
    let error = restore(&foreign, &target).await.unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    let file = home.folder.join("b");
    backup(&home.location, &file).await.unwrap();
    let later = SCHEMA + 1;
    let newer = format!("values ({later}, 'later', current_timestamp, true, '', 0)");
    run_on_file(&file, &format!("insert into _sqlx_migrations {newer}")).await;
    let error = restore(&file, &target).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found, .. } if found == later), "{error}");
    assert!(!elsewhere.exists());
}

async fn a_database_in_use_is_no_backup(home: Home) {
    fill(&home.store, "p", 50).await;
    let path = data(&home).join(FILE_NAME);
    let target = Location::Folder(home.folder.join("elsewhere"));
    let error = restore(&path, &target).await.unwrap_err();
    assert!(error.to_string().contains("-wal"), "{error}");
}

async fn another_process_writes(home: Home) {
    use sqlx::{Connection, Executor, SqliteConnection};
    let url = format!("sqlite://{}", data(&home).join(FILE_NAME).display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    other.execute("begin immediate").await.unwrap();
    let error = home.store.begin().await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    assert!(error.retry());
    assert_eq!(home.store.revision().await.unwrap(), 0);
    other.execute("rollback").await.unwrap();
    home.store.begin().await.unwrap().commit().await.unwrap();
}

async fn one_instance_at_a_time(home: Home) {
    let folder = data(&home);
    let lock = InstanceLock::acquire(&folder).unwrap();
    let error = InstanceLock::acquire(&folder).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains(&format!("process {}", std::process::id())), "{text}");
    assert!(text.contains("stop it first"), "{text}");
    drop(lock);
    // What a dead process left behind holds nobody up.
    std::fs::write(folder.join("allclear.lock"), "99999999\n").unwrap();
    let lock = InstanceLock::acquire(&folder).unwrap();
    let text = InstanceLock::acquire(&folder).unwrap_err().to_string();
    assert!(!text.contains("99999999"), "{text}");
    drop(lock);
}
