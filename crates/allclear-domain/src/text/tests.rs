//! Keys, dues, ids: what they take and how they are written.

use proptest::prelude::*;

use super::*;
use crate::action::Due;
use crate::ids::{IncidentId, PublicId};

proptest! {
    #[test]
    fn a_key_from_any_name_is_a_key(name in "\\PC{0,200}") {
        if let Some(key) = Key::from_name(&name) {
            prop_assert_eq!(Key::new(key.as_str()).unwrap(), key);
        }
    }

    #[test]
    fn ids_survive_their_text(n in any::<u128>(), digits in any::<[u8; 12]>()) {
        let id = IncidentId::from(uuid::Uuid::from_u128(n));
        prop_assert_eq!(id.to_string().parse::<IncidentId>().unwrap(), id);
        let id = PublicId::from_digits(digits);
        prop_assert_eq!(id.as_str().parse::<PublicId>().unwrap(), id);
    }
}

#[test]
fn keys_refuse_what_does_not_belong_in_an_address() {
    for text in ["", "-a", "a-", "A", "a b", "a/b", "ä", &"a".repeat(65)] {
        assert!(Key::new(text).is_err(), "{text}");
    }
    assert_eq!(Key::from_name("Tiger Technologies").unwrap().as_str(), "tiger-technologies");
    assert_eq!(Key::from_name("…"), None);
}

#[test]
fn an_id_of_another_noun_is_refused() {
    let error = "mnt_00000000000000000000000000000000".parse::<IncidentId>().unwrap_err();
    assert!(error.to_string().contains("inc_"));
    assert!("ABCDEFGHIJKL".parse::<PublicId>().is_err());
}

#[test]
fn a_month_is_due_at_its_end() {
    let due: Due = "2015-09".parse().unwrap();
    assert_eq!(due.last_day(), jiff::civil::date(2015, 9, 30));
    assert_eq!(due.to_string(), "2015-09");
    assert_eq!("2015-09-03".parse::<Due>().unwrap().to_string(), "2015-09-03");
    assert!("soon".parse::<Due>().is_err());
}

#[test]
fn internal_text_is_not_even_in_debug_output() {
    assert_eq!(format!("{:?}", InternalText::new("do not tell")), "InternalText(11 bytes)");
}
