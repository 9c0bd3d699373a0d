//! The form of a check: a new one, and one that is there.

use allclear_checks::writing::{self, NewCheck};
use allclear_domain::audit::Subject;
use allclear_domain::check::{Affects, Method, OnOutage, StartTls};
use allclear_domain::ids::{CheckId, ComponentId};
use allclear_domain::text::Key;
use allclear_domain::zone::list_zones;
use allclear_domain::{Check, CheckKind, Scope};
use allclear_incidents::writing::{self as incidents, OutlineLine};
use allclear_store::Stored;
use askama::Template;

use super::fields::{self, STARTTLS_NONE, STARTTLS_USUAL, Said};
use super::pickers::{Known, NewOn, Row};
use super::{at_form, groups, heartbeats, parents, path_of, tell, telling};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::chrome::Chrome;
use crate::console::form::Form;
use crate::console::templates::file_of;
use crate::console::trouble::{self, NotWritten, Trouble};
use crate::console::words::Choice;

#[derive(Template)]
#[template(path = "console/checks/form.html")]
struct FormView {
    chrome: Chrome,
    trouble: Trouble,
    action: String,
    /// The page of one that is there.
    back: String,
    version: Option<i64>,
    file: Option<String>,
    form: Form,
    rows: Vec<Row>,
    /// What becomes of an outage.
    telling: Vec<Choice>,
    methods: Vec<Choice>,
    /// What is asked of secrets.
    secrets: fields::SecretFields,
    /// What it has beside the fields.
    kept: String,
    is_http: bool,
    is_tcp: bool,
    starttls: Vec<Choice>,
    is_tls: bool,
    is_dns: bool,
    is_icmp: bool,
    is_ntp: bool,
    is_service: bool,
    is_upstream: bool,
    is_prometheus: bool,
    /// What is asked of those who tell of others.
    feeds: fields::FeedFields,
    is_group: bool,
    is_command: bool,
    is_names: bool,
    /// What this machine lacks to try it.
    lacking: String,
    /// Who may be asked for a name.
    asked: Vec<Choice>,
    /// How the answer may end.
    codes: Vec<Choice>,
    is_heartbeat: bool,
    /// Zones by name, where they are asked for.
    zones: Vec<String>,
    /// Whether what is folded is open: something there may be wrong.
    is_open: bool,
}

/// The form, with everything that it says of a check.
async fn show_form(
    call: &Call,
    check: Option<&Stored<Check>>,
    form: Form,
    trouble: Trouble,
) -> Answer {
    let known = Known::load(&call.app.store).await?;
    let form = match check {
        None if call.is_get => known.with_proposal(form),
        _ => form,
    };
    let is_heartbeat = heartbeats::is_of_heartbeat(&form);
    let typed = form.text("target").parse().ok().filter(has_own_fields);
    let is_typed = !form.text("target").is_empty();
    let kind = check.map(|check| &check.kind).or(typed.as_ref());
    let form = match kind {
        Some(kind) => fields::with_feeds(form, kind),
        None => form,
    };
    let is_group = matches!(kind, Some(CheckKind::Group(_)));
    let title = title(check, is_heartbeat, is_group);
    let view = FormView {
        chrome: Chrome::of(call, &title, ""),
        action: match check {
            Some(check) => format!("{}/edit", path_of(check.id)),
            None => "/console/checks/new".to_owned(),
        },
        back: check.map(|check| path_of(check.id)).unwrap_or_default(),
        version: check.map(|check| check.version),
        file: match check {
            Some(check) => file_of(call, Subject::Check(check.id)).await?,
            None => None,
        },
        rows: known.rows(&form, call.access()?.may(Scope::Components)),
        telling: telling::choices(&call.app.store, &form).await?,
        methods: Method::ALL
            .map(|one| Choice::of(one.as_str(), one.as_str(), form.text("method")))
            .into(),
        secrets: fields::secrets(&form, check.map(|check| &check.kind)),
        kept: check.map(|check| fields::kept(&check.kind)).unwrap_or_default(),
        starttls: starttls(&form),
        is_http: !is_heartbeat && matches!(kind, None | Some(CheckKind::Http(_))),
        is_tcp: !is_heartbeat && matches!(kind, None | Some(CheckKind::Tcp(_))),
        is_tls: !is_heartbeat && matches!(kind, None | Some(CheckKind::Tls(_))),
        is_dns: !is_heartbeat
            && matches!((kind, is_typed), (None, false) | (Some(CheckKind::Dns(_)), _)),
        is_icmp: matches!(kind, Some(CheckKind::Icmp(_))),
        is_ntp: matches!(kind, Some(CheckKind::Ntp(_))),
        is_service: matches!(kind, Some(CheckKind::Service(_))),
        is_upstream: matches!(kind, Some(CheckKind::Upstream(_))),
        is_prometheus: matches!(kind, Some(CheckKind::Prometheus(_))),
        feeds: fields::feeds(&form),
        is_group,
        is_command: matches!(kind, Some(CheckKind::Command(_))),
        is_names: matches!(kind, Some(CheckKind::Names(_))),
        is_heartbeat,
        zones: if is_heartbeat { list_zones() } else { Vec::new() },
        lacking: lacking(call, kind),
        asked: fields::asked(&form),
        codes: fields::codes(&form),
        is_open: !trouble.problems.is_empty(),
        form,
        trouble,
    };
    answer::page(view.trouble.status(), &view)
}

