//! A program that calls the API with a token.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body; `null` where there is none.
    pub(crate) json: Value,
}

/// One program.
#[derive(Clone)]
pub(crate) struct Program {
    client: Client<HttpConnector, Body>,
    base: String,
    token: String,
}

impl Program {
    /// One with a token; an empty one is not sent.
    pub(crate) fn at(address: SocketAddr, token: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            base: format!("http://{address}"),
            token: token.to_owned(),
        }
    }

    /// What opens the API to it.
    pub(crate) fn secret(&self) -> &str {
        &self.token
    }

    /// Asks for something, with or without a body.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.ask_at(method, path, body, "").await
    }

    /// The same, for something that is at a version; an empty one is not sent.
    pub(crate) async fn ask_at(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        version: &str,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if !version.is_empty() {
            request = request.header(IF_MATCH, version);
        }
        if !self.token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {}", self.token));
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        let response = self.client.request(request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                panic!("{method} {path}: {error}: {}", String::from_utf8_lossy(&bytes))
            })
        };
        Reply { status: head.status.as_u16(), headers: head.headers, json }
    }

    /// Looks at something.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, None).await
    }
}
