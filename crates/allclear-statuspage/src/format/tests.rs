//! Times across a change of the clocks, precision, numbers, and prose that tries to break out.

use allclear_domain::status_page::Language;
use allclear_domain::text::Prose;
use allclear_domain::times::{Bound, Moment, Precision};
use jiff::Timestamp;
use jiff::civil::{date, time};
use jiff::tz::TimeZoneDatabase;

use super::*;
use crate::messages::Messages;

fn at(text: &str) -> Timestamp {
    text.parse().expect(text)
}

fn locale(zone: &str, language: Language) -> Locale {
    let now = at("2026-11-20T12:00:00Z");
    let zone = TimeZoneDatabase::bundled().get(zone).expect("a zone");
    Locale {
        messages: Messages::of(language),
        is_utc: false,
        today: now.to_zoned(zone.clone()).date(),
        zone,
        now,
    }
}

#[test]
fn an_instant_stands_in_the_zone_and_in_utc() {
    let en = locale("Europe/Berlin", Language::En);
    assert_eq!(
        en.instant(at("2026-11-20T12:05:00Z"), en.today).as_str(),
        "<time datetime=\"2026-11-20T12:05:00Z\">13:05</time> <span class=\"utc\">(12:05 UTC)</span>"
    );
    let de = locale("Europe/Berlin", Language::De);
    assert_eq!(
        de.instant(at("2026-11-24T23:30:00Z"), de.today).as_str(),
        "<time datetime=\"2026-11-24T23:30:00Z\">25. Nov., 00:30</time> \
         <span class=\"utc\">(24. Nov., 23:30 UTC)</span>"
    );
}

#[test]
fn the_zone_has_its_own_offset_on_either_side_of_a_change() {
    let locale = locale("America/Los_Angeles", Language::En);
    let day = date(2010, 11, 7);
    assert!(locale.instant(at("2010-11-07T08:30:00Z"), day).as_str().contains(">01:30<"));
    assert!(locale.instant(at("2010-11-07T09:30:00Z"), day).as_str().contains(">01:30<"));
    assert!(locale.instant(at("2010-11-07T10:30:00Z"), day).as_str().contains(">02:30<"));
    let night = locale.length_between(
        Bound::exactly(at("2010-11-07T08:30:00Z")),
        Bound::exactly(at("2010-11-07T10:30:00Z")),
    );
    assert_eq!(night.as_deref(), Some("2\u{a0}h"));
}

#[test]
fn precision_is_part_of_the_text() {
    let locale = locale("Europe/Berlin", Language::En);
    let about = Bound::At { at: at("2026-11-20T17:00:00Z"), precision: Precision::Approximate };
    assert!(locale.bound(about, locale.today).as_str().starts_with("about <time"));
    let on = Bound::On { on: date(2024, 2, 27) };
    assert_eq!(
        locale.bound(on, locale.today).as_str(),
        "on <time datetime=\"2024-02-27\">27 Feb 2024</time>"
    );
    assert_eq!(locale.bound(on, date(2024, 2, 27)).as_str(), "time not known");
    assert_eq!(locale.bound(Bound::Unknown, locale.today).as_str(), "time not known");
    let local = Moment::Local { local: time(6, 45, 0, 0) };
    assert_eq!(
        locale.moment(local, locale.today).as_str(),
        "06:45 <span class=\"utc\">(local time)</span>"
    );
    assert_eq!(locale.length_between(on, Bound::Unknown), None);
    assert_eq!(
        locale.length_between(Bound::exactly(at("2026-11-20T09:15:00Z")), about).as_deref(),
        Some("about 7\u{a0}h 45\u{a0}min")
    );
}

#[test]
fn a_range_names_utc_once() {
    let locale = locale("Europe/Berlin", Language::En);
    let range = locale.range(
        Bound::exactly(at("2026-11-20T12:05:00Z")),
        Some(Bound::exactly(at("2026-11-20T13:17:00Z"))),
        locale.today,
    );
    assert!(range.as_str().ends_with("<span class=\"utc\">(12:05 – 13:17 UTC)</span>"));
}

#[test]
fn lengths_and_numbers() {
    let en = locale("UTC", Language::En);
    let de = locale("UTC", Language::De);
    assert_eq!(en.length(59), "under 1 min");
    assert_eq!(en.length(480), "8\u{a0}min");
    assert_eq!(en.length(4320), "1\u{a0}h 12\u{a0}min");
    assert_eq!(en.length(2 * 86_400 + 3 * 3600), "2\u{a0}d 3\u{a0}h");
    assert_eq!(en.count(1_234_567), "1,234,567");
    assert_eq!(de.count(1_312), "1.312");
    assert_eq!(en.percent(1.0), "100\u{a0}%");
    assert_eq!(en.percent(0.999_999_999), "99.99\u{a0}%");
    assert_eq!(de.percent(0.999_29), "99,92\u{a0}%");
    assert_eq!(de.stated_percent(0.5), "50\u{a0}%");
}

#[test]
fn plain_prose_keeps_its_lines_and_links_addresses() {
    let html = prose(&Prose::plain("One <b>\r\ntwo\n\nSee (https://example.com/a?b=1&c=2)."));
    assert_eq!(
        html.as_str(),
        "<p>One &lt;b&gt;<br>two</p><p>See (<a href=\"https://example.com/a?b=1&amp;c=2\" \
         rel=\"nofollow noopener\">https://example.com/a?b=1&amp;c=2</a>).</p>"
    );
}

#[test]
fn markdown_cannot_bring_its_own_html() {
    let html = |text: &str| prose(&Prose::markdown(text)).as_str().to_owned();
    assert!(!html("<script>alert(1)</script>").contains("<script"));
    assert!(!html("a <img src=x onerror=alert(1)> b").contains("<img"));
    assert!(!html("[x](javascript:alert(1))").contains("href"));
    assert!(!html("[x](data:text/html,x)").contains("href"));
    assert!(!html("![x](https://example.com/x.png)").contains("<img"));
    assert!(html("[x](https://example.com/\"onclick=\"x)").contains("&#34;"));
    assert!(!html("# Title").contains("<h"));
    assert_eq!(
        html("[![a](https://example.com/i)](https://example.com)").matches("<a ").count(),
        1
    );
}

#[test]
fn a_range_over_two_days_may_break_between_its_ends() {
    let range = locale("Europe/Berlin", Language::En).range(
        Bound::exactly(at("2026-11-20T21:05:00Z")),
        Some(Bound::exactly(at("2026-11-21T01:17:00Z"))),
        Date::MIN,
    );
    assert!(
        range.as_str().ends_with(
            "<span class=\"utc\">(21:05 –</span> <span class=\"utc\">21 Nov, 01:17 UTC)</span>"
        ),
        "{range}"
    );
}
