//! Checks as documents, and what they may not be.

use std::time::Duration;

use jiff::SignedDuration;

use super::*;
use crate::{Entropy, Secret, Validate};

/// A check with everything that one can have.
pub(super) fn full() -> Check {
    let entropy = Entropy::from_seed(1);
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let http = HttpCheck {
        url: "https://shop.example.com/health".to_owned(),
        method: Method::Post,
        headers: vec![Header { name: "accept".to_owned(), value: "application/json".to_owned() }],
        sign_in: Some(SignIn::Bearer { token: Secret::Sealed(entropy.id(now)) }),
        secret_headers: vec![SecretHeader {
            name: "X-Tenant-Key".to_owned(),
            value: Secret::Sealed(entropy.id(now)),
        }],
        body: Some("{}".to_owned()),
        redirects_max: 5,
        version: HttpVersion::Http1,
        connect_to: Some("192.0.2.7".parse().unwrap()),
        family: IpFamily::Ipv4,
        statuses: vec![StatusRange { from: 200, to: 204 }, StatusRange { from: 301, to: 301 }],
        assertions: vec![
            Assertion::Header {
                name: "content-type".to_owned(),
                test: TextTest::Contains("json".to_owned()),
            },
            Assertion::Body { test: TextTest::MatchesNot("(?i)error".to_owned()) },
            Assertion::Json { path: "$.load".to_owned(), test: JsonTest::LessThan(0.9) },
            Assertion::Json {
                path: "$.status".to_owned(),
                test: JsonTest::Is(JsonValue::Text("UP".to_owned())),
            },
            Assertion::Size { min: Some(2), max: None },
        ],
    };
    Check {
        id: entropy.id(now),
        key: Key::new("shop").unwrap(),
        name: "Shop".to_owned(),
        kind: CheckKind::Http(http),
        interval_seconds: 30,
        deadline_ms: 10_000,
        slow_after_ms: Some(800),
        patience: Patience::default(),
        affects: vec![Affects {
            component_id: entropy.id(now),
            when_failing: ComponentStatus::MajorOutage,
            when_degraded: ComponentStatus::Operational,
        }],
        on_outage: OnOutage::default(),
        tags: vec![Key::new("europe").unwrap()],
        shows_times: false,
        parents: Vec::new(),
        paused_at: None,
        created_at: now,
    }
}

fn http(check: &mut Check) -> &mut HttpCheck {
    match &mut check.kind {
        CheckKind::Http(http) => http,
        _ => panic!("it is of the kind http"),
    }
}

#[test]
fn a_document_comes_back_as_it_was() {
    let check = full();
    let text = serde_json::to_string_pretty(&check).unwrap();
    assert_eq!(serde_json::from_str::<Check>(&text).unwrap(), check, "{text}");
    assert!(check.problems(check.created_at).is_empty());
    for value in ["true", "1.5", "\"x\"", "null"] {
        let read: JsonValue = serde_json::from_str(value).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), value);
    }
}

#[test]
fn what_is_wrong_names_its_field() {
    type Spoil = fn(&mut Check);
    let cases: [(&str, Spoil); 11] = [
        ("name", |check| check.name = " ".to_owned()),
        ("interval_seconds", |check| check.interval_seconds = 0),
        ("deadline_ms", |check| (check.deadline_ms, check.slow_after_ms) = (9, None)),
        ("slow_after_ms", |check| check.slow_after_ms = Some(10_001)),
        ("patience.fail_after", |check| check.patience.fail_after = 0),
        ("patience.stable_for_seconds", |check| check.patience.stable_for_seconds = 86_401),
        ("affects[1].component_id", |check| check.affects.push(check.affects[0])),
        ("kind.http.statuses[0]", |check| {
            http(check).statuses = vec![StatusRange { from: 300, to: 200 }];
        }),
        ("kind.http.redirects_max", |check| http(check).redirects_max = 21),
        ("kind.http.assertions[0].size", |check| {
            http(check).assertions = vec![Assertion::Size { min: Some(2), max: Some(1) }];
        }),
        ("kind.tcp.host", |check| {
            let nowhere = TcpCheck {
                host: String::new(),
                port: 25,
                connect_to: None,
                tls: false,
                send: None,
                expect: None,
            };
            check.kind = CheckKind::Tcp(nowhere);
        }),
    ];
    for (field, spoil) in cases {
        let mut check = full();
        spoil(&mut check);
        let problems = check.problems(check.created_at);
        let fields: Vec<&str> = problems.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, [field]);
    }
}

