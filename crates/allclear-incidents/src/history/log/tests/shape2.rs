//! Pages with a printed window under each date.

use super::{import, one, pacific, window};
use crate::history::facts::FactsKind;

#[test]
fn a_window_is_read_from_glued_times() {
    let record = one(
        "Thursday, Sep 2nd\n\n2010-09-02 2:03am2:10am -07:00 (PST) 2010-09-02 09:032010-09-02 09:10 +00:00 (GMT)\n\nShop slow\n\nImpacted Systems: shop, admin\n\nWords.",
    );
    assert_eq!(record.id, "example-2010-09-02");
    assert_eq!(record.title, "Shop slow");
    assert_eq!(record.affected, ["shop", "admin"]);
    assert_eq!(
        window(&record),
        (Some("2010-09-02T02:03:00-07:00"), Some("2010-09-02T02:10:00-07:00"))
    );
    assert!(record.contradictions.is_empty());
}

#[test]
fn an_end_before_its_start_is_the_next_day() {
    let record = one(
        "Monday, Nov 2nd\n\n2009-11-02 10:40pm12:07am -08:00 (PST) 2009-11-03 06:402009-11-03 08:07 +00:00 (GMT)\n\nGone\n",
    );
    assert_eq!(
        window(&record),
        (Some("2009-11-02T22:40:00-08:00"), Some("2009-11-03T00:07:00-08:00"))
    );
    assert!(record.contradictions.is_empty());
}

#[test]
fn local_time_wins_over_a_wrong_offset() {
    let text = "Wednesday, Mar 10th\n\n2010-03-10 4:52pm4:53pm -07:00 (PST) 2010-03-10 23:522010-03-10 23:53 +00:00 (GMT)\n\nGone\n";
    let import = pacific(text);
    let record = &import.records[0];
    assert_eq!(record.started_at.as_deref(), Some("2010-03-10T16:52:00-08:00"));
    assert_eq!(record.contradictions.len(), 1);
    assert_eq!(record.contradictions[0].printed, "-07:00");
    assert_eq!(record.contradictions[0].against, "Pacific time in winter is -08:00");
    assert_eq!(import.report.contradictions[0].kept, "2010-03-10T16:52:00-08:00");
    assert_eq!(import.report.contradictions[0].record, record.id);
    let plain = super::import(text, None);
    assert_eq!(plain.records[0].started_at.as_deref(), Some("2010-03-10T16:52:00-07:00"));
    assert!(plain.records[0].contradictions.is_empty());
}

#[test]
fn a_right_utc_time_beside_a_wrong_offset_is_one_contradiction() {
    let record = one(
        "Saturday, Mar 13th\n\n2010-03-13 11:00pm11:59pm -07:00 (PST) 2010-03-14 07:002010-03-14 07:59 +00:00 (GMT)\n\nScheduled maintenance\n",
    );
    assert_eq!(record.kind, FactsKind::Maintenance);
    assert_eq!(record.started_at.as_deref(), Some("2010-03-13T23:00:00-08:00"));
    assert_eq!(record.contradictions.len(), 1);
    assert_eq!(record.contradictions[0].printed, "-07:00");
}

#[test]
fn a_wrong_utc_time_is_a_contradiction() {
    let record = one(
        "2010-06-22 7:22pm7:31pm -07:00 (PST) 2010-06-23 01:222010-06-23 01:31 +00:00 (GMT)\n\nGone\n",
    );
    assert_eq!(record.contradictions[0].printed, "2010-06-23 01:22 UTC");
}

#[test]
fn a_window_may_be_spaced_out_or_open() {
    let import = pacific(
        "Thursday, Sep 2nd\n\n2010-09-02 2:03am 2:10am -07:00 (PST)\n2010-09-02 09:03 2010-09-02 09:10 +00:00 (GMT)\n\nShop slow\n\nThursday, Jan 21st\n\n2010-01-21 2:44pm -07:00 (PST) 2010-01-21 21:44 +00:00 (GMT)\n\nStill going on\n",
    );
    let [closed, open] = import.records.as_slice() else { panic!("two records") };
    assert_eq!(closed.title, "Shop slow");
    assert_eq!(
        window(closed),
        (Some("2010-09-02T02:03:00-07:00"), Some("2010-09-02T02:10:00-07:00"))
    );
    assert_eq!(open.title, "Still going on");
    assert_eq!(window(open), (Some("2010-01-21T14:44:00-08:00"), None));
    assert_eq!(open.contradictions.len(), 1);
}

/// Instants of the updates of an entry that starts on 2010-01-21 at 14:44 local time.
fn told(updates: &str) -> Vec<Option<String>> {
    let text = format!(
        "Thursday, Jan 21st\n\n2010-01-21 2:44pm9:11am -07:00 (PST) 2010-01-21 21:442010-01-22 16:11 +00:00 (GMT)\n\nSpike\n\nImpacted Systems: shop\n\nWords.\n\n{updates}"
    );
    one(&text).updates.into_iter().map(|update| update.at).collect()
}

