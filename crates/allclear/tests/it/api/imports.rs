//! Checks out of other monitors' configurations: with a server, without one, and again.

use std::process::{Command, Output};

use allclear_store::testing::kuma::make;
use serde_json::Value;

use super::Program;
use super::commands::{asking, json, run};
use crate::support::{Engine, Fresh, allclear, stdout};

/// The folder with what is read.
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../allclear-checks/samples");

fn source(name: &str) -> String {
    format!("{SAMPLES}/{name}")
}

fn with_variables(mut command: Command) -> Command {
    command.env("SHOP_HOST", "shop.example.com").env("ACCOUNT_TOKEN", "hunter2-account");
    command
}

fn count(list: &Value) -> usize {
    list.as_array().unwrap().len()
}

#[test]
fn a_plan_needs_neither_server_nor_database_and_tells_no_secret() {
    let plan = |words: &[&str]| {
        let mut command = with_variables(allclear());
        command.env("ALLCLEAR_URL", "http://127.0.0.1:9").args(["import", "gatus"]);
        command.arg(source("gatus")).arg("--plan").args(words).output().unwrap()
    };
    let said = stdout(&plan(&[]));
    assert!(!said.contains("hunter2"), "{said}");
    assert!(
        said.contains("taken as it is  directory  (teams/network.yml, endpoints[3])"),
        "{said}"
    );
    assert!(said.ends_with("16 checks would be added; nothing was written\n"), "{said}");
    let told = json(&plan(&["--json"]));
    assert!(!told.to_string().contains("hunter2"), "{told}");
    assert_eq!((count(&told["checks"]), count(&told["report"]["entries"])), (16, 20));
    assert_eq!(told["report"]["entries"][0]["outcome"], "changed");
    assert_eq!(plan(&["--page", "shop"]).status.code(), Some(1));
}

