//! What signs in, as a form has it. No form holds a secret: its field is empty, and left so keeps what is
//! there.

use allclear_domain::check::{HttpCheck, SecretHeader, SignIn};
use allclear_domain::{CheckKind, Secret};

use crate::console::form::Form;
use crate::console::words::Choice;

/// Header fields that are secret and can be added at once; further ones after saving.
const EMPTY_ROWS: usize = 2;

const NONE: &str = "none";
const BASIC: &str = "basic";
const BEARER: &str = "bearer";

/// A header field whose value is a secret.
pub(in crate::console::checks) struct HeaderRow {
    pub(in crate::console::checks) name: String,
    /// What stands in the empty field of its value.
    pub(in crate::console::checks) hint: &'static str,
}

/// What a form asks of secrets.
pub(in crate::console::checks) struct SecretFields {
    pub(in crate::console::checks) ways: Vec<Choice>,
    /// What stands in the empty field of the password or the token.
    pub(in crate::console::checks) hint: &'static str,
    pub(in crate::console::checks) headers: Vec<HeaderRow>,
}

const SET: &str = "set; leave empty to keep it";

/// What is asked of secrets, with what `form` says; `kind` is what is there.
pub(in crate::console::checks) fn fields(form: &Form, kind: Option<&CheckKind>) -> SecretFields {
    let sign_in = match kind {
        Some(CheckKind::Http(http)) => http.sign_in.as_ref(),
        Some(CheckKind::Prometheus(prometheus)) => prometheus.sign_in.as_ref(),
        Some(CheckKind::Service(service)) => service.sign_in.as_ref(),
        _ => None,
    };
    let chosen = form.maybe("sign_in").unwrap_or(NONE);
    let is_there = sign_in.is_some_and(|sign_in| word(Some(sign_in)) == chosen);
    let known: Vec<&str> = match kind {
        Some(CheckKind::Http(http)) => {
            http.secret_headers.iter().map(|one| one.name.as_str()).collect()
        }
        _ => Vec::new(),
    };
    let is_known = |name: &str| known.iter().any(|one| one.eq_ignore_ascii_case(name));
    let mut headers: Vec<HeaderRow> = form
        .all("secret_header")
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| HeaderRow {
            hint: if is_known(name) { SET } else { "" },
            name: name.to_owned(),
        })
        .collect();
    headers.extend((0..EMPTY_ROWS).map(|_| HeaderRow { name: String::new(), hint: "" }));
    SecretFields {
        ways: [(NONE, "Nothing"), (BASIC, "User and password"), (BEARER, "A bearer token")]
            .into_iter()
            // Services know no tokens.
            .filter(|(word, _)| *word != BEARER || !matches!(kind, Some(CheckKind::Service(_))))
            .map(|(word, label)| Choice::of(word, label, chosen))
            .collect(),
        hint: if is_there { SET } else { "" },
        headers,
    }
}

fn word(sign_in: Option<&SignIn>) -> &'static str {
    match sign_in {
        None => NONE,
        Some(SignIn::Basic { .. }) => BASIC,
        Some(SignIn::Bearer { .. }) => BEARER,
    }
}

/// The fields of what is there, without secrets.
pub(super) fn show(form: Form, sign_in: Option<&SignIn>, headers: &[SecretHeader]) -> Form {
    let user = match sign_in {
        Some(SignIn::Basic { user, .. }) => user.as_str(),
        Some(SignIn::Bearer { .. }) | None => "",
    };
    let form = form.with("sign_in", word(sign_in)).with("user", user);
    headers.iter().fold(form, |form, header| form.with("secret_header", &header.name))
}

/// What a form says of how it signs in. A form without these fields says nothing of that.
pub(super) fn read_sign_in(form: &Form, before: Option<SignIn>) -> Result<Option<SignIn>, String> {
    let Some(way) = form.maybe("sign_in") else { return Ok(before) };
    let secret = Secret::typed(form.exact("secret"));
    Ok(match way {
        NONE => None,
        BASIC => Some(SignIn::Basic { user: form.text("user").to_owned(), password: secret }),
        BEARER => Some(SignIn::Bearer { token: secret }),
        _ => return Err("signs in with: choose one of the list".to_owned()),
    })
}

