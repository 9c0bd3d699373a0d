//! From facts to the nouns: what `import facts` and every importer of foreign text end in.

mod record;
mod state;
pub(super) mod values;

use std::collections::{HashMap, HashSet};

use allclear_domain::audit::Subject;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{ComponentId, IncidentId};
use allclear_domain::limits;
use allclear_domain::note::NoteKind;
use allclear_domain::status_page::{
    ColorTokens, ComponentSelection, Language, StatusPage, UptimePolicy,
};
use allclear_domain::text::{InternalText, Key};
use allclear_domain::{Component, Entropy, InternalNote};
use jiff::Timestamp;

use self::record::Drawing;
use super::batch::{Batch, Present, Spelling};
use super::facts::{FactsFile, FactsKind};
use super::{digest_without_id, source_digest};

/// Name of the format whose files are facts themselves.
pub const FACTS: &str = "facts";

/// Who wrote the notes that came with an import.
pub(super) const AUTHOR: &str = "import";

/// What the conversion needs besides the facts.
pub struct Reading<'a> {
    /// Name of the format that was read: [`FACTS`] or `log`.
    pub format: &'static str,
    /// Slug of the page; made from the publisher's name where it is `None`.
    pub slug: Option<Key>,
    /// What the page holds already.
    pub present: &'a Present,
    /// Where ids come from.
    pub entropy: &'a Entropy,
    /// The present instant.
    pub now: Timestamp,
}

impl Reading<'_> {
    /// Turns a file into a batch, without writing anything.
    ///
    /// # Errors
    /// Every field that cannot be read, with the record it stands in. Then nothing is written.
    pub fn batch(&self, file: &FactsFile) -> Result<Batch, Vec<InvalidValue>> {
        check_ids(file)?;
        let page = self.page(file).map_err(|problem| vec![problem])?;
        let zone = page.zone().map_err(|problem| vec![problem])?;
        let is_new_page = self.present.page.is_none();
        let mut batch = Batch::of(page, is_new_page);
        batch.spelling = Spelling::Facts;
        batch.components = self.new_components(file, &batch.page).map_err(|p| vec![p])?;
        batch.report.differing = self.differing(file, &batch.components);
        let remarks = &self.present.remarks;
        let is_new =
            |notes: &&String| !remarks.contains(notes) && remarks.join("\n") != notes.as_str();
        if let Some(notes) = file.notes.as_ref().filter(is_new) {
            let subject = Subject::StatusPage(batch.page.id);
            batch.notes.push(self.note(subject, NoteKind::Remark, notes));
        }
        let keys: HashMap<String, ComponentId> = self
            .present
            .components
            .iter()
            .chain(&batch.components)
            .map(|component| (component.key.as_str().to_owned(), component.id))
            .collect();
        let mut problems = Vec::new();
        let fresh = self.fresh_ids(file);
        for record in &file.records {
            let digests = [source_digest(record), digest_without_id(record)];
            match self.present.sources.get(&record.id) {
                Some(known) if digests.contains(&known.digest) => batch.report.skipped += 1,
                Some(_) => batch.report.differing.push(record.id.clone()),
                None => {
                    let drawn = Drawing { reading: self, zone: &zone, keys: &keys, fresh: &fresh };
                    let [with_id, without_id] = digests;
                    let digest = if self.format == FACTS { with_id } else { without_id };
                    match drawn.record(record, digest, &mut batch) {
                        Ok(()) => batch.report.created += 1,
                        Err(problem) => problems.push(InvalidValue::new(
                            format!("record {}: {}", record.id, problem.field),
                            problem.problem,
                        )),
                    }
                }
            }
        }
        if problems.is_empty() { Ok(batch) } else { Err(problems) }
    }

    fn page(&self, file: &FactsFile) -> Result<StatusPage, InvalidValue> {
        if let Some(page) = &self.present.page {
            return Ok(page.clone());
        }
        let slug = match &self.slug {
            Some(slug) => slug.clone(),
            None => Key::from_name(&file.publisher).ok_or_else(|| {
                InvalidValue::new("publisher", "gives no slug: name the page with --page")
            })?,
        };
        Ok(StatusPage {
            id: self.entropy.id(self.now),
            slug,
            title: file.publisher.clone(),
            description: file.what.clone(),
            is_default: !self.present.has_default,
            host_names: Vec::new(),
            timezone: file.timezone.clone(),
            timezone_label: file.timezone_label.clone(),
            language: Language::En,
            logo: None,
            colors: ColorTokens::default(),
            components: ComponentSelection::Own,
            uptime: UptimePolicy::default(),
            password_set_at: None,
        })
    }

    /// What the file says otherwise of a page that is there, and of components: that is kept as it
    /// is. What the file leaves out is no difference.
    fn differing(&self, file: &FactsFile, new: &[Component]) -> Vec<String> {
        let Some(page) = &self.present.page else {
            return Vec::new();
        };
        let fields = [
            ("title", Some(&file.publisher), Some(&page.title)),
            ("what", Some(&file.what), Some(&page.description)),
            ("timezone", file.timezone.as_ref(), page.timezone.as_ref()),
            ("timezone_label", file.timezone_label.as_ref(), page.timezone_label.as_ref()),
        ];
        let mut differing = Vec::new();
        for (field, stated, kept) in fields {
            if let Some(stated) =
                stated.filter(|stated| !stated.is_empty() && kept != Some(*stated))
            {
                differing.push(format!("page: {field} {stated}"));
            }
        }
        let known: HashMap<&str, &str> = self
            .present
            .components
            .iter()
            .chain(new)
            .map(|component| (component.key.as_str(), component.name.as_str()))
            .collect();
        for wanted in &file.components {
            if known.get(wanted.key.as_str()).is_some_and(|name| *name != wanted.name) {
                differing.push(format!("component {}: name {}", wanted.key, wanted.name));
            }
        }
        differing
    }

    fn new_components(
        &self,
        file: &FactsFile,
        page: &StatusPage,
    ) -> Result<Vec<Component>, InvalidValue> {
        let known = &self.present.components;
        let mut components: Vec<Component> = Vec::new();
        let mut keys: HashSet<Key> = known.iter().map(|component| component.key.clone()).collect();
        for wanted in &file.components {
            let key = Key::new(wanted.key.as_str())?;
            if !keys.insert(key.clone()) {
                continue;
            }
            let position = u32::try_from(known.len() + components.len()).unwrap_or(u32::MAX);
            components.push(Component {
                id: self.entropy.id(self.now),
                public_id: self.entropy.public_id(),
                page_id: page.id,
                key,
                name: wanted.name.clone(),
                description: None,
                parent_id: None,
                position,
                start_date: None,
                created_at: self.now,
                retired_at: None,
            });
        }
        Ok(components)
    }

    /// Ids for the incidents of the file, so that one can name another before it is drawn.
    fn fresh_ids(&self, file: &FactsFile) -> HashMap<String, IncidentId> {
        let incidents = file.records.iter().filter(|record| record.kind == FactsKind::Incident);
        incidents.map(|record| (record.id.clone(), self.entropy.id(self.now))).collect()
    }

    fn note(&self, subject: Subject, kind: NoteKind, body: &str) -> InternalNote {
        InternalNote {
            id: self.entropy.id(self.now),
            subject,
            kind,
            written_at: self.now,
            author: AUTHOR.to_owned(),
            body: InternalText::new(body),
        }
    }
}

