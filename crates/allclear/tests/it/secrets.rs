//! Secrets of checks on their whole way: entered, kept, sent, and told to nobody. The server that is watched
//! repeats everything that it is sent, and fails.

use std::io::Write;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use allclear::instance::{Conditions, Instance};
use allclear_domain::check::Verdict;
use allclear_domain::{Entropy, Scope, TurnedClock};
use allclear_store::{Keyring, Location, Store};
use jiff::SignedDuration;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tracing_subscriber::fmt::MakeWriter;

use crate::console::{NOON, Office};
use crate::support::{Engine, Fresh, conditions, prober};

const PASSWORD: &str = "hunter2/&-pass word";
const TENANT: &str = "tenant-4711-hunter2";
/// `probe` and the password, as they are sent.
const PAIR: &str = "cHJvYmU6aHVudGVyMi8mLXBhc3Mgd29yZA==";

/// Every form in which a secret may leak.
const FORMS: [&str; 6] =
    ["hunter2", "4711", "pass word", "pass+word", "pass%20word", "cHJvYmU6aHVudGVy"];

#[track_caller]
fn assert_tells_nothing(what: &str, text: &str) {
    for form in FORMS {
        assert!(!text.contains(form), "{what} holds {form}: {text}");
    }
}

/// A server that says again what it is sent, and all that it was sent.
async fn echo() -> (SocketAddr, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard: Arc<Mutex<String>> = Arc::default();
    let kept = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut head, mut part) = (Vec::new(), [0; 4_096]);
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut part).await {
                    Ok(count) if count > 0 => head.extend_from_slice(&part[..count]),
                    _ => break,
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let tenant = head.lines().find_map(|line| line.strip_prefix("x-tenant: "));
            let fields = format!("x-you-sent: {}\r\n", tenant.unwrap_or_default());
            let escaped = serde_json::to_string(&head).unwrap();
            let forms = "hunter2%2F%26-pass+word hunter2%2F%26-pass%20word hunter2/&amp;-pass word";
            let body = format!("{head}\n{escaped}\n{forms}\n{PASSWORD}");
            let answer = format!(
                "HTTP/1.1 500 {}\r\n{fields}content-length: {}\r\nconnection: close\r\n\r\n{body}",
                "Broken",
                body.len()
            );
            kept.lock().unwrap().push_str(&head);
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, heard)
}

/// Everything that is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that lies in a database, as its files or as its own dump.
fn everything_of(fresh: &Fresh) -> String {
    match &fresh.location {
        Location::Folder(folder) => {
            let mut all = String::new();
            let mut has_log = false;
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                has_log |= path.to_string_lossy().ends_with("-wal");
                all.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
            }
            assert!(has_log, "the write-ahead log is looked at, too");
            all
        }
        Location::Url(url) => {
            let dump = Command::new("pg_dump").args(["--inserts", url]).output().unwrap();
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            String::from_utf8(dump.stdout).unwrap()
        }
    }
}

/// Lets time pass until a check was probed, and gives what was found.
pub(crate) async fn probed(office: &Office, name: &str) -> allclear_store::Judged {
    let check = office.check(name).await;
    for _ in 0..600 {
        let judged = office.instance.store().list_judgments_of(check.id).await.unwrap();
        if let Some(judged) = judged.into_iter().next() {
            return judged;
        }
        office.clock.turn(SignedDuration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it is never probed");
}

#[tokio::test]
async fn a_secret_is_sent_and_told_to_nobody() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false);
    let _guard =
        tracing::subscriber::set_default(subscriber.with_max_level(tracing::Level::TRACE).finish());
    for engine in Engine::ALL {
        let (address, heard) = echo().await;
        let mut office = Office::open_probing(engine).await;
        let owner = office.owner_person().await;
        let (_, program) = office.program(&owner, Scope::ALL).await;
        let kind = json!({"http": {"url": format!("http://{address}/health"),
            "sign_in": {"basic": {"user": "probe", "password": PASSWORD}},
            "secret_headers": [{"name": "X-Tenant", "value": TENANT}]}});
        let new = json!({"name": "Echo", "kind": kind});
        let made = program.ask("POST", "/api/v1/checks", Some(new)).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        assert_eq!(made.json["kind"]["http"]["secret_headers"][0]["is_set"], true);
        let judged = probed(&office, "Echo").await;
        assert_eq!(judged.last.verdict, Verdict::Fail, "{judged:?}");
        let sent = heard.lock().unwrap().clone();
        assert!(sent.contains(&format!("authorization: Basic {PAIR}")), "{sent}");
        assert!(sent.contains(&format!("x-tenant: {TENANT}")), "{sent}");
        assert!(format!("{judged:?}").contains("x-you-sent: (not kept)"), "{judged:?}");

        let id = made.json["id"].as_str().unwrap();
        let paths = [
            format!("/api/v1/checks/{id}"),
            "/api/v1/checks".to_owned(),
            "/api/v1/audit".to_owned(),
        ];
        for path in paths {
            let shown = program.get(&path).await;
            assert_eq!(shown.status, 200, "{path}");
            assert_tells_nothing(&path, &shown.json.to_string());
        }
        for path in [
            format!("/console/checks/{id}"),
            format!("/console/checks/{id}/edit"),
            "/console/checks".to_owned(),
            "/console/audit".to_owned(),
            "/console".to_owned(),
        ] {
            let page = office.owner.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            assert_tells_nothing(&path, &page.text);
        }
        assert_tells_nothing("the API's answer", &made.json.to_string());
        let everything = everything_of(&office._fresh);
        assert!(everything.contains("X-Tenant"), "it is the database of this story");
        assert_tells_nothing("the database", &everything);
        office.instance.stop().await;
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!log.is_empty());
    assert_tells_nothing("the log", &log);
}

