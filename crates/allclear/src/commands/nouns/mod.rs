//! Commands that write what status pages tell. Each asks the API: that of a server, or its handlers
//! on the database itself.

mod api;
mod apply;
mod checks;
mod expiry;
mod feeds;
mod import;
mod names;
mod propose;
mod request;
mod run;
mod secrets;

pub(crate) use self::api::Refusal;
pub(super) use self::apply::apply;
pub(super) use self::checks::check;
pub(super) use self::expiry::expiry;
pub(super) use self::import::{import_checks, plan_checks};

use allclear_domain::ComponentStatus;
use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};

use self::api::Api;
use self::request::{affects, changes, message, targets, with_page};
use super::DONE;
use crate::cli::checks::Length;
use crate::cli::nouns::{
    AnnouncementCommand, ComponentCommand, ConvertArgs, IncidentCommand, MaintenanceCommand,
    OnPage, OneArgs, Print, RepeatArgs, ReportArgs, StatusPageCommand, StepArgs,
};
use crate::output::{remark, say, say_json};
use crate::settings::Settings;

/// Incidents.
pub(super) async fn incident(command: IncidentCommand, settings: &Settings) -> Result<u8> {
    match command {
        IncidentCommand::Report(args) => report(args, "disruption", settings).await,
        IncidentCommand::Update { id, said, status, component, print } => {
            let mut update = message(said.message, "a message is missing: add --message TEXT")?;
            if let Some(status) = status {
                update["status"] = json!(status);
            }
            update["components"] = json!(changes(component)?);
            let mut api = Api::to_write(settings).await?;
            let done = api.post(&format!("/api/v1/incidents/{id}/updates"), update).await;
            told(api, done, print).await
        }
        IncidentCommand::Resolve { id, said, ended, print } => {
            let text = said.message.unwrap_or_else(|| "This is resolved.".to_owned());
            let mut end = json!({"update": {"body": text}});
            if let Some(ended) = ended {
                end["ended"] = json!({"at": ended});
            }
            let mut api = Api::to_write(settings).await?;
            let done = api.post(&format!("/api/v1/incidents/{id}/resolve"), end).await;
            told(api, done, print).await
        }
        IncidentCommand::List { open, on, print } => {
            list("incidents", open, &on, print, settings).await
        }
        IncidentCommand::Show(args) => show("incidents", args, settings).await,
        IncidentCommand::Reopen(args) => bare_step("incidents", "reopen", args, settings).await,
        IncidentCommand::Publish(args) => bare_step("incidents", "publish", args, settings).await,
    }
}

/// A deliberate shutdown.
pub(super) async fn shutdown(args: ReportArgs, settings: &Settings) -> Result<u8> {
    report(args, "deliberate_shutdown", settings).await
}

async fn report(args: ReportArgs, kind: &str, settings: &Settings) -> Result<u8> {
    let mut new = json!({
        "title": args.title,
        "kind": kind,
        "affected": affects(args.affects, ComponentStatus::MajorOutage),
        "is_draft": args.draft,
    });
    if let Some(text) = args.said.message {
        let status = if kind == "disruption" { "investigating" } else { "identified" };
        new["update"] = json!({"body": text, "status": status});
    }
    if let Some(started) = args.started {
        new["started"] = json!({"at": started});
    }
    let mut api = Api::to_write(settings).await?;
    let done = api.post("/api/v1/incidents", with_page(new, &args.on)).await;
    told(api, done, args.print).await
}

