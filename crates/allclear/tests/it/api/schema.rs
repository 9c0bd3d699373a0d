//! What the server gives has the shape that its document says. Schemathesis asks for the rest
//! (`cargo xtask soak api`).

use allclear_web::api::openapi;
use serde_json::{Value, json};

use super::Program;
use crate::support::Engine;

/// Says where a value is not what a schema says. It knows what the document uses.
fn check(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return check(document, target, value, at);
    }
    if let Some(options) = schema["anyOf"].as_array() {
        let is_null = |option: &&Value| option["type"] == "null";
        let (null, other): (Vec<&Value>, Vec<&Value>) = options.iter().partition(is_null);
        assert!(!null.is_empty() && other.len() == 1, "{at}: {schema}");
        if !value.is_null() {
            check(document, other[0], value, at);
        }
        return;
    }
    if let Some(options) = schema["oneOf"].as_array() {
        // One of several things, told apart by the name of its only field.
        let is_meant = |option: &&Value| !value[option["required"][0].as_str().unwrap()].is_null();
        let option = options.iter().find(is_meant).unwrap_or_else(|| panic!("{at}: {value}"));
        return check(document, option, value, at);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |wanted: &Value| wanted == kind;
    let is_fit = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(fits),
        one => fits(one),
    };
    assert!(is_fit, "{at} is {kind}: {schema}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value}");
    }
    for item in value.as_array().into_iter().flatten() {
        check(document, &schema["items"], item, &format!("{at}[]"));
    }
    for required in schema["required"].as_array().into_iter().flatten() {
        assert!(
            !value[required.as_str().unwrap()].is_null()
                || !value.is_object()
                || value.get(required.as_str().unwrap()).is_some(),
            "{at} lacks {required}"
        );
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        let known = &schema["properties"][name];
        assert!(!known.is_null(), "{at}.{name} is not in the document");
        check(document, known, member, &format!("{at}.{name}"));
    }
}

/// Asks, and holds the answer against the document.
pub(super) async fn ask(
    program: &Program,
    rule: &str,
    id: &str,
    body: Option<Value>,
) -> super::Answer {
    let document = openapi::document();
    let (method, path) = rule.split_once(' ').unwrap();
    let operation = &document["paths"][path][method.to_lowercase()];
    let version = program.get(&path.replace("{id}", id)).await.header("etag").to_owned();
    let headers = [("if-match", version.as_str())];
    let headers = if method == "PATCH" { &headers[..] } else { &[] };
    let answer = program.ask(method, &path.replace("{id}", id), headers, body).await;
    let told = &operation["responses"][answer.status.to_string()];
    assert!(!told.is_null(), "{rule}: {} is not in the document: {}", answer.status, answer.json);
    assert!(answer.status < 300, "{rule}: {}", answer.json);
    let schema = &told["content"]["application/json"]["schema"];
    check(&document, schema, &answer.json, rule);
    for header in told["headers"].as_object().into_iter().flatten() {
        assert_ne!(answer.header(header.0), "", "{rule}: {}", header.0);
    }
    answer
}

