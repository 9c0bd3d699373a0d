//! Every way in is checked: what passes comes out of both engines as it went in, and what does
//! not is refused by its name before anything is written.

use std::collections::HashSet;

use allclear_domain::audit::Actor;
use allclear_domain::ids::{ComponentId, IncidentId};
use allclear_domain::posted::{Posted, StatusChange};
use allclear_domain::text::Prose;
use allclear_domain::times::Moment;
use allclear_domain::{Change, ComponentStatus, Entropy, Incident, IncidentStatus, IncidentUpdate};
use allclear_incidents::history::batch::Batch;
use allclear_incidents::history::check::{Installation, check};
use allclear_incidents::history::contents::Contents;
use allclear_incidents::history::import::{self, ImportError};
use allclear_incidents::history::own::AllclearFile;
use allclear_incidents::history::{from_own, own};
use allclear_incidents::writing::{self, WriteError};
use allclear_store::Store;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::bad_days::chance::{Chance, rounds, seed};
use crate::support::{Engine, Fresh};

/// Two pages on which every field of every noun stands.
pub(crate) const FULL: &str =
    include_str!("../../../allclear-incidents/src/history/tests/full.json");

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// The full file with ids, slugs and host names of its own for each number.
fn numbered(number: usize) -> Value {
    let text = FULL
        .replace("_018f0000000070008000", &format!("_018f{number:08x}70008000"))
        .replace("\"shop\"", &format!("\"shop-{number}\""))
        .replace("\"other\"", &format!("\"other-{number}\""))
        .replace("example.com\"", &format!("n{number}.example.com\""));
    let mut file: Value = serde_json::from_str(&text).unwrap();
    let mut found = Vec::new();
    places(&file, "", &mut found);
    for at in found.into_iter().filter(|at| at.ends_with("/public_id")) {
        let id = file.pointer_mut(&at).unwrap();
        let old = id.as_str().unwrap();
        *id = format!("{}{number:05}{}", &old[..4], &old[9..]).into();
    }
    file
}

/// Every place in a value, as a JSON pointer.
pub(crate) fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found));
        }
        Value::Array(entries) => {
            let entries = entries.iter().enumerate();
            entries.for_each(|(place, value)| places(value, &format!("{at}/{place}"), found));
        }
        _ => {}
    }
}

/// Texts at the edges of what is let through.
const TEXTS: [&str; 22] = [
    "",
    " ",
    "a\tb",
    "two\nlines",
    "two\r\nlines",
    "a\rb",
    "\u{0}",
    "\u{85}",
    "\u{202e}\u{feff}\u{fffe}\u{10ffff}",
    "ä\u{1f6a6}",
    "\"\\/\u{2028}",
    "all",
    "0001-01-01T00:00:00Z",
    "-009999-01-02T01:59:59Z",
    "2014-05-01T01:02:03.999999999Z",
    "-000044-03-15",
    "0000-02-29",
    "24:00",
    "23:59:59.999999999",
    "http://a/?b",
    "degraded_performance",
    "unknown",
];

/// Changes something, somewhere.
fn change(file: &mut Value, chance: &mut Chance) {
    let mut found = Vec::new();
    places(&file["pages"], "/pages", &mut found);
    let numbers = found.iter().filter(|at| file.pointer(at).unwrap().is_number());
    let numbers: Vec<String> = numbers.cloned().collect();
    if chance.percent(10) && !numbers.is_empty() {
        // They are few, and an engine could round them.
        found = numbers;
    }
    let at = &found[chance.below(found.len())];
    let other = file.pointer(&found[chance.below(found.len())]).unwrap().clone();
    match file.pointer_mut(at).unwrap() {
        Value::String(text) => match (chance.below(4), other.as_str()) {
            (0, Some(other)) => *text = other.to_owned(),
            (1, _) => *text = "ä".repeat(chance.below(310)),
            _ => *text = TEXTS[chance.below(TEXTS.len())].to_owned(),
        },
        value @ Value::Number(_) => {
            let wide = chance.next();
            *value = match chance.below(5) {
                0 => json!(wide),
                1 => json!(f64::from_bits(wide)),
                2 => json!(chance.below(2000)),
                #[expect(clippy::cast_precision_loss, reason = "any share will do")]
                _ => json!(wide as f64 / u64::MAX as f64),
            };
        }
        Value::Bool(flag) => *flag = !*flag,
        Value::Array(entries) if !entries.is_empty() => {
            let (one, two) = (chance.below(entries.len()), chance.below(entries.len()));
            match chance.below(3) {
                0 => drop(entries.remove(one)),
                1 => entries.swap(one, two),
                _ => entries.clear(),
            }
        }
        Value::Object(fields) if !fields.is_empty() => {
            let name = fields.keys().nth(chance.below(fields.len())).unwrap().clone();
            fields.remove(&name);
        }
        value => *value = other,
    }
}

