//! Forms of providers and queries, there and back.

use super::*;

fn upstream() -> UpstreamCheck {
    UpstreamCheck {
        format: UpstreamFormat::Feed,
        components: vec!["API".to_owned(), "Mail, inbound".to_owned()],
        counts: UpstreamCounts {
            under_maintenance: Verdict::Unknown,
            degraded_performance: Verdict::Ok,
            partial_outage: Verdict::Degraded,
            major_outage: Verdict::Fail,
            open_entry: Verdict::Fail,
        },
        ended: vec!["over".to_owned(), "as usual".to_owned()],
        entry_days_max: 3,
        ..UpstreamCheck::of("https://status.example.com/feed")
    }
}

fn prometheus() -> PrometheusCheck {
    PrometheusCheck {
        ok: Bounds { at_least: Some(0.1), at_most: Some(1e20) },
        degraded: Bounds { at_least: None, at_most: Some(-0.5) },
        empty: Verdict::Fail,
        ..PrometheusCheck::of("https://metrics.example.com", "sum(\n  up\n)")
    }
}

#[test]
fn a_form_that_is_sent_as_it_was_shown_changes_nothing() {
    let (theirs, query) = (upstream(), prometheus());
    let form = show_upstream(Form::default(), &theirs);
    let new = UpstreamCheck::of(theirs.url.clone());
    assert_eq!(read_upstream(&form, new.clone(), None).unwrap(), theirs);
    let form = show_prometheus(Form::default(), &query);
    let bare = PrometheusCheck::of(query.url.clone(), "");
    assert_eq!(read_prometheus(&form, bare.clone(), None).unwrap(), query);
    // A form that does not ask leaves all as it is.
    let none = Form::default();
    let before = CheckKind::from(theirs.clone());
    assert_eq!(read_upstream(&none, new.clone(), Some(&before)).unwrap(), theirs);
    assert_eq!(read_upstream(&none, new.clone(), None).unwrap(), new);
    let before = CheckKind::from(query.clone());
    assert_eq!(read_prometheus(&none, bare, Some(&before)).unwrap(), query);
}

#[test]
fn a_query_after_the_address_counts() {
    let form = show_prometheus(Form::default(), &prometheus());
    let typed = PrometheusCheck::of("https://metrics.example.com", "up");
    assert_eq!(read_prometheus(&form, typed, None).unwrap().query, "up");
}

#[test]
fn what_is_wrong_is_told_by_its_label() {
    let form = Form::of([("told_as", "any"), ("of_major", "bad"), ("days", "x")]);
    let problems = read_upstream(&form, upstream(), None).unwrap_err();
    assert!(problems.iter().any(|one| one.starts_with("a major outage there: ")), "{problems:?}");
    assert!(problems.iter().any(|one| one.starts_with("days of an entry: ")), "{problems:?}");
    let form = Form::of([("empty", "maybe"), ("at_least", "much"), ("degraded_at_most", "inf")]);
    let problems = read_prometheus(&form, prometheus(), None).unwrap_err();
    let begins = ["at least: ", "degraded up to: ", "nothing counts as: "];
    for begin in begins {
        assert!(problems.iter().any(|one| one.starts_with(begin)), "{begin} {problems:?}");
    }
    let form = Form::of([("empty", "ok"), ("at_least", "0,5")]);
    assert_eq!(read_prometheus(&form, prometheus(), None).unwrap().ok.at_least, Some(0.5));
}

#[test]
fn a_query_that_is_typed_with_its_address_gets_its_own_field() {
    let form = super::super::fresh("prometheus:https://metrics.example.com up{a=\"b\"}");
    assert_eq!(form.text("target"), "prometheus:https://metrics.example.com");
    assert_eq!((form.text("query"), form.text("empty")), ("up{a=\"b\"}", "unknown"));
    let form = super::super::fresh("upstream:https://status.example.com");
    assert_eq!((form.text("interval"), form.text("fail_after")), ("60", "1"));
}
