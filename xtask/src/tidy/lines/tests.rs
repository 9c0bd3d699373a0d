//! One good and one bad line for each rule.

use std::path::Path;

use super::check;
use crate::tidy::Source;

/// What is found, as `line: what`.
fn found(path: &str, text: &str) -> Vec<String> {
    check(&Source { path: Path::new(path), text })
        .iter()
        .map(|finding| format!("{}: {}", finding.line, finding.what))
        .collect()
}

const WEB: &str = "crates/allclear-web/src/lib.rs";
const STORE: &str = "crates/allclear-store/src/lib.rs";

#[test]
fn a_clean_file_passes() {
    assert_eq!(found(WEB, "//! What it is.\n\nfn main() {}\n"), Vec::<String>::new());
}

#[test]
fn a_file_says_what_it_is_for() {
    assert_eq!(found(WEB, "fn main() {}\n"), ["1: no module doc"]);
}

#[test]
fn spaces_are_spaces_and_end_nowhere() {
    assert_eq!(
        found("README.md", "a\tb\nc \nd"),
        ["1: a tab", "2: a trailing space", "3: no newline at the end",]
    );
}

#[test]
fn unfinished_work_is_named_but_longer_names_are_not() {
    let text = "//! A.\n// TODO later\nfn f() { todo!() }\nlet mastodon = TODOS;\n";
    assert_eq!(found(WEB, text), ["2: `TODO`", "3: `todo!`"]);
}

#[test]
fn unwrap_is_for_tests() {
    let text = "//! A.\n/// x.unwrap()\nfn f() { x.unwrap(); }\n#[cfg(test)]\nmod tests {\n x.unwrap();\n}\n";
    assert_eq!(found(WEB, text), ["3: `.unwrap()` outside tests"]);
    assert_eq!(found("crates/allclear/tests/it/main.rs", "//! A.\nx.unwrap();\n").len(), 0);
}

#[test]
fn lints_are_expected_not_allowed() {
    assert_eq!(found(WEB, "//! A.\n#[allow(dead_code)]\n"), ["2: an `allow` attribute"]);
    assert_eq!(found(WEB, "//! A.\n#[expect(dead_code, reason = \"x\")]\n").len(), 0);
}

#[test]
fn long_files_are_noted_then_refused() {
    let lines = |count: usize| format!("//! A.\n{}", "// x\n".repeat(count - 1));
    assert_eq!(found(WEB, &lines(500)).len(), 0);
    assert_eq!(found(WEB, &lines(501)), ["0: 501 lines, better at most 500"]);
    assert_eq!(found("crates/a/src/x/tests.rs", &lines(800)).len(), 0);
    assert_eq!(found("crates/a/src/x/tests.rs", &lines(801)), ["801: 801 lines, at most 800"]);
    assert_eq!(found(WEB, &lines(900).replace("A.", "A. @generated")).len(), 0);
}

#[test]
fn sql_stays_in_the_store() {
    for line in [
        "let x = \"select id from incidents\";",
        "    insert into incidents (id)",
        "let x = \"UPDATE incidents SET title = $1\";",
        "use sqlx::Row;",
        "AssertSqlSafe(text)",
    ] {
        let text = format!("//! A.\n{line}\n");
        assert_eq!(found(WEB, &text).len(), 1, "{line}");
        assert_eq!(found(STORE, &text).len(), 0, "{line}");
    }
}

#[test]
fn words_for_people_are_not_sql() {
    for line in [
        "\"Select a page from the list\"",
        "\"<select name=x> from \"",
        "// select id from incidents",
        "update(&mut set);",
        "tokio::select! { _ = from => {} }",
    ] {
        assert_eq!(found(WEB, &format!("//! A.\n{line}\n")).len(), 0, "{line}");
    }
}

#[test]
fn engines_are_named_in_the_store_and_in_settings() {
    let text = "//! On SQLite.\nfn f() {}\n";
    assert_eq!(found(WEB, text), ["1: `sqlite` outside allclear-store"]);
    for path in [
        STORE,
        "crates/allclear/src/settings.rs",
        "crates/allclear/src/settings/store.rs",
        "crates/allclear/tests/it/main.rs",
        "xtask/src/suite.rs",
    ] {
        assert_eq!(found(path, text).len(), 0, "{path}");
    }
}
