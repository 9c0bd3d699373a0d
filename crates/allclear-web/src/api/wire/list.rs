//! Lists, a slice at a time. A cursor is where the next slice goes on; what it holds is our business.

use std::fmt::Display;
use std::str::FromStr;

use allclear_domain::error::InvalidValue;
use data_encoding::BASE64URL_NOPAD;
use schemars::JsonSchema;
use serde::Serialize;

/// A slice of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub(crate) struct ListJson<T> {
    pub(crate) items: Vec<T>,
    /// Asks for the slice that follows: send it as `cursor`. `null` where this was the last one.
    pub(crate) next_cursor: Option<String>,
}

impl<T> ListJson<T> {
    /// The same slice of something else.
    pub(crate) fn map<U>(self, of: impl FnMut(T) -> U) -> ListJson<U> {
        let items = self.items.into_iter().map(of).collect();
        ListJson { items, next_cursor: self.next_cursor }
    }

    /// A slice, of one more than `limit` where there is more to come; `cursor` tells where each ends.
    pub(crate) fn of<S>(
        mut found: Vec<S>,
        limit: usize,
        cursor: impl Fn(&S) -> String,
        json: impl Fn(&S) -> T,
    ) -> Self {
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next_cursor = found.last().filter(|_| is_more).map(cursor);
        Self { items: found.iter().map(json).collect(), next_cursor }
    }
}

/// The cursor behind something.
pub(crate) fn cursor_of(id: impl Display) -> String {
    BASE64URL_NOPAD.encode(id.to_string().as_bytes())
}

/// What a cursor is behind.
pub(crate) fn read_cursor<T: FromStr>(cursor: &str) -> Result<T, InvalidValue> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| {
        let problem = "is not one of this list: send `next_cursor` as it was given";
        InvalidValue::new("query parameter cursor", problem)
    })
}
