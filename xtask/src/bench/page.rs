//! The status page: what a look at it costs, and how fast and small everything around it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::nginx::Nginx;
use super::process::Server;
use super::{Report, Row, history, least, wrk};
use crate::http::{self, Encoding};
use crate::say::tell;
use crate::{ambient, postgres, run};

/// Rounds against the peer, each with both of them.
const ROUNDS: usize = 5;
/// How long each of the two is asked in a round.
const ROUND_LENGTH: Duration = Duration::from_secs(4);
/// Starts and imports; the least counts.
const TRIES: usize = 3;
/// Requests before memory is weighed.
const REQUESTS_BEFORE_WEIGHING: usize = 100;
/// A short and a long history.
const SHORT: usize = 100;
const LONG: usize = 10_000;

/// Measures everything about the page.
pub(super) fn measure(binary: &Path, report: &mut Report) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("allclear-bench-").tempdir()?;
    let bench = Bench { binary, folder: folder.path() };
    tell("demo: start, first view, memory")?;
    report.add("demo", bench.demo())?;
    tell("short history: start, CPU for a request")?;
    report.add("short history", bench.short_history())?;
    tell("long history: import, CPU for a request")?;
    report.add("long history", bench.long_history())?;
    tell("publishing: from a posted update to a reader who has it")?;
    report.add("publishing", publishing())
}

/// From an update that is posted to a reader who gets it; `crates/allclear/benches/publish.rs`.
fn publishing() -> Result<Vec<Row>> {
    let words = ["bench", "--quiet", "--package", "allclear", "--bench", "publish"];
    let text = run::output(&mut run::cargo(&words)?)?;
    let line = text.lines().find(|line| line.starts_with('{'));
    let found: serde_json::Value = serde_json::from_str(line.context("no figure was printed")?)?;
    let number = |name: &str| found.get(name).and_then(serde_json::Value::as_f64);
    let p99 = number("p99_ms").context("no p99_ms was printed")?;
    tell(&format!("publishing: {found}"))?;
    let figure = "publish to served, p99, 1,000 components";
    Ok(vec![Row::below_limit(figure, "ms", p99, 50.0)?])
}

struct Bench<'a> {
    binary: &'a Path,
    folder: &'a Path,
}

impl Bench<'_> {
    fn demo(&self) -> Result<Vec<Row>> {
        let mut starts = Vec::new();
        for _ in 1..TRIES {
            starts.push(self.start_demo()?.first_answer_after);
        }
        let server = self.start_demo()?;
        starts.push(server.first_answer_after);
        for _ in 0..REQUESTS_BEFORE_WEIGHING {
            http::get(server.port, "/", Encoding::Gzip)?;
        }
        let resident = server.resident_bytes()?;
        Ok(vec![
            Row::below_limit("start to first answer, demo", "ms", least_ms(starts), 300.0)?,
            Row::below_limit("memory of the demo", "MB", resident / 1e6, 30.0)?,
            Row::below_limit(
                "first view of the demo",
                "bytes",
                first_view(server.port)?,
                30_000.0,
            )?,
        ])
    }

    fn short_history(&self) -> Result<Vec<Row>> {
        let file = self.facts(SHORT)?;
        let (data, _) = self.import(&file, "short")?;
        let mut starts = Vec::new();
        for _ in 0..TRIES {
            starts.push(self.start_serve(&data)?.first_answer_after);
        }
        let figure = "start to first answer, serve";
        Ok(vec![
            Row::below_limit(figure, "ms", least_ms(starts), 300.0)?,
            self.against_nginx("CPU for a gzip request", &data)?,
        ])
    }

    fn long_history(&self) -> Result<Vec<Row>> {
        let file = self.facts(LONG)?;
        let mut lengths = Vec::new();
        let mut data = PathBuf::new();
        for number in 0..TRIES {
            let (folder, length) = self.import(&file, &format!("long-{number}"))?;
            lengths.push(length.as_secs_f64());
            data = folder;
        }
        Ok(vec![
            Row::below_limit("import of 10,000 records", "s", least(lengths), 5.0)?,
            self.against_nginx("CPU for a gzip request, 10,000 incidents", &data)?,
        ])
    }

    /// A file with a history of `count` records.
    fn facts(&self, count: usize) -> Result<PathBuf> {
        let file = self.folder.join(format!("facts-{count}.json"));
        let facts = history::facts(count, ambient::since_1970()?);
        fs::write(&file, serde_json::to_vec_pretty(&facts)?)?;
        Ok(file)
    }

    /// Imports into a new data folder; tells where it is and how long it took.
    fn import(&self, file: &Path, name: &str) -> Result<(PathBuf, Duration)> {
        let data = self.folder.join(name);
        let mut command = Command::new(self.binary);
        command.args(["import", "facts"]).arg(file).arg("--data").arg(&data);
        let start = Instant::now();
        run::output(command.args(["--page", "bench"]))?;
        Ok((data, start.elapsed()))
    }

    fn start_demo(&self) -> Result<Server> {
        let port = postgres::free_port()?;
        let mut command = Command::new(self.binary);
        command.arg("demo").arg("--listen").arg(format!("127.0.0.1:{port}"));
        Server::start(&mut command, port, &self.folder.join("demo.log"))
    }

    fn start_serve(&self, data: &Path) -> Result<Server> {
        let port = postgres::free_port()?;
        let mut command = Command::new(self.binary);
        command.arg("serve").arg("--listen").arg(format!("127.0.0.1:{port}"));
        Server::start(command.arg("--data").arg(data), port, &self.folder.join("serve.log"))
    }

    /// CPU for one request of `/`, beside nginx with the very same bytes.
    fn against_nginx(&self, figure: &str, data: &Path) -> Result<Row> {
        let ours = self.start_serve(data)?;
        let page = http::get(ours.port, "/", Encoding::Gzip)?;
        if page.header("content-encoding") != Some("gzip") {
            bail!("/ is not sent compressed to those who accept gzip");
        }
        let folder = tempfile::Builder::new().prefix("nginx-").tempdir_in(self.folder)?;
        let theirs = Nginx::start(folder.path(), &page)?;
        let (mut our_rounds, mut their_rounds) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let mut pair = [(&ours, &mut our_rounds), (&theirs.server, &mut their_rounds)];
            if round % 2 == 1 {
                pair.reverse();
            }
            for (server, rounds) in pair {
                rounds.push(wrk::cpu_micros_per_request(server, "/", ROUND_LENGTH)?);
            }
        }
        tell(&format!(
            "{figure}: {} bytes; ours {our_rounds:.2?} us, nginx {their_rounds:.2?} us",
            page.body.len()
        ))?;
        Ok(Row::against_peer(figure, "us", least(our_rounds), ("nginx", least(their_rounds)), 1.0))
    }
}

