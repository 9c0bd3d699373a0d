//! A component moves within its page, and never makes a tree that is refused.

use proptest::prelude::*;

use super::*;
use crate::forest::tests::{id, page, parents, part_of};
use crate::tree;

proptest! {
    #[test]
    fn a_move_that_is_allowed_leaves_a_tree(
        parents in parents(),
        moved in 0_usize..10,
        under in prop::option::of(0_usize..10),
    ) {
        let part = |(n, parent): (usize, &Option<usize>)| part_of(n, *parent, page(1));
        let mut components: Vec<Component> = parents.iter().enumerate().map(part).collect();
        prop_assume!(moved < parents.len());
        let forest = Forest::grown_from(&components);
        let after = components[moved].clone().move_under(under.map(id), &forest);
        let is_allowed = under.is_none_or(|n| {
            n < parents.len() && !std::iter::successors(Some(n), |n| parents[*n]).any(|n| n == moved)
        });
        prop_assert_eq!(after.is_ok(), is_allowed);
        if let Ok(after) = after {
            components[moved] = after;
            prop_assert!(tree::in_order(&components).is_ok());
        }
    }
}

#[test]
fn a_tree_stays_within_its_depth_and_its_page() {
    let last = limits::COMPONENT_DEPTH_MAX - 1;
    let mut components: Vec<Component> =
        (0..=last).map(|n| part_of(n, n.checked_sub(1), page(1))).collect();
    components.push(part_of(20, None, page(1)));
    components.push(part_of(21, Some(20), page(1)));
    components.push(part_of(22, None, page(2)));
    let forest = Forest::grown_from(&components);
    let under = |n: usize, of: usize| {
        let component = components.iter().find(|component| component.id == id(n)).unwrap();
        component.clone().move_under(Some(id(of)), &forest)
    };
    assert!(under(21, last - 1).is_ok());
    assert!(under(21, last).unwrap_err().to_string().contains("17 levels, 16 at most"));
    assert!(under(20, last - 1).is_err(), "its part would lie too deep");
    assert!(under(20, last - 2).is_ok());
    assert!(under(20, 22).unwrap_err().to_string().contains("not a component of the same page"));
}
