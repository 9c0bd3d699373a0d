//! The audit log: newest first, a slice at a time, of everything or of something.

use allclear_domain::AuditEntry;
use allclear_domain::audit::{Actor, AuditAction, Subject};
use allclear_store::{About, AuditFilter, Store, StoreError};
use jiff::SignedDuration;

use crate::harness::Home;
use crate::samples::{NOW, Samples, at};

/// Entries about two incidents and a window, by two actors, three in each instant.
fn entries(samples: &Samples) -> Vec<AuditEntry> {
    let subjects = [
        Subject::Incident(samples.0.id(at(NOW))),
        Subject::Incident(samples.0.id(at(NOW))),
        Subject::Maintenance(samples.0.id(at(NOW))),
    ];
    let actors = [Actor::Duty("keeps: time".to_owned()), Actor::Person(samples.0.id(at(NOW)))];
    let mut entries: Vec<AuditEntry> = (0..30)
        .map(|n: usize| {
            let time = at(NOW) + SignedDuration::from_secs(i64::try_from(n / 3).unwrap());
            let actor = actors[n / 3 % 2].clone();
            AuditEntry { actor, ..samples.entry(subjects[n % 3], time) }
        })
        .collect();
    entries[3].action = AuditAction::Create;
    entries[3].before = None;
    entries[4].action = AuditAction::Remove;
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
    entries
}

/// What a reader gets who asks for four at a time until there are no more.
async fn read_on(store: &Store, filter: &AuditFilter) -> Vec<AuditEntry> {
    let (mut all, mut filter) = (Vec::new(), filter.clone());
    loop {
        let slice = store.list_audit_entries(&filter, 4).await.unwrap();
        assert!(slice.len() <= 4);
        let Some(last) = slice.last() else { return all };
        filter.after = Some(last.id);
        all.extend(slice);
    }
}

pub(crate) async fn audit_newest_first_and_read_on(home: Home) {
    let samples = Samples::new();
    let entries = entries(&samples);
    let mut transaction = home.store.begin().await.unwrap();
    transaction.insert_audit_entries(&entries).await.unwrap();
    transaction.commit().await.unwrap();

    let all = AuditFilter::default();
    assert_eq!(home.store.list_audit_entries(&all, usize::MAX).await.unwrap(), entries);
    assert_eq!(home.store.list_audit_entries(&all, 0).await.unwrap(), []);
    let subject = entries[0].subject;
    for about in [None, Some(About::Noun("incident")), Some(About::One(subject))] {
        for actor in [None, Some(entries[0].actor.clone()), Some(Actor::Command("x".to_owned()))] {
            let wanted = entries.iter().filter(|entry| {
                actor.as_ref().is_none_or(|actor| entry.actor == *actor)
                    && match about {
                        None => true,
                        Some(About::Noun(noun)) => entry.subject.noun() == noun,
                        Some(About::One(subject)) => entry.subject == subject,
                    }
            });
            let wanted: Vec<AuditEntry> = wanted.cloned().collect();
            let filter = AuditFilter { about, actor, after: None };
            assert_eq!(read_on(&home.store, &filter).await, wanted, "{filter:?}");
        }
    }
}

pub(crate) async fn nothing_comes_after_an_entry_that_is_not_there(home: Home) {
    let samples = Samples::new();
    let filter = AuditFilter { after: Some(samples.0.id(at(NOW))), ..AuditFilter::default() };
    let error = home.store.list_audit_entries(&filter, 9).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
}
