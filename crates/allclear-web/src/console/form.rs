//! Forms and queries, as browsers send them.

use allclear_domain::error::InvalidValue;
use allclear_domain::limits;
use axum::body::Body;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;

/// Bytes of a form; a longer one is refused.
pub(crate) const BYTES_MAX: usize = 2 * 1024 * 1024;
/// Fields of a form; more are refused. The largest forms have two for each component of a page.
const FIELDS_MAX: usize = 2 * limits::COMPONENTS_PER_PAGE_MAX + 1_000;

/// Reads `multipart/form-data`: the fields, and the bytes of the file among them. A second file is
/// refused; none was sent where its field was left empty.
pub(super) async fn read_parts(
    headers: &HeaderMap,
    bytes: Bytes,
) -> Result<(Form, Option<Vec<u8>>), InvalidValue> {
    let refused = |problem: &str| InvalidValue::new("the form", problem);
    let mut request = Request::new(Body::from(bytes));
    if let Some(kind) = headers.get(CONTENT_TYPE) {
        request.headers_mut().insert(CONTENT_TYPE, kind.clone());
    }
    let broken = |_| refused("cannot be read: load the page again and repeat it");
    let parts = Multipart::from_request(request, &()).await;
    let mut parts = parts.map_err(|_| refused("names no boundary: load the page again"))?;
    let (mut fields, mut file) = (Vec::new(), None);
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if fields.len() >= FIELDS_MAX {
            return Err(refused("has too many fields: send less at once"));
        }
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_none() {
            fields.push((name, part.text().await.map_err(broken)?));
            continue;
        }
        let bytes = part.bytes().await.map_err(broken)?;
        if !bytes.is_empty() && file.replace(bytes.to_vec()).is_some() {
            return Err(refused("has two files: send one"));
        }
    }
    Ok((Form(fields), file))
}

/// Names and values, in the order in which they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, InvalidValue> {
        let fields = form_urlencoded::parse(bytes).take(FIELDS_MAX + 1);
        let fields: Vec<_> = fields.map(|(name, value)| (name.into(), value.into())).collect();
        if fields.len() > FIELDS_MAX {
            let problem = format!("has more than {FIELDS_MAX} fields: send less at once");
            return Err(InvalidValue::new("the form", problem));
        }
        Ok(Self(fields))
    }

    /// A form as it is shown first.
    pub(crate) fn of<const N: usize>(fields: [(&str, &str); N]) -> Self {
        Self(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    /// The same, with a field more.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a field, without white space around it; empty where it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default().trim()
    }

    /// The value of a field as it was sent: for passwords.
    pub(crate) fn exact(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// The value of a field that may be left empty.
    pub(crate) fn maybe(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A text of several lines, with the line ends of this world.
    pub(crate) fn lines(&self, name: &str) -> String {
        self.text(name).replace("\r\n", "\n").replace('\r', "\n")
    }

    /// Every value of a field that may be sent several times.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Fields whose name begins with `prefix`: the rest of the name, and the value.
    pub(crate) fn with_prefix<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, value.trim())))
    }

    /// Whether a box was ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let form = Form::read(b"a=+x+&b=1&b=2&text=one%0D%0Atwo&c_one=up&tick=on").unwrap();
        assert_eq!(form.text("a"), "x");
        assert_eq!(form.exact("a"), " x ");
        assert_eq!(form.maybe("none"), None);
        assert_eq!(form.all("b").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(form.lines("text"), "one\ntwo");
        assert_eq!(form.with_prefix("c_").collect::<Vec<_>>(), [("one", "up")]);
        assert!(form.is_ticked("tick"));
        assert!(Form::read("a&".repeat(FIELDS_MAX + 1).as_bytes()).is_err());
    }
}