/// A check with what a form says of secrets. A form without these fields says nothing of them.
pub(super) fn read(form: &Form, http: HttpCheck) -> Result<HttpCheck, String> {
    if form.maybe("sign_in").is_none() {
        return Ok(http);
    }
    let sign_in = read_sign_in(form, None)?;
    // One whose name was emptied goes.
    let headers = form.all("secret_header").zip(form.all("secret_value"));
    let headers = headers.filter(|(name, _)| !name.trim().is_empty());
    let header = |(name, value): (&str, &str)| SecretHeader {
        name: name.trim().to_owned(),
        value: Secret::typed(value),
    };
    Ok(HttpCheck { sign_in, secret_headers: headers.map(header).collect(), ..http })
}

/// What a field is called, to people.
pub(super) fn label(field: &str) -> Option<&'static str> {
    let prefixes = ["kind.http.", "kind.prometheus.", "kind.service."];
    match prefixes.into_iter().find_map(|prefix| field.strip_prefix(prefix))? {
        "sign_in" => Some("signs in with"),
        "sign_in.basic.user" => Some("user"),
        other if other.starts_with("client_certificate") => Some("client certificate"),
        "sign_in.basic.password" | "sign_in.bearer.token" => Some("password or token"),
        other if other.starts_with("secret_headers") && other.ends_with(".name") => {
            Some("secret header field")
        }
        other if other.starts_with("secret_headers") => Some("value of a secret header field"),
        _ => None,
    }
}

/// What two versions of a form say, to be compared: that a secret was typed, and not which.
pub(super) fn rows(form: &Form) -> [(&'static str, String); 3] {
    let way = match form.maybe("sign_in").unwrap_or(NONE) {
        BASIC => "User and password",
        BEARER => "A bearer token",
        _ => "Nothing",
    };
    let typed = |value: &str| if value.is_empty() { "" } else { " (a new secret was typed)" };
    let names = form.all("secret_header").map(str::trim);
    let mut values = form.all("secret_value");
    let headers = names.map(|name| format!("{name}{}", typed(values.next().unwrap_or_default())));
    let headers: Vec<String> = headers.filter(|row| !row.is_empty()).collect();
    [
        ("Signs in with", format!("{way}{}", typed(form.exact("secret")))),
        ("User", form.text("user").to_owned()),
        ("Secret header fields", headers.join("\n")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(sign_in: Option<SignIn>, names: &[&str]) -> HttpCheck {
        let header = |name: &&str| SecretHeader {
            name: (*name).to_owned(),
            value: Secret::Shut("no key".to_owned()),
        };
        let secret_headers = names.iter().map(header).collect();
        HttpCheck { sign_in, secret_headers, ..HttpCheck::of("https://shop.example.com") }
    }

    #[test]
    fn a_form_never_holds_a_secret_and_keeps_it() {
        let password = Secret::typed("hunter2-hunter2");
        let sign_in = SignIn::Basic { user: "probe".to_owned(), password };
        let http = http(Some(sign_in), &["X-Tenant"]);
        let form = show(Form::default(), http.sign_in.as_ref(), &http.secret_headers);
        assert!(!format!("{form:?}").contains("hunter2"));
        let shown = fields(&form, Some(&http.clone().into()));
        assert_eq!((shown.hint, shown.headers[0].hint), (SET, SET));
        assert_eq!(shown.headers.len(), 1 + EMPTY_ROWS);
        let sent = form.with("secret", "").with("secret_value", "");
        let read = read(&sent, HttpCheck::of("https://shop.example.com")).unwrap();
        assert_eq!(CheckKind::from(read), CheckKind::from(http.clone()).without_secrets());
        // A form that does not ask leaves all as it is.
        assert_eq!(super::read(&Form::default(), http.clone()).unwrap(), http);
    }

    #[test]
    fn what_is_typed_is_read_and_what_is_emptied_goes() {
        let form = Form::of([
            ("sign_in", "bearer"),
            ("secret", " with space "),
            ("secret_header", ""),
            ("secret_value", ""),
            ("secret_header", " X-Tenant "),
            ("secret_value", "hunter2"),
        ]);
        let http = read(&form, http(None, &["X-Gone"])).unwrap();
        assert_eq!(
            http.sign_in.map(|one| one.secret().clone()),
            Some(Secret::typed(" with space "))
        );
        assert_eq!(http.secret_headers.len(), 1);
        assert_eq!(http.secret_headers[0].name, "X-Tenant");
        let told = format!("{:?}", rows(&form));
        assert!(told.contains("a new secret was typed") && !told.contains("hunter2"), "{told}");
        let wrong = Form::of([("sign_in", "ntlm")]);
        assert!(read(&wrong, HttpCheck::of("https://shop.example.com")).is_err());
    }
}
