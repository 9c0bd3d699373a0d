//! The rules on small graphs.

use super::{PERMITTED, impure, problems};

fn metadata(packages: &[(&str, &[&str])]) -> String {
    let packages: Vec<_> = packages
        .iter()
        .map(|(name, to)| {
            let dependencies: Vec<_> =
                to.iter().map(|name| serde_json::json!({ "name": name })).collect();
            serde_json::json!({ "name": name, "dependencies": dependencies })
        })
        .collect();
    serde_json::json!({ "packages": packages }).to_string()
}

fn found(packages: &[(&str, &[&str])]) -> Vec<String> {
    problems(&metadata(packages)).unwrap()
}

#[test]
fn permitted_arrows_and_foreign_crates_pass() {
    let graph: &[(&str, &[&str])] = &[
        ("allclear-domain", &["serde"]),
        ("allclear-store", &["allclear-domain", "sqlx", "tokio"]),
        ("allclear-incidents", &["allclear-domain", "allclear-store"]),
        ("allclear", &["allclear-incidents", "allclear-store", "tokio"]),
    ];
    assert_eq!(found(graph), Vec::<String>::new());
}

#[test]
fn an_arrow_upwards_is_refused() {
    let graph: &[(&str, &[&str])] =
        &[("allclear-store", &["allclear-incidents"]), ("allclear-incidents", &[])];
    assert!(found(graph)[0].starts_with("allclear-store -> allclear-incidents:"));
}

#[test]
fn areas_do_not_import_each_other() {
    let graph: &[(&str, &[&str])] =
        &[("allclear-incidents", &["allclear-checks"]), ("allclear-checks", &[])];
    assert_eq!(found(graph).len(), 1);
}

#[test]
fn nothing_depends_on_the_binary() {
    for (name, permitted) in PERMITTED {
        assert!(!permitted.contains(&"allclear"), "{name}");
    }
}

#[test]
fn every_permitted_arrow_leads_to_a_known_crate() {
    for (name, permitted) in PERMITTED {
        for to in *permitted {
            assert!(PERMITTED.iter().any(|(known, _)| known == to), "{name} -> {to}");
        }
    }
}

#[test]
fn a_pure_crate_reaches_no_runtime() {
    assert!(found(&[("allclear-domain", &["tokio"])])[0].contains("is pure"));
    let tree =
        "allclear-statuspage v0.1.0 (/repo)\nflate2 v1.1.0\ntokio v1.54.0 (*)\ntokio-util v0.7.0\n";
    assert_eq!(impure("allclear-statuspage", tree).len(), 1);
}

#[test]
fn a_new_crate_must_be_placed() {
    assert!(found(&[("allclear-new", &[])])[0].contains("decide where it stands"));
}
