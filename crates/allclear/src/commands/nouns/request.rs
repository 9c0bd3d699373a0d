//! From arguments to what the API takes, and from what it gives to lines.

use allclear_domain::ComponentStatus;
use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use crate::cli::nouns::{Affects, OnPage};

/// A message that has to be there.
pub(super) fn message(text: Option<String>, missing: &'static str) -> Result<Value> {
    let text = text.ok_or_else(|| anyhow!(missing))?;
    Ok(json!({ "body": text }))
}

/// What is affected; `all` stands for every component.
pub(super) fn affects(list: Vec<Affects>, otherwise: ComponentStatus) -> Vec<Value> {
    let json = |affects: Affects| {
        let status = affects.status.unwrap_or(otherwise);
        match affects.component.as_str() {
            "all" => json!({"all": true, "status": status}),
            component => json!({"component": component, "status": status}),
        }
    };
    list.into_iter().map(json).collect()
}

/// What a message changes.
pub(super) fn changes(list: Vec<Affects>) -> Result<Vec<Value>> {
    let json = |change: Affects| {
        let Affects { component, status } = change;
        let missing = || anyhow!("--component {component}: its status is missing: KEY=STATUS");
        let status = status.ok_or_else(missing)?;
        Ok(json!({"component": component, "status": status}))
    };
    list.into_iter().map(json).collect()
}

/// The same for a status page.
pub(super) fn with_page(mut new: Value, on: &OnPage) -> Value {
    if let Some(page) = &on.page {
        new["status_page"] = json!(page);
    }
    new
}

/// Where a list is.
pub(super) fn list_path(noun: &str, open: bool, on: &OnPage) -> String {
    let mut path = format!("/api/v1/{noun}?limit=200");
    if open {
        path.push_str("&status=open");
    }
    if let Some(page) = &on.page {
        path.push_str("&status_page=");
        path.push_str(&escaped(page));
    }
    path
}

/// A text as part of an address.
pub(super) fn escaped(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(letter).collect()
}

/// The ids of the components that are meant by a key or an id.
pub(super) fn targets<'a>(all: &'a [Value], named: &'a str) -> impl Iterator<Item = &'a str> {
    let is_meant = move |item: &&Value| {
        ["key", "id", "public_id"].iter().any(|field| item[*field].as_str() == Some(named))
    };
    all.iter().filter(is_meant).filter_map(|item| item["id"].as_str())
}

/// One line about something.
pub(super) fn line(value: &Value) -> String {
    let text = |field: &str| value[field].as_str();
    let named = text("key").or(text("slug")).or(text("public_id")).or(text("component"));
    let draft = value.get("published_at").filter(|at| at.is_null()).map(|_| "draft");
    let parts = [text("id"), named, text("status"), draft, text("title").or(text("name"))];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}
