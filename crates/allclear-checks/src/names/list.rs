//! Lists of names: as people and programs write them, and as they are read from somewhere once in each period.

use std::sync::Arc;
use std::time::Duration;

use allclear_domain::Change;
use allclear_domain::check::{NameList, NamesCheck, may_replace, set_of_names};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use allclear_store::{NameListRow, Store, StoreError, Transaction};
use jiff::{SignedDuration, Timestamp};
use url::Host;

use super::Asker;
use super::writing::audited;
use crate::limits;
use crate::prober::{Fetch, Prober};

/// What is taken in answer.
const ACCEPT: &str = "text/plain, application/json;q=0.9";
/// How long it waits to read a list again that could not be read.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Reads a list: one name a line with remarks behind `#`, or an array of JSON. Other letters than a to z become
/// their ASCII form; each name is there once.
///
/// # Errors
/// Where it is neither, one of them is no host name, or there are too many.
pub fn read(text: &str) -> Result<Vec<String>, InvalidValue> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('[') {
        let names: Vec<String> = serde_json::from_str(text).map_err(|error| {
            InvalidValue::new("names", format!("are no JSON array of texts: {error}"))
        })?;
        return set(names);
    }
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    set(lines.filter(|line| !line.is_empty()).map(str::to_owned))
}

/// Names as they are sent, each once.
///
/// # Errors
/// Where one of them is no host name, or there are too many.
pub(super) fn set(names: impl IntoIterator<Item = String>) -> Result<Vec<String>, InvalidValue> {
    set_of_names(names.into_iter().map(|name| sent(&name)))
}

/// A name as it is sent. What is none stays as it is, to be refused.
fn sent(name: &str) -> String {
    let name = name.trim();
    match Host::parse(name.strip_suffix('.').unwrap_or(name)) {
        Ok(Host::Domain(name)) => name,
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => name.to_owned(),
    }
}

/// Where to read the list from, where it is time for that.
pub(super) fn is_time<'a>(
    check: &'a NamesCheck,
    list: &NameList,
    now: Timestamp,
) -> Option<&'a str> {
    let url = check.list_url.as_deref()?;
    let period = SignedDuration::from_secs(check.period_seconds.into());
    let is_old = |at: Option<Timestamp>, after: SignedDuration| {
        at.is_none_or(|at| now.duration_since(at).abs() >= after)
    };
    (is_old(list.read_at, period) && is_old(list.tried_at, AGAIN_AFTER)).then_some(url)
}

/// A list that is read from where the check says.
pub(super) struct Renewal {
    pub(super) store: Store,
    pub(super) prober: Arc<dyn Prober>,
    pub(super) by: Asker,
    pub(super) id: CheckId,
    pub(super) url: String,
    /// The version that it takes the place of.
    pub(super) version: i64,
    pub(super) now: Timestamp,
}

impl Renewal {
    /// Reads the list. One that cannot be read, or from which more than half is gone, changes nothing but that
    /// this is known. What takes longer than `wait` goes on by itself, so that no end of a round cuts it short
    /// again and again.
    ///
    /// # Errors
    /// Where the store fails.
    pub(super) async fn run(self, wait: Duration) -> Result<(), StoreError> {
        if !self.begin().await? {
            return Ok(());
        }
        match tokio::time::timeout(wait, tokio::spawn(self.read())).await {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => {
                tracing::error!(%error, "reading a list of names broke off");
                Ok(())
            }
            // It goes on.
            Err(_) => Ok(()),
        }
    }

    /// What is known of the list, where it is still to be read from there.
    async fn stands(
        &self,
        transaction: &mut Transaction,
    ) -> Result<Option<NameListRow>, StoreError> {
        let check = self.by.stands(transaction, self.id).await?;
        let row = transaction.find_name_list(self.id).await?;
        let is_asked = check.is_some_and(|check| check.list_url.as_deref() == Some(&self.url));
        // Somebody may have set it meanwhile.
        Ok(Some(row).filter(|row| is_asked && row.version == self.version))
    }