#[tokio::test]
async fn every_answer_has_the_shape_that_the_document_says() {
    let program = Program::on(Engine::Sqlite).await;
    let (p, none) = (&program, "");
    ask(p, "GET /api/v1/me", none, None).await;
    let page = json!({"title": "Second"});
    let id = ask(p, "POST /api/v1/status-pages", none, Some(page)).await.id().to_owned();
    ask(p, "GET /api/v1/status-pages/{id}", &id, None).await;
    ask(p, "PATCH /api/v1/status-pages/{id}", &id, Some(json!({"components": []}))).await;
    ask(p, "GET /api/v1/status-pages", none, None).await;

    let id = ask(p, "POST /api/v1/components", none, Some(json!({"name": "Mail"}))).await;
    let id = id.id().to_owned();
    let status = json!({"status": "degraded_performance"});
    ask(p, "POST /api/v1/components/{id}/status", &id, Some(status)).await;
    ask(p, "PATCH /api/v1/components/{id}", &id, Some(json!({"start_date": "2026-01-01"}))).await;
    ask(p, "GET /api/v1/components/{id}", &id, None).await;
    ask(p, "GET /api/v1/components", none, None).await;
    p.ask("DELETE", &format!("/api/v1/components/{id}"), &[], None).await.expect(204);
    ask(p, "GET /api/v1/components/{id}", &id, None).await;
    ask(p, "POST /api/v1/components/{id}/bring-back", &id, None).await;

    let incident = json!({
        "title": "Mail is late", "kind": "disruption", "impact": "minor",
        "started": {"at": "2026-11-21T11:00:00Z", "is_approximate": true},
        "affected": [{"component": "mail", "status": "degraded_performance"},
            {"words": "Partners", "status": "partial_outage"}],
        "update": {"body": "We look.", "status": "investigating",
            "components": [{"component": "mail", "status": "partial_outage"}],
            "next_update_due_at": "2026-11-21T13:00:00Z"},
    });
    let id = ask(p, "POST /api/v1/incidents", none, Some(incident)).await.id().to_owned();
    let update = json!({"body": "Still looking.", "body_format": "plain"});
    ask(p, "POST /api/v1/incidents/{id}/updates", &id, Some(update)).await;
    let record = json!({"record": {
        "actions": [{"text": "Add a queue", "state": "promised", "due": "2026-12"}],
        "detected_at": "2026-11-21T11:01:00Z", "customers_should": "Wait."}});
    ask(p, "PATCH /api/v1/incidents/{id}", &id, Some(record)).await;
    let end = json!({"ended": {"on": "2026-11-21"}, "update": {"body": "Over."}});
    ask(p, "POST /api/v1/incidents/{id}/resolve", &id, Some(end)).await;
    ask(p, "POST /api/v1/incidents/{id}/reopen", &id, None).await;
    ask(p, "GET /api/v1/incidents/{id}", &id, None).await;
    ask(p, "GET /api/v1/incidents", none, None).await;

    let window = json!({"title": "New disks", "starts_at": "2026-11-22T01:00:00Z",
        "ends_at": "2026-11-22T02:00:00Z", "is_draft": true,
        "affected": [{"all": true, "status": "under_maintenance"}]});
    let id = ask(p, "POST /api/v1/maintenance", none, Some(window)).await.id().to_owned();
    ask(p, "POST /api/v1/maintenance/{id}/publish", &id, None).await;
    ask(p, "POST /api/v1/maintenance/{id}/begin", &id, None).await;
    let extension = json!({"ends_at": "2026-11-22T04:00:00Z"});
    ask(p, "POST /api/v1/maintenance/{id}/extend", &id, Some(extension)).await;
    let failed = json!({"title": "Disks are gone", "status": "major_outage"});
    ask(p, "POST /api/v1/maintenance/{id}/convert", &id, Some(failed)).await;
    ask(p, "GET /api/v1/maintenance/{id}", &id, None).await;
    ask(p, "GET /api/v1/maintenance", none, None).await;

    let notice = json!({"title": "Prices", "body": "New ones."});
    let id = ask(p, "POST /api/v1/announcements", none, Some(notice)).await.id().to_owned();
    let until = json!({"until": "2026-12-01T00:00:00Z"});
    ask(p, "PATCH /api/v1/announcements/{id}", &id, Some(until)).await;
    ask(p, "GET /api/v1/announcements", none, None).await;

    let file = json!({"name": "a.toml", "text": "[[component]]\nkey = \"mail\"\nname = \"Post\"\n\
        status_page = \"example-shop\"\n"});
    ask(p, "POST /api/v1/apply", none, Some(json!({"files": [file]}))).await;

    let template = json!({"name": "Mail is late", "begins": "incident", "title": "Mail is late",
        "impact": "minor", "affected": [{"component": "mail", "status": "degraded_performance"}]});
    let id = ask(p, "POST /api/v1/templates", none, Some(template)).await.id().to_owned();
    ask(p, "PATCH /api/v1/templates/{id}", &id, Some(json!({"text": "We look."}))).await;
    ask(p, "GET /api/v1/templates/{id}", &id, None).await;
    ask(p, "GET /api/v1/templates", none, None).await;
    checks(p).await;
    expiries(p).await;
}

