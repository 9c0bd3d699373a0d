//! Answers that are made here, byte by byte.

use allclear_domain::Secret;
use allclear_domain::check::{CheckKind, ProbeResult, SignIn};
use proptest::prelude::*;

use super::super::tests::{Then, closed, code, peer, probe, said, told};
use super::*;

fn vector(samples: &str) -> String {
    format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{samples}]}}}}"#)
}

fn up(instance: &str, value: &str) -> String {
    format!(
        r#"{{"metric":{{"__name__":"up","job":"shop","instance":"{instance}"}},"value":[1.5,"{value}"]}}"#
    )
}

fn at_least(ok: f64, degraded: Option<f64>) -> PrometheusCheck {
    PrometheusCheck {
        ok: Bounds { at_least: Some(ok), at_most: None },
        degraded: Bounds { at_least: degraded, at_most: None },
        ..PrometheusCheck::of("http://metrics.example.com/", "up")
    }
}

fn judged(check: &PrometheusCheck, body: &str) -> (Verdict, String) {
    let results = answer::read(body.as_bytes()).unwrap();
    PrometheusProbe::new(check).unwrap().judge(&results.samples)
}

#[test]
fn every_sample_has_to_hold_and_the_worst_is_told() {
    let check = at_least(1.0, Some(0.5));
    let three = [up("a", "1"), up("b", "0.25"), up("c", "0.75")].join(",");
    let (verdict, told) = judged(&check, &vector(&three));
    assert_eq!(verdict, Verdict::Fail);
    assert_eq!(
        told,
        "up{instance=\"b\",job=\"shop\"} is 0.25: it should be at least 1 (1 of 3 samples are as bad)"
    );
    let two = [up("a", "1"), up("c", "0.75")].join(",");
    assert_eq!(judged(&check, &vector(&two)).0, Verdict::Degraded);
    let (verdict, told) = judged(&check, &vector(&up("a", "+Inf")));
    assert_eq!((verdict, told.as_str()), (Verdict::Ok, "up{instance=\"a\",job=\"shop\"} is +Inf"));
    let scalar = r#"{"status":"success","data":{"resultType":"scalar","result":[1,"-Inf"]}}"#;
    let (verdict, told) = judged(&check, scalar);
    assert_eq!(
        (verdict, told.as_str()),
        (Verdict::Fail, "the result is -Inf: it should be at least 1")
    );
}

#[test]
fn nothing_and_no_number_are_what_the_check_says() {
    let empty = |empty| PrometheusCheck { empty, ..at_least(1.0, None) };
    for verdict in [Verdict::Unknown, Verdict::Ok, Verdict::Degraded, Verdict::Fail] {
        assert_eq!(judged(&empty(verdict), &vector("")).0, verdict);
        let (found, told) = judged(&empty(verdict), &vector(&up("a", "NaN")));
        assert_eq!(found, verdict);
        assert!(told.contains("is NaN, which is no number"), "{told}");
    }
    // What works beside it does not make it known.
    let two = [up("a", "NaN"), up("b", "1")].join(",");
    assert_eq!(judged(&empty(Verdict::Unknown), &vector(&two)).0, Verdict::Unknown);
    let two = [up("a", "NaN"), up("b", "0")].join(",");
    assert_eq!(judged(&empty(Verdict::Unknown), &vector(&two)).0, Verdict::Fail);
}

