//! Cookies: one for a session, one for who is about to sign in.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The secret of a session.
    Session,
    /// What the forms of somebody who is not signed in are bound to.
    Visitor,
}

impl Cookie {
    /// Its name. With TLS the browser itself keeps it to this host (the prefix `__Host-` of RFC
    /// 6265bis, section 4.1.3.2), so that no neighbour's page can set it.
    const fn name(self, is_secure: bool) -> &'static str {
        match (self, is_secure) {
            (Self::Session, false) => "allclear_session",
            (Self::Session, true) => "__Host-allclear_session",
            (Self::Visitor, false) => "allclear_visitor",
            (Self::Visitor, true) => "__Host-allclear_visitor",
        }
    }

    /// Its value in a request; the first one, where there are several.
    pub(crate) fn find(self, headers: &HeaderMap, is_secure: bool) -> Option<&str> {
        let name = self.name(is_secure);
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';'));
        pairs.find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name && !value.is_empty()).then_some(value)
        })
    }

    /// The header that sets it. Scripts cannot read it, and other sites' forms do not bring it.
    pub(crate) fn set(self, value: &str, lasts: SignedDuration, is_secure: bool) -> HeaderValue {
        let name = self.name(is_secure);
        let seconds = lasts.as_secs().max(0);
        let secure = if is_secure { "; Secure" } else { "" };
        let text =
            format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        // Values are base 64 of our own making.
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
    }

    /// The header that removes it.
    pub(crate) fn remove(self, is_secure: bool) -> HeaderValue {
        self.set("", SignedDuration::ZERO, is_secure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=b; allclear_session=secret ;c"));
        headers.append(COOKIE, HeaderValue::from_static("__Host-allclear_session=other"));
        assert_eq!(Cookie::Session.find(&headers, false), Some("secret"));
        assert_eq!(Cookie::Session.find(&headers, true), Some("other"));
        assert_eq!(Cookie::Visitor.find(&headers, false), None);
    }

    #[test]
    fn with_tls_it_never_leaves_without() {
        let set = Cookie::Session.set("x", SignedDuration::from_hours(1), true);
        assert_eq!(
            set.to_str().unwrap(),
            "__Host-allclear_session=x; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure"
        );
        let removed = Cookie::Session.remove(false);
        assert!(removed.to_str().unwrap().contains("Max-Age=0"));
    }
}
