//! From the `allclear` format to a batch: what is there already is skipped, and nothing is overwritten.

use std::collections::HashMap;
use std::hash::Hash;

use allclear_domain::error::InvalidValue;
use allclear_domain::text::Key;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::batch::Batch;
use super::contents::Contents;
use super::own::{AllclearFile, VERSION};

/// What is told of a protected page that comes in: better closed than open to everybody.
const PASSWORD_STAYED: &str = "page: readers need a password, which no file holds: nobody can read \
                               it until somebody sets one in the console";

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
/// Where the slug belongs to another page.
pub fn batch_of(
    mut contents: Contents,
    slug: Option<Key>,
    there: Option<&Contents>,
    has_default: bool,
) -> Result<Batch, InvalidValue> {
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
        return Err(InvalidValue::new("page", problem));
    }
    // A page that comes to others does not take the place of their default.
    // The first one becomes it.
    contents.page.is_default = there.map_or(!has_default, |there| there.page.is_default);
    cut_to_columns(&mut contents);
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
        series: Vec::new(),
        maintenance: Vec::new(),
        announcements: Vec::new(),
        templates: Vec::new(),
        notes: Vec::new(),
    };
    if there.is_none() && batch.page.is_protected() {
        differing.push(PASSWORD_STAYED.to_owned());
    }
    let there = there.unwrap_or(&nothing);
    let mut skipped = 0;
    let mut count = |found: usize| skipped += found;
    let d = &mut differing;
    batch.components = fresh(contents.components, &there.components, |c| c.id, d).0;
    batch.settings = fresh(contents.settings, &there.settings, |s| s.id, d).0;
    batch.series = fresh(contents.series, &there.series, |s| s.id, d).0;
    batch.templates = fresh(contents.templates, &there.templates, |t| t.id, d).0;
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
    Ok(batch)
}

/// Cuts instants to what the store keeps of them in its columns, so that what is there compares equal
/// to what was read.
fn cut_to_columns(contents: &mut Contents) {
    let cut = |at: &mut Timestamp| {
        // Cutting goes towards 1970, so it never leaves representable time.
        *at = at
            .round(TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Trunc))
            .unwrap_or(*at);
    };
    for component in &mut contents.components {
        cut(&mut component.created_at);
        component.retired_at.iter_mut().for_each(cut);
    }
    contents.settings.iter_mut().for_each(|setting| cut(&mut setting.set_at));
    contents.notes.iter_mut().for_each(|note| cut(&mut note.written_at));
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
