//! Signing in through a provider: the way there, and the way back.
//!
//! It begins with a link, not with a form: the policy of our pages lets forms lead nowhere else. That
//! somebody else's page can begin it does no harm: whoever comes back is signed in as themselves.

use std::sync::Arc;

use allclear_domain::Scope;
use allclear_people::provider::{self, NotSignedIn};
use axum::http::StatusCode;

use super::answer::{self, Answer, Refusal, sentence};
use super::{Call, sign_in};
use crate::access::Needs;
use crate::access::cookies::Cookie;
use crate::access::table::Table;
use crate::oidc::trip::{self, Trip};
use crate::oidc::{BACK, Back, Provider, Trouble};

/// Bytes of a code that is brought back; a longer one is none.
const CODE_BYTES_MAX: usize = 4_096;

/// Adds the addresses.
pub(super) fn routes(table: Table<Call>) -> Table<Call> {
    table
        .get("/console/sign-in/provider", Needs::Nothing, begin)
        .get(BACK, Needs::Nothing, come_back)
        .post("/console/people/{id}/unbind", Needs::Scope(Scope::People), unbind)
}

fn provider_of(call: &Call) -> Result<Arc<Provider>, Refusal> {
    call.app.entrance.provider.clone().ok_or(Refusal::NotFound)
}

/// The way there.
async fn begin(call: Call) -> Answer {
    let provider = provider_of(&call)?;
    let next = answer::own_path(call.query.text("next"));
    if call.signed_in.is_some() {
        return answer::see(next);
    }
    let trip = Trip::begin(next, &call.app.entropy, call.now);
    match provider.way_there(&trip, call.now).await {
        Ok(there) => {
            let is_secure = call.app.entrance.is_secure();
            let cookie = Cookie::Trip.set(&trip.to_cookie(), trip::LASTS, is_secure);
            Ok(answer::with_cookie(answer::see(&there)?, cookie))
        }
        Err(trouble) => troubled(&call, &provider, &trouble, next).await,
    }
}

/// The way back. Whatever comes of it, the trip is over.
async fn come_back(call: Call) -> Answer {
    let provider = provider_of(&call)?;
    let over = Cookie::Trip.remove(call.app.entrance.is_secure());
    let trip = call.trip_cookie.as_deref().and_then(|cookie| Trip::read(cookie, call.now));
    let answered = match trip.filter(|trip| trip.has_state(call.query.exact("state"))) {
        Some(trip) => arrive(&call, &provider, &trip).await?,
        None => {
            let name = provider.name();
            let text = format!(
                "The way to {name} and back took too long, or it began in another browser or window. \
                 Begin again."
            );
            sign_in::form(&call, StatusCode::GONE, &text, "", "").await?
        }
    };
    Ok(answer::with_cookie(answered, over))
}

async fn arrive(call: &Call, provider: &Provider, trip: &Trip) -> Answer {
    let next = answer::own_path(trip.next());
    let code = call.query.exact("code");
    if code.is_empty() || code.len() > CODE_BYTES_MAX {
        // Its own words are for the log: anybody can write them into an address.
        let trouble = Trouble::refused(format!("it gave no code: {}", call.query.text("error")));
        return troubled(call, provider, &trouble, next).await;
    }
    let app = &call.app;
    // Not those at the password: where the provider fails, that one is the way in that is left.
    let attempts = format!("provider from {}", call.client_address);
    if let Err(error) = app.attempts.count(&[&attempts], call.now) {
        let retry_after = sign_in::refused(call, &error);
        let (status, text) = Refusal::from(error).told();
        return sign_in::form(call, status, &text, "", next).await.map(retry_after);
    }
    let back = Back { code, issuer: call.query.maybe("iss") };
    let vouched = match provider.vouched(back, trip, call.now).await {
        Ok(vouched) => vouched,
        Err(trouble) => return troubled(call, provider, &trouble, next).await,
    };
    let used = trip.used();
    let (store, entropy) = (&app.store, &app.entropy);
    match provider::sign_in(store, &vouched, &used, &call.client, entropy, call.now).await {
        Ok(begun) => {
            app.attempts.give_back(&attempts);
            sign_in::go_on(call, begun, next)
        }
        Err(NotSignedIn::People(error)) => Err(error.into()),
        Err(refused) => {
            tracing::warn!(client = call.client_address, reason = reason(&refused), "{FAILED}");
            let text = sentence(&refused.to_string());
            sign_in::form(call, StatusCode::FORBIDDEN, &text, "", next).await
        }
    }
}

/// What is logged where nobody gets in.
const FAILED: &str = "a sign-in through the provider failed";

/// Why, for the log: without anybody's address.
const fn reason(refused: &NotSignedIn) -> &'static str {
    match refused {
        NotSignedIn::Used => "the trip was used already",
        NotSignedIn::NoSubject(_) => "the provider's name for them is empty or too long",
        NotSignedIn::NoAddress(_) => "the provider says no verified address",
        NotSignedIn::Nobody(_) => "nobody here has their address",
        NotSignedIn::SomebodyElse(_) => "whoever has their address is bound to another account",
        NotSignedIn::Disabled => "they are disabled",
        NotSignedIn::People(_) => "the store refused",
    }
}

/// The form to sign in, which works all the same, with what went wrong.
async fn troubled(call: &Call, provider: &Provider, trouble: &Trouble, next: &str) -> Answer {
    tracing::warn!(client = call.client_address, reason = %trouble, "{FAILED}");
    let name = provider.name();
    let (status, text) = match trouble {
        Trouble::Down(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!(
                "{name} does not answer as it should at the moment. Sign in with your password, or \
                 try again in a minute."
            ),
        ),
        Trouble::Refused(_) => (
            StatusCode::UNAUTHORIZED,
            format!(
                "{name} did not say who you are. Begin again. Where that does not help, tell whoever \
                 runs Allclear: the log says more."
            ),
        ),
        Trouble::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("Too many people sign in with {name} at once. Try again in a minute."),
        ),
    };
    sign_in::form(call, status, &text, "", next).await
}

/// For somebody whose account at the provider was made anew.
async fn unbind(call: Call) -> Answer {
    let (access, id) = (call.access()?, call.param("id")?);
    let change = call.change(&access.actor);
    let person = provider::unbind(&call.app.store, id, &access, change).await?;
    answer::see(&format!("/console/people/{}?done=unbound", person.id))
}
