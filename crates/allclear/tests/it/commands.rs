//! Commands: exit codes, refusals and their words.

use std::process::Output;

use crate::support::{Engine, Fresh, allclear, stdout};

fn refused(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn wrong_usage_is_told_from_failure() {
    refused(&allclear().arg("importt").output().unwrap(), 2);
    refused(&allclear().args(["import", "facts"]).output().unwrap(), 2);
    let missing = allclear().args(["import", "facts", "/none", "--plan"]).output().unwrap();
    assert!(refused(&missing, 1).starts_with("error: /none cannot be read"));
    let help = stdout(&allclear().arg("--help").output().unwrap());
    assert!(help.contains("Examples:") && help.contains("Exit codes:"));
}

#[test]
fn bad_sources_are_refused_with_every_problem_named_and_nothing_written() {
    let fresh = Fresh::on(Engine::Sqlite);
    let file = fresh.folder.path().join("x.json");
    let mut facts: serde_json::Value =
        serde_json::from_str(&crate::support::sample("tiger")).unwrap();
    facts["records"][0]["started_at"] = "yesterday".into();
    facts["records"][1]["title"] = "".into();
    facts["records"][2]["actions"] =
        serde_json::json!([{"text": "x", "state": "done", "due": "soon"}]);
    for (text, wanted) in [
        ("{".to_owned(), "not in the facts format"),
        (facts.to_string(), "record tiger-2009-08-12b: started_at: `yesterday` is not an instant"),
        (facts.to_string(), "record tiger-2009-04-03: due: `soon` is neither"),
    ] {
        std::fs::write(&file, text).unwrap();
        let mut import = fresh.command();
        let said = refused(&import.args(["import", "facts"]).arg(&file).output().unwrap(), 1);
        assert!(said.contains(wanted), "{said}");
    }
    let export = stdout(&fresh.command().arg("export").output().unwrap());
    assert_eq!(export.trim(), r#"{"format":"allclear","version":1,"pages":[]}"#);
}

#[test]
fn a_newer_export_and_another_format_are_refused() {
    let fresh = Fresh::on(Engine::Sqlite);
    let file = fresh.folder.path().join("x.json");
    for (text, wanted) in [
        (r#"{"format":"allclear","version":99,"pages":[]}"#, "99 is newer than 1"),
        (r#"{"format":"other","version":1,"pages":[]}"#, "`other` is not `allclear`"),
        (r#"{"format":"allclear","version":1,"pages":[],"x":1}"#, "unknown field `x`"),
    ] {
        std::fs::write(&file, text).unwrap();
        let mut import = fresh.command();
        let said = refused(&import.args(["import", "allclear"]).arg(&file).output().unwrap(), 1);
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn a_command_that_writes_is_refused_while_a_server_holds_the_folder() {
    let fresh = Fresh::on(Engine::Sqlite);
    std::fs::create_dir_all(fresh.folder.path().join("data")).unwrap();
    let lock = allclear_store::InstanceLock::acquire(&fresh.folder.path().join("data")).unwrap();
    let file = fresh.folder.path().join("x.json");
    std::fs::write(&file, crate::support::sample("tiger")).unwrap();
    let mut import = fresh.command();
    import.args(["import", "facts"]).arg(&file);
    let said = refused(&import.output().unwrap(), 3);
    assert!(said.contains(&format!("{}", std::process::id())), "{said}");
    drop(lock);
    stdout(&import.output().unwrap());
}

#[test]
fn a_backup_is_restored_into_an_empty_folder_alone() {
    let (from, to) = (Fresh::on(Engine::Sqlite), Fresh::on(Engine::Sqlite));
    let facts = from.folder.path().join("tiger.json");
    std::fs::write(&facts, crate::support::sample("tiger")).unwrap();
    stdout(&from.command().args(["import", "facts"]).arg(&facts).output().unwrap());
    let file = from.folder.path().join("backup.db");
    stdout(&from.command().arg("backup").arg(&file).output().unwrap());
    refused(&from.command().arg("backup").arg(&file).output().unwrap(), 3);
    stdout(&to.command().arg("restore").arg(&file).output().unwrap());
    refused(&to.command().arg("restore").arg(&file).output().unwrap(), 3);
    let export = |fresh: &Fresh| stdout(&fresh.command().arg("export").output().unwrap());
    assert_eq!(export(&from), export(&to));
}

#[test]
fn doctor_and_config_check_say_how_things_stand() {
    let fresh = Fresh::on(Engine::Sqlite);
    let said = stdout(&fresh.command().arg("doctor").output().unwrap());
    assert!(said.contains("none in") && said.contains("time zone database"), "{said}");
    let said = stdout(&fresh.command().args(["config", "check"]).output().unwrap());
    assert!(said.contains("listen = 127.0.0.1:8080 (default)"), "{said}");
    let damaged = fresh.folder.path().join("data");
    std::fs::create_dir_all(&damaged).unwrap();
    std::fs::write(damaged.join("allclear.db"), "no database at all, but long enough to be one")
        .unwrap();
    let output = fresh.command().arg("doctor").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("FAILED   database"));
}

#[test]
fn people_and_tokens_are_made_at_the_machine() {
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let run = |words: &[&str]| fresh.command().args(words).output().unwrap();
        let link = stdout(&run(&["person", "invite", "ada@example.com", "--name", "Ada"]));
        assert!(link.starts_with("http://127.0.0.1:8080/console/invitation?token="), "{link}");
        let said = refused(&run(&["person", "invite", "Ada@example.com", "--name", "Ada"]), 1);
        assert!(said.contains("a person with this address already"), "{said}");
        assert_eq!(stdout(&run(&["person", "list"])), "ada@example.com  responder  invited  Ada\n");
        let said = refused(&run(&["person", "role", "ada@example.com", "boss"]), 2);
        assert!(said.contains("viewer, responder, editor, owner"), "{said}");
        let link = stdout(&run(&["person", "link", "ada@example.com"]));
        assert!(link.contains("/console/invitation?token="), "{link}");
        let said = refused(&run(&["person", "remove-authenticator", "ada@example.com"]), 1);
        assert!(said.contains("there is no authenticator"), "{said}");
        let said = refused(&run(&["person", "link", "bob@example.com"]), 1);
        assert!(said.contains("`allclear person list`"), "{said}");

        let create = ["token", "create", "--name", "deploy", "--scopes", "read,incidents"];
        let secret = stdout(&run(&create));
        assert!(secret.starts_with("allclear_"), "{secret}");
        let listed = stdout(&run(&["token", "list"]));
        assert!(listed.contains("usable  read,incidents  deploy"), "{listed}");
        let id = listed.split(' ').next().unwrap().to_owned();
        stdout(&run(&["token", "revoke", &id]));
        let said = refused(&run(&["token", "revoke", &id]), 1);
        assert!(said.contains("revoked"), "{said}");
        refused(&run(&["token", "create", "--name", "x", "--scopes", "root"]), 2);
    }
}
