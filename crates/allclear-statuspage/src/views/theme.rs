//! A page's own colors: checked, because they come from outside.

use allclear_domain::status_page::{ColorTokens, is_color};

/// Whether a page has a color that is one.
pub(crate) fn has_colors(colors: &ColorTokens) -> bool {
    style_sheet(colors).is_some()
}

/// The style sheet with a page's own colors; `None` where none of them is `#rrggbb`.
pub(crate) fn style_sheet(colors: &ColorTokens) -> Option<String> {
    let light = colors.accent_light.as_deref().filter(|c| is_color(c));
    let dark = colors.accent_dark.as_deref().filter(|c| is_color(c));
    if light.is_none() && dark.is_none() {
        return None;
    }
    let mut css = String::from("@layer theme{");
    if let Some(light) = light {
        css.push_str(&format!(":root{{--accent:{light}}}"));
    }
    if let Some(dark) = dark {
        css.push_str(&format!("@media (prefers-color-scheme:dark){{:root{{--accent:{dark}}}}}"));
    }
    css.push_str("}\n");
    Some(css)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colors_get_into_the_style_sheet() {
        let tokens =
            |light: &str| ColorTokens { accent_light: Some(light.to_owned()), accent_dark: None };
        assert!(style_sheet(&tokens("#12aBef")).is_some());
        for bad in ["red", "#123", "#1234567", "#12345}", "#12345g;}*{display:none"] {
            assert!(style_sheet(&tokens(bad)).is_none(), "{bad}");
        }
    }
}
