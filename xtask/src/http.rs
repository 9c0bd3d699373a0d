//! One request over one connection, with the body exactly as it was sent.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// A server on loopback that takes longer is broken.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What the request accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As it is.
    Identity,
    /// Compressed.
    Gzip,
}

/// An answer; the body is as sent, so still compressed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// The value of a header, by name in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Asks a server on loopback.
pub(crate) fn get(port: u16, path: &str, encoding: Encoding) -> Result<Response> {
    let accepted = match encoding {
        Encoding::Identity => "identity",
        Encoding::Gzip => "gzip",
    };
    exchange(port, &format!("GET {path} HTTP/1.1\r\nAccept-Encoding: {accepted}\r\n"), "")
        .with_context(|| format!("ask for {path}"))
}

/// Sends JSON to the API of a server on loopback, with a token. What changes something names the
/// version that is new.
pub(crate) fn send(
    port: u16,
    (method, path): (&str, &str),
    token: &str,
    json: &str,
) -> Result<Response> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nIf-Match: \"v1\"\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n",
        json.len()
    );
    exchange(port, &head, json).with_context(|| format!("send to {path}"))
}

fn exchange(port: u16, head: &str, body: &str) -> Result<Response> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!("{head}Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).context("read the answer")?;
    parse(&bytes).context("understand the answer")
}

/// A whole answer, read until the connection closed.
fn parse(bytes: &[u8]) -> Result<Response> {
    let end =
        bytes.windows(4).position(|window| window == b"\r\n\r\n").context("no end of headers")?;
    let head = std::str::from_utf8(&bytes[..end]).context("headers are not text")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?;
    let status = status.parse().context("the status is not a number")?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut response = Response { status, headers, body: bytes[end + 4..].to_vec() };
    if response.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        response.body = unchunk(&response.body)?;
    } else if let Some(length) = response.header("content-length") {
        let length: usize = length.parse().context("content-length is not a number")?;
        if response.body.len() != length {
            bail!("{} bytes came, {length} were announced", response.body.len());
        }
    }
    Ok(response)
}

fn unchunk(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n").context("a cut chunk")?;
        let size = std::str::from_utf8(&rest[..end])?.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).context("a chunk without size")?;
        let start = end + 2;
        let chunk = rest.get(start..start + size).context("a cut chunk")?;
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(chunk);
        rest = rest.get(start + size + 2..).context("a cut chunk")?;
    }
}

#[cfg(test)]
mod tests;