/// Maintenance windows.
pub(super) async fn maintenance(command: MaintenanceCommand, settings: &Settings) -> Result<u8> {
    match command {
        MaintenanceCommand::Plan {
            title,
            from,
            to,
            affects: list,
            said,
            by_hand,
            draft,
            on,
            print,
        } => {
            let mut new = json!({
                "title": title,
                "starts_at": from,
                "ends_at": to,
                "affected": affects(list, ComponentStatus::UnderMaintenance),
                "is_automatic": !by_hand,
                "is_draft": draft,
            });
            if let Some(text) = said.message {
                new["update"] = json!({"body": text});
            }
            let mut api = Api::to_write(settings).await?;
            let done = api.post("/api/v1/maintenance", with_page(new, &on)).await;
            told(api, done, print).await
        }
        MaintenanceCommand::Repeat(args) => repeat(args, settings).await,
        MaintenanceCommand::Repeating { on, print } => {
            list("maintenance-series", true, &on, print, settings).await
        }
        MaintenanceCommand::EndRepeating { id, print } => {
            let mut api = Api::to_write(settings).await?;
            let path = format!("/api/v1/maintenance-series/{id}/end");
            let done = api.post(&path, Value::Null).await;
            told(api, done, print).await
        }
        MaintenanceCommand::List { open, on, print } => {
            list("maintenance", open, &on, print, settings).await
        }
        MaintenanceCommand::Publish(args) => {
            bare_step("maintenance", "publish", args, settings).await
        }
        MaintenanceCommand::Convert(args) => convert(args, settings).await,
        MaintenanceCommand::Begin(args) => step(args, ("begin", "in_progress"), settings).await,
        MaintenanceCommand::Complete(args) => step(args, ("complete", "completed"), settings).await,
        MaintenanceCommand::Cancel(args) => step(args, ("cancel", "cancelled"), settings).await,
    }
}

/// Maintenance that repeats.
async fn repeat(args: RepeatArgs, settings: &Settings) -> Result<u8> {
    let new = json!({
        "title": args.title,
        "rule": args.rule,
        "first": args.first,
        "timezone": args.timezone,
        "lasts_minutes": args.minutes,
        "except": args.except,
        "affected": affects(args.affects, ComponentStatus::UnderMaintenance),
        "is_automatic": !args.by_hand,
    });
    let mut api = Api::to_write(settings).await?;
    let done = api.post("/api/v1/maintenance-series", with_page(new, &args.on)).await;
    told(api, done, args.print).await
}

/// A step, with a message where there is one.
async fn step(args: StepArgs, (step, status): (&str, &str), settings: &Settings) -> Result<u8> {
    let mut api = Api::to_write(settings).await?;
    let path = format!("/api/v1/maintenance/{}", args.id);
    let done = match args.said.message {
        Some(text) => {
            let update = json!({"body": text, "status": status});
            api.post(&format!("{path}/updates"), update).await
        }
        None => api.post(&format!("{path}/{step}"), Value::Null).await,
    };
    told(api, done, args.print).await
}

/// Work that failed becomes an incident.
async fn convert(args: ConvertArgs, settings: &Settings) -> Result<u8> {
    let mut becomes = json!({"title": args.title, "status": args.status});
    if let Some(text) = args.said.message {
        becomes["update"] = json!({"body": text, "status": "investigating"});
    }
    let mut api = Api::to_write(settings).await?;
    let done = api.post(&format!("/api/v1/maintenance/{}/convert", args.id), becomes).await;
    // A line is about the incident; JSON tells of both.
    let done = done.map(|mut both| if args.print.json { both } else { both["incident"].take() });
    told(api, done, args.print).await
}

/// Announcements.
pub(super) async fn announcement(command: AnnouncementCommand, settings: &Settings) -> Result<u8> {
    match command {
        AnnouncementCommand::Add { title, message, until, draft, on, print } => {
            let new = json!({"title": title, "body": message, "until": until, "is_draft": draft});
            let mut api = Api::to_write(settings).await?;
            let done = api.post("/api/v1/announcements", with_page(new, &on)).await;
            told(api, done, print).await
        }
        AnnouncementCommand::List { on, print } => {
            list("announcements", false, &on, print, settings).await
        }
        AnnouncementCommand::Show(args) => show("announcements", args, settings).await,
        AnnouncementCommand::Publish(args) => {
            bare_step("announcements", "publish", args, settings).await
        }
        AnnouncementCommand::TakeOff(args) => {
            bare_step("announcements", "take-off", args, settings).await
        }
    }
}

