//! An announcement stands on the first view until its time, or until it is taken off.

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn announcement() -> Announcement {
    Announcement {
        id: uuid::Uuid::from_u128(1).into(),
        public_id: PublicId::from_digits([1; 12]),
        page_id: uuid::Uuid::from_u128(2).into(),
        title: "We move".to_owned(),
        body: Prose::plain("x"),
        publication: Publication::Draft,
        shown_at: Moment::At { at: at(10) },
        until: None,
        source: None,
        created_at: at(0),
    }
}

#[test]
fn it_is_published_shown_and_taken_off() {
    assert!(announcement().take_off(at(20)).is_err());
    let published = announcement().publish(at(10)).unwrap();
    assert!(published.clone().publish(at(11)).is_err());
    assert!(published.clone().show_until(at(20), at(20)).is_err());
    let shown = published.show_until(at(50), at(20)).unwrap();
    assert!(shown.is_present(at(49)) && !shown.is_present(at(50)));
    let off = shown.take_off(at(30)).unwrap();
    assert!(!off.is_present(at(30)));
    assert!(off.take_off(at(31)).is_err());
}
