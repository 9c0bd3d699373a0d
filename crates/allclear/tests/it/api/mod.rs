//! The API: what programs can do, and what happens where two of them do it at once.

mod again;
mod checks;
mod clients;
mod commands;
mod contract;
mod created;
mod expiries;
mod groups;
mod heartbeats;
mod imports;
mod limits;
mod nouns;
mod proposals;
mod samples;
mod schema;

use allclear::instance::{Conditions, Instance};
use allclear_domain::audit::Actor;
use allclear_domain::{Access, Change, Entropy, Scope, TurnedClock};
use allclear_people::tokens::{self, NewToken};
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::support::{Engine, Fresh, conditions};

const NOON: &str = "2026-11-21T12:00:00Z";

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    /// `null` where it is none.
    json: Value,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The answer, where it has the status.
    fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.json);
        self
    }

    fn kind(&self) -> &str {
        self.json["type"].as_str().unwrap_or_default()
    }

    fn id(&self) -> &str {
        self.json["id"].as_str().unwrap()
    }
}

/// A running instance with one status page and two components, and a program with a token.
struct Program {
    _fresh: Fresh,
    clock: TurnedClock,
    instance: Instance,
    client: Client<HttpConnector, Body>,
    token: String,
}

impl Program {
    async fn on(engine: Engine) -> Self {
        Self::under(engine, |_| {}).await
    }

    /// The same, under other conditions.
    async fn under(engine: Engine, change: impl FnOnce(&mut Conditions)) -> Self {
        let fresh = Fresh::on(engine);
        let clock = TurnedClock::at(NOON.parse().unwrap());
        let mut conditions = conditions(&clock);
        change(&mut conditions);
        let instance = Instance::start(fresh.store().await, conditions).await.unwrap();
        let token = token(&instance, &Scope::ALL).await;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let program = Self { _fresh: fresh, clock, instance, client, token };
        let page = json!({"title": "Example Shop", "timezone": "Europe/Berlin"});
        program.post("/api/v1/status-pages", page).await.expect(201);
        for name in ["Checkout", "Search"] {
            program.post("/api/v1/components", json!({"name": name})).await.expect(201);
        }
        program
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let uri = format!("http://{}{path}", self.instance.address());
        let mut request = Request::builder().method(method).uri(uri);
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let response = self.client.request(request.unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: head.status.as_u16(), headers: head.headers, json, text }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, &[], Some(body)).await
    }

    async fn patch(&self, path: &str, version: &str, body: Value) -> Answer {
        self.ask("PATCH", path, &[("if-match", version)], Some(body)).await
    }
}

/// A token of an instance, with these scopes.
async fn token(instance: &Instance, scopes: &[Scope]) -> String {
    let actor = Actor::Command("test".to_owned());
    let by = Access {
        actor: actor.clone(),
        name: "test".to_owned(),
        scopes: Scope::ALL.into_iter().collect(),
    };
    let entropy = Entropy::from_system();
    let change = Change { actor: &actor, entropy: &entropy, now: NOON.parse().unwrap() };
    let new = NewToken { name: "test", scopes: scopes.iter().copied().collect(), expires_at: None };
    let (_, secret) = tokens::create(instance.store(), new, &by, change).await.unwrap();
    secret.reveal().to_owned()
}
