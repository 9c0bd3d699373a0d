//! `allclear import`: history in.

use std::io::Read;
use std::path::Path;

use allclear_domain::audit::Actor;
use allclear_domain::error::InvalidValue;
use allclear_domain::text::Key;
use allclear_domain::validation::stray_characters;
use allclear_domain::{Clock, Entropy, SystemClock, limits};
use allclear_incidents::history::batch::{Batch, Present};
use allclear_incidents::history::check::{Installation, check};
use allclear_incidents::history::contents::Contents;
use allclear_incidents::history::facts::{FactsFile, FactsRecord};
use allclear_incidents::history::from_facts::{FACTS, Reading, check_timezone};
use allclear_incidents::history::import::ImportError;
use allclear_incidents::history::log::{Decoded, LogOptions, decode, read_log, settle_ids};
use allclear_incidents::history::own::AllclearFile;
use allclear_incidents::history::report::ImportReport;
use allclear_incidents::history::{from_own, import, to_facts};
use anyhow::{Context, Result, anyhow, bail, ensure};
use jiff::Timestamp;
use serde::Serialize;

use super::DONE;
use crate::cli::{ImportArgs, ImportFormat};
use crate::output::{say, say_json};
use crate::settings::Settings;

/// Why a format of checks is not read here.
const NO_HISTORY: &str = "this format holds checks, and no history";

/// What `--plan --json` prints.
#[derive(Serialize)]
struct Plan {
    records: Vec<FactsRecord>,
    report: ImportReport,
}

/// Shows what an import would write; needs neither server nor database.
pub(super) fn plan(args: &ImportArgs) -> Result<u8> {
    let source = read_source(args)?;
    let text = &source.text;
    let slug = args.page.clone();
    let now = SystemClock.now();
    let plan = match args.format {
        ImportFormat::Allclear => {
            let pages = own_file(text, slug.is_some())?.pages;
            let first = default_of(&pages);
            let mut batches = Vec::new();
            for (place, contents) in pages.iter().enumerate() {
                let (contents, has_default) = (contents.clone(), place != first);
                let batch = from_own::batch_of(contents, slug.clone(), None, has_default);
                batches.push(batch.map_err(|problem| problems(vec![problem]))?);
            }
            check(&batches, &Installation::default(), now).map_err(problems)?;
            let mut records = Vec::new();
            for contents in &pages {
                records.extend(to_facts::facts_of(contents)?.records);
            }
            Plan { records, report: sum(batches.into_iter().map(|batch| batch.report)) }
        }
        ImportFormat::Facts | ImportFormat::Log => {
            let (file, batch) = foreign(args, &source, slug, &Present::default(), now)?;
            let batches = [batch];
            check(&batches, &Installation::default(), now).map_err(problems)?;
            let [batch] = batches;
            Plan { records: file.records, report: batch.report }
        }
        ImportFormat::Gatus | ImportFormat::UptimeKuma | ImportFormat::Blackbox => {
            bail!(NO_HISTORY)
        }
    };
    if args.json {
        say_json(&plan)?;
    } else {
        for record in &plan.records {
            let when = record.started_at.clone().or(record.on.map(|on| on.to_string()));
            let when = when.unwrap_or_else(|| "undated".to_owned());
            say(&format!("{when}  {}  {}", record.id, record.title))?;
        }
        tell(&plan.report, "would be created")?;
    }
    Ok(DONE)
}

