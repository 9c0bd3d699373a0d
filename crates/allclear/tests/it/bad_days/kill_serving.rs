//! `kill -9` of a server while people and programs write: whatever it answered is there when it
//! starts again, with its audit entry, and nothing that was sent again is done twice.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;

use allclear_domain::audit::{AuditAction, Subject};
use allclear_store::AuditFilter;

use super::chance::{Chance, rounds, seed};
use super::server::{Answer, PATIENCE, Server};
use crate::console::claim;
use crate::support::browser::Browser;
use crate::support::{Engine, Fresh, stdout};

/// Programs that write beside the person.
const PROGRAMS: usize = 2;
/// The key of the status page.
const PAGE: &str = "example-shop";
const NEW: &str = "/console/incidents/new";

/// What writers were told, by title.
#[derive(Default)]
struct Ledger {
    acknowledged: BTreeSet<String>,
    /// Sent by a program, and not answered.
    open: BTreeSet<String>,
}

/// What one writer needs.
struct Writer {
    address: SocketAddr,
    token: String,
    cookie: String,
    form_token: String,
}

impl Writer {
    /// Sends bytes; `None` where no whole answer came.
    fn send(&self, request: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        Answer::read(&answer)
    }

    /// A program reports an incident, under a key that is its title.
    fn report_as_program(&self, title: &str) -> Option<Answer> {
        let body = format!(r#"{{"title":"{title}"}}"#);
        self.send(&format!(
            "POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\nIdempotency-Key: \"{title}\"\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        ))
    }

    /// A person does, in the console.
    fn report_as_person(&self, title: &str) -> Option<Answer> {
        let body = format!(
            "form_token={}&page={PAGE}&shown_page={PAGE}&title={}&text=Looking.&do=publish",
            self.form_token,
            title.replace(' ', "+")
        );
        self.send(&format!(
            "POST {NEW} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.cookie,
            body.len()
        ))
    }

    /// Reports until the server is gone.
    fn write(&self, name: &str, ledger: &Mutex<Ledger>) {
        let is_program = name.contains("program");
        for number in 0.. {
            let title = format!("{name} {number}");
            let answer = if is_program {
                ledger.lock().unwrap().open.insert(title.clone());
                self.report_as_program(&title)
            } else {
                self.report_as_person(&title)
            };
            let Some(answer) = answer else { return };
            let wanted = if is_program { 201 } else { 303 };
            assert_eq!(answer.status, wanted, "{title}: {}", answer.body);
            let mut ledger = ledger.lock().unwrap();
            ledger.open.remove(&title);
            ledger.acknowledged.insert(title);
        }
    }
}

/// How often each title is there; each has its audit entry.
async fn found(fresh: &Fresh) -> BTreeMap<String, usize> {
    let store = fresh.store().await;
    // A server may still be finishing what the dead process had sent: wait for it.
    store.begin().await.unwrap().rollback().await.unwrap();
    let page = store.list_status_pages().await.unwrap().remove(0);
    let entries = store.list_audit_entries(&AuditFilter::default(), 100_000).await.unwrap();
    let entries = entries.iter().filter(|entry| entry.action == AuditAction::Create);
    let told: HashSet<Subject> = entries.map(|entry| entry.subject).collect();
    let mut found = BTreeMap::new();
    for incident in store.list_incidents(page.id).await.unwrap() {
        assert!(told.contains(&Subject::Incident(incident.id)), "{}: no entry", incident.title);
        *found.entry(incident.title).or_default() += 1;
    }
    store.close().await;
    found
}

/// An installation with a page, a token of a program and the session of a person.
async fn set_up(fresh: &Fresh) -> (String, String, String) {
    stdout(&fresh.command().args(["status-page", "add", "Example Shop"]).output().unwrap());
    let token = ["token", "create", "--name", "test", "--scopes", "read,incidents"];
    let token = stdout(&fresh.command().args(token).output().unwrap()).trim().to_owned();
    let mut server = Server::start(&mut fresh.command()).map_err(|(_, said)| said).unwrap();
    // It says so on a line of its own.
    let mut said = server.said();
    while !said.contains("token=") {
        std::thread::sleep(std::time::Duration::from_millis(1));
        said = server.said();
    }
    let (_, link) = said.split_once("/console/setup?token=").unwrap();
    let link: String = link.chars().take_while(|it| !it.is_whitespace()).collect();
    let mut browser = Browser::at(server.address);
    claim(&mut browser, &format!("/console/setup?token={link}")).await;
    let page = browser.get(NEW).await;
    let form_token = page.hidden("form_token").unwrap().to_owned();
    (token, browser.cookie_line(), form_token)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_that_it_answered() {
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let (token, cookie, form_token) = set_up(&fresh).await;
        let mut chance = Chance::from_seed(seed());
        let ledger = Mutex::new(Ledger::default());
        for round in 0..rounds(6) {
            let server = Server::start(&mut fresh.command()).map_err(|(_, said)| said).unwrap();
            let writer = Writer {
                address: server.address,
                token: token.clone(),
                cookie: cookie.clone(),
                form_token: form_token.clone(),
            };
            let before = ledger.lock().unwrap().acknowledged.len();
            let wanted = before + 1 + chance.below(40);
            std::thread::scope(|scope| {
                for number in 0..=PROGRAMS {
                    let name = if number == 0 { "person" } else { "program" };
                    let name = format!("{name} {number} round {round}");
                    let (writer, ledger) = (&writer, &ledger);
                    scope.spawn(move || writer.write(&name, ledger));
                }
                while ledger.lock().unwrap().acknowledged.len() < wanted {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                std::thread::sleep(std::time::Duration::from_micros(chance.next() % 20_000));
                drop(server);
            });
            let name = format!("{engine:?}, seed {}, round {round}", seed());
            let found = found(&fresh).await;
            for title in &ledger.lock().unwrap().acknowledged {
                assert_eq!(found.get(title), Some(&1), "{name}: {title}");
            }
        }
        what_is_sent_again_is_done_once(&fresh, &token, &ledger).await;
    }
}

/// Programs send again what was not answered, under the same keys.
async fn what_is_sent_again_is_done_once(fresh: &Fresh, token: &str, ledger: &Mutex<Ledger>) {
    let server = Server::start(&mut fresh.command()).map_err(|(_, said)| said).unwrap();
    let writer = Writer {
        address: server.address,
        token: token.to_owned(),
        cookie: String::new(),
        form_token: String::new(),
    };
    let mut again = Vec::new();
    for title in &ledger.lock().unwrap().open {
        again.push((title.clone(), writer.report_as_program(title).unwrap().status));
    }
    drop(server);
    assert!(!again.is_empty(), "no request was cut off");
    let found = found(fresh).await;
    for (title, status) in again {
        let count = found.get(&title).copied().unwrap_or_default();
        match status {
            201 => assert_eq!(count, 1, "{title}"),
            // It was begun, and its answer was lost: it is for the program to look.
            409 => assert!(count <= 1, "{title}: {count}"),
            other => panic!("{title}: {other}"),
        }
    }
}
