//! Dates, times, lengths, losses and names by themselves.

use crate::history::facts::{FactsLossKind, FactsLossOutcome};
use crate::history::log::clocks::clock_at;
use crate::history::log::dates::{PrintedDate, date_at};
use crate::history::log::durations::length_of;
use crate::history::log::losses;
use crate::history::log::names::Components;
use crate::history::log::prose;
use crate::history::log::tokens::tokens;

/// A date as text.
fn date(text: &str) -> String {
    match date_at(&tokens(text), 0).map(|(date, _)| date) {
        Some(PrintedDate::Full(date)) => date.to_string(),
        Some(PrintedDate::Yearless(day)) => format!("{:02}-{:02}", day.month, day.day),
        Some(PrintedDate::Ambiguous(_)) => "ambiguous".to_owned(),
        Some(PrintedDate::Nonexistent) => "nonexistent".to_owned(),
        None => "none".to_owned(),
    }
}

#[test]
fn dates_in_many_forms() {
    for (text, expected) in [
        ("2017-03-02", "2017-03-02"),
        ("2017.03.02", "2017-03-02"),
        ("2017/3/2", "2017-03-02"),
        ("20170302", "2017-03-02"),
        ("2 March 2017", "2017-03-02"),
        ("2nd of March, 2017", "2017-03-02"),
        ("March 2nd, 2017", "2017-03-02"),
        ("Mar. 2, 2017", "2017-03-02"),
        ("Thursday, March 2, 2017", "2017-03-02"),
        ("Thu 2 Mar 2017", "2017-03-02"),
        ("Thursday, Sep 2nd", "09-02"),
        ("Friday, April 3", "04-03"),
        ("13/03/2017", "2017-03-13"),
        ("03/13/2017", "2017-03-13"),
        ("02.03.2017", "2017-03-02"),
        ("02/03/2017", "ambiguous"),
        ("Thursday 02/03/2017", "2017-03-02"),
        ("2017-02-29", "nonexistent"),
        ("31 April", "nonexistent"),
        ("may 5", "none"),
        ("1.40", "none"),
        ("10.0.0.12", "none"),
        ("2017", "none"),
    ] {
        assert_eq!(date(text), expected, "{text}");
    }
}

/// A time as text, with `~` for "about".
fn clock(text: &str) -> String {
    clock_at(&tokens(text), 0, true).map_or_else(
        || "none".to_owned(),
        |(clock, _)| format!("{}{}", if clock.is_approximate { "~" } else { "" }, clock.text()),
    )
}

#[test]
fn times_in_many_forms() {
    for (text, expected) in [
        ("17:45", "17:45"),
        ("2:03am", "02:03"),
        ("12:07am", "00:07"),
        ("12:32pm", "12:32"),
        ("5 PM", "17:00"),
        ("5 p.m.", "17:00"),
        ("10.12pm", "22:12"),
        ("~19:00", "~19:00"),
        ("about 8:15pm", "~20:15"),
        ("shortly before 9:50am", "~09:50"),
        ("14:44:20", "14:44"),
        ("1037 EST", "10:37"),
        ("noon", "12:00"),
        ("24:00", "00:00"),
        ("25:10", "none"),
        ("17:60", "none"),
        ("5 servers", "none"),
        ("1037 customers", "none"),
    ] {
        assert_eq!(clock(text), expected, "{text}");
    }
}

#[test]
fn lengths_in_many_forms() {
    for (text, least, most) in [
        ("30 minutes", 1800, 1800),
        ("16 hours 13 minutes", 58_380, 58_380),
        ("2.5 hours", 9000, 9000),
        ("~4-6 hours", 14_400, 21_600),
        ("1 hour and 30 minutes", 5400, 5400),
        ("two minutes", 120, 120),
        ("half an hour", 1800, 1800),
        ("an hour", 3600, 3600),
        ("1h30m", 5400, 5400),
        ("just under 10 minutes", 600, 600),
    ] {
        let length = length_of(text).expect(text);
        assert_eq!((length.least, length.most), (least, most), "{text}");
    }
    assert!(length_of("a while").is_none());
    assert!(length_of("<1 hour").is_some_and(|length| length.is_bound));
    assert!(length_of("~8 hours").is_some_and(|length| length.is_approximate));
}

