//! Where entries begin, whatever stands around their dates.

use super::{import, one, pacific, window};
use crate::history::log::{LogImport, LogOptions, read_log};

/// The days of the records, and how many lines were not understood.
fn days(import: &LogImport) -> (Vec<String>, usize) {
    let days = import.records.iter().filter_map(|record| record.on).map(|day| day.to_string());
    (days.collect(), import.report.not_understood.len())
}

#[test]
fn marks_around_a_heading_are_no_words() {
    for heading in [
        "2017-03-02[edit]",
        "2017-03-02 [edit | edit source]",
        "[edit] 2017-03-02",
        "== 2017-03-02 ==[edit]",
        "## 2017-03-02 ¶",
        "## 2017-03-02 {#march-2}",
        "## [2017-03-02](#march-2)",
        "3. 2017-03-02",
        "1.1 2017-03-02",
        "2. March 2017",
        "2-Mar-17",
        "2 Mar '17",
        "## Incident 2017-03-02",
        "## Outage on March 2, 2017",
        "March 2, 2017\n-------------",
        "> 2017-03-02",
        "Date: 2017-03-02",
        "Incident date: March 2nd, 2017",
    ] {
        let record = one(&format!("{heading}\nAffected: Shop\n\nIt broke.\n"));
        assert_eq!(
            record.on.map(|day| day.to_string()).as_deref(),
            Some("2017-03-02"),
            "{heading}"
        );
        assert_eq!(record.title, "It broke", "{heading}");
        assert_eq!(record.affected, ["shop"], "{heading}");
    }
}

#[test]
fn words_and_date_of_a_heading_in_any_order() {
    for heading in [
        "## Power failure (2017-03-02)",
        "## Power failure - March 2, 2017",
        "## Power failure on 2017-03-02",
        "## Incident on 2017-03-02 - Power failure",
        "## Outage 2017-03-02: Power failure",
        "Power failure (2017-03-02)",
        "Power failure – 2 March 2017",
    ] {
        let record = one(&format!("{heading}\n\nAffected: Shop\n\nIt broke.\n"));
        assert_eq!(record.title, "Power failure", "{heading}");
        assert_eq!(
            record.on.map(|day| day.to_string()).as_deref(),
            Some("2017-03-02"),
            "{heading}"
        );
    }
}

#[test]
fn lines_like_those_that_begin_entries_begin_them_too() {
    let import = pacific(
        "Outage on 2017-03-02\nAffected: Shop\n\nIt broke.\n\nOutage on 2017-02-10\n\nWe will restart the server for scheduled maintenance.\n\nOutage on 2017-01-26\nAffected: Mail\n\nGone on 2017-01-26.\n",
    );
    assert_eq!(days(&import).0, ["2017-03-02", "2017-02-10", "2017-01-26"]);
}

#[test]
fn a_sentence_that_ends_with_a_date_begins_nothing() {
    let record = one(
        "2017-03-02\nAffected: Shop\n\nThe same happened on 2017-02-10.\n\nIt began on March 2, 2017\n\nand it ended.\n",
    );
    assert_eq!(record.title, "The same happened on 2017-02-10");
}

#[test]
fn day_and_month_are_told_apart_by_the_other_dates_of_the_page() {
    let page = "03/02/2017\n\nOne.\n\n25/01/2017\n\nTwo.\n";
    assert_eq!(days(&pacific(page)), (vec!["2017-02-03".into(), "2017-01-25".into()], 0));
    let page = page.replace("25/01", "01/25");
    assert_eq!(days(&pacific(&page)), (vec!["2017-03-02".into(), "2017-01-25".into()], 0));
    let both = format!("{page}\n25/01/2016\n\nThree.\n");
    assert_eq!(days(&pacific(&both)).1, 1, "a page with both orders shows none");
}