#[test]
fn what_is_wrong_with_what_others_tell_names_its_field() {
    let problems = |kind: CheckKind| {
        let check = Check { kind, slow_after_ms: None, ..full() };
        let problems = check.problems(check.created_at);
        problems.into_iter().map(|one| one.field).collect::<Vec<_>>()
    };
    let twice = vec!["API".to_owned(), "API".to_owned()];
    let upstream = UpstreamCheck {
        components: twice,
        ended: vec![" ".to_owned()],
        entry_days_max: 0,
        ..UpstreamCheck::of("https://status.example.com")
    };
    let fields = [
        "kind.upstream.components[1]",
        "kind.upstream.ended[0].name",
        "kind.upstream.entry_days_max",
    ];
    assert_eq!(problems(upstream.into()), fields);
    let asking = |query: &str, ok: Bounds, degraded: Bounds| PrometheusCheck {
        ok,
        degraded,
        ..PrometheusCheck::of("https://metrics.example.com", query)
    };
    let bounds = |at_least, at_most| Bounds { at_least, at_most };
    let open = Bounds::default();
    for (check, field) in [
        (asking(" \n", open, open), "kind.prometheus.query"),
        (asking("up", bounds(Some(f64::NAN), None), open), "kind.prometheus.ok.at_least"),
        (asking("up", bounds(Some(2.0), Some(1.0)), open), "kind.prometheus.ok.at_least"),
        (asking("up", open, bounds(Some(1.0), None)), "kind.prometheus.degraded.at_least"),
        (
            asking("up", bounds(Some(1.0), None), bounds(Some(2.0), None)),
            "kind.prometheus.degraded.at_least",
        ),
        (
            asking("up", bounds(None, Some(2.0)), bounds(None, Some(1.0))),
            "kind.prometheus.degraded.at_most",
        ),
    ] {
        assert_eq!(problems(check.into()), [field]);
    }
    let slow = Check { kind: asking("up", open, open).into(), ..full() };
    assert_eq!(slow.problems(slow.created_at)[0].field, "slow_after_ms");
}

#[test]
fn a_status_is_right_where_a_range_holds_it() {
    let mut check = full();
    assert!(http(&mut check).is_right(301) && !http(&mut check).is_right(205));
    http(&mut check).statuses.clear();
    assert!(http(&mut check).is_right(299) && !http(&mut check).is_right(0));
}

#[test]
fn readers_are_told_what_the_owner_chose() {
    let check = full();
    assert!(check.statuses_beyond(Threshold::Degraded).is_empty());
    let told = check.statuses_beyond(Threshold::Fail);
    assert_eq!(told.len(), 1);
    let outage = Outage {
        id: Entropy::from_seed(2).id(check.created_at),
        check_id: check.id,
        threshold: Threshold::Fail,
        began_at: check.created_at,
        confirmed_at: check.created_at,
        ended_at: None,
        is_abandoned: false,
        reason: None,
        incident_id: None,
        statuses: told,
    };
    assert_eq!(outage.intervals()[0].until, None);
    // A clock that was set back does not make an outage end before it began.
    let early = check.created_at - Duration::from_secs(9);
    let over = outage.end(early).unwrap();
    assert_eq!(over.ended_at, Some(over.began_at));
    assert!(over.end(early).is_err());
}

