//! Lists of names: as people and programs write them, and as they are read from somewhere once in each period.

use std::time::Duration;

use allclear_domain::check::{NameList, NamesCheck, may_replace, set_of_names};
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use allclear_store::{NameListRow, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use url::Host;

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

/// Reads the list from where the check says. One that cannot be read, or from which more than half is gone,
/// changes nothing but that this is known.
///
/// # Errors
/// Where the store fails.
pub(super) async fn renew(
    store: &Store,
    prober: &dyn Prober,
    id: CheckId,
    url: &str,
    row: NameListRow,
    deadline: Duration,
    now: Timestamp,
) -> Result<(), StoreError> {
    let fetched = fetch(prober, url, deadline, now).await;
    let mut transaction = store.begin().await?;
    let known = transaction.find_name_list(id).await?;
    if known.version != row.version {
        // Somebody set it meanwhile, or it is read from elsewhere now.
        return transaction.rollback().await;
    }
    let taken = match fetched {
        Ok(names) => {
            let before = transaction.list_names(id).await?;
            let removed = before.iter().filter(|name| names.binary_search(name).is_err()).count();
            match may_replace(before.len(), removed, names.len()) {
                Ok(()) => Ok((removed > 0 || names.len() != before.len(), names)),
                Err(refused) => Err(refused.to_string()),
            }
        }
        Err(problem) => Err(problem),
    };
    let list = match taken {
        Ok((is_new, names)) => {
            if is_new {
                let changed = transaction.set_names(id, &names, now).await?;
                let (added, removed) = (changed.added, changed.removed);
                tracing::info!(check.id = %id, added, removed, "the list of names was read anew");
            }
            let list = transaction.find_name_list(id).await?.list;
            NameList { read_at: Some(now), tried_at: Some(now), problem: None, ..list }
        }
        Err(problem) => {
            tracing::warn!(check.id = %id, %problem, "the list of names stays as it was");
            NameList { tried_at: Some(now), problem: Some(problem), ..known.list }
        }
    };
    let version = transaction.find_name_list(id).await?.version;
    transaction.put_name_list(id, &NameListRow { list, version }).await?;
    transaction.commit().await.map(|_| ())
}

/// The list as it is there, or why it cannot be read.
async fn fetch(
    prober: &dyn Prober,
    url: &str,
    deadline: Duration,
    now: Timestamp,
) -> Result<Vec<String>, String> {
    let fetch = Fetch { url: url.to_owned(), accept: ACCEPT, deadline };
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