/// What this machine lacks to try a kind.
fn lacking(call: &Call, kind: Option<&CheckKind>) -> String {
    let refused = || kind.and_then(|kind| call.app.looker.refusal(kind)).map(|one| one.problem);
    kind.and_then(allclear_checks::fields::lacking).or_else(refused).unwrap_or_default()
}

/// Looks up what a form names: the checks that it stands behind, and, in what it says, the members of a group.
/// What the server would not run is refused.
async fn look_up(
    call: &Call,
    before: Option<&CheckKind>,
    said: &mut Said,
) -> Result<Result<Vec<CheckId>, Vec<String>>, Refusal> {
    let (store, form) = (&call.app.store, &call.form);
    if let Err(problems) = groups::look_up(store, form, &mut said.kind).await? {
        return Ok(Err(problems));
    }
    let refused = call.app.looker.refusal(&said.kind);
    match refused.filter(|_| before != Some(&said.kind)) {
        Some(problem) => Ok(Err(fields::told(&[problem]))),
        None => Ok(parents::read(store, form).await?),
    }
}

/// What the form is called.
fn title(check: Option<&Stored<Check>>, is_heartbeat: bool, is_group: bool) -> String {
    let new = match (is_heartbeat, is_group) {
        (true, _) => "Watch a job",
        (_, true) => "Watch a group of checks",
        _ => "Watch something",
    };
    check.map_or(new.to_owned(), |check| format!("Edit {}", check.name))
}

/// Whether the form of a kind has other fields than what else is connected to.
fn has_own_fields(kind: &CheckKind) -> bool {
    let is_told = !kind.is_timed();
    is_told
        || matches!(
            kind,
            CheckKind::Dns(_)
                | CheckKind::Icmp(_)
                | CheckKind::Ntp(_)
                | CheckKind::Service(_)
                | CheckKind::Group(_)
                | CheckKind::Command(_)
        )
}

/// What may be spoken before TLS.
fn starttls(form: &Form) -> Vec<Choice> {
    let named = [
        (STARTTLS_USUAL, "What is usual at the port"),
        (STARTTLS_NONE, "Nothing: TLS at once"),
        (StartTls::Smtp.as_str(), "SMTP"),
        (StartTls::Imap.as_str(), "IMAP"),
        (StartTls::Pop3.as_str(), "POP3"),
        (StartTls::Postgres.as_str(), "PostgreSQL"),
    ];
    named.map(|(word, label)| Choice::of(word, label, form.text("starttls"))).into()
}

