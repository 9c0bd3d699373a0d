//! Peers that let somebody in, or do not, and peers that answer with values that would do harm.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use allclear_domain::Secret;
use allclear_domain::check::{
    Assertion, Capture, CaptureFrom, CheckKind, Header, HttpStep, Method, ProbeResult,
    SecretHeader, SignIn, StatusRange, TextTest, Verdict,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::kinds::tests::{check, code, http, noon, probe as probe_kind, prober, said, told};
use crate::limits;
use crate::prober::Prober;

/// What a peer was asked, question by question.
type Heard = Arc<Mutex<Vec<String>>>;

/// A peer that answers each question by its first line.
async fn peer(answers: impl Fn(&str) -> String + Send + 'static) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let kept = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut asked, mut part) = (String::new(), [0; 4_096]);
            while !is_whole(&asked) {
                match stream.read(&mut part).await {
                    Ok(count) if count > 0 => {
                        asked.push_str(&String::from_utf8_lossy(&part[..count]));
                    }
                    _ => break,
                }
            }
            let line = asked.lines().next().unwrap_or_default().to_owned();
            kept.lock().unwrap().push(asked);
            stream.write_all(answers(&line).as_bytes()).await.ok();
        }
    });
    (address, heard)
}

fn is_whole(asked: &str) -> bool {
    let Some((head, body)) = asked.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn answer(status: &str, fields: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{fields}content-length: {}\r\n\r\n{body}", body.len())
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: value.to_owned() }
}

fn capture(name: &str, from: CaptureFrom) -> Capture {
    Capture { name: Key::new(name).unwrap(), from }
}

fn json(path: &str) -> CaptureFrom {
    CaptureFrom::Json { path: path.to_owned() }
}

/// A step that takes a token.
fn log_in(address: SocketAddr) -> HttpStep {
    HttpStep {
        name: Some("log in".to_owned()),
        method: Method::Post,
        captures: vec![capture("token", json("$.token"))],
        ..HttpStep::of(format!("http://{address}/login"))
    }
}

async fn probe(check: HttpCheck) -> ProbeResult {
    probe_kind(CheckKind::Http(check)).await
}

fn assert_fails(result: &ProbeResult, with: ReasonCode, told_as: &str) {
    assert_eq!((result.verdict, code(result)), (Verdict::Fail, Some(with)), "{result:?}");
    assert_eq!(told(result), told_as);
}

fn heard_by(heard: &Heard) -> Vec<String> {
    heard.lock().unwrap().clone()
}

