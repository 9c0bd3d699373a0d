//! How a module of the blackbox exporter signs in.

use allclear_domain::Secret;
use allclear_domain::check::{HttpCheck, SecretHeader, SignIn};
use serde_json::Value;

use crate::import::draft::{Draft, cut};
use crate::import::fields::{Fields, text};
use crate::import::secret;

/// How it signs in. What stands in files of the exporter is not read.
pub(super) fn sign_in(fields: &mut Fields<'_>, draft: &mut Draft<'_>) -> Option<SignIn> {
    if let Some(basic) = fields.get("basic_auth") {
        let mut basic = Fields::of(basic);
        let user = basic.text("username").unwrap_or_default();
        let password = draft.secret(&basic.text("password").unwrap_or_default(), "it");
        refuse_files(&basic, "basic_auth", draft);
        return Some(SignIn::Basic { user, password });
    }
    if let Some(authorization) = fields.get("authorization") {
        let mut authorization = Fields::of(authorization);
        let way = authorization.text("type").unwrap_or_else(|| "Bearer".to_owned());
        let token = draft.secret(&authorization.text("credentials").unwrap_or_default(), "it");
        refuse_files(&authorization, "authorization", draft);
        if !way.eq_ignore_ascii_case("bearer") {
            let way = cut(&way);
            draft.refuse(format!(
                "it signs in with `{way}`: send it as a header field (`http_headers`, `secrets`)"
            ));
        }
        return Some(SignIn::Bearer { token });
    }
    if fields.get("bearer_token_file").is_some() {
        draft.refuse(FILE.replace("{}", "bearer_token_file"));
    }
    let token = fields.text("bearer_token")?;
    Some(SignIn::Bearer { token: draft.secret(&token, "it") })
}

const FILE: &str = "`{}` names a file of the exporter, which is not read here: write what stands there \
                    into the module, and import again";

fn refuse_files(fields: &Fields<'_>, within: &str, draft: &mut Draft<'_>) {
    for key in fields.unread() {
        draft.refuse(FILE.replace("{}", &format!("{within}.{key}")));
    }
}

/// Adds the header fields that are sent.
pub(super) fn headers(fields: &mut Fields<'_>, check: &mut HttpCheck, draft: &mut Draft<'_>) {
    let plain = fields.get("headers").and_then(Value::as_object).into_iter().flatten();
    let plain = plain.map(|(name, value)| (name.clone(), text(value).unwrap_or_default()));
    secret::add_headers(check, plain.collect::<Vec<_>>(), draft);
    let more = fields.get("http_headers").and_then(Value::as_object);
    for (name, value) in more.into_iter().flatten() {
        let mut values = Fields::of(value);
        let open = values.list("values").into_iter().filter_map(text);
        let open: Vec<_> = open.map(|one| (name.clone(), one)).collect();
        secret::add_headers(check, open, draft);
        for one in values.list("secrets").into_iter().filter_map(text) {
            let value: Secret = draft.secret(&one, "it");
            check.secret_headers.push(SecretHeader { name: name.clone(), value });
        }
        refuse_files(&values, &format!("http_headers.{name}"), draft);
    }
}
