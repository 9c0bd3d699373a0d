//! A registry made here, from what RFC 9083 and RFC 9224 say, asked through the guarded way.

use std::net::SocketAddr;
use std::sync::Mutex as Seen;

use allclear_domain::check::VantagePoint;
use allclear_domain::clock::TurnedClock;
use allclear_net::{AddressRules, Net, Resolver, TlsClient, Trust};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::for_tests::at;
use crate::kinds::NetProber;
use crate::prober::{Fetched, Fetching, Probing};

/// What a domain looks like, as section 5.3 has it.
fn domain(events: &serde_json::Value) -> String {
    let vcard = json!([
        "vcard",
        [["version", {}, "text", "4.0"], ["fn", {}, "text", "Example Registrar"],]
    ]);
    let registrar =
        json!({"objectClassName": "entity", "roles": ["registrar"], "vcardArray": vcard});
    let contact = json!({"objectClassName": "entity", "roles": ["registrant"], "handle": "X1"});
    json!({
        "rdapConformance": ["rdap_level_0"],
        "objectClassName": "domain",
        "ldhName": "EXAMPLE.COM",
        "status": ["active"],
        "events": events,
        "entities": [contact, registrar],
    })
    .to_string()
}

/// A server that gives the same answer to everything, and the requests that it got.
async fn registry(status: &str, body: String) -> (SocketAddr, Arc<Seen<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (seen, asked) = (
        Arc::new(Seen::new(Vec::new())),
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
    );
    let requests = seen.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).await.unwrap() == 0 {
                    break;
                }
                request.extend(byte);
            }
            requests.lock().unwrap().push(String::from_utf8(request).unwrap());
            stream.write_all(asked.as_bytes()).await.unwrap();
        }
    });
    (address, seen)
}

fn registries(base: Option<String>) -> Registries {
    let rules = AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
    let net = Net::new(rules, Resolver::asking(&[]).unwrap());
    let clock = Arc::new(TurnedClock::at(at(0)));
    let tls = TlsClient::new(&Trust::public_and(b"").unwrap(), None, clock).unwrap();
    Registries::new(Arc::new(NetProber::new(net, tls, VantagePoint::core())), base)
}

async fn ask(status: &str, body: String) -> Asked {
    let (address, _) = registry(status, body).await;
    registries(Some(format!("http://{address}/rdap/"))).ask("example.com", at(0)).await
}

#[tokio::test]
async fn a_registry_tells_when_a_registration_ends() {
    let events = json!([
        {"eventAction": "registration", "eventDate": "1995-08-14T04:00:00Z"},
        {"eventAction": "expiration", "eventDate": "2027-08-13T04:00:00Z"},
    ]);
    let (address, seen) = registry("200 OK", domain(&events)).await;
    let told = registries(Some(format!("http://{address}/rdap/"))).ask("example.com", at(0)).await;
    let told = told.unwrap();
    assert_eq!(told.ends_at.to_string(), "2027-08-13T04:00:00Z");
    assert_eq!(told.registrar.as_deref(), Some("Example Registrar"));
    let request = seen.lock().unwrap().concat();
    assert!(request.starts_with("GET /rdap/domain/example.com HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("accept: application/rdap+json\r\n"), "{request}");
}

#[tokio::test]
async fn what_is_no_answer_is_told() {
    let events = |date: &str| json!([{"eventAction": "expiration", "eventDate": date}]);
    let told = ask("200 OK", domain(&events("2027-08-13T06:00:00+02:00"))).await.unwrap();
    assert_eq!(told.ends_at.to_string(), "2027-08-13T04:00:00Z");
    let told = ask("200 OK", domain(&events("2027-08-13T04:00:00"))).await.unwrap();
    assert_eq!(told.ends_at.to_string(), "2027-08-13T04:00:00Z", "some leave the zone out");
    for (status, body, why) in [
        ("404 Not Found", String::new(), "knows no domain example.com"),
        ("429 Too Many Requests", String::new(), "too often"),
        ("500 Oops", String::new(), "answered 500"),
        ("200 OK", "<html>".to_owned(), "is not the JSON of RDAP"),
        ("200 OK", r#"{"objectClassName":"entity"}"#.to_owned(), "no domain"),
        ("200 OK", domain(&json!([])).replace("EXAMPLE.COM", "example.net"), "another domain"),
        ("200 OK", domain(&json!([])), "does not tell when"),
        ("200 OK", domain(&events("soon")), "does not tell when"),
    ] {
        let reason = ask(status, body).await.unwrap_err();
        assert!(reason.told.contains(why), "{status}: {reason:?}");
        assert_ne!(reason.code, ReasonCode::Ours);
    }
}

#[tokio::test]
async fn an_address_that_is_not_public_is_not_asked() {
    let base = Some("http://192.168.7.7/rdap".to_owned());
    let reason = registries(base).ask("example.com", at(0)).await.unwrap_err();
    assert_eq!(reason.code, ReasonCode::Forbidden, "{reason:?}");
}

#[test]
fn the_longest_end_says_whom_to_ask() {
    let bootstrap = json!({
        "description": "RDAP bootstrap file for Domain Name System registrations",
        "publication": "2026-01-01T00:00:00Z",
        "services": [
            [["com", "net"], ["http://plain.example/", "https://registry.example/com/"]],
            [["co.example", "XN--P1AI"], ["https://other.example/"]],
        ],
        "version": "1.0",
    });
    let bootstrap: Bootstrap = serde_json::from_value(bootstrap).unwrap();
    let of = |domain| bootstrap.server_of(domain);
    assert_eq!(of("example.com").as_deref(), Some("https://registry.example/com/"));
    assert_eq!(of("shop.co.example").as_deref(), Some("https://other.example/"));
    assert_eq!(of("a.xn--p1ai").as_deref(), Some("https://other.example/"));
    assert_eq!(of("shop.example"), None);
}

/// IANA, as long as it has a list; remembers what it was asked.
#[derive(Default)]
struct Iana {
    list: Seen<Option<String>>,
    asked: Seen<Vec<String>>,
}

impl Prober for Iana {
    fn probe(&self, check: Arc<allclear_domain::Check>, _: Timestamp) -> Probing {
        panic!("{} is probed", check.key)
    }

    fn fetch(&self, fetch: Fetch, _: Timestamp) -> Fetching {
        self.asked.lock().unwrap().push(fetch.url);
        let told = || Reason::new(ReasonCode::Ours, "no network".to_owned());
        let said = self.list.lock().unwrap().clone().ok_or_else(told);
        let said = said.map(|body| Fetched { status: 200, body: body.into_bytes() });
        Box::pin(std::future::ready(said))
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_asked_for_once_in_a_run_and_an_old_one_is_used() {
    let iana = Arc::new(Iana::default());
    let registries = Registries::new(iana.clone(), None);
    let count = || iana.asked.lock().unwrap().len();
    for domain in ["example.com", "example.net"] {
        let reason = registries.server_of(domain, at(0)).await.unwrap_err();
        assert_eq!(reason.told, "no network");
    }
    assert_eq!(count(), 1);
    let list = json!({"services": [[["com"], ["https://registry.example/"]]]});
    *iana.list.lock().unwrap() = Some(list.to_string());
    let server = registries.server_of("example.com", at(60)).await.unwrap();
    assert_eq!((server.as_str(), count()), ("https://registry.example/", 2));
    *iana.list.lock().unwrap() = None;
    let later = at(60 + 2 * 86_400);
    for _ in 0..2 {
        let server = registries.server_of("example.com", later).await.unwrap();
        assert_eq!((server.as_str(), count()), ("https://registry.example/", 3));
    }
}
