//! Configurations of Gatus: YAML, one file or several that make one.

mod alerts;
mod body;
mod compare;
mod condition;
mod dns;
mod endpoint;
mod grpc;

use std::collections::BTreeSet;

use serde_json::Value;

use self::alerts::Alerts;
use super::draft::Draft;
use super::fields::Fields;
use super::variables::{Lookup, shown};
use super::{Gathering, Imported, SourceFile, Unreadable, variables, yaml};
use crate::limits;

/// The lists with what is tried.
const ENTRIES: [&str; 3] = ["endpoints", "external-endpoints", "suites"];

/// What is different for every endpoint.
const ALWAYS: [&str; 5] = [
    "Gatus waits a whole interval before it looks again; here the second look at a failure comes \
     after 2 seconds, the next ones after 4, 8 and so on, until it is believed or forgotten.",
    "Gatus may use a connection again; here every probe looks up the name and connects anew, and an \
     answer is always asked for.",
    "Gatus counts failures in a row for each alert; here they are counted for the check. Where an \
     endpoint has no alert, 3 failures in a row are believed, and 2 successes over 120 seconds.",
    "Gatus shows the group of an endpoint; here it becomes a tag.",
    "Gatus says Gatus/1.0 where it names itself; Allclear says its own name.",
];

/// Reads the files of one configuration. `lookup` gives the variables of the environment.
///
/// # Errors
/// Where a file is no YAML or goes beyond a limit, or no file has anything that is tried.
pub fn read(files: &[SourceFile], lookup: Lookup<'_>) -> Result<Imported, Unreadable> {
    let unreadable =
        |file: &SourceFile, problem: String| Unreadable(format!("{} {problem}", file.name));
    let mut read = Vec::new();
    for file in files {
        let marked = variables::marked(&file.text).map_err(|it| unreadable(file, it))?;
        let value = yaml::read(&marked).map_err(|it| unreadable(file, it))?;
        if !value.is_object() && !value.is_null() {
            return Err(unreadable(file, "is no mapping: it is no configuration".to_owned()));
        }
        read.push((file.name.as_str(), value));
    }
    let mut gathering = Gathering::new(&ALWAYS);
    let mut alerts = Alerts::default();
    let mut count = 0;
    for (name, value) in &read {
        let mut draft = Draft::new(name, "alerting".to_owned(), lookup);
        alerts.add(value.get("alerting").unwrap_or(&Value::Null), &mut draft);
        count += ENTRIES
            .iter()
            .filter_map(|key| value.get(*key)?.as_array())
            .map(Vec::len)
            .sum::<usize>();
    }
    if count > limits::IMPORTED_ENTRIES_MAX {
        let max = limits::IMPORTED_ENTRIES_MAX;
        return Err(Unreadable(format!("there are {count} entries: split them, {max} are read")));
    }
    for (name, value) in &read {
        let source = Source { name, lookup, alerts: &alerts };
        source.read(value, &mut gathering);
    }
    gathering.finish(
        "there are no endpoints in it: name the file or the folder that Gatus is started with",
    )
}

/// One file.
struct Source<'a> {
    name: &'a str,
    lookup: Lookup<'a>,
    alerts: &'a Alerts,
}

impl Source<'_> {
    fn read(&self, value: &Value, gathering: &mut Gathering) {
        for key in ENTRIES {
            self.entries(key, value.get(key).unwrap_or(&Value::Null), gathering);
        }
        let keys = value.as_object().into_iter().flat_map(|map| map.keys());
        let others: BTreeSet<&String> =
            keys.filter(|key| !ENTRIES.contains(&key.as_str())).collect();
        for key in others {
            gathering.setting(self.name, &shown(key), setting(key));
        }
    }

    fn entries(&self, key: &str, value: &Value, gathering: &mut Gathering) {
        let Some(list) = value.as_array() else {
            if !value.is_null() {
                gathering.setting(self.name, key, "It is no list: nothing was made of it.");
            }
            return;
        };
        for (place, value) in list.iter().enumerate() {
            let mut draft = Draft::new(self.name, format!("{key}[{place}]"), self.lookup);
            let becomes = if !value.is_object() {
                draft.refuse("it is no mapping, so nothing can be read of it");
                Vec::new()
            } else if key == "endpoints" {
                let becomes = endpoint::read(value, &mut draft, self.alerts);
                draft.identity = identity(value, &mut draft);
                becomes
            } else {
                named(value, &mut draft);
                draft.refuse(match key {
                    "suites" => {
                        "it is a suite of steps that follow each other, which cannot be watched \
                         yet: watch its steps one by one"
                    }
                    _ => {
                        "it waits for results that are sent to it, at an address of Gatus that is \
                         not served here: add a heartbeat, and let what sends them call its address"
                    }
                });
                Vec::new()
            };
            gathering.entry(draft, becomes);
        }
    }
}

fn named(value: &Value, draft: &mut Draft<'_>) {
    let name = Fields::of(value).text("name").unwrap_or_default();
    draft.name = draft.value(&name);
}

/// What the key of an endpoint is made of: Gatus knows it by its group and its name.
fn identity(value: &Value, draft: &mut Draft<'_>) -> String {
    let group = Fields::of(value).text("group").unwrap_or_default();
    format!("gatus {} {}", draft.value(&group), draft.name)
}

/// What a file says beside its entries.
fn setting(key: &str) -> &'static str {
    match key {
        "alerting" => {
            "Who is told of failures is not taken; the thresholds of alerts are, as the patience of \
             checks. Name who is to be told here."
        }
        "maintenance" => {
            "Windows of maintenance are not taken: plan them with `allclear maintenance repeat`."
        }
        "announcements" => {
            "Announcements are not taken: make them anew with `allclear announcement add`."
        }
        "ui" => "How pages look is not taken: see the settings of the status page.",
        "web" | "security" => {
            "How Gatus is served and who may see it is not taken: see the settings of Allclear."
        }
        "storage" => "What Gatus measured so far is not taken: it stays in its own database.",
        "connectivity" => {
            "Gatus stops while it has no connection itself. That is not taken: a probe that fails \
             because of this machine is unknown here, and no failure."
        }
        "tunneling" => "SSH tunnels are not taken, nor is an endpoint that goes through one.",
        "remote" => "Other instances of Gatus are not taken: import their configurations, too.",
        "metrics"
        | "concurrency"
        | "disable-monitoring-lock"
        | "skip-invalid-config-update"
        | "debug" => "It is about how Gatus itself runs, and has no place here.",
        _ => "It is not known here: nothing was made of it.",
    }
}
