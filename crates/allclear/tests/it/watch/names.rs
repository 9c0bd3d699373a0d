//! A shop at the names of its customers: one of them dies, and exactly that one is told. Real questions to a name
//! server made of bytes, real requests, a turned clock.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use allclear_checks::kinds::NetProber;
use allclear_domain::check::VantagePoint;
use allclear_domain::{Access, Scope};
use allclear_net::{AddressRules, Net, Resolver, TlsClient, Trust};
use allclear_people::tokens::{self, NewToken};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UdpSocket;

use super::*;
use crate::support::program::{Program, Reply};
use crate::support::stdout;

/// The names that are dark.
type Dark = Arc<Mutex<HashSet<String>>>;

/// A name server by which every name is at an address of this machine.
async fn name_server(address: Ipv4Addr) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut question = [0; 1_024];
        while let Ok((length, from)) = socket.recv_from(&mut question).await {
            let asked = &question[..length];
            // Behind the head: the name, its type and its class.
            let end = 12 + asked[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
            let is_a = asked[end - 4..end - 2] == [0, 1];
            let mut answer = asked[..2].to_vec();
            answer.extend([0x81, 0x80, 0, 1, 0, u8::from(is_a), 0, 0, 0, 0]);
            answer.extend(&asked[12..end]);
            if is_a {
                answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
                answer.extend(address.octets());
            }
            socket.send_to(&answer, from).await.unwrap();
        }
    });
    at
}

/// A website at every name; one that is dark ends the connection.
async fn website(address: Ipv4Addr, dark: Dark) -> u16 {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let dark = dark.clone();
            tokio::spawn(async move {
                let (mut asked, mut part) = (String::new(), [0; 1_024]);
                while !asked.contains("\r\n\r\n") {
                    match stream.read(&mut part).await {
                        Ok(read) if read > 0 => {
                            asked.push_str(&String::from_utf8_lossy(&part[..read]));
                        }
                        _ => return,
                    }
                }
                let host = asked.lines().find_map(|line| line.strip_prefix("host: "));
                let name = host.unwrap_or_default().split(':').next().unwrap_or_default();
                if !dark.lock().unwrap().contains(name) {
                    let answer =
                        b"HTTP/1.1 301 Moved\r\nlocation: /de\r\ncontent-length: 0\r\n\r\n";
                    stream.write_all(answer).await.ok();
                }
            });
        }
    });
    port
}

async fn program(instance: &Instance) -> Program {
    let actor = Actor::Command("test".to_owned());
    let scopes: std::collections::BTreeSet<_> = Scope::ALL.into_iter().collect();
    let by = Access { actor: actor.clone(), name: "test".to_owned(), scopes: scopes.clone() };
    let entropy = Entropy::from_system();
    let change = Change { actor: &actor, entropy: &entropy, now: NOON.parse().unwrap() };
    let new = NewToken { name: "test", scopes, expires_at: None };
    let (_, secret) = tokens::create(instance.store(), new, &by, change).await.unwrap();
    Program::at(instance.address(), secret.reveal())
}

struct Shop {
    program: Program,
    clock: TurnedClock,
    fresh: Fresh,
    instance: Instance,
    dark: Dark,
}

const NAMES: &str = "/api/v1/checks/customers/names";

/// Why the last round did not simply work.
fn told(check: &Value) -> &str {
    check["vantage_points"][0]["last_probe"]["reason"]["told"].as_str().unwrap_or_default()
}

impl Shop {
    async fn open(engine: Engine, number: u8) -> Self {
        let (address, dark) = (Ipv4Addr::new(127, 77, 7, number), Dark::default());
        let port = website(address, dark.clone()).await;
        let resolver = Resolver::asking(&[name_server(address).await]).unwrap();
        let (fresh, clock) = (Fresh::on(engine), TurnedClock::at(NOON.parse().unwrap()));
        let net = Net::new(AddressRules::allowing(vec!["127.0.0.0/8".parse().unwrap()]), resolver);
        let trust = Trust::public_and(b"").unwrap();
        let tls = TlsClient::new(&trust, None, Arc::new(clock.clone())).unwrap();
        let prober = Arc::new(NetProber::new(net, tls, VantagePoint::core()));
        let conditions = Conditions { prober, ..conditions(&clock) };
        let instance = Instance::start(fresh.store().await, conditions).await.unwrap();
        let shop = Self { program: program(&instance).await, clock, fresh, instance, dark };
        let kind = json!({"names": {"scheme": "http", "port": port, "period_seconds": 60}});
        let new = json!({"name": "Customers", "kind": kind, "deadline_ms": 5_000});
        let made = shop.program.ask("POST", "/api/v1/checks", Some(new)).await;
        assert_eq!(made.status, 201, "{:#}", made.json);
        let pace = (&made.json["interval_seconds"], &made.json["patience"]["fail_after"]);
        assert_eq!(pace, (&json!(10), &json!(1)));
        let check = shop.until("a first round", |check| !told(check).is_empty()).await;
        assert!(told(&check).starts_with("there are no names to ask"), "{check:#}");
        shop
    }

