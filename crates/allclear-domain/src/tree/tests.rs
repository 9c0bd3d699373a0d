//! The tree: order, roll-up and what it refuses.

use jiff::Timestamp;

use super::*;
use crate::text::Key;

fn component(n: u128, parent: Option<u128>, position: u32) -> Component {
    Component {
        id: uuid::Uuid::from_u128(n).into(),
        public_id: crate::ids::PublicId::from_digits([n.to_le_bytes()[0]; 12]),
        page_id: uuid::Uuid::from_u128(99).into(),
        key: Key::new(format!("c{n}")).unwrap(),
        name: format!("Component {n}"),
        description: None,
        parent_id: parent.map(|n| uuid::Uuid::from_u128(n).into()),
        position,
        start_date: None,
        created_at: Timestamp::UNIX_EPOCH,
        retired_at: None,
    }
}

#[test]
fn parts_follow_their_group_by_position() {
    let components = [
        component(1, None, 2),
        component(2, Some(1), 2),
        component(3, Some(1), 1),
        component(4, None, 1),
        component(5, Some(3), 1),
        component(6, Some(77), 3),
    ];
    let lines = in_order(&components).unwrap();
    let found: Vec<_> =
        lines.iter().map(|l| (l.component.key.as_str(), l.depth, l.is_group)).collect();
    assert_eq!(
        found,
        [
            ("c4", 0, false),
            ("c1", 0, true),
            ("c3", 1, true),
            ("c5", 2, false),
            ("c2", 1, false),
            ("c6", 0, false)
        ]
    );
}

#[test]
fn a_group_is_as_bad_as_its_worst_part() {
    let components = [
        component(1, None, 1),
        component(2, Some(1), 1),
        component(3, Some(2), 1),
        component(4, None, 2),
    ];
    let lines = in_order(&components).unwrap();
    use ComponentStatus::{Operational, PartialOutage, UnderMaintenance};
    let own =
        BTreeMap::from([(components[2].id, PartialOutage), (components[1].id, UnderMaintenance)]);
    assert_eq!(roll_up(&lines, &own), [PartialOutage, PartialOutage, PartialOutage, Operational]);
}

#[test]
fn circles_and_depths_are_refused() {
    let circle = [component(1, Some(2), 1), component(2, Some(1), 1)];
    assert!(in_order(&circle).unwrap_err().to_string().contains("its own ancestor"));
    let deep: Vec<_> = (1..=17).map(|n| component(n, (n > 1).then(|| n - 1), 1)).collect();
    assert!(in_order(&deep).unwrap_err().to_string().contains("deeper than 16"));
}

proptest::proptest! {
    /// Whatever the ids and parents are, also where an id stands twice: an order, or a refusal.
    #[test]
    fn any_components_are_ordered_or_refused(
        drawn in proptest::collection::vec((0_u128..6, proptest::option::of(0_u128..6)), 0..8),
    ) {
        let components: Vec<_> =
            drawn.iter().map(|(id, parent)| component(*id, *parent, 1)).collect();
        let ids: HashSet<_> = components.iter().map(|c| c.id).collect();
        match in_order(&components) {
            Ok(lines) => assert_eq!((lines.len(), ids.len()), (components.len(), components.len())),
            Err(problem) => assert_eq!(problem.field, "parent"),
        }
    }
}

#[test]
fn what_is_below_a_retired_component_is_not_in_use() {
    let mut components: Vec<Component> =
        vec![component(1, None, 1), component(2, Some(1), 1), component(3, Some(2), 1)];
    components.extend([component(4, None, 2), component(5, Some(1), 2)]);
    let names = |components: &[Component]| {
        in_use(components).iter().map(|c| c.key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&components), ["c1", "c2", "c3", "c5", "c4"]);
    components[1].retired_at = Some(Timestamp::UNIX_EPOCH);
    assert_eq!(names(&components), ["c1", "c5", "c4"]);
    components[0].retired_at = Some(Timestamp::UNIX_EPOCH);
    assert_eq!(names(&components), ["c4"]);
}
