//! What holds and what does not, with the words for it.

use super::*;

fn text(test: &TextTest) -> TextHolds {
    TextHolds::new(test).unwrap()
}

fn judge(assertion: &Assertion, headers: &[(&str, &str)], body: &str) -> Option<String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    let judged = Judged { headers: &map, body: body.as_bytes() };
    Holds::new(assertion).unwrap().broken_by(&judged, &mut None)
}

fn json(path: &str, test: JsonTest, body: &str) -> Option<String> {
    judge(&Assertion::Json { path: path.to_owned(), test }, &[], body)
}

#[test]
fn texts_hold_in_six_ways() {
    let s = str::to_owned;
    for (test, yes, no) in [
        (TextTest::Is(s("up")), "up", "up "),
        (TextTest::IsNot(s("down")), "up", "down"),
        (TextTest::Contains(s("ok")), "all ok here", "all well"),
        (TextTest::ContainsNot(s("error")), "fine", "an error"),
        (TextTest::Matches(s("^v[0-9]+$")), "v12", "v1.2"),
        (TextTest::MatchesNot(s("(?i)fatal")), "fine", "FATAL"),
    ] {
        assert!(text(&test).holds(yes), "{test:?}");
        assert!(!text(&test).holds(no), "{test:?}");
    }
}

#[test]
fn numbers_are_numbers() {
    let body =
        r#"{"load": 0.9, "up": 1, "big": 12345678901, "text": "0.9", "flag": true, "none": null}"#;
    // Cut to whole numbers, 0.9 would not be more than 0.5.
    for (path, test) in [
        ("$.load", JsonTest::MoreThan(0.5)),
        ("$.load", JsonTest::LessThan(1.0)),
        ("$.load", JsonTest::AtMost(0.9)),
        ("$.load", JsonTest::AtLeast(0.9)),
        ("$.up", JsonTest::Is(JsonValue::Number(1.0))),
        ("$.big", JsonTest::MoreThan(12_345_678_900.0)),
        ("$.flag", JsonTest::Is(JsonValue::Flag(true))),
        ("$.none", JsonTest::Is(JsonValue::Null)),
        ("$.text", JsonTest::Matches("^0".to_owned())),
        ("$.missing", JsonTest::Exists(false)),
        ("$.none", JsonTest::Exists(true)),
    ] {
        assert_eq!(json(path, test.clone(), body), None, "{path} {test:?}");
    }
    // A text is no number, and what is not there is not different from anything.
    for (path, test) in [
        ("$.load", JsonTest::MoreThan(0.9)),
        ("$.text", JsonTest::LessThan(10.0)),
        ("$.text", JsonTest::Is(JsonValue::Number(0.9))),
        ("$.missing", JsonTest::LessThan(10.0)),
        ("$.missing", JsonTest::IsNot(JsonValue::Text("down".to_owned()))),
        ("$.missing", JsonTest::Is(JsonValue::Null)),
        ("$.flag", JsonTest::Is(JsonValue::Number(1.0))),
    ] {
        assert!(json(path, test.clone(), body).is_some(), "{path} {test:?}");
    }
}

