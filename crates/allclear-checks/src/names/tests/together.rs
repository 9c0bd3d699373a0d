//! What many names share, how long what is known of them holds, and who else changes them meanwhile.

use super::*;

#[tokio::test]
async fn what_many_share_stays_down_until_it_is_mended() {
    let home = Home::with(200, |_| {}).await;
    assert_eq!(home.rounds(25).await.0, Verdict::Ok);
    let die = |number: &usize| number % 5 < 3;
    (0..200).filter(die).for_each(|number| home.peers.does(&name(number), REFUSES));
    let mut told = home.round().await;
    while told.0 != Verdict::Fail {
        told = home.round().await;
    }
    for round in 0..40 {
        let (verdict, told) = home.round().await;
        assert_eq!(verdict, Verdict::Fail, "round {round}: {told}");
    }
    assert_eq!(home.counts().await.failing, 120);
    home.peers.all_do(Does::Work(Reach::Far));
    assert_eq!(home.rounds(70).await, (Verdict::Ok, String::new()));
    let list = home.store.find_name_list(home.check.id).await.unwrap().list;
    assert_eq!(list.shared_since, None);
}

#[tokio::test]
async fn silent_names_in_front_keep_no_round_dark() {
    let home = Home::with(60, |names| names.period_seconds = 60).await;
    let rows: Vec<_> = (0..60)
        .map(|number| {
            let (state, due_at) = match number < 58 {
                true => (NameState::Failing, at(0)),
                // Those of one state work, and those of the other do as well.
                false => (NameState::Degraded, at(50)),
            };
            WatchedName { state, due_at, ..WatchedName::new(name(number), at(0)) }
        })
        .collect();
    home.put(&rows).await;
    (0..58).for_each(|number| home.peers.does(&name(number), Does::Hang));
    let check = Arc::new(Check { deadline_ms: 400, interval_seconds: 60, ..(*home.check).clone() });
    let result = look(home.store.clone(), home.peers.clone(), by(None), check, at(60)).await;
    let list = home.store.find_name_list(home.check.id).await.unwrap().list;
    assert_eq!(list.dark_since, None, "{result:?}");
    assert_eq!(home.in_state(NameState::Ok).await, [name(58), name(59)]);
}

#[tokio::test]
async fn after_a_pause_or_a_long_time_nothing_is_known() {
    let home = Home::with(20, |_| {}).await;
    (0..12).for_each(|number| home.peers.does(&name(number), REFUSES));
    assert_eq!(home.rounds(6).await.0, Verdict::Fail);
    assert_eq!(home.counts().await.failing, 12);
    home.peers.all_do(Does::Work(Reach::Far));
    home.wait(1_300);
    assert_eq!(home.round().await, (Verdict::Ok, String::new()));
    assert_eq!(home.counts().await.failing, 0);

    (0..12).for_each(|number| home.peers.does(&name(number), REFUSES));
    home.rounds(80).await;
    assert_eq!(home.counts().await.failing, 12);
    home.peers.all_do(Does::Work(Reach::Far));
    let (actor, entropy) = (actor(), Entropy::from_system());
    let now = at(*home.second.lock().unwrap());
    let change = Change { actor: &actor, entropy: &entropy, now };
    checks::pause_check(&home.store, home.check.id, None, change).await.unwrap();
    checks::resume_check(&home.store, home.check.id, None, change).await.unwrap();
    assert_eq!(home.counts().await, NameCounts { untried: 20, ..NameCounts::default() });
    assert_eq!(home.round().await, (Verdict::Ok, String::new()));
}

#[tokio::test]
async fn a_sweep_that_is_late_is_told() {
    let home = Home::with(30, |names| names.period_seconds = 60).await;
    home.rounds(4).await;
    home.wait(110);
    assert_eq!(home.round().await.0, Verdict::Ok);
    let rows = home.store.slice_names(home.check.id, None, "", 99).await.unwrap();
    let late: Vec<_> = rows.into_iter().map(|one| WatchedName { due_at: at(-40), ..one }).collect();
    home.put(&late).await;
    let (verdict, told) = home.round().await;
    assert_eq!(verdict, Verdict::Degraded);
    assert!(told.starts_with("not all names are asked within the period: one was due"), "{told}");
}