/// What a file becomes where nothing is there, if it can be read and passes.
pub(crate) fn batches(file: &Value, has_default: bool) -> Option<Vec<Batch>> {
    let file: AllclearFile = serde_json::from_value(file.clone()).ok()?;
    let first = file.pages.iter().position(|page| page.page.is_default).unwrap_or(0);
    let batch = |(place, contents)| {
        from_own::batch_of(contents, None, None, has_default || place != first).ok()
    };
    let batches = file.pages.into_iter().enumerate().map(batch).collect::<Option<Vec<_>>>()?;
    let mut there = Installation::default();
    if has_default {
        // A default page, so that none is missing.
        there.pages.extend(batches.first().map(|batch| {
            let mut page = batch.page.clone();
            (page.id, page.is_default) = (Entropy::from_seed(1).id(now()), true);
            (page.slug, page.host_names) = ("default".to_owned().try_into().unwrap(), Vec::new());
            page
        }));
    }
    check(&batches, &there, now()).is_ok().then_some(batches)
}

fn contents(batch: Batch) -> Contents {
    Contents {
        page: batch.page,
        components: batch.components,
        settings: batch.settings,
        incidents: batch.incidents,
        series: batch.series,
        maintenance: batch.maintenance,
        announcements: batch.announcements,
        templates: batch.templates,
        notes: batch.notes,
    }
}

pub(crate) async fn write(store: &Store, batches: &[Batch]) -> Result<i64, ImportError> {
    let actor = Actor::Command("test".to_owned());
    import::write(store, batches, &actor, &Entropy::from_seed(2), now()).await
}

async fn export(store: &Store) -> String {
    let mut pages = Vec::new();
    for page in store.list_status_pages().await.unwrap() {
        pages.push(import::contents(store, page).await.unwrap());
    }
    serde_json::to_string_pretty(&AllclearFile::of(pages)).unwrap()
}

/// The first line in which two texts differ.
fn difference(one: &str, two: &str) -> Option<(String, String)> {
    let pairs = one.lines().zip(two.lines());
    let differing = pairs.map(|(one, two)| (one.to_owned(), two.to_owned()));
    differing.into_iter().find(|(one, two)| one != two).or_else(|| {
        (one.len() != two.len()).then(|| (one.len().to_string(), two.len().to_string()))
    })
}

#[tokio::test]
async fn whatever_passes_comes_out_as_it_went_in() {
    let mut chance = Chance::from_seed(seed());
    let mut passed = batches(&numbered(0), false).unwrap();
    let mut hosts: HashSet<String> = HashSet::new();
    let mut changes = 0;
    for number in 1..=rounds(30) {
        let mut file = numbered(number);
        let mut kept = batches(&file, true).unwrap();
        for _ in 0..20 {
            let mut changed = file.clone();
            change(&mut changed, &mut chance);
            let Some(batches) = batches(&changed, true) else { continue };
            // Between pages, slugs and host names are looked at elsewhere.
            let is_own = |batch: &Batch| {
                batch.page.slug.as_str().ends_with(&format!("-{number}"))
                    && batch.page.host_names.iter().all(|name| !hosts.contains(name))
            };
            if batches.iter().all(is_own) {
                changes += usize::from(changed != file);
                (file, kept) = (changed, batches);
            }
        }
        hosts.extend(kept.iter().flat_map(|batch| batch.page.host_names.clone()));
        passed.extend(kept);
    }
    assert!(changes > 80, "{changes}");

    let wanted = AllclearFile::of(passed.iter().cloned().map(contents).collect());
    let wanted = serde_json::to_string_pretty(&wanted).unwrap();
    for engine in Engine::ALL {
        let (first, second) = (Fresh::on(engine), Fresh::on(engine));
        let store = first.store().await;
        write(&store, &passed).await.unwrap();
        let exported = export(&store).await;
        assert_eq!(difference(&exported, &wanted), None, "{engine:?}");
        store.close().await;

        let file: AllclearFile = serde_json::from_str(&exported).unwrap();
        assert_eq!(file.version, own::VERSION);
        let store = second.store().await;
        let read = file.pages.into_iter().map(|contents| {
            let has_default = !contents.page.is_default;
            from_own::batch_of(contents, None, None, has_default).unwrap()
        });
        write(&store, &read.collect::<Vec<_>>()).await.unwrap();
        assert_eq!(difference(&export(&store).await, &exported), None, "{engine:?}");
        store.close().await;
    }
}

