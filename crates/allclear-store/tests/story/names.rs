//! Sets of names: which there are, whose turn it is, and what is known of each.

use allclear_domain::check::{NameCounts, NameState, WatchedName};
use allclear_store::{NameListRow, NamesChanged, Store};
use jiff::SignedDuration;

use crate::checks::with_check;
use crate::harness::Home;
use crate::samples::{NOW, Samples, at};

fn named(name: &str, state: NameState, due_in: i64) -> WatchedName {
    WatchedName {
        state,
        since: Some(at(NOW)),
        probed_at: Some(at(NOW) + SignedDuration::from_micros(1)),
        due_at: at(NOW) + SignedDuration::from_secs(due_in),
        reason: (state == NameState::Failing).then(|| "refused".to_owned()),
        certificate_ends_at: Some(at(NOW)),
        ..WatchedName::new(name.to_owned(), at(NOW))
    }
}

fn names(listed: &[WatchedName]) -> Vec<&str> {
    listed.iter().map(|one| one.name.as_str()).collect()
}

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn all(store: &Store, id: allclear_domain::ids::CheckId) -> Vec<WatchedName> {
    store.slice_names(id, None, "", 99).await.unwrap()
}

pub(crate) async fn a_list_takes_the_place_of_another(home: Home) {
    let samples = Samples::new();
    let (_, check) = with_check(&home, &samples).await;
    let (store, id) = (&home.store, check.id);
    assert_eq!(store.find_name_list(id).await.unwrap(), NameListRow::default());
    assert_eq!(store.count_names(id).await.unwrap(), NameCounts::default());
    let mut transaction = store.begin().await.unwrap();
    let first = list(&["b.example.com", "a-b.example.com", "a.example.com"]);
    let changed = transaction.set_names(id, &first, at(NOW)).await.unwrap();
    assert_eq!(changed, NamesChanged { added: 3, removed: 0, kept: 0 });
    let failing = named("a.example.com", NameState::Failing, 9);
    transaction.put_names(id, std::slice::from_ref(&failing)).await.unwrap();
    transaction.commit().await.unwrap();
    // The order is that of bytes on both engines.
    let found = all(store, id).await;
    assert_eq!(names(&found), ["a-b.example.com", "a.example.com", "b.example.com"]);
    assert_eq!(found[1], failing);
    assert_eq!(found[2], WatchedName::new("b.example.com".to_owned(), at(NOW)));
    let row = store.find_name_list(id).await.unwrap();
    assert_eq!((row.version, row.list.set_at), (1, Some(at(NOW))));

    // Who stays keeps what is known.
    let mut transaction = store.begin().await.unwrap();
    let second = list(&["a.example.com", "c.example.com"]);
    let changed = transaction.set_names(id, &second, at(NOW)).await.unwrap();
    assert_eq!(changed, NamesChanged { added: 1, removed: 2, kept: 1 });
    assert_eq!(transaction.count_names(id).await.unwrap().total(), 2);
    transaction.commit().await.unwrap();
    let found = all(store, id).await;
    assert_eq!(names(&found), ["a.example.com", "c.example.com"]);
    assert_eq!(found[0], failing);

    // The same list again leaves what is being asked alone.
    let mut transaction = store.begin().await.unwrap();
    let changed = transaction.set_names(id, &second, at(NOW)).await.unwrap();
    assert_eq!(changed, NamesChanged { added: 0, removed: 0, kept: 2 });
    transaction.commit().await.unwrap();
    assert_eq!(store.find_name_list(id).await.unwrap().version, 2);

    // Asked in another way, nothing is known of any.
    let mut transaction = store.begin().await.unwrap();
    transaction.reset_names(id, at(NOW)).await.unwrap();
    transaction.commit().await.unwrap();
    let counts = NameCounts { untried: 2, ..NameCounts::default() };
    assert_eq!(store.count_names(id).await.unwrap(), counts);
    assert_eq!(all(store, id).await[0].reason, None);
    assert_eq!(store.find_name_list(id).await.unwrap().version, 3);
}

pub(crate) async fn many_names_go_at_once(home: Home) {
    let samples = Samples::new();
    let (_, check) = with_check(&home, &samples).await;
    let (store, id) = (&home.store, check.id);
    let many: Vec<_> = (0..345).map(|number| format!("n{number:03}.example.com")).collect();
    let mut transaction = store.begin().await.unwrap();
    transaction.set_names(id, &many, at(NOW)).await.unwrap();
    let changed = transaction.set_names(id, &many[..103], at(NOW)).await.unwrap();
    assert_eq!(changed, NamesChanged { added: 0, removed: 242, kept: 103 });
    assert_eq!(transaction.count_names(id).await.unwrap().total(), 103);
    let asked: Vec<_> = many.iter().map(String::as_str).take(150).collect();
    let mut found = transaction.list_named(id, &asked).await.unwrap();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(names(&found), asked[..103]);
    assert_eq!(transaction.list_named(id, &[]).await.unwrap(), []);
    transaction.commit().await.unwrap();
}

pub(crate) async fn names_are_found_by_state_and_turn(home: Home) {
    let samples = Samples::new();
    let (_, check) = with_check(&home, &samples).await;
    let (store, id) = (&home.store, check.id);
    let rows = [
        named("a.example.com", NameState::Ok, 30),
        named("b.example.com", NameState::Doubted, 20),
        named("c.example.com", NameState::Failing, 10),
        named("d.example.com", NameState::Doubted, 5),
        named("e.example.com", NameState::Ok, 10),
    ];
    let mut transaction = store.begin().await.unwrap();
    transaction.put_names(id, &rows).await.unwrap();
    let worst = transaction.slice_names(id, Some(NameState::Failing), "", 5).await.unwrap();
    assert_eq!(worst, [rows[2].clone()]);
    transaction.commit().await.unwrap();
    let doubted = store.list_names_due_in(id, NameState::Doubted, 9).await.unwrap();
    assert_eq!(names(&doubted), ["d.example.com", "b.example.com"]);
    let others = store.list_names_due_beside(id, NameState::Doubted, 2).await.unwrap();
    assert_eq!(names(&others), ["c.example.com", "e.example.com"]);
    let counts = NameCounts { ok: 2, doubted: 2, failing: 1, ..NameCounts::default() };
    assert_eq!(store.count_names(id).await.unwrap(), counts);
    let slice = store.slice_names(id, Some(NameState::Doubted), "a.example.com", 1).await.unwrap();
    assert_eq!(names(&slice), ["b.example.com"]);
    let rest = store.slice_names(id, None, "b.example.com", 99).await.unwrap();
    assert_eq!(names(&rest), ["c.example.com", "d.example.com", "e.example.com"]);
}

pub(crate) async fn names_go_with_their_check(home: Home) {
    let samples = Samples::new();
    let (_, check) = with_check(&home, &samples).await;
    let store = &home.store;
    let mut transaction = store.begin().await.unwrap();
    transaction.set_names(check.id, &list(&["a.example.com"]), at(NOW)).await.unwrap();
    transaction.commit().await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    transaction.remove_check(&check, 1).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(all(store, check.id).await, []);
    assert_eq!(store.find_name_list(check.id).await.unwrap(), NameListRow::default());
}