#[test]
fn a_list_of_contents_holds_no_entries() {
    let entries = "2017-03-02 - Fire\n\nIt burned.\n\n2017-02-01\n\nIt broke.\n\n";
    for contents in [
        "2017-03-02 - Fire\n2017-02-01\n",
        "- [2017-03-02 - Fire](#fire)\n- [2017-02-01](#broken)\n",
        "1. 2017-03-02 - Fire\n2. 2017-02-01\n",
    ] {
        let import = pacific(&format!("Contents\n\n{contents}\n{entries}"));
        assert_eq!(import.records.len(), 2, "{contents}");
        assert_eq!(import.report.not_understood.len(), 3, "{contents}");
    }
    let empty = pacific("2017-03-02\n\n2017-02-01\n");
    assert_eq!(empty.records.len(), 2, "days that nothing repeats are entries");
}

#[test]
fn a_window_may_stand_on_lines_of_its_own() {
    let import = pacific(
        "Thursday, Sep 2nd\n\n2010-09-02 2:03am\n2:10am -07:00 (PST)\n2010-09-02 09:03\n2010-09-02 09:10 +00:00 (GMT)\n\nShop slow\n\nImpacted Systems: shop\n\nWords.\n\nMonday, Aug 30th\n\n2010-08-30 8:30pm\n11:59pm -07:00 (PST)\n\nCleaning\n\nImpacted Systems:\n\nWords.\n",
    );
    let [first, second] = import.records.as_slice() else { panic!("two records") };
    assert_eq!(first.title, "Shop slow");
    assert_eq!(
        window(first),
        (Some("2010-09-02T02:03:00-07:00"), Some("2010-09-02T02:10:00-07:00"))
    );
    assert!(first.contradictions.is_empty());
    assert!(first.text.as_deref().is_some_and(|text| text.contains("\n2:10am -07:00 (PST)\n")));
    assert_eq!(second.title, "Cleaning");
    assert!(second.updates.is_empty());
}

#[test]
fn headings_of_a_timeline_are_updates() {
    let record = one(
        "# 2018-01-18, page not found\n\n## Summary\n\nSome words.\n\n## Timeline\n\n### 2018-01-18 4:19\n\nSomething is down.\n\n- a list\n\n### 4:27\n\nWe look.\n\n### 2018-01-19\n\n### 0:10 - fixed\n\nAll is restored.\n\n## Lessons\n\nNone.\n",
    );
    let told: Vec<_> = record.updates.iter().filter_map(|update| update.at.as_deref()).collect();
    assert_eq!(
        told,
        ["2018-01-18T04:19:00-08:00", "2018-01-18T04:27:00-08:00", "2018-01-19T00:10:00-08:00"]
    );
    assert_eq!(record.updates[0].text, "Something is down.\n\n- a list");
    assert_eq!(
        window(&record),
        (Some("2018-01-18T04:19:00-08:00"), Some("2018-01-19T00:10:00-08:00"))
    );
}

#[test]
fn items_with_times_stay_in_their_entry() {
    let record = one(
        "# Incident on 2018-01-18\n\n- Key events\n  - Fault occurs 2018-01-18 07:32\n  - Resolved 2018-01-18 17:07\n\nWords.\n\n  - 2018-01-18 14:22: A failed login is seen.\n\nMore words.\n",
    );
    assert_eq!(record.updates.len(), 3);
    assert_eq!(
        window(&record),
        (Some("2018-01-18T07:32:00-08:00"), Some("2018-01-18T17:07:00-08:00"))
    );
}

#[test]
fn rows_of_a_table_are_labels_and_updates() {
    let record = one(
        "## 11/24/2014\n\n| Affected | Shop, Mail |\n|---|---|\n| Service | Full outage |\n\n| Time | What |\n|:-----|-----:|\n| 15:15 | It goes down |\n| 16:20 | Service restored |\n",
    );
    assert_eq!(record.affected, ["shop", "mail"]);
    assert_eq!(record.service.as_deref(), Some("Full outage"));
    assert_eq!(record.updates[1].text, "Service restored");
    assert_eq!(record.ended_at.as_deref(), Some("2014-11-24T16:20:00-08:00"));
}