/// Losses as short texts.
fn lost(value: &str) -> Vec<String> {
    let mut components = Components::new(&[]);
    losses::read(value, FactsLossKind::Transactions, &mut components)
        .into_iter()
        .map(|loss| {
            let outcome = serde_json::to_value(loss.outcome).expect("a word");
            let outcome = outcome.as_str().unwrap_or("").to_owned();
            let share = loss.fraction.map(|share| format!(" {share}")).unwrap_or_default();
            let note = loss.note.map(|note| format!(" ({note})")).unwrap_or_default();
            format!("{}: {outcome}{share}{note}", loss.component)
        })
        .collect()
}

#[test]
fn losses_in_many_words() {
    for (value, expected) in [
        ("None", &["all: none"][..]),
        ("N/A", &[]),
        ("None yet", &["all: not_stated"]),
        ("None, only websites affected", &["all: none (only websites affected)"]),
        ("Most transactions recovered.", &["all: mostly_recovered"]),
        ("Recovered", &["all: recovered"]),
        ("All recovered", &["all: recovered"]),
        ("Minimal. About 95% went through", &["all: minimal (About 95% went through)"]),
        ("Minimal", &["all: minimal"]),
        ("CartVend: None. CartLet: 50%", &["cartvend: none", "cartlet: lost 0.5"]),
        (
            "CartVend: Approximately 5%. CartLet: Approximately 5% (script v1.40 only)",
            &["cartvend: lost 0.05", "cartlet: lost 0.05 (script v1.40 only)"],
        ),
        (
            "CartVend: None, CartLet: None if up to date",
            &["cartvend: none", "cartlet: none (if up to date)"],
        ),
        (
            "CartVend: Recovered / CartLet: All (the failsafe failed)",
            &["cartvend: recovered", "cartlet: lost 1 (the failsafe failed)"],
        ),
        ("Delayed", &["all: delayed"]),
        ("Unknown", &["all: not_stated"]),
        ("Some", &["all: some_lost"]),
    ] {
        assert_eq!(lost(value), expected, "{value}");
    }
}

#[test]
fn a_share_is_what_is_printed() {
    let mut components = Components::new(&[]);
    let read = losses::read("30%", FactsLossKind::Transactions, &mut components);
    assert_eq!(read[0].fraction, Some(0.3));
    assert_eq!(read[0].outcome, FactsLossOutcome::Lost);
}

#[test]
fn affected_in_many_words() {
    for (value, affected, except) in [
        ("All services", &["all"][..], &[][..]),
        ("Everything", &["all"], &[]),
        ("All except CartSafe", &["all"], &["cartsafe"]),
        ("All services (except CartSafe and Mail)", &["all"], &["cartsafe", "mail"]),
        ("CartVend, CartLet", &["cartvend", "cartlet"], &[]),
        ("CartVend & CartLet only", &["cartvend", "cartlet"], &[]),
        ("CartVend (some customers)", &["cartvend"], &[]),
        ("N/A", &[], &[]),
        ("", &[], &[]),
        ("some customers in Europe", &["some customers in Europe"], &[]),
    ] {
        let read = Components::new(&[]).read_affected(value);
        assert_eq!(read.affected, affected, "{value}");
        assert_eq!(read.except, except, "{value}");
    }
}

#[test]
fn lengths_in_prose() {
    for (sentence, expected) in [
        ("We just experienced 6 minutes of downtime on our sites.", Some("6 minutes")),
        ("We experienced about 6 minutes of downtime due to a query.", Some("about 6 minutes")),
        (
            "It had an outage lasting approximately five minutes.",
            Some("approximately five minutes"),
        ),
        ("The downtime was 30 minutes.", Some("30 minutes")),
        ("The site was down for just under 10 minutes.", Some("just under 10 minutes")),
        ("We waited 5 minutes and looked again.", None),
    ] {
        assert_eq!(prose::length_in(sentence).as_deref(), expected, "{sentence}");
    }
}
