//! A provider of our own that says and does what a story wants, right or wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{CLIENT_ID, parameter};

/// What is answered at one path.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Json(Value),
    /// A status of 400, and why.
    Refusal(Value),
    /// A status, and no sense.
    Nonsense(u16),
    /// Nothing, ever.
    Silence,
    /// Ten gigabytes.
    Flood,
}

/// What it does, and what was asked of it.
#[derive(Default)]
struct Script {
    replies: BTreeMap<&'static str, Reply>,
    asked: BTreeMap<String, usize>,
    /// The last request for tokens, as it came.
    last_exchange: String,
}

/// The provider, while it runs.
pub(super) struct Hostile {
    pub(super) issuer: String,
    script: Arc<Mutex<Script>>,
}

/// A key to sign with: the seed is what it is.
pub(super) fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

/// Keys as a provider publishes them.
pub(super) fn keys(named: &[(&str, &Ed25519KeyPair)]) -> Value {
    let key = |(kid, key): &(&str, &Ed25519KeyPair)| {
        let x = BASE64URL_NOPAD.encode(key.public_key().as_ref());
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x })
    };
    json!({ "keys": named.iter().map(key).collect::<Vec<_>>() })
}

/// A token with a head and claims, signed by whatever is given.
pub(super) fn signed(head: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let text = format!("{}.{}", encode(head), encode(claims));
    let signature = BASE64URL_NOPAD.encode(&sign(text.as_bytes()));
    format!("{text}.{signature}")
}

/// A token as it should be: of the first key.
pub(super) fn well_signed(claims: &Value) -> String {
    let head = json!({ "alg": "EdDSA", "typ": "JWT", "kid": "one" });
    signed(&head, claims, |text| key(1).sign(text).as_ref().to_vec())
}

impl Hostile {
    /// One that keeps to the rules for now.
    pub(super) async fn start() -> Self {
        Self::start_over(None).await
    }

    /// The same, with or without TLS.
    pub(super) async fn start_over(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let issuer = format!("{scheme}://localhost:{port}");
        let script = Arc::new(Mutex::new(Script::default()));
        let hostile = Self { issuer, script: script.clone() };
        hostile.reply("/.well-known/openid-configuration", Reply::Json(hostile.metadata()));
        hostile.reply("/jwks", Reply::Json(keys(&[("one", &key(1))])));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let script = script.clone();
                let Some(tls) = tls.clone() else {
                    tokio::spawn(answer(stream, script));
                    continue;
                };
                tokio::spawn(async move {
                    if let Ok(stream) = tls.accept(stream).await {
                        answer(stream, script).await;
                    }
                });
            }
        });
        hostile
    }

    /// What it tells of itself, as it should.
    pub(super) fn metadata(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("/auth"),
            "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/me"),
            "jwks_uri": at("/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA", "none", "HS256"],
        })
    }

    /// Answers like this from now on.
    pub(super) fn reply(&self, path: &'static str, reply: Reply) {
        self.script.lock().unwrap().replies.insert(path, reply);
    }

    /// How often a path was asked for.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.script.lock().unwrap().asked.get(path).copied().unwrap_or_default()
    }

    /// The last request for tokens, as it came.
    pub(super) fn last_exchange(&self) -> String {
        self.script.lock().unwrap().last_exchange.clone()
    }

    /// What it says of Ada to whoever was sent there, as it should.
    pub(super) fn claims(&self, there: &str, now: Timestamp) -> Value {
        json!({
            "iss": self.issuer,
            "sub": "ada",
            "aud": CLIENT_ID,
            "iat": now.as_second(),
            "exp": now.as_second() + 300,
            "nonce": parameter(there, "nonce"),
            "email": "ada@example.com",
            "email_verified": true,
        })
    }

    /// Gives this token for any code.
    pub(super) fn give(&self, id_token: &str) {
        let tokens =
            json!({ "access_token": "access", "token_type": "Bearer", "id_token": id_token });
        self.reply("/token", Reply::Json(tokens));
    }
}

/// Where it sends the browser back to.
pub(super) fn back(there: &str) -> String {
    let state = parameter(there, "state");
    format!("/console/sign-in/provider/back?code=secret-code&state={state}")
}

/// A connection, with or without TLS.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn answer(mut stream: impl Stream, script: Arc<Mutex<Script>>) {
    let Some(request) = read(&mut stream).await else { return };
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let reply = {
        let mut script = script.lock().unwrap();
        *script.asked.entry(path.clone()).or_default() += 1;
        if path == "/token" {
            script.last_exchange = request;
        }
        script.replies.get(path.as_str()).cloned().unwrap_or(Reply::Nonsense(404))
    };
    let head = |status: u16, length: u64| {
        format!(
            "HTTP/1.1 {status} Whatever\r\ncontent-type: application/json\r\nconnection: close\r\n\
             content-length: {length}\r\n\r\n"
        )
    };
    let json = |status: u16, value: &Value| {
        let body = value.to_string();
        format!("{}{body}", head(status, body.len() as u64))
    };
    // Whoever asks may have gone.
    let _ = match reply {
        Reply::Json(value) => stream.write_all(json(200, &value).as_bytes()).await,
        Reply::Refusal(value) => stream.write_all(json(400, &value).as_bytes()).await,
        Reply::Nonsense(status) => {
            stream.write_all(format!("{}<html>", head(status, 6)).as_bytes()).await
        }
        Reply::Silence => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            Ok(())
        }
        Reply::Flood => flood(&mut stream, &head(200, 10_000_000_000)).await,
    };
    let _ = stream.shutdown().await;
}

/// Writes until whoever asked has had enough.
async fn flood(stream: &mut impl Stream, head: &str) -> std::io::Result<()> {
    stream.write_all(head.as_bytes()).await?;
    loop {
        stream.write_all(&[b' '; 64 * 1024]).await?;
    }
}

/// A request: its head, and as much of a body as it says.
async fn read(stream: &mut impl Stream) -> Option<String> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length = head
            .split_once("content-length: ")
            .map_or(0, |(_, rest)| rest.lines().next().unwrap().trim().parse().unwrap());
        if body.len() >= length {
            return Some(text);
        }
    }
}