#[tokio::test]
async fn with_another_key_the_check_is_unknown_and_the_rest_goes_on() {
    for engine in Engine::ALL {
        let (address, heard) = echo().await;
        let mut office = Office::open_probing(engine).await;
        let fields = [
            ("target", &*format!("http://{address}/")),
            ("name", "Echo"),
            ("sign_in", "bearer"),
            ("secret", PASSWORD),
        ];
        let page = office.watch(&fields).await;
        assert!(page.text.contains("It is watched from now on."), "{}", page.text);
        assert_eq!(probed(&office, "Echo").await.last.verdict, Verdict::Fail);
        assert!(heard.lock().unwrap().contains("authorization: Bearer hunter2"));
        // The same with a key that was lost: a check that needs none goes on.
        let wrong = Keyring::read(&Keyring::new_key(&Entropy::from_seed(99))).unwrap();
        office.restart_with(wrong).await;
        heard.lock().unwrap().clear();
        office.watch(&[("target", &format!("http://{address}/open")), ("name", "Open")]).await;
        assert_eq!(probed(&office, "Open").await.last.verdict, Verdict::Fail);
        let judged = office.until_last(Verdict::Unknown, "Echo").await;
        let told = judged.last.reason.unwrap().told;
        assert!(
            told.contains("was sealed with the key") && told.contains("secret_key_file"),
            "{told}"
        );
        assert!(!heard.lock().unwrap().contains("authorization"), "nothing is sent without it");
        // Nothing was overwritten.
        office.restart_with(crate::support::keyring()).await;
        office.until_last(Verdict::Fail, "Echo").await;
        assert!(heard.lock().unwrap().contains("authorization: Bearer hunter2"));
        office.instance.stop().await;
    }
}

#[tokio::test]
async fn a_form_keeps_a_secret_and_another_server_does_not_get_it() {
    let mut office = Office::open(Engine::Sqlite).await;
    let fields = [
        ("target", "https://shop.example.com/health"),
        ("name", "Shop"),
        ("sign_in", "basic"),
        ("user", "probe"),
        ("secret", PASSWORD),
        ("secret_header", "X-Tenant"),
        ("secret_value", TENANT),
    ];
    office.watch(&fields).await;
    let before = office.check("Shop").await;
    let path = format!("/console/checks/{}/edit", before.id);
    let form = office.owner.get(&path).await;
    assert!(form.text.contains("placeholder=\"set; leave empty to keep it\""), "{}", form.text);
    assert!(form.text.contains("value=\"probe\"") && form.text.contains("value=\"X-Tenant\""));
    let edited = |target: &'static str| {
        vec![
            ("target", target),
            ("name", "Shop"),
            ("sign_in", "basic"),
            ("user", "ada"),
            ("secret", ""),
            ("secret_header", "X-Tenant"),
            ("secret_value", ""),
        ]
    };
    let page = office.edit_check(&path, &edited("https://shop.example.com/other")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let after = office.check("Shop").await;
    assert_ne!(after.kind, before.kind);
    let ids = |check: &allclear_domain::Check| {
        check.kind.secrets().iter().map(|one| one.secret.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&after), ids(&before));
    let page = office.edit_check(&path, &edited("https://evil.example.com/")).await;
    let told = "Password or token: was entered for another server";
    assert!(page.text.contains(told), "{}", page.text);
    assert_eq!(office.check("Shop").await, after);
    // What was typed and refused is not shown again.
    let mut wrong = edited("ftp://shop.example.com");
    wrong[4] = ("secret", "hunter2-typed-again");
    let page = office.edit_check(&path, &wrong).await;
    assert!(!page.text.contains("hunter2-typed-again"), "{}", page.text);
    assert_tells_nothing("the form", &page.text);
}