#[tokio::test]
async fn a_batch_that_does_not_pass_is_named_and_leaves_nothing_behind() {
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let store = fresh.store().await;
        let good = batches(&numbered(0), false).unwrap();
        write(&store, &good).await.unwrap();
        let (before, revision) = (export(&store).await, store.revision().await.unwrap());

        // Its own id under another slug, which the database alone would refuse without a name.
        let mut again = batches(&numbered(1), true).unwrap();
        again[1].incidents[0].id = good[1].incidents[0].id;
        again[1].maintenance[0].title = "\u{0}".to_owned();
        let refused = write(&store, &again).await.unwrap_err().to_string();
        for wanted in [
            "\u{201c}Logins fail\u{201d}: id: inc_018f000000007000800000000000001f is that of another",
            "\u{201c}\u{fffd}\u{201d}: title: holds, in line 1: the control character U+0000",
        ] {
            assert!(refused.contains(wanted), "{refused}");
        }
        assert_eq!(difference(&export(&store).await, &before), None);
        assert_eq!(store.revision().await.unwrap(), revision);
        store.close().await;
    }
}

fn update(body: &str, changed: ComponentId) -> Posted<IncidentStatus> {
    Posted {
        id: Entropy::from_seed(9).id(now()),
        status: Some(IncidentStatus::Identified),
        shown_at: Moment::At { at: now() },
        posted_at: now(),
        body: Prose::plain(body),
        changes: vec![StatusChange {
            component_id: changed,
            status: ComponentStatus::PartialOutage,
        }],
        next_update_due_at: None,
        is_backfilled: false,
        edits: Vec::new(),
    }
}

async fn post(
    store: &Store,
    id: IncidentId,
    update: IncidentUpdate,
    change: Change<'_>,
) -> Result<Incident, WriteError> {
    let post = |incident: Incident| Ok(incident.post(update, change.now)?);
    Ok(writing::change(store, id, None, change, post).await?.value)
}

#[tokio::test]
async fn an_update_is_checked_before_it_is_posted() {
    let (actor, entropy) = (Actor::Command("test".to_owned()), Entropy::from_seed(3));
    let change = Change { actor: &actor, entropy: &entropy, now: now() };
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let store = fresh.store().await;
        let batches = batches(&numbered(0), false).unwrap();
        write(&store, &batches).await.unwrap();
        let (id, known) = (batches[1].incidents[2].id, batches[0].components[0].id);
        let nobody: ComponentId = entropy.id(now());
        let refusal = async |id: IncidentId, update| match post(&store, id, update, change).await {
            Err(WriteError::Invalid(problems)) => {
                problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal(id, update("\u{7}", known)).await, ["updates[0].body.text"]);
        let unknown = refusal(id, update("x", nobody)).await;
        assert_eq!(unknown, ["updates[0].changes[0].component_id"]);
        let mut ahead = update("x", known);
        ahead.posted_at = Timestamp::MAX;
        assert_eq!(refusal(id, ahead).await, ["updates[0].posted_at"]);
        let posted = post(&store, id, update("x", known), change).await.unwrap();
        assert_eq!(posted.updates.len(), 1);

        // What is wrong with an old record does not keep anybody from telling of the outage.
        let mut old = batches[1].incidents[1].clone();
        (old.id, old.public_id) = (entropy.id(now()), entropy.public_id());
        old.title = String::new();
        let mut transaction = store.begin().await.unwrap();
        transaction.insert_incidents(std::slice::from_ref(&old)).await.unwrap();
        transaction.commit().await.unwrap();
        post(&store, old.id, update("y", known), change).await.unwrap();
        store.close().await;
    }
}