/// The form for a new one.
pub(super) async fn show_new(call: Call) -> Answer {
    let form = fields::fresh(call.query.text("target"));
    show_form(&call, None, form, Trouble::default()).await
}

/// Adds one, and the component that is to come with it.
pub(super) async fn add(call: Call) -> Answer {
    let made = match fields::read(&call.form, None) {
        Ok(said) => make(&call, said).await,
        Err(problems) => Ok(Err(problems)),
    };
    match made? {
        Ok(id) => answer::see(&format!("{}?done=added", path_of(id))),
        Err(problems) => show_form(&call, None, call.form.clone(), Trouble::of(problems)).await,
    }
}

/// Writes what a form says; what is wrong with it is for the form to say.
async fn make(call: &Call, mut said: Said) -> Result<Result<CheckId, Vec<String>>, Refusal> {
    let Some(key) = Key::from_name(said.name()) else {
        return Ok(Err(vec!["name: has no letter or digit: write one with some".to_owned()]));
    };
    let parents = match look_up(call, None, &mut said).await? {
        Ok(parents) => parents,
        Err(problems) => return Ok(Err(problems)),
    };
    let entropy = &call.app.entropy;
    let empty = Check {
        id: entropy.id(call.now),
        key,
        name: String::new(),
        kind: said.kind(),
        interval_seconds: 0,
        deadline_ms: 0,
        slow_after_ms: None,
        patience: Default::default(),
        affects: Vec::new(),
        on_outage: OnOutage::default(),
        tags: Vec::new(),
        shows_times: false,
        parents,
        paused_at: None,
        created_at: call.now,
    };
    // Before the component is added: it would stay behind.
    let problems = writing::problems(None, &said.onto(empty.clone()), call.now);
    if !problems.is_empty() {
        return Ok(Err(fields::told(&problems)));
    }
    if let Err(problems) = with_new_component(call, &mut said).await? {
        return Ok(Err(problems));
    }
    let check = said.onto(empty);
    let new = NewCheck {
        key: None,
        name: check.name,
        kind: check.kind,
        interval_seconds: check.interval_seconds,
        deadline_ms: check.deadline_ms,
        slow_after_ms: check.slow_after_ms,
        patience: check.patience,
        affects: check.affects,
        on_outage: check.on_outage,
        tags: check.tags,
        shows_times: check.shows_times,
        parents: check.parents,
    };
    let actor = call.actor()?;
    let added = writing::add_check(&call.app.store, new, call.change(&actor)).await;
    tell(call);
    match added.map_err(at_form) {
        Ok(added) => Ok(Ok(added.id)),
        Err(Ok(NotWritten::Problems(problems))) => Ok(Err(problems)),
        Err(Ok(NotWritten::Conflict)) => Err(Refusal::NotFound),
        Err(Err(refusal)) => Err(refusal),
    }
}

/// Adds the component that a form asks for, and has the check stand for it. Sent again, the one that
/// was added then is taken.
async fn with_new_component(
    call: &Call,
    said: &mut Said,
) -> Result<Result<(), Vec<String>>, Refusal> {
    let Some(new) = said.new_component.take() else { return Ok(Ok(())) };
    if !call.access()?.may(Scope::Components) {
        return Err(Refusal::Needs(Scope::Components));
    }
    match add_component(call, said.name(), &new).await? {
        Ok(component_id) => {
            let NewOn { when_failing, when_degraded, .. } = new;
            if said.affects.iter().all(|one| one.component_id != component_id) {
                said.affects.push(Affects { component_id, when_failing, when_degraded });
            }
            Ok(Ok(()))
        }
        Err(problems) => Ok(Err(problems)),
    }
}

