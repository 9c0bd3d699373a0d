//! Values of strangers in texts of ours.

use proptest::prelude::*;

use super::*;

fn key(name: &str) -> Key {
    Key::new(name).unwrap()
}

fn values(value: &str) -> Values {
    Values::from([(key("x"), value.to_owned()), (key("other"), "expanded".to_owned())])
}

fn template(text: &str, language: Language) -> Result<Template, String> {
    Template::new(text, &[&key("x"), &key("other")], language)
}

fn filled(text: &str, language: Language, value: &str) -> Result<String, String> {
    template(text, language).unwrap().fill(&values(value))
}

fn url(text: &str) -> Result<UrlTemplate, NotReady> {
    UrlTemplate::new(text, &[&key("x"), &key("other")])
}

#[test]
fn a_value_stays_one_value_in_json() {
    for value in ["plain", r#"","admin":true,"x":""#, "a\\", "a\"b\r\nc\u{0}", "é\u{2028}😀"] {
        let body = filled(r#"{"a":"<{{x}}>","b":[{{other}}]}"#, Language::Json, value);
        assert!(body.unwrap_err().contains("`other` is no number"));
        let body = filled(r#"{"a":"<{{x}}>","b":"\\"}"#, Language::Json, value).unwrap();
        let read: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(read["a"], format!("<{value}>"), "{body}");
    }
    for number in ["42", "-1.5e3", "true", "null"] {
        let body = filled(r#"{"a":{{x}},"b":"\"{{x}}"}"#, Language::Json, number).unwrap();
        assert_eq!(body, format!(r#"{{"a":{number},"b":"\"{number}"}}"#));
    }
    for value in ["1,\"admin\":true", "{}", "[1]", "", "0x1", "\"a\""] {
        let problem = filled(r#"{"a":{{x}}}"#, Language::Json, value).unwrap_err();
        assert!(problem.ends_with(r#"write "{{x}}""#), "{problem}");
    }
    let problem = template(r#"{"a":"\{{x}}"}"#, Language::Json).unwrap_err();
    assert!(problem.contains("behind a backslash"), "{problem}");
}

#[test]
fn a_value_stays_one_value_in_a_form_and_is_as_it_is_elsewhere() {
    let value = "a b&admin=1+%2f=";
    let form = filled("csrf={{x}}&z=1", Language::Form, value).unwrap();
    assert_eq!(form, "csrf=a%20b%26admin%3D1%2B%252f%3D&z=1");
    assert_eq!(filled("<a>{{x}}</a>", Language::Plain, "<b>").unwrap(), "<a><b></a>");
    let xml = filled("<a b='{{x}}'/>", Language::Xml, r#"'/><c d="&amp;"#).unwrap();
    assert_eq!(xml, "<a b='&apos;/&gt;&lt;c d=&quot;&amp;amp;'/>");
}

#[test]
fn a_value_is_not_read_again() {
    for language in [Language::Plain, Language::Json] {
        let text = filled("\"{{x}}\"", language, "{{other}}{{x}}").unwrap();
        assert_eq!(text, "\"{{other}}{{x}}\"");
    }
    let halves = filled("{{x}}other}}", Language::Plain, "{{").unwrap();
    assert_eq!(halves, "{{other}}");
}

#[test]
fn a_value_stays_one_part_of_an_address() {
    let template = url("https://shop.example.com:8443/o/{{x}}/y?q={{x}}&z=1#top").unwrap();
    for (value, written) in [
        ("42", "42"),
        ("a/b", "a%2Fb"),
        ("a?b=c&d#e", "a%3Fb%3Dc%26d%23e"),
        ("%2e%2e", "%252e%252e"),
        ("\\@evil.example.com:1", "%5C%40evil.example.com%3A1"),
        ("é\r\n x\u{0}", "%C3%A9%0D%0A%20x%00"),
        ("{{other}}", "%7B%7Bother%7D%7D"),
        ("...", "..."),
    ] {
        let filled = template.fill(&values(value)).unwrap();
        let whole = format!("https://shop.example.com:8443/o/{written}/y?q={written}&z=1");
        assert_eq!(filled.as_str(), whole);
    }
    for value in [".", ".."] {
        let problem = template.fill(&values(value)).unwrap_err();
        assert_eq!(problem, "what was captured as `x`, `x` cannot stand in an address");
        assert!(url("https://a.example.com/o/{{x}}").unwrap().fill(&values(value)).is_err());
    }
    let dot = url("https://a.example.com/o/.{{x}}/y").unwrap();
    assert!(dot.fill(&values(".")).is_err() && dot.fill(&values("well-known")).is_ok());
    let kept = "/o/(not kept)/y?q=(not kept)&z=1";
    assert_eq!(template.kept(), Some(kept));
    // What stood in the address before a value came is still read as an address.
    let odd = url("HTTPS://Shop.example.com/ä b/zq0qz/{{x}}").unwrap().fill(&values("1")).unwrap();
    assert_eq!(odd.as_str(), "https://shop.example.com/%C3%A4%20b/zq0qz/1");
}

#[test]
fn no_value_says_which_server_is_asked() {
    for text in [
        "{{x}}",
        "{{x}}://shop.example.com/",
        "https://{{x}}/",
        "https://{{x}}.example.com/",
        "https://shop.{{x}}?a",
        "https://shop.example.com:{{x}}/",
        "https://shop.example.com{{x}}",
        "https://{{x}}@shop.example.com/",
        "https://shop.example.com\\{{x}}/../y",
        "https:shop.{{x}}/a://b",
        "https:/{{x}}/a",
        "https:///{{x}}/a",
        "https://shop.example.com/{{x}}/../y",
        "https://shop.example.com/#{{x}}",
    ] {
        assert_eq!(url(text).unwrap_err().field, "url", "{text}");
    }
    let problem = url("https://shop.example.com/{{nobody}}").unwrap_err().problem;
    assert!(problem.contains("`{{nobody}}` in it, which no step before captures"), "{problem}");
    // Where nothing is captured, braces are braces.
    let plain = UrlTemplate::new("https://shop.example.com/{{x}}", &[]).unwrap();
    assert_eq!(plain.like.path(), "/%7B%7Bx%7D%7D");
}

proptest! {
    #[test]
    fn no_value_changes_the_server_or_the_shape_of_an_address(value in ".*") {
        let template = url("https://shop.example.com/a/{{x}}/b?c={{x}}&d").unwrap();
        if let Ok(filled) = template.fill(&values(&value)) {
            prop_assert_eq!(filled.origin(), template.like.origin());
            prop_assert_eq!(filled.path_segments().unwrap().count(), 3);
            let read: Vec<_> = filled.query_pairs().collect();
            prop_assert_eq!(read.len(), 2);
            prop_assert_eq!(read[0].1.as_ref(), value.as_str());
        }
    }
}
