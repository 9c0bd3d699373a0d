//! Messages of incidents and maintenance windows.

use allclear_domain::ids::StatusPageId;
use allclear_domain::posted::{Posted, UpdateEdit};
use allclear_domain::text::{Prose, ProseFormat};
use allclear_domain::times::Moment;
use allclear_incidents::writing::NewUpdate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::ChangeJson;
use super::when::MomentJson;
use super::words::ProseFormatWord;
use crate::api::call::Call;
use crate::api::problem::Problem;

/// A message, as it was posted.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Update")]
pub(crate) struct UpdateJson {
    id: String,
    /// The status that it published; `null` where it changed none.
    status: Option<String>,
    /// The time that readers are shown.
    shown_at: MomentJson,
    /// When it was entered.
    posted_at: Timestamp,
    body: String,
    #[schemars(with = "ProseFormatWord")]
    body_format: ProseFormat,
    /// What it changed for components.
    components: Vec<ChangeJson>,
    /// By when the next message was announced.
    next_update_due_at: Option<Timestamp>,
    /// It was entered after the fact.
    is_backfilled: bool,
    /// How often it was edited; readers see that it was.
    edits: usize,
}

/// The messages of something, oldest first.
pub(crate) fn updates<S: Copy>(
    posted: &[Posted<S>],
    word: impl Fn(S) -> &'static str,
) -> Vec<UpdateJson> {
    let json = |update: &Posted<S>| UpdateJson {
        id: update.id.to_string(),
        status: update.status.map(|status| word(status).to_owned()),
        shown_at: update.shown_at.into(),
        posted_at: update.posted_at,
        body: update.body.text.clone(),
        body_format: update.body.format,
        components: ChangeJson::of(&update.changes),
        next_update_due_at: update.next_update_due_at,
        is_backfilled: update.is_backfilled,
        edits: update.edits.len(),
    };
    posted.iter().map(json).collect()
}

/// A message to post. `S` is the status of what it belongs to, `W` its words.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "New{W}Update")]
#[serde(deny_unknown_fields, bound = "S: Deserialize<'de>")]
pub(crate) struct NewUpdateJson<S, W> {
    /// The status that it publishes; left out, it changes none.
    #[schemars(with = "Option<W>")]
    status: Option<S>,
    /// The message.
    body: String,
    /// How it is written; Markdown where this is left out.
    #[schemars(with = "Option<ProseFormatWord>")]
    body_format: Option<ProseFormat>,
    /// The time that readers are shown; the present where it is left out.
    shown_at: Option<Timestamp>,
    /// What it changes for components.
    #[serde(default)]
    components: Vec<ChangeJson>,
    /// By when the next message is announced.
    next_update_due_at: Option<Timestamp>,
    #[serde(skip)]
    #[schemars(skip)]
    words: std::marker::PhantomData<W>,
}

impl<S, W> NewUpdateJson<S, W> {
    /// The message, with the components looked up on a status page.
    pub(crate) async fn read(
        self,
        call: &Call,
        page_id: StatusPageId,
    ) -> Result<NewUpdate<S>, Problem> {
        let update = NewUpdate {
            status: self.status,
            body: prose(self.body, self.body_format),
            shown_at: self.shown_at,
            changes: ChangeJson::read(call, page_id, self.components).await?,
            next_update_due_at: self.next_update_due_at,
        };
        Ok(update.checked(call.now)?)
    }
}

/// A text, Markdown where nothing else is said.
pub(crate) fn prose(text: String, format: Option<ProseFormat>) -> Prose {
    Prose { text, format: format.unwrap_or(ProseFormat::Markdown) }
}

/// What changes of a message. How it was stays on record, and readers see that it was edited.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "UpdatePatch")]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UpdateEditJson {
    /// The message.
    body: Option<String>,
    /// How it is written; Markdown where this is left out.
    #[schemars(with = "Option<ProseFormatWord>")]
    body_format: Option<ProseFormat>,
    /// The time that readers are shown.
    shown_at: Option<Timestamp>,
    /// What it changes for components.
    components: Option<Vec<ChangeJson>>,
}

impl UpdateEditJson {
    /// The edit, with the components looked up on a status page.
    pub(crate) async fn read(
        self,
        call: &Call,
        page_id: StatusPageId,
    ) -> Result<UpdateEdit, Problem> {
        let changes = match self.components {
            Some(list) => Some(ChangeJson::read(call, page_id, list).await?),
            None => None,
        };
        Ok(UpdateEdit {
            body: self.body.map(|text| prose(text, self.body_format)),
            shown_at: self.shown_at.map(|at| Moment::At { at }),
            changes,
        })
    }
}
