//! `allclear token`: secrets for programs that call the API, from the machine itself.

use std::collections::BTreeSet;

use allclear_domain::{Access, Change, Clock, Entropy, SystemClock};
use allclear_people::tokens::{self, NewToken};
use allclear_store::{Store, TokenRow};
use anyhow::Result;
use jiff::SignedDuration;

use super::DONE;
use crate::cli::TokenCommand;
use crate::output::{remark, say, say_json};
use crate::settings::Settings;

/// Does it.
pub(super) async fn run(command: TokenCommand, settings: &Settings) -> Result<u8> {
    if let TokenCommand::List { json } = command {
        let store = Store::open_existing(&settings.location).await?;
        let rows = store.list_tokens().await?;
        store.close().await;
        return list(&rows, json);
    }
    let (store, _lock) = super::open_to_write(settings).await?;
    let done = change(command, &store).await;
    store.close().await;
    done
}

fn list(rows: &[TokenRow], json: bool) -> Result<u8> {
    if json {
        let tokens: Vec<_> = rows.iter().map(|row| &row.token).collect();
        say_json(&tokens)?;
        return Ok(DONE);
    }
    let now = SystemClock.now();
    for TokenRow { token, .. } in rows {
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
        let state = match (token.revoked_at, token.is_usable(now)) {
            (Some(_), _) => "revoked",
            (None, true) => "usable",
            (None, false) => "over",
        };
        say(&format!("{}  {state}  {}  {}", token.id, scopes.join(","), token.name))?;
    }
    if rows.is_empty() {
        remark("There is no token yet: `allclear token create` makes one.");
    }
    Ok(DONE)
}

async fn change(command: TokenCommand, store: &Store) -> Result<u8> {
    let by = Access::of_command("token");
    let entropy = Entropy::from_system();
    let now = SystemClock.now();
    let change = Change { actor: &by.actor, entropy: &entropy, now };
    match command {
        TokenCommand::List { .. } => {}
        TokenCommand::Create { name, scopes, expires_in_days, json } => {
            let lasts = |days: u16| now + SignedDuration::from_hours(i64::from(days) * 24);
            let scopes = BTreeSet::from_iter(scopes);
            let new = NewToken { name: &name, scopes, expires_at: expires_in_days.map(lasts) };
            let (token, secret) = tokens::create(store, new, &by, change).await?;
            remark(&format!("{}: keep it now, it is not shown again", token.id));
            if json {
                let mut made = serde_json::to_value(&token)?;
                made["secret"] = secret.reveal().into();
                say_json(&made)?;
            } else {
                say(secret.reveal())?;
            }
        }
        TokenCommand::Revoke { id, json } => {
            let token = tokens::revoke(store, id, &by, change).await?;
            if json {
                say_json(&token)?;
            } else {
                say(&format!("{id} opens nothing any more"))?;
            }
        }
    }
    Ok(DONE)
}
