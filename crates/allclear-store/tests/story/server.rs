//! What only a server can do: go away and come back.

use allclear_store::StoreError;

use crate::harness::{Content, Home, tell};
use crate::samples::Samples;

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_lost_connection_is_made_again() {
        let home = crate::harness::Home::postgres().await;
        let story = super::a_lost_connection_is_made_again;
        super::tell(home, story).await;
    }
}

const CUT: &str = "select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()";

async fn a_lost_connection_is_made_again(home: Home) {
    let samples = Samples::new();
    let content = Content { pages: vec![samples.page("p")], ..Content::default() };
    let mut transaction = home.store.begin().await.unwrap();
    content.insert(&mut transaction).await.unwrap();
    home.run(CUT).await;
    let error = transaction.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
    assert!(error.retry());
    assert_eq!(content.write(&home.store).await.unwrap(), 1);
    home.run(CUT).await;
    assert_eq!(home.store.list_status_pages().await.unwrap(), content.pages);
}
