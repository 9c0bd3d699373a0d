//! Groups and programs in the console.

use std::sync::Arc;

use allclear_checks::kinds::Programs;

use super::Office;
use super::checks::assert_has;
use crate::support::{Engine, prober_that_trusts};

const LIST: &str = "/console/checks";
const NEW: &str = "/console/checks/new";

const GROUP: [(&str, &str); 7] = [
    ("target", "group:all"),
    ("interval", "60"),
    ("deadline", "10"),
    ("fail_after", "1"),
    ("recover_after", "1"),
    ("stable_for", "0"),
    ("name", "Replicas <b>"),
];

fn group<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    more.iter().chain(&GROUP).copied().collect()
}

#[tokio::test]
async fn a_group_is_made_of_checks_by_their_keys() {
    let mut office = Office::open(Engine::Sqlite).await;
    for name in ["A", "B"] {
        office.watch(&[("target", "db.example.com:5432"), ("name", name)]).await;
    }
    let list = office.owner.get(LIST).await;
    assert_has(&list, &["href=\"/console/checks/new?target=group:all\">Watch a group</a>"]);
    let form = office.owner.get(&format!("{NEW}?target=group:2")).await;
    assert_has(&form, &["<h1>Watch a group of checks</h1>", "name=\"up_min\" value=\"2\""]);
    assert!(!form.text.contains("Redirects</label>") && !form.text.contains("What is sent"));
    for (members, up_min, told) in [
        ("a, nowhere", "", "Members: there is no check with the key “nowhere”"),
        ("", "", "Members: is empty"),
        ("a b", "3", "Have to work: is 3: use a number from 1 to 2"),
        ("a b", "two", "Have to work: is no number that is taken"),
    ] {
        let wrong = group(&[("members", members), ("up_min", up_min)]);
        let page = office.owner.fill(NEW, NEW, &wrong).await;
        assert_has(&page, &[told, "Replicas &#60;b&#62;", members]);
    }
    let right = group(&[("members", "a, b\r\n"), ("up_min", "1")]);
    let page = office.owner.fill(NEW, NEW, &right).await;
    assert_has(&page, &["at least 1 of 2", "<dt>Members</dt>", ">A</a>", ">B</a>", "Unknown"]);
    assert!(!page.text.contains("Response times"), "{}", page.text);
    let check = office.check("Replicas <b>").await;
    let path = format!("{LIST}/{}", check.id);
    let edit = office.owner.get(&format!("{path}/edit")).await;
    assert_has(&edit, &["a, b</textarea>", "name=\"up_min\" value=\"1\""]);
    // Saved as it is, it stays as it is.
    let edit = format!("{path}/edit");
    office.owner.fill(&edit, &edit, &right).await;
    assert_eq!(office.check("Replicas <b>").await.kind, check.kind);
    let circle = group(&[("members", "a, replicas-b")]);
    let page = office.owner.fill(&edit, &edit, &circle).await;
    assert_has(&page, &["Members: is this check itself"]);
    // Two who change it see both.
    let late = group(&[("members", "a"), ("version", "7")]);
    let page = office.owner.fill(&edit, &edit, &late).await;
    assert_has(&page, &["Members", "Have to work"]);
}

#[tokio::test]
async fn a_program_is_taken_where_the_server_would_run_it() {
    let mut office = Office::open_under(Engine::Sqlite, |conditions| {
        let prober = prober_that_trusts(conditions.clock.clone(), "");
        let programs = Programs::within(Some("/usr/bin".into()));
        conditions.prober = Arc::new((*prober).clone().with_programs(programs));
    })
    .await;
    for (target, told) in [
        ("command:no-such-program", "What to watch: there is no /usr/bin/no-such-program"),
        ("command:../bin/true", "What to watch: ../bin/true is no path below /usr/bin"),
        ("command:", "What to watch: names no program"),
    ] {
        let page = office.watch(&[("target", target), ("name", "Program")]).await;
        assert_has(&page, &[told]);
    }
    let page = office.owner.get(&format!("{NEW}?target=command:true")).await;
    assert_has(&page, &["value=\"true\"", "By its exit code a program says how things are"]);
    assert!(!page.text.contains("Not known before"), "{}", page.text);
    let target = "command:true 'a b' $(id)";
    office.watch(&[("target", target), ("name", "Program")]).await;
    let check = office.check("Program").await;
    assert_eq!(check.kind.target(), target);
    let edit = office.owner.get(&format!("{LIST}/{}/edit", check.id)).await;
    assert_has(&edit, &["value=\"command:true &#39;a b&#39; $(id)\""]);

    let mut office = Office::open_under(Engine::Sqlite, |conditions| {
        conditions.prober = prober_that_trusts(conditions.clock.clone(), "");
    })
    .await;
    let page = office.watch(&[("target", "command:true")]).await;
    assert_has(&page, &["no program may be run here: name the folder", "commands_folder"]);
}