/// Imports.
pub(super) async fn run(args: &ImportArgs, settings: &Settings) -> Result<u8> {
    let source = read_source(args)?;
    let text = &source.text;
    let slug = args.page.clone();
    let now = SystemClock.now();
    let (store, _lock) = super::open_to_write(settings).await?;
    let batches = match args.format {
        ImportFormat::Allclear => {
            let mut batches = Vec::new();
            let pages = own_file(text, slug.is_some())?.pages;
            let first = default_of(&pages);
            for (place, page) in pages.into_iter().enumerate() {
                let wanted = slug.as_ref().unwrap_or(&page.page.slug);
                let present = import::present(&store, wanted).await?;
                let has_default = present.has_default || place != first;
                let there = match present.page {
                    Some(page) => Some(import::contents(&store, page).await?),
                    None => None,
                };
                let batch = from_own::batch_of(page, slug.clone(), there.as_ref(), has_default);
                batches.push(batch.map_err(|problem| problems(vec![problem]))?);
            }
            batches
        }
        ImportFormat::Facts | ImportFormat::Log => {
            let slug = match slug {
                Some(slug) => Some(slug),
                None => Some(default_slug(args, text)?),
            };
            let present = match &slug {
                Some(slug) => import::present(&store, slug).await?,
                None => Present::default(),
            };
            vec![foreign(args, &source, slug, &present, now)?.1]
        }
        ImportFormat::Gatus | ImportFormat::UptimeKuma | ImportFormat::Blackbox => {
            bail!(NO_HISTORY)
        }
    };
    let actor = Actor::Command("import".to_owned());
    let written = import::write(&store, &batches, &actor, &Entropy::from_system(), now).await;
    store.close().await;
    written.map_err(|error| match error {
        ImportError::Refused(found) => problems(found),
        ImportError::Store(error) => error.into(),
    })?;
    let report = sum(batches.into_iter().map(|batch| batch.report));
    if args.json {
        say_json(&report)?;
    } else {
        tell(&report, "created")?;
    }
    Ok(DONE)
}

fn read_source(args: &ImportArgs) -> Result<Decoded> {
    let source = &args.source;
    let mut bytes = Vec::new();
    let limit = u64::try_from(limits::IMPORT_BYTES_MAX)? + 1;
    let read = if source == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(source).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    let name = source.display();
    read.with_context(|| format!("{name} cannot be read"))?;
    if bytes.len() > limits::IMPORT_BYTES_MAX {
        bail!("{name} has more than {} bytes: split it", limits::IMPORT_BYTES_MAX);
    }
    if args.format == ImportFormat::Log {
        // Pages are older than UTF-8.
        return Ok(decode(bytes));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = error.as_bytes().iter().take(at);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        anyhow!("{name} is not UTF-8 text (line {line}): convert it, for instance with iconv")
    })?;
    Ok(Decoded { text, understood: Vec::new() })
}

/// The slug of the page where none is named: the publisher's name, or that of the file.
fn default_slug(args: &ImportArgs, text: &str) -> Result<Key> {
    let from_file = || args.source.file_stem().and_then(|stem| Key::from_name(stem.to_str()?));
    let key = match args.format {
        ImportFormat::Facts => Key::from_name(&facts_file(text)?.publisher),
        _ => from_file(),
    };
    key.context("no slug follows from the source: name the page with --page")
}

fn own_file(text: &str, has_slug: bool) -> Result<AllclearFile> {
    let file: AllclearFile =
        serde_json::from_str(unmarked(text)).context("the source is not in the allclear format")?;
    from_own::check_version(&file)?;
    if has_slug && file.pages.len() != 1 {
        bail!("the source holds {} pages: --page can rename only one", file.pages.len());
    }
    Ok(file)
}

/// The place of the page in a file that becomes the default where no page is there: the file's own
/// default, or its first.
fn default_of(pages: &[Contents]) -> usize {
    pages.iter().position(|contents| contents.page.is_default).unwrap_or(0)
}

fn facts_file(text: &str) -> Result<FactsFile> {
    serde_json::from_str(unmarked(text)).context("the source is not in the facts format")
}

