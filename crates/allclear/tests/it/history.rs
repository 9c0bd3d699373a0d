//! Ten years of outages on a hand-written page come along: in, equal, out, on both engines.

use allclear::demo::SAMPLES;
use serde_json::Value;

use crate::support::{Engine, Fresh, stdout};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn all_real_records_come_out_equal_on_both_engines() {
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let mut records = 0;
        for (slug, facts) in SAMPLES {
            let file = fresh.folder.path().join(format!("{slug}.json"));
            std::fs::write(&file, facts).unwrap();
            let mut import = fresh.command();
            import.args(["import", "facts", "--json", "--page", slug]).arg(&file);
            let report = json(&stdout(&import.output().unwrap()));
            records += report["created"].as_u64().unwrap();
            let again = json(&stdout(&import.output().unwrap()));
            assert_eq!(
                (again["created"].as_u64(), &again["skipped"]),
                (Some(0), &report["created"])
            );

            let mut export = fresh.command();
            export.args(["export", "--format", "facts", "--page", slug]);
            let got = json(&stdout(&export.output().unwrap()));
            assert_eq!(got, json(facts), "{slug} on {engine:?}");
        }
        assert_eq!(records, 65, "{engine:?}");
    }
}

#[test]
fn the_own_format_loses_nothing_between_engines() {
    let (from, to) = (Fresh::on(Engine::Sqlite), Fresh::on(Engine::Postgres));
    for (slug, facts) in SAMPLES {
        let file = from.folder.path().join(slug);
        std::fs::write(&file, facts).unwrap();
        let mut import = from.command();
        stdout(&import.args(["import", "facts"]).arg(&file).output().unwrap());
    }
    let export = |fresh: &Fresh| stdout(&fresh.command().arg("export").output().unwrap());
    let first = export(&from);
    let file = from.folder.path().join("export.json");
    std::fs::write(&file, &first).unwrap();
    let import = |fresh: &Fresh| {
        let mut command = fresh.command();
        json(&stdout(&command.args(["import", "allclear", "--json"]).arg(&file).output().unwrap()))
    };
    assert_eq!(import(&to)["created"], 65);
    assert_eq!(export(&to), first);
    let again = import(&to);
    assert_eq!((&again["created"], &again["skipped"]), (&0.into(), &65.into()));
    assert_eq!(import(&from)["skipped"], 65);
    assert_eq!(export(&to), first);
}

#[test]
fn a_record_that_was_changed_at_the_source_is_kept_and_named() {
    let fresh = Fresh::on(Engine::Sqlite);
    let file = fresh.folder.path().join("tiger.json");
    let facts = crate::support::sample("tiger");
    for (text, created, differing) in
        [(facts.clone(), 5, 0), (facts.replace("did not answer", "failed at"), 0, 1)]
    {
        std::fs::write(&file, text).unwrap();
        let mut import = fresh.command();
        let report =
            stdout(&import.args(["import", "facts", "--json"]).arg(&file).output().unwrap());
        let report = json(&report);
        assert_eq!(report["created"], created);
        assert_eq!(report["differing"].as_array().map_or(0, Vec::len), differing);
    }
}

#[test]
fn a_page_of_another_encoding_says_its_own_zone() {
    let page = b"Outages\n\nAll times are SLT.\n\n2017-03-02 \x96 Fire\n\nAffected: Gr\xf6\xdfe\n\n[17:45 SLT] - It burns.\n[19:10 SLT] - All is restored.\n";
    let fresh = Fresh::on(Engine::Sqlite);
    let file = fresh.folder.path().join("outages.txt");
    std::fs::write(&file, page).unwrap();
    let import = |more: &[&str]| {
        let mut command = fresh.command();
        command.args(["import", "log", "--json", "--page", "shop"]).args(more).arg(&file);
        json(&stdout(&command.output().unwrap()))
    };
    let plan = import(&["--plan"]);
    assert_eq!(plan["records"][0]["title"], "Fire");
    assert_eq!(plan["records"][0]["ended_at"], "2017-03-02T19:10:00-08:00");
    let understood = plan["report"]["understood"].as_array().unwrap();
    let lines: Vec<u64> = understood.iter().filter_map(|line| line["line"].as_u64()).collect();
    assert_eq!(lines, [3, 5, 7]);
    assert_eq!(import(&[])["created"], 1);
    let again = import(&[]);
    assert_eq!((&again["created"], &again["skipped"]), (&0.into(), &1.into()));
    let mut export = fresh.command();
    let facts = json(&stdout(&export.args(["export", "--format", "facts"]).output().unwrap()));
    assert_eq!(facts["timezone"], "America/Los_Angeles");
    assert_eq!(facts["components"][0]["key"], "groesse");
    let other = json(&{
        let mut command = fresh.command();
        command.args(["import", "log", "--plan", "--json", "--timezone", "UTC"]).arg(&file);
        stdout(&command.output().unwrap())
    });
    assert_eq!(other["report"]["contradictions"][0]["field"], "timezone");
}

#[test]
fn a_text_without_years_can_be_given_one() {
    let fresh = Fresh::on(Engine::Sqlite);
    let file = fresh.folder.path().join("notice.txt");
    std::fs::write(
        &file,
        "Restart on Friday, April 3\n\nAt 11:00 PM on Friday, April 3, it began.\n",
    )
    .unwrap();
    let mut command = fresh.command();
    command.args(["import", "log", "--plan", "--json", "--timezone", "UTC", "--year", "2009"]);
    let plan = json(&stdout(&command.arg(&file).output().unwrap()));
    assert_eq!(plan["records"][0]["started_at"], "2009-04-03T23:00:00+00:00");
}