fn least_ms(times: Vec<Duration>) -> f64 {
    least(times.into_iter().map(|time| time.as_secs_f64() * 1e3))
}

/// Bytes of `/` and of everything it shows at once, each as sent to those who accept gzip.
fn first_view(port: u16) -> Result<f64> {
    let plain = http::get(port, "/", Encoding::Identity)?;
    let html = String::from_utf8(plain.body).context("the page is not UTF-8")?;
    let mut paths = vec!["/".to_owned()];
    paths.extend(parts(&html)?);
    let mut sum = 0;
    for path in paths {
        let response = http::get(port, &path, Encoding::Gzip)?;
        if response.status != 200 {
            bail!("{path} answered with status {}", response.status);
        }
        tell(&format!("first view: {:>6} bytes {path}", response.body.len()))?;
        sum += response.body.len();
    }
    Ok(f64::from(u32::try_from(sum)?))
}

/// Paths of the style sheets, scripts, icons and images that a page names.
fn parts(html: &str) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for tag in html.split('<').filter_map(|rest| rest.split('>').next()) {
        let target = match tag.split_whitespace().next() {
            Some("script" | "img") => attribute(tag, "src"),
            Some("link") if shows_at_once(attribute(tag, "rel")) => attribute(tag, "href"),
            _ => None,
        };
        match target {
            None => {}
            Some(inline) if inline.starts_with("data:") => {}
            Some(foreign) if foreign.contains("://") || foreign.starts_with("//") => {
                bail!("the page loads {foreign} from elsewhere");
            }
            Some(path) => {
                found.insert(format!("/{}", path.trim_start_matches("./").trim_start_matches('/')));
            }
        }
    }
    Ok(found)
}

fn shows_at_once(rel: Option<&str>) -> bool {
    let loaded = ["stylesheet", "icon", "preload", "modulepreload"];
    rel.is_some_and(|rel| rel.split_whitespace().any(|word| loaded.contains(&word)))
}

/// The value of an attribute, quoted in either way or not at all.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.match_indices(name).find_map(|(at, _)| {
        let begins = tag[..at].ends_with(char::is_whitespace);
        let rest = tag[at + name.len()..].trim_start().strip_prefix('=')?;
        begins.then(|| rest.trim_start())
    })?;
    match start.chars().next()? {
        quote @ ('"' | '\'') => start[1..].split(quote).next(),
        _ => start.split_whitespace().next(),
    }
}

#[cfg(test)]
mod tests;
