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
