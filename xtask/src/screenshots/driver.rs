//! A browser behind its driver: the few commands that pictures need.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::machine;

/// A browser that takes longer is broken.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A running browser; dropping it ends the driver, and with the driver the browser.
pub(super) struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts the driver on a port of its choice, and a browser with a profile below `folder`.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let mut driver = Command::new(machine::program("chromedriver")?)
            .arg("--port=0")
            .env("HOME", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("start chromedriver")?;
        let stdout = driver.stdout.take();
        // From here on dropping `browser` cleans up, also when a step below fails.
        let mut browser = Self { driver, port: 0, session: String::new() };
        let mut lines = BufReader::new(stdout.context("chromedriver has no output")?).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        // The driver goes on writing: somebody has to read.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        browser.port = port.context("chromedriver ended without saying its port")?;
        let answer = browser.ask("POST", "/session", &capabilities(folder)?)?;
        let session = answer["sessionId"].as_str();
        browser.session = session.context("no session")?.to_owned();
        Ok(browser)
    }

    /// Opens an address and waits until the page is loaded.
    pub(super) fn open(&self, address: &str) -> Result<()> {
        let path = format!("/session/{}/url", self.session);
        self.ask("POST", &path, &json!({"url": address})).map(drop)
    }

    /// A command of Chromium's own protocol.
    pub(super) fn cdp(&self, method: &str, parameters: &Value) -> Result<Value> {
        let path = format!("/session/{}/goog/cdp/execute", self.session);
        self.ask("POST", &path, &json!({"cmd": method, "params": parameters}))
    }

    /// The value of an expression on the page.
    pub(super) fn value(&self, expression: &str) -> Result<Value> {
        let parameters = json!({"expression": expression, "returnByValue": true});
        let answer = self.cdp("Runtime.evaluate", &parameters)?;
        Ok(answer["result"]["value"].clone())
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let answer = read_answer(&mut BufReader::new(stream));
        let mut answer = answer.with_context(|| format!("chromedriver: {path}"))?;
        let value = answer["value"].take();
        if let Some(error) = value.get("error") {
            bail!("chromedriver: {path}: {error}: {}", value["message"]);
        }
        Ok(value)
    }
}

/// The body of an answer, whose length is in its head.
fn read_answer(stream: &mut impl BufRead) -> Result<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            bail!("the connection closed in the middle of an answer");
        }
        let line = line.trim_end().to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}

fn capabilities(folder: &Path) -> Result<Value> {
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
    let arguments = [
        "--headless",
        // The sandbox needs rights that containers do not give; the pages are our own.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--lang=en-US",
        // When the driver is gone the pipe closes, and the browser ends itself.
        "--remote-debugging-pipe",
        &profile,
    ];
    let options = json!({"binary": machine::program("chromium")?, "args": arguments});
    Ok(json!({"capabilities": {"alwaysMatch": {
        "browserName": "chrome", "goog:chromeOptions": options,
    }}}))
}

impl Drop for Browser {
    fn drop(&mut self) {
        // All of it fails only if it is gone already. The browser ends first: it writes into its
        // profile until then, and the folder could not be removed.
        let path = format!("/session/{}", self.session);
        let _gone = self.ask("DELETE", &path, &json!({}));
        let _gone = self.driver.kill();
        let _gone = self.driver.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use serde_json::json;

    use super::read_answer;

    #[test]
    fn an_answer_is_read_as_long_as_it_says() {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"value\":null} and more";
        let read = read_answer(&mut Cursor::new(answer)).unwrap();
        assert_eq!(read, json!({"value": null}));
        assert!(read_answer(&mut Cursor::new("HTTP/1.1 200 OK\r\n")).is_err());
    }
}
