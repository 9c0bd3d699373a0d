//! Importing again, into a page that is there: nothing twice, nothing overwritten, nothing in silence.

use allclear_domain::audit::Subject;
use allclear_domain::error::InvalidValue;
use allclear_domain::{Entropy, text::Key};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::history::batch::{Batch, Known, Present};
use crate::history::contents::Contents;
use crate::history::facts::FactsFile;
use crate::history::from_facts::{FACTS, Reading, check_timezone};
use crate::history::from_own::batch_of;
use crate::history::log::{LogOptions, read_log, settle_ids};
use crate::history::report::{ImportReport, ReportedContradiction};

/// A file of records, of which the fields that do not matter are filled in.
pub(super) fn file_of(records: &[Value]) -> FactsFile {
    let records: Vec<Value> = records
        .iter()
        .map(|record| {
            let mut full = json!({
                "title": "An outage", "kind": "incident", "started_at": null, "ended_at": null,
                "start_precision": "unknown", "end_precision": "unknown",
                "reported_duration": null, "affected": [], "service": null, "level": null,
            });
            for (field, value) in record.as_object().unwrap() {
                full[field] = value.clone();
            }
            full
        })
        .collect();
    let file = json!({"publisher": "Example", "timezone": "Europe/Berlin", "records": records});
    serde_json::from_value(file).unwrap()
}

fn batch(
    format: &'static str,
    file: &FactsFile,
    present: &Present,
) -> Result<Batch, Vec<InvalidValue>> {
    let slug = Some(Key::new("example").unwrap());
    let now = "2026-11-20T12:00:00Z".parse::<Timestamp>().unwrap();
    Reading { format, slug, present, entropy: &Entropy::from_seed(1), now }.batch(file)
}

pub(super) fn facts_batch(file: &FactsFile, present: &Present) -> Result<Batch, Vec<InvalidValue>> {
    batch(FACTS, file, present)
}

/// What is there when a batch was written over what was there.
fn after(mut present: Present, batch: &Batch) -> Present {
    present.page = Some(batch.page.clone());
    present.has_default = true;
    present.components.extend(batch.components.iter().cloned());
    present.remarks.extend(
        (batch.notes.iter().filter(|note| note.subject == Subject::StatusPage(batch.page.id)))
            .map(|note| note.body.reveal_to_team().to_owned()),
    );
    for incident in &batch.incidents {
        let source = incident.source.clone().unwrap();
        let known = Known {
            subject: Subject::Incident(incident.id),
            digest: source.digest,
            title: incident.title.clone(),
            started_at: incident.started.instant(),
        };
        assert!(present.sources.insert(source.key, known).is_none());
    }
    present
}

pub(super) fn contents(batch: Batch) -> Contents {
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

#[test]
fn equal_ids_in_one_file_are_refused_by_name() {
    for kind in ["incident", "maintenance", "announcement"] {
        let file = file_of(&[json!({"id": "a"}), json!({"id": "a", "kind": kind, "title": "B"})]);
        let problems = facts_batch(&file, &Present::default()).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].field, "record a \u{201c}B\u{201d}: id");
    }
}

#[test]
fn the_first_page_becomes_the_default() {
    let mut page = contents(facts_batch(&file_of(&[]), &Present::default()).unwrap());
    page.page.is_default = false;
    assert!(batch_of(page.clone(), None, None, false).unwrap().page.is_default);
    assert!(!batch_of(page.clone(), None, None, true).unwrap().page.is_default);
    let there = page.clone();
    page.page.is_default = true;
    assert!(!batch_of(page, None, Some(&there), true).unwrap().page.is_default);
}

#[test]
fn instants_are_compared_as_the_store_keeps_them() {
    let mut page = contents(facts_batch(&file_of(&[]), &Present::default()).unwrap());
    page.components = serde_json::from_value(json!([{
        "id": "cmp_018f0000000070008000000000000001", "public_id": "aaaaaaaaaaaa",
        "page_id": page.page.id, "key": "api", "name": "API", "position": 0,
        "created_at": "2020-01-01T00:00:00.123456789Z",
    }]))
    .unwrap();
    let there = contents(batch_of(page.clone(), None, None, false).unwrap());
    assert_eq!(there.components[0].created_at.to_string(), "2020-01-01T00:00:00.123456Z");
    let again = batch_of(page, None, Some(&there), true).unwrap();
    assert!(again.components.is_empty() && again.report.differing.is_empty());
}

#[test]
fn a_cause_is_never_that_of_something_that_is_no_incident() {
    let there = file_of(&[json!({"id": "a", "kind": "maintenance"})]);
    let window = facts_batch(&there, &Present::default()).unwrap().maintenance.remove(0);
    let known = Known {
        subject: Subject::Maintenance(window.id),
        digest: String::new(),
        title: window.title,
        started_at: None,
    };
    let present = Present { sources: [("a".to_owned(), known)].into(), ..Present::default() };
    let file = file_of(&[json!({"id": "a"}), json!({"id": "b", "recurrence_of": "a"})]);
    let batch = facts_batch(&file, &present).unwrap();
    assert_eq!(batch.incidents[0].same_cause_as, None);
    assert_eq!(batch.report.contradictions[0].field, "recurrence_of");
}

