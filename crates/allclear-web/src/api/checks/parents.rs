//! The checks that one stands behind, or that a group stands for, as they are named.

use allclear_domain::error::InvalidValue;
use allclear_domain::ids::CheckId;
use allclear_domain::text::Key;

use crate::api::call::Call;
use crate::api::problem::Problem;

/// The checks with these ids or keys. What an id names is looked up when it is written.
pub(super) async fn find(
    call: &Call,
    field: &str,
    most: usize,
    list: Vec<String>,
) -> Result<Vec<CheckId>, Problem> {
    if list.len() > most {
        let problem = format!("names {} checks: name {most} at most", list.len());
        return Err(InvalidValue::new(field, problem).into());
    }
    let mut found = Vec::with_capacity(list.len());
    for (place, named) in list.into_iter().enumerate() {
        if let Ok(id) = named.parse() {
            found.push(id);
            continue;
        }
        let check = match Key::new(named.as_str()) {
            Ok(key) => call.app.store.find_check_by_key(key.as_str()).await?,
            Err(_) => None,
        };
        let check = check.ok_or_else(|| {
            let named: String = named.chars().take(80).collect();
            let problem = format!("there is no check `{named}`: name it by its id or its key");
            InvalidValue::new(format!("{field}[{place}]"), problem)
        })?;
        found.push(check.id);
    }
    Ok(found)
}
