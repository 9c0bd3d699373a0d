//! What becomes of secrets on their way into the database and out again.

use allclear_domain::Entropy;
use allclear_domain::audit::Actor;
use allclear_domain::check::{
    ClientCertificate, Header, HttpStep, OnOutage, Patience, SecretHeader, SignIn,
};
use allclear_store::{Keyring, Location, Stored};
use tempfile::TempDir;

use super::*;
use crate::for_tests::at;
use crate::writing::{NewCheck, add_check, change_check, remove_check};

const PASSWORD: &str = "hunter2-hunter2";
const KEY: &str = "tenant-4711-key";

struct Story {
    store: Store,
    entropy: Entropy,
    actor: Actor,
    folder: TempDir,
}

impl Story {
    async fn begin() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&Location::Folder(folder.path().to_owned())).await.unwrap();
        let key = Keyring::new_key(&Entropy::from_seed(7));
        let store = store.with_keyring(Keyring::read(&key).unwrap());
        let actor = Actor::Command("test".to_owned());
        Self { store, entropy: Entropy::from_seed(1), actor, folder }
    }

    fn change(&self) -> Change<'_> {
        Change { actor: &self.actor, entropy: &self.entropy, now: at(0) }
    }

    async fn add(&self, url: &str) -> Stored<Check> {
        add_check(&self.store, new(url), self.change()).await.unwrap()
    }

    async fn edit(
        &self,
        check: &Check,
        edit: impl FnOnce(&mut HttpCheck) + Send,
    ) -> Result<Stored<Check>, WriteError> {
        let decide = |mut check: Check| {
            if let CheckKind::Http(http) = &mut check.kind {
                edit(http);
            }
            Ok(check)
        };
        change_check(&self.store, check.id, None, self.change(), decide).await
    }

    /// What is sent, or why nothing is.
    async fn sent(&self, store: &Store) -> Vec<Result<String, String>> {
        let mut checks = store.list_readable_checks().await.unwrap().checks;
        open(store, &mut checks).await.unwrap();
        let of = |secret: &Secret| match secret {
            Secret::Open(text) => Ok(text.reveal().to_owned()),
            Secret::Shut(why) => Err(why.clone()),
            other => panic!("{other:?}"),
        };
        checks.iter().flat_map(|check| check.kind.secrets()).map(|one| of(one.secret)).collect()
    }
}

fn new(url: &str) -> NewCheck {
    let mut http = HttpCheck::of(url);
    let password = Secret::typed(PASSWORD);
    http.sign_in = Some(SignIn::Basic { user: "probe".to_owned(), password });
    http.secret_headers =
        vec![SecretHeader { name: "X-Tenant".to_owned(), value: Secret::typed(KEY) }];
    NewCheck {
        key: None,
        name: "Shop".to_owned(),
        kind: http.into(),
        interval_seconds: 30,
        deadline_ms: 10_000,
        slow_after_ms: None,
        patience: Patience::default(),
        affects: Vec::new(),
        on_outage: OnOutage::default(),
        tags: Vec::new(),
        shows_times: false,
        parents: Vec::new(),
    }
}

fn problems_of(result: Result<Stored<Check>, WriteError>) -> Vec<(String, String)> {
    let Err(WriteError::Invalid(problems)) = result else { panic!("{result:?}") };
    problems.into_iter().map(|one| (one.field, one.problem)).collect()
}

