//! A writer that lives until it is killed, and the ledger of what it acknowledged.
//!
//! The writer is this test program, started again with a variable in its environment: it opens the
//! store as everybody does and commits one incident after another. Only when a commit has returned it
//! prints the incident's number. The story reads the pipe: the ledger is in another process, and
//! whatever stands in it may never be missing.
//!
//! Incident *n* is the same on every run, so what is found can be compared in full.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use allclear_domain::audit::{Actor, AuditAction, Subject};
use allclear_domain::ids::StatusPageId;
use allclear_domain::incident::{Impact, IncidentKind, IncidentState};
use allclear_domain::posted::Posted;
use allclear_domain::record::{OutageRecord, Publication};
use allclear_domain::status_page::{ColorTokens, ComponentSelection, Language, UptimePolicy};
use allclear_domain::text::{Key, Prose};
use allclear_domain::times::{Bound, Moment};
use allclear_domain::{AuditEntry, Entropy, Incident, IncidentStatus, StatusPage};
use allclear_store::testing::{Weakness, open_weakened};
use allclear_store::{InstanceLock, Location, Store, StoreError};
use jiff::Timestamp;

use super::chance::Chance;

/// Where the writer writes; no other test program sets it.
const PLACE: &str = "ALLCLEAR_TEST_WRITER";
/// How many incidents it writes before it ends by itself.
const COUNT: &str = "ALLCLEAR_TEST_WRITER_COUNT";
/// Set where its commits do not wait for the disk.
const WITHOUT_SYNC: &str = "ALLCLEAR_TEST_WRITER_WITHOUT_SYNC";
/// What stands before a number that was committed.
const MARK: &str = "committed ";

