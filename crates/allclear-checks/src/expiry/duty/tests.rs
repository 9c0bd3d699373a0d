//! The duty on a store, with a turned clock and a registry that says what it is told to.

use std::sync::Mutex as Said;

use allclear_domain::TurnedClock;
use allclear_domain::check::{Judgment, Leaf, Verdict};
use allclear_domain::expiry::ExpiryState;
use allclear_store::{About, AuditFilter, Judged, Location};
use jiff::civil::date;
use tempfile::TempDir;

use super::super::{NewExpiry, NewWhat, add_expiry, change_expiry, remove_expiry};
use super::*;
use crate::for_tests::{self, at};
use crate::prober::{Fetch, Fetched, Fetching, Prober, Probing};

const DAY: i64 = 86_400;

/// Answers what it is told to, and remembers what it was asked.
#[derive(Default)]
struct Registry {
    says: Said<Option<(u16, String)>>,
    asked: Said<Vec<String>>,
}

impl Prober for Registry {
    fn probe(&self, check: Arc<allclear_domain::Check>, _: Timestamp) -> Probing {
        panic!("{} is probed", check.key)
    }

    fn fetch(&self, fetch: Fetch, _: Timestamp) -> Fetching {
        self.asked.lock().unwrap().push(fetch.url);
        let told =
            || allclear_domain::check::Reason::new(ReasonCode::Ours, "no network".to_owned());
        let said = self.says.lock().unwrap().clone().ok_or_else(told);
        let said = said.map(|(status, body)| Fetched { status, body: body.into_bytes() });
        Box::pin(async {
            // Somebody else may be faster.
            tokio::task::yield_now().await;
            said
        })
    }
}

struct Home {
    _folder: TempDir,
    store: Store,
    registry: Arc<Registry>,
    duty: ExpiryDuty,
    entropy: Entropy,
}

/// The duty of one node.
fn duty(store: &Store, registry: &Arc<Registry>, seed: u64) -> ExpiryDuty {
    let base = Some("https://rdap.example.com/".to_owned());
    let registries = Registries::new(registry.clone(), base);
    let (clock, entropy) = (TurnedClock::at(at(0)), Arc::new(Entropy::from_seed(seed)));
    ExpiryDuty::new(store.clone(), Arc::new(clock), entropy, registries)
}

