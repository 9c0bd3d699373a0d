//! Another name, another password.

use allclear_people::accounts::{self, Wanted};
use allclear_people::own;

use super::super::Call;
use super::super::answer::Answer;
use super::{Part, told};

/// Another name.
pub(super) async fn name(call: Call) -> Answer {
    let (id, access) = (call.signed_in()?.person.id, call.access()?);
    let wanted = Wanted { name: Some(call.form.text("name")), ..Wanted::default() };
    let change = call.change(&access.actor);
    let done = accounts::change(&call.app.store, id, wanted, &access, change).await;
    told(&call, Part::Name, "name", done.map(drop)).await
}

/// Another password.
pub(super) async fn password(call: Call) -> Answer {
    let actor = call.actor()?;
    let new = call.form.exact("new_password");
    let done = own::change_password(
        &call.app.store,
        super::checks(&call),
        super::own(&call)?,
        new,
        call.change(&actor),
    );
    told(&call, Part::Password, "password", done.await).await
}
