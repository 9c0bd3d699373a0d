//! Peers that answer rightly, wrongly, too much, not to the end, or in circles.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use allclear_domain::check::{
    Assertion, CheckKind, Header, HttpVersion, JsonTest, JsonValue, Method, ProbeResult,
    SecretHeader, StatusRange, TextTest, Verdict,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::kinds::tests::{
    Then, check, closed, code, http, noon, peer, probe as probe_kind, prober, said, told,
};
use crate::limits;
use crate::prober::Prober;

async fn probe(check: HttpCheck) -> ProbeResult {
    probe_kind(CheckKind::Http(check)).await
}

/// An answer with a body of the right length.
fn answer(status: &str, fields: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{fields}content-length: {}\r\n\r\n{body}", body.len())
}

async fn serving(status: &str, fields: &str, body: &str) -> HttpCheck {
    http(format!("http://{}/", peer(16, answer(status, fields, body), Then::Close).await))
}

fn assert_fails(result: &ProbeResult, with: ReasonCode) {
    assert_eq!((result.verdict, code(result)), (Verdict::Fail, Some(with)), "{result:?}");
}

#[tokio::test]
async fn an_answer_that_is_right_works() {
    let mut check = serving("200 OK", "x-cache: HIT\r\n", r#"{"status":"UP","load":0.9}"#).await;
    let path = |path: &str, test| Assertion::Json { path: path.to_owned(), test };
    check.assertions = vec![
        Assertion::Header { name: "X-Cache".to_owned(), test: TextTest::Is("HIT".to_owned()) },
        Assertion::Body { test: TextTest::Contains("UP".to_owned()) },
        path("$.status", JsonTest::Is(JsonValue::Text("UP".to_owned()))),
        path("$.load", JsonTest::MoreThan(0.5)),
        Assertion::Size { min: Some(1), max: Some(100) },
    ];
    let result = probe(check).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let phases = result.phases;
    assert!(phases.resolve_us.is_some() && phases.connect_us.is_some());
    assert!(phases.first_byte_us.is_some() && phases.transfer_us.is_some());
    assert!(phases.tls_us.is_none());
    let said = said(&result);
    assert!(said.contains("GET / HTTP/1.1\n") && said.contains("HTTP/1.1 200 OK\n"), "{said}");
}

/// Peers that compare a status of zero with "less than 300" call a closed port healthy.
#[tokio::test]
async fn nothing_holds_of_an_answer_that_did_not_come() {
    let not_500 = StatusRange { from: 100, to: 499 };
    let (closed, _socket) = closed();
    let ends = peer(16, "", Then::Close).await;
    for (address, with) in [(closed, ReasonCode::Refused), (ends, ReasonCode::Broken)] {
        let check = HttpCheck {
            statuses: vec![not_500, StatusRange { from: 501, to: 599 }],
            assertions: vec![
                Assertion::Body { test: TextTest::ContainsNot("error".to_owned()) },
                Assertion::Header {
                    name: "x-error".to_owned(),
                    test: TextTest::IsNot("yes".to_owned()),
                },
                Assertion::Json { path: "$.error".to_owned(), test: JsonTest::Exists(false) },
                Assertion::Size { min: None, max: Some(1_000) },
            ],
            ..http(format!("http://{address}/"))
        };
        assert_fails(&probe(check).await, with);
    }
}

#[tokio::test]
async fn a_wrong_status_fails_with_what_is_right() {
    let result = probe(serving("503 Service Unavailable", "", "down for a moment").await).await;
    assert_fails(&result, ReasonCode::Status);
    assert_eq!(told(&result), "the status is 503 Service Unavailable, not 200 to 299");
    assert!(said(&result).ends_with("down for a moment"), "the evidence is kept");
    let mut check = serving("404 Not Found", "", "").await;
    check.statuses = vec![StatusRange { from: 404, to: 404 }, StatusRange { from: 410, to: 410 }];
    assert_eq!(probe(check.clone()).await.verdict, Verdict::Ok);
    check.statuses.remove(0);
    assert_eq!(told(&probe(check).await), "the status is 404 Not Found, not 410");
}

#[tokio::test]
async fn what_does_not_hold_of_the_body_fails() {
    let mut check =
        serving("200 OK", "", "<h1>Error establishing a database connection</h1>").await;
    check.assertions = vec![Assertion::Body { test: TextTest::Contains("Welcome".to_owned()) }];
    let result = probe(check).await;
    assert_fails(&result, ReasonCode::Assertion);
    assert_eq!(told(&result), "the body should contain \"Welcome\"");
    let mut check = serving("200 OK", "content-encoding: gzip\r\n", "\u{1}\u{2}").await;
    check.assertions = vec![Assertion::Body { test: TextTest::Contains("Welcome".to_owned()) }];
    let result = probe(check).await;
    assert!(told(&result).ends_with(" (the server sends it encoded: \"gzip\")"), "{result:?}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_fails() {
    for (said, expected) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
            "in the middle of the body, after 4",
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "in the middle of the body, after 4",
        ),
        ("HTTP/1.1 200 OK\r\nconte", "before the answer"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "is not HTTP"),
    ] {
        let address = peer(16, said, Then::Close).await;
        let result = probe(http(format!("http://{address}/"))).await;
        assert_fails(&result, ReasonCode::Broken);
        assert!(told(&result).contains(expected), "{result:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_left_at_the_limit() {
    let endless = peer(16, "HTTP/1.1 200 OK\r\n\r\n", Then::Endless).await;
    let result = probe(http(format!("http://{endless}/"))).await;
    assert_fails(&result, ReasonCode::TooLong);
    assert!(result.exchange.is_cut);
    let kept: usize = result.exchange.lines.iter().map(|line| line.text.len()).sum();
    assert!(kept < 2 * limits::KEPT_BODY_BYTES_MAX, "{kept}");
    let ten_gigabytes = "HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n";
    let large = peer(16, ten_gigabytes, Then::Endless).await;
    assert_fails(&probe(http(format!("http://{large}/"))).await, ReasonCode::TooLong);
    let head = peer(16, "HTTP/1.1 200 OK\r\nx-head: ", Then::Endless).await;
    assert_fails(&probe(http(format!("http://{head}/"))).await, ReasonCode::TooLong);
    let many = "x-field: a\r\n".repeat(limits::HEAD_FIELDS_MAX + 1);
    assert_fails(&probe(serving("200 OK", &many, "").await).await, ReasonCode::TooLong);
}

#[tokio::test]
async fn one_that_keeps_us_waiting_is_left_at_the_deadline() {
    for (said, expected) in [
        ("", "there was no answer in time"),
        ("HTTP/1.1 200 OK\r\nconte", "there was no answer in time"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ndrip", "not whole in time: 4 bytes came"),
    ] {
        let address = peer(16, said, Then::Wait).await;
        let mut check = check(CheckKind::Http(http(format!("http://{address}/"))));
        check.deadline_ms = 150;
        let result = prober().probe(Arc::new(check), noon()).await;
        assert_fails(&result, ReasonCode::TimedOut);
        assert!(told(&result).contains(expected), "{result:?}");
    }
}

/// A server that leads on, and tells what it was asked.
async fn leading(answers: impl Fn(&str) -> String + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = vec![0; 8_192];
            let length = stream.read(&mut bytes).await.unwrap_or_default();
            let asked = String::from_utf8_lossy(&bytes[..length]).to_lowercase();
            stream.write_all(answers(&asked).as_bytes()).await.ok();
        }
    });
    address
}

