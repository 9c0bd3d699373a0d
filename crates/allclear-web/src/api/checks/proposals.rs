//! `/api/v1/check-proposals`: what to watch of an address, each check tried once. Nothing is written.

use allclear_checks::proposals::{Proposal, candidates};
use allclear_domain::check::OnOutage;
use allclear_domain::error::InvalidValue;
use allclear_domain::ids::ComponentId;
use allclear_domain::{Check, limits};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::find_component;
use super::json::NewCheckJson;
use super::measured::ProbeJson;
use crate::api::call::Call;
use crate::api::json::{Answer, json};
use crate::api::problem::Problem;
use crate::api::wire::AspectWord;

/// An address to look at.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewCheckProposals")]
#[serde(deny_unknown_fields)]
pub(super) struct NewProposalsJson {
    /// The address of a website, such as `www.example.com`, or `host:port` of any other service.
    #[schemars(length(min = 1, max = limits::URL_BYTES_MAX))]
    target: String,
    /// The component that is to stand or fall with what is proposed: its id, the slug of its status page and
    /// its key, or its key on the default status page.
    component: Option<String>,
}

/// What to watch of an address.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CheckProposals")]
pub(super) struct ProposalsJson {
    proposals: Vec<ProposalJson>,
}

/// A check that is proposed, and what was found when it was tried.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CheckProposal")]
struct ProposalJson {
    #[schemars(with = "AspectWord")]
    aspect: &'static str,
    /// Whether it works now. What does not would be found to be down.
    holds: bool,
    /// What answered, in a few words of its own; `null` where there are none.
    seen: Option<String>,
    probe: ProbeJson,
    /// Id of a check of the same that is there already.
    there: Option<String>,
    /// The check, to be sent to `/api/v1/checks` as it is, or changed.
    check: NewCheckJson,
}

impl ProposalJson {
    fn of(proposal: Proposal, component_id: Option<ComponentId>, there: &[Check]) -> Self {
        let target = proposal.candidate.kind.target();
        let there = there.iter().find(|check| check.kind.target() == target);
        Self {
            aspect: proposal.candidate.aspect.as_str(),
            holds: proposal.holds(),
            seen: Some(proposal.seen()).filter(|seen| !seen.is_empty()),
            probe: ProbeJson::of(&proposal.result),
            there: there.map(|check| check.id.to_string()),
            check: proposal.candidate.into_check(component_id, OnOutage::Nothing).into(),
        }
    }
}

/// Looks at an address. Fewer are looked at at the same time than in the console, so that people find room beside programs.
pub(super) async fn propose(call: Call) -> Answer {
    let new: NewProposalsJson = call.json()?;
    let component_id = match &new.component {
        None => None,
        Some(named) => Some(component(&call, named).await?),
    };
    let candidates = candidates(&new.target).map_err(Problem::InvalidAll)?;
    let looked = call.app.looker.look_for_program(candidates, &call.app.entropy, call.now).await;
    let Some(proposals) = looked else {
        let told =
            "others are having addresses looked at right now: send it again in a few seconds";
        return Err(Problem::Busy(told));
    };
    let there = call.app.store.list_readable_checks().await?.checks;
    let of = |proposal| ProposalJson::of(proposal, component_id, &there);
    let proposals = proposals.into_iter().map(of).collect();
    json(StatusCode::OK, &ProposalsJson { proposals })
}

async fn component(call: &Call, named: &str) -> Result<ComponentId, Problem> {
    let found = find_component(call, named).await?;
    found.ok_or_else(|| {
        let named: String = named.chars().take(80).collect();
        let problem = format!(
            "there is no component `{named}`: name it by its id, or by the slug of its status page and \
             its key, as in shop/checkout"
        );
        InvalidValue::new("component", problem).into()
    })
}
