//! What is there already, as one transaction sees it.

use std::collections::HashMap;

use allclear_domain::audit::Subject;
use allclear_domain::{Component, Person, StatusPage, Template};
use allclear_store::{StoreError, Transaction};

/// Everything that files can declare, as it is now.
#[derive(Debug, Default)]
pub(crate) struct Present {
    pub(crate) pages: Vec<StatusPage>,
    pub(crate) components: Vec<Component>,
    pub(crate) templates: Vec<Template>,
    pub(crate) people: Vec<Person>,
    /// The files that something comes from.
    pub(crate) origins: HashMap<Subject, String>,
}

/// Reads it.
pub(crate) async fn load(transaction: &mut Transaction) -> Result<Present, StoreError> {
    let origins = transaction.list_origins().await?.into_iter();
    Ok(Present {
        pages: transaction.list_status_pages().await?,
        components: transaction.list_components().await?,
        templates: transaction.list_templates().await?,
        people: transaction.list_people().await?,
        origins: origins.map(|origin| (origin.subject, origin.file)).collect(),
    })
}
