//! The kinds `http`, `tls` and `tcp` within TLS, and `service` where it speaks with servers of mail, against nginx: right, wrong, slow and broken; `tls`
//! against PostgreSQL, too, and `command` with programs that look at nginx.
//!
//! `cargo xtask test` installs nginx and says where it is.

#![cfg(test)]

mod certificates;
mod held;
mod mail;
mod outage;
mod plugins;
mod postgres;
mod server;
mod tcps;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use allclear_checks::Prober;
use allclear_checks::kinds::NetProber;
use allclear_domain::Entropy;
use allclear_domain::check::{
    Assertion, Check, CheckKind, Header, HttpCheck, HttpVersion, JsonTest, JsonValue, Method,
    ProbeResult, ReasonCode, StatusRange, TextTest, VantagePoint, Verdict,
};
use allclear_domain::clock::{Clock, TurnedClock};
use allclear_domain::ids::CheckId;
use allclear_net::{AddressRules, Net, Resolver, TlsClient, Trust};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::net::TcpSocket;

use self::server::{Nginx, Served};

const NOON: &str = "2026-06-15T12:00:00Z";
const NAME: &str = "shop.example.com";

/// A server, and what looks at it.
struct Rig {
    nginx: Nginx,
    clock: TurnedClock,
    prober: NetProber,
}

impl Rig {
    fn new(served: Served, locations: &str) -> Self {
        Self::of(Nginx::start(NAME, served, locations))
    }

    fn of(nginx: Nginx) -> Self {
        let clock = TurnedClock::at(NOON.parse().unwrap());
        let trust = Trust::only(nginx.root_pem().as_bytes()).unwrap();
        let tls = TlsClient::new(&trust, None, Arc::new(clock.clone())).unwrap();
        let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
        let net = Net::new(rules, Resolver::asking(&[]).unwrap());
        let prober = NetProber::new(net, tls, VantagePoint::core());
        Self { nginx, clock, prober }
    }

    /// A check of an address of the server, over TLS.
    fn check(&self, path: &str) -> HttpCheck {
        let address: SocketAddr = self.nginx.address;
        HttpCheck {
            redirects_max: 3,
            connect_to: Some(address.ip()),
            ..HttpCheck::of(format!("https://{NAME}:{}{path}", address.port()))
        }
    }

    async fn probe(&self, check: HttpCheck) -> ProbeResult {
        self.probe_within(check, 10_000).await
    }

    async fn probe_within(&self, check: HttpCheck, deadline_ms: u32) -> ProbeResult {
        let check = Arc::new(check_of(&check.into(), deadline_ms));
        self.prober.probe(check, self.clock.now()).await
    }

    /// That a check fails, for this reason and in these words.
    async fn fails(&self, check: HttpCheck, code: ReasonCode, told: &str) {
        let result = self.probe(check).await;
        let reason = result.reason.clone().unwrap_or_else(|| panic!("it works: {result:?}"));
        assert_eq!((result.verdict, reason.code), (Verdict::Fail, code), "{result:?}");
        assert!(reason.told.contains(told), "{reason:?}");
    }

    /// What a failing probe leaves to look at.
    async fn evidence(&self, check: HttpCheck) -> String {
        said(&self.probe(check).await)
    }

    async fn works(&self, check: HttpCheck) -> String {
        let result = self.probe(check).await;
        assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
        let phases = result.phases;
        assert!(phases.connect_us.is_some() && phases.tls_us.is_some(), "{phases:?}");
        assert!(phases.first_byte_us.is_some() && phases.transfer_us.is_some(), "{phases:?}");
        said(&result)
    }
}

/// A check of this kind: everything else is as it is where nobody says anything.
fn check_of(kind: &CheckKind, deadline_ms: u32) -> Check {
    let now: Timestamp = NOON.parse().unwrap();
    let id: CheckId = Entropy::from_seed(1).id(now);
    let check = json!({
        "id": id,
        "key": "shop",
        "name": "Shop",
        "kind": kind,
        "interval_seconds": 10,
        "deadline_ms": deadline_ms,
        "patience": { "fail_after": 2, "recover_after": 2, "stable_for_seconds": 60 },
        "created_at": now,
    });
    serde_json::from_value(check).unwrap()
}

fn said(result: &ProbeResult) -> String {
    let lines: Vec<&str> = result.exchange.lines.iter().map(|line| line.text.as_str()).collect();
    lines.join("\n")
}

fn finds(path: &str, test: JsonTest) -> Assertion {
    Assertion::Json { path: path.to_owned(), test }
}

const HEALTH: &str = r#"
    location = /health {
      default_type application/json;
      add_header Set-Cookie "session=hunter2hunter2";
      return 200 '{"status": "UP", "load": 0.9, "queue": []}';
    }"#;

