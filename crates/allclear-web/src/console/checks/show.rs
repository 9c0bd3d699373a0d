//! One check: how it is, the last probe, the last exchange that failed, and what it measured.

use allclear_checks::times;
use allclear_checks::writing;
use allclear_domain::check::{Run, Threshold};
use allclear_domain::ids::CheckId;
use allclear_domain::{Check, Outage, Scope};
use allclear_store::{Judged, Store, StoreError, Stored};
use askama::Template;
use axum::http::StatusCode;
use jiff::Timestamp;

use super::chart::Chart;
use super::fields::{self, seconds};
use super::groups::MembersView;
use super::heard::HeardView;
use super::names::NamesView;
use super::parents::{self, FamilyView};
use super::pickers::{Known, status_name};
use super::probe::ProbeView;
use super::sight::{SightView, SpellView};
use super::state::{self, State, of_threshold, plain, tell_reason};
use super::{done, map, path_of, tell};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::trouble;
use crate::console::when::{When, tell_length};
use crate::console::{Call, Chrome};

/// Outages that a page shows, the newest first.
const OUTAGES_SHOWN: u16 = 20;

/// One outage.
struct OutageView {
    state: State,
    began: When,
    /// How long it was, or has been.
    length: String,
    is_open: bool,
    reason: String,
    /// Where somebody else tells of it.
    fault_page: Option<String>,
}

#[derive(Template)]
#[template(path = "console/checks/show.html")]
struct CheckView {
    chrome: Chrome,
    id: String,
    path: String,
    target: String,
    /// The requests before the one that is judged.
    steps: Vec<String>,
    tags: Vec<String>,
    state: State,
    since: Option<When>,
    length: String,
    /// What speaks against what is believed.
    doubt: String,
    pace: String,
    patience: String,
    /// Components, and what readers are told.
    affects: Vec<(String, &'static str, &'static str)>,
    /// What came, where it is a heartbeat.
    heard: Option<HeardView>,
    family: FamilyView,
    /// The map of it.
    map: String,
    /// Components of which nothing is told while it is down, because what checks them stands behind it.
    untold: Vec<String>,
    /// Its members, where it is a group.
    group: Option<MembersView>,
    /// Its names, where it is a set of them.
    names: Option<NamesView>,
    last: Option<ProbeView>,
    last_bad: Option<ProbeView>,
    /// Whether that is the last one.
    is_last_bad: bool,
    chart: Chart,
    outages: Vec<OutageView>,
    sight: SightView,
    spells: Vec<SpellView>,
    may_write: bool,
    may_audit: bool,
}

async fn find(call: &Call) -> Result<Stored<Check>, Refusal> {
    let id: CheckId = call.param("id")?;
    call.app.store.find_check(id).await?.ok_or(Refusal::NotFound)
}

/// The check.
pub(super) async fn show(call: Call) -> Answer {
    let (store, now) = (&call.app.store, call.now);
    let check = find(&call).await?.value;
    let judged = state::judged(store, check.id).await?;
    let since = state::since(store, &check, judged.as_ref()).await?;
    let outages = store.list_latest_outages(check.id, OUTAGES_SHOWN).await?;
    let stretch = call.query.text("over").parse().unwrap_or_default();
    let times = times::read(store, check.id, stretch, now).await?;
    let known = Known::load(store).await?;
    let affects = check.affects.iter().map(|one| {
        let name = known.name_of(&one.component_id.to_string());
        (name, status_name(one.when_failing), status_name(one.when_degraded))
    });
    let access = call.access()?;
    let base = access.may(Scope::Checks).then_some(call.base_url.as_str());
    let heard = match check.kind.as_heartbeat() {
        Some(one) => Some(HeardView::load(store, check.id, one, base, now).await?),
        None => None,
    };
    let behind = judged.as_ref().and_then(|one| one.judgment.behind());
    let all = store.list_readable_checks().await?.checks;
    let untold = parents::untold(&check, &all);
    let view = CheckView {
        map: map::address_of(&check.id.to_string()),
        untold: untold.iter().map(|id| known.name_of(&id.to_string())).collect(),
        family: FamilyView::load(store, &check, behind).await?,
        group: MembersView::load(store, &check).await?,
        names: NamesView::load(store, &check).await?,
        chrome: Chrome::of(&call, &check.name, done(call.query.text("done"))),
        id: check.id.to_string(),
        path: path_of(check.id),
        target: plain(&check.kind.target()),
        steps: fields::steps(&check.kind).iter().map(|step| plain(step)).collect(),
        tags: check.tags.iter().map(ToString::to_string).collect(),
        state: State::of(&check, judged.as_ref().map(|one| &one.judgment)),
        length: since.map(|at| tell_length(now.duration_since(at))).unwrap_or_default(),
        since: since.map(When::exactly),
        doubt: judged.as_ref().map(|one| doubt(&check, one)).unwrap_or_default(),
        pace: pace(&check),
        patience: patience(&check),
        affects: affects.collect(),
        heard,
        is_last_bad: judged.as_ref().is_some_and(|one| one.last_bad.as_ref() == Some(&one.last)),
        last: judged.as_ref().map(|one| ProbeView::of(&one.last, now)),
        last_bad: judged.and_then(|one| one.last_bad).map(|bad| ProbeView::of(&bad, now)),
        chart: Chart::of(stretch, &times, now),
        outages: outages.iter().map(|one| outage(one, now)).collect(),
        sight: SightView::load(store, now).await?,
        spells: SpellView::latest(store, now).await?,
        may_write: access.may(Scope::Checks),
        may_audit: access.may(Scope::Audit),
    };
    answer::page(StatusCode::OK, &view)
}

