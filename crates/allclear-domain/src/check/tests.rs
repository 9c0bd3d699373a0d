//! Checks as documents, and what they may not be.

use std::time::Duration;

use jiff::SignedDuration;

use super::*;
use crate::{Entropy, Secret, Validate, limits};

/// A step with everything that one can have.
fn full_step() -> HttpStep {
    let capture = |name: &str, from| Capture { name: Key::new(name).unwrap(), from };
    let text = str::to_owned;
    HttpStep {
        name: Some(text("log in")),
        method: Method::Post,
        headers: vec![Header { name: text("content-type"), value: text("application/json") }],
        body: Some(text("{\"user\":\"probe\"}")),
        statuses: vec![StatusRange { from: 200, to: 201 }],
        assertions: vec![Assertion::Size { min: Some(2), max: None }],
        captures: vec![
            capture("token", CaptureFrom::Json { path: text("$.token") }),
            capture("ticket", CaptureFrom::Header { name: text("x-ticket") }),
            capture("csrf", CaptureFrom::Pattern { regex: text("csrf=([a-z]+)") }),
            capture("sid", CaptureFrom::Cookie { name: text("sid") }),
        ],
        ..HttpStep::of("https://shop.example.com/login")
    }
}

/// A check with everything that one can have.
pub(super) fn full() -> Check {
    let entropy = Entropy::from_seed(1);
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let http = HttpCheck {
        before: vec![full_step()],
        url: "https://shop.example.com/health".to_owned(),
        method: Method::Post,
        headers: vec![Header { name: "accept".to_owned(), value: "text/{{ticket}}".to_owned() }],
        sign_in: Some(SignIn::Bearer { token: Secret::Sealed(entropy.id(now)) }),
        secret_headers: vec![SecretHeader {
            name: "X-Tenant-Key".to_owned(),
            value: Secret::Sealed(entropy.id(now)),
        }],
        client_certificate: Some(ClientCertificate {
            chain_pem: "-----BEGIN CERTIFICATE-----\n".to_owned(),
            key: Secret::Sealed(entropy.id(now)),
        }),
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
fn what_is_wrong_with_a_step_names_its_field() {
    type Spoil = fn(&mut HttpCheck);
    let cases: [(&str, Spoil); 17] = [
        ("before", |http| http.before = vec![HttpStep::of("https://shop.example.com"); 9]),
        ("before[0].name", |http| http.before[0].name = Some(" ".to_owned())),
        ("before[0].url", |http| http.before[0].url = "https://x.example.com/{{token}}".to_owned()),
        ("before[0].body", |http| http.before[0].body = Some("{{token}}".to_owned())),
        ("before[0].statuses[0]", |http| http.before[0].statuses[0].to = 600),
        ("before[0].captures[1].name", |http| {
            http.before[0].captures[1].name = Key::new("token").unwrap();
            http.headers.clear();
        }),
        ("before[1].captures[0].name", |http| http.before.push(full_step())),
        ("before[0].captures[0].from.json.path", |http| {
            http.before[0].captures[0].from = CaptureFrom::Json { path: String::new() };
        }),
        ("before[0].captures[0].from.cookie.name", |http| {
            http.before[0].captures[0].from = CaptureFrom::Cookie { name: "sid=1".to_owned() };
        }),
        ("before[0].captures[0].from.pattern.regex", |http| {
            http.before[0].captures[0].from = CaptureFrom::Pattern { regex: String::new() };
        }),
        ("before[1].headers[0].value", |http| {
            let value = "{{sid}} {{sidd}}".to_owned();
            let headers = vec![Header { name: "x".to_owned(), value }];
            http.before.push(HttpStep { headers, ..HttpStep::of("https://shop.example.com") });
        }),
        ("client_certificate.chain_pem", |http| {
            http.client_certificate.as_mut().unwrap().chain_pem = "x".repeat(17_000);
        }),
        ("client_certificate.key", |http| {
            let key = Secret::typed(&"hunter2".repeat(3_000));
            http.client_certificate.as_mut().unwrap().key = key;
        }),
        ("url", |http| http.url.push_str("{{Token}}")),
        ("url", |http| http.url.push_str("{{ token }}")),
        ("body", |http| http.body = Some("{{token}}".repeat(33))),
        ("headers[0].value", |http| http.headers[0].value = "{{nobody}}".to_owned()),
    ];
    for (field, spoil) in cases {
        let mut check = full();
        spoil(http(&mut check));
        let problems = check.problems(check.created_at);
        let fields: Vec<_> = problems.iter().map(|one| one.field.as_str()).collect();
        let first = fields.first().copied().unwrap_or_default();
        assert_eq!(first.strip_prefix("kind.http."), Some(field), "{fields:?}");
    }
    let mut check = full();
    let many = full_step().captures.first().cloned().unwrap();
    let named = |place: u32| {
        let name = Key::new(format!("value-{place}")).unwrap();
        Capture { name, ..many.clone() }
    };
    let step = |from: u32| {
        let captures = (from..from + 9).map(named).collect();
        HttpStep { captures, ..HttpStep::of("https://shop.example.com") }
    };
    http(&mut check).before = vec![step(0), step(9)];
    http(&mut check).headers.clear();
    let problems = check.problems(check.created_at);
    assert_eq!(
        problems[0].to_string(),
        "kind.http.before: captures 18 values, 16 at most: leave some out"
    );
    // Where nothing is captured, braces are braces, in steps as well.
    for steps in [Vec::new(), vec![HttpStep::of("https://shop.example.com/{{ticket}}")]] {
        let mut check = full();
        http(&mut check).before = steps;
        assert_eq!(check.problems(check.created_at), []);
    }
}

/// Each would be looked at for hours, if every brace were looked at to the end, and every name among all of them.
#[test]
fn what_is_too_much_is_refused_for_that_and_looked_at_no_further() {
    let braces = "{{".repeat(2 * 1_024 * 1_024);
    assert_eq!(pieces(&braces), [Piece::Text(&braces)]);
    let places = "{{nobody}}".repeat(400_000);
    let only = |spoil: &dyn Fn(&mut HttpCheck)| {
        let mut check = full();
        spoil(http(&mut check));
        let problems = check.problems(check.created_at).into_iter();
        problems.map(|one| one.field).filter(|field| field != "record").collect::<Vec<_>>()
    };
    for text in [&braces, &places] {
        let of_body = only(&|http| http.body = Some(text.clone()));
        assert_eq!(of_body, ["kind.http.body"]);
        let of_url = only(&|http| http.before[0].url.push_str(text));
        assert_eq!(of_url, ["kind.http.before[0].url"]);
    }
    let of_captures = only(&|http| {
        let names = (0..100_000).map(|number| Key::new(format!("value-{number}")).unwrap());
        let from = || CaptureFrom::Cookie { name: "sid".to_owned() };
        http.before[0].captures = names.map(|name| Capture { name, from: from() }).collect();
    });
    assert_eq!(of_captures, ["kind.http.before[0].captures", "kind.http.before"]);
}

#[test]
fn places_of_values_are_words_between_two_braces() {
    use Piece::{Text, Value};
    let long = "x".repeat(limits::KEY_CHARS_MAX);
    for (text, expected) in [
        ("", vec![]),
        ("a{{b}}c", vec![Text("a"), Value("b"), Text("c")]),
        ("{{a}}{{b}}", vec![Value("a"), Value("b")]),
        (r#"{"a":{{b}}}"#, vec![Text(r#"{"a":"#), Value("b"), Text("}")]),
        ("{{{a}}}", vec![Text("{"), Value("a"), Text("}")]),
        ("{{}} {{ }} {{a", vec![Text("{{}} {{ }} {{a")]),
        (r#"{{"a":1}}"#, vec![Text(r#"{{"a":1}}"#)]),
        ("{{ A_b }}", vec![Value(" A_b ")]),
        ("{{é}}{", vec![Value("é"), Text("{")]),
        ("{{a}b}}", vec![Text("{{a}b}}")]),
        (&format!("{{{{{long}}}}}"), vec![Value(&long)]),
        (&format!("{{{{{long}x}}}}"), vec![Text(&format!("{{{{{long}x}}}}"))]),
    ] {
        assert_eq!(pieces(text), expected, "{text}");
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
