//! What a provider said, in one sentence of ours.

use allclear_domain::check::Verdict;
use allclear_domain::limits::URL_BYTES_MAX;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use crate::kinds::unread::line;

/// What a provider said, and what that is to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) verdict: Verdict,
    /// `Example Provider says: Partial outage of API since 10:12 UTC – Errors of the API`.
    pub(super) sentence: String,
    /// Where they tell of it.
    pub(super) fault_page: Option<String>,
}

/// Who says it: the name of the page, else its host.
pub(super) fn who(name: &str, host: &str) -> String {
    Some(line(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| host.to_owned())
}

/// The sentence: what is said, since when, and the words of whoever says it.
pub(super) fn sentence(
    who: &str,
    what: &str,
    since: Option<Timestamp>,
    title: &str,
    now: Timestamp,
) -> String {
    let since = since.map(|at| format!(" since {}", clock(at, now))).unwrap_or_default();
    let title = Some(line(title)).filter(|title| !title.is_empty());
    let title = title.map(|title| format!(" – {title}")).unwrap_or_default();
    format!("{who} says: {what}{since}{title}")
}

/// The time of day, with the day where it is another one.
pub(super) fn clock(at: Timestamp, now: Timestamp) -> String {
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let form = if day(at) == day(now) { "%H:%M UTC" } else { "%Y-%m-%d %H:%M UTC" };
    at.strftime(form).to_string()
}

/// An address of theirs that people may follow.
pub(super) fn page(address: Option<&str>) -> Option<String> {
    let url = Url::parse(address?.trim()).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    let is_plain = url.username().is_empty() && url.password().is_none();
    Some(String::from(url)).filter(|text| is_web && is_plain && text.len() <= URL_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_followed() {
        for address in ["https://stat.us.example.com/x", " http://status.example.com/incidents/1 "]
        {
            assert!(page(Some(address)).is_some(), "{address}");
        }
        let long = format!("https://status.example.com/{}", "x".repeat(URL_BYTES_MAX));
        for address in [
            "javascript:alert(1)",
            "data:text/html,x",
            "/incidents/1",
            "status.example.com",
            "https://user:pass@status.example.com/",
            "ftp://status.example.com/",
            "",
            &long,
        ] {
            assert_eq!(page(Some(address)), None, "{address}");
        }
        assert_eq!(page(Some("https://status.example.com/\"><b>")).unwrap().find('"'), None);
    }

    #[test]
    fn the_day_is_told_where_it_is_another_one() {
        let now: Timestamp = "2026-06-15T12:00:00Z".parse().unwrap();
        assert_eq!(clock("2026-06-15T10:12:59Z".parse().unwrap(), now), "10:12 UTC");
        assert_eq!(clock("2026-06-14T23:59:00Z".parse().unwrap(), now), "2026-06-14 23:59 UTC");
    }
}
