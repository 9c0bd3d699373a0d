//! The 65 real records go in and come out equal, before any store has a part in it.

mod again;
mod bad_values;
mod states;
mod windows;

use allclear_domain::{Entropy, text::Key};
use jiff::Timestamp;

use super::batch::Present;
use super::contents::Contents;
use super::facts::FactsFile;
use super::from_facts::Reading;
use super::to_facts::facts_of;

const SAMPLES: [(&str, &str, usize); 5] = [
    ("caspertech", include_str!("../../../allclear/samples/history/caspertech.json"), 19),
    ("foxycart", include_str!("../../../allclear/samples/history/foxycart.json"), 39),
    ("lobsters", include_str!("../../../allclear/samples/history/lobsters.json"), 1),
    ("tiger", include_str!("../../../allclear/samples/history/tiger.json"), 5),
    ("transloadit", include_str!("../../../allclear/samples/history/transloadit.json"), 1),
];

fn read(slug: &str, json: &str) -> (serde_json::Value, super::batch::Batch) {
    let file: FactsFile = serde_json::from_str(json).expect(slug);
    let present = Present::default();
    let reading = Reading {
        format: "facts",
        slug: Some(Key::new(slug).unwrap()),
        present: &present,
        entropy: &Entropy::from_seed(1),
        now: "2026-11-20T12:00:00Z".parse::<Timestamp>().unwrap(),
    };
    let batch = reading.batch(&file).expect(slug);
    (serde_json::from_str(json).unwrap(), batch)
}

#[test]
fn every_sample_comes_out_as_it_went_in() {
    for (slug, json, count) in SAMPLES {
        let (wanted, batch) = read(slug, json);
        assert_eq!(batch.report.created, count, "{slug}");
        let contents = Contents {
            page: batch.page,
            components: batch.components,
            settings: batch.settings,
            incidents: batch.incidents,
            series: batch.series,
            maintenance: batch.maintenance,
            announcements: batch.announcements,
            templates: batch.templates,
            notes: batch.notes,
        };
        let got = serde_json::to_value(facts_of(&contents).unwrap()).unwrap();
        for (got, wanted) in
            got["records"].as_array().unwrap().iter().zip(wanted["records"].as_array().unwrap())
        {
            assert_eq!(got, wanted, "{slug}");
        }
        assert_eq!(got, wanted, "{slug}");
    }
}

#[test]
fn an_unreadable_instant_names_its_record_and_field() {
    let (_, json, _) = SAMPLES[3];
    let json = json.replace("2009-08-12T09:48:00-07:00", "yesterday");
    let file: FactsFile = serde_json::from_str(&json).unwrap();
    let present = Present::default();
    let reading = Reading {
        format: "facts",
        slug: None,
        present: &present,
        entropy: &Entropy::from_seed(1),
        now: Timestamp::UNIX_EPOCH,
    };
    let problems = reading.batch(&file).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "record tiger-2009-08-12b: started_at");
}

#[test]
fn a_key_that_two_components_have_is_refused() {
    let (_, json, _) = SAMPLES[3];
    let mut file: FactsFile = serde_json::from_str(json).unwrap();
    let mut twin = file.components[0].clone();
    twin.name = "Another".to_owned();
    file.components.push(twin);
    let reading = Reading {
        format: "facts",
        slug: None,
        present: &Present::default(),
        entropy: &Entropy::from_seed(1),
        now: Timestamp::UNIX_EPOCH,
    };
    let problems = reading.batch(&file).unwrap_err();
    assert_eq!(problems.len(), 1);
    let key = &file.components[0].key;
    assert_eq!(problems[0].field, format!("component {key} \u{201c}Another\u{201d}: key"));
}
