//! Everything has a limit, and whoever reaches it is told which and what to do. Below it, what is
//! odd is taken as it is and shown as text.

use serde_json::{Value, json};

use super::{Answer, Program};
use crate::support::Engine;
use crate::support::reader::Reader;

/// Whether a refusal names the field, or says so in its words.
fn assert_told(answer: &Answer, words: &str) {
    let told = format!("{} {}", answer.json["field"], answer.json["detail"]);
    assert!(told.contains(words), "not `{words}`: {:#}", answer.json);
}

#[tokio::test]
async fn each_limit_of_a_body_is_told() {
    let program = Program::on(Engine::Sqlite).await;
    let path = "/api/v1/incidents";
    let nested = (0..200).fold(json!("x"), |inner, _| json!([inner]));
    let many: Vec<Value> =
        (0..1_001).map(|_| json!({"component": "checkout", "status": "major_outage"})).collect();
    let update = |body: String| json!({"title": "x", "update": {"body": body}});
    for (body, status, words) in [
        (json!({"title": "x".repeat(5 * 1024 * 1024)}), 413, "4 MB"),
        (json!({"title": nested}), 400, ""),
        (json!({"title": "x".repeat(301)}), 422, "title"),
        (json!({"title": "a\u{0}b"}), 422, "title"),
        (json!({"title": "   "}), 422, "title"),
        (update("x".repeat(256 * 1024 + 1)), 422, "body"),
        (json!({"title": "x", "affected": many}), 422, "affected"),
        (json!({"title": "x", "status_page": "x".repeat(65)}), 422, "status_page"),
    ] {
        let answer = program.post(path, body.clone()).await;
        let shown: String = body.to_string().chars().take(60).collect();
        assert_eq!(answer.status, status, "{shown}: {:#}", answer.json);
        assert_told(&answer, words);
    }
    let listed = program.get(path).await.expect(200);
    assert_eq!(listed.json["items"], json!([]), "nothing came of it");
    program.instance.stop().await;
}

#[tokio::test]
async fn an_update_says_something_and_is_followed_soon() {
    let program = Program::on(Engine::Sqlite).await;
    let made = program.post("/api/v1/incidents", json!({"title": "x"})).await.expect(201);
    let path = format!("/api/v1/incidents/{}/updates", made.id());
    for (update, words) in [
        (json!({"body": ""}), "says nothing new"),
        (json!({"body": " \n "}), "says nothing new"),
        (json!({"body": "x", "next_update_due_at": "2020-01-01T00:00:00Z"}), "in the past"),
        (json!({"body": "x", "next_update_due_at": "9999-01-01T00:00:00Z"}), "31 days"),
    ] {
        let refused = program.post(&path, update).await.expect(422);
        assert_told(&refused, words);
    }
    let soon = json!({"body": "x", "next_update_due_at": "2026-11-21T13:00:00Z"});
    program.post(&path, soon).await.expect(201);
    program.post(&path, json!({"body": "", "status": "identified"})).await.expect(201);
    program.instance.stop().await;
}

#[tokio::test]
async fn what_is_named_must_be_there() {
    let program = Program::on(Engine::Sqlite).await;
    let made = program.post("/api/v1/incidents", json!({"title": "x"})).await.expect(201);
    let path = format!("/api/v1/incidents/{}", made.id());
    let gone = json!({"same_cause_as": "inc_01a1fe0161e87ff488ec657a2c1bf3c8"});
    let refused = program.patch(&path, made.header("etag"), gone).await.expect(422);
    assert_eq!(refused.json["field"], "same_cause_as");
    assert_told(&refused, "there is no incident");

    let other = json!({"title": "Another Page"});
    let other = program.post("/api/v1/status-pages", other).await.expect(201);
    let page = other.json["id"].clone();
    let theirs = json!({"name": "Mail", "status_page": page});
    let theirs = program.post("/api/v1/components", theirs).await.expect(201);
    let affected = json!([{"component": theirs.id(), "status": "major_outage"}]);
    let new = json!({"title": "y", "affected": affected, "status_page": "example-shop"});
    let refused = program.post("/api/v1/incidents", new).await.expect(422);
    assert_told(&refused, "another status page");
    program.instance.stop().await;
}

#[tokio::test]
async fn each_limit_of_an_address_is_told() {
    let program = Program::on(Engine::Sqlite).await;
    for (query, words) in [
        ("limit=0", "limit"),
        ("limit=100000", "limit"),
        ("limit=-1", "limit"),
        ("limit=1&limit=x", "limit"),
        ("cursor=%ff", "cursor"),
        ("cursor=nothing", "cursor"),
        ("status=unheard_of", "status"),
    ] {
        let answer = program.get(&format!("/api/v1/incidents?{query}")).await;
        assert!(matches!(answer.status, 400 | 422), "{query}: {} {:#}", answer.status, answer.json);
        assert_told(&answer, words);
    }
    let text = [("content-type", "text/plain")];
    let answer = program.ask("POST", "/api/v1/incidents", &text, None).await;
    assert!(matches!(answer.status, 400 | 415), "{:#}", answer.json);
    program.instance.stop().await;
}

#[tokio::test]
async fn components_nest_as_deep_as_is_said() {
    let program = Program::on(Engine::Sqlite).await;
    let mut parent = Value::Null;
    for depth in 1..=16 {
        let new = json!({"name": format!("Level {depth}"), "parent": parent});
        let made = program.post("/api/v1/components", new).await.expect(201);
        parent = made.json["id"].clone();
    }
    let too_deep = json!({"name": "Level 17", "parent": parent});
    let answer = program.post("/api/v1/components", too_deep).await.expect(422);
    assert_told(&answer, "16");
    program.instance.stop().await;
}

/// Text that has brought down readers of Markdown elsewhere.
#[tokio::test]
async fn odd_texts_are_taken_and_shown() {
    let program = Program::on(Engine::Sqlite).await;
    for (number, text) in [
        "> ".repeat(20_000),
        "* ".repeat(20_000),
        "[".repeat(50_000),
        "![](".repeat(20_000),
        "`".repeat(50_000),
        "_*".repeat(50_000),
        "&#".repeat(50_000),
        "<a ".repeat(20_000),
        format!("{}\n{}", "|a".repeat(10_000), "|-".repeat(10_000)),
        "a\u{301}".repeat(50_000),
        "\u{1f468}\u{200d}".repeat(10_000),
    ]
    .into_iter()
    .enumerate()
    {
        let title = format!("Odd {number}");
        let new = json!({"title": title, "update": {"body": text}});
        let made = program.post("/api/v1/incidents", new).await.expect(201);
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        program.instance.publisher().run_once(now).await.unwrap();
        let path = format!("/incidents/{}", made.json["public_id"].as_str().unwrap());
        let page = Reader::of(&program.instance).get(&path).await;
        assert_eq!(page.status, 200, "{title}");
        assert!(page.text().contains(&title), "{title}");
    }
    program.instance.stop().await;
}
