//! The API as a command asks it: over the network where `ALLCLEAR_URL` says so, else the same
//! handlers on the database itself, which no server may hold meanwhile.

use std::sync::Arc;
use std::time::Duration;

use allclear_checks::proposals::Looker;
use allclear_domain::audit::Actor;
use allclear_domain::{Access, Clock, Entropy, Scope, SystemClock};
use allclear_people::Passwords;
use allclear_store::{InstanceLock, Store};
use allclear_web::{App, Published, Publisher, api};
use anyhow::{Context, Result, anyhow, bail};
use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::request::escaped;
use crate::settings::{Remote, Settings};
use crate::{probing, secret_keys};

/// How long a server may take to answer.
const DEADLINE: Duration = Duration::from_secs(30);
/// Bytes of an answer; a longer one is refused.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Something that the API did not do.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct Refusal {
    status: u16,
    detail: String,
}

impl Refusal {
    /// Whether a guard refused: a missing right, a state, a version.
    pub(crate) const fn is_of_a_guard(&self) -> bool {
        matches!(self.status, 401 | 403 | 409 | 412 | 428)
    }

    /// Whether there is no such thing.
    pub(super) const fn is_of_nothing(&self) -> bool {
        self.status == 404
    }
}

/// Where requests go.
pub(super) struct Api {
    way: Way,
    entropy: Arc<Entropy>,
}

enum Way {
    Server { client: Box<Client<HttpsConnector<HttpConnector>, Body>>, remote: Remote },
    Database { app: Box<App>, access: Access, _lock: Option<InstanceLock> },
}

impl Api {
    /// To write: on the database only where no server holds it.
    pub(super) async fn to_write(settings: &Settings) -> Result<Self> {
        if let Some(remote) = &settings.remote {
            return Self::of_server(remote);
        }
        let opened = crate::commands::open_to_write(settings).await;
        let (store, lock) = opened.context(
            "nothing was written. Where a server runs, say where with ALLCLEAR_URL and \
             ALLCLEAR_TOKEN",
        )?;
        Self::of_store(store, lock).await
    }

    /// To read, also beside a server.
    pub(super) async fn to_read(settings: &Settings) -> Result<Self> {
        if let Some(remote) = &settings.remote {
            return Self::of_server(remote);
        }
        let store = Store::open_existing(&settings.location).await?;
        Self::of_store(secret_keys::with_keys(store, settings), None).await
    }

    /// To have addresses looked at: by the server, or from this machine.
    pub(super) async fn to_look(settings: &Settings) -> Result<Self> {
        let mut api = Self::to_read(settings).await?;
        if let Way::Database { app, .. } = &mut api.way {
            app.looker = Looker::new(probing::prober(&settings.probes, Arc::new(SystemClock))?);
        }
        Ok(api)
    }

    fn of_server(remote: &Remote) -> Result<Self> {
        if remote.token.is_empty() {
            bail!(
                "no token for {}: set ALLCLEAR_TOKEN, as `allclear token create` prints it",
                remote.url
            );
        }
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let way = Way::Server { client: Box::new(client), remote: remote.clone() };
        Ok(Self { way, entropy: Arc::new(Entropy::from_system()) })
    }

