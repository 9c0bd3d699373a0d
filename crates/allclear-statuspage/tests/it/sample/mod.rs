//! A small status page that has some of everything, as it stands at one instant.

mod crowd;
mod incidents;
mod planned;
mod poison;

use std::collections::HashMap;
use std::sync::Arc;

use allclear_domain::ids::PublicId;
use allclear_domain::posted::Posted;
use allclear_domain::record::Publication;
use allclear_domain::status_page::{Language, UptimePolicy};
use allclear_domain::text::{Key, Prose};
use allclear_domain::times::Moment;
use allclear_domain::{Announcement, Component, StatusPage};
use allclear_statuspage::{Route, Snapshot};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

pub(crate) use crowd::many;
pub(crate) use incidents::{affected, open_incident};
pub(crate) use poison::poisoned;

/// The instant for which the sample is made.
pub(crate) const NOW: &str = "2026-11-20T12:42:17Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect(text)
}

/// An id that is the same on every run.
pub(crate) fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(number + 1))
}

pub(crate) fn public_id(kind: u8, number: u8) -> PublicId {
    let mut digits = [kind; 12];
    digits[11] = number % 36;
    digits[10] = number / 36;
    PublicId::from_digits(digits)
}

pub(crate) fn published() -> Publication {
    Publication::Published { at: at("2026-11-01T00:00:00Z") }
}

pub(crate) fn posted<S>(number: u128, status: Option<S>, when: &str, text: &str) -> Posted<S> {
    Posted {
        id: id(1000 + number),
        status,
        shown_at: Moment::At { at: at(when) },
        posted_at: at(when),
        body: Prose::plain(text),
        changes: Vec::new(),
        next_update_due_at: None,
        is_backfilled: false,
        edits: Vec::new(),
    }
}

pub(crate) fn page() -> StatusPage {
    StatusPage {
        id: id(0),
        slug: Key::new("shop").expect("a key"),
        title: "Example Shop".to_owned(),
        description: "How the shop and its interfaces are doing.".to_owned(),
        is_default: true,
        host_names: vec!["status.example.com".to_owned()],
        timezone: Some("Europe/Berlin".to_owned()),
        timezone_label: None,
        language: Language::En,
        logo: None,
        colors: allclear_domain::status_page::ColorTokens::default(),
        components: allclear_domain::status_page::ComponentSelection::Own,
        uptime: UptimePolicy::default(),
        password_set_at: None,
    }
}

pub(crate) fn component(number: u128, parent: Option<u128>, name: &str) -> Component {
    Component {
        id: id(100 + number),
        public_id: public_id(2, u8::try_from(number).expect("a small number")),
        page_id: id(0),
        key: Key::from_name(name).expect("a key"),
        name: name.to_owned(),
        description: None,
        parent_id: parent.map(|parent| id(100 + parent)),
        position: u32::try_from(number).expect("a small number"),
        start_date: None,
        created_at: at("2024-01-05T00:00:00Z"),
        retired_at: None,
    }
}

/// 0 Custom domains, 1 Checkout, 2 Admin, 3 API (4 Orders, 5 Webhooks), 6 Mail (7 Outgoing, 8 Incoming).
fn components() -> Vec<Component> {
    let mut components = vec![
        component(0, None, "Custom domains"),
        component(1, None, "Checkout"),
        component(2, None, "Admin"),
        component(3, None, "API"),
        component(4, Some(3), "Orders"),
        component(5, Some(3), "Webhooks"),
        component(6, None, "Mail"),
        component(7, Some(6), "Outgoing mail"),
        component(8, Some(6), "Incoming mail"),
    ];
    components[1].description = Some("Paying in the shop.".to_owned());
    components[5].created_at = at("2026-09-22T08:00:00Z");
    components[5].start_date = Some(Date::constant(2026, 9, 22));
    components
}

pub(crate) fn snapshot() -> Snapshot {
    Snapshot {
        page: page(),
        components: components(),
        settings: Vec::new(),
        outages: Vec::new(),
        checked: None,
        times: HashMap::new(),
        incidents: incidents::incidents().into_iter().map(Arc::new).collect(),
        maintenance: planned::maintenance().into_iter().map(Arc::new).collect(),
        announcements: announcements().into_iter().map(Arc::new).collect(),
        revision: 7,
    }
}

/// The same page with nothing on it.
pub(crate) fn quiet_snapshot() -> Snapshot {
    Snapshot {
        incidents: Vec::new(),
        maintenance: Vec::new(),
        announcements: Vec::new(),
        ..snapshot()
    }
}

fn announcements() -> Vec<Announcement> {
    vec![Announcement {
        id: id(900),
        public_id: public_id(5, 0),
        page_id: id(0),
        title: "The old payment form ends in January".to_owned(),
        body: Prose::markdown(
            "Shops that still use it get **one more month**. See \
             [how to move](https://example.com/move).",
        ),
        publication: published(),
        shown_at: Moment::At { at: at("2026-11-19T09:00:00Z") },
        until: Some(at("2027-01-01T00:00:00Z")),
        source: None,
        created_at: at("2026-11-19T09:00:00Z"),
    }]
}

/// Every page of the sample, by a name for its snapshot.
pub(crate) fn routes() -> Vec<(&'static str, Route)> {
    let search = |query: &str| Route::Search { query: query.to_owned() };
    let month = |year, month| Route::Month { year, month };
    vec![
        ("now", Route::Now),
        ("upcoming", Route::Upcoming),
        ("history", Route::History),
        ("month", month(2026, 11)),
        ("month_old", month(2024, 2)),
        ("undated", Route::Undated),
        ("search", search("network")),
        ("search_none", search("")),
        ("uptime", Route::Uptime),
        ("incident_open", Route::Incident(public_id(3, 0))),
        ("incident_full", Route::Incident(public_id(3, 2))),
        ("incident_shutdown", Route::Incident(public_id(3, 3))),
        ("incident_undated", Route::Incident(public_id(3, 4))),
        ("incident_converted", Route::Incident(public_id(3, 5))),
        ("maintenance_under_way", Route::Maintenance(public_id(4, 0))),
        ("maintenance_moved", Route::Maintenance(public_id(4, 1))),
        ("maintenance_cancelled", Route::Maintenance(public_id(4, 4))),
        ("announcement", Route::Announcement(public_id(5, 0))),
        ("component", Route::Component(public_id(2, 1))),
        ("component_group", Route::Component(public_id(2, 3))),
    ]
}
