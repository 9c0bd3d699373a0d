//! Which page of a status page an address asks for, and how deep it lies below the base.

use allclear_domain::ids::PublicId;
use allclear_domain::limits;

/// A page below a status page's base.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// The first view.
    Now,
    /// Planned maintenance.
    Upcoming,
    /// Months with records.
    History,
    /// The records of a month.
    Month {
        /// The year.
        year: i16,
        /// The month, 1 to 12.
        month: i8,
    },
    /// Records without any date.
    Undated,
    /// What was found for some words.
    Search {
        /// The words, at most `limits::SEARCH_CHARS_MAX` characters.
        query: String,
    },
    /// One incident.
    Incident(PublicId),
    /// One maintenance window.
    Maintenance(PublicId),
    /// One announcement.
    Announcement(PublicId),
    /// One component.
    Component(PublicId),
    /// Uptime by component and month.
    Uptime,
    /// The page's own colors, as a style sheet.
    Theme,
    /// The picture beside the page's name.
    Logo,
}

impl Route {
    /// The page that an address asks for: its path below the page's base, without a slash in
    /// front, and its query. `None` where there is no such page; whether the record exists only
    /// [`crate::render`] knows.
    #[must_use]
    pub fn parse(path_below_base: &str, query: Option<&str>) -> Option<Self> {
        let mut parts = path_below_base.split('/');
        let first = parts.next()?;
        let second = parts.next();
        if parts.next().is_some() {
            return None;
        }
        match (first, second) {
            ("", None) => Some(Self::Now),
            ("upcoming", None) => Some(Self::Upcoming),
            ("history", None) => Some(Self::History),
            ("uptime", None) => Some(Self::Uptime),
            ("theme.css", None) => Some(Self::Theme),
            ("logo", None) => Some(Self::Logo),
            ("history", Some("undated")) => Some(Self::Undated),
            ("history", Some("search")) => {
                Some(Self::Search { query: search_words(query.unwrap_or_default()) })
            }
            ("history", Some(month)) => parse_month(month),
            ("incidents", Some(id)) => id.parse().ok().map(Self::Incident),
            ("maintenance", Some(id)) => id.parse().ok().map(Self::Maintenance),
            ("announcements", Some(id)) => id.parse().ok().map(Self::Announcement),
            ("components", Some(id)) => id.parse().ok().map(Self::Component),
            _ => None,
        }
    }

    /// The path below the page's base.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Now => String::new(),
            Self::Upcoming => "upcoming".to_owned(),
            Self::History => "history".to_owned(),
            Self::Month { year, month } => format!("history/{year:04}-{month:02}"),
            Self::Undated => "history/undated".to_owned(),
            Self::Search { .. } => "history/search".to_owned(),
            Self::Incident(id) => format!("incidents/{id}"),
            Self::Maintenance(id) => format!("maintenance/{id}"),
            Self::Announcement(id) => format!("announcements/{id}"),
            Self::Component(id) => format!("components/{id}"),
            Self::Uptime => "uptime".to_owned(),
            Self::Theme => "theme.css".to_owned(),
            Self::Logo => "logo".to_owned(),
        }
    }

    /// Whether an open page follows what happens: where readers wait for news, and not where they
    /// look something up.
    pub(crate) const fn is_live(&self) -> bool {
        match self {
            Self::Now
            | Self::Upcoming
            | Self::Incident(_)
            | Self::Maintenance(_)
            | Self::Announcement(_)
            | Self::Component(_) => true,
            Self::History
            | Self::Month { .. }
            | Self::Undated
            | Self::Search { .. }
            | Self::Uptime
            | Self::Theme
            | Self::Logo => false,
        }
    }

    /// What leads from this page to the base: nothing, or `../`.
    pub(crate) const fn to_base(&self) -> &'static str {
        match self {
            Self::Month { .. }
            | Self::Undated
            | Self::Search { .. }
            | Self::Incident(_)
            | Self::Maintenance(_)
            | Self::Announcement(_)
            | Self::Component(_) => "../",
            Self::Now
            | Self::Upcoming
            | Self::History
            | Self::Uptime
            | Self::Theme
            | Self::Logo => "",
        }
    }
}

fn parse_month(text: &str) -> Option<Route> {
    let (year, month) = text.split_once('-')?;
    let is_plain = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    if !is_plain(year, 4) || !is_plain(month, 2) {
        return None;
    }
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    (1..=12).contains(&month).then_some(Route::Month { year, month })
}

/// The words after `q=`, cut to the limit.
fn search_words(query: &str) -> String {
    let words = query.split('&').find_map(|pair| pair.strip_prefix("q=")).unwrap_or_default();
    let words = decode(words);
    let cut: String = words.trim().chars().take(limits::SEARCH_CHARS_MAX).collect();
    cut.trim_end().to_owned()
}

/// Undoes the encoding of forms; what is not UTF-8 afterwards is replaced.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes
            .get(at + 1..at + 3)
            .filter(|_| byte == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (_, Some(value)) => {
                out.push(value);
                at += 3;
            }
            (b'+', None) => {
                out.push(b' ');
                at += 1;
            }
            (other, None) => {
                out.push(other);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_routes_agree() {
        for path in [
            "",
            "upcoming",
            "history",
            "uptime",
            "theme.css",
            "logo",
            "history/undated",
            "history/2026-11",
            "incidents/abcdefghij01",
            "maintenance/abcdefghij01",
            "announcements/abcdefghij01",
            "components/abcdefghij01",
        ] {
            let route = Route::parse(path, None).expect(path);
            assert_eq!(route.path(), path);
        }
    }

    #[test]
    fn other_addresses_are_no_pages() {
        for path in [
            "x",
            "history/2026-13",
            "history/2026-1",
            "history/+026-11",
            "incidents/ABC",
            "incidents/abcdefghij01/x",
            "incidents",
            "history/2026-11/",
            "upcoming/",
            "/",
            "/history",
            "history//2026-11",
        ] {
            assert_eq!(Route::parse(path, None), None, "{path}");
        }
    }

    #[test]
    fn search_words_are_decoded_and_cut() {
        let route = |query: &str| Route::parse("history/search", Some(query));
        let search = |query: &str| Some(Route::Search { query: query.to_owned() });
        assert_eq!(route("lang=de&q=caf%C3%A9+x%"), search("café x%"));
        assert_eq!(route("q=%ff"), search("\u{fffd}"));
        assert_eq!(route(&format!("q={}", "a".repeat(999))), search(&"a".repeat(200)));
    }
}
