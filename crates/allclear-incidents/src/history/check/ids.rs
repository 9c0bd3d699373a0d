//! Every id stands once: inside, in addresses, and at the source.

use std::collections::{HashMap, HashSet};

use allclear_domain::ids::{PublicId, StatusPageId, UpdateId};
use allclear_domain::posted::Posted;
use uuid::Uuid;

use super::items::{Item, Noun};
use super::{Findings, Installation};

/// What is taken, by what.
#[derive(Default)]
struct Ids<'a> {
    ids: HashMap<Uuid, &'a str>,
    public_ids: HashSet<(&'a str, PublicId)>,
    keys: HashSet<(StatusPageId, &'a str)>,
    updates: HashSet<UpdateId>,
}

/// Refuses ids that stand more than once, in what is to be written and in what is there.
pub(super) fn check(items: &[Item<'_>], there: &Installation, findings: &mut Findings) {
    let mut ids = Ids::of(there);
    for item in items {
        ids.take(item, findings);
    }
}

impl<'a> Ids<'a> {
    fn of(there: &'a Installation) -> Self {
        let mut known = Self::default();
        for page in &there.pages {
            known.ids.insert(page.id.uuid(), "page");
        }
        for component in &there.components {
            known.ids.insert(component.id.uuid(), "component");
            known.public_ids.insert(("component", component.public_id));
        }
        for taken in &there.taken {
            known.ids.insert(taken.id, &taken.noun);
            if let Some(public_id) = taken.public_id {
                known.public_ids.insert((&taken.noun, public_id));
            }
            if let (Some(page_id), Some(key)) = (taken.page_id, &taken.source_key) {
                known.keys.insert((page_id, key));
            }
        }
        known
    }

    fn take(&mut self, item: &Item<'a>, findings: &mut Findings) {
        let (noun, page_id) = (item.noun, item.batch.page.id);
        if let Some(other) = self.ids.insert(noun.id(), noun.kind()) {
            let problem = format!("{} is that of another {other} as well", noun.shown_id());
            findings.add_to(item, "id", problem + GIVE_EACH_ITS_OWN);
        }
        if let Some((public_id, own_page_id)) = noun.place() {
            if !self.public_ids.insert((noun.kind(), public_id)) {
                let problem = format!("{public_id} is that of another {} as well", noun.kind());
                findings.add_to(item, "public_id", problem + GIVE_EACH_ITS_OWN);
            }
            if own_page_id != page_id {
                findings.add_to(item, "page_id", "names another page than the one it stands in");
            }
        }
        if let Some(key) = noun.key().filter(|key| !self.keys.insert((page_id, key))) {
            let key: String = key.chars().take(80).collect();
            let problem = format!("`{key}` is that of another record of the page as well");
            findings.add_to(item, "source.key", problem + GIVE_EACH_ITS_OWN);
        }
        let anchors = match noun {
            Noun::Incident(incident) => anchors(&incident.updates),
            Noun::Maintenance(window) => anchors(&window.updates),
            _ => return,
        };
        if let Some(twice) = anchors.into_iter().find(|id| !self.updates.insert(*id)) {
            let problem = format!("{twice} is the id of another record's update as well");
            findings.add_to(item, "updates", problem + GIVE_EACH_ITS_OWN);
        }
    }
}

const GIVE_EACH_ITS_OWN: &str = ": give each its own";

/// The ids of updates, which are anchors on a page. One that stands twice in a record is refused
/// with the record.
fn anchors<S>(updates: &[Posted<S>]) -> HashSet<UpdateId> {
    updates.iter().map(|update| update.id).collect()
}
