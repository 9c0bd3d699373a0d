//! Names that are asked one by one, on the page of their check: how many are how, which fail, and the form that sets
//! which ones there are.

use allclear_checks::names::{SetNames, read_list, set_names};
use allclear_domain::Check;
use allclear_domain::check::{NameCounts, NameState, WatchedName};
use allclear_domain::ids::CheckId;
use allclear_domain::limits::NAMES_PER_CHECK_MAX;
use allclear_store::{Store, StoreError};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response, StatusCode};

use super::state::plain;
use super::{path_of, tell};
use crate::console::answer::{self, Answer, Refusal};
use crate::console::call::Call;
use crate::console::trouble;
use crate::console::when::When;

/// Names that a page shows; the rest is counted, and told in a text.
const SHOWN_MAX: usize = 200;
/// Names up to which the field has the list as it is, to be changed there.
const EDITED_MAX: u32 = 500;
/// The width of the bar.
const WIDTH: u32 = 1_000;
/// How wide the smallest part of it is, so that it is seen.
const PART_WIDTH_MIN: u32 = 6;

/// Names in one state.
pub(super) struct Part {
    pub(super) word: &'static str,
    pub(super) count: u32,
    x: u32,
    width: u32,
}

/// A name that does not simply work.
pub(super) struct NameView {
    pub(super) name: String,
    pub(super) word: &'static str,
    pub(super) since: Option<When>,
    pub(super) reason: String,
}

/// The names of a check, ready to print.
pub(super) struct NamesView {
    pub(super) total: u32,
    /// The states that are there, with their share of the bar.
    pub(super) parts: Vec<Part>,
    /// Those that fail, then those that are degraded or doubted: the first ones.
    pub(super) bad: Vec<NameView>,
    /// How many more there are of them.
    pub(super) more: u32,
    pub(super) dark_since: Option<When>,
    pub(super) list_problem: String,
    /// Where the list is read from; empty where people set it.
    pub(super) list_url: String,
    pub(super) read_at: Option<When>,
    /// The list as it is, where it is short.
    pub(super) lines: String,
    pub(super) version: i64,
    pub(super) most: usize,
}

const fn word(state: NameState) -> &'static str {
    match state {
        NameState::Untried => "not asked yet",
        NameState::Ok => "work",
        NameState::Degraded => "degraded",
        NameState::Doubted => "doubted",
        NameState::Failing => "fail",
    }
}

impl Part {
    /// What of the bar it is.
    pub(super) const fn place(&self) -> (u32, u32) {
        (self.x, self.width)
    }

    /// The class of its color.
    pub(super) fn style(&self) -> &'static str {
        let states = NameState::ALL.into_iter();
        let state = states.into_iter().find(|state| word(*state) == self.word);
        state.unwrap_or_default().as_str()
    }
}

/// The parts of the bar, the best one first; one that is there is seen, however small it is.
fn parts(counts: &NameCounts) -> Vec<Part> {
    let order = [
        NameState::Ok,
        NameState::Untried,
        NameState::Degraded,
        NameState::Doubted,
        NameState::Failing,
    ];
    let total = counts.total().max(1);
    let there = order.into_iter().filter(|state| counts.of(*state) > 0);
    let mut parts: Vec<Part> = there
        .map(|state| {
            let count = counts.of(state);
            let share = u64::from(count) * u64::from(WIDTH) / u64::from(total);
            let width = u32::try_from(share).unwrap_or(WIDTH).max(PART_WIDTH_MIN);
            Part { word: word(state), count, x: 0, width }
        })
        .collect();
    // The widest one gives what small ones take, and takes what rounding leaves.
    let taken: u32 = parts.iter().map(|part| part.width).sum();
    if let Some(widest) = parts.iter_mut().max_by_key(|part| part.width) {
        widest.width = (widest.width + WIDTH).saturating_sub(taken);
    }
    let mut x = 0;
    for part in &mut parts {
        part.x = x;
        x += part.width;
    }
    parts
}

fn view(one: &WatchedName) -> NameView {
    NameView {
        name: one.name.clone(),
        word: match one.state {
            NameState::Failing => "fails",
            NameState::Ok => "works",
            state => word(state),
        },
        since: one.since.map(When::exactly),
        reason: plain(one.reason.as_deref().unwrap_or_default()),
    }
}

