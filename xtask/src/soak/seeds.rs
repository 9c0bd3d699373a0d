//! What is there before anything is asked: without it, most questions end at "there is no such thing".

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::http;

/// How many of each kind: enough for those that are removed on the way.
const OF_EACH: usize = 16;

/// Of ten questions about one thing, so many name one that is there.
const KNOWN: &str = "0.8";

/// Things of each kind, by the last part of the address of their list: their ids.
pub(super) struct Seeds(BTreeMap<&'static str, Vec<String>>);

/// Fills a server.
pub(super) fn sow(port: u16, token: &str) -> Result<Seeds> {
    let mut seeds = BTreeMap::new();
    for (kind, new) in KINDS {
        for number in 0..OF_EACH {
            let path = format!("/api/v1/{kind}");
            let answer = http::post(port, &path, token, &new(number).to_string())?;
            let text = String::from_utf8_lossy(&answer.body);
            if answer.status != 201 {
                bail!("{path} answered {} where something was to be made: {text}", answer.status);
            }
            let made: Value = serde_json::from_str(&text)?;
            let mut keep = |kind, id: &Value| -> Result<()> {
                let id = id.as_str().with_context(|| format!("no id in {text}"))?;
                seeds.entry(kind).or_insert_with(Vec::new).push(id.to_owned());
                Ok(())
            };
            // A message is named with the incident or the window that it belongs to.
            match made["updates"].get(0) {
                Some(update) if number == 0 => {
                    keep(
                        if kind == INCIDENTS { "told-incidents" } else { "told-windows" },
                        &made["id"],
                    )?;
                    keep(
                        if kind == INCIDENTS { "incident-updates" } else { "window-updates" },
                        &update["id"],
                    )?;
                }
                _ => keep(kind, &made["id"])?,
            }
        }
    }
    Ok(Seeds(seeds))
}

const INCIDENTS: &str = "incidents";

/// A kind of thing, and what makes the one of that number.
type Kind = (&'static str, fn(usize) -> Value);

const KINDS: [Kind; 9] = [
    ("status-pages", |n| json!({"title": format!("Page {n}")})),
    ("components", |n| json!({"name": format!("Component {n}")})),
    (INCIDENTS, incident),
    ("maintenance", window),
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
    let year = 2080 + number;
    json!({
        "title": format!("Window {number}"), "is_draft": number % 4 == 1,
        "starts_at": format!("{year}-01-04T10:00:00Z"), "ends_at": format!("{year}-01-04T11:00:00Z"),
        "update": {"body": "We work."},
    })
}

impl Seeds {
    /// The part of the configuration that names them.
    pub(super) fn config(&self) -> String {
        let mut text = String::new();
        let mut dictionary = |name: &str, values: &[String]| {
            let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
            // Writing to a string does not fail.
            let _ = write!(text, "\n[dictionaries.{name}]\nvalues = [{}]\n", values.join(", "));
        };
        for (kind, ids) in &self.0 {
            dictionary(kind, ids);
        }
        dictionary("versions", &["\"v1\"", "\"v2\"", "\"v3\""].map(str::to_owned));
        let mut operations = |path: &str, parameters: &[(&str, &str)]| {
            let _ = write!(
                text,
                "\n[[operations]]\ninclude-path-regex = {path:?}\n[operations.parameters]\n"
            );
            for (name, dictionary) in parameters {
                let _ = writeln!(
                    text,
                    "{name:?} = {{ dictionary = {dictionary:?}, probability = {KNOWN} }}"
                );
            }
        };
        let version = ("header.If-Match", "versions");
        for (kind, updates, told) in [
            (INCIDENTS, "incident-updates", "told-incidents"),
            ("maintenance", "window-updates", "told-windows"),
        ] {
            let path = format!("^/api/v1/{kind}/.id./updates/");
            operations(&path, &[("path.id", told), ("path.update_id", updates), version]);
        }
        for (kind, _) in KINDS {
            let path = format!("^/api/v1/{kind}/.id.(/[a-z-]+|/updates|)$");
            operations(&path, &[("path.id", kind), version]);
        }
        text
    }
}