impl Office {
    /// An office whose checks are really probed.
    pub(crate) async fn open_probing(engine: Engine) -> Self {
        let clock = TurnedClock::at(NOON.parse().unwrap());
        Self::open_under(engine, |conditions| conditions.prober = prober(&clock)).await
    }

    /// Starts it again, with other keys.
    async fn restart_with(&mut self, keyring: Keyring) {
        let store = Store::open(&self._fresh.location).await.unwrap().with_keyring(keyring);
        let conditions = Conditions { prober: prober(&self.clock), ..conditions(&self.clock) };
        let instance = Instance::start(store, conditions).await.unwrap();
        std::mem::replace(&mut self.instance, instance).stop().await;
        let cookie = self.owner.cookie_line();
        self.owner = self.browser();
        for pair in cookie.split("; ") {
            let (name, value) = pair.split_once('=').unwrap();
            self.owner.take_cookie(name, value);
        }
    }

    /// Lets time pass until the last probe of a check ended so.
    async fn until_last(&self, verdict: Verdict, name: &str) -> allclear_store::Judged {
        for _ in 0..600 {
            let judged = probed(self, name).await;
            if judged.last.verdict == verdict {
                return judged;
            }
            self.clock.turn(SignedDuration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it never ends as {verdict:?}");
    }
}

/// A command, with everything that it printed.
fn run(fresh: &Fresh, args: &[&str]) -> (bool, String) {
    let mut command = fresh.command();
    let output = command.env("ALLCLEAR_PROBE_NETWORKS", "127.0.0.0/8").args(args).output().unwrap();
    let printed = [output.stdout, output.stderr].map(|one| String::from_utf8(one).unwrap());
    (output.status.success(), printed.concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_send_a_secret_and_say_where_its_key_is() {
    for engine in Engine::ALL {
        let (address, heard) = echo().await;
        let fresh = Fresh::on(engine);
        let url = format!("http://{address}/");
        let password = fresh.folder.path().join("password");
        std::fs::write(&password, format!("{PASSWORD}\n")).unwrap();
        let file = password.to_str().unwrap();
        let secret = ["--user", "probe", "--password-file", file];
        let tenant = format!("X-Tenant={file}");
        let add =
            [&["check", "add", "Echo", &url, "--secret-header", &tenant], &secret[..]].concat();
        let (is_done, printed) = run(&fresh, &add);
        assert!(is_done, "{printed}");
        let data = match &fresh.location {
            Location::Folder(folder) => folder.clone(),
            Location::Url(_) => fresh.folder.path().to_owned(),
        };
        let key = data.join(allclear::secret_keys::FILE_NAME);
        let mode = std::os::unix::fs::PermissionsExt::mode(&key.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        let by_key = vec!["check", "run", "echo"];
        let by_url = [&["check", "run", &url], &secret[..]].concat();
        for what in [by_key, by_url] {
            heard.lock().unwrap().clear();
            let (is_done, printed) = run(&fresh, &what);
            assert!(!is_done && printed.contains("authorization: (not kept)"), "{printed}");
            assert_tells_nothing("check run", &printed);
            let heard = heard.lock().unwrap();
            assert!(heard.contains(&format!("authorization: Basic {PAIR}")), "{heard}");
        }
        let (is_done, printed) = run(&fresh, &["check", "show", "echo", "--json"]);
        assert!(is_done && printed.contains("is_set"), "{printed}");
        assert_tells_nothing("check show", &printed);

        // No other key is made in place of one that is gone.
        std::fs::rename(&key, data.join("elsewhere")).unwrap();
        heard.lock().unwrap().clear();
        let (is_done, printed) = run(&fresh, &["check", "run", "echo"]);
        let told = format!("the key file {} is missing: put it back", key.display());
        assert!(!is_done && printed.contains(&told), "{printed}");
        assert_eq!(*heard.lock().unwrap(), "");
        let (_, printed) = run(&fresh, &["doctor"]);
        assert!(printed.contains(&told), "{printed}");
        let (is_done, printed) = run(&fresh, &["check", "pause", "echo"]);
        assert!(is_done && !key.exists(), "{printed}");
        std::fs::rename(data.join("elsewhere"), &key).unwrap();
        if engine == Engine::Sqlite {
            let backup = fresh.folder.path().join("backup");
            let (is_done, printed) = run(&fresh, &["backup", backup.to_str().unwrap()]);
            assert!(
                is_done && printed.contains(&format!("keep {} as well", key.display())),
                "{printed}"
            );
        }
    }
}