    /// Writes that it is tried: whatever comes of it, nobody tries again at once.
    async fn begin(&self) -> Result<bool, StoreError> {
        let mut transaction = self.store.begin().await?;
        let Some(NameListRow { list, version }) = self.stands(&mut transaction).await? else {
            transaction.rollback().await?;
            return Ok(false);
        };
        let list = NameList { tried_at: Some(self.now), ..list };
        transaction.put_name_list(self.id, &NameListRow { list, version }).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn read(self) -> Result<(), StoreError> {
        let (id, now) = (self.id, self.now);
        let fetched = fetch(self.prober.as_ref(), &self.url, now).await;
        let mut transaction = self.store.begin().await?;
        if self.stands(&mut transaction).await?.is_none() {
            return transaction.rollback().await;
        }
        let taken = match fetched {
            Ok(names) => self.take(&mut transaction, &names).await?,
            Err(problem) => Err(problem),
        };
        let NameListRow { list, version } = transaction.find_name_list(id).await?;
        let list = match taken {
            Ok(()) => NameList { read_at: Some(now), problem: None, ..list },
            Err(problem) => {
                tracing::warn!(check.id = %id, %problem, "the list of names stays as it was");
                NameList { problem: Some(problem), ..list }
            }
        };
        transaction.put_name_list(id, &NameListRow { list, version }).await?;
        transaction.commit().await.map(|_| ())
    }

    /// Makes these the names, with an audit entry where any comes or goes, or says why not.
    async fn take(
        &self,
        transaction: &mut Transaction,
        names: &[String],
    ) -> Result<Result<(), String>, StoreError> {
        let before = transaction.list_names(self.id).await?;
        let removed = before.iter().filter(|name| names.binary_search(name).is_err()).count();
        if let Err(refused) = may_replace(before.len(), removed, names.len()) {
            return Ok(Err(refused.to_string()));
        }
        if removed == 0 && names.len() == before.len() {
            return Ok(Ok(()));
        }
        let changed = transaction.set_names(self.id, names, self.now).await?;
        let change = Change { actor: &self.by.actor, entropy: &self.by.entropy, now: self.now };
        let entry = audited(self.id, before.len(), names.len(), changed, change);
        transaction.insert_audit_entries(&[entry]).await?;
        Ok(Ok(()))
    }
}

/// The list as it is there, or why it cannot be read.
async fn fetch(prober: &dyn Prober, url: &str, now: Timestamp) -> Result<Vec<String>, String> {
    let fetch = Fetch {
        url: url.to_owned(),
        accept: ACCEPT,
        deadline: limits::NAME_LIST_TIME_MAX,
        bytes_max: limits::NAME_LIST_BYTES_MAX,
    };
    let fetched = prober.fetch(fetch, now).await.map_err(|why| {
        let told: String = why.told.chars().take(limits::TOLD_CHARS_MAX).collect();
        format!("it cannot be read: {told}")
    })?;
    if !(200..300).contains(&fetched.status) {
        return Err(format!("the status is {}, not 200 to 299", fetched.status));
    }
    let text = String::from_utf8(fetched.body).map_err(|_| "it is no UTF-8".to_owned())?;
    read(&text).map_err(|problem| format!("it {}", problem.problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_lines_or_json() {
        let wanted = ["a.example.com", "b.example.com", "xn--bcher-kva.example.com"];
        let lines = "\u{feff}# customers\r\nB.example.com.  # the second\r\n\r\n a.example.com\n\
                     bücher.example.com\na.example.com";
        assert_eq!(read(lines).unwrap(), wanted);
        let json = r#" ["bücher.example.com", "b.example.com", "a.example.com", "a.example.com"]"#;
        assert_eq!(read(json).unwrap(), wanted);
        assert!(read(" # nobody\n").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_list_is_refused_and_named() {
        for wrong in ["<html>", "*.example.com", "192.0.2.1", "[::1]", "a.example.com:80", "a b"] {
            let lines = format!("a.example.com\n{wrong}");
            assert!(read(&lines).unwrap_err().to_string().contains(wrong), "{wrong}");
        }
        for wrong in ["[1]", "[\"a.example.com\"", "[\"\"]"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