#[tokio::test]
async fn a_server_that_is_right_works_in_both_versions() {
    let rig = Rig::new(Served::Chain, HEALTH);
    for (version, line) in [
        (HttpVersion::Offered, "HTTP/2.0 200 OK"),
        (HttpVersion::Http2, "HTTP/2.0 200 OK"),
        (HttpVersion::Http1, "HTTP/1.1 200 OK"),
    ] {
        let mut check = rig.check("/health");
        check.version = version;
        check.headers =
            vec![Header { name: "authorization".to_owned(), value: "Bearer 123456".to_owned() }];
        check.assertions = vec![
            Assertion::Header {
                name: "content-type".to_owned(),
                test: TextTest::Contains("json".to_owned()),
            },
            finds("$.status", JsonTest::Is(JsonValue::Text("UP".to_owned()))),
            finds("$.load", JsonTest::MoreThan(0.5)),
            finds("$.queue[*]", JsonTest::Exists(false)),
        ];
        let said = rig.works(check).await;
        assert!(said.contains(line), "{said}");
        assert!(said.contains("TLS 1.3, 2 certificates served"), "{said}");
        assert!(!said.contains("hunter2") && !said.contains("123456"), "{said}");
    }
    let mut check = rig.check("/health");
    check.method = Method::Head;
    rig.works(check).await;
    let mut check = rig.check("/health");
    check.url = format!("http://{}/health", rig.nginx.plain);
    check.version = HttpVersion::Http2;
    let result = rig.probe(check).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert!(result.phases.tls_us.is_none() && said(&result).contains("HTTP/2.0 200 OK"));
}

#[tokio::test]
async fn a_server_that_is_wrong_fails_with_what_was_found() {
    let rig = Rig::new(Served::Chain, HEALTH);
    rig.fails(rig.check("/nothing"), ReasonCode::Status, "the status is 404 Not Found").await;
    let mut check = rig.check("/health");
    check.assertions = vec![finds("$.load", JsonTest::LessThan(0.5))];
    rig.fails(check, ReasonCode::Assertion, "$.load finds 0.9: it should be less than 0.5").await;
    let mut check = rig.check("/health");
    check.statuses = vec![StatusRange { from: 500, to: 599 }];
    rig.fails(check, ReasonCode::Status, "the status is 200 OK, not 500 to 599").await;
}

#[tokio::test]
async fn a_server_that_drips_is_left_at_the_deadline() {
    let rig = Rig::new(
        Served::Chain,
        "location /files/ { root FOLDER; limit_rate_after 2k; limit_rate 10; }",
    );
    rig.nginx.write("files/slow", &[b'x'; 100_000]);
    for version in [HttpVersion::Http1, HttpVersion::Http2] {
        let mut check = rig.check("/files/slow");
        check.version = version;
        let result = rig.probe_within(check, 1_000).await;
        let reason = result.reason.clone().unwrap();
        assert_eq!((result.verdict, reason.code), (Verdict::Fail, ReasonCode::TimedOut));
        assert!(reason.told.contains("was not whole in time"), "{reason:?}");
        assert!(said(&result).contains("200 OK"), "what came is kept: {result:?}");
    }
}

#[tokio::test]
async fn a_server_whose_backend_breaks_fails() {
    let broken = server::backend(
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 1000\r\n\r\nhalf of it",
    );
    // Bound and without anybody who listens: nobody else can come to listen there.
    let gone = TcpSocket::new_v4().unwrap();
    gone.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let gone_port = gone.local_addr().unwrap().port();
    let locations = format!(
        "location = /half {{ proxy_pass http://127.0.0.1:{broken}; }}
         location = /gone {{ proxy_pass http://127.0.0.1:{gone_port}; }}
         location = /mute {{ return 444; }}
         location = /round {{ return 302 /round; }}
         location /files/ {{ root FOLDER; }}"
    );
    let rig = Rig::new(Served::Chain, &locations);
    rig.nginx.write("files/long", &vec![b'x'; 5_000_000]);
    for version in [HttpVersion::Http1, HttpVersion::Http2] {
        let check = |path| HttpCheck { version, ..rig.check(path) };
        rig.fails(check("/half"), ReasonCode::Broken, "in the middle of the body, after 10").await;
        rig.fails(check("/gone"), ReasonCode::Status, "the status is 502 Bad Gateway").await;
        rig.fails(check("/mute"), ReasonCode::Broken, "before the answer").await;
        rig.fails(check("/round"), ReasonCode::Redirects, "leads on after 3 redirects").await;
        rig.fails(check("/files/long"), ReasonCode::TooLong, "longer than 2097152 bytes").await;
    }
}

#[tokio::test]
async fn a_chain_that_does_not_convince_fails() {
    let rig = Rig::new(Served::OwnAlone, HEALTH);
    rig.fails(rig.check("/health"), ReasonCode::Tls, "or lacks a link").await;
    let evidence = rig.evidence(rig.check("/health")).await;
    assert!(evidence.contains("for shop.example.com, issued by CN=Example Between"), "{evidence}");
    let rig = Rig::new(Served::Strange, HEALTH);
    rig.fails(rig.check("/health"), ReasonCode::Tls, "no authority that is trusted").await;
    let rig = Rig::new(Served::Chain, HEALTH);
    let mut check = rig.check("/health");
    check.url = check.url.replace(NAME, "pay.example.com");
    rig.fails(check, ReasonCode::Tls, "is not for pay.example.com, but for").await;
}

#[tokio::test]
async fn what_is_served_counts_and_not_what_lies_on_the_disk() {
    let rig = Rig::new(Served::Chain, HEALTH);
    rig.works(rig.check("/health")).await;
    rig.clock.turn(SignedDuration::from_hours(24 * 365));
    rig.fails(rig.check("/health"), ReasonCode::Tls, "ended at 2027-01-01T00:00:00Z").await;
    rig.nginx.renew();
    rig.fails(rig.check("/health"), ReasonCode::Tls, "ended at 2027-01-01T00:00:00Z").await;
    rig.nginx.reload();
    for _ in 0..1_000 {
        if rig.probe(rig.check("/health")).await.verdict == Verdict::Ok {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the new certificate is not served");
}
