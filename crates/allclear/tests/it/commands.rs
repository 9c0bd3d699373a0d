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
    for (arguments, wanted) in [
        (
            &["import", "facts", "-", "--page", "Bad/Slug"][..],
            "lower case letters, digits and hyphens",
        ),
        (&["export", "--page", ""][..], "lower case letters, digits and hyphens"),
        (&["import", "log", "-", "--timezone", "Mars/X"][..], "use a name like Europe/Berlin"),
        (&["serve", "--listen", "nonsense"][..], "as in 127.0.0.1:8080"),
        (&["demo", "--listen", "127.0.0.1"][..], "as in 127.0.0.1:8080"),
    ] {
        let said = refused(&allclear().args(arguments).output().unwrap(), 2);
        assert!(said.contains(wanted), "{said}");
    }
    // The same mistake in a setting is no usage: it fails.
    let mut config = allclear();
    config.env("ALLCLEAR_LISTEN", "nonsense").args(["--data", "/none", "config", "check"]);
    assert!(refused(&config.output().unwrap(), 1).contains("ALLCLEAR_LISTEN"));
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

/// Runs an import that must fail, of a file with this text; gives what it said.
fn refused_import(fresh: &Fresh, format: &str, text: &str) -> String {
    let file = fresh.folder.path().join("source");
    std::fs::write(&file, text).unwrap();
    let mut import = fresh.command();
    let said = refused(&import.args(["import", format]).arg(&file).output().unwrap(), 1);
    let plan = refused(&import.arg("--plan").output().unwrap(), 1);
    assert_eq!(said.lines().skip(1).collect::<Vec<_>>(), plan.lines().skip(1).collect::<Vec<_>>());
    said
}

#[test]
fn what_no_record_may_hold_is_refused_by_its_name_in_every_format() {
    let fresh = Fresh::on(Engine::Sqlite);
    let log = "2020-03-01 - Payments down\nWe were down.\u{0}\n\n2020-03-02 - \u{1b}[1mMail\n";
    let said = refused_import(&fresh, "log", log);
    for wanted in ["line 2: the control character U+0000", "line 4: the control character U+001B"] {
        assert!(said.contains(wanted), "{said}");
    }
    let facts = crate::support::sample("tiger")
        .replace("2009-08-12T09:52:00-07:00", "2009-08-12T09:47:00-07:00")
        .replace("\"reported_duration\": \"4 minutes\"", "\"reported_duration\": \"4\\u0000\"");
    let said = refused_import(&fresh, "facts", &facts);
    for wanted in [
        "record tiger-2009-08-12b: ended_at: lies before the start",
        "record tiger-2009-08-12b: reported_duration: holds, in line 1: the control character U+0000",
    ] {
        assert!(said.contains(wanted), "{said}");
    }
    let full = include_str!("../../../allclear-incidents/src/history/tests/full.json");
    let misspelt = full.replacen("\"service_label\"", "\"service_lable\"", 1);
    assert!(
        refused_import(&fresh, "allclear", &misspelt).contains("unknown field `service_lable`")
    );
    let twice = full.replace("\"slug\": \"other\"", "\"slug\": \"shop\"");
    assert!(refused_import(&fresh, "allclear", &twice).contains("slug: `shop` is that of another"));
    let export = stdout(&fresh.command().arg("export").output().unwrap());
    assert_eq!(export.trim(), r#"{"format":"allclear","version":1,"pages":[]}"#);
}

#[test]
fn an_export_of_facts_says_what_it_leaves_out() {
    let fresh = Fresh::on(Engine::Sqlite);
    let file = fresh.folder.path().join("full.json");
    let full = include_str!("../../../allclear-incidents/src/history/tests/full.json");
    std::fs::write(&file, full).unwrap();
    stdout(&fresh.command().args(["import", "allclear"]).arg(&file).output().unwrap());
    let export = |format: &str, page: &str| {
        let mut command = fresh.command();
        let output = command.args(["export", "--format", format, "--page", page]).output().unwrap();
        stdout(&output);
        String::from_utf8(output.stderr).unwrap()
    };
    let said = export("facts", "shop");
    assert!(said.starts_with("Facts leave out what follows."), "{said}");
    assert!(said.contains("\n  postmortems: 1\n"), "{said}");
    assert!(said.contains("\n  statuses of updates: 2\n"), "{said}");
    assert_eq!(export("facts", "other"), "");
    assert_eq!(export("allclear", "shop"), "");
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
    // What runs whatever its arguments say is found by its name.
    let commands = fresh.folder.path().join("commands");
    std::fs::create_dir(&commands).unwrap();
    for (name, told) in [
        ("check_disk", "checks of the kind command may run what is in"),
        ("check_by_ssh", "/commands: check_by_ssh. Take them out"),
    ] {
        std::fs::write(commands.join(name), "").unwrap();
        let mut doctor = fresh.command();
        doctor.arg("doctor").env("ALLCLEAR_COMMANDS_FOLDER", &commands);
        let said = stdout(&doctor.output().unwrap());
        assert!(said.contains(told), "{said}");
    }
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

/// The value that a command printed, and nothing beside it.
fn printed(fresh: &Fresh, words: &[&str]) -> serde_json::Value {
    let text = stdout(&fresh.command().args(words).output().unwrap());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{words:?}: {error}: {text}"))
}

#[test]
fn what_a_command_did_is_told_as_json_too() {
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let words = ["token", "create", "--name", "deploy", "--scopes", "read,incidents", "--json"];
        let token = printed(&fresh, &words);
        assert_eq!(token["scopes"], serde_json::json!(["read", "incidents"]));
        assert!(token["secret"].as_str().unwrap().starts_with("allclear_"), "{token}");
        let id = token["id"].as_str().unwrap();
        let listed = printed(&fresh, &["token", "list", "--json"]);
        assert!(listed[0].get("secret").is_none(), "{listed}");
        let revoked = printed(&fresh, &["token", "revoke", id, "--json"]);
        assert!(revoked["revoked_at"].is_string() && revoked["id"] == token["id"], "{revoked}");

        let email = "grace@example.com";
        let words = ["person", "invite", email, "--name", "Grace", "--role", "editor", "--json"];
        let invited = printed(&fresh, &words);
        assert_eq!((&invited["email"], &invited["role"]), (&email.into(), &"editor".into()));
        let link = |told: &serde_json::Value| told["link"]["url"].as_str().unwrap().to_owned();
        assert!(link(&invited).contains("/console/invitation?token="), "{invited}");
        assert!(invited["link"]["expires_at"].is_string(), "{invited}");
        let again = printed(&fresh, &["person", "link", email, "--json"]);
        assert_eq!(again["id"], invited["id"]);
        assert_ne!(link(&again), link(&invited));

        let config = printed(&fresh, &["config", "check", "--json"]);
        let settings = config["settings"].as_array().unwrap();
        assert!(settings.iter().any(|one| one["key"] == "listen"), "{config}");
        assert_eq!(config["checks"][0]["verdict"], "ok", "{config}");
        if engine == Engine::Sqlite {
            let file = fresh.folder.path().join("copy");
            let file = file.to_str().unwrap();
            let backup = printed(&fresh, &["backup", file, "--json"]);
            assert_eq!((&backup["file"], &backup["holds"]["incidents"]), (&file.into(), &0.into()));
        }
    }
}
