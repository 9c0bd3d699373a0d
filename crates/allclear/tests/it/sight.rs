//! Our own line dies: readers are told nothing, people are, and it is seen for what it was. Sentinels
//! and targets do as they are told here; with real links this is in the tests of checks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use allclear_checks::Prober;
use allclear_checks::prober::{Looking, Probing};
use allclear_domain::check::{
    ProbeResult, Reach, Reason, ReasonCode, Round, Sentinel, SentinelRole, Sign, VantagePoint,
    Verdict,
};
use allclear_domain::{Check, Clock};
use jiff::{SignedDuration, Timestamp};

use crate::console::Office;
use crate::support::Engine;
use crate::support::reader::Reader;

/// How often something is looked for before it counts as missing.
const LOOKS: usize = 1_200;

/// What answers at present.
#[derive(Clone, Copy)]
struct World {
    target: bool,
    line: bool,
}

#[derive(Clone)]
struct Line(Arc<Mutex<World>>);

impl Line {
    fn is(&self, target: bool, line: bool) {
        *self.0.lock().unwrap() = World { target, line };
    }
}

impl Prober for Line {
    fn probe(&self, _: Arc<Check>, probed_at: Timestamp) -> Probing {
        let World { target, line } = *self.0.lock().unwrap();
        let ours = ProbeResult::ours(VantagePoint::core(), probed_at, "");
        let reason = Reason::new(ReasonCode::TimedOut, "no answer in time".to_owned());
        let (verdict, reason) = match target && line {
            true => (Verdict::Ok, None),
            false => (Verdict::Fail, Some(reason)),
        };
        let result = ProbeResult { verdict, reason, reach: Some(Reach::Far), ..ours };
        Box::pin(std::future::ready(result))
    }

    fn look(&self) -> Looking {
        let sign = if self.0.lock().unwrap().line { Sign::Answered } else { Sign::Silent };
        let sentinel = |role, address: &str, reach| {
            (Sentinel { role, address: address.to_owned(), reach }, sign)
        };
        let round = Round(vec![
            sentinel(SentinelRole::Gateway, "192.0.2.1", Reach::Near),
            sentinel(SentinelRole::Anchor, "192.5.5.241:53", Reach::Far),
        ]);
        Box::pin(std::future::ready(round))
    }
}

/// Lets time pass, a second at a time, until something is so.
async fn until(office: &Office, what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..LOOKS {
        if is_so().await {
            return;
        }
        office.clock.turn(SignedDuration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} never comes");
}

#[tokio::test]
async fn our_own_line_dies_and_readers_are_told_nothing() {
    for engine in Engine::ALL {
        let line = Line(Arc::new(Mutex::new(World { target: true, line: true })));
        let prober = Arc::new(line.clone());
        let mut office = Office::open_under(engine, |under| under.prober = prober).await;
        office.page("Shop").await;
        let fields = [
            ("target", "https://shop.example.com/"),
            ("component", "new:shop"),
            ("failing", "major_outage"),
            ("degraded", "operational"),
            ("interval", "10"),
        ];
        office.watch(&fields).await;
        let store = office.instance.store().clone();
        let (check, core) = (office.check("shop.example.com").await, VantagePoint::core());
        let last = async || {
            let judged = store.list_judgments_of(check.id).await.unwrap().pop();
            judged.map(|judged| (judged.last.verdict, judged.last.probed_at))
        };
        until(&office, "a first result", async || last().await.is_some()).await;
        let reader = Reader::of(&office.instance);
        let told = async || reader.get("/").await.text();

        line.is(true, false);
        let is_unknown = async || last().await.is_some_and(|(is, _)| is == Verdict::Unknown);
        until(&office, "an unknown result", is_unknown).await;
        let from = office.clock.now();
        let much_later = async || {
            let (verdict, at) = last().await.unwrap();
            assert_eq!(verdict, Verdict::Unknown);
            at.duration_since(from) > SignedDuration::from_mins(3)
        };
        until(&office, "three minutes of nothing", much_later).await;
        let home = office.owner.get("/console").await;
        assert!(home.text.contains("This machine has not seen the network since"), "{}", home.text);
        let list = office.owner.get("/console/checks").await;
        assert!(list.text.contains("What fails meanwhile is unknown"), "{}", list.text);
        assert!(list.text.contains("1 works"), "what was believed stays: {}", list.text);
        let shown = told().await;
        assert!(shown.contains("All systems operational"), "{shown}");
        assert!(shown.contains("100\u{a0}% uptime"), "{shown}");
        assert_eq!(store.list_latest_outages(check.id, 9).await.unwrap(), [], "no uptime is lost");

        line.is(true, true);
        let is_seen = async || store.find_open_blind_spell(&core).await.unwrap().is_none();
        until(&office, "sight", is_seen).await;
        until(&office, "a result", async || last().await.unwrap().0 == Verdict::Ok).await;
        let home = office.owner.get("/console").await;
        assert!(!home.text.contains("has not seen"), "{}", home.text);
        let page = office.owner.get(&format!("/console/checks/{}", check.id)).await;
        assert!(page.text.contains("it did not see the network"), "{}", page.text);
        assert_eq!(store.list_latest_blind_spells(&core, 9).await.unwrap().len(), 1);

        // Now it is the target.
        let died_at = office.clock.now();
        line.is(false, true);
        let is_down = async || told().await.contains("shop.example.com: major outage");
        until(&office, "the outage", is_down).await;
        let outages = store.list_latest_outages(check.id, 9).await.unwrap();
        assert!(outages.iter().all(|outage| outage.began_at >= died_at), "{outages:?}");
        office.instance.stop().await;
    }
}
