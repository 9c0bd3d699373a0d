//! Modules of the blackbox exporter, tried on the targets that Prometheus has for them.

mod grpc;
mod module;
mod names;
mod relabel;
mod signing;

use std::collections::{BTreeMap, BTreeSet};

use allclear_domain::text::Key;
use serde_json::Value;

use self::module::Timing;
use self::relabel::{Labels, Relabeled, relabel};
use super::draft::{Draft, cut};
use super::fields::{Fields, text};
use super::target::told;
use super::{Gathering, Imported, SourceFile, Unreadable, span, yaml};
use crate::limits;

/// What is different for every target.
const ALWAYS: [&str; 5] = [
    "Prometheus raises alerts by rules of its own, which are not taken: here 3 failures in a row are \
     believed, and 2 successes over 120 seconds. The second look at a failure comes after 2 seconds.",
    "The exporter prefers IPv6 where nothing is said; here either is used, as can be reached.",
    "What the exporter measures beside success, such as how long each part took, is kept with each \
     probe here; rules on it are not taken.",
    "Labels other than the name of the job are not taken; the job becomes a tag.",
    "Regular expressions are read by another library; one that it does not know is refused.",
];

/// Milliseconds between scrapes, and for one, where nothing is said.
const USUAL_INTERVAL_MS: f64 = 60_000.0;
const USUAL_TIMEOUT_MS: f64 = 10_000.0;

/// Gives the files that a pattern of `file_sd_configs` names.
pub type Beside<'a> = &'a dyn Fn(&str) -> Result<Vec<SourceFile>, String>;

/// Reads `blackbox.yml` and the `prometheus.yml` with its targets.
///
/// # Errors
/// Where a file is no YAML or goes beyond a limit, or no job asks the exporter.
pub fn read(
    modules: &SourceFile,
    targets: &SourceFile,
    beside: Beside<'_>,
) -> Result<Imported, Unreadable> {
    let exporter = read_file(modules)?;
    let prometheus = read_file(targets)?;
    let Some(known) = exporter.get("modules").and_then(Value::as_object) else {
        let problem = "has no modules: is it the configuration of the blackbox exporter?";
        return Err(Unreadable(format!("{} {problem}", modules.name)));
    };
    let mut gathering = Gathering::new(&ALWAYS);
    let global = prometheus.get("global").unwrap_or(&Value::Null);
    let mut used: Vec<String> = Vec::new();
    for (place, job) in list(&prometheus, "scrape_configs").into_iter().enumerate() {
        let reader = Job {
            file: &targets.name,
            path: format!("scrape_configs[{place}]"),
            global,
            known,
            beside,
        };
        reader.read(job, &mut gathering, &mut used)?;
    }
    let unused: BTreeSet<&String> = known.keys().filter(|name| !used.contains(name)).collect();
    for name in unused {
        let told = "No target is tried with it: nothing was made of it.";
        gathering.setting(&modules.name, &format!("modules.{name}"), told);
    }
    for key in top_keys(&prometheus, &["global", "scrape_configs"]) {
        let told = "It is about Prometheus itself and its alerts: nothing was made of it.";
        gathering.setting(&targets.name, &key, told);
    }
    for key in top_keys(&exporter, &["modules"]) {
        gathering.setting(&modules.name, &key, "It is not known here: nothing was made of it.");
    }
    gathering.finish(
        "no job asks the blackbox exporter: name the prometheus.yml whose scrape_configs have \
         `metrics_path: /probe`",
    )
}

fn read_file(file: &SourceFile) -> Result<Value, Unreadable> {
    // Bytes cannot be sent as text; the mark stays, so that it is seen where they would be used.
    let text = match regex::Regex::new(r"!!binary\s+([A-Za-z0-9+/=]+)") {
        Ok(bytes) => bytes.replace_all(&file.text, "\"!!binary $1\"").into_owned(),
        Err(_) => file.text.clone(),
    };
    yaml::read(&text).map_err(|problem| Unreadable(format!("{} {problem}", file.name)))
}

fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().collect()
}

fn top_keys(value: &Value, known: &[&str]) -> BTreeSet<String> {
    let keys = value.as_object().into_iter().flat_map(|map| map.keys());
    keys.filter(|key| !known.contains(&key.as_str())).cloned().collect()
}

/// One job of Prometheus.
struct Job<'a> {
    file: &'a str,
    path: String,
    global: &'a Value,
    known: &'a serde_json::Map<String, Value>,
    beside: Beside<'a>,
}

/// A target, and where it stands.
struct Target {
    path: String,
    file: String,
    labels: Labels,
}

