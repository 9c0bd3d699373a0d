//! What signs in, out of the configurations of other monitors.

use allclear_domain::Secret;
use allclear_domain::check::{Header, HttpCheck, SecretHeader, SignIn};
use url::form_urlencoded;

use super::draft::Draft;
use super::variables;
use crate::kinds::says_secret;

/// Adds header fields to a check: marked names and values. Those that hold secrets by their name, or by
/// that of a variable in them, are kept sealed.
pub(super) fn add_headers(
    check: &mut HttpCheck,
    headers: impl IntoIterator<Item = (String, String)>,
    draft: &mut Draft<'_>,
) {
    for (name, marked) in headers {
        let name = draft.value(&name);
        if says_secret(&name) || variables::names(&marked).into_iter().any(says_secret) {
            let value = draft.secret(&marked, &format!("the header field {name}"));
            check.secret_headers.push(SecretHeader { name, value });
        } else {
            check.headers.push(Header { name, value: draft.value(&marked) });
        }
    }
    // Others, too, send the header field where both are there.
    let is_said = |one: &SecretHeader| one.name.trim().eq_ignore_ascii_case("authorization");
    if check.secret_headers.iter().any(is_said) {
        check.sign_in = None;
    }
}

/// Parts an address from the user and the password in it, which sign in.
pub(super) fn parted(marked: &str, draft: &mut Draft<'_>) -> (String, Option<SignIn>) {
    let Some((scheme, rest)) = marked.split_once("://") else { return (marked.to_owned(), None) };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let Some((pair, host)) = host.rsplit_once('@') else { return (marked.to_owned(), None) };
    let (user, password) = pair.split_once(':').unwrap_or((pair, ""));
    let sign_in = SignIn::Basic {
        user: decoded(&draft.value(user)),
        password: match draft.secret(password, "the password in its address") {
            Secret::Open(text) => Secret::typed(&decoded(text.reveal())),
            other => other,
        },
    };
    (format!("{scheme}://{host}{path}"), Some(sign_in))
}

/// A part of an address without its percent signs.
fn decoded(text: &str) -> String {
    let query = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    let value = form_urlencoded::parse(query.as_bytes()).next();
    value.map(|(_, value)| value.into_owned()).unwrap_or_default()
}