const PAYMENTS: &str = "2020-03-01 - Payments down
Affected: Payments
Disruption length: 10 minutes
We were down.
[10:00 SLT] - it began

";

const MAIL: &str = "2020-03-01 - Mail down
Affected: Mail
Disruption length: 5 minutes
Mail was late.
[15:00 SLT] - it began

";

fn log_batch(text: &str, present: &Present) -> (Batch, ImportReport) {
    let options = LogOptions {
        publisher: "example".to_owned(),
        timezone: Some("Europe/Berlin".to_owned()),
        year: None,
        known_components: present
            .components
            .iter()
            .map(crate::history::to_facts::component)
            .collect(),
    };
    let mut read = read_log(text, &options).unwrap();
    settle_ids(&mut read.records, &mut read.report, present);
    let file = FactsFile { components: read.components, records: read.records, ..file_of(&[]) };
    (batch("log", &file, present).unwrap(), read.report)
}

fn counts(batch: &Batch) -> (usize, usize, &[String]) {
    (batch.report.created, batch.report.skipped, &batch.report.differing)
}

#[test]
fn a_second_record_of_a_day_above_the_first_is_the_new_one() {
    let (first, _) = log_batch(PAYMENTS, &Present::default());
    let present = after(Present::default(), &first);
    let grown = format!("{MAIL}{PAYMENTS}");
    let (second, _) = log_batch(&grown, &present);
    assert_eq!(counts(&second), (1, 1, &[][..]));
    assert!(second.incidents[0].title.contains("Mail"));
    assert_eq!(second.incidents[0].source.as_ref().unwrap().key, "example-2020-03-01b");
    let present = after(present, &second);
    assert_eq!(counts(&log_batch(&grown, &present).0), (0, 2, &[][..]));
    let swapped = format!("{PAYMENTS}{MAIL}");
    assert_eq!(counts(&log_batch(&swapped, &present).0), (0, 2, &[][..]));
}

#[test]
fn a_record_that_was_edited_below_a_new_one_differs_under_its_own_id() {
    let (first, _) = log_batch(PAYMENTS, &Present::default());
    let present = after(Present::default(), &first);
    let edited = PAYMENTS.replace("We were", "We all were");
    let (second, _) = log_batch(&format!("{MAIL}{edited}"), &present);
    assert_eq!(counts(&second), (1, 0, &["example-2020-03-01".to_owned()][..]));
    assert!(second.incidents[0].title.contains("Mail"));
}

#[test]
fn equal_records_of_a_log_are_counted_and_contradictions_follow_their_record() {
    let (first, _) = log_batch(PAYMENTS, &Present::default());
    let present = after(Present::default(), &first);
    let (second, _) = log_batch(&PAYMENTS.repeat(2), &present);
    assert_eq!(counts(&second), (1, 1, &[][..]));
    let mut records = file_of(&[json!({"id": "example-2020-03-01", "title": "Other"})]).records;
    let mut report = ImportReport::default();
    report.contradictions.push(ReportedContradiction {
        record: records[0].id.clone(),
        field: String::new(),
        printed: String::new(),
        kept: String::new(),
        why: String::new(),
    });
    settle_ids(&mut records, &mut report, &present);
    assert_eq!(records[0].id, "example-2020-03-01b");
    assert_eq!(report.contradictions[0].record, "example-2020-03-01b");
}

#[test]
fn a_facts_record_keeps_the_id_of_its_publisher() {
    let first = facts_batch(&file_of(&[json!({"id": "a", "title": "One"})]), &Present::default());
    let present = after(Present::default(), &first.unwrap());
    let other = facts_batch(&file_of(&[json!({"id": "a", "title": "Two"})]), &present).unwrap();
    assert_eq!(counts(&other), (0, 0, &["a".to_owned()][..]));
}

#[test]
fn what_a_file_says_otherwise_of_a_page_is_told_and_its_notes_are_kept() {
    let mut file = file_of(&[]);
    file.notes = Some("FIRST REMARK".to_owned());
    file.components = serde_json::from_value(json!([{"key": "api", "name": "API"}])).unwrap();
    let first = facts_batch(&file, &Present::default()).unwrap();
    let present = after(Present::default(), &first);
    let again = facts_batch(&file, &present).unwrap();
    assert!(again.notes.is_empty() && again.report.differing.is_empty());

    file.notes = Some("SECOND REMARK".to_owned());
    file.what = "Runs things".to_owned();
    file.timezone = Some("America/New_York".to_owned());
    file.timezone_label = Some("ET".to_owned());
    file.components[0].name = "Public API".to_owned();
    let second = facts_batch(&file, &present).unwrap();
    assert_eq!(second.notes.len(), 1);
    assert_eq!(second.notes[0].body.reveal_to_team(), "SECOND REMARK");
    let told = [
        "page: what Runs things",
        "page: timezone America/New_York",
        "page: timezone_label ET",
        "component api: name Public API",
    ];
    assert_eq!(second.report.differing, told);
    assert!(check_timezone(Some("Europe/Berlin"), &present).is_ok());
    assert!(check_timezone(Some("Asia/Tokyo"), &Present::default()).is_ok());
    let refused = check_timezone(Some("Asia/Tokyo"), &present).unwrap_err().to_string();
    assert!(refused.contains("Asia/Tokyo") && refused.contains("Europe/Berlin"), "{refused}");
}