#[tokio::test]
async fn values_are_taken_from_every_place_put_into_every_place_and_kept_nowhere() {
    let (address, heard) = peer(|line| match line.split(' ').nth(1).unwrap() {
        "/login" => answer(
            "200 OK",
            "x-ticket: ticket/4711\r\nset-cookie: sid=biscuit-4711; Path=/\r\n",
            r#"{"token":"hunter2 \"+/\u0068","order":4711471147}"#,
        ),
        "/form" => answer("200 OK", "", r#"<input name="csrf" value="csrf-4711">"#),
        _ => answer("500 Oh", "", "hunter2 \"+/h biscuit-4711 ticket%2F4711 csrf-4711 4711471147"),
    })
    .await;
    let at = |path: &str| format!("http://{address}{path}");
    let text = str::to_owned;
    let mut first = log_in(address);
    first.captures.extend([
        capture("order", json("$.order")),
        capture("ticket", CaptureFrom::Header { name: text("X-Ticket") }),
        capture("sid", CaptureFrom::Cookie { name: text("sid") }),
    ]);
    let second = HttpStep {
        headers: vec![header("cookie", "sid={{sid}}; a=b")],
        captures: vec![capture("csrf", CaptureFrom::Pattern { regex: text("value=\"(.+?)\"") })],
        ..HttpStep::of(at("/form"))
    };
    let check = HttpCheck {
        before: vec![first, second],
        method: Method::Post,
        headers: vec![
            header("authorization", "Bearer {{token}}"),
            header("content-type", "application/json; charset=utf-8"),
        ],
        body: Some(text(r#"{"token":"{{token}}","order":{{order}},"csrf":"{{csrf}}"}"#)),
        ..http(at("/orders/{{ticket}}?order={{order}}&{{csrf}}"))
    };
    let result = probe(check).await;
    assert_fails(
        &result,
        ReasonCode::Status,
        "the status is 500 Internal Server Error, not 200 to 299",
    );
    let heard = heard_by(&heard);
    assert_eq!(heard.len(), 3);
    assert!(heard[0].starts_with("POST /login HTTP/1.1\r\n"), "{heard:?}");
    assert!(heard[1].contains("\r\ncookie: sid=biscuit-4711; a=b\r\n"), "{heard:?}");
    let last = &heard[2];
    assert!(
        last.starts_with("POST /orders/ticket%2F4711?order=4711471147&csrf-4711 HTTP/1.1\r\n"),
        "{last}"
    );
    assert!(last.contains("\r\nauthorization: Bearer hunter2 \"+/h\r\n"), "{last}");
    let body = r#"{"token":"hunter2 \"+/h","order":4711471147,"csrf":"csrf-4711"}"#;
    assert!(last.ends_with(body), "{last}");
    let all = said(&result);
    for line in ["step 1 (log in)", "step 2", "the request that is judged"] {
        assert!(all.lines().any(|one| one == line), "{line}: {all}");
    }
    let kept = format!("{result:?} {all}");
    for value in ["hunter2", "4711", "biscuit"] {
        assert!(!kept.contains(value), "{value}: {all}");
    }
}

#[tokio::test]
async fn a_value_that_would_do_harm_is_refused_or_stays_a_value() {
    // What is captured, and where it is put: `None` where nothing more is asked then.
    let cases: [(&str, &str, Option<&str>); 8] = [
        (r"a\r\nx-evil: 1", "header", None),
        (r"a\u0000b", "header", None),
        ("..", "path", None),
        (r"x/../../admin?a=b#c", "path", Some("GET /o/x%2F..%2F..%2Fadmin%3Fa%3Db%23c HTTP")),
        (r"@evil.example.com/", "path", Some("GET /o/%40evil.example.com%2F HTTP")),
        (r#"\",\"admin\":true,\"a\":\""#, "body", Some(r#"{"a":"\",\"admin\":true,\"a\":\""}"#)),
        ("{{other}}{{token}}", "header", Some("x-a: {{other}}{{token}}")),
        ("{{token}}", "body", Some(r#"{"a":"{{token}}"}"#)),
    ];
    for (value, place, heard_as) in cases {
        let value = value.to_owned();
        let (address, heard) = peer(move |line| match line.contains("/login") {
            true => answer("200 OK", "", &format!(r#"{{"token":"{value}","other":"expanded"}}"#)),
            false => answer("200 OK", "", ""),
        })
        .await;
        let mut check = http(format!("http://{address}/o/"));
        let mut step = log_in(address);
        step.captures.push(capture("other", json("$.other")));
        check.before = vec![step];
        match place {
            "header" => check.headers = vec![header("x-a", "{{token}}")],
            "path" => check.url.push_str("{{token}}"),
            _ => check.body = Some(r#"{"a":"{{token}}"}"#.to_owned()),
        }
        let result = probe(check).await;
        let heard = heard_by(&heard);
        if let Some(words) = heard_as {
            assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
            assert!(heard[1].contains(words), "{words}: {heard:?}");
        } else {
            let reason = (result.verdict, code(&result));
            assert_eq!(reason, (Verdict::Fail, Some(ReasonCode::Assertion)), "{result:?}");
            assert!(told(&result).contains("captured"), "{result:?}");
            assert_eq!(heard.len(), 1, "{heard:?}");
        }
    }
}

#[tokio::test]
async fn a_step_that_goes_wrong_is_told_by_its_number_and_name() {
    let (address, heard) = peer(|line| match line.split(' ').nth(1).unwrap() {
        "/ok" => answer("200 OK", "", "fine"),
        "/login" => answer("200 OK", "", r#"{"error":"no such user"}"#),
        "/huge" => answer("200 OK", "", &format!(r#"{{"token":"{}"}}"#, "x".repeat(5_000))),
        _ => answer("401 Unauthorized", "", ""),
    })
    .await;
    let step = |path: &str| HttpStep::of(format!("http://{address}{path}"));
    let with = |steps: Vec<HttpStep>| HttpCheck {
        before: steps,
        ..http(format!("http://{address}/last"))
    };
    let result = probe(with(vec![step("/ok"), log_in(address)])).await;
    let told_as = "step 2 (log in): the answer has no `$.token`";
    assert_fails(&result, ReasonCode::Assertion, told_as);
    assert!(said(&result).contains("no such user"), "the evidence is kept: {result:?}");
    let result = probe(with(vec![step("/closed")])).await;
    let told_as = "step 1: the status is 401 Unauthorized, not 200 to 299";
    assert_fails(&result, ReasonCode::Status, told_as);
    let mut wrong = step("/ok");
    wrong.assertions = vec![Assertion::Body { test: TextTest::Contains("well".to_owned()) }];
    let result = probe(with(vec![wrong])).await;
    let told_as = "step 1: the body should contain \"well\"";
    assert_fails(&result, ReasonCode::Assertion, told_as);
    let huge = HttpStep { name: None, ..log_in(address) };
    let huge = HttpStep { url: format!("http://{address}/huge"), ..huge };
    let result = probe(with(vec![huge])).await;
    let told_as = "step 1: `token` has 5000 bytes, and 4096 are taken at most";
    assert_fails(&result, ReasonCode::Assertion, told_as);
    assert!(!said(&result).contains("xxx"), "what is refused is not kept: {result:?}");
    let heard = heard_by(&heard);
    assert!(heard.iter().all(|one| !one.contains("/last")), "{heard:?}");
    // A step that is right is no check that is right.
    let result = probe(with(vec![step("/ok")])).await;
    assert_fails(&result, ReasonCode::Status, "the status is 401 Unauthorized, not 200 to 299");
}

#[tokio::test]
async fn all_requests_have_one_deadline() {
    let silent = crate::kinds::tests::peer(16, "", crate::kinds::tests::Then::Wait).await;
    let check_of = |url: String| {
        let steps = vec![HttpStep::of(format!("http://{silent}/"))];
        let mut check = check(CheckKind::Http(HttpCheck { before: steps, ..http(url) }));
        check.deadline_ms = 150;
        check
    };
    let result = prober().probe(Arc::new(check_of(format!("http://{silent}/"))), noon()).await;
    let told_as = "step 1: the connection stands, and there was no answer in time";
    assert_fails(&result, ReasonCode::TimedOut, told_as);
    // Three answers that each take more than half of it. Whichever is too much: the last one is not heard.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::time::sleep(Duration::from_millis(600)).await;
            stream.write_all(answer("200 OK", "", "").as_bytes()).await.ok();
        }
    });
    let mut check = check_of(format!("http://{slow}/"));
    let CheckKind::Http(http) = &mut check.kind else { panic!("it is of the kind http") };
    http.before = vec![HttpStep::of(format!("http://{slow}/")); 2];
    check.deadline_ms = 1_000;
    let result = prober().probe(Arc::new(check), noon()).await;
    let timed_out = (result.verdict, code(&result));
    assert_eq!(timed_out, (Verdict::Fail, Some(ReasonCode::TimedOut)), "{result:?}");
    assert!(told(&result).starts_with("step "), "{result:?}");
}

/// A check that signs in, asks for what repeats that, and takes something from it.
fn repeating(address: SocketAddr, from: CaptureFrom) -> HttpCheck {
    let step = HttpStep {
        captures: vec![capture("piece", from)],
        ..HttpStep::of(format!("http://{address}/repeat"))
    };
    HttpCheck {
        before: vec![step],
        sign_in: Some(SignIn::Bearer { token: Secret::typed("hunter2-4711") }),
        ..http(format!("http://{address}/last/{{{{piece}}}}?a={{{{piece}}}}"))
    }
}

#[tokio::test]
async fn no_piece_of_a_secret_is_taken_from_who_repeats_it() {
    let (address, heard) = peer(|line| match line.contains("/repeat") {
        true => answer("200 OK", "x-id: 7\r\n", "Bearer hunter2-4711, cHJvYmU6aHVudGVyMi00NzEx"),
        false => answer("500 Oh", "", line),
    })
    .await;
    let told_as = "step 1: the answer repeats one of the check's secrets: nothing is taken from it";
    let pattern = |regex: &str| CaptureFrom::Pattern { regex: regex.to_owned() };
    let header = CaptureFrom::Header { name: "x-id".to_owned() };
    for from in [
        pattern("Bearer (.{4})"),
        pattern("Bearer .{4}(.{4})"),
        header,
        pattern("Bearer (.{5})"),
        pattern("(Bearer .+),"),
    ] {
        let result = probe(repeating(address, from)).await;
        assert_fails(&result, ReasonCode::Assertion, told_as);
        assert!(!said(&result).contains("hunt"), "{result:?}");
    }
    let mut basic = repeating(address, pattern("cHJv(.{6})"));
    let password = Secret::typed("hunter2-4711");
    basic.sign_in = Some(SignIn::Basic { user: "probe".to_owned(), password });
    assert_fails(&probe(basic).await, ReasonCode::Assertion, told_as);
    assert!(heard_by(&heard).iter().all(|one| !one.contains("/last")));
}

#[tokio::test]
async fn what_only_looks_like_a_secret_is_taken() {
    // A scheme, a part of it, and a word that others use as well.
    let (address, heard) = peer(|line| match line.contains("/repeat") {
        true => answer("200 OK", "x-id: 4711\r\n", r#"{"token_type":"Bearer","x":"hunter2-471"}"#),
        false => answer("200 OK", "", line),
    })
    .await;
    let from = CaptureFrom::Header { name: "x-id".to_owned() };
    let result = probe(repeating(address, from)).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(heard_by(&heard)[1].starts_with("GET /last/4711?a=4711 "));
}

#[tokio::test]
async fn a_short_value_is_not_kept_where_we_put_it() {
    let (address, heard) = peer(|line| match line.contains("/repeat") {
        true => answer("200 OK", "", "id=Zq7"),
        false => answer("500 Oh", "", ""),
    })
    .await;
    let from = CaptureFrom::Pattern { regex: "id=(.+)".to_owned() };
    let result = probe(repeating(address, from)).await;
    assert!(heard_by(&heard)[1].starts_with("GET /last/Zq7?a=Zq7 "));
    let all = said(&result);
    assert!(all.contains("GET /last/(not kept)?a=(not kept) HTTP/1.1"), "{all}");
    assert!(!format!("{result:?}").contains("Zq7"), "{all}");
}

#[tokio::test]
async fn what_was_to_be_taken_is_not_kept_where_the_body_breaks_off() {
    let (address, _) = peer(|_| {
        let fields = "x-ticket: ticket-4711\r\nset-cookie: sid=biscuit-4712\r\n";
        let repeated = "x-last: ticket-4711\r\nlocation: /biscuit-4712\r\n";
        format!("HTTP/1.1 200 OK\r\n{fields}{repeated}content-length: 100\r\n\r\nbroken")
    })
    .await;
    let mut step = log_in(address);
    step.captures.extend([
        capture("ticket", CaptureFrom::Header { name: "X-Ticket".to_owned() }),
        capture("sid", CaptureFrom::Cookie { name: "sid".to_owned() }),
    ]);
    let check = HttpCheck { before: vec![step], ..http(format!("http://{address}/")) };
    let result = probe(check).await;
    assert_eq!(code(&result), Some(ReasonCode::Broken), "{result:?}");
    let all = said(&result);
    assert!(all.contains("x-ticket: (not kept)") && all.contains("location: /(not kept)"), "{all}");
    for word in ["4711", "4712", "broken"] {
        assert!(!all.contains(word), "{word}: {all}");
    }
}

#[tokio::test]
async fn what_a_log_in_answers_beside_the_token_is_not_kept() {
    let (address, _) = peer(|line| match line.contains("/login") {
        true => answer("200 OK", "", r#"{"token":"ticket-4711","refresh_token":"again-4712"}"#),
        false => answer("200 OK", "", "fine"),
    })
    .await;
    let with =
        |step: HttpStep| HttpCheck { before: vec![step], ..http(format!("http://{address}/")) };
    let result = probe(with(log_in(address))).await;
    let words = "52 bytes of the body came, and are not kept: values are captured from it";
    assert!(said(&result).lines().any(|line| line == words), "{}", said(&result));
    // A value that is missing besides makes the others no less secret.
    let mut more = log_in(address);
    more.captures.push(capture("user", json("$.user")));
    let failed = probe(with(more)).await;
    assert_fails(&failed, ReasonCode::Assertion, "step 1 (log in): the answer has no `$.user`");
    for result in [result, failed] {
        assert!(!said(&result).contains("471"), "{}", said(&result));
    }
}

#[tokio::test]
async fn a_body_that_begins_with_a_value_is_no_json() {
    let (address, heard) = peer(|line| match line.contains("/login") {
        true => answer("200 OK", "", r#"{"token":"a \"b\""}"#),
        false => answer("200 OK", "", ""),
    })
    .await;
    for (body, sent) in [
        ("{{token}}", "a \"b\""),
        (" {{token}}:[{{token}}", " a \"b\":[a \"b\""),
        (r#"["{{token}}"]"#, r#"["a \"b\""]"#),
    ] {
        let check = HttpCheck {
            before: vec![log_in(address)],
            method: Method::Post,
            body: Some(body.to_owned()),
            ..http(format!("http://{address}/"))
        };
        let result = probe(check).await;
        assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
        let last = heard_by(&heard).pop().unwrap();
        assert!(last.ends_with(&format!("\r\n\r\n{sent}")), "{last}");
    }
}

/// The step after a form was sent leads on, and the cookie is in the redirect itself.
#[tokio::test]
async fn a_redirect_that_is_named_is_not_followed_and_another_one_is() {
    let (address, heard) = peer(|line| match line.split(' ').nth(1).unwrap() {
        "/login" => answer("303 See Other", "location: /home\r\nset-cookie: sid=biscuit\r\n", ""),
        _ => answer("200 OK", "", ""),
    })
    .await;
    let captures = vec![capture("sid", CaptureFrom::Cookie { name: "sid".to_owned() })];
    let mut check = http(format!("http://{address}/last"));
    check.headers = vec![header("cookie", "sid={{sid}}")];
    check.before = vec![HttpStep { captures, ..log_in(address) }];
    let result = probe(check.clone()).await;
    let told_as = "step 1 (log in): the answer sets no cookie `sid`";
    assert_fails(&result, ReasonCode::Assertion, told_as);
    assert!(heard_by(&heard)[1].starts_with("GET /home "));
    check.before[0].statuses = vec![StatusRange { from: 303, to: 303 }];
    assert_eq!(probe(check).await.verdict, Verdict::Ok);
    assert!(heard_by(&heard)[3].contains("cookie: sid=biscuit\r\n"));
}

#[tokio::test]
async fn what_is_secret_goes_with_steps_to_its_own_server_alone() {
    let token = |_: &str| answer("200 OK", "", r#"{"token":"ticket-4711"}"#);
    let (other, heard_there) = peer(token).await;
    let to_other = format!("location: http://127.0.0.1:{}/\r\n", other.port());
    let (home, heard_here) = peer(move |line| match line.contains("/away") {
        true => answer("307 Temporary Redirect", &to_other, ""),
        false => token(line),
    })
    .await;
    let abroad = HttpStep { name: None, method: Method::Get, ..log_in(other) };
    let here = HttpStep::of(format!("http://{home}/here"));
    let away = HttpStep {
        headers: vec![header("x-ticket", "{{token}}")],
        ..HttpStep::of(format!("http://{home}/away"))
    };
    let mut check = HttpCheck {
        redirects_max: 1,
        before: vec![abroad, here, away],
        headers: vec![header("host", "shop.example.com"), header("x-ticket", "{{token}}")],
        sign_in: Some(SignIn::Bearer { token: Secret::typed("hunter2-hunter2") }),
        secret_headers: vec![SecretHeader {
            name: "X-Tenant".to_owned(),
            value: Secret::typed("tenant-4712"),
        }],
        ..http(format!("http://{home}/last"))
    };
    let result = probe(check.clone()).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let (here, there) = (heard_by(&heard_here), heard_by(&heard_there));
    assert_eq!((here.len(), there.len()), (3, 2), "{here:?} {there:?}");
    for asked in &here {
        for field in ["authorization: Bearer hunter2-hunter2", "x-tenant: tenant-4712"] {
            assert!(asked.contains(field), "{field}: {here:?}");
        }
        assert!(asked.contains("host: shop.example.com\r\n"), "{here:?}");
    }
    assert!(here.iter().any(|asked| asked.contains("x-ticket: ticket-4711")), "{here:?}");
    for asked in &there {
        for word in ["hunter2", "tenant", "4711", "shop.example.com"] {
            assert!(!asked.contains(word), "{word}: {there:?}");
        }
    }
    let all = format!("{result:?} {}", said(&result));
    assert!(!all.contains("hunter2") && !all.contains("4711") && !all.contains("4712"), "{all}");
    // Where it names one of these itself, that one is sent.
    check.before.remove(2);
    check.before[1].headers = vec![header("authorization", "Basic {{token}}")];
    let result = probe(check).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    let here = heard_by(&heard_here);
    let own = here.iter().find(|asked| asked.contains("Basic ticket-4711")).unwrap();
    assert!(!own.contains("hunter2") && own.contains("tenant-4712"), "{own}");
}

#[test]
fn what_cannot_be_asked_is_told_with_the_step_and_the_field() {
    type Spoil<'a> = &'a dyn Fn(&mut HttpCheck);
    let place = |change: &dyn Fn(&mut HttpCheck)| {
        let mut check = http("https://shop.example.com/".to_owned());
        let step = HttpStep {
            captures: vec![capture("token", json("$.token"))],
            ..HttpStep::of("https://shop.example.com/login")
        };
        check.before = vec![step, HttpStep::of("https://other.example.com/{{token}}")];
        change(&mut check);
        let problem = HttpProbe::new(&check).err();
        problem.map(|problem| problem.field).unwrap_or_default()
    };
    let secret = || Some(SignIn::Bearer { token: Secret::typed("hunter2-hunter2") });
    let cases: [(&str, Spoil<'_>); 13] = [
        ("", &|_| {}),
        ("url", &|check| check.url = "https://{{token}}.example.com/".to_owned()),
        ("body", &|check| check.body = Some(r#"{"a":"\{{token}}"}"#.to_owned())),
        ("headers[0].value", &|check| check.headers = vec![header("host", "{{token}}")]),
        ("headers[0].value", &|check| check.headers = vec![header("x", "\n{{token}}")]),
        ("before[0].url", &|check| check.before[0].url = "ftp://x.example.com".to_owned()),
        ("before[1].url", &|check| check.before[1].url = "http://x:{{token}}/".to_owned()),
        ("before[1].headers[0].name", &|check| {
            check.before[1].headers = vec![header("content-length", "1")];
        }),
        ("before[0].captures[0].from.json.path", &|check| {
            check.before[0].captures[0].from = json("token");
        }),
        ("before[0].assertions[0].matches", &|check| {
            let test = TextTest::Matches("(".to_owned());
            check.before[0].assertions = vec![Assertion::Body { test }];
        }),
        // The server that is given secrets may repeat them, and nobody else is to get them.
        ("before[1].url", &|check| check.sign_in = secret()),
        ("before[2].url", &|check| {
            check.sign_in = secret();
            check.before[1] = HttpStep::of("https://other.example.com/");
            let url = "http://shop.example.com/{{token}}";
            check.before.push(HttpStep::of(url));
        }),
        ("", &|check| {
            check.sign_in = secret();
            check.before[1].url = "https://shop.example.com:443/{{token}}".to_owned();
        }),
    ];
    for (field, spoil) in cases {
        assert_eq!(place(spoil), field);
    }
}

#[tokio::test]
async fn much_is_said_in_steps_and_the_request_that_is_judged_is_still_kept() {
    let lines = format!("{}\n", "x".repeat(70)).repeat(100);
    let (address, _) = peer(move |line| match line.contains("/last") {
        true => answer("503 Later", "", "the end"),
        false => answer("200 OK", &"x-much: x\r\n".repeat(150), &lines),
    })
    .await;
    let check = HttpCheck {
        before: vec![HttpStep::of(format!("http://{address}/")); 8],
        ..http(format!("http://{address}/last"))
    };
    let result = probe(check.clone()).await;
    let all = said(&result);
    assert!(result.exchange.is_cut && all.ends_with("the end"), "{all}");
    let mut one = check;
    one.before.truncate(1);
    let all = said(&probe(one).await);
    let body = all.lines().filter(|line| line.starts_with("xxxx")).map(str::len).sum::<usize>();
    assert!(0 < body && body <= limits::KEPT_STEP_BODY_BYTES_MAX, "{body}");
}