async fn add_component(
    call: &Call,
    name: &str,
    new: &NewOn,
) -> Result<Result<ComponentId, Vec<String>>, Refusal> {
    let store = &call.app.store;
    let Some(page) = store.find_status_page(&new.slug).await? else {
        return Ok(Err(vec!["components: there is no such status page any more".to_owned()]));
    };
    let actor = call.actor()?;
    let outline = [OutlineLine { depth: 0, name: name.to_owned() }];
    let place = (page.value.id, None);
    let added = incidents::add_outline(store, place, &outline, call.change(&actor)).await;
    if let Err(error) = added {
        return match trouble::at_form(error)? {
            NotWritten::Problems(problems) => Ok(Err(problems)),
            NotWritten::Conflict => Err(Refusal::NotFound),
        };
    }
    let components = store.list_components_of(page.value.id).await?;
    let is_it = |one: &&allclear_domain::Component| {
        one.name == name && one.parent_id.is_none() && one.retired_at.is_none()
    };
    components.iter().find(is_it).map(|one| Ok(one.id)).ok_or(Refusal::NotFound)
}

async fn find(call: &Call) -> Result<Stored<Check>, Refusal> {
    let id: CheckId = call.param("id")?;
    call.app.store.find_check(id).await?.ok_or(Refusal::NotFound)
}

/// The form of one that is there.
pub(super) async fn show(call: Call) -> Answer {
    let check = find(&call).await?;
    let form = parents::show(&call.app.store, fields::form_of(&check), &check).await?;
    show_form(&call, Some(&check), form, Trouble::default()).await
}

/// Saves what was sent.
pub(super) async fn save(call: Call) -> Answer {
    let check = find(&call).await?;
    let expected = call.form.text("version").parse::<i64>();
    let expected = expected.map_err(|_| Refusal::BadForm("load the page again".to_owned()))?;
    // A component is added for nobody who comes too late.
    if check.version != expected {
        return conflict(&call).await;
    }
    let problems = match fields::read(&call.form, Some(&check.kind)) {
        Ok(said) => match change(&call, &check, said).await? {
            None => return answer::see(&format!("{}?done=saved", path_of(check.id))),
            Some(NotWritten::Conflict) => return conflict(&call).await,
            Some(NotWritten::Problems(problems)) => problems,
        },
        Err(problems) => problems,
    };
    show_form(&call, Some(&check), call.form.clone(), Trouble::of(problems)).await
}

/// Writes a change; says why it did not.
async fn change(
    call: &Call,
    check: &Stored<Check>,
    mut said: Said,
) -> Result<Option<NotWritten>, Refusal> {
    let parents = match look_up(call, Some(&check.kind), &mut said).await? {
        Ok(parents) => parents,
        Err(problems) => return Ok(Some(NotWritten::Problems(problems))),
    };
    let after = Check { parents: parents.clone(), ..said.onto(check.value.clone()) };
    let problems = writing::problems(Some(&check.value), &after, call.now);
    if !problems.is_empty() {
        return Ok(Some(NotWritten::Problems(fields::told(&problems))));
    }
    if let Err(problems) = with_new_component(call, &mut said).await? {
        return Ok(Some(NotWritten::Problems(problems)));
    }
    let (actor, expected) = (call.actor()?, Some(check.version));
    let decide = |check: Check| Ok(Check { parents, ..said.onto(check) });
    let change = call.change(&actor);
    let written = writing::change_check(&call.app.store, check.id, expected, change, decide).await;
    tell(call);
    written.err().map(at_form).transpose()
}

/// Somebody else was faster: both texts.
async fn conflict(call: &Call) -> Answer {
    let check = find(call).await?;
    let known = Known::load(&call.app.store).await?;
    let rows = |form: &Form| fields::rows(form, |id| known.name_of(id));
    let now = parents::show(&call.app.store, fields::form_of(&check), &check).await?;
    let trouble = Trouble::conflict(&rows(&now), &rows(&call.form));
    show_form(call, Some(&check), call.form.clone(), trouble).await
}
