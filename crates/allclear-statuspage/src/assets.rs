//! The style sheet, the script and the icons: embedded, compressed once, with their content's hash
//! in the address, so that a browser may keep them for ever.

use std::sync::LazyLock;

use allclear_domain::ComponentStatus;

use crate::ready::{CSS, digest, gzip};

/// Colours by theme, and how elements look: what every page of Allclear has in common.
pub const COMMON_STYLE: &str =
    concat!(include_str!("../assets/css/tokens.css"), include_str!("../assets/css/base.css"));
const STYLE: &str = concat!(
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/layout.css"),
    include_str!("../assets/css/incident.css"),
    include_str!("../assets/css/components.css"),
    include_str!("../assets/css/history.css"),
    include_str!("../assets/css/record.css"),
    include_str!("../assets/css/modes.css"),
);
const SCRIPT: &str = include_str!("../assets/js/status.js");
const LIVE: &str = include_str!("../assets/js/live.js");
const SCRIPT_TYPE: &str = "text/javascript; charset=utf-8";
const ICON_TYPE: &str = "image/svg+xml";

/// An embedded file. It never changes at its address.
#[derive(Debug)]
pub struct Asset {
    /// Address, from the root: `/assets/{hash}/{name}`.
    pub path: String,
    /// Media type.
    pub content_type: &'static str,
    /// The bytes as they are.
    pub identity: Vec<u8>,
    /// The same bytes, compressed with gzip; empty where that would not pay.
    pub gzip: Vec<u8>,
    /// Entity tag, with its quotation marks.
    pub etag: String,
}

impl Asset {
    /// Embeds a text.
    #[must_use]
    pub fn new(name: &str, content_type: &'static str, text: &str) -> Self {
        let bytes = text.as_bytes();
        let hash = digest(bytes, 8);
        Self {
            path: format!("/assets/{hash}/{name}"),
            content_type,
            identity: bytes.to_vec(),
            gzip: gzip(bytes),
            etag: format!("\"{hash}\""),
        }
    }
}

struct Assets {
    style: Asset,
    script: Asset,
    live: Asset,
    icons: [Asset; ComponentStatus::ALL.len()],
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: Asset::new("status.css", CSS, STYLE),
    script: Asset::new("status.js", SCRIPT_TYPE, SCRIPT),
    live: Asset::new("live.js", SCRIPT_TYPE, LIVE),
    icons: ComponentStatus::ALL.map(|status| {
        let (name, text) = icon_file(status);
        Asset::new(name, ICON_TYPE, text)
    }),
});

const fn icon_file(status: ComponentStatus) -> (&'static str, &'static str) {
    match status {
        ComponentStatus::Operational => {
            ("operational.svg", include_str!("../assets/icons/operational.svg"))
        }
        ComponentStatus::UnderMaintenance => {
            ("maintenance.svg", include_str!("../assets/icons/maintenance.svg"))
        }
        ComponentStatus::DegradedPerformance => {
            ("degraded.svg", include_str!("../assets/icons/degraded.svg"))
        }
        ComponentStatus::PartialOutage => {
            ("partial.svg", include_str!("../assets/icons/partial.svg"))
        }
        ComponentStatus::MajorOutage => ("major.svg", include_str!("../assets/icons/major.svg")),
    }
}

/// The asset at an address such as `/assets/{hash}/status.css`. `None` for any other address, also
/// for one with another hash.
#[must_use]
pub fn find(path: &str) -> Option<&'static Asset> {
    all().find(|asset| asset.path == path)
}

/// All of them, for those who write a page to files.
pub fn all() -> impl Iterator<Item = &'static Asset> {
    let assets = &*ASSETS;
    [&assets.style, &assets.script, &assets.live].into_iter().chain(&assets.icons)
}

/// Address of the style sheet.
#[must_use]
pub fn style_path() -> &'static str {
    &ASSETS.style.path
}

pub(crate) fn script_path() -> &'static str {
    &ASSETS.script.path
}

pub(crate) fn live_path() -> &'static str {
    &ASSETS.live.path
}

/// Address of the icon that carries a state.
#[must_use]
pub fn icon_path(status: ComponentStatus) -> &'static str {
    let [operational, maintenance, degraded, partial, major] = &ASSETS.icons;
    match status {
        ComponentStatus::Operational => &operational.path,
        ComponentStatus::UnderMaintenance => &maintenance.path,
        ComponentStatus::DegradedPerformance => &degraded.path,
        ComponentStatus::PartialOutage => &partial.path,
        ComponentStatus::MajorOutage => &major.path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_found_at_its_address_and_nowhere_else() {
        for asset in all() {
            assert_eq!(find(&asset.path).map(|found| &found.etag), Some(&asset.etag));
        }
        assert!(find("/assets/0000000000000000/status.css").is_none());
        assert_eq!(all().count(), 8);
    }

    #[test]
    fn the_scripts_are_small() {
        assert!(SCRIPT.len() < 4096, "{} bytes", SCRIPT.len());
        assert!(LIVE.len() < 4096, "{} bytes", LIVE.len());
    }
}
