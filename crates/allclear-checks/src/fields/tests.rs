//! What is refused, and what is not.

use allclear_domain::Secret;
use allclear_domain::check::{
    Capture, CaptureFrom, ClientCertificate, Header, HttpStep, TcpCheck, TlsCheck,
};
use allclear_domain::text::Key;
use proptest::prelude::*;

use super::*;

fn http(url: &str, headers: &[&str]) -> CheckKind {
    let header = |name: &&str| Header { name: (*name).to_owned(), value: "x".to_owned() };
    let headers = headers.iter().map(header).collect();
    HttpCheck { headers, ..HttpCheck::of(url) }.into()
}

fn tcp(host: &str) -> CheckKind {
    TcpCheck::of(host, 25).into()
}

#[test]
fn addresses_of_websites_are_taken_and_nothing_else() {
    for url in [
        "https://shop.example.com/health?full=1#top",
        "HTTP://192.0.2.7:8080",
        "http://[2001:db8::1]/",
        "https://münchen.example.com/a%20b",
    ] {
        assert_eq!(problems(&http(url, &[])), [], "{url}");
    }
    for (url, words) in [
        ("", "begins with http://"),
        ("shop.example.com", "begins with http://"),
        ("ftp://shop.example.com", "begins with http://"),
        ("https:shop.example.com", "begins with http://"),
        ("https://", "is no address"),
        ("https://shop.example.com:x", "is no address"),
        ("https://shop example.com/", "has a space"),
        (" https://shop.example.com/", "has a space"),
        ("https://ada@shop.example.com/", "a user name or a password"),
        ("https://:secret@shop.example.com/", "a user name or a password"),
        ("https://shop.example.com/?full=1&access_token=secret@", "`access_token`"),
    ] {
        let problems = problems(&http(url, &[]));
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["kind.http.url"], "{url}");
        assert!(problems[0].problem.contains(words), "{url}: {}", problems[0]);
        assert!(!problems[0].problem.contains("secret@"), "a secret is not told");
    }
}

#[test]
fn secrets_in_header_fields_are_refused_with_their_place() {
    let kind = http("https://shop.example.com", &["accept", "Authorization", "X-Api-Key"]);
    let fields: Vec<_> = problems(&kind).into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["kind.http.headers[1].name", "kind.http.headers[2].name"]);
    let kind = http("https://shop.example.com", &["proxy-authorization"]);
    assert!(problems(&kind)[0].problem.contains("`secret_headers`"), "{:?}", problems(&kind));
}

#[test]
fn secrets_in_the_path_of_a_websocket_are_refused() {
    let of = |target: &str| problems(&target.parse().unwrap());
    assert_eq!(of("wss://shop.example.com/live?since=1"), []);
    let found = of("wss://shop.example.com/live?access_token=hunter2");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].field, "kind.service.path");
    assert!(!found[0].problem.contains("hunter2"), "{found:?}");
}

#[test]
fn hosts_are_names_or_addresses() {
    for host in ["mail.example.com", "mail", "_sip.example.com", "192.0.2.7", "2001:db8::1"] {
        assert_eq!(problems(&tcp(host)), [], "{host}");
        assert_eq!(problems(&TlsCheck::of(host, 443).into()), [], "{host}");
    }
    for host in [
        "mail example.com",
        "mail.example.com:25",
        "https://mail",
        "mail/x",
        "[2001:db8::1]",
        "a b",
    ] {
        let problems = problems(&tcp(host));
        assert_eq!(problems.len(), 1, "{host}");
        assert_eq!(problems[0].field, "kind.tcp.host");
    }
}

proptest! {
    #[test]
    fn an_address_that_is_taken_can_be_read_and_holds_no_secret(
        text in "(https?://)?([a-z]{1,3}(:[a-z]{0,2})?@)?[a-z .\\[\\]:%0-9]{0,12}(/.{0,6})?"
    ) {
        if problems(&http(&text, &[])).is_empty() {
            let url = Url::parse(&text).unwrap();
            prop_assert!(matches!(url.scheme(), "http" | "https") && url.has_host());
            prop_assert!(url.username().is_empty() && url.password().is_none());
        }
    }
}

