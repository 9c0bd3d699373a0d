//! What this machine sees of the network, in words: whether failures can be told from its own.

use allclear_domain::check::{
    BlindCause, BlindSpell, Sentinel, SentinelRole, Sight, VantagePoint, View,
};
use allclear_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};

use super::state::plain;
use crate::console::when::{When, tell_length};

/// How long it is told what was seen; it is written more often than this.
const FRESH_FOR: SignedDuration = SignedDuration::from_mins(30);
/// Blind spells that a page shows, the newest first.
const SPELLS_SHOWN: u16 = 5;

/// What is wrong with what this machine sees; empty where nothing is.
#[derive(Default)]
pub(crate) struct SightView {
    /// What is hidden, or was silent.
    pub(crate) warning: String,
    /// That nobody can tell.
    pub(super) hint: String,
}

impl SightView {
    pub(crate) async fn load(store: &Store, now: Timestamp) -> Result<Self, StoreError> {
        let core = VantagePoint::core();
        let spell = store.find_open_blind_spell(&core).await?;
        let sight = store.find_sight(&core).await?;
        // Nobody looks where nothing is probed: what was seen long ago says nothing of now.
        let is_fresh = |sight: &Sight| now.duration_since(sight.looked_at) <= FRESH_FOR;
        let Some(sight) = sight.filter(is_fresh) else { return Ok(Self::default()) };
        let hint = match sight.view {
            View::Untold => {
                "No sentinel answers, and none has before: nobody can tell whether a \
                             failure is this machine’s own. Name some with the setting “sentinels”."
            }
            View::Clear | View::Near | View::Blind => "",
        };
        let warning = match spell {
            Some(spell) => blind(&spell, now),
            None => silent(&sight),
        };
        Ok(Self { warning, hint: hint.to_owned() })
    }
}

/// What is hidden, since when, and what to do.
fn blind(spell: &BlindSpell, now: Timestamp) -> String {
    let (seen, rest) = match spell.cause {
        BlindCause::NoInternet => {
            ("the Internet", " Checks of targets on its own networks go on as usual.")
        }
        BlindCause::NoNetwork | BlindCause::StoodStill => ("the network", ""),
    };
    format!(
        "This machine has not seen {seen} since {}, for {}. What fails meanwhile is unknown: it \
         opens no outage and readers are told nothing of it. Look at the machine’s line, its \
         gateway and its DNS servers.{rest}",
        When::exactly(spell.began_at).text,
        tell_length(now.duration_since(spell.began_at))
    )
}

/// Whoever this machine needs itself, and is silent.
fn silent(sight: &Sight) -> String {
    let needed = |sentinel: &Sentinel| match sentinel.role {
        SentinelRole::Resolver => Some(format!("DNS server {}", plain(&sentinel.address))),
        SentinelRole::Gateway => Some(format!("gateway {}", plain(&sentinel.address))),
        SentinelRole::Anchor => None,
    };
    // One that never answered may be one that answers nobody.
    let silent = sight.sentinels.iter().filter(|one| one.is_silent && one.answered_at.is_some());
    let silent: Vec<String> = silent.filter_map(|one| needed(&one.sentinel)).collect();
    if silent.is_empty() {
        return String::new();
    }
    format!(
        "This machine’s {} does not answer. Checks that need it find out nothing, and are shown as \
         they were.",
        silent.join(", ")
    )
}

/// A stretch in which nothing was seen.
pub(super) struct SpellView {
    pub(super) began: When,
    /// How long it was, or has been.
    pub(super) length: String,
    pub(super) is_open: bool,
    pub(super) why: &'static str,
}

impl SpellView {
    /// The latest ones.
    pub(super) async fn latest(store: &Store, now: Timestamp) -> Result<Vec<Self>, StoreError> {
        let spells = store.list_latest_blind_spells(&VantagePoint::core(), SPELLS_SHOWN).await?;
        Ok(spells.iter().map(|spell| Self::of(spell, now)).collect())
    }

    fn of(spell: &BlindSpell, now: Timestamp) -> Self {
        let end = spell.ended_at.unwrap_or(now);
        Self {
            began: When::exactly(spell.began_at),
            length: tell_length(end.duration_since(spell.began_at)),
            is_open: spell.ended_at.is_none(),
            why: match spell.cause {
                BlindCause::StoodStill => "it stood still",
                BlindCause::NoInternet => "it did not see the Internet",
                BlindCause::NoNetwork => "it did not see the network",
            },
        }
    }
}