/// A text without the mark that some editors put before UTF-8.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Facts, or a log read into facts.
fn foreign(
    args: &ImportArgs,
    source: &Decoded,
    slug: Option<Key>,
    present: &Present,
    now: Timestamp,
) -> Result<(FactsFile, Batch)> {
    let text = &source.text;
    check_timezone(args.timezone.as_deref(), present)?;
    let (file, report, format) = if args.format == ImportFormat::Facts {
        let mut file = facts_file(text)?;
        if args.timezone.is_some() {
            file.timezone.clone_from(&args.timezone);
        }
        (file, ImportReport::default(), FACTS)
    } else {
        let (file, report) = log_file(args, text, slug.as_ref(), present)?;
        (file, report, "log")
    };
    let reading = Reading { format, slug, present, entropy: &Entropy::from_system(), now };
    let mut batch = reading.batch(&file).map_err(problems)?;
    batch.report.understood = source.understood.clone();
    batch.report.understood.extend(report.understood);
    batch.report.understood.sort_by_key(|line| line.line);
    batch.report.not_understood = report.not_understood;
    batch.report.contradictions.extend(report.contradictions);
    Ok((file, batch))
}

fn log_file(
    args: &ImportArgs,
    text: &str,
    slug: Option<&Key>,
    present: &Present,
) -> Result<(FactsFile, ImportReport)> {
    let slug = match slug {
        Some(slug) => slug.clone(),
        None => default_slug(args, text).or_else(|_| Ok::<_, anyhow::Error>(Key::new("log")?))?,
    };
    let page = present.page.as_ref();
    let timezone = args.timezone.clone().or_else(|| page.and_then(|page| page.timezone.clone()));
    let options = LogOptions {
        publisher: slug.to_string(),
        timezone: timezone.clone(),
        year: args.year,
        known_components: present.components.iter().map(to_facts::component).collect(),
    };
    refuse_strays(text)?;
    let mut read = read_log(text, &options)?;
    settle_ids(&mut read.records, &mut read.report, present);
    let title = page.map_or_else(|| slug.to_string(), |page| page.title.clone());
    let file = FactsFile {
        publisher: title,
        what: String::new(),
        timezone: timezone.or(read.timezone),
        timezone_label: None,
        notes: None,
        components: read.components,
        records: read.records,
    };
    Ok((file, read.report))
}

/// A text of people holds no control characters; one that does is damaged, or no text.
fn refuse_strays(text: &str) -> Result<()> {
    let strays: Vec<String> = stray_characters(text)
        .take(limits::PROBLEMS_MAX)
        .map(|stray| format!("\n  {stray}"))
        .collect();
    ensure!(
        strays.is_empty(),
        "nothing was imported; remove these characters and try again:{}",
        strays.concat()
    );
    Ok(())
}

fn problems(problems: Vec<InvalidValue>) -> anyhow::Error {
    let lines: String = problems.into_iter().map(|problem| format!("\n  {problem}")).collect();
    anyhow!("nothing was imported; correct the source and try again:{lines}")
}

fn sum(reports: impl Iterator<Item = ImportReport>) -> ImportReport {
    reports.fold(ImportReport::default(), |mut sum, report| {
        sum.created += report.created;
        sum.skipped += report.skipped;
        sum.differing.extend(report.differing);
        sum.understood.extend(report.understood);
        sum.not_understood.extend(report.not_understood);
        sum.contradictions.extend(report.contradictions);
        sum
    })
}

/// The report, for people.
fn tell(report: &ImportReport, created: &str) -> Result<()> {
    say(&format!("{} {created}, {} there already", report.created, report.skipped))?;
    for id in &report.differing {
        say(&format!("differs from what is there, which was kept: {id}"))?;
    }
    for line in &report.understood {
        say(&format!("line {}: {}; {}", line.line, line.text.trim(), line.meaning))?;
    }
    for line in &report.not_understood {
        say(&format!("not understood, line {}: {}", line.line, line.text))?;
    }
    for c in &report.contradictions {
        let kept = if c.kept.is_empty() { "nothing" } else { &c.kept };
        let record = if c.record.is_empty() { "the page" } else { &c.record };
        say(&format!(
            "contradiction in {record}, {}: printed {}; kept {kept}; {}",
            c.field, c.printed, c.why
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_before_a_file_is_no_part_of_it() {
        let file = r#"{"publisher":"Example","what":"","timezone":"UTC","timezone_label":null,"components":[],"records":[]}"#;
        assert_eq!(facts_file(&format!("\u{feff}{file}")).unwrap(), facts_file(file).unwrap());
    }
}