    async fn of_store(store: Store, lock: Option<InstanceLock>) -> Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy = Arc::new(Entropy::from_system());
        let published = Published::empty();
        let publisher = Publisher::new(store.clone(), clock.clone(), published.clone());
        // Statuses of components follow from everything that is published.
        publisher.run_once(clock.now()).await?;
        let app = App {
            store,
            clock,
            entropy: entropy.clone(),
            passwords: Passwords::default(),
            attempts: Arc::default(),
            signals: Arc::default(),
            #[cfg(feature = "passkeys")]
            passkeys: Arc::default(),
            published,
            nudge: publisher.nudge(),
            watch: Arc::default(),
            looker: Default::default(),
            expiry: Default::default(),
            figures: Default::default(),
            entrance: Arc::default(),
        };
        // Whoever may write to the database may do everything.
        let access = Access {
            actor: Actor::Command("cli".to_owned()),
            name: "command".to_owned(),
            scopes: Scope::ALL.into_iter().collect(),
        };
        Ok(Self { way: Way::Database { app: Box::new(app), access, _lock: lock }, entropy })
    }

    /// Looks.
    pub(super) async fn get(&mut self, path: &str) -> Result<Value> {
        self.ask("GET", path, None, None).await
    }

    /// Does something, once: a key says so.
    pub(super) async fn post(&mut self, path: &str, body: Value) -> Result<Value> {
        let key = new_key(&self.entropy);
        self.ask("POST", path, Some(body), Some(key)).await
    }

    /// Asks for something that is not written, and so needs no key.
    pub(super) async fn look(&mut self, path: &str, body: Value) -> Result<Value> {
        self.ask("POST", path, Some(body), None).await
    }

    /// Puts something in the place of what is there.
    pub(super) async fn put(&mut self, path: &str, body: Value) -> Result<Value> {
        self.ask("PUT", path, Some(body), None).await
    }

    /// The database, where that is what is asked.
    pub(super) fn store(&self) -> Option<&Store> {
        match &self.way {
            Way::Database { app, .. } => Some(&app.store),
            Way::Server { .. } => None,
        }
    }

    /// Removes something.
    pub(super) async fn delete(&mut self, path: &str) -> Result<()> {
        self.ask("DELETE", path, None, None).await.map(|_| ())
    }

    /// Everything of a list, slice by slice.
    pub(super) async fn list(&mut self, path: &str) -> Result<Vec<Value>> {
        let (mut items, mut next) = (Vec::new(), path.to_owned());
        loop {
            let mut slice = self.get(&next).await?;
            if let Some(found) = slice.get_mut("items").and_then(Value::as_array_mut) {
                items.append(found);
            }
            let Some(cursor) = slice["next_cursor"].as_str() else { return Ok(items) };
            next = format!("{path}&cursor={}", escaped(cursor));
        }
    }

    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
        key: Option<String>,
    ) -> Result<Value> {
        let mut request = Request::builder().method(method);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = match body.filter(|body| !body.is_null()) {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let response = match &self.way {
            Way::Database { app, access, .. } => {
                let request = request.uri(path).body(body)?;
                api::ask_locally(app.as_ref().clone(), access.clone(), request).await
            }
            Way::Server { client, remote } => {
                let request = request
                    .uri(format!("{}{path}", remote.url))
                    .header("authorization", format!("Bearer {}", remote.token))
                    .body(body)?;
                let answered = tokio::time::timeout(DEADLINE, client.request(request)).await;
                let answered = answered.map_err(|_| anyhow!("{} does not answer", remote.url))?;
                let unreachable = || format!("{} cannot be reached", remote.url);
                answered.with_context(unreachable)?.map(Body::new)
            }
        };
        read(response).await
    }

    /// Closes what is open.
    pub(super) async fn close(self) {
        if let Way::Database { app, .. } = self.way {
            app.store.close().await;
        }
    }
}

/// A key of its own for each request.
fn new_key(entropy: &Entropy) -> String {
    entropy.bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn read(response: Response<Body>) -> Result<Value> {
    let (head, body) = response.into_parts();
    let whole = Limited::new(body, ANSWER_BYTES_MAX).collect();
    let whole = tokio::time::timeout(DEADLINE, whole).await.context("the answer took too long")?;
    let bytes = whole.map_err(|error| anyhow!("the answer broke off: {error}"))?.to_bytes();
    let json: Option<Value> = serde_json::from_slice(&bytes).ok();
    let status = head.status.as_u16();
    if status == 204 {
        return Ok(Value::Null);
    }
    if head.status.is_success() {
        return json.ok_or_else(|| anyhow!("the answer is not JSON: is ALLCLEAR_URL right?"));
    }
    match json.as_ref().and_then(|json| json["detail"].as_str()) {
        Some(detail) => bail!(Refusal { status, detail: detail.to_owned() }),
        None => bail!("the server answered {status}: is ALLCLEAR_URL right?"),
    }
}
