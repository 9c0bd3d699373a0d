//! Incidents in the order in which they began: a slice at a time, and alike on both engines.

use allclear_domain::Incident;
use allclear_domain::record::Publication;
use allclear_domain::times::Bound;
use allclear_store::{Begun, BegunSlice, Stage};
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::harness::{Content, Home};
use crate::samples::{NOW, Samples, at};

/// What lists are ordered by.
fn key(incident: &Incident) -> (Timestamp, allclear_domain::ids::IncidentId) {
    (incident.started.earliest(&TimeZone::UTC).unwrap_or(Timestamp::MIN), incident.id)
}

/// Everything that a slice and those after it give.
async fn walk(home: &Home, mut slice: BegunSlice) -> Vec<Incident> {
    let mut all = Vec::new();
    loop {
        let found = home.store.slice_incidents_begun(&slice).await.unwrap();
        let count = found.incidents.len();
        assert!(count <= slice.limit, "{count} of {}", slice.limit);
        assert_eq!(found.bad_rows, []);
        all.extend(found.incidents);
        if count < slice.limit {
            assert_eq!(found.goes_on_after, None);
            return all;
        }
        slice.from = found.goes_on_after;
        assert_eq!(slice.from, all.last().map(|incident| incident.id));
    }
}

pub(crate) async fn incidents_in_the_order_in_which_they_began(home: Home) {
    let samples = Samples::new();
    let pages = [samples.page("one"), samples.page("two")];
    let component = samples.component(pages[0].id, "c");
    let mut incidents = Vec::new();
    for number in 0..60 {
        let mut incident = match number % 3 {
            0 => samples.full_incident(&component, &format!("record {number}")),
            1 => samples.incident(pages[0].id),
            _ => samples.incident(pages[1].id),
        };
        // Several begin at once, some on a day, and of some nobody knows when.
        incident.started = match number % 7 {
            0 => Bound::On { on: date(2026, 11, 1 + number % 5) },
            1 => Bound::Unknown,
            rest => Bound::exactly(at(NOW) - SignedDuration::from_hours(i64::from(rest))),
        };
        incident.publication = match number % 5 {
            0 => Publication::Draft,
            _ => Publication::Published { at: at(NOW) },
        };
        incidents.push(incident);
    }
    let content = Content {
        pages: pages.to_vec(),
        components: vec![component],
        incidents: incidents.clone(),
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    incidents.sort_by_key(|incident| std::cmp::Reverse(key(incident)));
    let is_public = |incident: &Incident| incident.publication.is_public();
    for page_id in [None, Some(pages[0].id), Some(pages[1].id)] {
        for stage in [None, Some(Stage::Draft), Some(Stage::Open), Some(Stage::Over)] {
            let mut expected = incidents.clone();
            expected.retain(|incident| page_id.is_none_or(|id| incident.page_id == id));
            expected.retain(|incident| match stage {
                None => true,
                Some(Stage::Draft) => !is_public(incident),
                Some(Stage::Open) => is_public(incident) && incident.is_open(),
                Some(Stage::Over) => is_public(incident) && !incident.is_open(),
            });
            assert!(page_id.is_some() || !expected.is_empty(), "{stage:?}");
            for limit in [1, 7, 100] {
                let slice = BegunSlice { from: None, page_id, stage, limit };
                assert_eq!(walk(&home, slice).await, expected, "{page_id:?} {stage:?} {limit}");
            }
        }
    }
    let nobody = samples.incident(pages[0].id).id;
    let slice = BegunSlice { from: Some(nobody), limit: 9, ..BegunSlice::default() };
    assert_eq!(home.store.slice_incidents_begun(&slice).await.unwrap(), Begun::default());
}

/// Whatever else were read could not be, and would be told.
pub(crate) async fn nothing_is_read_beyond_a_slice(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let mut incidents: Vec<_> = (0..5_000).map(|_| samples.incident(page.id)).collect();
    for (incident, minutes) in incidents.iter_mut().zip(0..) {
        incident.started = Bound::exactly(at(NOW) - SignedDuration::from_mins(minutes));
    }
    let content =
        Content { pages: vec![page.clone()], incidents: incidents.clone(), ..Content::default() };
    content.write(&home.store).await.unwrap();
    let last = at(NOW) - SignedDuration::from_mins(50);
    let micros = last.as_microsecond();
    home.run(&format!("update incidents set document = '\"damaged\"' where started_at < {micros}"))
        .await;
    for page_id in [None, Some(page.id)] {
        for stage in [None, Some(Stage::Draft)] {
            let slice = BegunSlice { from: None, page_id, stage, limit: 51 };
            let found = home.store.slice_incidents_begun(&slice).await.unwrap();
            assert_eq!(found.incidents, incidents[..51], "{page_id:?} {stage:?}");
            assert_eq!(found.bad_rows, []);
            let further = BegunSlice { from: Some(incidents[49].id), limit: 1, ..slice };
            let found = home.store.slice_incidents_begun(&further).await.unwrap();
            assert_eq!(found.incidents, incidents[50..51]);
        }
    }
    // Damaged ones take their place in a slice, and the next one goes on behind them.
    let slice = BegunSlice { limit: 53, ..BegunSlice::default() };
    let found = home.store.slice_incidents_begun(&slice).await.unwrap();
    assert_eq!((found.incidents.len(), found.bad_rows.len()), (51, 2));
    assert_eq!(found.goes_on_after, Some(incidents[52].id));
}
