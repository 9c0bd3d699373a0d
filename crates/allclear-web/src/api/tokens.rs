//! `/api/v1/tokens`: secrets for programs.
//!
//! A token sees and revokes itself; with the scope `people` it sees and revokes all, and makes others
//! that do no more and last no longer than it does itself. Those belong to the same person. Revoking
//! a token does not revoke those that it made: the audit log names them.

use std::collections::BTreeSet;

use allclear_domain::ids::TokenId;
use allclear_domain::{ApiToken, Scope};
use allclear_people::tokens::{self, NewToken};
use allclear_store::TokenRow;
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::idempotency::NotKept;
use super::json::{Answer, created, json, nothing};
use super::list::slice;
use super::openapi::Operation;
use super::wire::{ListJson, ScopeWord};

/// A token, without its secret.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Token")]
struct TokenJson {
    id: String,
    name: String,
    #[schemars(with = "BTreeSet<ScopeWord>")]
    scopes: BTreeSet<Scope>,
    /// Whose it is; `null` where a command on the server made it.
    person_id: Option<String>,
    created_at: Timestamp,
    /// When it ends; `null` where it does not.
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    /// When it was last used, to a few minutes.
    used_at: Option<Timestamp>,
    /// Given once: what the program sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A token to make.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewToken")]
struct NewTokenJson {
    name: String,
    #[schemars(with = "BTreeSet<ScopeWord>")]
    scopes: BTreeSet<Scope>,
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

impl TokenJson {
    fn of(token: ApiToken, used_at: Option<Timestamp>) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name,
            scopes: token.scopes,
            person_id: token.created_by.map(|id| id.to_string()),
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
            used_at,
            secret: None,
        }
    }
}

/// Their addresses.
pub(super) const ALL: &str = "/api/v1/tokens";
pub(super) const ONE: &str = "/api/v1/tokens/{id}";

/// What they take and give.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(ALL, "List tokens, oldest first").pages().gives::<ListJson<TokenJson>>(200),
        Operation::post(ALL, "Make a token; its secret is given once")
            .takes::<NewTokenJson>()
            .gives::<TokenJson>(201)
            .without_version(),
        Operation::delete(ONE, "Revoke a token").without_version(),
    ]
}

/// Those that it may see, oldest first, revoked ones among them.
pub(super) async fn list(call: Call) -> Answer {
    let rows = tokens::list(&call.app.store, &call.access).await?;
    let rows = slice(&call, rows, |row| row.token.id)?;
    let json_of = |row: TokenRow| TokenJson::of(row.token, row.used_at);
    json(StatusCode::OK, &rows.map(json_of))
}

/// Makes one. Its secret is given here and never again.
pub(super) async fn create(call: Call) -> Answer {
    let new: NewTokenJson = call.json()?;
    let new = NewToken { name: &new.name, scopes: new.scopes.clone(), expires_at: new.expires_at };
    let made = tokens::create(&call.app.store, new, &call.access, call.change()).await;
    let (token, secret) = made?;
    let path = format!("/api/v1/tokens/{}", token.id);
    let secret = Some(secret.reveal().to_owned());
    let mut response = created(&path, &TokenJson { secret, ..TokenJson::of(token, None) })?;
    response.extensions_mut().insert(NotKept);
    Ok(response)
}

/// Revokes one: it opens nothing from then on.
pub(super) async fn revoke(call: Call) -> Answer {
    let id: TokenId = call.param("id")?;
    tokens::revoke(&call.app.store, id, &call.access, call.change()).await?;
    Ok(nothing())
}
