//! How the API answers with a noun that has versions: as a list, alone, made, changed.

use std::fmt::Display;

use allclear_incidents::writing::Written;
use allclear_store::Stored;
use axum::http::StatusCode;
use serde::Serialize;

use super::call::Call;
use super::json::{Answer, at_version, created, json};
use super::wire::{ListJson, cursor_of};

/// Something that has versions.
pub(super) trait Noun {
    /// How it is shown.
    type Json: Serialize;
    /// What names it.
    type Id: Display;
    /// The address of the list.
    const ALL: &'static str;

    /// What names it.
    fn id(&self) -> Self::Id;

    /// How it is shown at a version.
    fn json(&self, version: i64, call: &Call) -> Self::Json;
}

/// A slice of a list, of one more than `limit` where there is more to come.
pub(super) fn list<N: Noun>(call: &Call, found: Vec<Stored<N>>, limit: usize) -> Answer {
    let cursor = |stored: &Stored<N>| cursor_of(stored.value.id());
    let of = |stored: &Stored<N>| stored.value.json(stored.version, call);
    json(StatusCode::OK, &ListJson::of(found, limit, cursor, of))
}

/// One.
pub(super) fn show<N: Noun>(call: &Call, stored: &Stored<N>) -> Answer {
    let answer = json(StatusCode::OK, &stored.value.json(stored.version, call))?;
    Ok(at_version(answer, stored.version))
}

/// One that was made: where it is, and what it is.
pub(super) fn made<N: Noun>(call: &Call, written: &Written<N>) -> Answer {
    call.written();
    let path = format!("{}/{}", N::ALL, written.value.id());
    let answer = created(&path, &written.value.json(written.version, call))?;
    Ok(at_version(answer, written.version))
}

/// One that was changed.
pub(super) fn changed<N: Noun>(call: &Call, status: StatusCode, written: &Written<N>) -> Answer {
    call.written();
    let answer = json(status, &written.value.json(written.version, call))?;
    Ok(at_version(answer, written.version))
}