    async fn put(&self, names: &[String], query: &str, version: &str) -> Reply {
        let body = Some(json!({ "names": names }));
        self.program.ask_at("PUT", &format!("{NAMES}{query}"), body, version).await
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..LOOKS {
            let check = self.program.get("/api/v1/checks/customers").await.json;
            if is_so(&check) {
                return check;
            }
            self.clock.turn(SignedDuration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        panic!("{what} never comes: {:#}", self.program.get(NAMES).await.json);
    }

    /// What the command about names says, on the database itself once no server holds it.
    async fn stopped(self) -> impl Fn(&[&str]) -> String {
        let Self { fresh, instance, .. } = self;
        instance.stop().await;
        move |arguments| {
            let command = ["check", "names", "customers"];
            stdout(&fresh.command().args(command).args(arguments).output().unwrap())
        }
    }
}

#[tokio::test]
async fn a_name_of_a_customer_dies_and_exactly_that_one_is_told() {
    for (number, engine) in (40..).zip(Engine::ALL) {
        let shop = Shop::open(engine, number).await;
        let names: Vec<String> = (0..24).map(|n| format!("Shop{n}.example.com")).collect();
        let set = shop.put(&names, "", "").await;
        assert_eq!((set.status, &set.json), (200, &json!({"added": 24, "removed": 0, "kept": 0})));
        assert_eq!(set.headers["etag"], "\"v1\"");
        let refused = shop.put(&names[..5], "", "").await;
        assert_eq!((refused.status, &refused.json["type"]), (409, &json!("invalid-transition")));
        assert!(refused.json["detail"].as_str().unwrap().contains("shrink"), "{:#}", refused.json);
        assert_eq!(shop.put(&names, "", "\"v7\"").await.status, 412);
        let wild = ["*.example.com".to_owned()];
        assert_eq!(shop.put(&wild, "?shrink=true", "").await.status, 422);
        shop.until("all of them", |check| check["believed"] == "ok").await;

        shop.dark.lock().unwrap().insert("shop7.example.com".to_owned());
        let check = shop.until("the one", |check| check["believed"] == "degraded").await;
        let wanted = "1 of 24 names fails: shop7.example.com (the connection ended";
        assert!(told(&check).starts_with(wanted), "{check:#}");
        let failing = shop.program.get(&format!("{NAMES}?state=failing")).await;
        assert_eq!((&failing.json["failing"], &failing.json["total"]), (&json!(1), &json!(24)));
        assert_eq!(failing.json["items"][0]["name"], "shop7.example.com");
        assert!(failing.json["items"][0]["since"].is_string());
        let page = shop.program.get(&format!("{NAMES}?limit=20")).await.json;
        let rest = format!("{NAMES}?cursor={}", page["next_cursor"].as_str().unwrap());
        let rest = shop.program.get(&rest).await.json;
        assert_eq!(rest["items"].as_array().unwrap().len(), 4);
        assert!(rest["next_cursor"].is_null());

        shop.dark.lock().unwrap().clear();
        shop.until("its end", |check| check["believed"] == "ok").await;
        let gone = shop.put(&names[..5], "?shrink=true", "\"v1\"").await;
        assert_eq!(
            (gone.status, &gone.json),
            (200, &json!({"added": 0, "removed": 19, "kept": 5}))
        );
        shop.instance.stop().await;
    }
}

#[tokio::test]
async fn the_command_sets_and_tells_names() {
    let shop = Shop::open(Engine::Sqlite, 45).await;
    shop.put(&["a.example.com".to_owned(), "b.example.com".to_owned()], "", "").await;
    shop.until("both", |check| check["believed"] == "ok").await;
    let file = shop.fresh.folder.path().join("names.txt");
    std::fs::write(&file, "a.example.com # one\nc.example.com\n").unwrap();
    let shop = shop.stopped().await;
    assert_eq!(shop(&["--set", file.to_str().unwrap()]), "1 added, 1 removed, 1 kept\n");
    let told = shop(&["--state", "untried"]);
    assert!(told.starts_with("2 names: untried 1, ok 1\nc.example.com  untried  -  -"), "{told}");
    let json: Value = serde_json::from_str(&shop(&["--json"])).unwrap();
    assert_eq!((&json["ok"], &json["items"]), (&json!(1), &json!([])));
}
