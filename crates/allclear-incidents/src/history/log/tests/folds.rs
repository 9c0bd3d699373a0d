//! A local time that the clock shows twice is the one whose zone is printed.

use jiff::civil::date;
use jiff::tz::Offset;

use crate::history::log::zones::{OwnZone, ZoneName, Zones};

#[test]
fn the_printed_label_or_offset_chooses_the_reading() {
    let zones = Zones::new(Some("America/Los_Angeles")).unwrap();
    let local = date(2019, 11, 3).at(1, 30, 0, 0);
    let label = |label: &str| ZoneName::Label(label.to_owned());
    let offset = |hours| ZoneName::Offset(Offset::constant(hours));
    let summer = "2019-11-03T08:30:00Z";
    let winter = "2019-11-03T09:30:00Z";
    let nothing = OwnZone::default();
    for (name, wanted) in [
        (Some(label("PDT")), summer),
        (Some(label("PST")), winter),
        (Some(offset(-7)), summer),
        (Some(offset(-8)), winter),
        (Some(label("PACIFIC")), summer),
        (None, summer),
    ] {
        let read = zones.instant(local, name.as_ref(), &nothing).unwrap();
        assert_eq!(read, wanted.parse().unwrap(), "{name:?}");
    }
    let own = OwnZone { label: Some("PST".to_owned()), ..OwnZone::default() };
    assert_eq!(zones.instant(local, None, &own), winter.parse().ok());
}