/// Nobody is at the other end of a pipe that lies in a folder: it must not be waited for.
#[test]
fn a_pipe_among_the_files_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let plan = |format: &str, source: &str, words: &[&str]| {
        let mut command = allclear();
        command.args(["import", format, "--plan"]).arg(path(source)).args(words);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    std::fs::create_dir_all(path("gatus")).unwrap();
    std::fs::write(path("gatus/config.yaml"), "endpoints: []").unwrap();
    std::fs::write(path("blackbox.yml"), "modules: {http: {prober: http}}").unwrap();
    let jobs = "scrape_configs:
- job_name: web
  metrics_path: /probe
  params: {module: [http]}
  file_sd_configs: [{files: [targets/*.yml]}]
";
    std::fs::write(path("prometheus.yml"), jobs).unwrap();
    std::fs::create_dir_all(path("targets")).unwrap();
    for pipe in ["gatus/more.yaml", "kuma.db", "targets/web.yml"] {
        let made = Command::new("mkfifo").arg(path(pipe)).status().unwrap();
        assert!(made.success(), "{pipe}");
    }
    let (code, said) = plan("gatus", "gatus", &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("more.yaml is no file"), "{said}");
    let (code, said) = plan("uptime-kuma", "kuma.db", &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("kuma.db is no file"), "{said}");
    let targets = path("prometheus.yml");
    let (_, said) = plan("blackbox", "blackbox.yml", &["--targets", targets.to_str().unwrap()]);
    assert!(said.contains("web.yml is no file"), "{said}");
}

#[test]
fn what_cannot_be_read_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("bad.yaml"), "endpoints: [").unwrap();
    std::fs::write(path("bytes.yaml"), b"\xff").unwrap();
    std::fs::create_dir(path("empty")).unwrap();
    for (name, wanted) in [
        ("bad.yaml", "is no YAML that can be read"),
        ("bytes.yaml", "is not UTF-8 text"),
        ("empty", "holds no file whose name ends in .yaml or .yml"),
        ("none.yaml", "cannot be read"),
    ] {
        let mut command = allclear();
        command.args(["import", "gatus", "--plan"]).arg(path(name));
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.contains(wanted)), (Some(1), true), "{said}");
    }
}

async fn bring_over(ask: impl AsyncFn(&[&str]) -> Output) {
    let words = ["import", "gatus", &source("gatus"), "--json"];
    let first = json(&ask(&words).await)["written"].take();
    assert_eq!((count(&first["added"]), count(&first["there"])), (16, 0), "{first}");
    let paused = json(&ask(&["check", "show", "gatus-only-reachable", "--json"]).await);
    assert!(paused["paused_at"].is_string(), "{paused}");
    let account = json(&ask(&["check", "show", "gatus-shop-account", "--json"]).await);
    assert_eq!(account["kind"]["http"]["secret_headers"][0]["is_set"], true, "{account}");

    // Somebody wrote on; what they did stays, and it is said.
    stdout(&ask(&["check", "resume", "gatus-only-reachable"]).await);
    stdout(&ask(&["check", "remove", "gatus-shop-search"]).await);
    let other = ["check", "add", "Search", "search.example.com:443", "--key", "gatus-shop-search"];
    stdout(&ask(&other).await);
    let again = json(&ask(&words).await)["written"].take();
    assert_eq!((count(&again["added"]), count(&again["there"])), (0, 15), "{again}");
    assert_eq!(again["differing"][0]["key"], "gatus-shop-search");
    assert_eq!(again["differing"][0]["fields"][0], "name");
    assert_eq!(count(&json(&ask(&["check", "list", "--json"]).await)), 16);
    let said = stdout(&ask(&words[..3]).await);
    let wanted = "gatus-shop-search is there already and differs in name, kind, ";
    assert!(said.contains(wanted), "{said}");
    assert!(said.ends_with("0 checks added, 16 there already\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_are_brought_over_once_with_a_server_and_without_one() {
    for engine in Engine::ALL {
        let program = Program::on(engine).await;
        bring_over(async |words: &[&str]| run(with_variables(asking(&program, words))).await).await;
        program.instance.stop().await;
        let fresh = Fresh::on(engine);
        bring_over(async |words: &[&str]| {
            let mut command = with_variables(fresh.command());
            command.args(words);
            run(command).await
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_come_over_whole_or_not_at_all() {
    let program = Program::on(Engine::Sqlite).await;
    let tcp = |name: &str, port: u16| {
        serde_json::json!({"check": {"name": name, "key": name,
            "kind": {"tcp": {"host": "mail.example.com", "port": port}}}})
    };
    let mut nameless = tcp("c", 25);
    nameless["check"]["key"] = Value::Null;
    let new = serde_json::json!({"checks": [tcp("a", 25), tcp("b", 0), nameless]});
    let refused = program.post("/api/v1/check-imports", new).await.expect(422).json.to_string();
    assert!(refused.contains("checks[1].check.kind.tcp.port"), "{refused}");
    assert!(refused.contains("checks[2].check.key"), "{refused}");
    assert_eq!(count(&program.get("/api/v1/checks").await.expect(200).json["items"]), 0);
    let many: Vec<Value> = (0..501).map(|n| tcp(&format!("n{n}"), 25)).collect();
    let many = serde_json::json!({ "checks": many });
    program.post("/api/v1/check-imports", many).await.expect(422);
    let twice = serde_json::json!({"checks": [tcp("a", 25), tcp("a", 26)]});
    let done = program.post("/api/v1/check-imports", twice).await.expect(200).json;
    assert_eq!(
        (&done["checks"][0]["outcome"], &done["checks"][1]["outcome"]),
        (&"added".into(), &"there".into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_uptime_kuma_is_read_while_it_is_open() {
    let fresh = Fresh::on(Engine::Sqlite);
    let file = fresh.folder.path().join("kuma.db");
    let front = [("name", "Front"), ("type", "http"), ("url", "https://shop.example.com")];
    let token = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z";
    let backup = [("name", "Backup"), ("type", "push"), ("push_token", token)];
    let rows = [("monitor", &front[..]), ("monitor", &backup)];
    let running = make(&file, false, &rows).await.unwrap();
    let ask = async |words: &[&str]| {
        let mut command = fresh.command();
        command.args(["import", "uptime-kuma"]).arg(fresh.folder.path()).args(words);
        run(command).await
    };
    let said = stdout(&ask(&["--plan"]).await);
    assert!(said.contains("taken as it is  Front"), "{said}");
    assert!(said.contains("taken with changes  Backup") && !said.contains(token), "{said}");
    let first = json(&ask(&["--json"]).await)["written"].take();
    assert_eq!(first["added"][0], "kuma-1", "{first}");
    let again = json(&ask(&["--json"]).await)["written"].take();
    assert_eq!(again["there"], serde_json::json!(["kuma-1", "kuma-2"]), "{again}");
    running.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_pushed_before_is_heard_with_its_token() {
    let program = Program::on(Engine::Sqlite).await;
    let beat = |key: &str, tokens: &[&str]| {
        let every = serde_json::json!({"every": {"seconds": 60}});
        serde_json::json!({"check": {"name": key, "key": key, "interval_seconds": 60,
            "kind": {"heartbeat": {"schedule": every, "grace_seconds": 1, "tokens": tokens}}}})
    };
    let token = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z";
    let twice = serde_json::json!({"checks": [beat("a", &[token]), beat("b", &[token])]});
    let refused = program.post("/api/v1/check-imports", twice).await.expect(422).json.to_string();
    assert!(refused.contains("checks[1].check.kind.heartbeat.tokens[0]"), "{refused}");
    let both = serde_json::json!({"checks": [beat("a", &[token]), beat("b", &[])]});
    for outcome in ["added", "there"] {
        let done = program.post("/api/v1/check-imports", both.clone()).await.expect(200).json;
        let outcomes = [&done["checks"][0]["outcome"], &done["checks"][1]["outcome"]];
        assert_eq!(outcomes, [outcome, outcome], "{done}");
    }
    let pushed = program.get(&format!("/api/push/{token}?status=up")).await.expect(200).json;
    assert_eq!(pushed["ok"], true, "{pushed}");
    let items = program.get("/api/v1/checks").await.expect(200).json["items"].take();
    let of_b = items.as_array().unwrap().iter().find(|one| one["key"] == "b").unwrap();
    assert_eq!(count(&of_b["kind"]["heartbeat"]["tokens"]), 1, "{of_b}");
}

#[test]
fn a_blackbox_exporter_needs_its_targets() {
    let plan = |words: &[&str]| {
        let mut command = allclear();
        command.args(["import", "blackbox"]).arg(source("blackbox/blackbox.yml")).arg("--plan");
        command.args(words).output().unwrap()
    };
    assert_eq!(plan(&[]).status.code(), Some(2));
    let said = stdout(&plan(&["--targets", &source("blackbox/prometheus.yml")]));
    assert!(said.contains("(targets/databases.yml, [0].targets[1])"), "{said}");
    assert!(said.ends_with("14 checks would be added; nothing was written\n"), "{said}");
}