async fn expiries(p: &Program) {
    let new = json!({"name": "Contract", "due_on": "2029-03-31", "note": "Two signatures"});
    let id = ask(p, "POST /api/v1/expiries", "", Some(new)).await.id().to_owned();
    let patch = json!({"owner": "Accounting", "note": null, "warn_days": [60]});
    ask(p, "PATCH /api/v1/expiries/{id}", &id, Some(patch)).await;
    let renewal = json!({"due_on": "2030-03-31"});
    ask(p, "POST /api/v1/expiries/{id}/renew", &id, Some(renewal)).await;
    ask(p, "GET /api/v1/expiries/{id}", &id, None).await;
    ask(p, "POST /api/v1/expiries", "", Some(json!({"domain": "example.com"}))).await;
    ask(p, "GET /api/v1/expiries", "", None).await;
    ask(p, "POST /api/v1/expiry-feeds", "", Some(json!({"name": "Ada"}))).await;
    ask(p, "GET /api/v1/expiry-feeds", "", None).await;
}

async fn checks(p: &Program) {
    let http = json!({"url": "https://shop.example.com", "statuses": [{"from": 200, "to": 204}],
        "assertions": [{"json": {"path": "$.status", "test": {"is": "up"}}}, {"size": {"min": 1}},
            {"header": {"name": "server", "test": {"matches": "nginx"}}}]});
    let check = json!({"name": "Shop", "kind": {"http": http},
        "affects": [{"component": "checkout", "when_degraded": "operational"}]});
    let made = ask(p, "POST /api/v1/checks", "", Some(check)).await;
    let id = made.id().to_owned();
    p.let_fail(&id, made.json["affects"][0]["component"].as_str().unwrap()).await;
    ask(p, "PATCH /api/v1/checks/{id}", &id, Some(json!({"slow_after_ms": 800}))).await;
    ask(p, "GET /api/v1/checks/{id}", &id, None).await;
    ask(p, "GET /api/v1/checks", "", None).await;
    ask(p, "GET /api/v1/checks/{id}/outages", &id, None).await;
    p.let_be_blind().await;
    ask(p, "GET /api/v1/sight", "", None).await;
    ask(p, "POST /api/v1/checks/{id}/pause", &id, None).await;
    let tcp =
        json!({"tcp": {"host": "mail.example.com", "port": 25, "expect": {"contains": "220"}}});
    ask(p, "PATCH /api/v1/checks/{id}", &id, Some(json!({"kind": tcp}))).await;
    let tls = json!({"tls": {"host": "mail.example.com", "port": 25, "starttls": "smtp"}});
    ask(p, "PATCH /api/v1/checks/{id}", &id, Some(json!({"kind": &tls}))).await;
    ask(p, "POST /api/v1/checks/{id}/resume", &id, None).await;
    let carried = json!({"check": {"name": "Mail", "key": "gatus-mail", "kind": tls}});
    ask(p, "POST /api/v1/check-imports", "", Some(json!({"checks": [carried]}))).await;
}

#[tokio::test]
async fn the_document_is_public() {
    let mut program = Program::on(Engine::Sqlite).await;
    program.token = String::new();
    let document = program.get("/api/v1/openapi.json").await.expect(200);
    assert_eq!(document.json, openapi::document());
    assert_eq!(document.json["openapi"], "3.1.0");
}
