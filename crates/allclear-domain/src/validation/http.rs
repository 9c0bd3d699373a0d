//! Checks of the kind `http`, by themselves.

use super::{Validate, Validation};
use crate::check::{
    Capture, CaptureFrom, ClientCertificate, Header, HttpCheck, HttpStep, Piece, SignIn,
    StatusRange, pieces,
};
use crate::limits;
use crate::secret::Secret;
use crate::text::Key;

impl Validate for HttpCheck {
    fn validate(&self, validation: &mut Validation) {
        before(self, validation);
        validation.line("url", &self.url, limits::URL_BYTES_MAX);
        headers(&self.headers, validation);
        sign_in_of_http(self, validation);
        secret_headers(self, validation);
        if let Some(certificate) = &self.client_certificate {
            validation.part("client_certificate", certificate);
        }
        validation.maybe_text("body", self.body.as_ref());
        if has_places(self) {
            let known: Vec<&Key> = self.captured_before(self.before.len()).collect();
            let parts = (self.url.as_str(), self.headers.as_slice(), self.body.as_deref());
            places(parts, &known, validation);
        }
        let redirects = 0..=limits::CHECK_REDIRECTS_MAX;
        validation.number("redirects_max", u32::from(self.redirects_max), redirects);
        statuses(&self.statuses, validation);
        let max = limits::CHECK_ASSERTIONS_MAX;
        validation.each("assertions", &self.assertions, max, |validation, one| {
            one.validate(validation);
        });
    }
}

fn headers(headers: &[Header], validation: &mut Validation) {
    validation.each("headers", headers, limits::CHECK_HEADERS_MAX, |validation, one| {
        validation.title("name", &one.name);
        validation.line("value", &one.value, limits::URL_BYTES_MAX);
    });
}

pub(super) fn statuses(statuses: &[StatusRange], validation: &mut Validation) {
    validation.each("statuses", statuses, limits::CHECK_STATUSES_MAX, |validation, one| {
        if !(100 <= one.from && one.from <= one.to && one.to <= 599) {
            let problem = format!(
                "{} to {} is no range: name statuses from 100 to 599, the lower one first",
                one.from, one.to
            );
            validation.refuse(problem);
        }
    });
}

/// What comes before the request that is judged.
fn before(http: &HttpCheck, validation: &mut Validation) {
    let max = limits::CHECK_STEPS_MAX;
    validation.each("before", &http.before, max, |validation, step| step.validate(validation));
    let count = http.captured_before(http.before.len()).count();
    if count > limits::CHECK_CAPTURES_MAX {
        let max = limits::CHECK_CAPTURES_MAX;
        validation.within("before", |validation| {
            validation.refuse(format!("captures {count} values, {max} at most: leave some out"));
        });
    }
    if !has_places(http) {
        return;
    }
    for (place, step) in http.before.iter().enumerate().take(max) {
        let known: Vec<&Key> = http.captured_before(place).collect();
        validation.within(format_args!("before[{place}]"), |validation| {
            let parts = (step.url.as_str(), step.headers.as_slice(), step.body.as_deref());
            places(parts, &known, validation);
            for (at, one) in step.captures.iter().enumerate() {
                let mut others = step.captures.iter().take(at).map(|other| &other.name);
                if known.contains(&&one.name) || others.any(|other| *other == one.name) {
                    validation.within(format_args!("captures[{at}].name"), |validation| {
                        validation.refuse("is captured before: name each value once");
                    });
                }
            }
        });
    }
}

/// Whether braces may be places. Where a check captures nothing, braces are braces; what captures too much is
/// refused for that.
fn has_places(http: &HttpCheck) -> bool {
    let count = http.captured_before(http.before.len()).count();
    (1..=limits::CHECK_CAPTURES_MAX).contains(&count)
}

impl Validate for HttpStep {
    fn validate(&self, validation: &mut Validation) {
        if let Some(name) = &self.name {
            validation.title("name", name);
        }
        validation.line("url", &self.url, limits::URL_BYTES_MAX);
        headers(&self.headers, validation);
        validation.maybe_text("body", self.body.as_ref());
        statuses(&self.statuses, validation);
        let max = limits::CHECK_ASSERTIONS_MAX;
        validation.each("assertions", &self.assertions, max, |validation, one| {
            one.validate(validation);
        });
        validation.each("captures", &self.captures, limits::CHECK_CAPTURES_MAX, capture);
    }
}

fn capture(validation: &mut Validation, capture: &Capture) {
    validation.within("from", |validation| match &capture.from {
        CaptureFrom::Header { name } => {
            validation.within("header", |validation| validation.title("name", name));
        }
        CaptureFrom::Json { path } => {
            validation.within("json", |validation| validation.title("path", path));
        }
        CaptureFrom::Pattern { regex } => {
            validation.within("pattern", |validation| validation.words("regex", regex));
        }
        CaptureFrom::Cookie { name } => validation.within("cookie", |validation| {
            validation.title("name", name);
            if name.contains(['=', ';', ',', ' ']) {
                validation.within("name", |validation| {
                    validation.refuse("is no name of a cookie: write what stands before the `=`");
                });
            }
        }),
    });
}

