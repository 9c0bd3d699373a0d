//! What follows from members, by examples and for all of them.

use proptest::prelude::*;

use super::*;
use crate::Entropy;

const ALL_OF_THEM: [Verdict; 4] = [Verdict::Ok, Verdict::Degraded, Verdict::Fail, Verdict::Unknown];

fn members(believed: &[Verdict]) -> Vec<Member> {
    let member = |(place, believed): (usize, &Verdict)| Member {
        name: format!("replica-{place}"),
        believed: *believed,
        since: matches!(believed, Verdict::Fail | Verdict::Degraded)
            .then(|| "2026-11-22T10:12:00.25Z".parse().unwrap()),
    };
    believed.iter().enumerate().map(member).collect()
}

fn group(members: usize, up_min: Option<u16>) -> GroupCheck {
    let entropy = Entropy::from_seed(5);
    GroupCheck::of((0..members).map(|_| entropy.id(Timestamp::UNIX_EPOCH)).collect(), up_min)
}

fn verdict(believed: &[Verdict], up_min: Option<u16>) -> Verdict {
    group(believed.len(), up_min).verdict(&members(believed)).0
}

#[test]
fn a_table_of_groups() {
    use Verdict::{Degraded, Fail, Ok, Unknown};
    for (believed, up_min, wanted) in [
        (&[Ok, Ok, Ok][..], None, Ok),
        (&[Ok, Degraded, Ok], None, Degraded),
        (&[Ok, Degraded, Fail], None, Fail),
        (&[Ok, Unknown, Fail], None, Fail),
        (&[Ok, Unknown, Degraded], None, Unknown),
        (&[Ok, Unknown], None, Unknown),
        (&[Ok, Ok, Ok], Some(2), Ok),
        // One more, and it is down.
        (&[Ok, Ok, Fail], Some(2), Degraded),
        (&[Ok, Fail, Fail], Some(2), Fail),
        // There is one to spare.
        (&[Ok, Ok, Ok, Fail], Some(2), Ok),
        // Two have to work well, and one does.
        (&[Ok, Degraded, Degraded, Degraded], Some(2), Degraded),
        (&[Ok, Ok, Degraded], Some(2), Ok),
        (&[Ok, Ok], Some(2), Ok),
        (&[Fail, Fail, Unknown], Some(2), Fail),
        (&[Ok, Ok, Ok, Unknown], Some(2), Ok),
        (&[Ok, Ok, Unknown], Some(2), Unknown),
        (&[Ok, Fail, Unknown], Some(2), Unknown),
        (&[Unknown, Unknown], Some(1), Unknown),
        (&[], None, Unknown),
        (&[], Some(2), Unknown),
    ] {
        assert_eq!(verdict(believed, up_min), wanted, "{believed:?} {up_min:?}");
    }
}

#[test]
fn the_sentence_names_who_is_down() {
    use Verdict::{Degraded, Fail, Ok, Unknown};
    let told = |believed: &[Verdict], paused: usize, up_min| {
        let group = group(believed.len() + paused, up_min);
        group.verdict(&members(believed)).1.map(|reason| {
            assert_eq!(reason.code, ReasonCode::Members);
            reason.told
        })
    };
    assert_eq!(told(&[Ok, Ok], 1, None), None);
    assert_eq!(
        told(&[Ok, Fail, Ok], 0, Some(2)).unwrap(),
        "2 of 3 work, at least 2 must: replica-1 is down since 2026-11-22 10:12:00 UTC"
    );
    assert_eq!(
        told(&[Unknown, Degraded, Fail], 1, None).unwrap(),
        "1 of 3 work, all must: replica-2 is down since 2026-11-22 10:12:00 UTC, replica-1 is degraded \
         since 2026-11-22 10:12:00 UTC, nothing is known of replica-0; 1 is paused or gone, and does not \
         count"
    );
    assert_eq!(
        told(&[], 2, None).unwrap(),
        "none of its members is watched: resume one, or name others"
    );
    let many = told(&[Fail; 100], 0, Some(1)).unwrap();
    assert!(many.ends_with(&format!(", and {} more", 100 - MEMBERS_TOLD_MAX)), "{many}");
}

