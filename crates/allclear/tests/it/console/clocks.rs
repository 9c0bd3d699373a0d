//! Servers that tell the time, in the console: how far their clocks may be off is asked for, and kept.

use allclear_domain::CheckKind;
use allclear_domain::check::NtpCheck;

use super::Office;
use super::checks::assert_has;
use crate::support::Engine;

#[tokio::test]
async fn how_far_a_clock_may_be_off_is_part_of_the_form() {
    let mut office = Office::open(Engine::Sqlite).await;
    let page = office.owner.get("/console/checks/new?target=ntp://time.example.com").await;
    assert_has(
        &page,
        &[
            "value=\"NTP of time.example.com\"",
            "name=\"interval\" value=\"64\"",
            "name=\"offset_max\" value=\"1000\"",
            "which may be the wrong one of the two",
        ],
    );
    assert!(!page.text.contains("The answer contains"), "{}", page.text);
    let bounds = |warn: &'static str| {
        [
            ("target", "ntp://time.example.com"),
            ("name", "Time"),
            ("offset_warn", warn),
            ("offset_max", "500"),
            ("stratum", "4"),
        ]
    };
    let page = office.watch(&bounds("501")).await;
    assert_has(
        &page,
        &["Degraded: clock off by more than: is 501", "name=\"stratum\" value=\"4\""],
    );
    office.watch(&bounds("50")).await;
    let check = office.check("Time").await;
    let wanted = NtpCheck {
        offset_warn_ms: 50,
        offset_max_ms: 500,
        stratum_max: 4,
        ..NtpCheck::of("time.example.com", 123)
    };
    assert_eq!(check.kind, CheckKind::Ntp(wanted));
    let edit = office.owner.get(&format!("/console/checks/{}/edit", check.id)).await;
    assert_has(
        &edit,
        &["value=\"ntp://time.example.com:123\"", "name=\"offset_warn\" value=\"50\""],
    );
}
