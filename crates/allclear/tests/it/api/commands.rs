//! The commands over the API: with a server and without one, doing the same.

use std::process::{Command, Output};

use serde_json::Value;

use super::Program;
use crate::support::{Engine, Fresh, allclear, stdout};

pub(super) fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap()
}

/// Runs a command that blocks, beside the server of the story.
pub(super) async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

pub(super) fn asking(program: &Program, words: &[&str]) -> Command {
    let mut command = allclear();
    command.env("ALLCLEAR_URL", format!("http://{}", program.instance.address()));
    command.env("ALLCLEAR_TOKEN", &program.token);
    command.env("HOME", program._fresh.folder.path()).args(words);
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_told_from_the_command_line_over_the_server() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        let words = [
            "incident",
            "report",
            "Payments fail",
            "--affects",
            "checkout=partial_outage",
            "--message",
            "We are looking.",
            "--json",
        ];
        let reported = json(&run(asking(&program, &words)).await);
        assert_eq!(reported["status"], "investigating");
        let id = reported["public_id"].as_str().unwrap();
        let words = [
            "incident",
            "update",
            id,
            "--message",
            "Found it.",
            "--status",
            "identified",
            "--component",
            "checkout=degraded_performance",
        ];
        let said = stdout(&run(asking(&program, &words)).await);
        assert!(said.contains("identified  Payments fail"), "{said}");
        let words = ["incident", "resolve", id, "--message", "Over.", "--json"];
        assert_eq!(json(&run(asking(&program, &words)).await)["status"], "resolved");
        let again = run(asking(&program, &words)).await;
        assert_eq!(again.status.code(), Some(3));
        assert!(String::from_utf8_lossy(&again.stderr).contains("it is resolved already"));
        let list = json(&run(asking(&program, &["incident", "list", "--open", "--json"])).await);
        assert_eq!(list, Value::Array(Vec::new()));
        let words = ["shutdown", "Old app ends", "--affects", "all", "--json"];
        let shutdown = json(&run(asking(&program, &words)).await);
        assert_eq!(shutdown["kind"], "deliberate_shutdown");
        let words = ["component", "status", "search", "partial_outage"];
        stdout(&run(asking(&program, &words)).await);
        program.instance.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_the_same_commands_write_to_the_database() {
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let ask = |words: &[&str]| fresh.command().args(words).output().unwrap();
        let page = json(&ask(&["status-page", "add", "Example Shop", "--json"]));
        assert_eq!(page["slug"], "example-shop");
        assert!(stdout(&ask(&["component", "add", "Checkout"])).contains("checkout"));
        stdout(&ask(&["component", "status", "checkout", "major_outage"]));
        let listed = stdout(&ask(&["component", "list"]));
        assert!(listed.contains("checkout  major_outage  Checkout"), "{listed}");
        let words = [
            "maintenance",
            "plan",
            "New disks",
            "--from",
            "2099-01-01T01:00:00Z",
            "--to",
            "2099-01-01T02:00:00Z",
            "--affects",
            "checkout",
            "--json",
        ];
        let planned = json(&ask(&words));
        assert_eq!(planned["record"]["affected"][0]["status"], "under_maintenance");
        let id = planned["id"].as_str().unwrap();
        assert!(stdout(&ask(&["maintenance", "begin", id])).contains("in_progress"));
        let done = json(&ask(&["maintenance", "complete", id, "--message", "Done.", "--json"]));
        assert_eq!(done["status"], "completed");
        let words = [
            "maintenance",
            "repeat",
            "New certificates",
            "--rule",
            "FREQ=MONTHLY;BYDAY=1SU",
            "--first",
            "2099-01-04T02:30",
            "--minutes",
            "60",
            "--timezone",
            "Europe/Berlin",
            "--except",
            "2099-02-01",
            "--affects",
            "checkout",
            "--json",
        ];
        let series = json(&ask(&words));
        assert_eq!(series["next_starts"][1], "2099-03-01T01:30:00Z");
        let listed = stdout(&ask(&["maintenance", "repeating"]));
        assert!(listed.contains("running  New certificates"), "{listed}");
        let end = ["maintenance", "end-repeating", series["id"].as_str().unwrap()];
        assert!(stdout(&ask(&end)).contains("ended  New certificates"));
        assert_eq!(ask(&end).status.code(), Some(3), "it ended before");
        let refused = ask(&["maintenance", "cancel", id]);
        assert_eq!(refused.status.code(), Some(3));
        let unknown = ask(&["incident", "show", "abcdefghij01"]);
        assert_eq!(unknown.status.code(), Some(1));
        assert_eq!(ask(&["component", "status", "checkout", "broken"]).status.code(), Some(2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_a_server_nothing_is_written_to_its_folder() {
    let program = Program::on(Engine::Sqlite).await;
    let allclear_store::Location::Folder(folder) = &program._fresh.location else { return };
    let _lock = allclear_store::InstanceLock::acquire(folder).unwrap();
    let mut command = program._fresh.command();
    command.args(["incident", "report", "Payments fail"]);
    let refused = run(command).await;
    assert_eq!(refused.status.code(), Some(3));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("ALLCLEAR_URL and ALLCLEAR_TOKEN"), "{said}");
    let mut without = asking(&program, &["incident", "list"]);
    without.env_remove("ALLCLEAR_TOKEN");
    let refused = run(without).await;
    assert!(String::from_utf8_lossy(&refused.stderr).contains("set ALLCLEAR_TOKEN"));
}

/// Where a server is named, nothing is written or read beside it in silence.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_works_here_alone_says_so() {
    let fresh = Fresh::on(Engine::Sqlite);
    let empty = fresh.folder.path().join("empty");
    let page = fresh.folder.path().join("page.txt");
    std::fs::write(&page, "2024-05-01\nThe shop was down.\n").unwrap();
    let page = page.to_str().unwrap();
    for words in [
        &["import", "log", page][..],
        &["export"],
        &["person", "list"],
        &["token", "list"],
        &["token", "create", "--name", "x", "--scopes", "read"],
    ] {
        let mut command = allclear();
        command.env("ALLCLEAR_DATA", &empty).env("ALLCLEAR_URL", "http://127.0.0.1:1");
        command.env("ALLCLEAR_TOKEN", "x").args(words);
        let refused = run(command).await;
        assert_eq!(refused.status.code(), Some(3), "{words:?}");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains("run it where that server runs"), "{said}");
    }
    assert!(!empty.exists(), "nothing was made");
}

/// Drafts, announcements and work that fails: with a server and without one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_drafted_is_published_and_work_that_fails_becomes_an_incident() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        tell(async |words: &[&str]| run(asking(&program, words)).await).await;
        program.instance.stop().await;
        let fresh = Fresh::on(engine);
        let ask = async |words: &[&str]| {
            let mut command = fresh.command();
            command.args(words);
            run(command).await
        };
        stdout(&ask(&["status-page", "add", "Example Shop"]).await);
        stdout(&ask(&["component", "add", "Checkout"]).await);
        tell(ask).await;
    }
}