#[test]
fn all_ways_to_begin_an_update() {
    for (line, at) in [
        ("UPDATE 15:40 PST: x", "2010-01-21T15:40:00-08:00"),
        ("Update, 15:02 PST: x", "2010-01-21T15:02:00-08:00"),
        ("15:55 PST: x", "2010-01-21T15:55:00-08:00"),
        ("16:11 PDT: x", "2010-01-21T16:11:00-08:00"),
        ("Updated: 17:53 PST. x", "2010-01-21T17:53:00-08:00"),
        ("Update: 11:55PM PST", "2010-01-21T23:55:00-08:00"),
        ("UPDATE 2010-01-22 09:00 PDT: x", "2010-01-22T09:00:00-08:00"),
        ("02:11 PST, 2010.01.22: x", "2010-01-22T02:11:00-08:00"),
        ("02:14 EDT: x", "2010-01-21T22:14:00-08:00"),
        ("RECAP FOR 2010-01-21 (23:15 PST): x", "2010-01-21T23:15:00-08:00"),
        ("DIAGNOSIS, UPDATE 7:57pm Pacific Time: x", "2010-01-21T19:57:00-08:00"),
        ("UPDATE 23:00 UTC: x", "2010-01-21T15:00:00-08:00"),
        ("06:55 PST: x", "2010-01-22T06:55:00-08:00"),
        ("14:43 PST: x", "2010-01-22T14:43:00-08:00"),
    ] {
        let instants = told(&format!("{line}\nmore\n"));
        assert_eq!(instants, [Some(at.to_owned())], "{line}");
    }
}

#[test]
fn updates_without_a_time_have_none() {
    let text = "2010-04-04 4:32am5:28am -07:00 (PST)\n\nDisk full\n\nUPDATE 2010-04-08: corrected\n\nUpdate: more\n";
    let record = one(text);
    assert_eq!(record.updates[0].on.map(|date| date.to_string()).as_deref(), Some("2010-04-08"));
    assert_eq!(record.updates[0].text, "corrected");
    assert_eq!((record.updates[1].at.as_deref(), record.updates[1].on), (None, None));
}

#[test]
fn prose_that_only_looks_like_an_update_is_none() {
    let updates = told(
        "Updates were applied to the servers.\n\nAt 15:30 PST we looked again.\n\nUpdate the page to see more.\n",
    );
    assert!(updates.is_empty());
}

#[test]
fn an_announcement_before_the_work_stays_before_it() {
    let record = one(
        "2010-03-13 11:00pm11:59pm -08:00 (PST)\n\nScheduled maintenance\n\nUPDATE 16:00 PST: wider\n\nUPDATE 23:24 PST: done\n",
    );
    assert_eq!(record.updates[0].at.as_deref(), Some("2010-03-13T16:00:00-08:00"));
}

#[test]
fn a_window_over_two_printed_days() {
    let record = one(
        "2010-04-19 2:55pm2010-04-20 2:00pm -07:00 (PST) 2010-04-19 21:552010-04-20 21:00 +00:00 (GMT)\n\nSlow\n",
    );
    assert_eq!(
        window(&record),
        (Some("2010-04-19T14:55:00-07:00"), Some("2010-04-20T14:00:00-07:00"))
    );
}

#[test]
fn windows_in_other_words() {
    for (line, start, end) in [
        ("2018-03-21 7:30 PM ~ 2018-03-21 9:00 PM (KST)", None, None),
        (
            "2018-03-21 19:30 - 21:00 UTC - Gone",
            Some("2018-03-21T12:30:00-07:00"),
            Some("2018-03-21T14:00:00-07:00"),
        ),
        (
            "21 March 2018, 11:30 - 12:15 PM: Gone",
            Some("2018-03-21T11:30:00-07:00"),
            Some("2018-03-21T12:15:00-07:00"),
        ),
        (
            "21.03.2018 from 19:30 to 02:00",
            Some("2018-03-21T19:30:00-07:00"),
            Some("2018-03-22T02:00:00-07:00"),
        ),
    ] {
        let record = one(&format!("{line}\n\nWords.\n"));
        if start.is_some() {
            assert_eq!(window(&record), (start, end), "{line}");
        }
    }
    let record = import("2018-03-21 19:30 - 21:00 CET: Gone\n", None).records.remove(0);
    assert_eq!(
        window(&record),
        (Some("2018-03-21T19:30:00+01:00"), Some("2018-03-21T21:00:00+01:00"))
    );
}

#[test]
fn a_day_above_a_window_that_is_not_its_own_is_a_contradiction() {
    let page = |heading: &str| {
        let window = "2010-09-02 2:03am2:10am -07:00 (PST)";
        pacific(&format!("{heading}\n\n{window}\n\nShop slow\n\nImpacted Systems: shop\n"))
    };
    for heading in ["Friday, Sep 3rd", "Friday, Sep 2nd", "2010-09-01"] {
        let found = page(heading);
        let [contradiction] = &*found.records[0].contradictions else { panic!("{heading}") };
        assert_eq!(contradiction.printed, heading);
        assert_eq!(contradiction.against, "2010-09-02 in the window");
        assert_eq!(found.report.contradictions[0].kept, "2010-09-02T02:03:00-07:00");
    }
    assert!(page("Thursday, Sep 2nd").records[0].contradictions.is_empty());
    assert!(page("Sep 2nd").records[0].contradictions.is_empty());
}

#[test]
fn a_title_may_look_like_a_label_or_a_heading() {
    for title in ["Outage: wiki", "Downtime: wiki and forum", "Security", "Fix", "Timeline"] {
        let record = one(&format!(
            "2010-09-02 2:03am2:10am -07:00 (PST)\n\n{title}\n\nImpacted Systems: wiki\n\nWords.\n"
        ));
        assert_eq!(record.title, title);
        assert_eq!(record.affected, ["wiki"], "{title}");
        assert_eq!((record.reported_duration, record.service), (None, None), "{title}");
    }
}
