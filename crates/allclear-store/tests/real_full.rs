//! scratch
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "scratch")]
use allclear_store::*;
use allclear_store::testing::*;
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits() {
    for weakness in [Weakness::None, Weakness::NoSync] {
        let folder = tempfile::TempDir::new_in("/var/tmp").unwrap();
        let store = open_weakened(&Location::Folder(folder.path().join("d")), weakness).await.unwrap();
        let began = std::time::Instant::now();
        for _ in 0..200 { store.begin().await.unwrap().commit().await.unwrap(); }
        println!("{weakness:?}: {:?} each", began.elapsed() / 200);
        store.close().await;
    }
}
