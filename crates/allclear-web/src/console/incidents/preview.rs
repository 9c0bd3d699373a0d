//! How readers will see an incident that is not written yet.

use std::collections::HashMap;
use std::sync::Arc;

use allclear_domain::record::Publication;
use allclear_domain::{Component, Incident, StatusPage};
use allclear_statuspage::{Model, Route, Snapshot, assets, render_content};
use jiff::Timestamp;

/// What readers will see. It stands in a tree of its own within the page of the console, with the
/// style sheet of the status page, so that neither changes how the other looks.
pub(crate) struct PreviewView {
    pub(crate) style: &'static str,
    /// HTML from the same templates as the public page.
    pub(crate) html: String,
}

/// Renders an incident as it would be published. `None` where the page cannot be rendered at all.
pub(super) fn preview(
    page: &StatusPage,
    components: &[Component],
    incident: Incident,
    now: Timestamp,
) -> Option<PreviewView> {
    let incident = Incident { publication: Publication::Published { at: now }, ..incident };
    let route = Route::Incident(incident.public_id);
    let snapshot = Snapshot {
        page: page.clone(),
        components: components.to_vec(),
        settings: Vec::new(),
        outages: Vec::new(),
        checked: None,
        times: HashMap::new(),
        incidents: vec![Arc::new(incident)],
        maintenance: Vec::new(),
        announcements: Vec::new(),
        revision: 0,
    };
    let model = Model::build(Arc::new(snapshot), now).ok()?;
    let html = render_content(&model, &route, page.language, &public_base(page))?;
    Some(PreviewView { style: assets::style_path(), html })
}

/// Where a status page is, on every host.
pub(crate) fn public_base(page: &StatusPage) -> String {
    format!("/p/{}/", page.slug)
}
