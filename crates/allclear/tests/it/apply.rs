//! Files that declare how an installation is: by command, over the server, and by the server itself.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use allclear::apply_duty::ApplyDuty;
use allclear_domain::{Entropy, Scope};

use crate::console::Office;
use crate::support::{Engine, Fresh, allclear, stdout};

const GUIDE: &str = include_str!("../../../../docs/howto/apply-files.md");

/// Writes the files of the guide: each block of TOML begins with the name of its file.
fn write_guide(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let blocks = GUIDE.split("```toml\n# ").skip(1);
    let mut count = 0;
    for block in blocks {
        let (name, rest) = block.split_once('\n').unwrap();
        let text = rest.split_once("```").unwrap().0;
        std::fs::write(folder.join(name), text).unwrap();
        count += 1;
    }
    assert_eq!(count, 3);
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_example_of_the_guide_is_applied_and_then_there_is_nothing_to_do() {
    let fresh = Fresh::on(Engine::Sqlite);
    let folder = fresh.folder.path().join("status");
    write_guide(&folder);
    let run =
        |words: &[&str]| fresh.command().arg("apply").arg(&folder).args(words).output().unwrap();
    let told = stdout(&run(&[]));
    assert!(told.contains("create component `cards` of `shop` (pages.toml)"), "{told}");
    assert!(told.contains("note: people.toml:1: nobody signs in with ada@example.com"), "{told}");
    assert!(told.contains("6 created, 0 changed, 0 removed; 0 were as declared"), "{told}");
    let told = stdout(&run(&["--plan"]));
    assert!(told.contains("nothing to change; 6 are as declared"), "{told}");
    let plan: serde_json::Value =
        serde_json::from_str(&stdout(&run(&["--plan", "--json"]))).unwrap();
    assert_eq!(plan["steps"], serde_json::json!([]));

    std::fs::remove_file(folder.join("templates.toml")).unwrap();
    let refused = run(&["--prune"]);
    assert_eq!(refused.status.code(), Some(3), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("2 of 2 that came from files"), "{}", stderr(&refused));
    assert_eq!(run(&["--force"]).status.code(), Some(2), "force is for removing");
    let told = stdout(&run(&["--prune", "--force"]));
    assert!(told.contains("0 created, 0 changed, 2 removed"), "{told}");
    std::fs::write(folder.join("pages.toml"), "[[component]]\nkey = \"a\"\ncolor = 1\n").unwrap();
    let refused = run(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("pages.toml:3: unknown field `color`"),
        "{}",
        stderr(&refused)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_applies_what_a_token_may_and_marks_it() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let owner = office.owner_person().await;
        let folder = office._fresh.folder.path().join("status");
        write_guide(&folder);
        let address = office.instance.address();
        let home = office._fresh.folder.path().to_owned();
        let run = |token: String, words: &'static [&'static str]| {
            let mut command: Command = allclear();
            command.env("ALLCLEAR_URL", format!("http://{address}"));
            command.env("ALLCLEAR_TOKEN", token).env("HOME", &home);
            command.arg("apply").arg(&folder).args(words);
            tokio::task::spawn_blocking(move || command.output().unwrap())
        };
        let (_, weak) = office.program(&owner, [Scope::Read, Scope::StatusPages]).await;
        let refused = run(weak.secret().to_owned(), &[]).await.unwrap();
        assert_eq!(refused.status.code(), Some(3), "{}", stderr(&refused));
        assert!(stderr(&refused).contains("the scope `components`"), "{}", stderr(&refused));
        let (_, strong) = office.program(&owner, Scope::ALL).await;
        let told = stdout(&run(strong.secret().to_owned(), &[]).await.unwrap());
        assert!(told.contains("6 created"), "{told}");
        office.publish().await;
        assert!(office.browser().get("/").await.text.contains("Card payments"));
        let id = office.component("Storefront").await;
        let page = office.owner.get(&format!("/console/components/{id}")).await;
        let mark = "From a file: pages.toml. Changes here are undone at the next apply.";
        assert!(page.text.contains(mark), "{}", page.text);
        let page = office.owner.get("/console/status-pages/shop").await;
        assert!(page.text.contains(mark), "{}", page.text);
    }
}

#[tokio::test]
async fn the_duty_follows_a_folder_and_keeps_what_is_there_where_a_file_is_wrong() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        let folder = office._fresh.folder.path().join("status");
        write_guide(&folder);
        let duty = ApplyDuty::new(
            folder.clone(),
            office.instance.store().clone(),
            Arc::new(office.clock.clone()),
            Arc::new(Entropy::from_seed(5)),
        );
        assert!(duty.run_once().await.unwrap().unwrap().is_applied);
        assert!(duty.run_once().await.unwrap().is_none(), "nothing changed");
        let pages = folder.join("pages.toml");
        let text = std::fs::read_to_string(&pages).unwrap();
        std::fs::write(&pages, text.replace("Storefront", "Shop front")).unwrap();
        assert_eq!(duty.run_once().await.unwrap().unwrap().steps.len(), 1);
        std::fs::write(&pages, "[[component]]\n").unwrap();
        let error = duty.run_once().await.unwrap_err().to_string();
        assert!(error.contains("pages.toml:1: missing field"), "{error}");
        assert!(duty.run_once().await.unwrap().is_none(), "it is not told again");
        let id = office.component("Shop front").await;
        std::fs::write(&pages, "").unwrap();
        std::fs::remove_file(folder.join("templates.toml")).unwrap();
        let plan = duty.run_once().await.unwrap().unwrap();
        assert!(plan.steps.is_empty(), "the duty removes nothing");
        let page = office.owner.get(&format!("/console/audit?about={id}")).await;
        assert!(page.text.contains("Allclear itself (apply pages.toml)"), "{}", page.text);
    }
}

#[test]
fn a_server_does_not_start_over_files_that_are_wrong() {
    let fresh = Fresh::on(Engine::Sqlite);
    let folder = fresh.folder.path().join("status");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.toml"), "[[component]]\nkey = 1\n").unwrap();
    let mut command = fresh.command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--apply"]).arg(&folder);
    let refused = command.output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("a.toml:2: "), "{}", stderr(&refused));
}
