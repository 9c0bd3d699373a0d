//! Who is told what, on a clock that turns itself.

use std::sync::Arc;

use allclear_domain::StatusPage;
use allclear_domain::status_page::{ColorTokens, ComponentSelection, Language, UptimePolicy};
use allclear_domain::text::Key;
use http_body_util::BodyExt;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, duplex};
use uuid::Uuid;

use super::*;
use crate::handover::Handover;

fn page(number: u128) -> StatusPage {
    StatusPage {
        id: Uuid::from_u128(number).into(),
        slug: Key::new(format!("page-{number}")).unwrap(),
        title: "A page".to_owned(),
        description: String::new(),
        is_default: false,
        host_names: Vec::new(),
        timezone: None,
        timezone_label: None,
        language: Language::En,
        logo: None,
        colors: ColorTokens::default(),
        components: ComponentSelection::Own,
        uptime: UptimePolicy::default(),
        password_set_at: None,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

async fn text(changes: &mut Changes) -> Option<String> {
    let bytes = changes.frame().await?.unwrap().into_data().unwrap();
    Some(String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_reader_is_told_the_newest_change_and_hears_a_heart_beat() {
    let (live, page) = (Live::with_room(2), page(1));
    live.tell(&page, at(1), 1);
    let mut reader = live.follow(page.id, None).ok().unwrap();
    let greeting = text(&mut reader).await.unwrap();
    assert!(greeting.starts_with("retry: ") && greeting.contains("\nid: 1.1000\n"), "{greeting}");
    assert_eq!(text(&mut reader).await.as_deref(), Some(":\n\n"));
    for revision in 2..=50 {
        live.tell(&page, at(revision), revision);
    }
    let newest = text(&mut reader).await.unwrap();
    let data = r#"{"page":"page-1","at":"1970-01-01T00:00:50Z","revision":50}"#;
    assert_eq!(newest, format!("id: 50.50000\ndata: {data}\n\n"));
    assert_eq!(text(&mut reader).await.as_deref(), Some(":\n\n"));
}

#[tokio::test]
async fn who_comes_back_is_told_only_what_is_new() {
    let (live, page) = (Live::with_room(2), page(1));
    live.tell(&page, at(1), 7);
    let mut same = live.follow(page.id, Some("7.1000")).ok().unwrap();
    assert!(!text(&mut same).await.unwrap().contains("data:"));
    // Also one who knows what was told by another server, or before the clock was set back.
    let mut other = live.follow(page.id, Some("9.9000")).ok().unwrap();
    assert!(text(&mut other).await.unwrap().contains("id: 7.1000"));
}

#[tokio::test]
async fn nobody_is_told_of_another_page() {
    let live = Live::with_room(2);
    let mut reader = live.follow(page(1).id, None).ok().unwrap();
    text(&mut reader).await.unwrap();
    live.tell(&page(2), at(1), 1);
    live.tell(&page(1), at(2), 2);
    assert!(text(&mut reader).await.unwrap().contains("page-1"));
}

#[tokio::test]
async fn a_reader_who_goes_makes_room_for_another() {
    let (live, page) = (Live::with_room(8), page(1));
    live.leave_room_of(4);
    let mut readers: Vec<_> = (0..3).map(|_| live.follow(page.id, None).ok().unwrap()).collect();
    assert!(live.follow(page.id, None).is_err());
    readers.pop();
    assert!(live.follow(page.id, None).is_ok());
}

#[tokio::test]
async fn streams_end_with_their_page_and_with_the_server() {
    let (live, one, other) = (Live::with_room(9), page(1), page(2));
    let mut readers = [one.id, other.id].map(|id| live.follow(id, None).ok().unwrap());
    for reader in &mut readers {
        text(reader).await.unwrap();
    }
    live.keep(&HashSet::from([other.id]));
    assert_eq!(text(&mut readers[0]).await, None);
    live.close();
    assert_eq!(text(&mut readers[1]).await, None);
    live.tell(&other, at(1), 1);
    assert!(live.follow(other.id, None).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_takes_nothing_is_cut_off() {
    let (live, page) = (Live::with_room(1), page(1));
    let (client, server) = duplex(64);
    let permits = Arc::new(Semaphore::new(1));
    let permit = Arc::new(permits.clone().try_acquire_owned().unwrap());
    let handover = Handover::of(permit);
    let (head, changes) = respond(&live, page.id, &HeaderMap::new()).ok().unwrap().into_parts();
    handover.tell(head.headers, changes);
    let listening = handover.take().unwrap();
    drop(handover);
    let serving = tokio::spawn(listening.serve(server, std::time::Duration::from_secs(10)));
    serving.await.unwrap();
    drop(client);
    assert_eq!(permits.available_permits(), 1);
    assert!(live.follow(page.id, None).is_ok(), "the place is free again");
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_hangs_up_is_gone_at_once() {
    let (live, page) = (Live::with_room(1), page(1));
    let (client, server) = duplex(4096);
    let permits = Arc::new(Semaphore::new(1));
    let handover = Handover::of(Arc::new(permits.clone().try_acquire_owned().unwrap()));
    let (head, changes) = respond(&live, page.id, &HeaderMap::new()).ok().unwrap().into_parts();
    handover.tell(head.headers, changes);
    let mut stream =
        crate::deadline::Deadline::of(server, std::time::Duration::from_secs(10), Some(handover));
    // Whoever had the stream until now finds it gone.
    assert!(stream.flush().await.is_err());
    let mut client = tokio::io::BufReader::new(client);
    let mut line = String::new();
    client.read_line(&mut line).await.unwrap();
    assert_eq!(line, "HTTP/1.1 200 OK\r\n");
    assert!(live.follow(page.id, None).is_err());
    drop((client, stream));
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(live.follow(page.id, None).is_ok());
    assert_eq!(permits.available_permits(), 1);
}
