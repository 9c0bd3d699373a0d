//! Databases of Uptime Kuma, read while it runs, and what is none.

use std::path::PathBuf;

use allclear_store::read_kuma;
use allclear_store::testing::kuma::{Row, make};
use tempfile::TempDir;

const FRONT: Row<'_> =
    ("monitor", &[("name", "Front"), ("type", "http"), ("url", "https://shop.example.com")]);

fn at(folder: &TempDir) -> PathBuf {
    folder.path().join("kuma.db")
}

#[tokio::test]
async fn a_running_kuma_is_read_with_what_it_wrote_last_and_goes_on() {
    for is_version_1 in [false, true] {
        let folder = TempDir::new().unwrap();
        let tag: Row<'_> = ("tag", &[("name", "europe"), ("color", "#fff")]);
        let mut running = make(&at(&folder), is_version_1, &[FRONT, tag]).await.unwrap();
        let read = read_kuma(&at(&folder)).await.unwrap();
        assert_eq!(read.monitors.len(), 1);
        assert_eq!(read.monitors[0].get("interval"), Some("20"), "{read:?}");
        assert_eq!(read.monitors[0].columns.contains_key("conditions"), !is_version_1);
        assert_eq!((read.tags.len(), read.counts["maintenance"]), (1, 0));
        running.change("begin immediate; update monitor set active = 0").await.unwrap();
        assert_eq!(read_kuma(&at(&folder)).await.unwrap(), read, "what is not committed");
        running.change("commit").await.unwrap();
        let read = read_kuma(&at(&folder)).await.unwrap();
        assert_eq!(read.monitors[0].columns["active"], "0");
        running.close().await.unwrap();
        let before = std::fs::read(at(&folder)).unwrap();
        assert_eq!(read_kuma(&at(&folder)).await.unwrap(), read);
        assert_eq!(std::fs::read(at(&folder)).unwrap(), before, "nothing was written");
    }
}

#[tokio::test]
async fn what_is_no_database_of_kuma_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = at(&folder);
    let said = async || read_kuma(&path).await.unwrap_err().to_string();
    assert!(said().await.contains("cannot be read"), "{}", said().await);
    std::fs::write(&path, "hello").unwrap();
    assert!(said().await.contains("is no SQLite database"), "{}", said().await);
    let mut torn = b"SQLite format 3\0".to_vec();
    torn.resize(4096, 0xff);
    std::fs::write(&path, torn).unwrap();
    assert!(said().await.contains("cannot be read as a database"), "{}", said().await);
    for change in [
        "drop table monitor",
        "drop table monitor; create view monitor as select 1 as id, 'a' as name, 'http' as type, 9 as interval",
        "drop table monitor; create table monitor (id integer)",
        "alter table monitor add column \"a\"\"; --\" text",
    ] {
        std::fs::remove_file(&path).unwrap();
        let mut made = make(&path, false, &[]).await.unwrap();
        made.change(change).await.unwrap();
        made.close().await.unwrap();
        let said = said().await;
        let wanted = ["has a column in `monitor`", "not one of Uptime Kuma"];
        assert!(wanted.iter().any(|wanted| said.contains(wanted)), "{said}");
    }
}

#[tokio::test]
async fn what_is_too_long_or_no_text_is_named_and_not_read() {
    let folder = TempDir::new().unwrap();
    let mut made = make(&at(&folder), false, &[FRONT]).await.unwrap();
    made.change(
        "update monitor set body = cast(zeroblob(100000) as text), headers = zeroblob(10000000), \
         keyword = cast(x'ff' as text)",
    )
    .await
    .unwrap();
    made.close().await.unwrap();
    let read = read_kuma(&at(&folder)).await.unwrap();
    let mut unreadable = read.monitors[0].unreadable.clone();
    unreadable.sort();
    assert_eq!(unreadable, ["body", "headers", "keyword"]);
}

#[tokio::test]
async fn more_rows_than_are_read_are_refused() {
    let folder = TempDir::new().unwrap();
    let mut made = make(&at(&folder), false, &[]).await.unwrap();
    let many = "insert into tag (name, color) with recursive n(x) as (select 1 union all select x + 1 \
                from n where x < 20100) select 'tag', '#fff' from n; insert into monitor (name) values ('a')";
    made.change(many).await.unwrap();
    made.close().await.unwrap();
    let said = read_kuma(&at(&folder)).await.unwrap_err().to_string();
    assert!(said.contains("has more in `tag` than is read"), "{said}");
}