impl Home {
    async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
        let registry = Arc::new(Registry::default());
        let duty = duty(&store, &registry, 7);
        Self { _folder: folder, store, registry, duty, entropy: Entropy::from_seed(8) }
    }

    async fn add(&self, name: &str, what: NewWhat) -> Expiry {
        let new = NewExpiry {
            name: name.to_owned(),
            what,
            warn_days: Expiry::USUAL_WARN_DAYS.to_vec(),
            owner: None,
            note: None,
            link: None,
        };
        let actor = Actor::Command("test".to_owned());
        let change = Change { actor: &actor, entropy: &self.entropy, now: at(0) };
        add_expiry(&self.store, new, change).await.unwrap().value.expiry
    }

    /// As if a check had seen this with its last probe.
    async fn see(&self, check_id: CheckId, served: Option<Leaf>, second: i64) {
        let result = for_tests::result(Verdict::Ok, at(second));
        let last = allclear_domain::check::ProbeResult { leaf: served, ..result };
        let judged = Judged { check_id, judgment: Judgment::default(), last, last_bad: None };
        let mut transaction = self.store.begin().await.unwrap();
        transaction.put_judgments(&[judged]).await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn check(&self) -> CheckId {
        let check = for_tests::check(&self.entropy, "shop");
        let mut transaction = self.store.begin().await.unwrap();
        transaction.insert_checks(std::slice::from_ref(&check)).await.unwrap();
        transaction.commit().await.unwrap();
        check.id
    }

    async fn all(&self) -> Vec<ExpiryRow> {
        self.store.list_readable_expiries().await.unwrap().expiries
    }

    async fn only(&self) -> ExpiryRow {
        let mut all = self.all().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// Who wrote the audit entries about something that ends, the last one first.
    async fn audited(&self, id: ExpiryId) -> Vec<String> {
        let about = Some(About::One(allclear_domain::audit::Subject::Expiry(id)));
        let filter = AuditFilter { about, ..AuditFilter::default() };
        let entries = self.store.list_audit_entries(&filter, 99).await.unwrap();
        entries.iter().map(|entry| entry.actor.to_string()).collect()
    }
}

fn leaf(serial: &str, ends_in_days: i64) -> Leaf {
    Leaf {
        name: "shop.example.com".to_owned(),
        issuer: "CN=Authority".to_owned(),
        serial: serial.to_owned(),
        ends_at: at(ends_in_days * DAY),
    }
}

#[tokio::test]
async fn what_a_check_sees_is_entered_and_followed() {
    let home = Home::open().await;
    let check_id = home.check().await;
    assert_eq!(home.duty.run_once(at(0)).await.unwrap(), Report::default());
    home.see(check_id, Some(leaf("01", 40)), 10).await;
    let report = home.duty.run_once(at(20)).await.unwrap();
    assert_eq!((report.seen, report.warned), (1, 0));
    let row = home.only().await;
    assert_eq!((row.expiry.ends_at(), row.seen_at), (Some(at(40 * DAY)), Some(at(10))));
    assert_eq!(row.expiry.name, "shop");
    // Nothing new is nothing to write.
    let revision = home.store.revision().await.unwrap();
    assert_eq!(home.duty.run_once(at(30)).await.unwrap(), Report::default());
    assert_eq!(home.store.revision().await.unwrap(), revision);

    // On disk it was renewed weeks ago; the old one is served, and that is what counts.
    home.see(check_id, Some(leaf("01", 40)), 34 * DAY).await;
    let report = home.duty.run_once(at(34 * DAY)).await.unwrap();
    assert_eq!((report.seen, report.warned), (0, 1));
    let row = home.only().await;
    assert_eq!(row.expiry.state(at(34 * DAY)), ExpiryState::Soon);
    assert_eq!(row.seen_at, Some(at(34 * DAY)));
}

#[tokio::test]
async fn a_renewal_takes_over_once_the_old_one_was_not_seen_for_a_day() {
    let home = Home::open().await;
    let check_id = home.check().await;
    home.see(check_id, Some(leaf("01", 20)), 0).await;
    let report = home.duty.run_once(at(0)).await.unwrap();
    assert_eq!((report.seen, report.warned), (1, 1));
    for second in [60, 3_600, 12 * 3_600, DAY - 1] {
        home.see(check_id, Some(leaf("02", 120)), second).await;
        assert_eq!(home.duty.run_once(at(second)).await.unwrap(), Report::default());
        let row = home.only().await;
        assert!(row.expiry.is_of(&leaf("01", 20)), "{second}");
        assert_eq!(row.seen_at, Some(at(0)), "another one was seen");
    }
    home.see(check_id, Some(leaf("02", 120)), DAY).await;
    let report = home.duty.run_once(at(DAY)).await.unwrap();
    assert_eq!((report.seen, report.warned), (1, 0));
    let row = home.only().await;
    assert!(row.expiry.is_of(&leaf("02", 120)));
    assert_eq!(row.expiry.state(at(DAY)), ExpiryState::Fine);
    assert_eq!((row.expiry.warned_at, row.seen_at), (None, Some(at(DAY))));
}

#[tokio::test]
async fn of_two_that_are_served_in_turn_the_one_that_ends_first_is_told() {
    let home = Home::open().await;
    let check_id = home.check().await;
    let (first, later) = (leaf("01", 20), leaf("02", 120));
    let (mut seen, mut warned) = (0, 0);
    for minute in 0..=60 {
        let served = if minute % 2 == 0 { &first } else { &later };
        home.see(check_id, Some(served.clone()), minute * 60).await;
        let report = home.duty.run_once(at(minute * 60)).await.unwrap();
        seen += report.seen;
        warned += report.warned;
        assert!(home.only().await.expiry.is_of(&first), "minute {minute}");
    }
    assert_eq!((seen, warned), (1, 1));
    let row = home.only().await;
    assert_eq!(row.seen_at, Some(at(3_600)), "it is written down each hour");
    // One for what was seen, one for the warning.
    assert_eq!(home.audited(row.expiry.id).await, ["duty:expiry"; 2]);
    // The other one is not told for as long as this one is seen now and then.
    for hour in 2..60 {
        let served = if hour % 12 == 0 { &first } else { &later };
        home.see(check_id, Some(served.clone()), hour * 3_600).await;
        assert_eq!(home.duty.run_once(at(hour * 3_600)).await.unwrap().seen, 0, "hour {hour}");
    }
    assert!(home.only().await.expiry.is_of(&first));
}

#[tokio::test]
async fn a_certificate_goes_with_its_check() {
    let home = Home::open().await;
    let check_id = home.check().await;
    home.see(check_id, Some(leaf("01", 40)), 10).await;
    home.duty.run_once(at(20)).await.unwrap();
    let row = home.only().await;
    let actor = Actor::Command("test".to_owned());
    let change = Change { actor: &actor, entropy: &home.entropy, now: at(30) };
    let error = remove_expiry(&home.store, row.expiry.id, None, change).await.unwrap_err();
    assert!(matches!(error, WriteError::Transition(_)), "{error}");
    let move_it = |one: Expiry| Ok(one.with(Ending::Dated { due_on: date(2030, 1, 1) }, vec![]));
    let moved = change_expiry(&home.store, row.expiry.id, None, change, move_it).await;
    assert!(matches!(moved, Err(WriteError::Transition(_))), "{moved:?}");
    let owned = |one: Expiry| Ok(Expiry { owner: Some("Ops".to_owned()), ..one });
    change_expiry(&home.store, row.expiry.id, Some(1), change, owned).await.unwrap();
    // What people said of it stays when another one is served.
    home.see(check_id, Some(leaf("02", 35)), 40).await;
    assert_eq!(home.duty.run_once(at(50)).await.unwrap().seen, 1);
    let row = home.only().await;
    assert_eq!((row.expiry.ends_at(), row.seen_at), (Some(at(35 * DAY)), Some(at(40))));
    assert_eq!(row.expiry.owner.as_deref(), Some("Ops"));
    let check = home.store.find_check(check_id).await.unwrap().unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    transaction.remove_check(&check.value, check.version).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(home.duty.run_once(at(60)).await.unwrap().gone, 1);
    assert_eq!(home.all().await, []);
}

#[tokio::test]
async fn a_registry_is_asked_once_a_day() {
    let home = Home::open().await;
    home.add("", NewWhat::Domain("Example.COM.".to_owned())).await;
    // Our own network fails: nothing is known, and it is asked again soon.
    assert_eq!(home.duty.run_once(at(0)).await.unwrap().asked, 1);
    let of = |row: ExpiryRow| match row.expiry.what {
        Ending::Domain(domain) => domain,
        other => panic!("{other:?}"),
    };
    let domain = of(home.only().await);
    assert_eq!((domain.domain.as_str(), domain.ends_at), ("example.com", None));
    assert_eq!(domain.problem.as_deref(), Some("no network"));
    assert_eq!(home.duty.run_once(at(3_599)).await.unwrap().asked, 0);
    let ends = r#"[{"eventAction":"expiration","eventDate":"2027-02-01T00:00:00Z"}]"#;
    let body = format!(r#"{{"objectClassName":"domain","events":{ends}}}"#);
    *home.registry.says.lock().unwrap() = Some((200, body));
    let report = home.duty.run_once(at(3_600)).await.unwrap();
    assert_eq!((report.asked, report.warned), (1, 0));
    let report = home.duty.run_once(at(3_660)).await.unwrap();
    assert_eq!((report.asked, report.warned), (0, 1), "it ends within days");
    let domain = of(home.only().await);
    assert_eq!(domain.ends_at.unwrap().to_string(), "2027-02-01T00:00:00Z");
    assert_eq!(domain.problem, None);
    assert_eq!(home.duty.run_once(at(3_600 + DAY - 1)).await.unwrap().asked, 0);
    // What was known stays while nobody answers.
    *home.registry.says.lock().unwrap() = Some((503, String::new()));
    assert_eq!(home.duty.run_once(at(3_600 + DAY)).await.unwrap().asked, 1);
    let domain = of(home.only().await);
    assert!(domain.ends_at.is_some() && domain.problem.unwrap().contains("503"));
    assert_eq!(home.duty.run_once(at(3_600 + DAY + 7_200)).await.unwrap().asked, 0);
    // The same answer as the day before is written, and not audited.
    let row = home.only().await;
    let audited = home.audited(row.expiry.id).await;
    assert_eq!(home.duty.run_once(at(3_600 + 2 * DAY)).await.unwrap().asked, 1);
    assert_eq!(home.audited(row.expiry.id).await, audited);
    assert_eq!(of(home.only().await).asked_at, Some(at(3_600 + 2 * DAY)));
    let asked = home.registry.asked.lock().unwrap().clone();
    assert_eq!(asked, ["https://rdap.example.com/domain/example.com"; 4]);
}

#[tokio::test]
async fn of_several_nodes_one_asks_a_registry() {
    let home = Home::open().await;
    for name in ["example.com", "example.net", "example.org"] {
        home.add("", NewWhat::Domain(name.to_owned())).await;
    }
    let other = duty(&home.store, &home.registry, 9);
    let (one, other) = tokio::join!(home.duty.run_once(at(0)), other.run_once(at(0)));
    assert_eq!(one.unwrap().asked + other.unwrap().asked, 3);
    assert_eq!(home.registry.asked.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn who_is_stopped_while_asking_keeps_nobody_from_it_for_long() {
    let home = Home::open().await;
    let one = home.add("", NewWhat::Domain("example.com".to_owned())).await;
    assert!(home.duty.change(one.id, at(0), |one| taken(one, at(0))).await.unwrap());
    assert_eq!(home.duty.run_once(at(599)).await.unwrap().asked, 0);
    assert_eq!(home.duty.run_once(at(600)).await.unwrap().asked, 1);
}

#[tokio::test]
async fn somebody_is_warned_once_however_long_nobody_looked() {
    let home = Home::open().await;
    let today = at(0).to_zoned(jiff::tz::TimeZone::UTC).date();
    let due_on = today.checked_add(jiff::Span::new().days(60)).unwrap();
    let one = home.add("Invoice", NewWhat::Dated(due_on)).await;
    assert_eq!(home.duty.run_once(at(0)).await.unwrap().warned, 0);
    // Somebody was away for the first two times.
    assert_eq!(home.duty.run_once(at(50 * DAY)).await.unwrap().warned, 1);
    assert_eq!(home.duty.run_once(at(50 * DAY + 60)).await.unwrap().warned, 0);
    let actor = Actor::Command("test".to_owned());
    let change = Change { actor: &actor, entropy: &home.entropy, now: at(51 * DAY) };
    let next = due_on.checked_add(jiff::Span::new().years(1)).unwrap();
    let renew = |one: Expiry| {
        let days = one.warn_days.clone();
        Ok(one.with(Ending::Dated { due_on: next }, days))
    };
    change_expiry(&home.store, one.id, None, change, renew).await.unwrap();
    assert_eq!(home.duty.run_once(at(52 * DAY)).await.unwrap().warned, 0);
    let audited = home.audited(one.id).await;
    assert_eq!(audited, ["command:test", "duty:expiry", "command:test"]);
}