#[test]
fn the_day_of_publication_is_not_that_of_the_outage() {
    let record = one(
        "Restart of two servers on Friday, April 3\nPosted on Thursday, April 2, 2009 at 1:30 pm\n\nAt 11:00 PM on Friday, April 3, we’ll restart the “red” and “blue” servers for maintenance. Each will be down for under 5 minutes.\n",
    );
    assert_eq!(record.id, "example-2009-04-03");
    assert_eq!(record.started_at.as_deref(), Some("2009-04-03T23:00:00-07:00"));
    assert_eq!(record.reported_duration.as_deref(), Some("under 5 minutes"));
    assert_eq!(record.affected, ["red", "blue"]);
}

#[test]
fn a_text_that_prints_its_day_is_one_draft() {
    let text = "Post-mortem: uploads refused on December 6\n\nBy Robin\nDecember 13\n\nOn December 6 nothing worked.\n\n13:12 - It begins\n14:34 - It is restored\n";
    let record = import(text, None).records.remove(0);
    assert!(record.draft);
    assert_eq!(record.id, "example-12-06");
    assert_eq!(record.title, "Post-mortem: uploads refused on December 6");
    assert_eq!(record.text.as_deref(), Some(text.trim_end()));
}

#[test]
fn a_single_notice_with_labels_keeps_what_stands_above_them() {
    let text = "Subject: Mail was gone\n\nThere was an outage of mail.\n\nStarted: 2016-03-03 18:00 UTC\nEnded: 2016-03-03 20:10 UTC\n\n== Affected services ==\n* mail\n* webmail\n";
    let record = one(text);
    assert_eq!(record.title, "Mail was gone");
    assert_eq!(record.text.as_deref(), Some(text.trim_end()));
    assert_eq!(record.affected, ["mail", "webmail"]);
    assert_eq!(
        window(&record),
        (Some("2016-03-03T10:00:00-08:00"), Some("2016-03-03T12:10:00-08:00"))
    );
}

#[test]
fn a_year_may_be_assumed() {
    let options = LogOptions { year: Some(2009), ..LogOptions::default() };
    let import = read_log("August 12\n\nWords.\n", &options).expect("the text can be read");
    assert_eq!(days(&import).0, ["2009-08-12"]);
}

#[test]
fn front_matter_prints_the_day_of_publication() {
    let text = "---\nlayout: post\ntitle: \"Uploads refused\"\ndate: 2017-12-13 10:00:00 +0100\n---\n\nOn December 6, nothing worked.\n\n13:12 - It begins\n14:34 - It is restored\n";
    let record = import(text, Some("Europe/Berlin")).records.remove(0);
    assert_eq!(record.title, "Uploads refused");
    assert_eq!(record.id, "example-2017-12-06");
    assert_eq!(
        window(&record),
        (Some("2017-12-06T13:12:00+01:00"), Some("2017-12-06T14:34:00+01:00"))
    );
    assert_eq!(record.text.as_deref(), Some(text.trim_end()));
    let rules = one("---\n2017-03-02\nDate: 2017-03-02 17:45\n---\n\nOn February 1, it broke.\n");
    assert_eq!(rules.started_at.as_deref(), Some("2017-03-02T17:45:00-08:00"));
}

#[test]
fn the_first_sentence_of_a_post_says_its_day() {
    let post = |sentence: &str| {
        one(&format!("Uploads refused\nPosted on December 13, 2017\n\n{sentence}\n")).on
    };
    let day = |text: &str| text.parse().ok();
    assert_eq!(post("On December 6 nothing worked."), day("2017-12-06"));
    assert_eq!(post("Monday, December 4th was a bad day."), day("2017-12-04"));
    assert_eq!(post("It is the same fault that we had on December 6."), day("2017-12-13"));
    assert_eq!(post("On March 6 nothing worked."), day("2017-12-13"), "too long ago");
}