#[tokio::test]
async fn secrets_are_written_sealed_and_sent_open() {
    let story = Story::begin().await;
    let check = story.add("https://shop.example.com/health").await;
    assert!(check.kind.secrets().iter().all(|one| matches!(one.secret, Secret::Sealed(_))));
    assert_eq!(story.sent(&story.store).await, [Ok(PASSWORD.to_owned()), Ok(KEY.to_owned())]);
    // Another path, and nothing said of secrets: they stay.
    let edited = story.edit(&check, |http| {
        http.url = "https://shop.example.com/other".to_owned();
        http.sign_in = Some(SignIn::Basic { user: "ada".to_owned(), password: Secret::Kept });
    });
    let edited = edited.await.unwrap();
    assert_eq!(edited.kind.secrets()[0].secret, check.kind.secrets()[0].secret);
    assert_eq!(story.sent(&story.store).await, [Ok(PASSWORD.to_owned()), Ok(KEY.to_owned())]);
    // A new one takes the place of the former, whose row goes.
    let edited = story.edit(&check, |http| {
        http.secret_headers[0].value = Secret::typed("another-key");
        http.sign_in = None;
    });
    let edited = edited.await.unwrap();
    assert_eq!(story.sent(&story.store).await, [Ok("another-key".to_owned())]);
    let keys = story.store.list_keys_of_secrets().await.unwrap();
    assert_eq!(keys.iter().map(|one| one.secrets).sum::<i64>(), 1);
    remove_check(&story.store, edited.id, None, story.change()).await.unwrap();
    assert_eq!(story.store.list_keys_of_secrets().await.unwrap(), []);
}

/// Whoever may change a check cannot have its secrets sent to themselves.
#[tokio::test]
async fn secrets_do_not_follow_a_check_to_another_server() {
    let story = Story::begin().await;
    let check = story.add("https://shop.example.com/health").await;
    for url in
        ["https://evil.example.com/", "http://shop.example.com/", "https://shop.example.com:8443/"]
    {
        let refused = story.edit(&check, |http| http.url = url.to_owned()).await;
        let problems = problems_of(refused);
        let fields: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
        let all = ["kind.http.sign_in.basic.password", "kind.http.secret_headers[0].value"];
        assert_eq!(fields, all, "{url}");
        assert!(problems[0].1.contains("another server"), "{problems:?}");
    }
    let connect_to = Some("192.0.2.7".parse().unwrap());
    let refused = story.edit(&check, |http| http.connect_to = connect_to).await;
    assert_eq!(problems_of(refused).len(), 2);
    // Of several sites at one address the field says which one is meant.
    let host = Header { name: "HOST".to_owned(), value: "evil.example.com".to_owned() };
    let refused = story.edit(&check, |http| http.headers.push(host.clone())).await;
    assert_eq!(problems_of(refused).len(), 2);
    let host = SecretHeader { name: "Host".to_owned(), value: Secret::typed("evil.example.com") };
    let refused = story.edit(&check, |http| http.secret_headers.push(host.clone())).await;
    assert_eq!(problems_of(refused)[0].0, "kind.http.secret_headers[1].name");
    // Nor does a secret go to another check by its id.
    let other = story.add("https://other.example.com/").await;
    let Secret::Sealed(id) = *check.kind.secrets()[0].secret else { panic!("{check:?}") };
    let stolen = |http: &mut HttpCheck| {
        http.sign_in = Some(SignIn::Bearer { token: Secret::Sealed(id) });
    };
    let problems = problems_of(story.edit(&other, stolen).await);
    assert_eq!(problems[0].0, "kind.http.sign_in.bearer.token");
}

#[tokio::test]
async fn what_is_missing_or_cannot_be_kept_names_its_field() {
    let story = Story::begin().await;
    let mut missing = new("https://shop.example.com");
    if let CheckKind::Http(http) = &mut missing.kind {
        http.secret_headers[0].value = Secret::Kept;
    }
    let refused = add_check(&story.store, missing, story.change()).await;
    let problems = problems_of(refused);
    assert_eq!(problems[0].0, "kind.http.secret_headers[0].value");
    assert!(problems[0].1.starts_with("is missing"), "{problems:?}");
    let keyless = story.store.clone().with_keyring(Keyring::absent("put the key back"));
    let refused = add_check(&keyless, new("https://shop.example.com"), story.change()).await;
    let problems = problems_of(refused);
    assert_eq!(problems[0].1, "cannot be kept: put the key back");
}