async fn tell(ask: impl AsyncFn(&[&str]) -> Output) {
    let draft = ["incident", "report", "Payments fail", "--draft", "--json"];
    let draft = json(&ask(&draft).await);
    assert_eq!(draft["published_at"], Value::Null);
    let id = draft["public_id"].as_str().unwrap();
    let listed = stdout(&ask(&["incident", "list"]).await);
    assert!(listed.contains("investigating  draft  Payments fail"), "{listed}");
    let published = json(&ask(&["incident", "publish", id, "--json"]).await);
    assert!(published["published_at"].is_string(), "{published}");
    assert_eq!(ask(&["incident", "publish", id]).await.status.code(), Some(3), "it is already");
    stdout(&ask(&["incident", "resolve", id]).await);
    let again = stdout(&ask(&["incident", "reopen", id]).await);
    assert!(again.contains("investigating  Payments fail"), "{again}");
    assert_eq!(ask(&["incident", "reopen", id]).await.status.code(), Some(3), "it is open");

    let add = [
        "announcement",
        "add",
        "New address",
        "--message",
        "We move.",
        "--until",
        "2099-01-01T00:00:00Z",
        "--draft",
        "--json",
    ];
    let notice = json(&ask(&add).await);
    assert_eq!((&notice["body"], &notice["published_at"]), (&"We move.".into(), &Value::Null));
    let id = notice["id"].as_str().unwrap();
    stdout(&ask(&["announcement", "publish", id]).await);
    let shown = json(&ask(&["announcement", "show", id, "--json"]).await);
    assert!(shown["published_at"].is_string(), "{shown}");
    let off = json(&ask(&["announcement", "take-off", id, "--json"]).await);
    assert!(off["until"].as_str().unwrap() < "2099", "{off}");
    let listed = stdout(&ask(&["announcement", "list"]).await);
    assert!(listed.contains("New address") && !listed.contains("draft"), "{listed}");

    let plan = [
        "maintenance",
        "plan",
        "New disks",
        "--from",
        "2099-01-01T01:00:00Z",
        "--to",
        "2099-01-01T02:00:00Z",
        "--affects",
        "checkout",
        "--draft",
        "--json",
    ];
    let planned = json(&ask(&plan).await);
    let id = planned["id"].as_str().unwrap();
    assert!(planned["published_at"].is_null(), "{planned}");
    stdout(&ask(&["maintenance", "publish", id]).await);
    stdout(&ask(&["maintenance", "begin", id]).await);
    let convert = [
        "maintenance",
        "convert",
        id,
        "The disks are broken",
        "--status",
        "partial_outage",
        "--message",
        "We put the old ones back.",
    ];
    let line = stdout(&ask(&convert).await);
    assert!(line.contains("investigating  The disks are broken"), "{line}");
    assert!(line.starts_with("inc_"), "{line}");
    assert_eq!(ask(&convert).await.status.code(), Some(3), "it was converted already");
}

