//! A request over HTTP, to and from the wire.

use allclear_domain::check::HttpCheck;

use super::HttpJson;

impl From<HttpCheck> for HttpJson {
    fn from(http: HttpCheck) -> Self {
        Self {
            before: http.before.into_iter().map(Into::into).collect(),
            url: http.url,
            method: http.method,
            headers: http.headers.into_iter().map(Into::into).collect(),
            sign_in: http.sign_in.map(Into::into),
            secret_headers: http.secret_headers.into_iter().map(Into::into).collect(),
            client_certificate: http.client_certificate.map(Into::into),
            body: http.body,
            redirects_max: http.redirects_max,
            version: http.version,
            connect_to: http.connect_to,
            family: http.family,
            statuses: http.statuses.into_iter().map(Into::into).collect(),
            assertions: http.assertions.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<HttpJson> for HttpCheck {
    fn from(http: HttpJson) -> Self {
        Self {
            before: http.before.into_iter().map(Into::into).collect(),
            url: http.url,
            method: http.method,
            headers: http.headers.into_iter().map(Into::into).collect(),
            sign_in: http.sign_in.map(Into::into),
            secret_headers: http.secret_headers.into_iter().map(Into::into).collect(),
            client_certificate: http.client_certificate.map(Into::into),
            body: http.body,
            redirects_max: http.redirects_max,
            version: http.version,
            connect_to: http.connect_to,
            family: http.family,
            statuses: http.statuses.into_iter().map(Into::into).collect(),
            assertions: http.assertions.into_iter().map(Into::into).collect(),
        }
    }
}