/// Refuses ids that stand more than once in a file, in whatever kinds of record, and keys of
/// components.
fn check_ids(file: &FactsFile) -> Result<(), Vec<InvalidValue>> {
    let mut seen = HashSet::new();
    let mut problems: Vec<InvalidValue> = Vec::new();
    let mut keys = HashSet::new();
    for component in &file.components {
        if !keys.insert(component.key.as_str()) && problems.len() < limits::PROBLEMS_MAX {
            let field =
                format!("component {} \u{201c}{}\u{201d}: key", component.key, component.name);
            let problem = "another component of the file has it too: give each its own";
            problems.push(InvalidValue::new(field, problem));
        }
    }
    for record in &file.records {
        if !seen.insert(record.id.as_str()) && problems.len() < limits::PROBLEMS_MAX {
            let field = format!("record {} \u{201c}{}\u{201d}: id", record.id, record.title);
            let problem = "another record of the file has it too: give each record its own";
            problems.push(InvalidValue::new(field, problem));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Refuses a zone, given with an import, that is not the one of the page that is there.
///
/// # Errors
/// Where the page has another zone.
pub fn check_timezone(wanted: Option<&str>, present: &Present) -> Result<(), InvalidValue> {
    let page = present.page.as_ref();
    let (Some(wanted), Some(page), Some(kept)) =
        (wanted, page, page.and_then(|page| page.timezone.as_deref()))
    else {
        return Ok(());
    };
    if wanted == kept {
        return Ok(());
    }
    let problem = format!(
        "{wanted} is not the time zone of the page `{}`, which is {kept}: leave it out, or import \
         into another page with --page",
        page.slug
    );
    Err(InvalidValue::new("--timezone", problem))
}