impl Job<'_> {
    fn read(
        &self,
        job: &Value,
        gathering: &mut Gathering,
        used: &mut Vec<String>,
    ) -> Result<(), Unreadable> {
        let mut fields = Fields::of(job);
        let name = fields.text("job_name").unwrap_or_default();
        let is_probe = fields.text("metrics_path").is_some_and(|path| path.ends_with("/probe"))
            || fields.get("params").is_some_and(|params| params.get("module").is_some());
        if !is_probe {
            let told = format!("The job {} scrapes metrics: there is nothing to try.", cut(&name));
            gathering.setting(self.file, &self.path, told);
            return Ok(());
        }
        let mut base = Labels::from([("job".to_owned(), name.clone())]);
        for (param, value) in fields.get("params").and_then(Value::as_object).into_iter().flatten()
        {
            let first = value.as_array().and_then(|list| list.first()).and_then(text);
            base.extend(first.map(|value| (format!("__param_{param}"), value)));
        }
        let rules: Vec<&Value> = fields.list("relabel_configs");
        let timing = self.timing(&mut fields);
        let targets = self.targets(&mut fields, &base, gathering);
        for key in ["scheme", "honor_labels", "metric_relabel_configs", "honor_timestamps"] {
            fields.get(key);
        }
        for key in fields.unread() {
            let path = format!("{}.{key}", self.path);
            self.unknown(&path, &key, &name, gathering);
        }
        let count = gathering.imported.report.entries.len() + targets.len();
        if count > limits::IMPORTED_ENTRIES_MAX {
            let max = limits::IMPORTED_ENTRIES_MAX;
            return Err(Unreadable(format!(
                "there are {count} targets: split them, {max} are read"
            )));
        }
        for target in targets {
            self.target(target, &rules, &name, timing, gathering, used);
        }
        Ok(())
    }

    fn unknown(&self, path: &str, key: &str, name: &str, gathering: &mut Gathering) {
        let nothing = |_: &str| None;
        if key.ends_with("_sd_configs") {
            let mut draft = Draft::new(self.file, path.to_owned(), &nothing);
            draft.name = name.to_owned();
            draft.refuse("its targets are looked up somewhere else: write them to a file");
            gathering.entry(draft, Vec::new());
        } else {
            let told = "It is about how Prometheus asks the exporter: nothing was made of it.";
            gathering.setting(self.file, path, told);
        }
    }

    /// How often, and how long, in milliseconds.
    fn timing(&self, fields: &mut Fields<'_>) -> Timing {
        let mut length = |key: &str, usual: f64| {
            let own = fields.text(key);
            let own = own.or_else(|| self.global.get(key).and_then(text));
            own.as_deref().and_then(span::milliseconds).unwrap_or(usual)
        };
        let interval_ms = length("scrape_interval", USUAL_INTERVAL_MS);
        // The exporter keeps half a second for its way back.
        let timeout_ms = length("scrape_timeout", USUAL_TIMEOUT_MS).min(interval_ms) - 500.0;
        Timing { interval_ms, timeout_ms }
    }

    /// All targets of the job, before relabeling.
    fn targets(
        &self,
        fields: &mut Fields<'_>,
        base: &Labels,
        gathering: &mut Gathering,
    ) -> Vec<Target> {
        let mut found = Vec::new();
        for (place, group) in fields.list("static_configs").into_iter().enumerate() {
            let path = format!("{}.static_configs[{place}]", self.path);
            group_of(group, self.file, &path, base, &mut found);
        }
        for (place, config) in fields.list("file_sd_configs").into_iter().enumerate() {
            for (nth, pattern) in list(config, "files").into_iter().filter_map(text).enumerate() {
                let path = format!("{}.file_sd_configs[{place}].files[{nth}]", self.path);
                let read = (self.beside)(&pattern).and_then(|files| {
                    let read = files.into_iter().map(|file| {
                        let value = yaml::read(&file.text);
                        value.map(|value| (file.name.clone(), value))
                    });
                    read.collect::<Result<Vec<_>, _>>()
                });
                match read {
                    Err(problem) => {
                        let mut draft = Draft::new(self.file, path, &|_: &str| None);
                        draft.name = told(&pattern);
                        draft.refuse(problem);
                        gathering.entry(draft, Vec::new());
                    }
                    Ok(files) => {
                        for (file, value) in files {
                            for (nth, group) in value.as_array().into_iter().flatten().enumerate() {
                                let path = format!("[{nth}]");
                                group_of(group, &file, &path, base, &mut found);
                            }
                        }
                    }
                }
            }
        }
        found
    }

    fn target(
        &self,
        target: Target,
        rules: &[&Value],
        job: &str,
        timing: Timing,
        gathering: &mut Gathering,
        used: &mut Vec<String>,
    ) {
        let nothing = |_: &str| None;
        let mut draft = Draft::new(&target.file, target.path, &nothing);
        draft.name = target.labels.get("__address__").map(|it| told(it)).unwrap_or_default();
        let becomes = match relabel(target.labels, rules) {
            Relabeled::Dropped => {
                draft.refuse("relabeling leaves it out there, too");
                Vec::new()
            }
            Relabeled::Unknown(problem) => {
                draft.refuse(problem);
                Vec::new()
            }
            Relabeled::Kept(labels) => {
                let of = |key: &str| labels.get(key).map(String::as_str).unwrap_or_default();
                let module = match of("__param_module") {
                    "" => "http_2xx",
                    module => module,
                };
                used.push(module.to_owned());
                let asked = of("__param_target");
                draft.identity = format!("blackbox {module} {asked}");
                let instance = of("instance");
                draft.name = told(if instance.is_empty() { asked } else { instance });
                match self.known.get(module) {
                    _ if asked.is_empty() => {
                        draft.refuse(
                            "no relabeling makes __param_target of its address, so nothing is asked",
                        );
                        Vec::new()
                    }
                    None => {
                        draft.refuse(format!("there is no module {}: write it", cut(module)));
                        Vec::new()
                    }
                    Some(value) => {
                        let tags = Key::from_name(job).into_iter().collect();
                        module::read(value, asked, timing, tags, &mut draft)
                    }
                }
            }
        };
        gathering.entry(draft, becomes);
    }
}

/// The targets of one group.
fn group_of(group: &Value, file: &str, path: &str, base: &Labels, found: &mut Vec<Target>) {
    let own: BTreeMap<String, String> = group
        .get("labels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
        .collect();
    for (place, target) in list(group, "targets").into_iter().enumerate() {
        let mut labels = base.clone();
        labels.extend(own.clone());
        labels.insert("__address__".to_owned(), text(target).unwrap_or_default());
        let (path, file) = (format!("{path}.targets[{place}]"), file.to_owned());
        found.push(Target { path, file, labels });
    }
}
