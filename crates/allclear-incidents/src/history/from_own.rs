//! From the `allclear` format to a batch: what is there already is skipped, and nothing is overwritten.

use std::collections::HashMap;
use std::hash::Hash;

use allclear_domain::error::InvalidValue;
use allclear_domain::record::Source;
use allclear_domain::text::Key;

use uuid::Uuid;

use super::batch::{Batch, PROBLEMS_MAX, Present};
use super::contents::Contents;
use super::own::{AllclearFile, VERSION};

/// Checks that a file can be read by this binary.
///
/// # Errors
/// Where it is of another format, or of a newer version.
pub fn check_version(file: &AllclearFile) -> Result<(), InvalidValue> {
    if file.format != "allclear" {
        let problem = format!("`{}` is not `allclear`: name the right format", file.format);
        return Err(InvalidValue::new("format", problem));
    }
    if file.version > VERSION {
        let problem = format!(
            "{} is newer than {VERSION}, the newest that this binary reads: import it with the \
             Allclear that wrote it, or a newer one",
            file.version
        );
        return Err(InvalidValue::new("version", problem));
    }
    Ok(())
}

/// Turns one page of a file into a batch. `there` is what the page of that slug holds already.
///
/// # Errors
/// Where the slug belongs to another page, or a value lies beyond its limit.
pub fn batch_of(
    mut contents: Contents,
    slug: Option<Key>,
    there: Option<&Contents>,
    has_pages: bool,
) -> Result<Batch, Vec<InvalidValue>> {
    if let Some(slug) = slug {
        contents.page.slug = slug;
    }
    if let Some(there) = there
        && there.page.id != contents.page.id
    {
        let problem = format!(
            "there is another status page `{}` already: import this one under another slug, with --page",
            there.page.slug
        );
        return Err(vec![InvalidValue::new("page", problem)]);
    }
    // A page that comes to others does not take the place of their default.
    // The first one becomes it.
    contents.page.is_default = there.map_or(!has_pages, |there| there.page.is_default);
    check_ids(&contents, there)?;
    let mut batch = Batch::of(contents.page, there.is_none());
    let mut differing = Vec::new();
    if let Some(there) = there
        && there.page != batch.page
    {
        differing.push(batch.page.id.to_string());
    }
    let nothing: Contents = Contents {
        page: batch.page.clone(),
        components: Vec::new(),
        settings: Vec::new(),
        incidents: Vec::new(),
        maintenance: Vec::new(),
        announcements: Vec::new(),
        notes: Vec::new(),
    };
    let there = there.unwrap_or(&nothing);
    let mut skipped = 0;
    let mut count = |found: usize| skipped += found;
    let d = &mut differing;
    batch.components = fresh(contents.components, &there.components, |c| c.id, d).0;
    batch.settings = fresh(contents.settings, &there.settings, |s| s.id, d).0;
    batch.notes = fresh(contents.notes, &there.notes, |n| n.id, d).0;
    let incidents = fresh(contents.incidents, &there.incidents, |i| i.id, d);
    let maintenance = fresh(contents.maintenance, &there.maintenance, |m| m.id, d);
    let announcements = fresh(contents.announcements, &there.announcements, |a| a.id, d);
    count(incidents.1 + maintenance.1 + announcements.1);
    batch.incidents = incidents.0;
    batch.maintenance = maintenance.0;
    batch.announcements = announcements.0;
    batch.report.created =
        batch.incidents.len() + batch.maintenance.len() + batch.announcements.len();
    batch.report.skipped = skipped;
    batch.report.differing = differing;
    let present = Present { components: there.components.clone(), ..Present::default() };
    batch.check(&present)?;
    Ok(batch)
}

/// Something with an id of its own, as far as equal ids are concerned.
struct Named<'a> {
    noun: &'static str,
    id: Uuid,
    name: &'a str,
    key: Option<&'a str>,
}

fn named(contents: &Contents) -> Vec<Named<'_>> {
    fn key(source: Option<&Source>) -> Option<&str> {
        source.map(|source| source.key.as_str())
    }
    let plain = |noun, id, name| Named { noun, id, name, key: None };
    let mut all = vec![plain("page", contents.page.id.uuid(), contents.page.title.as_str())];
    all.extend(contents.components.iter().map(|c| plain("component", c.id.uuid(), &c.name)));
    all.extend(contents.settings.iter().map(|s| plain("setting", s.id.uuid(), "")));
    all.extend(contents.notes.iter().map(|n| plain("note", n.id.uuid(), "")));
    all.extend(contents.incidents.iter().map(|i| Named {
        key: key(i.source.as_ref()),
        ..plain("incident", i.id.uuid(), &i.title)
    }));
    all.extend(contents.maintenance.iter().map(|m| Named {
        key: key(m.source.as_ref()),
        ..plain("maintenance", m.id.uuid(), &m.title)
    }));
    all.extend(contents.announcements.iter().map(|a| Named {
        key: key(a.source.as_ref()),
        ..plain("announcement", a.id.uuid(), &a.title)
    }));
    all
}

/// Refuses equal ids and equal ids at the source, within the file and against what is there.
fn check_ids(contents: &Contents, there: Option<&Contents>) -> Result<(), Vec<InvalidValue>> {
    let there = there.map(named).unwrap_or_default();
    let mut ids: HashMap<Uuid, (&str, bool)> =
        there.iter().map(|known| (known.id, (known.noun, true))).collect();
    let mut keys: HashMap<&str, Uuid> =
        there.iter().filter_map(|known| Some((known.key?, known.id))).collect();
    let mut problems = Vec::new();
    for item in &named(contents) {
        let mut refuse = |problem: String| {
            let field = format!("{} {} \u{201c}{}\u{201d}", item.noun, item.id, item.name);
            problems.push(InvalidValue::new(field, problem));
        };
        match ids.insert(item.id, (item.noun, false)) {
            Some((noun, is_there)) if !is_there || noun != item.noun => {
                refuse(format!("its id is that of another {noun} as well: give each its own"));
            }
            _ => {}
        }
        let Some(key) = item.key else { continue };
        if keys.insert(key, item.id).is_some_and(|other| other != item.id) {
            refuse(format!("its source key `{key}` is that of another record as well"));
        }
    }
    problems.truncate(PROBLEMS_MAX);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// What is not there yet, and how many are there, equal. Those that differ are named.
fn fresh<T: PartialEq + Clone, I: Eq + Hash + ToString>(
    wanted: Vec<T>,
    there: &[T],
    id: impl Fn(&T) -> I,
    differing: &mut Vec<String>,
) -> (Vec<T>, usize) {
    let there: HashMap<I, &T> = there.iter().map(|item| (id(item), item)).collect();
    let mut skipped = 0;
    let mut fresh = Vec::new();
    for item in wanted {
        match there.get(&id(&item)) {
            None => fresh.push(item),
            Some(known) if **known == item => skipped += 1,
            Some(_) => differing.push(id(&item).to_string()),
        }
    }
    (fresh, skipped)
}