#[expect(
    clippy::disallowed_methods,
    reason = "the writer's orders come from the story that started it"
)]
fn order(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The writer itself. Without orders there is nothing to do.
#[tokio::test]
async fn writer() {
    let Some(place) = order(PLACE) else {
        return;
    };
    let location = if place.starts_with("postgres") {
        Location::Url(place)
    } else {
        Location::Folder(place.into())
    };
    let _lock = match &location {
        Location::Folder(folder) => Some(InstanceLock::acquire(folder).unwrap()),
        Location::Url(_) => None,
    };
    let weakness = match order(WITHOUT_SYNC) {
        Some(_) => Weakness::NoSync,
        None => Weakness::None,
    };
    let count = order(COUNT).map_or(usize::MAX, |count| count.parse().unwrap());
    let store = open_weakened(&location, weakness).await.unwrap();
    // A server may still be finishing what the one before had sent: wait for it.
    store.begin().await.unwrap().rollback().await.unwrap();
    let first = match store.find_status_page("ledger").await.unwrap() {
        Some(page) => store.list_incidents(page.id).await.unwrap().len() + 1,
        None => {
            make_page(&store).await;
            1
        }
    };
    for number in (first..).take(count) {
        commit(&store, number).await.unwrap();
        let mut out = std::io::stdout().lock();
        out.write_all(format!("\n{MARK}{number}\n").as_bytes()).unwrap();
        out.flush().unwrap();
    }
    store.close().await;
}

/// Makes the page that everything is on.
pub(crate) async fn make_page(store: &Store) {
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_status_page(&page()).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Makes that page where there is a default page already.
pub(crate) async fn make_other_page(store: &Store) {
    let page = StatusPage { is_default: false, ..page() };
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_status_page(&page).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Commits incident *n*, with an entry in the audit trail.
pub(crate) async fn commit(store: &Store, number: usize) -> Result<(), StoreError> {
    let incident = incident(number);
    let entry = AuditEntry {
        id: entropy(number + 1_000_000_000).id(now()),
        at: now(),
        actor: Actor::Command("writer".to_owned()),
        action: AuditAction::Create,
        subject: Subject::Incident(incident.id),
        before: None,
        after: serde_json::to_string(&incident).ok(),
    };
    let mut transaction = store.begin().await?;
    transaction.insert_incidents(std::slice::from_ref(&incident)).await?;
    transaction.insert_audit_entries(&[entry]).await?;
    transaction.commit().await?;
    Ok(())
}

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn entropy(number: usize) -> Entropy {
    Entropy::from_seed(u64::try_from(number).unwrap())
}

/// The page that everything is on.
fn page() -> StatusPage {
    StatusPage {
        id: page_id(),
        slug: Key::new("ledger").unwrap(),
        title: "Ledger".to_owned(),
        description: String::new(),
        is_default: true,
        host_names: Vec::new(),
        timezone: None,
        timezone_label: None,
        language: Language::En,
        logo: None,
        colors: ColorTokens::default(),
        components: ComponentSelection::Own,
        uptime: UptimePolicy::default(),
        password_set_at: None,
    }
}

fn page_id() -> StatusPageId {
    entropy(0).id(now())
}

/// Incident *n*: some fit into a page of the database, some need a dozen.
pub(crate) fn incident(number: usize) -> Incident {
    let source = entropy(number);
    let mut chance = Chance::from_seed(u64::try_from(number).unwrap());
    let words = chance.below(40) * chance.below(40);
    let body = format!("{:016x} ", chance.next()).repeat(words);
    Incident {
        id: source.id(now()),
        public_id: source.public_id(),
        page_id: page_id(),
        title: format!("Incident {number}"),
        kind: IncidentKind::Disruption,
        state: IncidentState::Investigating,
        publication: Publication::Published { at: now() },
        impact_override: Some(Impact::Minor),
        started: Bound::exactly(now()),
        record: OutageRecord::default(),
        updates: vec![Posted {
            id: source.id(now()),
            status: Some(IncidentStatus::Investigating),
            shown_at: Moment::At { at: now() },
            posted_at: now(),
            body: Prose::plain(body),
            changes: Vec::new(),
            next_update_due_at: None,
            is_backfilled: false,
            edits: Vec::new(),
        }],
        same_cause_as: None,
        converted_from: None,
        is_automatic: false,
        postmortem: None,
        reopened: Vec::new(),
        source: None,
        is_backfilled: false,
        created_at: now(),
    }
}

/// The command that starts a writer.
pub(crate) fn command(location: &Location) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let (_, module) = module_path!().split_once("::").unwrap();
    command
        .args([&format!("{module}::writer"), "--exact", "--nocapture"])
        .env_remove(COUNT)
        .env_remove(WITHOUT_SYNC)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    match location {
        Location::Folder(folder) => command.env(PLACE, folder),
        Location::Url(url) => command.env(PLACE, url),
    };
    command
}

/// Lets it end by itself after so many incidents.
pub(crate) fn limit(command: &mut Command, count: usize) {
    command.env(COUNT, count.to_string());
}

/// Lets its commits not wait for the disk.
pub(crate) fn without_sync(command: &mut Command) {
    command.env(WITHOUT_SYNC, "1");
}

/// A writer that runs, and what it acknowledged.
pub(crate) struct Writer {
    child: Child,
    said: BufReader<ChildStdout>,
    /// The newest number that it acknowledged.
    pub(crate) acknowledged: usize,
}

impl Writer {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, said, acknowledged: 0 }
    }

    /// Reads until so many more are acknowledged, or it ended.
    pub(crate) fn read(&mut self, more: usize) {
        let mut found = 0;
        let mut line = String::new();
        while found < more {
            line.clear();
            if self.said.read_line(&mut line).unwrap() == 0 {
                return;
            }
            if let Some(number) = number(&line) {
                self.acknowledged = number;
                found += 1;
            }
        }
    }

    /// Kills it (`kill -9`), and reads what it still said. Whether it was alive till then.
    pub(crate) fn kill(mut self) -> (usize, bool) {
        self.child.kill().unwrap();
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        let newest = rest.lines().filter_map(number).next_back();
        let was_alive = self.child.wait().unwrap().code().is_none();
        (newest.unwrap_or(self.acknowledged), was_alive)
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(mut self) -> usize {
        self.read(usize::MAX);
        assert!(self.child.wait().unwrap().success());
        self.acknowledged
    }
}

/// The number in a line that acknowledges one.
pub(crate) fn number(line: &str) -> Option<usize> {
    line.trim().strip_prefix(MARK)?.parse().ok()
}

/// Looks whether a database holds what the ledger says, in full and in order, and at most one
/// incident more: the one that was being committed. Gives how many of the ledger are missing.
pub(crate) async fn missing(store: &Store, acknowledged: usize) -> Result<usize, String> {
    let mut health = store.check().await.map_err(|error| error.to_string())?;
    // The server of the tests does not sync, on purpose: there is nothing in it to lose.
    health.problems.retain(|problem| !problem.contains("a power cut may lose"));
    if !health.problems.is_empty() {
        return Err(health.problems.join("; "));
    }
    let page = store.find_status_page("ledger").await;
    let mut found = match page.map_err(|error| error.to_string())? {
        Some(page) if page.value == self::page() => {
            let listed = store.list_incidents(page.id).await;
            listed.map_err(|error| error.to_string())?
        }
        Some(_) => return Err("the page is another".to_owned()),
        None => Vec::new(),
    };
    found.sort_by_key(|incident| incident.title["Incident ".len()..].parse::<usize>().unwrap());
    for (number, found) in (1..).zip(&found) {
        if *found != incident(number) {
            return Err(format!("incident {number} came back as {:?}", found.title));
        }
    }
    let entries = usize::try_from(health.counts.audit_entries).unwrap();
    if entries != found.len() {
        return Err(format!("{} incidents with {entries} audit entries", found.len()));
    }
    if found.len() > acknowledged + 1 {
        return Err(format!("{acknowledged} acknowledged, {} there", found.len()));
    }
    Ok(acknowledged.saturating_sub(found.len()))
}