#[tokio::test]
async fn who_probes_no_more_writes_nothing() {
    let home = Home::with(5, |_| {}).await;
    home.store.take_lease(keeping::LEASE, "here", at(99), None).await.unwrap();
    let ask = |holder| {
        look(home.store.clone(), home.peers.clone(), by(Some(holder)), home.check.clone(), at(10))
    };
    assert_eq!(ask("elsewhere").await.verdict, Verdict::Unknown);
    assert_eq!(home.counts().await.untried, 5);
    assert_eq!(ask("here").await.verdict, Verdict::Ok);
    assert_eq!(home.counts().await.ok, 5);
}

/// Begins a round, and waits until its names are asked.
async fn held(home: &Home, second: i64) -> (tokio::task::JoinHandle<ProbeResult>, Arc<Notify>) {
    let (waits, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    *home.peers.gate.lock().unwrap() = Some((waits.clone(), goes_on.clone()));
    let (store, peers, check) = (home.store.clone(), home.peers.clone(), home.check.clone());
    let round = tokio::spawn(look(store, peers, by(None), check, at(second)));
    waits.notified().await;
    *home.peers.gate.lock().unwrap() = None;
    (round, goes_on)
}

#[tokio::test]
async fn what_was_asked_meanwhile_is_not_written_over() {
    let home = Home::with(1, |_| {}).await;
    let (round, goes_on) = held(&home, 90).await;
    // Somebody else is faster, and finds it well.
    home.wait(90);
    assert_eq!(home.round().await.0, Verdict::Ok);
    goes_on.notify_one();
    round.await.unwrap();
    let row = &home.store.slice_names(home.check.id, None, "", 1).await.unwrap()[0];
    assert_eq!(row.probed_at, Some(at(100)));
}

fn renewal(home: &Home) -> list::Renewal {
    list::Renewal {
        store: home.store.clone(),
        prober: home.peers.clone(),
        by: by(None),
        id: home.check.id,
        url: "https://shop.example.com/l".to_owned(),
        version: 0,
        now: at(10),
    }
}

#[tokio::test]
async fn a_list_that_takes_longer_than_a_round_is_read_all_the_same() {
    let home = Home::open(|names| names.list_url = Some("https://shop.example.com/l".to_owned()));
    let home = home.await;
    home.peers.list(200, &name(1));
    let goes_on = Arc::new(Notify::new());
    *home.peers.list_waits.lock().unwrap() = Some(goes_on.clone());
    renewal(&home).run(Duration::from_millis(1)).await.unwrap();
    assert_eq!(home.counts().await, NameCounts::default());
    let list = home.store.find_name_list(home.check.id).await.unwrap().list;
    assert_eq!((list.tried_at, list.read_at), (Some(at(10)), None));
    goes_on.notify_one();
    while home.counts().await.untried == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn names_of_a_check_that_is_removed_meanwhile_do_not_come_to_be() {
    let home = Home::open(|names| names.list_url = Some("https://shop.example.com/l".to_owned()));
    let home = home.await;
    home.peers.list(200, &name(1));
    let renewal = renewal(&home);
    let mut transaction = home.store.begin().await.unwrap();
    transaction.remove_check(&home.check, 1).await.unwrap();
    transaction.commit().await.unwrap();
    renewal.run(Duration::from_secs(9)).await.unwrap();
    assert_eq!(home.counts().await, NameCounts::default());
    let row = home.store.find_name_list(home.check.id).await.unwrap();
    assert_eq!(row, NameListRow::default());
}

#[tokio::test]
async fn the_same_list_leaves_a_round_alone_and_another_one_is_audited() {
    let home = Home::open(|names| {
        names.list_url = Some("https://shop.example.com/l".to_owned());
        names.period_seconds = 60;
    })
    .await;
    home.peers.list(200, &name(1));
    assert_eq!(home.round().await.0, Verdict::Ok);
    let newest = home.store.list_audit_entries(&AuditFilter::default(), 9).await.unwrap();
    assert_eq!(audited(&newest), json!({"added": 1, "names": 1, "removed": 0}));
    let (round, goes_on) = held(&home, 20).await;
    home.set(vec![name(1)], false).await.unwrap();
    goes_on.notify_one();
    assert_eq!(round.await.unwrap().verdict, Verdict::Ok);
    // Read again, it is the same, and nobody hears of that.
    home.wait(90);
    home.round().await;
    let entries = home.store.list_audit_entries(&AuditFilter::default(), 9).await.unwrap();
    assert_eq!(entries.len(), newest.len() + 1, "that of the one who set it");
}