fn capturing() -> HttpStep {
    let from = CaptureFrom::Cookie { name: "sid".to_owned() };
    let captures = vec![Capture { name: Key::new("sid").unwrap(), from }];
    HttpStep { captures, ..HttpStep::of("https://a.example.com") }
}

#[test]
fn steps_are_looked_at_as_the_check_is_and_captured_values_are_no_secrets_to_read() {
    let header =
        |name: &str, value: &str| Header { name: name.to_owned(), value: value.to_owned() };
    let of = |url: &str, headers: Vec<Header>| {
        let step = HttpStep { headers: headers.clone(), ..HttpStep::of(url) };
        let before = vec![capturing(), step];
        let in_step = HttpCheck { before, ..HttpCheck::of("https://a.example.com") };
        let before = vec![capturing()];
        let in_check = HttpCheck { before, headers, ..HttpCheck::of(url) };
        [in_step, in_check].map(|http| {
            let fields = problems(&http.into()).into_iter().map(|one| one.field);
            fields.collect::<Vec<_>>().join(" ")
        })
    };
    let both = |field: &str| [format!("kind.http.before[1].{field}"), format!("kind.http.{field}")];
    assert_eq!(of("ftp://a.example.com", Vec::new()), both("url"));
    assert_eq!(of("https://a.example.com/?token=hunter2", Vec::new()), both("url"));
    assert_eq!(of("https://a.example.com/{{a}}?token={{b}}&c={{d}}", Vec::new()), ["", ""]);
    let secret = |value| of("https://a.example.com", vec![header("Authorization", value)]);
    assert_eq!(secret("Bearer hunter2"), both("headers[0].name"));
    for open in ["Bearer {{token}}", "{{a}}{{b}}", " token {{token}}"] {
        assert_eq!(secret(open), ["", ""], "{open}");
    }
    for written_out in ["Bearer hunter2 {{token}}", "Bearer hunter2{{token}}", "Digest {{token}}"] {
        assert_eq!(secret(written_out), both("headers[0].name"), "{written_out}");
    }
    let cookie = |value| of("https://a.example.com", vec![header("Cookie", value)]);
    assert_eq!(cookie("lang=en; sid={{sid}}; auth_token={{token}}"), ["", ""]);
    for written_out in ["auth_token=hunter2; a={{a}}", "a={{a}};token=hunter2{{b}}", "token=x"] {
        assert_eq!(cookie(written_out), both("headers[0].name"), "{written_out}");
    }
    // Of one site among several the check alone says which.
    let host = of("https://a.example.com", vec![header("Host", "b.example.com")]);
    assert_eq!(host, ["kind.http.before[1].headers[0].name".to_owned(), String::new()]);
    let hosts = vec![header("Host", "b.example.com"), header(" host", "c.example.com")];
    let twice = HttpCheck { headers: hosts, ..HttpCheck::of("https://a.example.com") };
    let found = problems(&twice.into());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].field, "kind.http.headers[1].name");
    // Where nothing is captured, braces are braces.
    let plain = HttpCheck {
        before: vec![HttpStep::of("https://a.example.com")],
        headers: vec![header("Cookie", "sid={{sid}}")],
        ..HttpCheck::of("https://a.example.com/?token={{token}}")
    };
    assert_eq!(problems(&plain.into()).len(), 2);
}

#[test]
fn a_client_certificate_needs_tls_and_its_key_a_place_of_its_own() {
    let field = |url: &str, chain: &str| {
        let certificate =
            ClientCertificate { chain_pem: chain.to_owned(), key: Secret::typed("hunter2") };
        let http = HttpCheck { client_certificate: Some(certificate), ..HttpCheck::of(url) };
        let found = problems(&http.into());
        assert!(found.iter().all(|one| !one.problem.contains("hunter2")));
        found.into_iter().map(|one| one.field).collect::<Vec<_>>().join(" ")
    };
    let both = "-----BEGIN CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\nhunter2";
    assert_eq!(field("https://a.example.com", "-----BEGIN CERTIFICATE-----"), "");
    assert_eq!(field("HTTP://a.example.com", ""), "kind.http.client_certificate");
    let chain = "kind.http.client_certificate.chain_pem";
    assert_eq!(field("https://a.example.com", both), chain);
}