#[test]
fn labels_of_strangers_are_told_within_limits() {
    let labels: Vec<String> =
        (0..50).map(|n| format!("\"l{n:02}\":\"{}\"", "x\\n\\\"".repeat(200))).collect();
    let sample = format!(r#"{{"metric":{{{}}},"value":[1,"0"]}}"#, labels.join(","));
    let (_, told) = judged(&at_least(1.0, None), &vector(&sample));
    assert!(told.len() < 3_000 && told.contains(",…}") && !told.contains('\n'), "{told}");
    assert_eq!([number(1e300), number(0.0), number(1e-9)], ["1e300", "0", "1e-9"]);
}

#[test]
fn what_gives_no_numbers_is_told() {
    let of = |kind: &str, result: &str| {
        let body =
            format!(r#"{{"status":"success","data":{{"resultType":"{kind}","result":{result}}}}}"#);
        match answer::read(body.as_bytes()) {
            Err(answer::Unusable::Odd(told)) => told,
            other => panic!("{other:?}"),
        }
    };
    assert!(of("matrix", "[]").contains("ranges of samples"));
    assert!(of("string", r#"[1,"x"]"#).contains("gives a string"));
    assert!(of("vector", r#"[{"metric":{},"histogram":[1,{}]}]"#).contains("histograms"));
    assert!(of("vector", r#"[{"metric":{},"value":[1,"x"]}]"#).contains("“x”"));
    assert!(of("vector", "7").contains("does not speak the API"));
}

#[test]
fn the_address_leads_to_the_query() {
    let asked = |url: &str| {
        let probe = PrometheusProbe::new(&PrometheusCheck::of(url, "up{a=\"b c\"} > 1")).unwrap();
        probe.query.address()
    };
    let query = "query=up%7Ba%3D%22b+c%22%7D+%3E+1";
    for (url, path) in [
        ("http://metrics.example.com", "/api/v1/query"),
        ("http://metrics.example.com/prefix/", "/prefix/api/v1/query"),
        ("http://metrics.example.com/api/v1/query", "/api/v1/query"),
    ] {
        assert!(asked(url).contains(&format!("http://metrics.example.com{path}?{query}")), "{url}");
    }
    assert!(asked("http://metrics.example.com/?tenant=1").contains(&format!("?tenant=1&{query}")));
    let wrong = PrometheusProbe::new(&PrometheusCheck::of("ftp://x", "up")).unwrap_err();
    assert_eq!(wrong.field, "url");
}

async fn says(status: &str, body: &str) -> ProbeResult {
    let bytes = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let address = peer(16, bytes, Then::Close).await;
    let check = PrometheusCheck { url: format!("http://{address}"), ..at_least(1.0, Some(0.5)) };
    probe(CheckKind::Prometheus(check)).await
}

#[tokio::test]
async fn bounds_make_the_verdict() {
    let result = says("200 OK", &vector(&up("a", "0"))).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Assertion)));
    let result = says("200 OK", &vector(&up("a", "0.75"))).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Degraded, Some(ReasonCode::Impaired)));
    let remarks = vector(&up("a", "1"))
        .replace("\"data\"", "\"warnings\":[\"too\\nmuch\"],\"infos\":[\"a\"],\"data\"");
    let result = says("200 OK", &remarks).await;
    assert_eq!((result.verdict, &result.reason), (Verdict::Ok, &None), "{result:?}");
    assert!(said(&result).contains("Prometheus remarks: too much"), "{}", said(&result));
    assert!(said(&result).contains("is 1"), "{}", said(&result));
}

#[tokio::test]
async fn a_server_that_does_not_answer_says_nothing_of_what_is_asked_for() {
    let (nobody, _socket) = closed();
    let check = PrometheusCheck { url: format!("http://{nobody}"), ..at_least(1.0, None) };
    let mut results = vec![probe(CheckKind::Prometheus(check)).await];
    let wrong =
        r#"{"status":"error","errorType":"bad_data","error":"parse error: unexpected end"}"#;
    for (status, body) in [
        ("200 OK", vector("")),
        ("400 Bad Request", wrong.to_owned()),
        ("401 Unauthorized", "who are you".to_owned()),
        ("502 Bad Gateway", String::new()),
        ("200 OK", "<html>".to_owned()),
    ] {
        results.push(says(status, &body).await);
    }
    for result in &results {
        assert_eq!((result.verdict, code(result)), (Verdict::Unknown, Some(ReasonCode::Unread)));
    }
    let refused = "Prometheus cannot answer the query: bad_data: parse error: unexpected end";
    assert_eq!(told(&results[2]), refused);
    assert!(told(&results[3]).contains("the status is 401"), "{:?}", results[3]);
}

#[tokio::test]
async fn what_signs_in_is_sent_and_not_told() {
    let echo = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 14\r\n\r\nmetrics-pass42";
    let address = peer(16, echo, Then::Close).await;
    let sign_in =
        SignIn::Basic { user: "probe".to_owned(), password: Secret::typed("metrics-pass42") };
    let check = PrometheusCheck {
        sign_in: Some(sign_in),
        ..PrometheusCheck::of(format!("http://{address}"), "up")
    };
    let result = probe(CheckKind::Prometheus(check.clone())).await;
    assert!(said(&result).contains("authorization: (not kept)"), "{}", said(&result));
    assert!(!format!("{result:?}").contains("pass42"), "{result:?}");
    let shut = Secret::Shut("its key is gone: put it back".to_owned());
    let sign_in = Some(SignIn::Bearer { token: shut });
    let result = probe(CheckKind::Prometheus(PrometheusCheck { sign_in, ..check })).await;
    assert_eq!((result.verdict, code(&result)), (Verdict::Unknown, Some(ReasonCode::Ours)));
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(text in ".{0,200}", number in ".{0,12}") {
        let _ = answer::read(text.as_bytes());
        let value = serde_json::to_string(&number).unwrap();
        let sample = format!(r#"{{"metric":{{}},"value":[1,{value}]}}"#);
        let _ = answer::read(vector(&sample).as_bytes());
    }
}
