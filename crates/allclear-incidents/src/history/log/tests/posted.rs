//! Days of telling, which are not the days of what is told.

use super::{import, window};
use crate::history::facts::FactsKind;

#[test]
fn yesterday_is_seen_from_the_day_of_the_post() {
    let found = import(
        "Our outage on 1 March\n\nPosted on March 2, 2018 by Robin\n\nYesterday, between 10:12 and 11:47 UTC, nobody could log in.\n\nAt 10:12 we deployed. At 11:47 we rolled back.\n",
        Some("UTC"),
    );
    let record = &found.records[0];
    assert!(!record.draft);
    assert_eq!(
        window(record),
        (Some("2018-03-01T10:12:00+00:00"), Some("2018-03-01T11:47:00+00:00"))
    );
}

const MAIL: &str = "From: Operations <ops@example.com>\nDate: Tue, 14 May 2019 16:22:10 +0200\nTo: announce@example.com\nSubject: [announce] Outage of the git server today\n\nDear users,\n\nthe git server was down today from 13:05 to 15:40 CEST.\n\nOps\n";

#[test]
fn the_date_of_a_mail_is_when_it_was_sent() {
    let short = "Date: Tue, 14 May 2019 16:22:10 +0200\nSubject: Outage of the git server today\n\nThe git server was down today from 13:05 to 15:40 CEST.\n";
    for text in [MAIL, short, &MAIL.replace("Outage of the git server today", "Git server")] {
        let found = import(text, Some("UTC"));
        let record = &found.records[0];
        assert!(!record.draft, "{text}");
        assert!(found.report.contradictions.is_empty(), "{text}");
        assert_eq!(
            window(record),
            (Some("2019-05-14T11:05:00+00:00"), Some("2019-05-14T13:40:00+00:00")),
            "{text}"
        );
    }
}

#[test]
fn each_mail_is_an_entry_whatever_the_order_of_its_head() {
    let announced = "Subject: [announce] Planned maintenance on Thursday 6 June\nFrom: Operations\n <ops@example.com>\nTo: announce@example.com\nDate: Mon, 3 Jun 2019 09:00:00 +0200\n\nOn Thursday, 6 June 2019, between 20:00 and 22:00 CEST we will update the\ngit server. It will be unavailable for about 30 minutes.\n";
    let found = import(&format!("{MAIL}\n{announced}"), Some("UTC"));
    let [outage, work] = found.records.as_slice() else { panic!("two records") };
    assert_eq!(outage.title, "[announce] Outage of the git server today");
    assert_eq!(work.title, "[announce] Planned maintenance on Thursday 6 June");
    assert_eq!(work.kind, FactsKind::Maintenance);
    assert_eq!(
        window(work),
        (Some("2019-06-06T18:00:00+00:00"), Some("2019-06-06T20:00:00+00:00"))
    );
    assert!(work.text.as_deref().is_some_and(|text| text.starts_with("Subject: ")));
    assert!(found.report.not_understood.is_empty());
}

#[test]
fn a_day_that_nothing_tells_makes_a_draft_and_a_line_in_the_report() {
    for text in [
        "Nobody could log in\n\nPosted on March 2, 2018\n\nBetween 10:12 and 11:47 UTC, nobody could log in.\n",
        "From: ops@example.com\nDate: Fri, 2 Mar 2018 09:00:00 +0000\nSubject: Logins\n\nBetween 10:12 and 11:47 UTC, nobody could log in.\n",
    ] {
        let found = import(text, Some("UTC"));
        assert!(found.records[0].draft, "{text}");
        let [told] = found.report.contradictions.as_slice() else { panic!("one: {text}") };
        assert_eq!((told.field.as_str(), told.kept.as_str()), ("draft", "2018-03-02"));
        assert!(told.printed.contains("2018"), "{text}");
    }
}

#[test]
fn an_entry_with_a_subject_is_no_mail() {
    let found = import(
        "Date: 2017-03-02 10:00\nSubject: Router down\n\nWe replaced it.\n\nDate: 2017-02-02 10:00\nSubject: Mail down\n\nWords.\n",
        Some("UTC"),
    );
    let starts: Vec<_> = found.records.iter().map(|record| record.started_at.clone()).collect();
    assert_eq!(
        starts,
        [
            Some("2017-03-02T10:00:00+00:00".to_owned()),
            Some("2017-02-02T10:00:00+00:00".to_owned())
        ]
    );
}

#[test]
fn without_a_zone_the_prose_still_says_the_day() {
    for (text, on) in [
        ("2020-05-05\nYesterday between 22:00 and 23:30 our database was down.\n", "2020-05-04"),
        ("2020-03-03\nTomorrow, 4 March, 06:00-07:00 we will upgrade the router.\n", "2020-03-04"),
    ] {
        let found = import(text, None);
        assert_eq!(found.records[0].on, on.parse().ok(), "{text}");
    }
}
