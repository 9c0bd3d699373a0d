//! Values that are there, and values that are not.

use super::*;

fn take(from: CaptureFrom, fields: &[(&str, &str)], body: &str) -> Result<String, String> {
    take_or_hide(from, fields, body).map_err(|untaken| untaken.told)
}

fn take_or_hide(from: CaptureFrom, fields: &[(&str, &str)], body: &str) -> Result<String, Untaken> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    let takes = Takes::new(&Capture { name: Key::new("value").unwrap(), from }).unwrap();
    takes.take(&Judged { headers: &headers, body: body.as_bytes() }, &mut None)
}

fn json(path: &str) -> CaptureFrom {
    CaptureFrom::Json { path: path.to_owned() }
}

fn pattern(regex: &str) -> CaptureFrom {
    CaptureFrom::Pattern { regex: regex.to_owned() }
}

fn cookie(name: &str) -> CaptureFrom {
    CaptureFrom::Cookie { name: name.to_owned() }
}

fn header(name: &str) -> CaptureFrom {
    CaptureFrom::Header { name: name.to_owned() }
}

#[test]
fn what_is_there_is_taken() {
    let fields = [
        ("x-ticket", "one"),
        ("x-ticket", "two"),
        ("set-cookie", "sid=old; Path=/"),
        ("set-cookie", "SID=other"),
        ("set-cookie", " sid = a=b==; HttpOnly"),
    ];
    let body = r#"{"token":"t-1","id":42,"ok":false,"all":[{"id":7},{"id":8}]} csrf="c""#;
    let json_body = body.split_once(" csrf").unwrap().0;
    for (from, body, value) in [
        (header("X-Ticket"), "", "one"),
        (cookie("sid"), "", "a=b=="),
        (json("$.token"), json_body, "t-1"),
        (json("$.id"), json_body, "42"),
        (json("$.ok"), json_body, "false"),
        (json("$.all[*].id"), json_body, "7"),
        (pattern("csrf=\"([^\"]+)\""), body, "c"),
        (pattern("(?:no|(x))?\"id\":(?:7)"), r#"x"id":7"#, "x"),
    ] {
        assert_eq!(take(from, &fields, body).as_deref(), Ok(value));
    }
}

#[test]
fn what_is_not_there_is_told() {
    let fields = [("x-empty", ""), ("set-cookie", "sid=; Max-Age=0")];
    for (from, body, told) in [
        (header("x-ticket"), "", "the answer has no header field `x-ticket`"),
        (header("x-empty"), "", "the answer has no header field `x-empty`"),
        (cookie("sid"), "", "the answer sets no cookie `sid`"),
        (cookie("other"), "", "the answer sets no cookie `other`"),
        (json("$.token"), "{}", "the answer has no `$.token`"),
        (json("$.token"), r#"{"token":null}"#, "the answer has no `$.token`"),
        (json("$.token"), r#"{"token":""}"#, "the answer has no `$.token`"),
        (json("$.a"), r#"{"a":{}}"#, "`$.a` of the answer is neither a text nor a number"),
        (json("$.a"), "<p>", "the body is no JSON: expected value at line 1 column 1"),
        (pattern("a(b)?"), "a", "the body of the answer has nothing to take by \"a(b)?\""),
    ] {
        assert_eq!(take(from, &fields, body), Err(told.to_owned()));
    }
    let long = "x".repeat(limits::CAPTURED_BYTES_MAX);
    assert!(take(pattern("(x+)"), &[], &long).is_ok());
    let told = "`value` has 4097 bytes, and 4096 are taken at most".to_owned();
    let untaken = take_or_hide(pattern("(.+)"), &[], &(long.clone() + "y")).unwrap_err();
    assert_eq!(untaken, Untaken { told, value: Some(long) });
}

#[test]
fn a_value_in_many_lines_is_not_taken() {
    let lines = |count: usize| "line\n".repeat(count);
    assert!(take(pattern("(?s)(.+)"), &[], &lines(8)).is_ok());
    let untaken = take_or_hide(pattern("(?s)(.+)"), &[], &lines(9)).unwrap_err();
    let told = "`value` has 9 line breaks and other control characters, and 8 are taken at most";
    assert_eq!(untaken, Untaken { told: told.to_owned(), value: Some(lines(9)) });
}

#[test]
fn a_number_is_taken_as_it_is_written_or_not_at_all() {
    for number in ["0", "-9223372036854775808", "18446744073709551615"] {
        assert_eq!(take(json("$"), &[], number).as_deref(), Ok(number));
    }
    for number in ["1e3", "1.50", "18446744073709551616", "-0"] {
        let told = "`$` of the answer is a number that would not be sent on as it is written: capture \
                    it by a pattern";
        assert_eq!(take(json("$"), &[], number), Err(told.to_owned()), "{number}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    for (from, field) in [
        (header("a b"), "from.header.name"),
        (json("token"), "from.json.path"),
        (json("$..[?@.a]"), "from.json.path"),
        (pattern("("), "from.pattern.regex"),
        (pattern("no group"), "from.pattern.regex"),
        (pattern("(two)(groups)"), "from.pattern.regex"),
    ] {
        let name = Key::new("value").unwrap();
        assert_eq!(Takes::new(&Capture { name, from }).unwrap_err().field, field);
    }
}
