//! Live pages: who has a page open is told that it changed, and of nothing else.

use allclear::instance::Instance;
use allclear_domain::TurnedClock;
use jiff::SignedDuration;

use crate::support::reader::{Reader, clock_now, filled};
use crate::support::{Engine, LIMITS, conditions};

/// Gives a page another title, and publishes it.
async fn retitle(instance: &Instance, clock: &TurnedClock, slug: &str, title: &str) {
    let store = instance.store();
    let stored = store.find_status_page(slug).await.unwrap().unwrap();
    let mut page = stored.value.clone();
    page.title = title.to_owned();
    let mut transaction = store.begin().await.unwrap();
    transaction.update_status_page(&page, stored.version).await.unwrap();
    transaction.commit().await.unwrap();
    instance.publisher().run_once(clock_now(clock)).await.unwrap();
}

/// The id that an event carries.
fn id_of(event: &str) -> String {
    let line = event.lines().find_map(|line| line.strip_prefix("id: "));
    line.unwrap_or_else(|| panic!("no id: {event}")).to_owned()
}

#[tokio::test]
async fn a_change_is_told_at_once_to_those_who_read_the_page() {
    for engine in Engine::ALL {
        let (fresh, clock) = filled(engine).await;
        let instance = fresh.instance(&clock).await;
        let reader = Reader::of(&instance);
        let mut by_slug = reader.listen("/p/tiger/events", &[]).await;
        let mut other = reader.listen("/p/foxycart/events", &[]).await;
        let mut default = reader.listen("/events", &[]).await;
        assert_eq!(by_slug.status, 200);
        assert_eq!(by_slug.header("content-type"), "text/event-stream");
        assert_eq!(by_slug.header("cache-control"), "no-store");
        let first = by_slug.next().await.unwrap();
        assert!(first.contains("retry: ") && first.contains(r#""page":"tiger""#), "{first}");
        assert!(other.next().await.unwrap().contains(r#""page":"foxycart""#));
        assert!(default.next().await.unwrap().contains(r#""page":"example""#));

        clock.turn(SignedDuration::from_secs(20));
        retitle(&instance, &clock, "tiger", "A title nobody has seen").await;
        let told = by_slug.next().await.unwrap();
        // The server's own round may have looked at the clock before it was turned.
        let is_at = |at: &str| told.contains(&format!(r#""page":"tiger","at":"{at}""#));
        assert!(is_at("2026-11-20T12:00:20Z") || is_at("2026-11-20T12:00:00Z"), "{told}");
        assert_ne!(id_of(&told), id_of(&first));
        // Whoever is told finds it, in every language.
        for path in ["/p/tiger/", "/p/tiger/?lang=de"] {
            assert!(reader.get(path).await.text().contains("A title nobody has seen"), "{path}");
        }
        // The others hear of their own pages alone.
        retitle(&instance, &clock, "foxycart", "Another title").await;
        retitle(&instance, &clock, "example", "One more title").await;
        assert!(other.next().await.unwrap().contains(r#""page":"foxycart""#));
        assert!(default.next().await.unwrap().contains(r#""page":"example""#));
        instance.stop().await;
    }
}

#[tokio::test]
async fn who_comes_back_is_told_what_was_missed_and_nothing_twice() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let reader = Reader::of(&instance);
    let mut before = reader.listen("/p/tiger/events", &[]).await;
    let first = id_of(&before.next().await.unwrap());
    drop(before);
    let mut same = reader.listen("/p/tiger/events", &[("last-event-id", &first)]).await;
    let greeting = same.next().await.unwrap();
    assert!(!greeting.contains("data:"), "{greeting}");
    drop(same);
    retitle(&instance, &clock, "tiger", "First").await;
    retitle(&instance, &clock, "tiger", "Second").await;
    let mut after = reader.listen("/p/tiger/events", &[("last-event-id", &first)]).await;
    let missed = after.next().await.unwrap();
    assert_eq!(missed.matches("data:").count(), 1, "the newest alone: {missed}");
    let id = id_of(&missed);
    let mut same = reader.listen("/p/tiger/events", &[("last-event-id", &id)]).await;
    assert!(!same.next().await.unwrap().contains("data:"));
    instance.stop().await;
}

#[tokio::test]
async fn what_time_alone_changes_is_not_told() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let reader = Reader::of(&instance);
    let mut open = reader.listen("/p/tiger/events", &[]).await;
    open.next().await.unwrap();
    for _ in 0..3 {
        clock.turn(SignedDuration::from_mins(1));
        assert!(instance.publisher().run_once(clock_now(&clock)).await.unwrap().rendered > 0);
    }
    retitle(&instance, &clock, "tiger", "Something else").await;
    let next = open.next().await.unwrap();
    assert!(next.contains(r#""at":"2026-11-20T12:03:00Z""#), "{next}");
    instance.stop().await;
}

#[tokio::test]
async fn where_nothing_stands_nothing_is_told() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let reader = Reader::of(&instance);
    for path in ["/p/nobody/events", "/p/tiger/events/", "/events/x", "/p/tiger/incidents/events"] {
        assert_eq!(reader.get(path).await.status, 404, "{path}");
    }
    assert_eq!(reader.ask("POST", "/p/tiger/events", &[]).await.status, 405);
    instance.stop().await;
}

#[tokio::test]
async fn readers_of_events_leave_connections_to_others() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let mut few = conditions(&clock);
    few.allowed = allclear_web::server::ListenerLimits { connections_max: 8, ..LIMITS };
    let instance = Instance::start(fresh.store().await, few).await.unwrap();
    let mut open = Vec::new();
    for _ in 0..6 {
        let mut listening = Reader::of(&instance).listen("/events", &[]).await;
        assert_eq!(listening.status, 200);
        listening.next().await.unwrap();
        open.push(listening);
    }
    let reader = Reader::of(&instance);
    let refused = reader.get("/events").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "60"));
    assert_eq!(reader.get("/").await.status, 200);
    instance.stop().await;
}

#[tokio::test]
async fn stopping_ends_streams_and_does_not_wait_for_them() {
    let (fresh, clock) = filled(Engine::Sqlite).await;
    let instance = fresh.instance(&clock).await;
    let mut open = Reader::of(&instance).listen("/events", &[]).await;
    open.next().await.unwrap();
    let (stopped, end) = tokio::join!(instance.stop(), open.next());
    assert_eq!(((), None), (stopped, end));
}
