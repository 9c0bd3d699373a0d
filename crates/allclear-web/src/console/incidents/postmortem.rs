//! The postmortem: written for the team, then shown to everybody.

use allclear_domain::error::InvalidValue;
use allclear_domain::record::Publication;
use allclear_domain::text::Prose;
use allclear_domain::{Incident, Postmortem};
use allclear_incidents::writing::{self, WriteError};
use askama::Template;
use axum::http::StatusCode;
use jiff::tz::TimeZone;

use super::room::Room;
use super::{timeline, update};
use crate::console::answer::{self, Answer};
use crate::console::form::Form;
use crate::console::{Call, Chrome};

#[derive(Template)]
#[template(path = "console/incidents/postmortem.html")]
struct PostmortemView {
    chrome: Chrome,
    problems: Vec<String>,
    path: String,
    back: String,
    version: i64,
    summary: String,
    factors: String,
    timeline: String,
    zone_name: String,
    discussion: String,
    state: &'static str,
    is_fresh: bool,
    /// What it says now, where somebody else changed it meanwhile.
    meanwhile: Option<String>,
}

fn form_of(incident: &Incident, zone: &TimeZone) -> Form {
    let Some(postmortem) = &incident.postmortem else { return Form::default() };
    Form::of([
        ("timeline", &timeline::text_of(&postmortem.timeline, zone)),
        ("summary", &postmortem.summary.text),
        ("factors", &postmortem.contributing_factors.join("\n")),
        ("discussion", postmortem.discussion_url.as_deref().unwrap_or_default()),
    ])
}

/// How far it is: for the words of pages.
pub(super) fn state_of(incident: &Incident) -> &'static str {
    match &incident.postmortem {
        None => "none",
        Some(postmortem) if postmortem.publication.is_public() => "public",
        Some(_) => "draft",
    }
}

/// The form.
pub(super) async fn show(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let form = form_of(&room.stored.value, room.setting.clock.zone());
    page(&call, &room, &form, StatusCode::OK, Vec::new())
}

fn page(
    call: &Call,
    room: &Room,
    form: &Form,
    status: StatusCode,
    problems: Vec<String>,
) -> Answer {
    let incident = &room.stored.value;
    let is_stale =
        form.maybe("version").is_some_and(|version| version != room.stored.version.to_string());
    let clock = &room.setting.clock;
    let now = form_of(incident, clock.zone());
    let names = ["summary", "timeline", "factors", "discussion"];
    let differs = names.iter().any(|name| now.text(name) != form.lines(name));
    let all = || names.map(|name| now.text(name)).join("\n\n");
    let view = PostmortemView {
        chrome: Chrome::of(call, "Postmortem", super::done(call.query.text("done"))),
        problems,
        path: format!("{}/postmortem", room.path()),
        back: room.path(),
        version: room.stored.version,
        summary: form.lines("summary"),
        factors: form.lines("factors"),
        timeline: form.lines("timeline"),
        zone_name: clock.name.clone(),
        discussion: form.text("discussion").to_owned(),
        state: state_of(incident),
        is_fresh: status == StatusCode::OK,
        meanwhile: (is_stale && differs).then(all),
    };
    answer::page(status, &view)
}

/// Writes it, or writes and publishes it: the button says which.
pub(super) async fn write(call: Call) -> Answer {
    let room = Room::enter(&call).await?;
    let expected = call.form.text("version").parse().ok();
    let is_published = call.form.text("do") == "publish";
    let actor = call.actor()?;
    let (store, id) = (&call.app.store, room.stored.value.id);
    let written =
        writing::change(store, id, expected, call.change(&actor), |incident: Incident| {
            let zone = room.setting.clock.zone();
            let postmortem = read(&call.form, incident.postmortem.as_ref(), zone)?;
            let incident = incident.write_postmortem(postmortem);
            if is_published { Ok(incident.publish_postmortem(call.now)?) } else { Ok(incident) }
        });
    let done = if is_published { "postmortem-published" } else { "postmortem" };
    match written.await {
        Ok(_) => update::done(&call, &room, done),
        Err(error) => refuse(&call, error).await,
    }
}

async fn refuse(call: &Call, error: WriteError) -> Answer {
    let (status, problems) = super::told_of(error)?;
    let room = Room::enter(call).await?;
    page(call, &room, &call.form, status, problems)
}

/// The postmortem that the form says. What the form does not show stays as it is.
fn read(
    form: &Form,
    known: Option<&Postmortem>,
    zone: &TimeZone,
) -> Result<Postmortem, InvalidValue> {
    let format = known.map(|known| known.summary.format);
    let format = format.unwrap_or(Prose::markdown("").format);
    let factors = form.lines("factors");
    let factors = factors.lines().map(str::trim).filter(|line| !line.is_empty());
    let timeline = known.map(|known| known.timeline.clone()).unwrap_or_default();
    let timeline = match form.is_ticked("timeline") {
        true => timeline::read(&form.lines("timeline"), &timeline, zone)?,
        false => timeline,
    };
    Ok(Postmortem {
        publication: Publication::Draft,
        summary: Prose { format, text: form.lines("summary") },
        timeline,
        contributing_factors: factors.map(str::to_owned).collect(),
        discussion_url: form.maybe("discussion").map(str::to_owned),
    })
}
