//! `/api/v1/sight`: whether the core sees the network, and when it did not.

use allclear_domain::Scope;
use allclear_domain::check::{BlindSpell, Known, Sight, VantagePoint};
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::call::Call;
use super::json::{Answer, json};
use super::openapi::Operation;
use super::wire::{BlindCauseWord, ReachWord, SentinelRoleWord, ViewWord};
use crate::access::Needs;
use crate::access::table::Table;

const PATH: &str = "/api/v1/sight";
/// Blind spells that are told, the newest first.
const SPELLS_TOLD: u16 = 50;

/// Adds the address.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    table.get(PATH, Needs::Scope(Scope::Read), show)
}

/// What it gives.
pub(super) fn operations() -> Vec<Operation> {
    let about =
        "Show whether the core sees the network, by its sentinels, and its latest blind spells";
    vec![Operation::get(PATH, about).without_version().gives::<SightJson>(200)]
}

/// What the core sees, and what it knows of its sentinels.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Sight")]
struct SightJson {
    #[schemars(with = "ViewWord")]
    view: &'static str,
    /// When it was written; every ten minutes, and when something about it changes. `null` before
    /// the first round of sentinels.
    looked_at: Option<Timestamp>,
    /// When everything was seen last, as far as it was written.
    seen_at: Option<Timestamp>,
    sentinels: Vec<SentinelJson>,
    /// The latest blind spells, newest first.
    blind_spells: Vec<BlindSpellJson>,
}

/// Something whose silence says more about the core than about it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Sentinel")]
struct SentinelJson {
    #[schemars(with = "SentinelRoleWord")]
    role: &'static str,
    address: String,
    #[schemars(with = "ReachWord")]
    reach: &'static str,
    /// When it answered last; `null` where it does not count, as it never did.
    answered_at: Option<Timestamp>,
    /// Whether it was silent when it was asked last.
    is_silent: bool,
}

/// A stretch in which the core saw nothing, or only its own networks. What failed meanwhile is unknown.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BlindSpell")]
struct BlindSpellJson {
    #[schemars(with = "BlindCauseWord")]
    cause: &'static str,
    /// When it saw last.
    began_at: Timestamp,
    /// When it saw again; `null` while it does not.
    ended_at: Option<Timestamp>,
}

impl SightJson {
    fn of(sight: Option<&Sight>, spells: &[BlindSpell]) -> Self {
        let known = |known: &Known| SentinelJson {
            role: known.sentinel.role.as_str(),
            address: known.sentinel.address.clone(),
            reach: known.sentinel.reach.as_str(),
            answered_at: known.answered_at,
            is_silent: known.is_silent,
        };
        let spell = |spell: &BlindSpell| BlindSpellJson {
            cause: spell.cause.as_str(),
            began_at: spell.began_at,
            ended_at: spell.ended_at,
        };
        Self {
            view: sight.map_or_else(Default::default, |sight| sight.view).as_str(),
            looked_at: sight.map(|sight| sight.looked_at),
            seen_at: sight.and_then(|sight| sight.seen_at),
            sentinels: sight.iter().flat_map(|sight| &sight.sentinels).map(known).collect(),
            blind_spells: spells.iter().map(spell).collect(),
        }
    }
}

async fn show(call: Call) -> Answer {
    let (store, core) = (&call.app.store, VantagePoint::core());
    let sight = store.find_sight(&core).await?;
    let spells = store.list_latest_blind_spells(&core, SPELLS_TOLD).await?;
    json(StatusCode::OK, &SightJson::of(sight.as_ref(), &spells))
}
