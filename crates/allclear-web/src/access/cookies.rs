//! Cookies: one for a session, one for who is about to sign in, and one for each protected status page
//! that a reader gave the password of.

use allclear_domain::ids::StatusPageId;
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;

/// Values of one name that are looked at.
const VALUES_MAX: usize = 4;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The secret of a session.
    Session,
    /// What the forms of somebody who is not signed in are bound to.
    Visitor,
    /// The way to a provider and back.
    #[cfg(feature = "oidc")]
    Trip,
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
            #[cfg(feature = "oidc")]
            (Self::Trip, false) => "allclear_trip",
            #[cfg(feature = "oidc")]
            (Self::Trip, true) => "__Host-allclear_trip",
        }
    }

    /// Its value in a request; the first one, where there are several.
    pub(crate) fn find(self, headers: &HeaderMap, is_secure: bool) -> Option<&str> {
        values(headers, self.name(is_secure)).next()
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

/// The cookie of readers of a protected status page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReaderCookie(pub(crate) StatusPageId);

impl ReaderCookie {
    /// Its name, another one for each page. It belongs to the path of the page, so the prefix cannot
    /// be `__Host-`.
    fn name(self, is_secure: bool) -> String {
        let prefix = if is_secure { "__Secure-" } else { "" };
        format!("{prefix}allclear_reader_{}", self.0.uuid().simple())
    }

    /// Whether one of its values in a request is right: a page that stands at two addresses can have
    /// set two.
    pub(crate) fn has(
        self,
        headers: &HeaderMap,
        is_secure: bool,
        is_right: impl FnMut(&str) -> bool,
    ) -> bool {
        values(headers, &self.name(is_secure)).take(VALUES_MAX).any(is_right)
    }

    /// The header that sets it for the addresses that begin with `base`.
    pub(crate) fn set(
        self,
        value: &str,
        base: &str,
        lasts: SignedDuration,
        is_secure: bool,
    ) -> HeaderValue {
        let name = self.name(is_secure);
        let seconds = lasts.as_secs().max(0);
        let secure = if is_secure { "; Secure" } else { "" };
        let text = format!(
            "{name}={value}; Path={base}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        );
        // Names, values and paths are of our own making.
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// The values of a cookie in a request, but for empty ones.
fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';'));
    pairs.filter_map(move |pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name && !value.is_empty()).then_some(value)
    })
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
    fn a_page_has_a_cookie_of_its_own() {
        let entropy = allclear_domain::Entropy::from_seed(1);
        let now = jiff::Timestamp::UNIX_EPOCH;
        let (one, other) = (ReaderCookie(entropy.id(now)), ReaderCookie(entropy.id(now)));
        let set = one.set("x", "/p/shop/", SignedDuration::from_hours(1), true);
        let set = set.to_str().unwrap();
        assert!(set.starts_with("__Secure-allclear_reader_"), "{set}");
        let tail = "=x; Path=/p/shop/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure";
        assert!(set.ends_with(tail), "{set}");
        let mut headers = HeaderMap::new();
        let pair = |value: &str| format!("{}={value}", one.name(false));
        headers.append(COOKIE, format!("{}; {}", pair("old"), pair("new")).parse().unwrap());
        assert!(one.has(&headers, false, |value| value == "new"));
        assert!(!one.has(&headers, true, |_| true));
        assert!(!other.has(&headers, false, |_| true));
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
