//! Templates: added and removed. Everything else of one is [`super::change`].

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::{StatusPageId, TemplateId};
use allclear_domain::record::Affected;
use allclear_domain::text::Key;
use allclear_domain::{Change, Template, TemplateKind, limits};
use allclear_store::{Store, Stored, Transaction};

use super::removing::{find_at, note_removal};
use super::{Noun, WriteError, Written, create_in};

/// A template as somebody adds it.
#[derive(Clone, Debug)]
pub struct NewTemplate {
    /// The page that it is for.
    pub page_id: StatusPageId,
    /// Short name; made from the name where there is none.
    pub key: Option<Key>,
    /// Name as the team sees it.
    pub name: String,
    /// What begins with it.
    pub begins: TemplateKind,
    /// The title that readers see.
    pub title: String,
    /// The first message to readers.
    pub text: String,
    /// What is affected, and how.
    pub affected: Vec<Affected>,
}

/// Adds a template.
///
/// # Errors
/// Where its page or a component is not there, its key is taken, there are too many, or a value is
/// not taken.
pub async fn add_template(
    store: &Store,
    new: NewTemplate,
    change: Change<'_>,
) -> Result<Written<Template>, WriteError> {
    let mut transaction = store.begin().await?;
    let template = add_new_template_in(&mut transaction, new, change).await?;
    let revision = transaction.commit().await?;
    Ok(Written { value: template, version: 1, revision })
}

/// The same, in a transaction that does more.
///
/// # Errors
/// As [`add_template`].
pub async fn add_new_template_in(
    transaction: &mut Transaction,
    new: NewTemplate,
    change: Change<'_>,
) -> Result<Template, WriteError> {
    let key = match new.key {
        Some(key) => key,
        None => {
            let others = transaction.list_templates_of(new.page_id).await?;
            free_key(&new.name, &others)?
        }
    };
    let template = Template {
        id: change.entropy.id(change.now),
        page_id: new.page_id,
        key,
        name: new.name,
        begins: new.begins,
        title: new.title,
        text: new.text,
        affected: new.affected,
        created_at: change.now,
    };
    add_template_in(transaction, &template, change).await?;
    Ok(template)
}

/// Adds one that is made already, in a transaction that does more.
///
/// # Errors
/// As [`add_template`].
pub async fn add_template_in(
    transaction: &mut Transaction,
    template: &Template,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let others = transaction.list_templates_of(template.page_id).await?;
    if others.len() >= limits::TEMPLATES_PER_PAGE_MAX {
        let max = limits::TEMPLATES_PER_PAGE_MAX;
        let problem = format!("there are {max}, and no more are kept: remove one");
        return Err(InvalidValue::new("templates", problem).into());
    }
    if let Some(other) = others.iter().find(|other| other.key == template.key) {
        let problem = format!("`{}` is that of “{}”: choose another", template.key, other.name);
        return Err(InvalidValue::new("key", problem).into());
    }
    create_in(transaction, template, change).await
}

/// A key that no other template of the page has.
fn free_key(name: &str, others: &[Template]) -> Result<Key, InvalidValue> {
    let base = Key::from_name(name).unwrap_or(Key::new("template")?);
    Key::free(base, |key| others.iter().any(|other| other.key == *key))
}

/// Removes a template. What began with it stays as it is.
///
/// # Errors
/// Where there is no such template, or it is at another version.
pub async fn remove_template(
    store: &Store,
    id: TemplateId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let mut transaction = store.begin().await?;
    remove_template_in(&mut transaction, id, expected, change).await?;
    transaction.commit().await?;
    Ok(())
}

/// The same, in a transaction that does more.
///
/// # Errors
/// As [`remove_template`].
pub async fn remove_template_in(
    transaction: &mut Transaction,
    id: TemplateId,
    expected: Option<i64>,
    change: Change<'_>,
) -> Result<(), WriteError> {
    let stored: Stored<Template> = find_at(transaction, id, expected).await?;
    transaction.remove_template(&stored.value, stored.version).await?;
    transaction.remove_origin(stored.subject()).await?;
    note_removal(transaction, &stored.value, change).await
}
