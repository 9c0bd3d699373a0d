//! Buckets, percentiles and sums.

use proptest::prelude::*;

use super::*;

fn of(times: &[u64]) -> Histogram {
    let mut histogram = Histogram::default();
    times.iter().for_each(|us| histogram.add(*us));
    histogram
}

#[test]
fn buckets_follow_each_other_without_a_gap() {
    let mut before = 0;
    for us in 1..200_000 {
        let bucket = bucket_of(us);
        assert!(bucket == before || bucket == before + 1, "{us}");
        before = bucket;
    }
    assert_eq!(bucket_of(u64::MAX), Histogram::BUCKETS - 1);
    assert_eq!(Histogram::BUCKETS, 464);
}

#[test]
fn percentiles_are_those_of_the_nearest_rank() {
    let none = Histogram::default();
    assert_eq!((none.percentile(50), none.count(), none.is_empty()), (None, 0, true));
    let few = of(&[1, 2, 3, 10]);
    assert_eq!(few.percentile(0), Some(1));
    assert_eq!(few.percentile(50), Some(2));
    assert_eq!(few.percentile(75), Some(3));
    assert_eq!(few.percentile(76), Some(10));
    assert_eq!(few.percentile(99), Some(10));
    assert_eq!(few.percentile(255), Some(10));
}

#[test]
fn what_is_no_histogram_is_not_taken_for_one() {
    let first_too_far = Histogram::BUCKETS;
    for bad in [vec![(2, 1), (1, 1)], vec![(1, 1), (1, 1)], vec![(1, 0)], vec![(first_too_far, 1)]]
    {
        assert_eq!(Histogram::of_buckets(bad.clone()), None, "{bad:?}");
    }
    assert_eq!(Histogram::of_buckets(vec![(first_too_far - 1, 1)]).unwrap().count(), 1);
}

proptest! {
    #[test]
    fn a_percentile_is_close_to_the_true_one(
        mut times in prop::collection::vec(0_u64..LONGEST_US, 1..300),
        percent in 0_u8..=100,
    ) {
        let told = of(&times).percentile(percent).unwrap();
        times.sort_unstable();
        let rank = (times.len() * usize::from(percent)).div_ceil(100).max(1);
        let exact = times[rank - 1];
        prop_assert!(told.abs_diff(exact) * 31 <= exact, "{told} for {exact}");
    }

    #[test]
    fn parts_add_up_to_the_whole_in_any_order(
        one in prop::collection::vec(any::<u64>(), 0..50),
        other in prop::collection::vec(any::<u64>(), 0..50),
    ) {
        let (mut forth, mut back) = (of(&one), of(&other));
        forth.merge(&of(&other));
        back.merge(&of(&one));
        prop_assert_eq!(&forth, &back);
        prop_assert_eq!(&forth, &of(&[one, other].concat()));
        let again = Histogram::of_buckets(forth.buckets().to_vec());
        prop_assert_eq!(again, Some(forth));
    }
}
