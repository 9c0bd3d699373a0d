//! Lists: a slice at a time, with what to ask for to go on.

use std::fmt;
use std::str::FromStr;

use super::call::Call;
use super::problem::Problem;
use super::wire::ListJson;

/// The slice that a call asks for of a whole list, which is in the order of its ids.
pub(crate) fn slice<T, I>(
    call: &Call,
    all: Vec<T>,
    id: impl Fn(&T) -> I,
) -> Result<ListJson<T>, Problem>
where
    I: FromStr + Ord + fmt::Display,
    I::Err: fmt::Display,
{
    let (limit, after) = (call.limit()?, call.query::<I>("cursor")?);
    let rest = all.into_iter().filter(|item| after.as_ref().is_none_or(|after| id(item) > *after));
    let mut items: Vec<T> = rest.take(limit + 1).collect();
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| has_more).map(|item| id(item).to_string());
    Ok(ListJson { items, next_cursor })
}