fn outage(outage: &Outage, now: Timestamp) -> OutageView {
    let end = outage.ended_at.unwrap_or(now);
    OutageView {
        state: of_threshold(outage.threshold),
        began: When::exactly(outage.began_at),
        length: tell_length(end.duration_since(outage.began_at)),
        is_open: outage.ended_at.is_none(),
        reason: tell_reason(outage.reason.as_ref()),
        fault_page: outage.reason.as_ref().and_then(|reason| reason.fault_page.clone()),
    }
}

fn count(count: u16, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// The samples that contradict what is believed, and what it takes to believe them.
fn doubt(check: &Check, judged: &Judged) -> String {
    let (judgment, patience) = (&judged.judgment, check.patience);
    if judgment.is_flapping() {
        return "It goes up and down. That counts as one outage, until it was steady for a while: 30 to \
                40 minutes after its last turn."
            .to_owned();
    }
    let tell = |threshold, Run { samples, .. }: Run| match judgment.crossed_at(threshold) {
        None if threshold == Threshold::Fail => {
            let probes = count(samples, "probe");
            format!(
                "It failed in the last {probes}; {} in a row are believed.",
                patience.fail_after
            )
        }
        None => String::new(),
        Some(_) => format!(
            "The last {} say that it is better again; that is believed after {} over {} s.",
            count(samples, "probe"),
            patience.recover_after,
            patience.stable_for_seconds
        ),
    };
    let runs = [Threshold::Fail, Threshold::Degraded];
    let told = runs.into_iter().filter_map(|one| Some(tell(one, judgment.run(one)?)));
    told.into_iter().find(|told| !told.is_empty()).unwrap_or_default()
}

fn pace(check: &Check) -> String {
    let slow = check.slow_after_ms.map(|ms| format!(", slow from {} s", seconds(ms)));
    let (every, deadline) = (check.interval_seconds, seconds(check.deadline_ms));
    format!("every {every} s, given up after {deadline} s{}", slow.unwrap_or_default())
}

fn patience(check: &Check) -> String {
    let patience = check.patience;
    format!(
        "down after {} in a row, up after {} in a row over at least {} s",
        count(patience.fail_after, "failure"),
        // The plural of this word is another one.
        match patience.recover_after {
            1 => "1 success".to_owned(),
            many => format!("{many} successes"),
        },
        patience.stable_for_seconds
    )
}

/// An outage that goes on, as home shows it.
pub(crate) struct OutageLink {
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) style: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) word: &'static str,
    pub(crate) length: String,
    pub(crate) reason: String,
}

/// The worst outages that go on, `most` of them: one of a check.
pub(crate) async fn open_outages(
    store: &Store,
    outages: &[Outage],
    now: Timestamp,
    most: usize,
) -> Result<Vec<OutageLink>, StoreError> {
    let mut sorted: Vec<&Outage> = outages.iter().collect();
    sorted.sort_by_key(|outage| (of_threshold(outage.threshold), outage.began_at, outage.id));
    let (mut seen, mut links) = (std::collections::HashSet::new(), Vec::new());
    for outage in sorted {
        if links.len() == most {
            break;
        }
        if !seen.insert(outage.check_id) {
            continue;
        }
        let Some(check) = store.find_check(outage.check_id).await? else { continue };
        let state = of_threshold(outage.threshold);
        links.push(OutageLink {
            path: path_of(check.id),
            name: check.value.name,
            style: state.style(),
            sign: state.sign(),
            word: state.word(),
            length: tell_length(now.duration_since(outage.began_at)),
            reason: tell_reason(outage.reason.as_ref()),
        });
    }
    Ok(links)
}

/// Stops probing it.
pub(super) async fn pause(call: Call) -> Answer {
    let (id, actor) = (find(&call).await?.id, call.actor()?);
    let paused = writing::pause_check(&call.app.store, id, None, call.change(&actor)).await;
    paused.map_err(trouble::refusal)?;
    tell(&call);
    answer::see(&format!("{}?done=paused", path_of(id)))
}

/// Probes it again.
pub(super) async fn resume(call: Call) -> Answer {
    let (id, actor) = (find(&call).await?.id, call.actor()?);
    let resumed = writing::resume_check(&call.app.store, id, None, call.change(&actor)).await;
    resumed.map_err(trouble::refusal)?;
    tell(&call);
    answer::see(&format!("{}?done=resumed", path_of(id)))
}

/// Takes it away.
pub(super) async fn remove(call: Call) -> Answer {
    let (id, actor) = (find(&call).await?.id, call.actor()?);
    let removed = writing::remove_check(&call.app.store, id, None, call.change(&actor)).await;
    removed.map_err(trouble::refusal)?;
    tell(&call);
    answer::see("/console/checks?done=removed")
}
