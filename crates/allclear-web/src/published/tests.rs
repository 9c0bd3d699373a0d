//! Readers who hang up must not shut others out.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use allclear_domain::status_page::{
    ColorTokens, ComponentSelection, Language, StatusPage, UptimePolicy,
};
use allclear_domain::text::Key;
use allclear_statuspage::{Model, Route, Snapshot};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Published, PublishedStatusPage};
use crate::limits;

fn page() -> Arc<PublishedStatusPage> {
    let page = StatusPage {
        id: Uuid::from_u128(1).into(),
        slug: Key::new("shop").unwrap(),
        title: "Shop".to_owned(),
        description: String::new(),
        is_default: true,
        host_names: Vec::new(),
        timezone: None,
        timezone_label: None,
        language: Language::En,
        logo: None,
        colors: ColorTokens::default(),
        components: ComponentSelection::Own,
        uptime: UptimePolicy::default(),
    };
    let snapshot = Snapshot {
        page,
        components: Vec::new(),
        settings: Vec::new(),
        incidents: Vec::new(),
        maintenance: Vec::new(),
        announcements: Vec::new(),
        revision: 1,
    };
    let model = Model::build(Arc::new(snapshot), Timestamp::UNIX_EPOCH).unwrap();
    Arc::new(PublishedStatusPage::of(Arc::new(model)))
}

#[tokio::test]
async fn a_reader_who_hangs_up_leaves_the_place_to_others() {
    let (published, page) = (Published::empty(), page());
    let busy = published.renderings.clone().acquire_many_owned(2).await.unwrap();
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..2 * limits::RENDERINGS_WAITING_MAX {
        let asking = published.find(page.clone(), Some(Route::History), Language::En);
        assert!(pin!(asking).poll(&mut context).is_pending());
    }
    drop(busy);
    assert!(published.find(page, Some(Route::History), Language::En).await.is_ok());
}

#[tokio::test]
async fn too_many_waiting_readers_are_told_to_come_back() {
    let (published, page) = (Published::empty(), page());
    let _busy = published.renderings.clone().acquire_many_owned(2).await.unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let asking = || Box::pin(published.find(page.clone(), Some(Route::History), Language::En));
    let mut waiting: Vec<_> = (0..limits::RENDERINGS_WAITING_MAX).map(|_| asking()).collect();
    assert!(waiting.iter_mut().all(|asking| asking.as_mut().poll(&mut context).is_pending()));
    assert!(asking().await.is_err());
}
