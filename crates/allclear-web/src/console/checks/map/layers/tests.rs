//! Pictures: nothing is lost, every edge goes forward, and the same input gives the same.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn edges_to(count: usize) -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    let edges = move |count: usize| vec((0..count, 0..count), 0..60);
    (1..count).prop_flat_map(move |count| (Just(count), edges(count)))
}

/// What leads nowhere and has an even number is last, as components are.
fn is_last(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let leads = |node: usize| edges.iter().any(|(from, _)| *from == node);
    (0..count).map(|node| node % 2 == 0 && !leads(node)).collect()
}

fn layer_of(picture: &Picture, node: usize) -> usize {
    let has = |layer: &Vec<(usize, i64)>| layer.iter().any(|(one, _)| *one == node);
    picture.layers.iter().position(has).unwrap()
}

proptest! {
    #[test]
    fn nothing_is_lost_and_every_edge_goes_forward((count, edges) in edges_to(24)) {
        let last = is_last(count, &edges);
        let picture = arrange(count, &edges, |node| last[node]);
        let mut boxes: Vec<usize> =
            picture.layers.iter().flatten().map(|(node, _)| *node).collect();
        boxes.sort_unstable();
        prop_assert_eq!(boxes, (0..count).collect::<Vec<_>>());
        prop_assert_eq!(picture.ways.len(), edges.len());
        for ((from, to), way) in edges.iter().zip(&picture.ways) {
            let Some(way) = way else {
                prop_assert_eq!(from, to);
                continue;
            };
            let (from, to) = if way.is_turned { (*to, *from) } else { (*from, *to) };
            let (begins, ends) = (layer_of(&picture, from), layer_of(&picture, to));
            prop_assert!(begins < ends, "{from} to {to}: {begins} to {ends}");
            prop_assert_eq!((way.layer, way.heights.len()), (begins, ends - begins + 1));
            let height = |node: usize| {
                picture.layers.iter().flatten().find(|one| one.0 == node).map(|one| one.1)
            };
            prop_assert_eq!(way.heights.first().copied(), height(from));
            prop_assert_eq!(way.heights.last().copied(), height(to));
        }
    }

    #[test]
    fn sweeps_make_no_more_crossings((count, edges) in edges_to(24)) {
        let net = Net::of(count, &edges, |_| false);
        let (first, swept) = (net.first_order(), net.without_most_crossings());
        prop_assert!(net.crossings(&swept) <= net.crossings(&first));
        // Each point stands where it stood, among the others of its layer.
        for (one, other) in first.into_iter().zip(swept) {
            let sorted = |mut layer: Vec<usize>| { layer.sort_unstable(); layer };
            prop_assert_eq!(sorted(one), sorted(other));
        }
    }

    #[test]
    fn boxes_have_room_and_lines_pass_beside_them((count, edges) in edges_to(24)) {
        let picture = arrange(count, &edges, |_| false);
        for (nth, layer) in picture.layers.iter().enumerate() {
            for (one, next) in layer.iter().zip(layer.iter().skip(1)) {
                prop_assert!(next.1 - one.1 >= 2 * BOX, "{one:?} and {next:?}");
            }
            for (_, middle) in layer {
                prop_assert!(*middle >= BOX && *middle + BOX <= picture.height);
            }
            for way in picture.ways.iter().flatten() {
                let within = way.layer + 1..way.layer + way.heights.len() - 1;
                let passes = within.contains(&nth).then(|| way.heights[nth - way.layer]);
                for (passes, middle) in passes.iter().flat_map(|at| layer.iter().map(move |one| (at, one.1))) {
                    prop_assert!((passes - middle).abs() >= BOX + PASSING);
                }
            }
        }
    }

    #[test]
    fn the_same_gives_the_same((count, edges) in edges_to(16)) {
        let once = arrange(count, &edges, |_| false);
        prop_assert_eq!(once, arrange(count, &edges, |_| false));
    }

    #[test]
    fn without_circles_nothing_is_turned((count, edges) in edges_to(24)) {
        let edges: Vec<_> = edges.into_iter().filter(|(from, to)| from < to).collect();
        let picture = arrange(count, &edges, |_| false);
        prop_assert!(picture.ways.iter().flatten().all(|way| !way.is_turned));
    }

    #[test]
    fn rows_are_as_near_as_can_be_to_what_they_want(wanted in vec(-500_i64..500, 1..12)) {
        let net = Net::of(wanted.len(), &[], |_| false);
        let layer: Vec<usize> = (0..wanted.len()).collect();
        let mut heights = vec![0; wanted.len()];
        net.settle(&layer, &wanted, 1, &mut heights);
        let room = 2 * BOX * PARTS;
        prop_assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= room));
        let has_room = wanted.windows(2).all(|pair| pair[1] - pair[0] >= room);
        prop_assert!(!has_room || heights == wanted);
    }
}

#[test]
fn a_circle_is_drawn_with_one_line_turned() {
    let picture = arrange(3, &[(0, 1), (1, 2), (2, 0), (1, 1)], |_| false);
    let turned: Vec<_> =
        picture.ways.iter().map(|way| way.as_ref().map(|way| way.is_turned)).collect();
    assert_eq!(turned, [Some(false), Some(false), Some(true), None]);
    assert_eq!(picture.layers.len(), 3);
    assert_eq!(arrange(1, &[(0, 7)], |_| false).ways, [None]);
    assert_eq!(arrange(0, &[], |_| false).layers, Vec::<Vec<_>>::new());
}

#[test]
fn a_chain_is_a_straight_line_and_two_are_not_mixed() {
    // 0 to 2 to 4, and 1 to 3 to 5, given in an order that would cross.
    let picture = arrange(6, &[(0, 3), (1, 2), (2, 4), (3, 5)], |_| false);
    assert_eq!(picture.layers, [vec![(0, 2), (1, 6)], vec![(3, 2), (2, 6)], vec![(5, 2), (4, 6)]]);
    assert_eq!(picture.height, 8);
}

#[test]
fn what_is_last_stands_after_all_others() {
    let picture = arrange(4, &[(0, 3), (1, 2), (2, 3)], |node| node == 3);
    assert_eq!(layer_of(&picture, 3), 2);
    let way = picture.ways[0].as_ref().unwrap();
    assert_eq!(way.heights.len(), 3, "it passes the layer of 2");
}

#[test]
fn crossings_are_counted_and_found_a_way_around() {
    assert_eq!(inversions(&[1, 2, 3]), 0);
    assert_eq!(inversions(&[3, 2, 1]), 3);
    assert_eq!(inversions(&[1, 1, 0]), 2);
    // In the order of their numbers two lines cross others.
    let net = Net::of(6, &[(0, 3), (0, 5), (1, 4), (2, 3)], |_| false);
    assert_eq!(net.crossings(&net.first_order()), 2);
    assert_eq!(net.crossings(&net.without_most_crossings()), 0);
}

#[test]
fn as_much_as_is_shown_is_arranged() {
    // A chain as long as can be, from each of which something leads to the end, and circles.
    let count = 300;
    let chain = (0..149_usize).map(|nth| (nth, nth + 1));
    let ends = (0..150_usize).flat_map(|nth| (150..158).map(move |end| (nth, end)));
    let back = (10..150_usize).map(|nth| (nth, nth - 10));
    let edges: Vec<_> = chain.chain(ends).chain(back).collect();
    let picture = arrange(count, &edges, |node| node >= 150);
    assert_eq!(picture.layers.iter().map(Vec::len).sum::<usize>(), count);
}
