//! A reader over HTTP, and an instance filled as the demo is.

use allclear::instance::Instance;
use allclear_domain::audit::Actor;
use allclear_domain::{Clock, Entropy, TurnedClock};
use allclear_incidents::history::import;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;

use super::{Engine, Fresh};

/// When it is.
pub(crate) const NOON: &str = "2026-11-20T12:00:00Z";

/// The time that a clock shows.
pub(crate) fn clock_now(clock: &TurnedClock) -> Timestamp {
    clock.now()
}

/// Asks an instance as readers do.
pub(crate) struct Reader {
    client: Client<HttpConnector, Body>,
    base: String,
}

/// What came back.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    headers: HeaderMap,
    /// Its bytes.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Its bytes, as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// A header; empty where it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// An answer that goes on.
pub(crate) struct Listening {
    /// Its status.
    pub(crate) status: u16,
    headers: HeaderMap,
    body: Body,
}

impl Listening {
    /// A header; empty where it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What comes next; `None` where it is over.
    pub(crate) async fn next(&mut self) -> Option<String> {
        let frame = self.body.frame().await?.unwrap();
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    }
}

impl Reader {
    /// A reader of an instance.
    pub(crate) fn of(instance: &Instance) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, base: format!("http://{}", instance.address()) }
    }

    /// Asks with a method and headers.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(Body::empty()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// Asks, and reads on as more comes.
    pub(crate) async fn listen(&self, path: &str, headers: &[(&str, &str)]) -> Listening {
        let mut request = Request::builder().uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(Body::empty()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        Listening { status: head.status.as_u16(), headers: head.headers, body: Body::new(body) }
    }

    /// Asks for a path.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[]).await
    }
}

/// A database with the demo's contents, and a clock that stands at [`NOON`].
pub(crate) async fn filled(engine: Engine) -> (Fresh, TurnedClock) {
    let fresh = Fresh::on(engine);
    let now: Timestamp = NOON.parse().unwrap();
    let entropy = Entropy::from_seed(1);
    let store = fresh.store().await;
    let batches = allclear::demo::batches(&entropy, now).unwrap();
    let actor = Actor::Command("test".to_owned());
    import::write(&store, &batches, &actor, &entropy, now).await.unwrap();
    store.close().await;
    (fresh, TurnedClock::at(now))
}
