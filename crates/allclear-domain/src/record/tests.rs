//! Promises are kept, dropped and renewed.

use super::*;

fn promised() -> OutageRecord {
    let due = Some("2026-09".parse().unwrap());
    OutageRecord::default().promise("a second network".to_owned(), due)
}

#[test]
fn a_promise_is_kept_or_dropped_and_can_be_renewed() {
    let on = Some(jiff::civil::date(2026, 9, 1));
    let kept = promised().keep_promise(0, on).unwrap();
    assert_eq!(kept.actions[0].state, ActionState::Done { on });
    let refused = kept.clone().drop_promise(0, "why".to_owned()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the action item is done and cannot be dropped: renew it first"
    );
    assert_eq!(kept.renew_promise(0).unwrap(), promised());
    let dropped = promised().drop_promise(0, "we leave that provider".to_owned()).unwrap();
    let why = Some("we leave that provider".to_owned());
    assert_eq!(dropped.actions[0].state, ActionState::Dropped { why });
    assert!(dropped.keep_promise(0, None).is_err());
    assert!(promised().drop_promise(0, " ".to_owned()).is_err());
    assert!(promised().renew_promise(0).is_err());
    assert!(promised().keep_promise(1, None).unwrap_err().to_string().contains("not there"));
}
