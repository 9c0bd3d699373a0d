//! A browser of sorts, for stories that need no rendering: keeps cookies, fills in forms, follows
//! where it is sent. Chromium walks the same ways in `pages`.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Page {
    /// A header as text; empty where it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What stands between two texts, where both are there: the first time.
    pub(crate) fn between(&self, before: &str, after: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found)
    }

    /// The value of the hidden field of that name, of the first form that has one.
    pub(crate) fn hidden(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(&format!("name=\"{name}\" value=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    }
}

/// A text as a form is sent with it.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// One browser, with its cookies.
pub(crate) struct Browser {
    client: Client<HttpConnector, Body>,
    base: String,
    cookies: BTreeMap<String, String>,
    /// Headers that it sends with every request.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Browser {
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            base: format!("http://{address}"),
            cookies: BTreeMap::new(),
            headers: Vec::new(),
        }
    }

    /// Another window of it: the same cookies, and a connection of its own.
    pub(crate) fn again(&self) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            base: self.base.clone(),
            cookies: self.cookies.clone(),
            headers: self.headers.clone(),
        }
    }

    /// Whether it has a cookie.
    pub(crate) fn has_cookie(&self, name: &str) -> bool {
        self.cookies.contains_key(name)
    }

    /// Gives it a cookie.
    pub(crate) fn take_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Its cookies as it sends them.
    pub(crate) fn cookie_line(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Asks, and does not follow.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: Option<String>) -> Page {
        let body = body.map(|body| ("application/x-www-form-urlencoded", body.into_bytes()));
        self.ask_with(method, path, body).await
    }

    async fn ask_with(&mut self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Page {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if !self.cookies.is_empty() {
            request = request.header(COOKIE, self.cookie_line());
        }
        if let Some((kind, _)) = &body {
            request = request.header(CONTENT_TYPE, *kind);
        }
        let body = body.map_or(Body::empty(), |(_, body)| Body::from(body));
        let request = request.body(body).unwrap();
        let response = self.client.request(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        for set in head.headers.get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (pair, attributes) = set.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Page {
            status: head.status.as_u16(),
            headers: head.headers,
            // Pictures are no text; of them the status is looked at.
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Looks at an address, and follows.
    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let page = self.ask("GET", path, None).await;
        self.follow(page).await
    }

    /// Sends a form as it stands, and does not follow.
    pub(crate) async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let pairs =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        self.ask("POST", path, Some(body)).await
    }

    /// Fills in the form of the page at `from`, sends it to `path`, and follows.
    pub(crate) async fn fill(&mut self, from: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(from).await;
        let token = page.hidden("form_token").unwrap_or_else(|| panic!("no form: {}", page.text));
        let mut all = vec![("form_token", token)];
        all.extend(page.hidden("once").map(|once| ("once", once)));
        if !fields.iter().any(|(name, _)| *name == "version") {
            all.extend(page.hidden("version").map(|version| ("version", version)));
        }
        all.extend_from_slice(fields);
        let page = self.send(path, &all).await;
        self.follow(page).await
    }

    /// Fills in the form of the page at `from` with a file, sends it to `path`, and follows.
    pub(crate) async fn fill_with_file(
        &mut self,
        (from, path): (&str, &str),
        fields: &[(&str, &str)],
        (name, file): (&str, &[u8]),
    ) -> Page {
        let page = self.get(from).await;
        let token = page.hidden("form_token").unwrap_or_else(|| panic!("no form: {}", page.text));
        let mut body = Vec::new();
        for (name, value) in [("form_token", token)].iter().chain(fields) {
            let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend(format!("{head}{value}\r\n").as_bytes());
        }
        let head = format!("name=\"{name}\"; filename=\"logo.png\"\r\nContent-Type: image/png");
        body.extend(format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
        body.extend(file);
        body.extend(b"\r\n--edge--\r\n");
        let body = Some(("multipart/form-data; boundary=edge", body));
        let page = self.ask_with("POST", path, body).await;
        self.follow(page).await
    }

    async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..5 {
            let Some(to) = page.headers.get(LOCATION) else { break };
            let to = to.to_str().unwrap().to_owned();
            page = self.ask("GET", &to, None).await;
        }
        page
    }
}
