//! Status pages: what holds between them. Slugs and host names are of one page each, and one page is
//! the default.

use allclear_domain::audit::AuditAction;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::StatusPageId;
use allclear_domain::status_page::{ComponentSelection, Language, ReaderPassword, UptimePolicy};
use allclear_domain::text::Key;
use allclear_domain::{Change, StatusPage, limits};
use allclear_store::{Store, Transaction};

use super::{Noun, WriteError, Written, change_in, create_in, json};

/// A status page as somebody adds it; everything else is set afterwards.
#[derive(Clone, Debug)]
pub struct NewStatusPage {
    /// Name of the publisher or the product.
    pub title: String,
    /// Short name in addresses; made from the title where there is none.
    pub slug: Option<Key>,
    /// IANA name of the publisher's zone; UTC where there is none.
    pub timezone: Option<String>,
    /// Language of the first view.
    pub language: Language,
}

/// Adds a status page. The first one is the default.
///
/// # Errors
/// Where its slug is taken, there are too many, or a value is not taken.
pub async fn add_status_page(
    store: &Store,
    new: NewStatusPage,
    change: Change<'_>,
) -> Result<Written<StatusPage>, WriteError> {
    let mut transaction = store.begin().await?;
    let is_default = transaction.list_status_pages().await?.is_empty();
    let slug = match new.slug {
        Some(slug) => slug,
        None => Key::from_name(&new.title).unwrap_or(Key::new("status")?),
    };
    let page = StatusPage {
        id: change.entropy.id(change.now),
        slug,
        title: new.title,
        description: String::new(),
        is_default,
        host_names: Vec::new(),
        timezone: new.timezone,
        timezone_label: None,
        language: new.language,
        logo: None,
        colors: allclear_domain::status_page::ColorTokens::default(),
        components: ComponentSelection::Own,
        uptime: UptimePolicy::default(),
        password_set_at: None,
    };
    add_status_page_in(&mut transaction, &page, change).await?;
    let revision = transaction.commit().await?;
    Ok(Written { value: page, version: 1, revision })
}

/// Who may read a status page.
#[derive(Clone, Debug)]
pub enum Protection {
    /// Everybody.
    Open,
    /// Who knows the password.
    Password(ReaderPassword),
}

/// The same, in a transaction that does more. Where it is the default, the former one no longer is.
///
/// # Errors
/// As [`add_status_page`].
pub async fn add_status_page_in(
    transaction: &mut Transaction,
    page: &StatusPage,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let others = transaction.list_status_pages().await?;
    if others.len() >= limits::STATUS_PAGES_MAX {
        let max = limits::STATUS_PAGES_MAX;
        let problem = format!("there are {max}, and no more are kept");
        return Err(InvalidValue::new("status pages", problem).into());
    }
    check_among(transaction, page, &others).await?;
    if page.is_default {
        for former in others.iter().filter(|other| other.is_default) {
            step_back(transaction, former.id, change).await?;
        }
    }
    create_in(transaction, page, change).await
}

/// Changes a status page. Where it becomes the default, the former default no longer is. Who may
/// read it stays as it is.
///
/// # Errors
/// Where there is no such page, its slug or a host name is another's, a chosen component is not
/// there, the only default would be none, or it was changed meanwhile.
pub async fn change_status_page(
    store: &Store,
    id: StatusPageId,
    expected: Option<i64>,
    change: Change<'_>,
    decide: impl FnOnce(StatusPage) -> Result<StatusPage, WriteError> + Send,
) -> Result<Written<StatusPage>, WriteError> {
    let mut transaction = store.begin().await?;
    let changed = change_status_page_in(&mut transaction, id, expected, change, decide).await;
    let (value, version) = changed?;
    let revision = transaction.commit().await?;
    Ok(Written { value, version, revision })
}

