//! What must hold for any text.

use std::collections::HashSet;

use allclear_domain::{Entropy, text::Key};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::history::batch::Present;
use crate::history::facts::FactsFile;
use crate::history::from_facts::Reading;
use crate::history::log::tokens::WORK;
use crate::history::log::{LogOptions, read_log};

/// Pieces that pages are made of, and pieces that break them.
const PIECES: [&str; 84] = [
    "2017-03-02",
    "2017-03-02 - words",
    "Thursday, Sep 2nd",
    "2010-09-02",
    "2:03am2:10am -07:00 (PST)",
    "2010-03-13 11:00pm11:59pm -07:00 (PST) 2010-03-14 07:002010-03-14 07:59 +00:00 (GMT)",
    "Affected: All services",
    "Affected: All except Shop",
    "Disruption length: ~12 hours",
    "Service:",
    "Lost transactions: Shop: None. Mail: 50%",
    "Fault status page: http://status.example.com/1",
    "Impacted Systems: app, admin",
    "[17:45 SLT] - attack begins",
    "[~19:00 SLT]",
    "[99:99]",
    "UPDATE 13:40 PST:",
    "Updated: 17:53 PST.",
    "RECAP FOR 2010-06-21 (23:15 PST):",
    "02:14 EDT: x",
    "Update:",
    "# 2017",
    "== Older ==",
    "-----",
    "2017-02-30",
    "02/03/2017",
    "At 11:07PM SLT on Saturday it failed.",
    "restored at 3:20PM",
    "from 10:12pm to 10:57pm SLT",
    "between 11 PM and 1 AM",
    "scheduled maintenance",
    "\u{feff}",
    "\u{a0}",
    "\0",
    "\r",
    "“quoted” – dashed —",
    "ß\u{301}🙂",
    "9999-12-31 23:59",
    "December 31 9999",
    "1970-01-01 00:00 +14:00",
    "24:00",
    "999999999999 hours",
    "%",
    ":",
    "Date: 2017-03-02 10:00",
    "Title: x",
    "Posted on May 5, 2013 by X",
    "2017",
    "All times are UTC",
    "(all times in PST)",
    "No incidents reported.",
    "Resolved - x",
    "Nov 20, 15:20 PST",
    "Root cause:",
    "## Next steps",
    "- [x] item by 2017-05",
    "- item",
    "| 17:45 | x |",
    "|---|---|",
    "Correction (2017-04-26): x",
    "EDIT: we said wrong things",
    "Outage on 2017-03-02",
    "## Power (2017-03-02)",
    "[2017-03-02](#a)",
    "1. 2017-03-02",
    "2010-09-02 2:03am",
    "2:10am -07:00 (PST)",
    "### 4:27",
    "Started: 2016-03-03 18:00 UTC",
    "Ended: 20:10",
    "Timeline",
    "Affected:",
    "Affected: Größe, Дом, İx",
    "the “web11” server",
    "Custom domains were not affected.",
    "at 2:55pm PST (19:55 GMT)",
    "13/03/2017",
    "27-Feb-24",
    "| Date | Duration | Affected |",
    "| 2016-03-02 17:45 | 85 min | mail |",
    "Date\tStart\tEnd",
    "2015-03-02\t17:45\t19:10",
    "[2016-02-27] web - gone",
    "28/11/2014 22:00  Mail is down",
];

/// A text of pieces with gaps between them.
fn page() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => "\\PC{0,20}",
        1 => any::<String>(),
    ];
    let gap = prop::sample::select(vec!["\n", "\n\n", " ", "\r\n", "\t", ""]);
    prop::collection::vec((piece, gap), 0..40)
        .prop_map(|parts| parts.into_iter().map(|(piece, gap)| piece + gap).collect())
}

/// Options with and without a zone and a year.
fn options() -> impl Strategy<Value = LogOptions> {
    let zones = vec![
        None,
        Some("America/Los_Angeles"),
        Some("Europe/Berlin"),
        Some("Pacific/Apia"),
        Some("UTC"),
    ];
    let years = vec![None, Some(2010), Some(9999), Some(-9999), Some(i16::MIN)];
    (prop::sample::select(zones), prop::sample::select(years)).prop_map(|(zone, year)| LogOptions {
        publisher: "example".to_owned(),
        timezone: zone.map(str::to_owned),
        year,
        known_components: Vec::new(),
    })
}

/// Whether something is printed on a line beside marks.
fn tells(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}

