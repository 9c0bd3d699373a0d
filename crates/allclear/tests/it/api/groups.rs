//! Groups and programs over the API and from the command line.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process_group};
use serde_json::{Value, json};

use super::Program;
use super::commands::{asking, run};
use crate::support::{Engine, stdout};

async fn add_members(program: &Program) -> [String; 2] {
    let mut ids = Vec::new();
    for name in ["Replica A", "Replica B"] {
        let new = json!({"name": name, "kind": {"tcp": {"host": "db.example.com", "port": 5432}}});
        ids.push(program.post("/api/v1/checks", new).await.expect(201).id().to_owned());
    }
    ids.try_into().unwrap()
}

#[tokio::test]
async fn a_group_names_its_members_by_key_or_id() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let [a, b] = add_members(&program).await;
        let group = |members: Value| json!({"name": "Replicas", "kind": {"group": {"members": members, "up_min": 1}}});
        let added =
            program.post("/api/v1/checks", group(json!(["replica-a", b]))).await.expect(201);
        assert_eq!(added.json["kind"], json!({"group": {"members": [a, b], "up_min": 1}}));
        let patience = json!({"fail_after": 1, "recover_after": 1, "stable_for_seconds": 0});
        assert_eq!(
            (&added.json["interval_seconds"], &added.json["patience"]),
            (&json!(60), &patience)
        );
        for (members, field) in [
            (json!([]), "kind.group.members"),
            (json!(["nowhere"]), "kind.group.members[0]"),
            (json!([a, "replica-a"]), "kind.group.members[1]"),
        ] {
            let refused = program.post("/api/v1/checks", group(members)).await.expect(422);
            assert_eq!(refused.json["field"], field, "{}", refused.json);
        }
        let outer = json!({"name": "Outer", "kind": {"group": {"members": ["replicas"]}}});
        program.post("/api/v1/checks", outer).await.expect(201);
        let circle = json!({"kind": {"group": {"members": ["replica-a", "outer"]}}});
        let refused = program.patch(added.header("location"), "\"v1\"", circle).await.expect(422);
        assert_eq!(refused.json["field"], "kind.group.members[1]", "{}", refused.json);
        let fewer = json!({"kind": {"group": {"members": ["replica-b"]}}});
        let changed = program.patch(added.header("location"), "\"v1\"", fewer).await.expect(200);
        assert_eq!(changed.json["kind"], json!({"group": {"members": [b], "up_min": null}}));
    }
}

#[tokio::test]
async fn groups_are_brought_over_with_their_members() {
    let program = Program::on(Engine::Sqlite).await;
    add_members(&program).await;
    let check = |key: &str, kind: Value| json!({"check": {"key": key, "name": key, "kind": kind}});
    let new = check("new", json!({"icmp": {"host": "db.example.com"}}));
    let group = |members: Value| check("group", json!({"group": {"members": members}}));
    let wrong = json!({"checks": [group(json!(["new", "replica-a"])), new]});
    let refused = program.post("/api/v1/check-imports", wrong).await.expect(422);
    assert!(
        refused.json.to_string().contains("nor one before it in this list"),
        "{}",
        refused.json
    );
    let right = json!({"checks": [new, group(json!(["new", "replica-a"]))]});
    for outcome in ["added", "there"] {
        let done = program.post("/api/v1/check-imports", right.clone()).await.expect(200);
        assert_eq!(done.json["checks"][1]["outcome"], outcome, "{}", done.json);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_added_from_the_command_line() {
    let program = Program::on(Engine::Sqlite).await;
    add_members(&program).await;
    let words =
        ["check", "add", "Replicas", "group:1", "--member", "replica-a", "--member", "replica-b"];
    let said = stdout(&run(asking(&program, &words)).await);
    assert!(said.contains("replicas  not probed yet  group:1  Replicas"), "{said}");
    for (words, told) in [
        (&["check", "add", "Empty", "group:all"][..], "name them by their keys, with --member"),
        (
            &["check", "add", "x", "a.example.com:1", "--member", "replica-a"],
            "--member is for groups",
        ),
        (&["check", "run", "replicas"], "a group is not tried"),
    ] {
        let refused = run(asking(&program, words)).await;
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(1) && said.contains(told), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_is_run_from_its_folder_alone() {
    let program = Program::on(Engine::Sqlite).await;
    let mut command =
        asking(&program, &["check", "run", "command:printf '%s|%s' 'all is well' a=1"]);
    command.env("ALLCLEAR_COMMANDS_FOLDER", "/usr/bin");
    let said = stdout(&run(command).await);
    assert!(said.contains("  < all is well|a=1\n") && said.contains("  * figure a: 1\n"), "{said}");
    assert!(said.contains("\nok after "), "{said}");
    let refused = run(asking(&program, &["check", "run", "command:printf"])).await;
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(said.contains("commands_folder") && refused.status.code() == Some(1), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_ends_with_the_command_that_runs_it() {
    let program = Program::on(Engine::Sqlite).await;
    let told = tempfile::tempdir().unwrap();
    let told = told.path().join("leader");
    let script = format!("echo $$ > {0}.new; mv {0}.new {0}; sleep 1000", told.display());
    let what = format!("command:sh -c '{script}'");
    let mut command = asking(&program, &["check", "run", &what, "--deadline", "2m"]);
    command.env("ALLCLEAR_COMMANDS_FOLDER", "/usr/bin");
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let running = command.spawn().unwrap();
    let pause = || tokio::time::sleep(Duration::from_millis(5));
    let mut leader = None;
    for _ in 0..12_000 {
        if let Ok(number) = std::fs::read_to_string(&told) {
            leader = Pid::from_raw(number.trim().parse().unwrap());
            break;
        }
        pause().await;
    }
    let leader = leader.expect("it was not run within a minute");
    // As Ctrl-C does.
    kill_process(Pid::from_child(&running), Signal::INT).unwrap();
    let ended =
        tokio::task::spawn_blocking(move || running.wait_with_output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.code() == Some(1) && said.contains("stopped before its end"), "{said}");
    for _ in 0..12_000 {
        if test_kill_process_group(leader).is_err() {
            return;
        }
        pause().await;
    }
    panic!("something of the program is still there after a minute");
}

#[tokio::test]
async fn a_program_is_named_below_the_folder() {
    let program = Program::on(Engine::Sqlite).await;
    let command = |name: &str, arguments: Vec<String>| {
        let kind = json!({"command": {"program": name, "arguments": arguments}});
        json!({"name": "Disk", "kind": kind})
    };
    for (name, arguments, field) in [
        ("/bin/sh", vec![], "kind.command.program"),
        ("disks/../../sh", vec![], "kind.command.program"),
        ("", vec![], "kind.command.program"),
        ("check_disk", vec!["a\nb".to_owned()], "kind.command.arguments[0]"),
        ("check_disk", vec!["a\0b".to_owned()], "kind.command.arguments[0]"),
        ("check_disk", vec![String::new(); 65], "kind.command.arguments"),
    ] {
        let refused = program.post("/api/v1/checks", command(name, arguments)).await.expect(422);
        assert_eq!(refused.json["field"], field, "{}", refused.json);
    }
    let right = command("disks/check_disk", vec!["-p".to_owned(), "/srv/my data".to_owned()]);
    let added = program.post("/api/v1/checks", right).await.expect(201);
    assert_eq!(added.json["kind"]["command"]["arguments"], json!(["-p", "/srv/my data"]));
    assert_eq!(added.json["interval_seconds"], 60);
}
