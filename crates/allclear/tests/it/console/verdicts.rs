//! Checks that stand behind others, and those that go up and down, as the console tells of them.

use allclear_domain::Check;
use allclear_domain::check::{Judgment, Patience, ProbeResult, VantagePoint, Verdict};
use allclear_store::Judged;
use jiff::SignedDuration;

use super::Office;
use super::checks::assert_has;
use crate::support::Engine;
use crate::support::reader::clock_now;

const PATIENCE: Patience = Patience { fail_after: 1, recover_after: 1, stable_for_seconds: 0 };

impl Office {
    /// As if this was believed of a check.
    pub(super) async fn believes(&self, check: &Check, judgment: Judgment) {
        let now = clock_now(&self.clock);
        let last = ProbeResult::ours(VantagePoint::core(), now, "made up");
        let judged = Judged { check_id: check.id, judgment, last, last_bad: None };
        let mut transaction = self.instance.store().begin().await.unwrap();
        transaction.put_judgments(&[judged]).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

#[tokio::test]
async fn what_stands_behind_another_is_told_on_both_pages() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Shop").await;
        office.watch(&[("target", "router.example.com:443"), ("name", "Router")]).await;
        let shop = [("target", "shop.example.com:443"), ("name", "Shop"), ("parents", "Router")];
        office.watch(&shop).await;
        let (router, shop) = (office.check("Router").await, office.check("Shop").await);
        assert_eq!(shop.parents, [router.id]);
        let path = format!("/console/checks/{}", shop.id);
        assert_has(&office.owner.get(&format!("{path}/edit")).await, &["value=\"router\""]);

        let now = clock_now(&office.clock);
        let down = Judgment::default().hear(PATIENCE, Verdict::Fail, now).0;
        office.believes(&router, down).await;
        office.believes(&shop, Judgment::default().put_behind(router.id)).await;
        let page = office.owner.get(&path).await;
        assert_has(&page, &["Behind <a href=", "Router</a>, which is down", "Stands behind"]);
        let page = office.owner.get(&format!("/console/checks/{}", router.id)).await;
        assert_has(&page, &["Unknown behind it", "Shop</a>"]);
        assert_has(&office.owner.get("/console/checks").await, &["1 down", "1 behind"]);
        assert_has(&office.owner.get("/console/checks?q=behind").await, &["1 to 1 of 1"]);
    }
}

#[tokio::test]
async fn what_goes_up_and_down_is_told_to_flap() {
    let mut office = Office::open(Engine::Sqlite).await;
    office.page("Shop").await;
    office.watch(&[("target", "shop.example.com:443"), ("name", "Shop")]).await;
    let check = office.check("Shop").await;
    let (mut judgment, mut at) = (Judgment::default(), clock_now(&office.clock));
    for verdict in [Verdict::Fail, Verdict::Ok].repeat(5) {
        judgment = judgment.hear(PATIENCE, verdict, at).0;
        at += SignedDuration::from_secs(10);
    }
    office.believes(&check, judgment).await;
    let page = office.owner.get(&format!("/console/checks/{}", check.id)).await;
    assert_has(&page, &["Flapping", "It goes up and down. That counts as one outage"]);
    assert_has(&office.owner.get("/console/checks").await, &["1 flapping"]);
}
