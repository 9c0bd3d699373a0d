//! Places of the clock.

use proptest::prelude::*;
use uuid::Uuid;

use super::super::{CheckKind, OnOutage, Patience, TcpCheck, Verdict};
use super::*;
use crate::text::Key;
use crate::{Entropy, limits};

fn check(id: CheckId, interval_seconds: u32) -> Check {
    let tcp = TcpCheck {
        host: "example.com".to_owned(),
        port: 1,
        connect_to: None,
        tls: false,
        send: None,
        expect: None,
    };
    Check {
        id,
        key: Key::new("example").unwrap(),
        name: "Example".to_owned(),
        kind: CheckKind::Tcp(tcp),
        interval_seconds,
        deadline_ms: 1_000,
        slow_after_ms: None,
        patience: Patience::default(),
        affects: Vec::new(),
        on_outage: OnOutage::default(),
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
        paused_at: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

proptest! {
    #[test]
    fn regular_probes_are_one_interval_apart_whatever_happens_between(
        id in any::<u128>(),
        interval in 1_u32..=limits::CHECK_INTERVAL_SECONDS_MAX,
        second in 0_i64..4_000_000_000,
        late in 0_i64..1_000_000,
    ) {
        let check = check(Uuid::from_u128(id).into(), interval);
        let now = Timestamp::from_second(second).unwrap();
        let first = next_probe_at(&check, &Judgment::default(), now);
        let step = i64::from(interval) * 1_000_000;
        let wait = first.as_microsecond() - now.as_microsecond();
        prop_assert!((1..=step).contains(&wait));
        // A probe that begins a little late does not move the later ones.
        let late = Timestamp::from_microsecond(first.as_microsecond() + late.min(step - 1)).unwrap();
        let second = next_probe_at(&check, &Judgment::default(), late);
        prop_assert_eq!(second.as_microsecond() - first.as_microsecond(), step);
    }
}

#[test]
fn checks_are_spread_over_all_of_their_interval() {
    let entropy = Entropy::from_seed(1);
    let mut tenths = [0; 10];
    for _ in 0..10_000 {
        let id: CheckId = entropy.id(Timestamp::UNIX_EPOCH);
        tenths[usize::try_from(phase(id, 10_000_000) / 1_000_000).unwrap()] += 1;
    }
    assert!(tenths.iter().all(|tenth| (800..1_200).contains(tenth)), "{tenths:?}");
}

#[test]
fn a_suspicion_is_looked_into_soon_and_no_later_than_usual() {
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let id = CheckId::from(Uuid::from_u128(7));
    let mut judgment = Judgment::default();
    let patience = Patience { fail_after: 9, ..Patience::default() };
    let mut waits = Vec::new();
    for sample in 0..7 {
        let sampled_at = now + SignedDuration::from_secs(sample);
        judgment = judgment.hear(patience, Verdict::Fail, sampled_at).0;
        let next = next_probe_at(&check(id, 86_400), &judgment, now);
        waits.push(next.duration_since(now).as_secs());
        let often = next_probe_at(&check(id, 1), &judgment, now);
        assert!(often.duration_since(now) <= SignedDuration::from_secs(1));
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 32, 32]);
}

#[test]
fn a_sample_is_fresh_until_the_next_one_is_late() {
    let check = check(CheckId::from(Uuid::nil()), 60);
    assert_eq!(fresh_for(&check), SignedDuration::from_secs(91));
}