/// Checks: with a server and without one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_is_added_shown_paused_and_removed_from_the_command_line() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        watch(async |words: &[&str]| run(asking(&program, words)).await).await;
        program.instance.stop().await;
        let fresh = Fresh::on(engine);
        let ask = async |words: &[&str]| {
            let mut command = fresh.command();
            command.args(words);
            run(command).await
        };
        stdout(&ask(&["status-page", "add", "Example Shop"]).await);
        stdout(&ask(&["component", "add", "Checkout"]).await);
        watch(ask).await;
    }
}

async fn watch_a_certificate(ask: &impl AsyncFn(&[&str]) -> Output) {
    let add = ["check", "add", "Certificate", "tls://mail.example.com:587", "--json"];
    let tls = json(&ask(&add).await)["kind"]["tls"].take();
    let line = stdout(&ask(&["check", "show", "certificate"]).await);
    assert!(line.contains("  not probed yet  tls://mail.example.com:587  Certificate"), "{line}");
    assert_eq!((&tls["starttls"], &tls["warn_days"]), (&"smtp".into(), &14.into()), "{tls}");
}

async fn watch(ask: impl AsyncFn(&[&str]) -> Output) {
    let none = ask(&["check", "list"]).await;
    assert!(String::from_utf8_lossy(&none.stderr).contains("allclear check add NAME URL"));
    let add = [
        "check",
        "add",
        "Shop front",
        "https://shop.example.com/health",
        "--every",
        "30s",
        "--deadline",
        "5s",
        "--slow-after",
        "800ms",
        "--affects",
        "checkout=partial_outage",
        "--affects",
        "example-shop/checkout",
        "--tag",
        "europe",
        "--json",
    ];
    let twice = ask(&add).await;
    assert_eq!(twice.status.code(), Some(1));
    let said = String::from_utf8_lossy(&twice.stderr).into_owned();
    assert!(said.contains("affects[1].component: is named twice"), "{said}");
    let once: Vec<&str> = [&add[..12], &add[14..]].concat();
    let check = json(&ask(&once).await);
    assert_eq!((&check["interval_seconds"], &check["deadline_ms"]), (&30.into(), &5_000.into()));
    assert_eq!((&check["slow_after_ms"], &check["tags"][0]), (&800.into(), &"europe".into()));
    assert_eq!(check["affects"][0]["when_failing"], "partial_outage");

    let mail = ["check", "add", "Mail", "[2001:db8::1]:25", "--key", "mx"];
    let line = stdout(&ask(&mail).await);
    assert!(line.ends_with("  mx  not probed yet  [2001:db8::1]:25  Mail\n"), "{line}");
    watch_a_certificate(&ask).await;
    let listed = stdout(&ask(&["check", "list"]).await);
    assert_eq!(listed.lines().count(), 3, "{listed}");
    let shown = json(&ask(&["check", "show", "shop-front", "--json"]).await);
    assert_eq!(shown, check);
    let paused = stdout(&ask(&["check", "pause", "mx"]).await);
    assert!(paused.contains("  mx  paused  "), "{paused}");
    assert_eq!(ask(&["check", "pause", "mx"]).await.status.code(), Some(3), "it is paused");
    let resumed = json(&ask(&["check", "resume", "mx", "--json"]).await);
    assert!(resumed["paused_at"].is_null(), "{resumed}");
    let removed = stdout(&ask(&["check", "remove", "mx"]).await);
    assert!(removed.starts_with("removed  chk_"), "{removed}");
    for words in [["check", "show", "mx"], ["check", "pause", "mx"], ["check", "remove", "mx"]] {
        let gone = ask(&words).await;
        assert_eq!(gone.status.code(), Some(1));
        let said = String::from_utf8_lossy(&gone.stderr).into_owned();
        assert!(said.contains("there is no check `mx`"), "{said}");
    }

    for (words, told) in [
        (["https://ada:pw@shop.example.com", "--every", "30s"], "a user name or a password"),
        (["https://shop.example.com", "--affects", "none"], "there is no component `none`"),
        (["https://shop.example.com", "--every", "1500ms"], "write whole seconds"),
    ] {
        let refused = ask(&[&["check", "add", "Wrong"][..], &words].concat()).await;
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(told), "{said}");
    }
    for target in ["shop.example.com", "shop.example.com:https"] {
        let refused = ask(&["check", "add", "Wrong", target]).await;
        assert_eq!(refused.status.code(), Some(2), "{target}");
    }
}
