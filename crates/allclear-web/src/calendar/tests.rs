//! What calendars read, line by line.

use allclear_domain::ids::ExpiryId;
use jiff::civil::date;
use uuid::Uuid;

use super::*;

fn invoice() -> Expiry {
    Expiry {
        id: ExpiryId::from(Uuid::nil()),
        name: "Invoice; of the registrar, No. 7".to_owned(),
        what: Ending::Dated { due_on: date(2026, 12, 1) },
        warn_days: vec![30, 1],
        owner: Some("Accounting".to_owned()),
        note: Some("Pay\r\nEND:VCALENDAR".to_owned()),
        link: Some("https://example.com/invoices".to_owned()),
        warned_at: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn an_entry_is_a_day_with_an_id_that_stays() {
    let now = "2026-11-22T05:00:00Z".parse().unwrap();
    let text = calendar(&[invoice()], now);
    for line in [
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        "\r\nUID:exp_00000000000000000000000000000000\r\n",
        "\r\nDTSTAMP:20261122T050000Z\r\nDTSTART;VALUE=DATE:20261201\r\n",
        "\r\nSUMMARY:Invoice\\; of the registrar\\, No. 7 is due\r\n",
        "\r\nDESCRIPTION:Owner: Accounting\\nPay\\nEND:VCALENDAR\r\n",
        "\r\nTRIGGER:-P30D\r\n",
        "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let later = Expiry { what: Ending::Dated { due_on: date(2027, 12, 1) }, ..invoice() };
    assert!(calendar(&[later], now).contains("UID:exp_0000"), "a renewal moves it");
}

#[test]
fn no_line_is_too_long_and_none_is_lost() {
    let long = Expiry { name: "ä€".repeat(140), ..invoice() };
    let text = calendar(std::slice::from_ref(&long), Timestamp::UNIX_EPOCH);
    for line in text.split("\r\n") {
        assert!(line.len() <= LINE_BYTES_MAX && !line.contains('\n'), "{line}");
    }
    assert!(text.replace("\r\n ", "").contains(&long.name));
}
