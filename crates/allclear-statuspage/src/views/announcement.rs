//! The permalink of an announcement.

use allclear_domain::ids::PublicId;
use askama::Template;

use super::{Context, NO_DAY, PageView, Tab, place_of};
use crate::format::{Html, prose};
use crate::model::RecordRef;

#[derive(Template)]
#[template(path = "announcement.html")]
pub(crate) struct AnnouncementPage {
    page: PageView,
    title: String,
    time: Html,
    body: Html,
    source: Option<String>,
    earlier: Option<Html>,
    later: Option<Html>,
}

impl AnnouncementPage {
    pub(crate) fn new(context: &Context<'_>, id: PublicId) -> Option<Self> {
        let notices = &context.model.snapshot.announcements;
        let place = place_of(notices, id, |notice| notice.public_id)?;
        let notice = notices.get(place)?;
        if !context.model.is_told(notice) {
            return None;
        }
        let (earlier, later) = context.neighbours(RecordRef::Announcement(place));
        let status = context.model.present().status;
        Some(Self {
            page: context.page(&notice.title, Tab::History, status),
            title: notice.title.clone(),
            time: context.locale.moment(notice.shown_at, NO_DAY),
            body: prose(&notice.body),
            source: context.source_text(RecordRef::Announcement(place)),
            earlier,
            later,
        })
    }
}