#[tokio::test]
async fn redirects_are_followed_so_far_and_no_further() {
    let address = leading(|asked| match asked.split(' ').nth(1) {
        Some("/one") => answer("302 Found", "location: /two?token=hunter2hunter2\r\n", ""),
        Some("/two?token=hunter2hunter2") => answer("200 OK", "", "here"),
        _ => answer("307 Temporary Redirect", "location: /round\r\n", ""),
    })
    .await;
    let result = probe(http(format!("http://{address}/one"))).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(!said(&result).contains("hunter2"), "{}", said(&result));
    let result = probe(http(format!("http://{address}/round"))).await;
    assert_fails(&result, ReasonCode::Redirects);
    assert_eq!(told(&result), "it leads on after 5 redirects");
    // One that follows none judges the redirect itself.
    let mut check = http(format!("http://{address}/one"));
    check.redirects_max = 0;
    assert_fails(&probe(check.clone()).await, ReasonCode::Status);
    check.statuses = vec![StatusRange { from: 302, to: 302 }];
    assert_eq!(probe(check).await.verdict, Verdict::Ok);
}

/// Peers that keep a connection do not notice that nobody can connect any more.
#[tokio::test]
async fn every_probe_connects_anew() {
    let kept = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&kept);
    let address = leading(move |asked| {
        count.fetch_add(1, Ordering::SeqCst);
        assert!(asked.contains("connection: close"));
        answer("200 OK", "connection: keep-alive\r\n", "")
    })
    .await;
    let (prober, check) = (prober(), check(CheckKind::Http(http(format!("http://{address}/")))));
    let check = Arc::new(check);
    for _ in 0..3 {
        // The peer takes one question of a connection, and then the next connection.
        let result = prober.probe(Arc::clone(&check), noon()).await;
        assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
        assert!(result.phases.connect_us.is_some());
    }
    assert_eq!(kept.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_redirect_obeys_the_rules() {
    for (location, with) in [
        ("http://169.254.169.254/latest/meta-data", ReasonCode::Forbidden),
        ("http://10.0.0.1/", ReasonCode::Forbidden),
        ("http://[::ffff:10.0.0.1]/", ReasonCode::Forbidden),
        ("file:///etc/passwd", ReasonCode::Redirects),
        ("http://", ReasonCode::Redirects),
    ] {
        let field = format!("location: {location}\r\n");
        assert_fails(&probe(serving("302 Found", &field, "").await).await, with);
    }
}

#[tokio::test]
async fn what_is_secret_goes_to_its_own_host_alone_and_is_not_kept() {
    // The other host repeats all that it is asked.
    let other = leading(|asked| answer("200 OK", "", asked)).await;
    let to_other = format!("location: http://127.0.0.1:{}/\r\n", other.port());
    let home = leading(move |asked| {
        assert!(asked.contains("bearer hunter2hunter2"));
        answer("302 Found", &to_other, "")
    })
    .await;
    let header =
        |name: &str, value: &str| Header { name: name.to_owned(), value: value.to_owned() };
    let mut check = http(format!("http://localhost:{}/", home.port()));
    check.connect_to = Some(home.ip());
    check.headers = vec![
        header("Authorization", "Bearer hunter2hunter2"),
        header("X-Api-Key", "0123456789"),
        header("Accept", "text/plain"),
    ];
    let result = probe(check.clone()).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let all = said(&result);
    assert!(
        all.contains("accept: text/plain") && all.contains("authorization: (not kept)"),
        "{all}"
    );
    let repeated = all.rsplit("HTTP/1.1 200 OK").next().unwrap();
    for absent in ["authorization", "x-api-key", "hunter2"] {
        assert!(!repeated.contains(absent), "{repeated}");
    }
    // At home it is sent; where the answer repeats it, it is not kept.
    check.url = format!("http://127.0.0.1:{}/", other.port());
    let result = probe(check).await;
    let all = said(&result);
    assert!(all.contains("x-api-key: (not kept)") && !all.contains("0123456789"), "{all}");
    // A secret of the address is taken out of what repeats it too, as it is written and as it is read.
    let url = format!("http://127.0.0.1:{}/?page=2&token=hunter2%2fhunter2", other.port());
    let all = said(&probe(http(url)).await);
    assert!(all.contains("GET /?page=2&token=(not kept) HTTP/1.1"), "{all}");
    assert!(all.contains("get /?page=2&token=(not kept) http/1.1"), "{all}");
}

#[tokio::test]
async fn a_body_becomes_nothing_where_the_redirect_says_so_and_leaves_its_host_never() {
    let address = leading(|asked| match asked.split(' ').nth(1) {
        Some("/moved") => answer("303 See Other", "location: /\r\n", ""),
        Some("/kept") => answer("307 Temporary Redirect", "location: /\r\n", ""),
        Some("/away") => answer("307 Temporary Redirect", "location: http://localhost:9/\r\n", ""),
        _ => answer("200 OK", "", asked),
    })
    .await;
    let posting = |path: &str| HttpCheck {
        method: Method::Post,
        body: Some("password=hunter2".to_owned()),
        ..http(format!("http://{address}{path}"))
    };
    let mut check = posting("/moved");
    check.assertions = vec![Assertion::Body { test: TextTest::Matches("^get / ".to_owned()) }];
    assert_eq!(probe(check).await.verdict, Verdict::Ok);
    let mut check = posting("/kept");
    check.assertions = vec![Assertion::Body { test: TextTest::Matches("^post / ".to_owned()) }];
    assert_eq!(probe(check).await.verdict, Verdict::Ok);
    assert_fails(&probe(posting("/away")).await, ReasonCode::Redirects);
}

#[tokio::test]
async fn a_plain_port_is_no_tls_and_an_http_1_server_no_http_2() {
    let address = peer(16, answer("400 Bad Request", "", ""), Then::Close).await;
    let result = probe(http(format!("https://{address}/"))).await;
    assert_fails(&result, ReasonCode::Tls);
    assert_eq!(told(&result), "what answers is not TLS");
    let mut check = http(format!("http://{address}/"));
    check.version = HttpVersion::Http2;
    assert_fails(&probe(check).await, ReasonCode::Broken);
}

#[test]
fn checks_that_cannot_be_asked_are_told_with_the_place() {
    let place = |change: &dyn Fn(&mut HttpCheck)| {
        let mut check = http("https://shop.example.com/".to_owned());
        change(&mut check);
        HttpProbe::new(&check).unwrap_err().field
    };
    for url in
        ["", "shop.example.com", "ftp://shop.example.com/", "https://", "http://a:b@x.example.com/"]
    {
        assert_eq!(place(&|check| check.url = url.to_owned()), "url", "{url}");
    }
    let header =
        |name: &str, value: &str| Header { name: name.to_owned(), value: value.to_owned() };
    let field = |name: &str, value: &str| place(&|check| check.headers = vec![header(name, value)]);
    assert_eq!(field("a b", ""), "headers[0].name");
    assert_eq!(field("content-length", "1"), "headers[0].name");
    assert_eq!(field("x-a", "a\r\nx-b: c"), "headers[0].value");
    let pattern = |check: &mut HttpCheck| {
        check.assertions = vec![Assertion::Body { test: TextTest::Matches("(".to_owned()) }];
    };
    assert_eq!(place(&pattern), "assertions[0].matches");
}

#[tokio::test]
async fn what_signs_in_is_sent_and_told_nowhere() {
    let echo = "you sent hunter2-hunter2 and cHJvYmU6aHVudGVyMi1odW50ZXIy, tenant%2D4711, \
                tenant-4711";
    let mut check = serving("401 Unauthorized", "x-you: tenant-4711\r\n", echo).await;
    let password = Secret::typed("hunter2-hunter2");
    check.sign_in = Some(SignIn::Basic { user: "probe".to_owned(), password });
    check.secret_headers =
        vec![SecretHeader { name: "X-Tenant".to_owned(), value: Secret::typed("tenant-4711") }];
    check.statuses = vec![StatusRange { from: 401, to: 401 }];
    check.assertions = vec![Assertion::Header {
        name: "x-you".to_owned(),
        test: TextTest::Is("somebody".to_owned()),
    }];
    let result = probe(check).await;
    assert_fails(&result, ReasonCode::Assertion);
    let all = format!("{result:?}\n{}", said(&result));
    assert!(all.contains("authorization: (not kept)"), "{all}");
    assert!(all.contains("x-tenant: (not kept)") && all.contains("x-you: (not kept)"), "{all}");
    for secret in ["hunter2", "cHJvYmU6aHVudGVy", "tenant-4711", "tenant%2D4711"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}

#[tokio::test]
async fn what_is_shut_is_our_fault_and_nothing_is_sent() {
    let mut check = http("http://127.0.0.1:1/".to_owned());
    for (secret, words) in [
        (Secret::Shut("its key is gone: put it back".to_owned()), "put it back"),
        (Secret::Kept, "not known here"),
    ] {
        check.sign_in = Some(SignIn::Bearer { token: secret });
        let result = probe(check.clone()).await;
        assert_eq!((result.verdict, code(&result)), (Verdict::Unknown, Some(ReasonCode::Ours)));
        assert!(told(&result).contains(words), "{result:?}");
        assert!(result.exchange.lines.is_empty());
    }
}