/// Changes a status page, and who may read it. What the former password opened is closed.
///
/// # Errors
/// As [`change_status_page`].
pub async fn protect_status_page(
    store: &Store,
    id: StatusPageId,
    expected: Option<i64>,
    protection: Protection,
    change: Change<'_>,
    decide: impl FnOnce(StatusPage) -> Result<StatusPage, WriteError> + Send,
) -> Result<Written<StatusPage>, WriteError> {
    let mut transaction = store.begin().await?;
    let password_set_at = match &protection {
        Protection::Open => None,
        Protection::Password(_) => Some(change.now),
    };
    let (value, version) = decide_in(&mut transaction, id, expected, change, |before| {
        Ok(StatusPage { password_set_at, ..decide(before)? })
    })
    .await?;
    match protection {
        Protection::Open => transaction.remove_reader_password(id).await?,
        Protection::Password(password) => {
            let password = ReaderPassword { page_id: id, ..password };
            transaction.set_reader_password(&password).await?;
        }
    }
    let revision = transaction.commit().await?;
    Ok(Written { value, version, revision })
}

/// The same as [`change_status_page`], in a transaction that does more.
///
/// # Errors
/// As [`change_status_page`].
pub async fn change_status_page_in(
    transaction: &mut Transaction,
    id: StatusPageId,
    expected: Option<i64>,
    change: Change<'_>,
    decide: impl FnOnce(StatusPage) -> Result<StatusPage, WriteError> + Send,
) -> Result<(StatusPage, i64), WriteError> {
    decide_in(transaction, id, expected, change, |before| {
        let password_set_at = before.password_set_at;
        Ok(StatusPage { password_set_at, ..decide(before)? })
    })
    .await
}

async fn decide_in(
    transaction: &mut Transaction,
    id: StatusPageId,
    expected: Option<i64>,
    change: Change<'_>,
    decide: impl FnOnce(StatusPage) -> Result<StatusPage, WriteError> + Send,
) -> Result<(StatusPage, i64), WriteError> {
    let mut others = transaction.list_status_pages().await?;
    let was_default = others.iter().any(|page| page.id == id && page.is_default);
    others.retain(|page| page.id != id);
    let before = transaction.find_status_page(id).await?;
    let before = before
        .ok_or_else(|| WriteError::NotFound { noun: StatusPage::NOUN, id: id.to_string() })?;
    let after = decide(before.value)?;
    check_among(transaction, &after, &others).await?;
    if was_default && !after.is_default {
        let problem = "one page has to be the default: make another one the default instead";
        return Err(InvalidValue::new("is_default", problem).into());
    }
    if after.is_default && !was_default {
        for former in others.iter().filter(|page| page.is_default) {
            step_back(transaction, former.id, change).await?;
        }
    }
    change_in(transaction, id, expected, change, |_| Ok(after)).await
}

/// Takes the mark of the default from a page.
async fn step_back(
    transaction: &mut Transaction,
    id: StatusPageId,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let Some(stored) = transaction.find_status_page(id).await? else { return Ok(()) };
    let after = StatusPage { is_default: false, ..stored.value.clone() };
    transaction.update_status_page(&after, stored.version).await?;
    let (before, json_after) = (json(&stored.value), json(&after));
    let entry = change.entry(AuditAction::Change, after.subject(), before, json_after);
    transaction.insert_audit_entries(&[entry]).await?;
    Ok(())
}

/// Checks a page against the others, and what it names.
async fn check_among(
    transaction: &mut Transaction,
    page: &StatusPage,
    others: &[StatusPage],
) -> Result<(), WriteError> {
    let mut problems = Vec::new();
    if let Some(other) = others.iter().find(|other| other.slug == page.slug) {
        let problem =
            format!("`{}` is that of \u{201c}{}\u{201d}: choose another", page.slug, other.title);
        problems.push(InvalidValue::new("slug", problem));
    }
    for name in &page.host_names {
        if let Some(other) = others.iter().find(|other| other.host_names.contains(name)) {
            let problem = format!(
                "`{name}` is that of \u{201c}{}\u{201d}: take it off there first",
                other.title
            );
            problems.push(InvalidValue::new("host_names", problem));
        }
    }
    if let ComponentSelection::Chosen(chosen) = &page.components {
        for id in chosen {
            if transaction.find_component(*id).await?.is_none() {
                let problem = format!("there is no component {id}: choose one that is there");
                problems.push(InvalidValue::new("components", problem));
            }
        }
    }
    problems.truncate(limits::PROBLEMS_MAX);
    if problems.is_empty() { Ok(()) } else { Err(WriteError::Invalid(problems)) }
}
