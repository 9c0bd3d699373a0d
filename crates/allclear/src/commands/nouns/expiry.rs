//! What ends.

use anyhow::Result;
use serde_json::{Value, json};

use super::api::Api;
use super::request::escaped;
use crate::cli::expiry::{AddExpiryArgs, ExpiryCommand};
use crate::cli::nouns::Print;
use crate::commands::DONE;
use crate::output::{remark, say, say_json};
use crate::settings::Settings;

const ALL: &str = "/api/v1/expiries";

/// What ends.
pub(in crate::commands) async fn expiry(command: ExpiryCommand, settings: &Settings) -> Result<u8> {
    match command {
        ExpiryCommand::List { print } => list(print, settings).await,
        ExpiryCommand::Add(args) => {
            let mut api = Api::to_write(settings).await?;
            let done = api.post(ALL, new(&args)).await;
            api.close().await;
            told(&done?, args.print)
        }
        ExpiryCommand::Renew { id, due, print } => {
            let mut api = Api::to_write(settings).await?;
            let path = format!("{ALL}/{}/renew", escaped(&id));
            let done = api.post(&path, json!({"due_on": due})).await;
            api.close().await;
            told(&done?, print)
        }
        ExpiryCommand::Remove { id, print } => {
            let mut api = Api::to_write(settings).await?;
            let path = format!("{ALL}/{}", escaped(&id));
            let done = match api.get(&path).await {
                Ok(was) => api.delete(&path).await.map(|()| was),
                Err(error) => Err(error),
            };
            api.close().await;
            told(&done?, print)
        }
    }
}

/// What the API is told of something new.
fn new(args: &AddExpiryArgs) -> Value {
    json!({
        "name": args.name,
        "due_on": args.due,
        "domain": args.domain,
        "warn_days": args.warn,
        "owner": args.owner,
        "note": args.note,
        "link": args.link,
    })
}

async fn list(print: Print, settings: &Settings) -> Result<u8> {
    let mut api = Api::to_read(settings).await?;
    let items = api.list(&format!("{ALL}?limit=200")).await;
    api.close().await;
    let mut items = items?;
    // What nobody told the end of comes last.
    let order = |item: &Value| match item["ends_at"].as_str() {
        Some(ends_at) => (false, ends_at.to_owned()),
        None => (true, String::new()),
    };
    items.sort_by_key(order);
    if print.json {
        say_json(&items)?;
        return Ok(DONE);
    }
    for item in &items {
        say(&line(item))?;
    }
    if items.is_empty() {
        remark("There is nothing to list. Enter a date: allclear expiry add NAME --due DATE");
    }
    Ok(DONE)
}

fn told(one: &Value, print: Print) -> Result<u8> {
    if print.json {
        say_json(one)?;
    } else {
        say(&line(one))?;
    }
    Ok(DONE)
}

/// One line: its id, how it stands, when it ends, what it is, and its name.
fn line(one: &Value) -> String {
    let text = |field: &str| one[field].as_str().unwrap_or_default();
    // The day of a date is the one that people wrote.
    let day = one["due_on"].as_str().or(one["ends_at"].as_str().and_then(|at| at.get(..10)));
    let parts =
        [text("id"), text("state"), day.unwrap_or("not known yet"), text("kind"), text("name")];
    parts.join("  ")
}
