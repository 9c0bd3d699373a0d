//! What a check of the kind `http` asks for, as a form has it.

use allclear_domain::CheckKind;
use allclear_domain::check::{
    Assertion, HttpCheck, HttpVersion, IpFamily, Method, StatusRange, TextTest,
};

use super::{Reader, is_same, secret};
use crate::console::form::Form;

/// The fields of what is there.
pub(super) fn show(form: Form, http: &HttpCheck) -> Form {
    secret::show(form, http.sign_in.as_ref(), &http.secret_headers)
        .with("method", http.method.as_str())
        .with("statuses", &tell_statuses(&http.statuses))
        .with("redirects", &http.redirects_max.to_string())
        .with("contains", contained(&http.assertions).unwrap_or_default())
}

/// The fields of a request, over what was there before.
pub(super) fn read(
    reader: &mut Reader<'_>,
    http: HttpCheck,
    contains: String,
) -> Option<CheckKind> {
    let statuses = read_statuses(reader.form.text("statuses"));
    let statuses = statuses.map_err(|problem| reader.problems.push(problem)).ok()?;
    let http = secret::read(reader.form, http);
    let http = http.map_err(|problem| reader.problems.push(problem)).ok()?;
    let method = reader.form.text("method");
    let method = Method::ALL.into_iter().find(|one| one.as_str() == method);
    Some(CheckKind::Http(HttpCheck {
        method: method.unwrap_or_default(),
        redirects_max: reader.number("redirects", "redirects"),
        statuses,
        assertions: with_contained(http.assertions, contains),
        ..http
    }))
}

/// What a check has beside what the form shows.
pub(super) fn kept(http: &HttpCheck) -> Vec<String> {
    let mut kept = Vec::new();
    let shown = usize::from(contained(&http.assertions).is_some());
    let others = http.assertions.len().saturating_sub(shown);
    for (count, what) in [
        (http.before.len(), "steps before the request"),
        (http.headers.len(), "header fields"),
        (others, "conditions"),
    ] {
        if count > 0 {
            kept.push(format!("{what} ({count})"));
        }
    }
    if http.client_certificate.is_some() {
        kept.push("a client certificate".to_owned());
    }
    if http.body.is_some() {
        kept.push("a body".to_owned());
    }
    if http.version != HttpVersion::Offered {
        kept.push("the version of HTTP".to_owned());
    }
    if http.family != IpFamily::default() {
        kept.push("the family of its address".to_owned());
    }
    kept.extend(http.connect_to.map(|address| format!("the address {address}")));
    kept
}

/// The steps of a check, in words; none where it has none.
pub(in super::super) fn steps(kind: &CheckKind) -> Vec<String> {
    let CheckKind::Http(http) = kind else { return Vec::new() };
    let told = http.before.iter().map(|step| {
        let name = step.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let names: Vec<&str> = step.captures.iter().map(|one| one.name.as_str()).collect();
        let takes = match names.as_slice() {
            [] => String::new(),
            names => format!(", and takes {}", names.join(", ")),
        };
        format!("{name}{} {}{takes}", step.method.as_str(), step.url)
    });
    told.collect()
}

/// The text that a body has to contain, of the first condition of that kind.
fn contained(assertions: &[Assertion]) -> Option<&str> {
    assertions.iter().find_map(|one| match one {
        Assertion::Body { test: TextTest::Contains(text) } => Some(text.as_str()),
        _ => None,
    })
}

fn with_contained(mut assertions: Vec<Assertion>, text: String) -> Vec<Assertion> {
    let place = assertions.iter().position(|one| contained(std::slice::from_ref(one)).is_some());
    let is_as_before = contained(&assertions).is_some_and(|before| is_same(before, &text));
    if is_as_before {
        return assertions;
    }
    if let Some(place) = place {
        assertions.remove(place);
    }
    if !text.is_empty() {
        let place = place.unwrap_or(assertions.len());
        assertions.insert(place, Assertion::Body { test: TextTest::Contains(text) });
    }
    assertions
}

/// Reads `200-299, 301`.
fn read_statuses(text: &str) -> Result<Vec<StatusRange>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let range = |part: &str| {
        let (from, to) = part.split_once(['-', '–']).unwrap_or((part, part));
        match (from.trim().parse(), to.trim().parse()) {
            (Ok(from), Ok(to)) => Ok(StatusRange { from, to }),
            _ => Err(format!("statuses: “{part}” is none: write 200-299, 301")),
        }
    };
    parts.map(range).collect()
}

fn tell_statuses(statuses: &[StatusRange]) -> String {
    let tell = |range: &StatusRange| match range.from == range.to {
        true => range.from.to_string(),
        false => format!("{}-{}", range.from, range.to),
    };
    statuses.iter().map(tell).collect::<Vec<_>>().join(", ")
}