#[test]
fn a_path_holds_where_one_of_its_values_does() {
    let body = r#"{"items": [{"price": 3, "name": "a"}, {"price": 8.5, "name": "b"}]}"#;
    assert_eq!(json("$.items[*].price", JsonTest::MoreThan(8.0), body), None);
    assert_eq!(
        json("$.items[*].price", JsonTest::MoreThan(9.0), body).unwrap(),
        "$.items[*].price finds 3 and 1 more: it should be more than 9"
    );
    assert_eq!(
        json("$.status", JsonTest::Is(JsonValue::Text("up".to_owned())), r#"{"status": "down"}"#)
            .unwrap(),
        "$.status finds \"down\": it should be \"up\""
    );
    assert_eq!(
        json("$.status", JsonTest::Exists(true), "{}").unwrap(),
        "$.status finds nothing: it should find something"
    );
    let html = json("$.status", JsonTest::Exists(false), "<html>").unwrap();
    assert!(html.starts_with("the body is no JSON: "), "{html}");
}

#[test]
fn of_header_fields_that_come_twice_one_suffices_and_one_breaks() {
    let header = |test| Assertion::Header { name: "X-Cache".to_owned(), test };
    let twice = [("x-cache", "MISS"), ("x-cache", "HIT")];
    let s = str::to_owned;
    assert_eq!(judge(&header(TextTest::Is(s("HIT"))), &twice, ""), None);
    assert_eq!(
        judge(&header(TextTest::IsNot(s("HIT"))), &twice, "").unwrap(),
        "the header field x-cache is \"MISS, HIT\": it should not be \"HIT\""
    );
    assert_eq!(
        judge(&header(TextTest::Contains(s("HIT"))), &[], "").unwrap(),
        "the header field x-cache is not there: it should contain \"HIT\""
    );
    assert_eq!(judge(&header(TextTest::ContainsNot(s("HIT"))), &[], ""), None);
    let cookie = Assertion::Header { name: s("set-cookie"), test: TextTest::Contains(s("x")) };
    let told = judge(&cookie, &[("set-cookie", "session=hunter2")], "").unwrap();
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn sizes_have_two_ends() {
    let size = |min, max| judge(&Assertion::Size { min, max }, &[], "12345");
    assert_eq!(size(Some(5), Some(5)), None);
    assert_eq!(size(None, None), None);
    assert_eq!(size(Some(6), None).unwrap(), "the body has 5 bytes, not 6 or more");
    assert_eq!(size(None, Some(4)).unwrap(), "the body has 5 bytes, not 4 or fewer");
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let bad = |assertion: &Assertion| Holds::new(assertion).unwrap_err();
    let pattern = bad(&Assertion::Body { test: TextTest::Matches("(".to_owned()) });
    assert_eq!(pattern.to_string(), "matches is no regular expression: unclosed group");
    let path = Assertion::Json { path: "status".to_owned(), test: JsonTest::Exists(true) };
    assert!(bad(&path).to_string().starts_with("json.path is no path by RFC 9535"));
    for path in ["$..*..*", "$[?$[?@ == 1]]", "$..[?count($..*) > 1]", "$[?@.a == $.b]"] {
        let path = Assertion::Json { path: path.to_owned(), test: JsonTest::Exists(true) };
        assert!(bad(&path).problem.starts_with("asks too much"), "{path:?}");
    }
    let reference =
        Assertion::Json { path: "$..['$ref']".to_owned(), test: JsonTest::Exists(true) };
    assert!(Holds::new(&reference).is_ok());
    let name = Assertion::Header { name: "a b".to_owned(), test: TextTest::Is(String::new()) };
    assert_eq!(bad(&name).field, "header.name");
}

#[test]
fn a_long_value_is_not_repeated_in_full() {
    let told = quoted(&"ä".repeat(1_000));
    assert_eq!(told.chars().filter(|letter| *letter == 'ä').count(), limits::TOLD_CHARS_MAX);
}

#[test]
fn a_path_that_could_keep_this_machine_busy_is_refused() {
    for good in [
        "$",
        "$.status",
        "$.items[0].price",
        "$['a.b'].c",
        "$[\"x\"]",
        "$.*",
        "$.a[*].b",
        "$..price",
        "$..[0]",
        "$[-1]",
        "$[0:9]",
        "$.a[?@.b]",
        "$['a','b']",
        "$.items[?@.name == 'x' && @.price < 3].left",
    ] {
        assert!(json_path(good).is_ok(), "{good}");
    }
    let many = format!("${}", "[0]".repeat(33));
    for bad in [
        "$[0,0][0,0][0,0][0,0][0,0]",
        "$[?search(@,'a')]",
        "$[?count($ ..*)>0]",
        "$..a..b",
        "$..a[?@.b]",
        "$[?@.a].",
        "status",
        many.as_str(),
    ] {
        assert_eq!(json_path(bad).unwrap_err().field, "json.path", "{bad}");
    }
}

#[test]
fn a_filter_picks_what_is_meant() {
    let assertion = Assertion::Json {
        path: "$.parts[?@.name == 'queue' && @.late < 3].state".to_owned(),
        test: JsonTest::Is(JsonValue::Text("up".to_owned())),
    };
    let holds = Holds::new(&assertion).unwrap();
    let broken = |body: &str| {
        let judged = Judged { headers: &HeaderMap::new(), body: body.as_bytes() };
        holds.broken_by(&judged, &mut None)
    };
    let queue = |late: u32, state: &str| {
        format!(
            r#"{{"parts": [{{"name": "web", "late": 0, "state": "up"}},
                {{"name": "queue", "late": {late}, "state": "{state}"}}]}}"#
        )
    };
    assert_eq!(broken(&queue(2, "up")), None);
    assert!(broken(&queue(2, "down")).unwrap().contains("finds \"down\": it should be \"up\""));
    assert!(broken(&queue(3, "up")).unwrap().contains("finds nothing"));
}

#[test]
fn a_regular_expression_has_a_size() {
    assert!(regex("body", "(?i)error [0-9]{3}").is_ok());
    assert!(regex("body", r"\w{200}{200}").is_err());
}