/// That values stand only where they can, each captured before.
fn places(
    (url, headers, body): (&str, &[Header], Option<&str>),
    known: &[&Key],
    validation: &mut Validation,
) {
    let line_max = limits::URL_BYTES_MAX;
    validation.within("url", |validation| places_in(url, line_max, known, validation));
    for (place, header) in headers.iter().enumerate().take(limits::CHECK_HEADERS_MAX) {
        validation.within(format_args!("headers[{place}].value"), |validation| {
            places_in(&header.value, line_max, known, validation);
        });
    }
    if let Some(body) = body {
        let text_max = limits::TEXT_BYTES_MAX;
        validation.within("body", |validation| places_in(body, text_max, known, validation));
    }
}

fn places_in(text: &str, chars_max: usize, known: &[&Key], validation: &mut Validation) {
    if text.chars().nth(chars_max).is_some() {
        // It is refused for that.
        return;
    }
    let pieces = pieces(text);
    let words = pieces.iter().filter_map(|piece| match piece {
        Piece::Value(word) => Some(*word),
        Piece::Text(_) => None,
    });
    let count = words.clone().count();
    if count > limits::CHECK_PLACES_MAX {
        let max = limits::CHECK_PLACES_MAX;
        validation.refuse(format!(
            "has {count} places of captured values, {max} at most: leave some out"
        ));
    }
    let unknown = words.into_iter().find(|word| known.iter().all(|key| key.as_str() != *word));
    if let Some(word) = unknown {
        validation.refuse(format!(
            "has `{{{{{word}}}}}` in it, which no step before captures: capture it there, or \
             correct the name"
        ));
    }
}

fn sign_in_of_http(http: &HttpCheck, validation: &mut Validation) {
    let Some(sign_in) = &http.sign_in else { return };
    let is_said = |name: &str| name.trim().eq_ignore_ascii_case("authorization");
    let plain = http.headers.iter().map(|one| &one.name);
    let secret = http.secret_headers.iter().map(|one| &one.name);
    if plain.chain(secret).any(|name| is_said(name)) {
        validation.within("sign_in", |validation| {
            validation.refuse("is said by the header field authorization, too: leave one out");
        });
    }
    validation.part("sign_in", sign_in);
}

impl Validate for SignIn {
    fn validate(&self, validation: &mut Validation) {
        match self {
            Self::Basic { user, password } => validation.within("basic", |validation| {
                validation.title("user", user);
                if user.contains(':') {
                    validation.within("user", |validation| {
                        validation.refuse("has a colon in it, which ends it when it is sent");
                    });
                }
                validation.part("password", password);
            }),
            Self::Bearer { token } => {
                validation.within("bearer", |validation| validation.part("token", token));
            }
        }
    }
}

fn secret_headers(http: &HttpCheck, validation: &mut Validation) {
    let max = limits::CHECK_SECRET_HEADERS_MAX;
    validation.each("secret_headers", &http.secret_headers, max, |validation, one| {
        validation.title("name", &one.name);
        validation.part("value", &one.value);
    });
    let plain: Vec<&str> = http.headers.iter().map(|one| one.name.as_str()).collect();
    for (place, one) in http.secret_headers.iter().enumerate() {
        let before = http.secret_headers.iter().take(place).map(|one| one.name.as_str());
        let mut others = before.chain(plain.iter().copied());
        if others.any(|name| name.eq_ignore_ascii_case(&one.name)) {
            validation.within(format_args!("secret_headers[{place}].name"), |validation| {
                validation.refuse("is that of another header field, too: name each once");
            });
        }
    }
}

/// Whether certificate and key can be read, and belong together, is for whoever probes.
impl Validate for ClientCertificate {
    fn validate(&self, validation: &mut Validation) {
        let max = limits::CLIENT_CERTIFICATE_BYTES_MAX;
        validation.bounded("chain_pem", &self.chain_pem, max);
        if self.key.open().is_some_and(|key| key.len() > max) {
            validation.within("key", |validation| {
                validation.refuse(format!("has more than {max} bytes, which no key has"));
            });
        }
    }
}

/// What is wrong with a secret is told without it.
impl Validate for Secret {
    fn validate(&self, validation: &mut Validation) {
        let Some(text) = self.open() else { return };
        if text.len() < limits::SECRET_BYTES_MIN {
            let min = limits::SECRET_BYTES_MIN;
            validation.refuse(format!(
                "is shorter than {min} characters, and could not be hidden where the server \
                 repeats it: use a longer one"
            ));
        }
        if text.len() > limits::SECRET_BYTES_MAX {
            let max = limits::SECRET_BYTES_MAX;
            validation.refuse(format!("has {} bytes, and {max} are taken at most", text.len()));
        }
        if text.chars().any(char::is_control) {
            validation.refuse("has a line break or another control character: leave it out");
        }
    }
}
