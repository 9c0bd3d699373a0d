//! What is there before anything is asked: without it, most questions end at "there is no such thing".

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::http;

/// How many of each kind: enough for those that are removed on the way.
const OF_EACH: usize = 16;

/// Of ten questions about one thing, eight name one that is there.
const KNOWN: &str = "0.8";

/// Things by kind, as the address of their list says it: their ids.
pub(super) struct Seeds(BTreeMap<&'static str, Vec<String>>);

/// Fills a server.
pub(super) fn sow(port: u16, token: &str) -> Result<Seeds> {
    let send = |method: &str, path: &str, body: &Value| -> Result<Value> {
        let answer = http::send(port, (method, path), token, &body.to_string())?;
        let text = String::from_utf8_lossy(&answer.body);
        if !(200..300).contains(&answer.status) {
            bail!("{method} {path} answered {} with {body}: {text}", answer.status);
        }
        Ok(serde_json::from_str(&text)?)
    };
    let mut seeds = Seeds(BTreeMap::new());
    for (kind, new) in KINDS {
        for number in 0..OF_EACH {
            let path = format!("/api/v1/{kind}");
            let made = send("POST", &path, &new(number))?;
            let id = made["id"].as_str().context("something without an id")?;
            match (kind, made["updates"][0]["id"].as_str()) {
                // A message is named with what it belongs to.
                (INCIDENTS, Some(update)) if number == 0 => {
                    send("PATCH", &format!("{path}/{id}/postmortem"), &json!({"summary": "Why."}))?;
                    seeds.keep("told-incidents", id);
                    seeds.keep("incident-updates", update);
                }
                (WINDOWS, Some(update)) if number == 0 => {
                    seeds.keep("told-windows", id);
                    seeds.keep("window-updates", update);
                }
                (WINDOWS, _) if number % 4 > 1 => {
                    send("POST", &format!("{path}/{id}/begin"), &json!({}))?;
                    seeds.keep(kind, id);
                }
                (CHECKS, _) if number % 2 == 1 => {
                    send("POST", &format!("{path}/{id}/pause"), &json!({}))?;
                    seeds.keep(kind, id);
                }
                _ => seeds.keep(kind, id),
            }
        }
    }
    Ok(seeds)
}

const INCIDENTS: &str = "incidents";
const WINDOWS: &str = "maintenance";
const CHECKS: &str = "checks";

/// A kind of thing, and what makes the one of that number.
type Kind = (&'static str, fn(usize) -> Value);

const KINDS: [Kind; 11] = [
    ("status-pages", |n| json!({"title": format!("Page {n}")})),
    ("components", |n| json!({"name": format!("Component {n}")})),
    (INCIDENTS, incident),
    (WINDOWS, window),
    ("maintenance-series", |n| {
        json!({"title": format!("Series {n}"), "rule": "FREQ=WEEKLY", "first": "2026-01-04T02:00:00",
            "lasts_minutes": 60})
    }),
    (
        "announcements",
        |n| json!({"title": format!("News {n}"), "body": "We move.", "is_draft": n % 2 == 0}),
    ),
    (
        "templates",
        |n| json!({"name": format!("Template {n}"), "title": "It is slow", "begins": "incident"}),
    ),
    (
        CHECKS,
        |n| json!({"name": format!("Check {n}"), "kind": {"tcp": {"host": "192.0.2.7", "port": 443}}}),
    ),
    ("expiries", |n| json!({"name": format!("Contract {n}"), "due_on": "2030-01-31"})),
    (
        "people",
        |n| json!({"name": format!("Person {n}"), "email": format!("p{n}@example.com"), "role": "viewer"}),
    ),
    ("tokens", |n| json!({"name": format!("Token {n}"), "scopes": ["read"]})),
];

fn incident(number: usize) -> Value {
    let mut new = json!({"title": format!("Incident {number}"), "update": {"body": "We look."}});
    match number % 4 {
        1 => new["is_draft"] = json!(true),
        2 => {
            new["started"] = json!({"at": "2026-01-04T10:00:00Z"});
            new["ended"] = json!({"at": "2026-01-04T11:00:00Z"});
        }
        _ => {}
    }
    new
}

fn window(number: usize) -> Value {
    let year = 2060 + number;
    json!({
        "title": format!("Window {number}"), "is_draft": number % 4 == 1,
        "starts_at": format!("{year}-01-04T10:00:00Z"), "ends_at": format!("{year}-01-04T11:00:00Z"),
        "update": {"body": "We work."},
    })
}

/// Fields whose values chance does not hit, by their place in bodies, and what is sent in most of
/// them.
const FIELDS: [(&str, &[&str]); 22] = [
    ("status_page", &["page-0"]),
    ("starts_at", &["2085-01-04T10:00:00Z"]),
    ("ends_at", &["2085-01-04T11:00:00Z"]),
    ("abort_at", &["2085-01-04T10:30:00Z"]),
    ("until", &["2085-01-04T11:00:00Z"]),
    ("expires_at", &["2085-01-04T11:00:00Z"]),
    ("next_update_due_at", &["2085-01-04T11:00:00Z"]),
    ("update.next_update_due_at", &["2085-01-04T11:00:00Z"]),
    ("update.shown_at", &["2026-01-04T11:00:00Z"]),
    ("shown_at", &["2026-01-04T11:00:00Z"]),
    ("affected[*].component", &["component-0", "component-1"]),
    ("affects[*].component", &["component-0", "page-0/component-1"]),
    ("kind.http.url", &["https://shop.example.com/health"]),
    ("kind.tcp.host", &["192.0.2.7"]),
    ("components[*].component", &["component-0", "component-1"]),
    ("update.components[*].component", &["component-0", "component-1"]),
    ("rule", &["FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=3"]),
    ("first", &["2027-01-04T02:00:00"]),
    ("timezone", &["Europe/Berlin", "UTC"]),
    ("email", &["a@example.com", "b@example.com", "c@example.com", "d@example.com"]),
    ("files[*].name", &["a.toml"]),
    ("files[*].text", &["[[component]]\nkey = \"a\"\nname = \"A\"\n"]),
];

impl Seeds {
    fn keep(&mut self, kind: &'static str, id: &str) {
        self.0.entry(kind).or_default().push(id.to_owned());
    }

    /// The part of the configuration that names them.
    pub(super) fn config(&self) -> String {
        let mut config = Config(String::new());
        for (kind, ids) in &self.0 {
            config.dictionary(kind, ids);
        }
        config.dictionary("versions", &["\"v1\"", "\"v2\"", "\"v3\""]);
        for (place, (_, values)) in FIELDS.iter().enumerate() {
            config.dictionary(&format!("field-{place}"), values);
        }
        config.line("[parameters]");
        for (place, (field, _)) in FIELDS.iter().enumerate() {
            config.parameter(&format!("body.{field}"), &format!("field-{place}"));
        }
        for (kind, updates, told) in [
            (INCIDENTS, "incident-updates", "told-incidents"),
            (WINDOWS, "window-updates", "told-windows"),
        ] {
            config.operations(&format!("^/api/v1/{kind}/.id./updates/"), told);
            config.parameter("path.update_id", updates);
        }
        config.operations("^/api/v1/incidents/.id./postmortem", "told-incidents");
        for (kind, _) in KINDS {
            let but = if kind == INCIDENTS { "(?!postmortem)" } else { "" };
            config.operations(&format!("^/api/v1/{kind}/.id.(/{but}[a-z-]+)?$"), kind);
        }
        config.0
    }
}

/// A configuration of what asks, in TOML. Writing to a string does not fail.
struct Config(String);

impl Config {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.0, "{line}");
    }

    fn dictionary(&mut self, name: &str, values: &[impl AsRef<str>]) {
        let values: Vec<String> =
            values.iter().map(|value| json!(value.as_ref()).to_string()).collect();
        self.line(&format!("\n[dictionaries.{name}]\nvalues = [{}]", values.join(", ")));
    }

    /// Operations of these addresses name things of this kind.
    fn operations(&mut self, path: &str, kind: &str) {
        self.line(&format!("\n[[operations]]\ninclude-path-regex = {}", json!(path)));
        self.line("[operations.parameters]");
        self.parameter("path.id", kind);
        self.parameter("header.If-Match", "versions");
    }

    fn parameter(&mut self, name: &str, dictionary: &str) {
        let name = json!(name);
        self.line(&format!("{name} = {{ dictionary = \"{dictionary}\", probability = {KNOWN} }}"));
    }
}
