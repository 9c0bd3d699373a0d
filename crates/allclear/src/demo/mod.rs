//! The demo: five real publishers' histories, and one `example.com` page in the middle of an incident.

mod example;

use allclear_domain::Entropy;
use allclear_domain::text::Key;
use allclear_incidents::history::batch::{Batch, Present};
use allclear_incidents::history::facts::FactsFile;
use allclear_incidents::history::from_facts::{FACTS, Reading};
use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;

/// Real outages and maintenance of five publishers, as facts, by slug.
pub const SAMPLES: [(&str, &str); 5] = [
    ("caspertech", include_str!("../../samples/history/caspertech.json")),
    ("foxycart", include_str!("../../samples/history/foxycart.json")),
    ("lobsters", include_str!("../../samples/history/lobsters.json")),
    ("tiger", include_str!("../../samples/history/tiger.json")),
    ("transloadit", include_str!("../../samples/history/transloadit.json")),
];

/// Everything that the demo shows, as it stands at `now`.
///
/// # Errors
/// Where a sample cannot be read, which a test rules out.
pub fn batches(entropy: &Entropy, now: Timestamp) -> Result<Vec<Batch>> {
    let mut batches = vec![example::batch(entropy, now)?];
    let present = Present { has_default: true, ..Present::default() };
    for (slug, json) in SAMPLES {
        let file: FactsFile = serde_json::from_str(json).context(slug)?;
        let slug = Some(Key::new(slug)?);
        let reading = Reading { format: FACTS, slug, present: &present, entropy, now };
        let batch = reading.batch(&file).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            anyhow!("{}: {}", file.publisher, problems.join("; "))
        })?;
        batches.push(batch);
    }
    Ok(batches)
}
