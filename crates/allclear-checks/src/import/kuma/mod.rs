//! The database of Uptime Kuma, read by the store as plain rows.

mod columns;
mod dns;
mod group;
mod grpc;
mod monitor;
mod ntp;
mod ping;
mod push;
mod query;
mod service;

use std::collections::{BTreeMap, BTreeSet};

use allclear_domain::limits;
use allclear_domain::text::Key;
use allclear_store::{KumaDatabase, KumaRow};

use self::group::{Inside, inside_out, is_group};
use self::monitor::{Context, is_on};
use super::draft::Draft;
use super::{Gathering, Imported, Unreadable};

/// What is different for every monitor.
const ALWAYS: [&str; 5] = [
    "Uptime Kuma tries again after its retry interval, as often as it has retries; here the second \
     look at a failure comes after 2 seconds, the next ones after 4, 8 and so on.",
    "Uptime Kuma believes the first success after a failure; here 2 in a row over 120 seconds are \
     believed.",
    "Uptime Kuma tells of certificates that end soon; here a check of its own does: add one of \
     tls://HOST. A certificate that is over or not trusted fails here as there.",
    "Uptime Kuma shows tags in colors; here the names of groups become tags, too. A group itself becomes a \
     group: what is paused there does not count.",
    "Uptime Kuma asks as a browser would; Allclear says its own name.",
];

/// Groups within groups; deeper ones are not looked at.
const DEPTH_MAX: usize = 16;

/// Reads the database that the store read; `name` is what reports call it.
///
/// # Errors
/// Where there is no monitor in it.
pub fn read(database: &KumaDatabase, name: &str) -> Result<Imported, Unreadable> {
    let mut gathering = Gathering::new(&ALWAYS);
    let by_id: BTreeMap<&str, &KumaRow> =
        database.monitors.iter().filter_map(|row| Some((row.get("id")?, row))).collect();
    let nothing = |_: &str| None;
    let mut inside = Inside::default();
    for row in inside_out(&database.monitors, |row| parents(row, &by_id).len()) {
        let id = row.get("id").unwrap_or("without an id");
        let mut draft = Draft::new(name, format!("monitor {id}"), &nothing);
        draft.name = row.get("name").unwrap_or_default().to_owned();
        if draft.name.is_empty() {
            draft.name = format!("Monitor {id}");
        }
        draft.identity = format!("kuma {id}");
        let parents = parents(row, &by_id);
        let context = Context {
            tags: tags(id, &parents, database, &mut draft),
            is_within_inactive: parents.iter().any(|parent| !is_on(parent, "active")),
        };
        let becomes = match is_group(row) {
            true => group::read(row, &inside, context, &mut draft),
            false => monitor::read(row, context, &mut draft),
        };
        let name = draft.name.clone();
        inside.add(row, name, gathering.entry(draft, becomes));
    }
    for (table, count) in &database.counts {
        if *count > 0 {
            gathering.setting(name, table, setting(table, *count));
        }
    }
    gathering.finish(
        "there are no monitors in it: where kuma.db was copied, copy kuma.db-wal beside it, too",
    )
}

/// The groups that a monitor is in, from the inside out.
fn parents<'a>(row: &KumaRow, by_id: &BTreeMap<&str, &'a KumaRow>) -> Vec<&'a KumaRow> {
    let mut found: Vec<&KumaRow> = Vec::new();
    let mut next = row.get("parent").and_then(|id| by_id.get(id));
    while let Some(parent) = next.filter(|_| found.len() < DEPTH_MAX) {
        found.push(parent);
        next = parent.get("parent").and_then(|id| by_id.get(id));
    }
    found
}

/// The tags of a monitor and the names of its groups, as tags.
fn tags(
    id: &str,
    parents: &[&KumaRow],
    database: &KumaDatabase,
    draft: &mut Draft<'_>,
) -> Vec<Key> {
    let mut names: Vec<String> =
        parents.iter().filter_map(|parent| parent.get("name")).map(str::to_owned).collect();
    for link in database.monitor_tags.iter().filter(|link| link.get("monitor_id") == Some(id)) {
        let tag = database.tags.iter().find(|tag| tag.get("id") == link.get("tag_id"));
        let Some(name) = tag.and_then(|tag| tag.get("name")) else { continue };
        names.push(match link.get("value") {
            Some(value) => format!("{name} {value}"),
            None => name.to_owned(),
        });
    }
    let mut tags = BTreeSet::new();
    for name in names {
        match Key::from_name(&name) {
            Some(tag) => {
                tags.insert(tag);
            }
            None => draft.leave_out("a tag or group without a letter in its name"),
        }
    }
    if tags.len() > limits::CHECK_TAGS_MAX {
        draft.change(format!(
            "it has {} tags; here {} are kept",
            tags.len(),
            limits::CHECK_TAGS_MAX
        ));
    }
    tags.into_iter().take(limits::CHECK_TAGS_MAX).collect()
}

/// What else is in the database.
fn setting(table: &str, count: u64) -> String {
    let what = match table {
        "notification" => "ways to tell somebody: they are not taken; name here who is to be told",
        "maintenance" => "maintenance windows: plan them with `allclear maintenance repeat`",
        "status_page" => "status pages: make them anew, and say what each check affects",
        "incident" => "incidents: write them down with `allclear incident report`",
        "proxy" => "proxies, and no monitor that goes through one is taken",
        "api_key" => "API keys: make tokens with `allclear token create`",
        "docker_host" => "Docker hosts, which are not watched",
        _ => "browsers elsewhere, which are not used",
    };
    format!("{count} {what}.")
}
