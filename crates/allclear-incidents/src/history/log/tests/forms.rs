//! Times, windows and lengths in the forms that people print.

use super::{one, window};

/// Start and end of an entry of 3 March 2016 in which a line stands.
fn of_line(line: &str) -> (Option<String>, Option<String>) {
    let record = one(&format!("2016-03-03\nAffected: Shop\n\n{line}\n"));
    (record.started_at, record.ended_at)
}

#[test]
fn windows_in_lines_of_an_entry() {
    for line in [
        "The shop was down 17:45–19:10 SLT.",
        "Down 17:45 to 19:10.",
        "The shop was down from 5:45pm until 7:10 pm.",
        "The shop was down from 5:45 until 7:10 pm.",
        "We were down 5.45pm-7.10pm.",
        "It failed at 17h45 and was back at 19h10.",
        "It failed at 1745 PST and was back at 1910 PST.",
        "Outage from 2016-03-04T01:45:00Z to 2016-03-04T03:10:00Z.",
        "Outage from 2016-03-03T17:45-08:00 to 2016-03-03T19:10-08:00.",
        "Outage 17:45 - 19:10 (1h 25m)",
        "At 5:45 PM PT it broke; fixed by 7:10 PM PT.",
        "Started at 17:45. Resolved at 19:10.",
        "Started: 17:45\nEnded: 19:10",
        "Start: 2016-03-03 17:45 PST\nResolved: 2016-03-03 19:10 PST",
        "Time: 17:45 - 19:10 SLT",
        "When: 2016-03-03 17:45 - 19:10",
        "17:45: down\n19:10: restored",
        "- **17:45** down\n- **19:10** restored",
        "(17:45) down\n(19:10) restored",
        "17:45h - down\n19:10h - restored",
        "17.45 Uhr: down\n19.10 Uhr: restored",
        "17:45:12 down\n19:10:33 restored",
        "5:45 P.M. – down\n7:10 P.M. – restored",
        "Mar 3 17:45 PST down\nMar 3 19:10 PST restored",
        "2016-03-03 17:45:00 -0800: down\n2016-03-03 19:10:00 -0800: restored",
    ] {
        let start = Some("2016-03-03T17:45:00-08:00".to_owned());
        let end = Some("2016-03-03T19:10:00-08:00".to_owned());
        assert_eq!(of_line(line), (start, end), "{line}");
    }
    let midnight = Some("2016-03-04T00:00:00-08:00".to_owned());
    assert_eq!(of_line("Down from 23:30 to 24:00.").1, midnight);
    assert_eq!(of_line("Down from 22:00 until midnight.").1, midnight);
}

#[test]
fn a_label_without_a_time_is_prose() {
    let record = one("2016-03-03 - Slow\n\nTime: we lacked it, and it went down at 5:45pm.\n");
    assert_eq!(record.started_at.as_deref(), Some("2016-03-03T17:45:00-08:00"));
    let record = one("2016-03-03 - Slow\n\nTime: we lacked it.\n\nStarted: nobody knows.\n");
    assert_eq!(window(&record), (None, None));
}

#[test]
fn windows_in_headings() {
    for heading in [
        "2016-03-03 17:45–19:10",
        "2016-03-04 01:45 to 03:10 UTC",
        "2016-03-04T01:45Z - 2016-03-04T03:10Z",
        "March 3 2016 17:45 - March 3 2016 19:10",
        "2016-03-03, 5:45pm - 7:10pm PST:",
    ] {
        let record = one(&format!("{heading}\n\nIt broke.\n"));
        assert_eq!(
            window(&record),
            (Some("2016-03-03T17:45:00-08:00"), Some("2016-03-03T19:10:00-08:00")),
            "{heading}"
        );
        assert_eq!(record.title, "It broke", "{heading}");
    }
}

#[test]
fn headings_of_several_days() {
    for heading in ["2016-03-03 to 2016-03-05", "March 3-5, 2016", "3–5 March 2016"] {
        let record = one(&format!("{heading}\n\nIt broke.\n"));
        let days = [record.on, record.ended_on].map(|day| day.map(|day| day.to_string()));
        assert_eq!(days.map(Option::unwrap), ["2016-03-03", "2016-03-05"], "{heading}");
        assert_eq!(record.title, "It broke", "{heading}");
    }
    for heading in ["2016-03-03 - 2 servers replaced", "March 3 - 5 servers down"] {
        let record = one(&format!("{heading}\n\nIt broke.\n"));
        assert_eq!(record.ended_on, None, "{heading}");
    }
}

#[test]
fn the_last_end_after_a_window_counts() {
    let line =
        "Between 2:16 AM and 2:59 AM most servers were gone; the last one was back at 3:29 AM.";
    assert_eq!(of_line(line).1.as_deref(), Some("2016-03-03T03:29:00-08:00"));
    let line =
        "Between 2:16 AM and 2:59 AM (43 minutes) all was gone; reports were back at 3:29 AM.";
    assert_eq!(of_line(line).1.as_deref(), Some("2016-03-03T02:59:00-08:00"));
}

#[test]
fn what_prose_says_was_not_affected() {
    for (sentence, names) in [
        ("E-mail and other servers were not affected.", &["e-mail", "other servers"][..]),
        ("No other servers were affected.", &["other servers"]),
        ("Custom subdomains are not affected.", &["custom subdomains"]),
        ("This did not affect custom domains or mail at all.", &["custom domains", "mail"]),
        ("The shop was down, but the wiki wasn’t affected.", &["wiki"]),
        ("It was not affected.", &[]),
        ("You should not be affected.", &[]),
        ("Everything that we tried on that day was not affected.", &[]),
    ] {
        let record = one(&format!("2016-03-03 - Down\n\n{sentence}\n"));
        assert_eq!(record.not_affected, names, "{sentence}");
    }
}

#[test]
fn what_is_denied_is_no_end() {
    let line = "At 4:13am it was updated and did not come back. As of 1:56pm it is online.";
    let (start, end) = of_line(line);
    assert_eq!(start.as_deref(), Some("2016-03-03T04:13:00-08:00"));
    assert_eq!(end.as_deref(), Some("2016-03-03T13:56:00-08:00"));
}

#[test]
fn a_post_with_its_day_above_or_below_its_title() {
    let record = one(
        "November 10th, 2008.\nYesterday at about 13:25 it stopped, and all was resolved at 16:55.\n",
    );
    assert_eq!(
        window(&record),
        (Some("2008-11-09T13:25:00-08:00"), Some("2008-11-09T16:55:00-08:00"))
    );
    let record = one(
        "Services outage\nPosted July 7, 2010\n\nA five-minute interruption this morning, from 2:02am.\n",
    );
    assert_eq!(record.title, "Services outage");
    assert_eq!(record.started_at.as_deref(), Some("2010-07-07T02:02:00-07:00"));
    assert_eq!(record.reported_duration.as_deref(), Some("five-minute"));
}
