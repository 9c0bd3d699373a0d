//! What is said where two people changed a window at the same time: everything that somebody else
//! changed since the form was loaded, beside what the form wants.
//!
//! How the window was when the form was loaded is in the audit log: every version has its entry.

use allclear_domain::audit::Subject;
use allclear_domain::{Maintenance, MaintenanceUpdate};
use allclear_store::{About, AuditFilter, Stored};

use super::plan::Place;
use super::{list, show, word};
use crate::console::answer::Refusal;
use crate::console::call::Call;
use crate::console::trouble::Trouble;

/// Entries of the audit log that are looked through; a form that is older shows what it wants alone.
const ENTRIES_READ: usize = 200;

/// Values with their labels.
pub(super) type Rows = Vec<(&'static str, String)>;

/// Somebody else was faster: `yours` is what the form wants. What it does not speak of is shown as
/// it was when the form was loaded.
pub(super) async fn trouble(
    call: &Call,
    window: &Stored<Maintenance>,
    place: &Place,
    yours: &Rows,
) -> Result<Trouble, Refusal> {
    let before = before(call, window).await?;
    let now = rows(window, place);
    let then = before.as_ref().map_or_else(|| now.clone(), |before| rows(before, place));
    let wanted = |label: &str| yours.iter().find(|(known, _)| *known == label).cloned();
    let yours: Rows = then.into_iter().map(|row| wanted(row.0).unwrap_or(row)).collect();
    Ok(Trouble::conflict(&now, &yours))
}

/// The window at the version that the form was made to.
async fn before(call: &Call, window: &Stored<Maintenance>) -> Result<Option<Maintenance>, Refusal> {
    let expected = call.form.text("version").parse::<i64>().unwrap_or(window.version);
    let Some(newer) =
        usize::try_from(window.version - expected).ok().and_then(|n| n.checked_sub(1))
    else {
        return Ok(None);
    };
    let about = Some(About::One(Subject::Maintenance(window.id)));
    let filter = AuditFilter { about, ..AuditFilter::default() };
    let entries = call.app.store.list_audit_entries(&filter, ENTRIES_READ).await?;
    // Notes have entries about the window as well, with nothing before them.
    let mut documents = entries.into_iter().filter_map(|entry| entry.before);
    let document = documents.nth(newer);
    Ok(document.and_then(|document| serde_json::from_str(&document).ok()))
}

/// Everything of a window that a person may change.
fn rows(window: &Maintenance, place: &Place) -> Rows {
    let readers = if window.publication.is_public() { "everybody" } else { "the team: a draft" };
    let mut rows = vec![
        ("Status", word(window.state.status()).to_owned()),
        ("Announced", list::when(window, &place.clock)),
    ];
    rows.extend(plan(window, place));
    rows.push(("Readers", readers.to_owned()));
    rows.push(("Messages", messages(&window.updates)));
    rows
}

/// What is planned of a window beside its times.
pub(super) fn plan(window: &Maintenance, place: &Place) -> Rows {
    let automatic = if window.is_automatic { "yes" } else { "no" };
    let abort_at = window.abort_at.map(|at| place.clock.both(at));
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        ("Title", window.title.clone()),
        ("Abort time", abort_at.unwrap_or_default()),
        ("Expected effect", text(&window.expected_effect)),
        ("Recovery plan", text(&window.recovery_plan)),
        ("Begins and ends by itself", automatic.to_owned()),
        ("Components", show::components(&window.record.affected, place)),
    ]
}

/// The messages of a window, one below the other.
pub(super) fn messages(updates: &[MaintenanceUpdate]) -> String {
    let texts: Vec<&str> = updates.iter().map(|update| update.body.text.as_str()).collect();
    texts.join("\n\n")
}
