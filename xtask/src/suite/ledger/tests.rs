//! Ledgers, whole and with holes.

use super::problems;

#[test]
fn equal_sets_in_any_order_hold() {
    let ledger = "sqlite\tb\nsqlite\ta\npostgres\ta\npostgres\tb\npostgres\ta\n";
    assert_eq!(problems(ledger), Vec::<String>::new());
}

#[test]
fn an_empty_ledger_fails() {
    assert!(problems("")[0].contains("ALLCLEAR_TEST_LEDGER"));
}

#[test]
fn a_hole_on_either_engine_is_named() {
    let found = problems("sqlite\tboth\npostgres\tboth\nsqlite\tleft\npostgres\tright\n");
    assert_eq!(
        found,
        [
            "left: did not run on postgres: every store test runs on both",
            "right: did not run on sqlite: every store test runs on both",
        ]
    );
}

#[test]
fn a_line_of_another_shape_is_named() {
    let found = problems("sqlite\ta\npostgres\ta\noracle\ta\nnothing\n");
    assert_eq!(found.len(), 2);
    assert!(found[0].starts_with("ledger:3:"));
}
