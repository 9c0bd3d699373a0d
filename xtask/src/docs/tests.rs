//! Which pages of the reference are named as different.

use super::{Difference, Pages, compare};

fn pages(list: &[(&str, &str)]) -> Pages {
    list.iter().map(|(path, text)| ((*path).into(), text.as_bytes().to_vec())).collect()
}

#[test]
fn equal_pages_are_not_named() {
    let both = pages(&[("cli.md", "a"), ("settings.md", "b")]);
    assert_eq!(compare(&both, &both), []);
}

#[test]
fn missing_changed_and_stale_pages_are_named() {
    let wanted = pages(&[("cli.md", "new"), ("settings.md", "b")]);
    let present = pages(&[("cli.md", "old"), ("gone.md", "c")]);
    let named = compare(&wanted, &present);
    let expected =
        [("cli.md", "out of date"), ("settings.md", "missing"), ("gone.md", "no longer generated")];
    assert_eq!(named, expected.map(|(path, what)| Difference { path: path.into(), what }),);
}