/// A line without carriage returns at its end: a record's text is joined with line feeds.
fn trimmed(line: &str) -> &str {
    line.trim_end_matches('\r')
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_dropped_in_silence(text in page(), options in options()) {
        let import = read_log(&text, &options).expect("the text can be read");
        let mut kept: HashSet<&str> = HashSet::new();
        for record in &import.records {
            kept.extend(record.text.as_deref().unwrap_or("").lines().map(trimmed));
        }
        kept.extend(import.report.not_understood.iter().map(|line| trimmed(&line.text)));
        kept.extend(import.report.understood.iter().map(|line| trimmed(&line.text)));
        let lines: Vec<&str> =
            if text.contains('\n') { text.lines().collect() } else { text.split('\r').collect() };
        for line in lines.into_iter().filter(|line| tells(line)) {
            prop_assert!(kept.contains(trimmed(line)), "{line:?} was dropped");
        }
    }

    #[test]
    fn records_are_sound(text in page(), options in options()) {
        let import = read_log(&text, &options).expect("the text can be read");
        let again = read_log(&text, &options).expect("the text can be read");
        prop_assert_eq!(&import, &again);
        prop_assert_eq!(import.report.created, import.records.len());
        let ids: HashSet<&str> = import.records.iter().map(|record| record.id.as_str()).collect();
        prop_assert_eq!(ids.len(), import.records.len());
        let keys: HashSet<&str> = import.components.iter().map(|component| component.key.as_str()).collect();
        prop_assert_eq!(keys.len(), import.components.len());
        for record in &import.records {
            prop_assert!(!record.title.is_empty());
            let instant = |text: &Option<String>| {
                text.as_deref().map(|text| text.parse::<Timestamp>().expect("an instant"))
            };
            let (start, end) = (instant(&record.started_at), instant(&record.ended_at));
            if let (Some(start), Some(end)) = (start, end) {
                prop_assert!(start <= end, "{:?}", record);
            }
            for update in &record.updates {
                instant(&update.at);
            }
            for component in &import.components {
                prop_assert!(Key::new(component.key.as_str()).is_ok(), "{:?}", component);
            }
            let json = serde_json::to_string(record).expect("a record can be printed");
            let back: crate::history::facts::FactsRecord = serde_json::from_str(&json).expect("and read");
            prop_assert_eq!(&back, record);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_was_read_can_be_imported(text in page(), options in options()) {
        let import = read_log(&text, &options).expect("the text can be read");
        let file = FactsFile {
            publisher: "example".to_owned(),
            what: String::new(),
            timezone: options.timezone.or(import.timezone),
            timezone_label: None,
            notes: None,
            components: import.components,
            records: import.records,
        };
        let present = Present::default();
        let reading = Reading {
            format: "log",
            slug: Some(Key::new("example").expect("a key")),
            present: &present,
            entropy: &Entropy::from_seed(1),
            now: Timestamp::UNIX_EPOCH,
        };
        let batch = reading.batch(&file).map_err(|problems| {
            TestCaseError::fail(problems.iter().map(ToString::to_string).collect::<String>())
        })?;
        prop_assert_eq!(batch.report.created, file.records.len());
    }
}

/// Bytes that are cut into tokens while a text is read.
fn work(text: &str) -> usize {
    WORK.set(0);
    // Too many records is an answer as well.
    if let Ok(import) = read_log(text, &LogOptions::default()) {
        assert_eq!(import.report.created, import.records.len());
    }
    WORK.get()
}

#[test]
fn work_grows_no_faster_than_the_text() {
    let patterns = [
        "\n",
        "x",
        "1",
        ":",
        "[",
        "(",
        "| 1 |\n",
        "2017-03-02\n",
        "2017-03-02 17:45\n",
        "- 2017-03-02 - x\n",
        "Affected: a, b and c\n",
        "Root cause:\n- x\n\n",
        "Next steps\n\n",
        "All times are X\n",
        "[17:45 SLT] - x\n",
        "Resolved - x\nSep 2, 17:45 PST\n",
        "UPDATE ",
        "12:34 ",
        "At 10:12pm to 11:15pm, ",
        "A. ",
        "A: ",
        "and ",
        "a and b, ",
        "the “a” server, ",
        "%",
        "# \n",
        "- ",
        "**",
        "PST ",
        "\r",
        "no data lost ",
        "5 minutes of downtime ",
        "Lost transactions: a: b. ",
        "Sep 2nd\n\n",
        "all but not affected ",
        "Thursday, Sep 2nd\n\n",
        "Outage on 2017-03-02\nAffected: x\n\n",
    ];
    for pattern in patterns {
        for head in
            ["", "2017-03-02\n\n", "2017-03-02\nAffected: ", "2017-03-02\nLost transactions: "]
        {
            let page = |bytes: usize| head.to_owned() + &pattern.repeat(bytes / pattern.len());
            let (less, more) = (page(4 * 1024), page(16 * 1024));
            let (less, more) = (work(&less), work(&more));
            // What is looked at whatever the length may be a large part of a short text.
            assert!(
                more <= 5 * less + 4096,
                "{pattern:?} after {head:?}: {less} bytes, then {more}"
            );
        }
    }
}
