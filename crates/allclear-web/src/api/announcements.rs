//! `/api/v1/announcements`.

use allclear_domain::ids::AnnouncementId;
use allclear_domain::text::ProseFormat;
use allclear_domain::{Announcement, Scope, limits};
use allclear_incidents::writing::{self, NewAnnouncement, WriteError};
use allclear_store::Stored;
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::incidents::published_at;
use super::json::Answer;
use super::noun::{self, Noun};
use super::openapi::Operation;
use super::problem::Problem;
use super::wire::{ListJson, MomentJson, ProseFormatWord, given, prose};
use crate::access::Needs;
use crate::access::table::Table;

const ALL: &str = "/api/v1/announcements";
const ONE: &str = "/api/v1/announcements/{id}";
const PUBLISH: &str = "/api/v1/announcements/{id}/publish";
const TAKE_OFF: &str = "/api/v1/announcements/{id}/take-off";

/// A notice that is neither an incident nor maintenance.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Announcement")]
pub(super) struct AnnouncementJson {
    id: String,
    /// The id in addresses of the status page.
    public_id: String,
    /// Id of the status page that tells it.
    status_page: String,
    title: String,
    body: String,
    #[schemars(with = "ProseFormatWord")]
    body_format: ProseFormat,
    /// When everybody could read it; `null` while it is a draft.
    published_at: Option<Timestamp>,
    /// The time that readers are shown.
    shown_at: MomentJson,
    /// Until when it stands on the first view.
    until: Option<Timestamp>,
    created_at: Timestamp,
    /// Counts its changes. The `ETag` says the same.
    version: i64,
}

impl AnnouncementJson {
    fn of(announcement: &Announcement, version: i64) -> Self {
        Self {
            id: announcement.id.to_string(),
            public_id: announcement.public_id.to_string(),
            status_page: announcement.page_id.to_string(),
            title: announcement.title.clone(),
            body: announcement.body.text.clone(),
            body_format: announcement.body.format,
            published_at: published_at(announcement.publication),
            shown_at: announcement.shown_at.into(),
            until: announcement.until,
            created_at: announcement.created_at,
            version,
        }
    }
}

/// A notice to make.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewAnnouncement")]
#[serde(deny_unknown_fields)]
struct NewAnnouncementJson {
    /// Id or slug of the status page that tells it; the default one where this is left out.
    status_page: Option<String>,
    /// One line.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    title: String,
    /// The notice.
    body: String,
    /// How it is written; Markdown where this is left out.
    #[schemars(with = "Option<ProseFormatWord>")]
    body_format: Option<ProseFormat>,
    /// Until when it stands on the first view.
    until: Option<Timestamp>,
    /// The team alone may read it for now.
    #[serde(default)]
    is_draft: bool,
}

/// What changes of a notice: what is left out stays, `null` removes it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AnnouncementPatch")]
#[serde(deny_unknown_fields, default)]
struct AnnouncementPatchJson {
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    title: Option<String>,
    body: Option<String>,
    /// How the body is written; Markdown where this is left out.
    #[schemars(with = "Option<ProseFormatWord>")]
    body_format: Option<ProseFormat>,
    #[serde(deserialize_with = "given")]
    until: Option<Option<Timestamp>>,
}

/// Adds the addresses of announcements.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    let (read, write) = (Needs::Scope(Scope::Read), Needs::Scope(Scope::Incidents));
    table
        .get(ALL, read, list)
        .post(ALL, write, announce)
        .get(ONE, read, show)
        .patch(ONE, write, patch)
        .post(PUBLISH, write, publish)
        .post(TAKE_OFF, write, take_off)
}

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(ALL, "List announcements, newest first")
            .lists(&[])
            .gives::<ListJson<AnnouncementJson>>(200),
        Operation::post(ALL, "Announce something")
            .takes::<NewAnnouncementJson>()
            .gives::<AnnouncementJson>(201),
        Operation::get(ONE, "Show an announcement").gives::<AnnouncementJson>(200),
        Operation::patch(ONE, "Change an announcement")
            .takes::<AnnouncementPatchJson>()
            .gives::<AnnouncementJson>(200),
        Operation::post(PUBLISH, "Show a draft to everybody").gives::<AnnouncementJson>(200),
        Operation::post(TAKE_OFF, "Take it off the first view").gives::<AnnouncementJson>(200),
    ]
}

async fn list(call: Call) -> Answer {
    let (slice, limit) = call.slice(Vec::new()).await?;
    let found = call.app.store.slice_announcements(&slice).await?;
    noun::list(&call, found, limit)
}

async fn find(call: &Call) -> Result<Stored<Announcement>, Problem> {
    let store = &call.app.store;
    call.named(
        |id: AnnouncementId| store.find_announcement(id),
        |public_id| store.find_announcement_by_public_id(public_id),
    )
    .await
}

async fn show(call: Call) -> Answer {
    let stored = find(&call).await?;
    noun::show(&call, &stored)
}

impl Noun for Announcement {
    type Json = AnnouncementJson;
    type Id = AnnouncementId;
    const ALL: &'static str = ALL;

    fn id(&self) -> AnnouncementId {
        self.id
    }

    fn json(&self, version: i64, _: &Call) -> AnnouncementJson {
        AnnouncementJson::of(self, version)
    }
}

async fn announce(call: Call) -> Answer {
    let new: NewAnnouncementJson = call.json()?;
    let new = NewAnnouncement {
        page_id: call.status_page(new.status_page.as_deref()).await?,
        title: new.title,
        body: prose(new.body, new.body_format),
        until: new.until,
        is_draft: new.is_draft,
    };
    let written = writing::announce(&call.app.store, new, call.change()).await?;
    noun::made(&call, &written)
}

async fn change(
    call: &Call,
    expected: Option<i64>,
    decide: impl FnOnce(Announcement) -> Result<Announcement, WriteError> + Send,
) -> Answer {
    let id = find(call).await?.id;
    let written = writing::change(&call.app.store, id, expected, call.change(), decide).await?;
    noun::changed(call, StatusCode::OK, &written)
}

async fn patch(call: Call) -> Answer {
    let expected = call.version()?;
    let patch: AnnouncementPatchJson = call.json()?;
    change(&call, Some(expected), |mut announcement| {
        announcement.title = patch.title.unwrap_or(announcement.title);
        let body = patch.body.map(|body| prose(body, patch.body_format));
        announcement.body = body.unwrap_or(announcement.body);
        match patch.until {
            Some(Some(until)) => Ok(announcement.show_until(until, call.now)?),
            Some(None) => Ok(Announcement { until: None, ..announcement }),
            None => Ok(announcement),
        }
    })
    .await
}

async fn publish(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    change(&call, expected, |announcement| Ok(announcement.publish(call.now)?)).await
}

async fn take_off(call: Call) -> Answer {
    let expected = call.version_if_any()?;
    change(&call, expected, |announcement| Ok(announcement.take_off(call.now)?)).await
}