#[test]
fn those_that_are_paused_do_not_count() {
    use Verdict::{Fail, Ok};
    let of_three = group(3, Some(2));
    assert_eq!(of_three.verdict(&members(&[Ok, Fail])).0, Fail);
    assert_eq!(of_three.verdict(&members(&[Ok])).0, Ok, "all that are watched have to work");
    assert_eq!(of_three.verdict(&members(&[Fail])).0, Fail);
}

#[test]
fn how_many_have_to_work_is_typed() {
    for (typed, target, up_min) in [
        ("group:", "group:all", None),
        ("Group:ALL", "group:all", None),
        ("group: 2", "group:2", Some(2)),
        ("group:65535", "group:65535", Some(65_535)),
    ] {
        let kind: CheckKind = typed.parse().unwrap();
        assert_eq!(kind.as_group().unwrap().up_min, up_min);
        assert_eq!(kind.target(), target);
        assert_eq!(target.parse::<CheckKind>().unwrap(), kind);
    }
    for wrong in ["group:+2", "group:-1", "group:two", "group:65536", "group:2 of 3"] {
        assert_eq!(wrong.parse::<CheckKind>().unwrap_err().field, "target", "{wrong}");
    }
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    prop::sample::select(&ALL_OF_THEM[..])
}

/// How bad it is, where anything is known.
fn badness(verdict: Verdict) -> Option<u8> {
    match verdict {
        Verdict::Ok => Some(0),
        Verdict::Degraded => Some(1),
        Verdict::Fail => Some(2),
        Verdict::Unknown => None,
    }
}

proptest! {
    #[test]
    fn the_order_of_members_does_not_matter(
        (believed, shuffled) in prop::collection::vec(any_verdict(), 0..9)
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        up_min in prop::option::of(0..10_u16),
    ) {
        prop_assert_eq!(verdict(&believed, up_min), verdict(&shuffled, up_min));
    }

    #[test]
    fn what_is_said_holds_whatever_the_unknown_ones_are(
        believed in prop::collection::vec(any_verdict(), 1..7),
        up_min in prop::option::of(1..8_u16),
    ) {
        let unknown = believed.iter().filter(|one| **one == Verdict::Unknown).count();
        let mut found = std::collections::BTreeSet::new();
        for nth in 0..3_usize.pow(u32::try_from(unknown).unwrap()) {
            let mut rest = nth;
            let known = believed.iter().map(|one| match one {
                Verdict::Unknown => {
                    let it = ALL_OF_THEM[rest % 3];
                    rest /= 3;
                    it
                }
                known => *known,
            });
            found.insert(verdict(&known.collect::<Vec<_>>(), up_min));
        }
        prop_assert!(!found.contains(&Verdict::Unknown), "what is known leads to something");
        let wanted = match found.len() {
            1 => *found.first().unwrap(),
            _ => Verdict::Unknown,
        };
        prop_assert_eq!(verdict(&believed, up_min), wanted);
    }

    #[test]
    fn a_member_that_gets_worse_makes_nothing_better(
        believed in prop::collection::vec(any_verdict(), 1..9),
        place in any::<prop::sample::Index>(),
        up_min in prop::option::of(1..10_u16),
    ) {
        let at = place.index(believed.len());
        let mut worse = believed.clone();
        worse[at] = Verdict::Fail;
        let (before, after) = (verdict(&believed, up_min), verdict(&worse, up_min));
        if let (Some(before), Some(after)) = (badness(before), badness(after)) {
            prop_assert!(after >= before, "{:?} to {:?}", believed, worse);
        }
    }

    #[test]
    fn all_of_them_is_the_worst_of_them(
        believed in prop::collection::vec(prop::sample::select(&ALL_OF_THEM[..3]), 1..9),
    ) {
        let worst = believed.iter().copied().max().unwrap();
        prop_assert_eq!(verdict(&believed, None), worst);
        let count = u16::try_from(believed.len()).unwrap();
        prop_assert_eq!(verdict(&believed, Some(count)), worst);
    }
}
