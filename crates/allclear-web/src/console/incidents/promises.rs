//! Promises: further steps that readers were told of, until they are kept or dropped.

use allclear_domain::action::{ActionState, Due};
use allclear_domain::error::InvalidValue;
use allclear_domain::{Incident, OutageRecord};
use allclear_incidents::writing::{self, WriteError};

use super::room::{self, Room, Shown};
use super::update;
use crate::console::Call;
use crate::console::answer::{Answer, Refusal};
use crate::console::clock::WallClock;

/// One step.
pub(crate) struct PromiseView {
    pub(crate) place: usize,
    pub(crate) text: String,
    pub(crate) due: String,
    pub(crate) state: String,
    pub(crate) is_promise: bool,
    pub(crate) is_late: bool,
    /// Why it is to be dropped, where somebody typed that and was refused.
    pub(crate) why: String,
}

/// The steps of a record.
pub(super) fn views(record: &OutageRecord, clock: &WallClock, call: &Call) -> Vec<PromiseView> {
    let sent = call.param::<usize>("place").ok();
    let today = call.now.to_zoned(clock.zone().clone()).date();
    let view = |(place, action): (usize, &allclear_domain::action::ActionItem)| PromiseView {
        place,
        text: action.text.clone(),
        due: action.due.map(|due| due.to_string()).unwrap_or_default(),
        state: match &action.state {
            ActionState::Promised => "Promised".to_owned(),
            ActionState::Done { on: Some(on) } => format!("Done {on}"),
            ActionState::Done { on: None } => "Done".to_owned(),
            ActionState::Dropped { why: Some(why) } => format!("Dropped: {why}"),
            ActionState::Dropped { why: None } => "Dropped".to_owned(),
        },
        is_promise: action.is_promise(),
        is_late: action.is_overdue(today),
        why: if sent == Some(place) { call.form.text("why").to_owned() } else { String::new() },
    };
    record.actions.iter().enumerate().map(view).collect()
}

/// Promises something.
pub(super) async fn add(call: Call) -> Answer {
    let text = call.form.text("promise").to_owned();
    let due = match call.form.maybe("due").map(str::parse::<Due>).transpose() {
        Ok(due) => due,
        Err(problem) => return refuse(&call, problem.into()).await,
    };
    if text.is_empty() {
        let problem = InvalidValue::new("promise", "is empty: say what you will do");
        return refuse(&call, problem.into()).await;
    }
    change(&call, "promised", |record| Ok(record.promise(text, due))).await
}

/// Keeps, drops or renews one: the button says which.
pub(super) async fn settle(call: Call) -> Answer {
    let place: usize = call.param("place")?;
    let why = call.form.text("why").to_owned();
    let today = match Room::enter(&call).await {
        Ok(room) => call.now.to_zoned(room.setting.clock.zone().clone()).date(),
        Err(refusal) => return Err(refusal),
    };
    match call.form.text("do") {
        "keep" => {
            let keep = |record: OutageRecord| Ok(record.keep_promise(place, Some(today))?);
            change(&call, "kept", keep).await
        }
        "drop" => {
            let drop = |record: OutageRecord| Ok(record.drop_promise(place, why)?);
            change(&call, "dropped", drop).await
        }
        "renew" => {
            let renew = |record: OutageRecord| Ok(record.renew_promise(place)?);
            change(&call, "renewed", renew).await
        }
        _ => Err(Refusal::NotFound),
    }
}

async fn change(
    call: &Call,
    what: &str,
    decide: impl FnOnce(OutageRecord) -> Result<OutageRecord, WriteError> + Send,
) -> Answer {
    let room = Room::enter(call).await?;
    let expected = call.form.text("version").parse().ok();
    let actor = call.actor()?;
    let (store, id) = (&call.app.store, room.stored.value.id);
    let written =
        writing::change(store, id, expected, call.change(&actor), |incident: Incident| {
            let record = decide(incident.record.clone())?;
            Ok(incident.set_record(record))
        });
    match written.await {
        Ok(_) => update::done(call, &room, what),
        Err(error) => refuse(call, error).await,
    }
}

async fn refuse(call: &Call, error: WriteError) -> Answer {
    let (status, problems) = super::told_of(error)?;
    let room = Room::enter(call).await?;
    let shown = Shown { status, problems, ..Shown::default() };
    room::show_with(call, &room, &call.form, shown).await
}