/// Shows one thing.
async fn show(noun: &str, args: OneArgs, settings: &Settings) -> Result<u8> {
    let mut api = Api::to_read(settings).await?;
    let done = api.get(&format!("/api/v1/{noun}/{}", args.id)).await;
    told(api, done, args.print).await
}

/// A step that needs no words.
async fn bare_step(noun: &str, step: &str, args: OneArgs, settings: &Settings) -> Result<u8> {
    let mut api = Api::to_write(settings).await?;
    let done = api.post(&format!("/api/v1/{noun}/{}/{step}", args.id), Value::Null).await;
    told(api, done, args.print).await
}

/// Components.
pub(super) async fn component(command: ComponentCommand, settings: &Settings) -> Result<u8> {
    match command {
        ComponentCommand::List { on, print } => {
            list("components", false, &on, print, settings).await
        }
        ComponentCommand::Add { name, key, parent, description, on, print } => {
            let new =
                json!({"name": name, "key": key, "parent": parent, "description": description});
            let mut api = Api::to_write(settings).await?;
            let done = api.post("/api/v1/components", with_page(new, &on)).await;
            told(api, done, print).await
        }
        ComponentCommand::Status { component, status, length, overrules, on, print } => {
            let for_seconds = match length.map(Length::seconds) {
                Some(None) => bail!("--for: write whole seconds, such as 90m"),
                Some(seconds) => seconds,
                None => None,
            };
            let new = json!({"status": status, "for_seconds": for_seconds, "overrules": overrules});
            let mut api = Api::to_write(settings).await?;
            let done = set_status(&mut api, &component, new, &on).await;
            told(api, done, print).await
        }
    }
}

async fn set_status(api: &mut Api, component: &str, new: Value, on: &OnPage) -> Result<Value> {
    let all = api.list(&request::list_path("components", false, on)).await?;
    // Without a page the key is looked for everywhere, and has to be of one component.
    let mut found = targets(&all, component);
    let (Some(id), None) = (found.next(), found.next()) else {
        return Err(anyhow!(
            "`{component}` is not the key or id of one component: `allclear component list` shows \
             them; name the status page with --page where several have that key"
        ));
    };
    api.post(&format!("/api/v1/components/{id}/status"), new).await
}

/// Status pages.
pub(super) async fn status_page(command: StatusPageCommand, settings: &Settings) -> Result<u8> {
    match command {
        StatusPageCommand::List { print } => {
            list("status-pages", false, &OnPage { page: None }, print, settings).await
        }
        StatusPageCommand::Add { title, slug, timezone, language, print } => {
            let new =
                json!({"title": title, "slug": slug, "timezone": timezone, "language": language});
            let mut api = Api::to_write(settings).await?;
            let done = api.post("/api/v1/status-pages", new).await;
            told(api, done, print).await
        }
    }
}

async fn list(
    noun: &str,
    open: bool,
    on: &OnPage,
    print: Print,
    settings: &Settings,
) -> Result<u8> {
    let mut api = Api::to_read(settings).await?;
    let items = api.list(&request::list_path(noun, open, on)).await;
    api.close().await;
    let items = items?;
    if print.json {
        say_json(&items)?;
        return Ok(DONE);
    }
    for item in &items {
        say(&request::line(item))?;
    }
    if items.is_empty() {
        remark("There is nothing to list.");
    }
    Ok(DONE)
}

/// Prints what was answered, once nothing is open any more.
async fn told(api: Api, done: Result<Value>, print: Print) -> Result<u8> {
    api.close().await;
    let value = done?;
    if print.json {
        say_json(&value)?;
    } else {
        say(&request::line(&value))?;
    }
    Ok(DONE)
}