impl NamesView {
    pub(super) async fn load(store: &Store, check: &Check) -> Result<Option<Self>, StoreError> {
        let Some(names) = check.kind.as_names() else { return Ok(None) };
        let (counts, row) =
            (store.count_names(check.id).await?, store.find_name_list(check.id).await?);
        let mut bad = Vec::new();
        for state in [NameState::Failing, NameState::Degraded, NameState::Doubted] {
            let room = SHOWN_MAX.saturating_sub(bad.len());
            bad.extend(store.slice_names(check.id, Some(state), "", room).await?.iter().map(view));
        }
        let all_bad = counts.failing + counts.degraded + counts.doubted;
        let lines = match counts.total() <= EDITED_MAX && names.list_url.is_none() {
            true => {
                let all = store.slice_names(check.id, None, "", NAMES_PER_CHECK_MAX).await?;
                all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("\n")
            }
            false => String::new(),
        };
        Ok(Some(Self {
            total: counts.total(),
            parts: parts(&counts),
            more: all_bad.saturating_sub(u32::try_from(bad.len()).unwrap_or(u32::MAX)),
            bad,
            dark_since: row.list.dark_since.map(When::exactly),
            list_problem: plain(row.list.problem.as_deref().unwrap_or_default()),
            list_url: names.list_url.clone().unwrap_or_default(),
            read_at: row.list.read_at.map(When::exactly),
            lines,
            version: row.version,
            most: NAMES_PER_CHECK_MAX,
        }))
    }
}

/// The names as a text, one a line: all of them, or those in a state.
pub(super) async fn text(call: Call) -> Answer {
    let id: CheckId = call.param("id")?;
    let check = call.app.store.find_check(id).await?.ok_or(Refusal::NotFound)?;
    if check.kind.as_names().is_none() {
        return Err(Refusal::NotFound);
    }
    let state = match call.query.maybe("state") {
        Some(word) => Some(word.parse::<NameState>().map_err(|_| Refusal::NotFound)?),
        None => None,
    };
    let names = call.app.store.slice_names(id, state, "", NAMES_PER_CHECK_MAX).await?;
    let lines: String = names.iter().flat_map(|one| [one.name.as_str(), "\n"]).collect();
    let mut response = Response::new(Body::from(lines));
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    Ok(response)
}

/// The names that were sent, or why they are not taken. None at all are refused whatever is ticked: the field of a
/// long list is empty when the page is opened.
fn sent(text: &str) -> Result<Vec<String>, String> {
    match read_list(text) {
        Ok(names) if names.is_empty() => {
            Err("no names were sent: write the whole list, or choose its file".to_owned())
        }
        Ok(names) => Ok(names),
        Err(problem) => Err(problem.to_string()),
    }
}

/// Sets which names there are: by the file that was sent, or else by what stands in the field.
pub(super) async fn set(call: Call) -> Answer {
    let (id, actor): (CheckId, _) = (call.param("id")?, call.actor()?);
    let refused = |text: String| Refusal::Refused(StatusCode::UNPROCESSABLE_ENTITY, text);
    let text = match &call.file {
        Some(bytes) => String::from_utf8(bytes.clone())
            .map_err(|_| refused("the file is no UTF-8 text: write one name a line".to_owned()))?,
        None => call.form.lines("names"),
    };
    let names = sent(&text).map_err(refused)?;
    let expected = call.form.text("version").parse().ok();
    let set = SetNames { names, may_shrink: call.form.is_ticked("shrink"), expected };
    let done = set_names(&call.app.store, id, set, call.change(&actor)).await;
    done.map_err(trouble::refusal)?;
    tell(&call);
    answer::see(&format!("{}?done=names", path_of(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_empty_takes_no_list_away() {
        for empty in ["", " \r\n", "# nobody\n", "[]"] {
            assert!(sent(empty).unwrap_err().starts_with("no names were sent"), "{empty}");
        }
        assert_eq!(sent("a.example.com\n").unwrap(), ["a.example.com"]);
        assert!(sent("*").is_err());
    }

    #[test]
    fn the_bar_is_full_and_shows_every_part() {
        for counts in [
            NameCounts { ok: 49_999, failing: 1, ..NameCounts::default() },
            NameCounts { ok: 1, failing: 49_999, ..NameCounts::default() },
            NameCounts { untried: 3, ok: 3, degraded: 1, doubted: 1, failing: 4 },
            NameCounts { untried: 7, ..NameCounts::default() },
        ] {
            let parts = parts(&counts);
            let mut end = 0;
            for part in &parts {
                assert!(
                    part.x == end && part.width >= PART_WIDTH_MIN,
                    "{counts:?}: {:?}",
                    part.place()
                );
                end = part.x + part.width;
            }
            assert_eq!(end, WIDTH, "{counts:?}");
        }
        assert_eq!(parts(&NameCounts::default()).len(), 0);
    }
}
