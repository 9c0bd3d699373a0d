//! What vantage points see, and when they were blind.

use allclear_domain::check::{
    BlindCause, BlindSpell, Known, Reach, Sentinel, SentinelRole, Sight, VantagePoint, View,
};
use allclear_domain::limits::BLIND_SPELLS_MAX;
use jiff::SignedDuration;

use crate::harness::Home;
use crate::samples::{NOW, at};

fn spell(second: i64) -> BlindSpell {
    BlindSpell {
        vantage: VantagePoint::core(),
        began_at: at(NOW) + SignedDuration::from_secs(second),
        ended_at: None,
        cause: BlindCause::NoNetwork,
    }
}

pub(crate) async fn what_is_seen_is_replaced_and_spells_are_kept(home: Home) {
    let (store, core) = (&home.store, VantagePoint::core());
    assert_eq!(store.find_sight(&core).await.unwrap(), None);
    let sentinel = Sentinel {
        role: SentinelRole::Gateway,
        address: "192.0.2.1".to_owned(),
        reach: Reach::Near,
    };
    let known = Known { sentinel, answered_at: Some(at(NOW)), is_silent: false };
    let clear =
        Sight { view: View::Clear, sentinels: vec![known], ..Sight::new(core.clone(), at(NOW)) };
    let blind = Sight { view: View::Blind, seen_at: Some(at(NOW)), ..clear.clone() };
    let put = async |sight: Option<&Sight>, spells: &[BlindSpell]| {
        let mut transaction = store.begin().await.unwrap();
        transaction.put_seen(sight, spells.iter()).await.unwrap();
        transaction.commit().await.unwrap();
    };
    put(Some(&clear), &[]).await;
    assert_eq!(store.find_sight(&core).await.unwrap(), Some(clear));
    put(Some(&blind), &[spell(0)]).await;
    assert_eq!(store.find_sight(&core).await.unwrap(), Some(blind));
    assert_eq!(store.find_open_blind_spell(&core).await.unwrap(), Some(spell(0)));
    // It ends, and another begins: in one writing, where the database was locked meanwhile.
    let over = BlindSpell { ended_at: Some(spell(5).began_at), ..spell(0) };
    put(None, &[over.clone(), spell(9)]).await;
    assert_eq!(store.find_open_blind_spell(&core).await.unwrap(), Some(spell(9)));
    assert_eq!(store.list_latest_blind_spells(&core, 9).await.unwrap(), [spell(9), over]);

    // A damaged row keeps nobody from looking.
    home.run("update sights set document = '{}'").await;
    assert_eq!(store.find_sight(&core).await.unwrap(), None);
}

pub(crate) async fn the_oldest_spells_go_when_there_are_too_many(home: Home) {
    let core = VantagePoint::core();
    let most = i64::from(BLIND_SPELLS_MAX);
    let spells: Vec<_> = (0..most + 2).map(spell).collect();
    let mut transaction = home.store.begin().await.unwrap();
    transaction.put_seen(None, spells.iter()).await.unwrap();
    transaction.commit().await.unwrap();
    let kept = home.store.list_latest_blind_spells(&core, u16::MAX).await.unwrap();
    assert_eq!(i64::try_from(kept.len()).unwrap(), most);
    assert_eq!(kept.last(), Some(&spell(2)));
}