#[test]
fn what_becomes_of_an_outage_is_chosen_by_a_word() {
    let template_id = Entropy::from_seed(3).id(Timestamp::UNIX_EPOCH);
    let publish = OnOutage::Publish { template_id };
    let start = OnOutage::Nothing;
    assert_eq!(start.changed(None, None), Ok(start));
    assert_eq!(start.changed(Some("draft"), None), Ok(OnOutage::Draft));
    assert_eq!(start.changed(Some("publish"), Some(template_id)), Ok(publish));
    assert_eq!(publish.changed(Some("publish"), None), Ok(publish));
    assert_eq!(publish.changed(Some("nothing"), None), Ok(start));
    for (word, template, field) in [
        (Some("publish"), None, "on_outage_template"),
        (Some("draft"), Some(template_id), "on_outage_template"),
        (None, Some(template_id), "on_outage_template"),
        (Some("page"), None, "on_outage"),
    ] {
        assert_eq!(start.changed(word, template).unwrap_err().field, field);
    }
}

#[test]
fn what_was_not_checked_for_long_is_late_and_what_is_paused_promises_nothing() {
    let check = full();
    let now = check.created_at + SignedDuration::from_mins(60);
    let of = |check: &Check, minutes: i64| {
        Checked::of(check, Some(now - SignedDuration::from_mins(minutes)), now)
    };
    assert!(!of(&check, 3).unwrap().is_late);
    assert!(of(&check, 4).unwrap().is_late);
    assert!(Checked::of(&check, None, now).unwrap().is_late, "it never said anything");
    let rare = Check { interval_seconds: 3_600, ..check.clone() };
    assert!(!of(&rare, 180).unwrap().is_late && of(&rare, 181).unwrap().is_late);
    let paused = Check { paused_at: Some(now), ..check.clone() };
    assert_eq!(of(&paused, 3), None);
    let job = Check { kind: HeartbeatCheck::every(60).into(), ..check.clone() };
    assert_eq!(of(&job, 3), None);
    let both = of(&check, 1).unwrap().and(of(&check, 4).unwrap());
    assert_eq!(both, of(&check, 4).unwrap());
    let both = of(&check, 4).unwrap().and(of(&rare, 170).unwrap());
    assert_eq!((both.since, both.is_late), (of(&rare, 170).unwrap().since, true));
}

#[test]
fn which_secrets_are_sent_is_no_part_of_what_is_tried() {
    let check = full();
    let mut other = check.kind.clone();
    for place in other.secrets_mut() {
        *place.secret = Secret::typed("hunter2-hunter2");
    }
    assert!(check.kind.tries_as(&other) && check.kind != other);
    assert_eq!(other.without_secrets(), check.kind.without_secrets());
    let CheckKind::Http(mut http) = other else { panic!("{other:?}") };
    http.sign_in = None;
    assert!(!check.kind.tries_as(&http.clone().into()), "whether it signs in is");
    http.secret_headers.clear();
    assert!(!check.kind.tries_as(&http.into()));
}

#[test]
fn what_is_wrong_with_a_secret_is_told_without_it() {
    let mut check = full();
    let CheckKind::Http(http) = &mut check.kind else { panic!("{check:?}") };
    let password = Secret::typed("hunter2\u{7}-hunter2");
    http.sign_in = Some(SignIn::Basic { user: "a:b".to_owned(), password });
    http.secret_headers = vec![
        SecretHeader { name: "Accept".to_owned(), value: Secret::typed(&"hunter2".repeat(9_000)) },
        SecretHeader { name: "authorization".to_owned(), value: Secret::typed("hunter2") },
    ];
    let problems = check.problems(check.created_at);
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "kind.http.sign_in",
            "kind.http.sign_in.basic.user",
            "kind.http.sign_in.basic.password",
            "kind.http.secret_headers[0].value",
            "kind.http.secret_headers[0].name",
        ]
    );
    assert!(problems.iter().all(|problem| !problem.problem.contains("hunter2")), "{problems:?}");
}