#[tokio::test]
async fn without_the_key_a_check_says_why_and_can_be_edited() {
    let story = Story::begin().await;
    let check = story.add("https://shop.example.com/health").await;
    let wrong = Keyring::read(&Keyring::new_key(&Entropy::from_seed(8))).unwrap();
    for (keyring, words) in
        [(wrong, "was sealed with the key"), (Keyring::absent("put it back"), "put it back")]
    {
        let store = story.store.clone().with_keyring(keyring);
        let sent = story.sent(&store).await;
        assert!(sent.iter().all(|one| one.as_ref().is_err_and(|why| why.contains(words))));
        let rename = |check: Check| Ok(Check { name: words.to_owned(), ..check });
        change_check(&store, check.id, None, story.change(), rename).await.unwrap();
    }
    assert_eq!(story.sent(&story.store).await, [Ok(PASSWORD.to_owned()), Ok(KEY.to_owned())]);
}

#[tokio::test]
async fn nothing_of_a_secret_lies_in_the_files() {
    let story = Story::begin().await;
    let check = story.add("https://shop.example.com/health").await;
    story.edit(&check, |http| http.redirects_max = 1).await.unwrap();
    let mut looked_at = 0;
    for entry in std::fs::read_dir(story.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        looked_at += bytes.len();
        for secret in [PASSWORD, KEY, "hunter2", "cHJvYmU6aHVudGVyMi1odW50ZXIy"] {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{secret}");
        }
    }
    assert!(looked_at > 10_000);
    assert!(story.folder.path().join(format!("{}-wal", allclear_store::FILE_NAME)).exists());
}

#[test]
fn a_secret_is_for_one_server_and_one_place() {
    let server = |url: &str| server_of(&HttpCheck::of(url).into());
    assert_eq!(server("https://a.example.com/x?y"), server("HTTPS://A.example.com:443/z"));
    assert_ne!(server("https://a.example.com/"), server("http://a.example.com/"));
    let mut near = HttpCheck::of("https://a.example.com/");
    near.connect_to = Some("192.0.2.7".parse().unwrap());
    assert_ne!(server_of(&near.into()), server("https://a.example.com/"));
    // Steps at home change nothing, and those elsewhere do.
    let before = |url: &str| {
        let mut http = HttpCheck::of("https://a.example.com/");
        http.before = vec![HttpStep::of(url)];
        server_of(&http.into())
    };
    assert_eq!(before("https://a.example.com/login"), server("https://a.example.com/"));
    assert_ne!(before("https://b.example.com/login"), server("https://a.example.com/"));
}

#[test]
fn a_key_stays_with_the_certificate_that_it_was_entered_with() {
    let showing = |chain: &str, key: Secret| {
        let mut http = HttpCheck::of("https://a.example.com/");
        let chain_pem = chain.to_owned();
        http.client_certificate = Some(ClientCertificate { chain_pem, key });
        CheckKind::from(http)
    };
    let id: SecretId = Entropy::from_seed(1).id(at(0));
    let before = showing("one", Secret::Sealed(id));
    let mut same = showing("one", Secret::Kept);
    keep(Some(&before), &mut same);
    assert_eq!(same, before);
    assert_eq!(problems(Some(&before), &same), []);
    // Whether it fits another one would be seen at the first probe, which would be too late.
    let mut renewed = showing("two", Secret::Kept);
    let told = problems(Some(&before), &renewed);
    assert_eq!(told[0].field, "kind.http.client_certificate.key");
    assert!(told[0].problem.contains("enter the key of this one"), "{}", told[0].problem);
    keep(Some(&before), &mut renewed);
    assert_eq!(renewed.secrets()[0].secret.open(), None);
    assert_ne!(renewed.secrets()[0].secret, &Secret::Sealed(id));
}
