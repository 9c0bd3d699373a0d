//! How long the first view takes on a large page. Run it by hand, in release.

use std::sync::Arc;
use std::time::Instant;

use allclear_domain::status_page::Language;
use allclear_statuspage::{Model, Route, Snapshot, render};

use crate::sample;

fn measure(what: &str, snapshot: Snapshot) {
    let snapshot = Arc::new(snapshot);
    let now = sample::at(sample::NOW);
    let mut rounds: Vec<(u128, u128)> = (0..15)
        .map(|_| {
            let begun = Instant::now();
            let model = Model::build(Arc::clone(&snapshot), now).expect("a model");
            let built = begun.elapsed().as_micros();
            let ready = render(&model, &Route::Now, Language::En).expect("a page");
            assert!(!ready.gzip.is_empty());
            (begun.elapsed().as_micros(), built)
        })
        .collect();
    rounds.sort_unstable();
    let model = Model::build(snapshot, now).expect("a model");
    let ready = render(&model, &Route::Now, Language::En).expect("a page");
    println!(
        "{what}: median {} us, least {} us, of it build {} us; {} bytes, {} compressed",
        rounds[7].0,
        rounds[0].0,
        rounds[0].1,
        ready.identity.len(),
        ready.gzip.len()
    );
}

#[test]
#[ignore = "measures; run it in release with --nocapture"]
fn first_view() {
    measure("50 components, 200 incidents", sample::many(50, 200));
    measure("1,000 components, 2,000 incidents", sample::many(1_000, 2_000));
    let mut old = sample::many(1_000, 2_000);
    sample::add_old(&mut old, 10_000);
    measure("and 10,000 old incidents", old);
}
