//! Lines end where boxes stand.

use super::super::layers::arrange;
use super::*;

#[test]
fn boxes_and_lines_have_the_same_measures() {
    let layer = [(0, 2), (1, 6), (2, 13)];
    // The first one stands half a gap below the top, others one gap apart at least.
    assert_eq!(gaps(&layer), [5, 10, 49]);
    assert_eq!(rem(49), "4.9rem");
    assert_eq!(rem(105), "10.5rem");
}

#[test]
fn a_line_is_straight_where_it_can_be_and_passes_beside_boxes() {
    let edges = [(0, 1), (1, 2), (0, 2), (3, 3)];
    let picture = arrange(4, &edges, |_| false);
    let desk = for_desk(&picture);
    assert_eq!((desk.width, desk.lines.len()), (364, 4));
    // The lowest box ends half a gap above the end.
    assert_eq!(desk.height, picture.height * STEP - 5);
    let (line, head) = &desk.lines[0];
    assert!(line.starts_with("M100 "), "{line}");
    assert!(head.starts_with("M128 "), "{head}");
    assert!(desk.lines[2].0.contains("H232"), "it passes the second layer: {}", desk.lines[2].0);
    assert_eq!(desk.lines[3], (String::new(), String::new()), "nothing stands behind itself");
}

#[test]
fn on_a_phone_there_are_two_in_a_row_and_long_lines_go_through_the_middle() {
    // Two rows of three, and something behind the first of them.
    let edges = [(0, 1), (0, 2), (0, 3), (3, 4)];
    let picture = arrange(5, &edges, |_| false);
    assert_eq!(picture.layers.iter().map(Vec::len).collect::<Vec<_>>(), [1, 3, 1]);
    let phone = for_phone(&picture, &edges);
    // 42 high; layers 32 apart, rows 14.
    assert_eq!((phone.width, phone.height), (204, 42 + 32 + 42 + 14 + 42 + 32 + 42));
    assert_eq!(phone.lines[0].0, "M45 42V74");
    assert_eq!(phone.lines[1].0, "M45 42C45 58 159 58 159 74");
    let long = &phone.lines[2].0;
    assert!(long.contains("V116C"), "past the first row: {long}");
    assert!(phone.lines.iter().all(|(_, head)| !head.is_empty()));
}

#[test]
fn what_closes_a_circle_has_its_head_where_it_leads() {
    let edges = [(0, 1), (1, 0)];
    let picture = arrange(2, &edges, |_| false);
    assert_eq!(for_desk(&picture).lines[1].1, "M104 23l-4 3l4 3");
    assert_eq!(for_phone(&picture, &edges).lines[1].1, "M42 46l3 -4l3 4");
}
