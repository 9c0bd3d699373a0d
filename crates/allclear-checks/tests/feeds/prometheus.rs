//! Prometheus.

use std::time::Duration;

use allclear_domain::check::{Bounds, PrometheusCheck, SignIn};

use super::*;

/// It asks itself, as often as that may be.
const ITSELF: &str = "scrape_configs:
  - job_name: itself
    scrape_interval: 100ms
    scrape_timeout: 100ms
    static_configs: [{targets: ['ADDRESS']}]
";
/// `probe` and `hunter2-hunter2`, as it wants passwords hashed.
const WITH_PASSWORD: &str =
    "basic_auth_users: {probe: $2b$04$allclearallclearallcleDdA753ir.T4morLR5w1FbE3cD0e2pmm}\n";

fn query(server: &Server, query: &str) -> PrometheusCheck {
    PrometheusCheck {
        ok: Bounds { at_least: Some(1.0), at_most: Some(2.0) },
        degraded: Bounds { at_least: None, at_most: Some(3.0) },
        ..PrometheusCheck::of(format!("http://{}", server.address), query)
    }
}

/// Asks until the answer is of this verdict: it listens before it has taken up its work.
async fn until(verdict: Verdict, asked: &PrometheusCheck) -> ProbeResult {
    let mut last = None;
    for _ in 0..1_000 {
        let result = probe(asked.clone(), 20_000).await;
        if result.verdict == verdict {
            return result;
        }
        last = Some(result);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it goes on like this: {last:?}");
}

async fn ready(server: &Server) {
    until(Verdict::Ok, &query(server, "vector(1)")).await;
}

#[tokio::test]
async fn what_it_answers_is_judged() {
    let server = Server::prometheus(ITSELF, "");
    ready(&server).await;
    let shop = |number: &str| format!(r#"label_replace(vector({number}), "job", "shop", "", "")"#);
    for (asked, verdict, words) in [
        ("1".to_owned(), Verdict::Ok, ""),
        (shop("1.5"), Verdict::Ok, ""),
        (shop("2.5"), Verdict::Degraded, r#"{job="shop"} is 2.5: it should be 1 to 2"#),
        (shop("0.5"), Verdict::Fail, r#"{job="shop"} is 0.5: it should be 1 to 2"#),
        (format!("{} or vector(9)", shop("1")), Verdict::Fail, "the result is 9"),
        ("vector(1/0)".to_owned(), Verdict::Fail, "is +Inf"),
        ("vector(0/0)".to_owned(), Verdict::Unknown, "is NaN, which is no number"),
        ("nobody_counts_this".to_owned(), Verdict::Unknown, "gives nothing"),
        ("absent(nobody_counts_this)".to_owned(), Verdict::Ok, ""),
    ] {
        let result = probe(query(&server, &asked), 20_000).await;
        assert_eq!(result.verdict, verdict, "{asked}: {result:?}");
        assert!(told(&result).contains(words), "{asked}: {result:?}");
    }
    let nothing = PrometheusCheck { empty: Verdict::Fail, ..query(&server, "nobody_counts_this") };
    assert_eq!(probe(nothing, 20_000).await.verdict, Verdict::Fail);
    for (asked, words) in [
        ("sum(", "cannot answer the query: bad_data"),
        ("up[5m]", "ranges of samples"),
        ("\"text\"", "gives a string"),
    ] {
        is_unread(&probe(query(&server, asked), 20_000).await, words);
    }
}

#[tokio::test]
async fn what_it_scraped_is_named_by_its_labels() {
    let server = Server::prometheus(ITSELF, "");
    ready(&server).await;
    let asked = PrometheusCheck { empty: Verdict::Ok, ..query(&server, "up * 0") };
    let result = until(Verdict::Fail, &asked).await;
    let named = format!("{{instance=\"{}\",job=\"itself\"}} is 0", server.address);
    assert!(told(&result).starts_with(&named), "{result:?}");
}

#[tokio::test]
async fn one_that_is_silent_slow_or_gone_says_nothing() {
    let mut server = Server::prometheus("", "");
    ready(&server).await;
    let asked = query(&server, "vector(1)");
    server.freeze();
    is_unread(&probe(asked.clone(), 300).await, "Prometheus cannot be read");
    server.thaw_in(Duration::from_millis(400));
    assert_eq!(probe(asked.clone(), 20_000).await.verdict, Verdict::Ok, "late, and in time");
    server.end();
    is_unread(&probe(asked, 20_000).await, "refused the connection");
}

#[tokio::test]
async fn one_with_a_password_lets_in_who_has_it() {
    let server = Server::prometheus("", WITH_PASSWORD);
    let with = |password: &str| {
        let password = Secret::typed(password);
        let sign_in = Some(SignIn::Basic { user: "probe".to_owned(), password });
        PrometheusCheck { sign_in, ..query(&server, "vector(1)") }
    };
    is_unread(&probe(query(&server, "vector(1)"), 20_000).await, "the status is 401");
    is_unread(&probe(with("hunter3-hunter3"), 20_000).await, "the status is 401");
    until(Verdict::Ok, &with("hunter2-hunter2")).await;
}
