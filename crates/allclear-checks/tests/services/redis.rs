//! Redis.

use std::path::Path;
use std::process::Command;

use allclear_domain::Secret;
use allclear_domain::check::SignIn;

use super::server::installed;
use super::*;

/// A server with these further words.
fn redis(words: &[&str]) -> Server {
    Server::start(
        |_| {},
        |folder, address| {
            let (port, host) = (address.port().to_string(), address.ip().to_string());
            command(folder, &[&["--port", &port, "--bind", &host], words].concat())
        },
    )
}

/// One that speaks TLS, with a certificate of this authority.
fn redis_over_tls(authority: &Authority) -> Server {
    Server::start(
        |folder| authority.certify(folder),
        |folder, address| {
            let (port, host) = (address.port().to_string(), address.ip().to_string());
            let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
            let (chain, key) = (file("chain.pem"), file("key.pem"));
            let words =
                ["--port", "0", "--tls-port", &port, "--bind", &host, "--tls-cert-file", &chain];
            let more = ["--tls-key-file", &key, "--tls-auth-clients", "no"];
            command(folder, &[&words[..], &more, &["--tls-ca-cert-file", &chain]].concat())
        },
    )
}

fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(installed("ALLCLEAR_TEST_REDIS"));
    command.args(words).args(["--save", "", "--dir"]).arg(folder);
    command
}

#[tokio::test]
async fn a_server_that_answers_works() {
    let server = redis(&[]);
    let check = ServiceCheck { expect: contains("PONG"), ..of(&server, Protocol::Redis) };
    assert!(works(check).await.contains("+PONG"));
}

#[tokio::test]
async fn one_with_a_password_has_answered() {
    let server = redis(&["--requirepass", "hunter2hunter2"]);
    let check = of(&server, Protocol::Redis);
    assert!(works(check.clone()).await.contains("asks for a password"));
    let check = ServiceCheck { expect: contains("PONG"), ..check };
    fails(check, ReasonCode::Assertion, "NOAUTH").await;
}

#[tokio::test]
async fn who_knows_the_password_is_let_in() {
    let server = redis(&[
        "--requirepass",
        "hunter2hunter2",
        "--user",
        "monitor",
        "on",
        ">hunter3hunter3",
        "+ping",
    ]);
    let with = |user: &str, password: &str| {
        let (user, password) = (user.to_owned(), Secret::typed(password));
        let sign_in = Some(SignIn::Basic { user, password });
        ServiceCheck { sign_in, expect: contains("PONG"), ..of(&server, Protocol::Redis) }
    };
    for (user, password) in [("default", "hunter2hunter2"), ("monitor", "hunter3hunter3")] {
        let said = works(with(user, password)).await;
        assert!(said.contains("AUTH of") && !said.contains("hunter"), "{said}");
        fails(with(user, "hunter4hunter4"), ReasonCode::Status, "WRONGPASS").await;
    }
}

#[tokio::test]
async fn one_that_lost_its_master_fails_with_its_words() {
    let words = ["--replicaof", "127.0.0.1", "9", "--replica-serve-stale-data", "no"];
    let server = redis(&words);
    fails(of(&server, Protocol::Redis), ReasonCode::Status, "MASTERDOWN").await;
}

#[tokio::test]
async fn one_over_tls_has_to_be_trusted() {
    let authority = Authority::new("Example Root");
    let server = redis_over_tls(&authority);
    let check = ServiceCheck { security: Security::Tls, ..of(&server, Protocol::Redis) };
    let result = probe_by(&authority, check.clone(), 20_000, None).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(result.certificate_ends_at.is_some() && said(&result).contains("TLS 1.3"));
    fails(check, ReasonCode::Tls, "no authority that is trusted").await;
    fails(of(&server, Protocol::Redis), ReasonCode::Broken, "").await;
}

#[tokio::test]
async fn one_that_stands_still_is_missed() {
    is_missed(redis(&[]), Protocol::Redis).await;
}
