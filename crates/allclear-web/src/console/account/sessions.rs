//! Where somebody is signed in.

use allclear_domain::ids::SessionId;
use allclear_people::{PeopleError, sessions};
use allclear_store::StoreError;

use super::super::answer::Answer;
use super::super::when::When;
use super::super::{Call, browser};
use super::{Part, told};
use crate::access::SignedIn;

/// One session.
pub(super) struct SessionView {
    pub(super) id: SessionId,
    pub(super) browser: String,
    pub(super) begun: When,
    pub(super) used: When,
    pub(super) is_this: bool,
}

/// Those of whoever is signed in, this one first.
pub(super) async fn list(call: &Call, who: &SignedIn) -> Result<Vec<SessionView>, StoreError> {
    let sessions = sessions::list(&call.app.store, who.person.id, call.now).await?;
    let view = |session: allclear_domain::Session| SessionView {
        id: session.id,
        browser: browser::name(&session.client),
        begun: When::at(session.created_at),
        used: When::ago(session.seen_at, call.now),
        is_this: session.id == who.session.id,
    };
    let mut views: Vec<SessionView> = sessions.into_iter().map(view).collect();
    views.sort_by_key(|session| !session.is_this);
    Ok(views)
}

/// Ends one.
pub(super) async fn end(call: Call) -> Answer {
    let (who, actor, id) = (call.signed_in()?, call.actor()?, call.param("id")?);
    let done = sessions::end(&call.app.store, who.person.id, id, call.change(&actor)).await;
    let done = match done {
        // Over already, for instance because somebody pressed twice: what was wanted holds.
        Err(PeopleError::NotFound { .. }) => Ok(()),
        done => done,
    };
    told(&call, Part::Sessions, "session", done).await
}

/// Ends all but this one.
pub(super) async fn end_others(call: Call) -> Answer {
    let (who, actor) = (call.signed_in()?, call.actor()?);
    let change = call.change(&actor);
    let done = sessions::end_others(&call.app.store, who.person.id, who.session.id, change).await;
    told(&call, Part::Sessions, "sessions", done.map(drop)).await
}
